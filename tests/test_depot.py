"""The repository itself: layers, the only writers, secrecy as a module boundary, no trace of a machine."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

RACINE = Path(__file__).resolve().parent.parent
CODE = ("refondation", "consultation", "delegues", "enquete")


def fichiers(*motifs: str) -> list[str]:
    """Tracked files, and those about to be, that match these patterns."""
    sortie = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *motifs],
        cwd=RACINE,
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted(nom for nom in set(sortie.stdout.splitlines()) if (RACINE / nom).is_file())


def modules(*sauf: str) -> list[str]:
    """Python modules of the product, without migrations; `sauf` names path parts to leave out."""
    return [
        nom
        for nom in fichiers("*.py")
        if nom.startswith(CODE) and not {"migrations", *sauf} & set(Path(nom).with_suffix("").parts)
    ]


def imports(nom: str) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of each import, names included; those of type hints are left out."""
    paquet = Path(nom).parent.parts
    for noeud in _hors_annotations(ast.parse((RACINE / nom).read_text())):
        if isinstance(noeud, ast.Import):
            yield from ((noeud.lineno, alias.name) for alias in noeud.names)
        elif isinstance(noeud, ast.ImportFrom):
            base = ".".join(paquet[: len(paquet) - noeud.level + 1]) + "." if noeud.level else ""
            source = f"{base}{noeud.module or ''}".rstrip(".")
            yield from ((noeud.lineno, f"{source}.{alias.name}") for alias in noeud.names)


def _hors_annotations(racine: ast.AST) -> Iterator[ast.AST]:
    for enfant in ast.iter_child_nodes(racine):
        if isinstance(enfant, ast.If) and ast.unparse(enfant.test) == "TYPE_CHECKING":
            continue
        yield enfant
        yield from _hors_annotations(enfant)


# --- Floors -------------------------------------------------------------------------------------

# The last part of a module's name, or the package that holds it, says its floor.
FACADES = {"views", "tasks", "admin", "forms", "urls", "commands", "middleware", "contexte"}
ACTES = {"actes"}


def etage(nom: str) -> int:
    """2 for what faces the outside, 1 for acts, 0 for the rest."""
    parties = set(Path(nom).with_suffix("").parts)
    racine = re.sub(r"_.*", "", Path(nom).stem)
    if parties & FACADES or racine in FACADES:
        return 2
    return 1 if parties & ACTES else 0


def module_de(importe: str) -> str | None:
    """The file that an imported dotted name comes from, if it is ours."""
    if not importe.startswith(tuple(f"{c}." for c in CODE)):
        return None
    parties = importe.split(".")
    for fin in range(len(parties), 0, -1):
        chemin = "/".join(parties[:fin])
        for candidat in (f"{chemin}.py", f"{chemin}/__init__.py"):
            if (RACINE / candidat).is_file():
                return candidat
    return None


# What puts the parts together may know them all; so do the pages that gather several rooms.
ASSEMBLAGE = (
    "refondation/demo/",
    "refondation/atelier/",
    "refondation/urls.py",
    "refondation/vues.py",
    "refondation/accueil.py",
)


def test_les_imports_ne_remontent_pas() -> None:
    """Names never import acts nor façades, acts never import façades; tasks are what acts hand over to."""
    fautes = []
    for nom in modules():
        if nom.startswith(ASSEMBLAGE):
            continue
        for ligne, importe in imports(nom):
            cible = module_de(importe)
            if cible is None or etage(cible) <= etage(nom) or "tasks" in Path(cible).stem:
                continue
            fautes.append(f"{nom}:{ligne} importe {importe}")
    assert fautes == []


def test_le_socle_ne_connait_pas_les_applications() -> None:
    fautes = [
        f"{nom}:{ligne} importe {importe}"
        for nom in modules()
        if nom.startswith("refondation/") and not nom.startswith(ASSEMBLAGE)
        for ligne, importe in imports(nom)
        if importe.startswith(("consultation", "delegues", "enquete"))
    ]
    assert fautes == []


def test_le_protocole_n_importe_pas_django() -> None:
    permis = ("consultation.belenios", "gmpy2", "__future__")
    interdits = [
        f"{nom}:{ligne} importe {importe}"
        for nom in modules()
        if nom.startswith("consultation/belenios/")
        for ligne, importe in imports(nom)
        if importe.startswith(("django", "refondation", "nacl"))
        or (importe.startswith("consultation") and not importe.startswith(permis))
    ]
    assert interdits == []
    assert fichiers("consultation/belenios/*.py")


# --- The only writers ---------------------------------------------------------------------------

ECRITURES = {
    "save",
    "create",
    "update",
    "delete",
    "get_or_create",
    "update_or_create",
    "bulk_create",
    "bulk_update",
}
# Objects whose methods have the same names and write nothing in the database.
SANS_BASE = {
    "cache",
    "session",
    "form",
    "hashlib",
    "contexte",
    "environ",
    "details",
    "donnees",
    "champs",
    "empreinte",
    "image",
    "segno",
}


def ecritures(texte: str) -> Iterator[str]:
    """Calls that look like a write through the ORM, as "line code"."""
    for noeud in ast.walk(ast.parse(texte)):
        if not (isinstance(noeud, ast.Call) and isinstance(noeud.func, ast.Attribute)):
            continue
        if noeud.func.attr not in ECRITURES:
            continue
        objet = ast.unparse(noeud.func.value)
        racine = re.split(r"[.(\[]", objet)[0]
        if racine in SANS_BASE or objet.endswith((".session", ".cache")):
            continue
        # `update` of a dict or of a hash: a queryset's takes keywords only.
        if noeud.func.attr == "update" and noeud.args:
            continue
        yield f"{noeud.lineno} {ast.unparse(noeud.func)}"


def test_les_ecritures_sont_reconnues() -> None:
    """The check below would see each of these."""
    texte = """form.instance.full_clean()
Scrutin(nom="a").save()
Scrutin.objects.filter(pk=1).update(nom="b")
objet.delete()
somme.update(octets)
request.session.save()
"""
    assert list(ecritures(texte)) == [
        "2 Scrutin(nom='a').save",
        "3 Scrutin.objects.filter(pk=1).update",
        "4 objet.delete",
    ]


def test_seuls_les_actes_ecrivent() -> None:
    fautes = [
        f"{nom}:{e}" for nom in modules() if etage(nom) != 1 for e in ecritures((RACINE / nom).read_text())
    ]
    assert fautes == []


# --- Secrecy ------------------------------------------------------------------------------------

# What touches a ballot.  Casting receives a line of the roll from its view, never a member.
COTE_BULLETINS = (
    "consultation/models/urne.py",
    "consultation/models/depouillement.py",
    "consultation/chaine.py",
    "consultation/actes/depot.py",
    "consultation/belenios/",
)


def test_ce_qui_touche_un_bulletin_n_importe_pas_d_adherent() -> None:
    vus = [nom for nom in modules() if nom.startswith(COTE_BULLETINS)]
    assert {p for p in COTE_BULLETINS if any(nom.startswith(p) for nom in vus)} == set(COTE_BULLETINS)
    fautes = [
        f"{nom}:{ligne} importe {importe}"
        for nom in vus
        for ligne, importe in imports(nom)
        if importe.startswith("refondation.membres")
        and not importe.startswith("refondation.membres.regles.Acte")
    ]
    assert fautes == []


# --- Hygiene ------------------------------------------------------------------------------------


def test_aucun_chemin_de_machine_ni_hote_de_paquets() -> None:
    motif = re.compile(
        r"(?<![A-Za-z0-9_.])/(?:work|farm|root|home/\w+)/|pypi\.org|files\.pythonhosted|registry\.npmjs|index-url\s+http"
    )
    moi = Path(__file__).relative_to(RACINE).as_posix()
    fautes = []
    for nom in fichiers():
        try:
            texte = (RACINE / nom).read_text()
        except UnicodeDecodeError:
            continue
        if nom != moi:
            fautes += [f"{nom}:{n}" for n, li in enumerate(texte.splitlines(), 1) if motif.search(li)]
    assert fautes == []


def test_aucun_module_de_plus_de_400_lignes() -> None:
    longs = {
        nom: lignes
        for nom in fichiers("*.py", "*.js", "*.mjs", "*.css", "*.html")
        if "/migrations/" not in nom and "/pico" not in nom
        if (lignes := len((RACINE / nom).read_text().splitlines())) > 400
    }
    assert longs == {}


def test_aucun_style_ni_script_dans_les_gabarits() -> None:
    """The content security policy refuses them: a page that uses one is broken."""
    motif = re.compile(
        r"\sstyle\s*=|<style|\son[a-z]+\s*=|javascript:|<script(?![^>]*\bsrc=)(?![^>]*application/json)", re.I
    )
    fautes = [
        f"{nom}:{n} {ligne.strip()}"
        for nom in fichiers("templates/*.html")
        # Mails have no policy, and no style sheet either.
        if not nom.startswith("templates/courriels/")
        for n, ligne in enumerate((RACINE / nom).read_text().splitlines(), 1)
        if motif.search(ligne)
    ]
    assert fautes == []


def test_les_pages_ne_chargent_rien_d_ailleurs() -> None:
    motif = re.compile(r"""(?:src|href)\s*=\s*["']\s*(?:https?:)?//""", re.I)
    fautes = [
        f"{nom}:{n}"
        for nom in fichiers("templates/*.html")
        for n, ligne in enumerate((RACINE / nom).read_text().splitlines(), 1)
        if motif.search(ligne) and not re.search(r"<a\s", ligne)
    ]
    assert fautes == []


def test_les_modules_interdits_n_existent_pas() -> None:
    interdits = {"utils", "common", "core", "services", "selectors", "signals", "helpers"}
    assert [nom for nom in modules() if interdits & set(Path(nom).with_suffix("").parts)] == []


def test_la_racine_est_celle_du_plan() -> None:
    attendus = {
        "manage.py", "refondation", "consultation", "delegues", "enquete", "templates", "static", "tests",
        "pyproject.toml", "docker-compose.yml", "README.md", "LICENSE", "docs", "bancs", ".ci",
        "requirements.lock", ".gitignore",
    }  # fmt: skip
    assert {nom.split("/")[0] for nom in fichiers()} == attendus


@pytest.mark.django_db
def test_les_migrations_sont_a_jour() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_les_verrous_disent_ce_que_demande_le_projet() -> None:
    """Each direct dependency is pinned with its hashes, and the tests' lock holds all of the product's."""
    import tomllib

    projet = tomllib.loads((RACINE / "pyproject.toml").read_text())
    verrou, essais = ((RACINE / nom).read_text() for nom in ("requirements.lock", "tests/requirements.lock"))

    def epingles(texte: str) -> dict[str, str]:
        return dict(re.findall(r"^([a-z0-9][a-z0-9.-]*)(?:\[[^\]]*\])?==(\S+)", texte, re.M | re.I))

    def nom(demande: str) -> str:
        return re.split(r"[\[<>=!;~ ]", demande)[0].lower()

    produit, tout = epingles(verrou), epingles(essais)
    assert {nom(d) for d in projet["project"]["dependencies"]} <= set(produit)
    assert {nom(d) for d in projet["dependency-groups"]["test"]} <= set(tout)
    assert produit.items() <= tout.items()
    assert verrou.count("==") <= verrou.count("--hash=")

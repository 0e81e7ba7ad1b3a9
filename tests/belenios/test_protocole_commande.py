"""The command: one line for each archive, an exit code, never a trace; and the package stands without Django."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from consultation.belenios import commande
from tests.belenios.archives import ecrire, lire, refaire
from tests.belenios.fabrique import Atelier

RACINE = Path(__file__).parents[2]
PAQUET = RACINE / "consultation" / "belenios"
# A base and a queue that do not answer: the command must not notice.
ENVIRONNEMENT = os.environ | {
    "DATABASE_URL": "postgres://personne@127.0.0.1:1/rien",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


@pytest.fixture(scope="module")
def dossier(tmp_path_factory, archive, a_single) -> Path:
    dossier = tmp_path_factory.mktemp("commande")
    (dossier / "bonne.bel").write_bytes(archive)
    (dossier / "reference.bel").write_bytes(a_single)
    (dossier / "tronquee.bel").write_bytes(archive[:-512])
    (dossier / "vide.bel").write_bytes(b"")
    (dossier / "ouverte.bel").write_bytes(Atelier().archive("Setup"))
    return dossier


def lancer(*arguments: object, django: bool = True) -> subprocess.CompletedProcess[str]:
    programme = [RACINE / "manage.py", "verifier_archive"] if django else ["-m", "consultation.belenios"]
    sortie = subprocess.run(
        [sys.executable, *programme, *map(str, arguments)],
        cwd=RACINE,
        env=ENVIRONNEMENT | {"REFONDATION_SANS_VENV": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in sortie.stderr
    return sortie


@pytest.mark.parametrize("django", [True, False])
def test_des_archives_valides_ont_une_ligne_chacune(dossier, django):
    sortie = lancer(
        dossier / "bonne.bel",
        dossier / "reference.bel",
        dossier / "ouverte.bel",
        django=django,
    )
    assert (sortie.returncode, sortie.stderr) == (0, "")
    bonne, reference, ouverte = sortie.stdout.splitlines()
    assert "« Essai d'été » valide, dépouillée" in bonne
    assert reference == (
        "kTLHHGojorGc9E « Élection d'essai » valide, dépouillée ; bulletins : 17 ; "
        "comptés : 15 pour 20 inscrit·es ; résultat : [[2,10,3],[7,5,3,4,3,5],[10,5]]"
    )
    assert "valide, ouverte ; bulletins : 0" in ouverte
    assert "résultat" not in ouverte


@pytest.mark.parametrize("django", [True, False])
def test_une_archive_refusee_dit_pourquoi_et_les_autres_sont_vues(dossier, django):
    absent = dossier / "absente.bel"
    sortie = lancer(
        dossier / "tronquee.bel",
        absent,
        dossier,
        dossier / "vide.bel",
        dossier / "bonne.bel",
        django=django,
    )
    assert sortie.returncode == 1
    assert len(sortie.stdout.splitlines()) == 1
    tronquee, manque, un_dossier, vide = sortie.stderr.splitlines()
    assert "refusée (tronquee). L'archive s'arrête au milieu d'un enregistrement." in tronquee
    assert f"{absent} : refusée (illisible). Le fichier n'existe pas." in manque
    assert "C'est un dossier" in un_dossier
    assert "Le fichier est vide." in vide


def test_en_json_pour_les_machines(dossier):
    sortie = lancer("--json", "--processus", 2, dossier / "bonne.bel", dossier / "tronquee.bel")
    assert (sortie.returncode, sortie.stderr) == (1, "")
    bonne, tronquee = map(json.loads, sortie.stdout.splitlines())
    assert (bonne["valide"], bonne["etat"], bonne["resultat"]) == (True, "depouillee", [[1, 1, 2], [1, 3, 3]])
    assert (tronquee["valide"], tronquee["code"]) == (False, "tronquee")
    assert list(tronquee) == ["fichier", "valide", "code", "message", "hauteur", "suivi", "proprietaire"]


@pytest.mark.parametrize(
    "arguments", [[], ["--processus", "0", "a.bel"], ["--processus", "x", "a.bel"], ["--quoi", "a"]]
)
def test_un_appel_mal_forme_montre_l_usage(arguments):
    sortie = lancer(*arguments, django=False)
    assert sortie.returncode == 2
    assert "usage" in sortie.stderr


def test_un_fichier_interdit_se_dit(dossier, monkeypatch, capsys):
    """Root reads everything: the refusal of the system is played here."""

    def interdit(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", interdit)
    assert commande.main([str(dossier / "bonne.bel")]) == 1
    assert "vous n'en avez pas le droit" in capsys.readouterr().err


def test_un_nom_de_fichier_impossible_ou_un_tube_se_disent(dossier, tmp_path, capsys):
    os.mkfifo(tmp_path / "tube")
    assert commande.main(["a\0b", str(tmp_path / "tube"), "x" * 5000]) == 1
    nul, tube, long = capsys.readouterr().err.splitlines()
    assert "Ce nom n'est pas celui d'un fichier." in nul
    assert "enregistrez l'archive d'abord" in tube
    assert "refusée (illisible)" in long


def test_le_nom_d_une_election_ne_commande_pas_le_terminal(dossier, tmp_path, capsys):
    _, pieces = lire((dossier / "ouverte.bel").read_bytes())
    (tmp_path / "a.bel").write_bytes(ecrire(refaire(pieces, 0, lambda e: e | {"name": "a\x1b[31m\nb"})))
    assert commande.main([str(tmp_path / "a.bel")]) == 0
    assert "« a\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}b »" in capsys.readouterr().out


def test_beaucoup_de_petites_archives_se_partagent_les_processus(dossier, capsys):
    noms = ["bonne.bel", "tronquee.bel", "ouverte.bel"] * 3
    assert commande.main(["--processus", "2", "--json", *(str(dossier / n) for n in noms)]) == 1
    lignes = [json.loads(ligne) for ligne in capsys.readouterr().out.splitlines()]
    assert [Path(ligne["fichier"]).name for ligne in lignes] == noms
    assert [ligne["valide"] for ligne in lignes] == [True, False, True] * 3


def test_un_processus_mort_n_est_pas_un_verdict_de_validite(dossier, monkeypatch, capsys):
    def mourir(*_, **__):
        raise commande.VerificationInterrompue("Un processus de vérification s'est arrêté avant la fin.")

    monkeypatch.setattr(commande, "verifier_archive", mourir)
    assert commande.main([str(dossier / "bonne.bel")]) == 1
    assert "refusée (interrompue)" in capsys.readouterr().err


# The package alone.


def test_le_paquet_n_importe_que_la_bibliotheque_standard_et_gmpy2():
    permis = sys.stdlib_module_names | {"gmpy2"}
    for fichier in PAQUET.glob("*.py"):
        for noeud in ast.walk(ast.parse(fichier.read_text())):
            if isinstance(noeud, ast.Import):
                assert {a.name.split(".")[0] for a in noeud.names} <= permis, fichier.name
            elif isinstance(noeud, ast.ImportFrom):
                # Relative imports stay inside the folder.
                assert noeud.level == 1 or (noeud.level == 0 and noeud.module.split(".")[0] in permis), (
                    fichier.name
                )


def test_importer_le_paquet_n_amene_pas_django():
    modules = ",".join(
        f"consultation.belenios.{f.stem}" for f in PAQUET.glob("*.py") if not f.stem.startswith("__")
    )
    code = f"import sys, {modules}; sys.exit(any(m.split('.')[0] == 'django' for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=RACINE, check=False).returncode == 0


def test_le_dossier_copie_ailleurs_suffit(dossier, tmp_path):
    """Whoever has only the folder and gmpy2 verifies the same."""
    copie = tmp_path / "belenios"
    copie.mkdir()
    for fichier in PAQUET.glob("*.py"):
        (copie / fichier.name).write_bytes(fichier.read_bytes())
    sortie = subprocess.run(
        [sys.executable, "-m", "belenios", dossier / "bonne.bel"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert (sortie.returncode, sortie.stderr) == (0, b"")

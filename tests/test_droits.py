"""Who may do what: every role, in and out of its perimeter, before, during and after, against every act."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser

from refondation.membres.models import Adherent, Compte, Mandat, date_du_jour
from refondation.membres.regles import DROITS, ActeInterdit, exiger, peut
from refondation.territoire.models import Federation, Section

RACINE = Path(__file__).resolve().parent.parent
JOUR = timedelta(days=1)

# Written apart from the code: what each role may do within its perimeter.  Nothing else.
ATTENDU: dict[str, set[str]] = {
    "secretaire_section": {
        "territoire.lire",
        "membres.lire",
        "delegues.lire",
        "delegues.conduire",
        "delegues.verifier_cartes",
    },
    "secretaire_federal": {
        "territoire.lire",
        "membres.lire",
        "membres.exporter",
        "delegues.lire",
        "delegues.importer",
        "delegues.gerer_mandats",
        "delegues.ecrire",
        "delegues.exporter",
        "delegues.verifier_cartes",
    },
    "gestionnaire_federal": {
        "territoire.lire",
        "membres.lire",
        "membres.exporter",
        "delegues.lire",
        "delegues.importer",
        "delegues.exporter",
        "delegues.verifier_cartes",
    },
    "observateur": {"delegues.lire", "delegues.observer"},
    "direction": {
        "territoire.lire",
        "journal.verifier",
        "consultation.controler",
        "delegues.lire",
        "delegues.observer",
        "delegues.contester",
        "delegues.ecrire",
    },
    "recolement": {
        "territoire.lire",
        "membres.lire",
        "journal.verifier",
        "consultation.controler",
        "consultation.lire_les_urnes",
        "consultation.depouiller",
        "consultation.publier",
        "delegues.lire",
        "delegues.observer",
        "delegues.controler",
        "delegues.arbitrer",
        "delegues.exporter",
    },
    "administrateur": {
        "delegues.lire",
        "delegues.observer",
        "delegues.regler",
        "delegues.repartir",
        "delegues.deroger",
        "delegues.contester",
        "delegues.importer",
        "delegues.gerer_mandats",
        "delegues.ecrire",
        "delegues.exporter",
        "delegues.verifier_cartes",
        "territoire.lire",
        "territoire.importer",
        "territoire.fusionner",
        "territoire.scinder",
        "membres.lire",
        "membres.importer",
        "membres.appliquer_import",
        "membres.annuler_import",
        "membres.exporter",
        "membres.nommer",
        "membres.terminer_mandat",
        "journal.verifier",
        "consultation.rediger",
        "consultation.designer_gardiens",
        "consultation.annoncer",
        "consultation.deplacer_dates",
        "consultation.ouvrir",
        "consultation.clore",
        "consultation.depouiller",
        "consultation.publier",
        "consultation.annuler",
        "consultation.controler",
        "consultation.lire_les_urnes",
        "consultation.renvoyer_codes",
    },
}
PERIMETRE = {
    "secretaire_section": "section",
    "secretaire_federal": "federation",
    "gestionnaire_federal": "federation",
    "direction": "national",
    "recolement": "national",
    "administrateur": "national",
    "observateur": "national",
}
# What is asked about, and the perimeters that cover it, for a mandate in the section A1 or the federation A.
COUVERTURE = {
    "rien en particulier": {"section", "federation", "national"},
    "adhérent de A1": {"section", "federation", "national"},
    "section A1": {"section", "federation", "national"},
    "section A2": {"federation", "national"},
    "fédération A": {"federation", "national"},
    "section B1": {"national"},
    "fédération B": {"national"},
    "objet national": {"national"},
}
# First day and last (excluded) from today, and whether the mandate is in force.
MOMENTS = {
    "depuis hier": (-1, None, True),
    "commence aujourd'hui": (0, None, True),
    "finit demain": (-9, 1, True),
    "finit aujourd'hui": (-9, 0, False),
    "a fini": (-9, -2, False),
    "commence demain": (1, None, False),
    "annulé avant de commencer": (3, 3, False),
}


@pytest.fixture
def monde(db: None) -> SimpleNamespace:
    a, b = (Federation.objects.create(code=c, nom=f"Fédération {c}", nature="metropole") for c in "AB")
    a1, a2 = (Section.objects.create(code=c, nom=c, federation=a) for c in ("A1", "A2"))
    b1 = Section.objects.create(code="B1", nom="B1", federation=b)
    adherent = Adherent.objects.create(
        numero="A1-1", nom="Curie", prenom="Irène", section=a1, adhesion_le=date(2020, 1, 1)
    )
    objets = {
        "rien en particulier": None,
        "adhérent de A1": SimpleNamespace(section=a1),
        "section A1": a1,
        "section A2": a2,
        "fédération A": a,
        "section B1": b1,
        "fédération B": b,
        "objet national": SimpleNamespace(section=None, federation=None),
    }
    return SimpleNamespace(federation=a, section=a1, adherent=adherent, objets=objets)


def compte_mandate(
    monde: SimpleNamespace, role: str, debut: int, fin: int | None, **compte: object
) -> Compte:
    titulaire = Compte.objects.create(email="titulaire@exemple.fr", **compte)
    aujourd_hui = date_du_jour()
    Mandat.objects.create(
        compte=titulaire,
        role=role,
        debut=aujourd_hui + debut * JOUR,
        fin=None if fin is None else aujourd_hui + fin * JOUR,
        section=monde.section if PERIMETRE[role] == "section" else None,
        federation=monde.federation if PERIMETRE[role] == "federation" else None,
    )
    return Compte.objects.get(pk=titulaire.pk)


def test_chaque_role_et_chaque_acte_sont_attendus() -> None:
    assert set(ATTENDU) == set(PERIMETRE) == set(Mandat.Role.values)
    assert set(DROITS) == set.union(*ATTENDU.values())


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("role", ATTENDU)
def test_matrice(role: str, moment: str, monde: SimpleNamespace) -> None:
    debut, fin, en_cours = MOMENTS[moment]
    titulaire = compte_mandate(monde, role, debut, fin)
    for nom, objet in monde.objets.items():
        permis = {acte for acte in DROITS if peut(titulaire, acte, objet)}
        couvert = en_cours and PERIMETRE[role] in COUVERTURE[nom]
        assert permis == (ATTENDU[role] if couvert else set()), nom
        # Through django-rules, for templates, the answer is the same.
        assert {acte for acte in DROITS if titulaire.has_perm(acte, objet)} == permis


@pytest.mark.parametrize("role", ATTENDU)
def test_compte_suspendu_ne_peut_rien(role: str, monde: SimpleNamespace) -> None:
    titulaire = compte_mandate(monde, role, -1, None, is_active=False)
    assert {acte for acte in DROITS if peut(titulaire, acte) or titulaire.has_perm(acte)} == set()
    assert titulaire.is_staff is False


@pytest.mark.parametrize("role", ATTENDU)
def test_membre_sorti_ne_peut_rien(role: str, monde: SimpleNamespace) -> None:
    Adherent.objects.filter(pk=monde.adherent.pk).update(sorti_le=date(2026, 1, 1))
    titulaire = compte_mandate(monde, role, -1, None, adherent=monde.adherent)
    assert {acte for acte in DROITS if peut(titulaire, acte)} == set()
    assert titulaire.is_staff is False


@pytest.mark.django_db
def test_sans_mandat_ni_compte_on_ne_peut_rien() -> None:
    simple = Compte.objects.create(email="simple@exemple.fr")
    for acte in DROITS:
        assert [peut(qui, acte) for qui in (simple, None, AnonymousUser())] == [False] * 3
        with pytest.raises(ActeInterdit) as refus:
            exiger(simple, acte)
        assert (refus.value.acte, refus.value.statut, refus.value.code) == (acte, 403, "interdit")


def test_deux_mandats_s_ajoutent(monde: SimpleNamespace) -> None:
    titulaire = compte_mandate(monde, "secretaire_federal", -1, None)
    Mandat.objects.create(compte=titulaire, role="recolement", debut=date(2026, 1, 1))
    assert {a for a in DROITS if peut(titulaire, a)} == ATTENDU["secretaire_federal"] | ATTENDU["recolement"]
    assert peut(titulaire, "membres.exporter", monde.objets["section B1"]) is False


@pytest.mark.parametrize("role", ATTENDU)
def test_administration_du_site_reservee(role: str, monde: SimpleNamespace) -> None:
    titulaire = compte_mandate(monde, role, -1, None)
    ouverte = role == "administrateur"
    assert titulaire.is_staff is ouverte
    assert titulaire.has_module_perms("membres") is ouverte
    for modele in ("membres.view_compte", "membres.view_mandat", "journal.view_ligne"):
        assert titulaire.has_perm(modele) is ouverte
    assert titulaire.has_perm("membres.change_compte") is False
    assert titulaire.has_perm("membres.delete_compte") is False


def test_un_acte_inconnu_est_un_defaut(monde: SimpleNamespace) -> None:
    titulaire = compte_mandate(monde, "administrateur", -1, None)
    with pytest.raises(KeyError):
        peut(titulaire, "membres.inexistant")


# --- The repository itself -------------------------------------------------------------------


def actes_demandes(fichier: Path) -> Iterator[str]:
    """The acts named in calls of `exiger(compte, "…")` and `peut(compte, "…")`."""
    for noeud in ast.walk(ast.parse(fichier.read_text())):
        if isinstance(noeud, ast.Call) and isinstance(noeud.func, ast.Name | ast.Attribute):
            nom = noeud.func.id if isinstance(noeud.func, ast.Name) else noeud.func.attr
            if nom in {"exiger", "peut"} and len(noeud.args) >= 2:
                acte = noeud.args[1]
                assert isinstance(acte, ast.Constant | ast.Name), f"{fichier} : acte calculé"
                if isinstance(acte, ast.Constant):
                    yield acte.value


def fichiers(*motifs: str) -> list[Path]:
    return sorted(
        fichier
        for piece in ("refondation", "consultation", "delegues", "enquete")
        for motif in motifs
        for fichier in (RACINE / piece).glob(motif)
    )


def test_chaque_acte_demande_est_dans_la_table() -> None:
    inconnus = {
        f"{fichier.relative_to(RACINE)} : {acte}"
        for fichier in fichiers("**/*.py")
        for acte in actes_demandes(fichier)
        if acte not in DROITS
    }
    assert inconnus == set()


def test_chaque_acte_de_la_table_est_demande_par_un_acte_ou_une_page() -> None:
    demandes = {
        acte
        for fichier in fichiers("**/actes*.py", "**/actes/*.py", "**/views*.py", "**/views/*.py")
        for acte in actes_demandes(fichier)
    }
    assert set(DROITS) - demandes == set()

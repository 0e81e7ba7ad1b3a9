"""Each rule of the control on persons, with a case that it must see and the nearest one that it must not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from delegues.models import (
    Anomalie,
    Campagne,
    Candidature,
    Liste,
)
from refondation.membres.models import Changement
from tests.delegues import scene
from tests.delegues.scene import ASSEMBLEES, CONTROLE
from tests.delegues.scene_controle import (
    Dossier,
    changer,
    faire_campagne,
    recevoir,
    trouver,
)

pytestmark = pytest.mark.django_db
JOUR = timedelta(days=1)


@pytest.fixture
def campagne() -> Campagne:
    return faire_campagne()


@pytest.fixture
def dossier(campagne: Campagne) -> Dossier:
    return recevoir(campagne)


def test_une_designation_sans_defaut_n_a_pas_d_anomalie(campagne: Campagne, dossier: Dossier) -> None:
    assert trouver(campagne) == []
    assert dossier.relire().anomalies_le == CONTROLE


# --- The person elected ------------------------------------------------------------------------------


def noter(dossier: Dossier, le: object, **avant: object) -> None:
    """A line of the register's history of the first person elected."""
    Changement.objects.create(adherent=dossier.membres[0], cause="correction", le=le, avant=avant)


def test_membre_d_une_autre_section(campagne: Campagne, dossier: Dossier) -> None:
    pk = changer(dossier, section=scene.faire_section("31002"))
    assert trouver(campagne) == [
        ("31001", "section", pk, "Au jour de l'assemblée, le registre l'inscrit à Ville 31002 (31002).")
    ]


def test_qui_demenage_apres_l_assemblee_etait_bien_de_la_section(
    campagne: Campagne, dossier: Dossier
) -> None:
    changer(dossier, section=scene.faire_section("31002"))
    noter(dossier, ASSEMBLEES + JOUR, section_id=dossier.section.pk)
    assert trouver(campagne) == []


def test_une_mutation_apres_coup_ne_repare_rien(campagne: Campagne, dossier: Dossier) -> None:
    """Elected from elsewhere, then moved: the register of the day of the assembly counts."""
    noter(dossier, ASSEMBLEES + JOUR, section_id=scene.faire_section("31002").pk)
    assert trouver(campagne) == [
        (
            "31001",
            "section",
            dossier.membres[0].pk,
            "Au jour de l'assemblée, le registre l'inscrit à Ville 31002 (31002).",
        )
    ]


def test_une_mutation_d_avant_l_assemblee_compte(campagne: Campagne, dossier: Dossier) -> None:
    noter(dossier, ASSEMBLEES - JOUR, section_id=scene.faire_section("31002").pk)
    assert trouver(campagne) == []


@pytest.mark.parametrize(
    ("a_jour_au", "attendu"),
    [
        (date(2026, 6, 30), None),
        (date(2026, 6, 29), "Sa cotisation court jusqu'au 29 juin 2026 ; il fallait être à jour au 30 juin 2026."),
        (None, "Sa cotisation n'est pas enregistrée ; il fallait être à jour au 30 juin 2026."),
    ],
)  # fmt: skip
def test_cotisation(campagne: Campagne, dossier: Dossier, a_jour_au: date | None, attendu: str) -> None:
    pk = changer(dossier, a_jour_au=a_jour_au)
    assert trouver(campagne) == ([("31001", "cotisation", pk, attendu)] if attendu else [])


def test_une_campagne_qui_ne_demande_pas_la_cotisation(db: None) -> None:
    campagne = faire_campagne(cotisation_au=None)
    changer(recevoir(campagne), a_jour_au=None)
    assert trouver(campagne) == []


@pytest.mark.parametrize(
    ("adhesion_le", "attendu"),
    [
        (date(2025, 12, 30), None),
        (
            date(2025, 12, 31),
            "Adhésion le 31 décembre 2025 ; il fallait adhérer au plus tard le 30 décembre 2025.",
        ),
    ],
)
def test_anciennete(campagne: Campagne, dossier: Dossier, adhesion_le: date, attendu: str | None) -> None:
    pk = changer(dossier, adhesion_le=adhesion_le)
    assert trouver(campagne) == ([("31001", "anciennete", pk, attendu)] if attendu else [])


def test_sympathisant(campagne: Campagne, dossier: Dossier) -> None:
    pk = changer(dossier, statut="sympathisant")
    assert trouver(campagne) == [("31001", "statut", pk, "Le registre la connaît comme sympathisant·e.")]


@pytest.mark.parametrize(
    ("jours", "attendu"), [(0, "Le registre date sa sortie du 20 septembre 2026."), (1, None)]
)
def test_sortie(campagne: Campagne, dossier: Dossier, jours: int, attendu: str | None) -> None:
    """Who leaves after the assembly was rightly elected: the mandate ends, the designation stands."""
    pk = changer(dossier, sorti_le=ASSEMBLEES.date() + jours * JOUR)
    assert trouver(campagne) == ([("31001", "sorti", pk, attendu)] if attendu else [])


def test_un_candidat_non_elu_n_est_pas_regarde(campagne: Campagne, dossier: Dossier) -> None:
    changer(dossier, 2, a_jour_au=None, statut="sympathisant")
    assert trouver(campagne) == []


@pytest.mark.parametrize(
    ("quoi", "attendu"),
    [
        ("retiree", "Candidature « Retirée », liste « Déposée »."),
        ("liste", "Candidature « Acceptée », liste « Retirée »."),
        ("ailleurs", "Candidature « Acceptée », liste « Déposée » dans la section 31002."),
        ("", None),
    ],
)
def test_elu_sans_etre_candidat(campagne: Campagne, dossier: Dossier, quoi: str, attendu: str) -> None:
    candidature = Candidature.objects.get(adherent=dossier.membres[0])
    if quoi == "retiree":
        Candidature.objects.filter(pk=candidature.pk).update(etat="retiree", retiree_le=CONTROLE)
    elif quoi == "liste":
        Liste.objects.filter(pk=candidature.liste_id).update(etat="retiree", retiree_le=CONTROLE)
    elif quoi == "ailleurs":
        autre = scene.faire_designation(campagne, scene.faire_section("31002"))
        Liste.objects.filter(pk=candidature.liste_id).update(designation=autre, rang=None)
    pk = dossier.membres[0].pk
    assert trouver(campagne) == ([("31001", "non-candidat", pk, attendu)] if attendu else [])


def test_incompatibilite_et_derogation(campagne: Campagne, dossier: Dossier) -> None:
    regle = campagne.incompatibilites.create(
        nom="Secrétaire de section", fondement="Article 4", genre="fonction",
        parametres={"roles": ["secretaire_section"]},
    )  # fmt: skip
    pk = dossier.membres[0].pk
    assert trouver(campagne) == [
        (
            "31001",
            "incompatible",
            pk,
            "Secrétaire de section (Article 4). Secrétaire de section depuis le 1er janvier 2026, "
            "sans fin prévue.",
        )
    ]
    regle.derogations.create(
        adherent=dossier.membres[0], motif="Seule", accordee_le=CONTROLE, par=dossier.secretaire
    )
    assert trouver(campagne) == []


def test_la_meme_personne_dans_deux_sections(campagne: Campagne, dossier: Dossier) -> None:
    """A candidacy withdrawn on paper lets the register hold two: both designations say where the other is."""
    pk = dossier.membres[0].pk
    Candidature.objects.filter(adherent=pk).update(etat="retiree", retiree_le=CONTROLE)
    autre = recevoir(campagne, "32001", genres="HF")
    liste = scene.faire_liste(autre.designation, dossier.membres[0], par=autre.secretaire)
    assert {r for _, r, *_ in trouver(campagne)} == {"non-candidat"}
    # The second section's minutes elect that person too.
    troisieme = scene.faire_designation(campagne, scene.faire_section("34001", "34"))
    scene.faire_proces_verbal(
        troisieme,
        [liste.candidatures.get()],
        redacteur=autre.secretaire,
        contresignataire=autre.membres[0],
    )
    doubles = [(s, m, p) for s, r, m, p in trouver(campagne) if r == "double"]
    assert doubles == [
        ("31001", pk, "Également élu·e dans : 34001."),
        ("34001", pk, "Également élu·e dans : 31001."),
    ]
    # One designation looked at alone says the same of itself, and nothing of the other one.
    Anomalie.objects.all().delete()
    assert [(s, m, p) for s, r, m, p in trouver(troisieme) if r == "double"] == [doubles[1]]


@pytest.mark.parametrize(
    ("naissances", "attendu"),
    [
        ((date(1970, 5, 1), date(1970, 5, 1)), True),
        ((date(1970, 5, 1), date(1970, 5, 2)), False),
        ((None, None), False),
    ],
)
def test_deux_fiches_d_une_seule_personne(campagne: Campagne, naissances: tuple, attendu: bool) -> None:
    dossiers = [recevoir(campagne, code) for code in ("31001", "32001")]
    pks = [
        changer(d, nom="Dupré", prenom="Élise", recherche="elise dupre", naissance=n)
        for d, n in zip(dossiers, naissances, strict=True)
    ]
    texte = "Une autre fiche au même nom, née le même jour, est élue dans : {}."
    assert trouver(campagne) == (
        [
            ("31001", "homonyme", pks[0], texte.format("32001")),
            ("32001", "homonyme", pks[1], texte.format("31001")),
        ]
        if attendu
        else []
    )

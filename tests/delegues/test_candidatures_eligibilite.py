"""Who may stand: each criterion in words, and the same over a set."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from django.db.models import F
from hypothesis import given
from hypothesis import strategies as st

from delegues.eligibilite import Motif, adhesion_limite, criteres, motifs, motifs_de, reculer
from delegues.models import Campagne, Candidature
from refondation.membres.models import Adherent
from tests.delegues.scene import faire_adherent, faire_designation, faire_section
from tests.delegues.scene_candidatures import faire_campagne, faire_liste, peupler


@given(le=st.dates(date(1950, 1, 1), date(2050, 1, 1)), mois=st.integers(0, 240))
def test_reculer_garde_le_jour_ou_le_dernier_du_mois(le: date, mois: int) -> None:
    avant = reculer(le, mois=mois)
    assert (le.year * 12 + le.month) - (avant.year * 12 + avant.month) == mois
    assert avant.day == le.day or (avant.day < le.day and le.day > 28)


def test_une_personne_eligible_remplit_chaque_critere(db: None) -> None:
    section, [adherent] = peupler(nombre=1)
    lignes = criteres(adherent, faire_campagne(), section)
    assert [c.code for c in lignes] == [
        "SORTI",
        "STATUT",
        "ANCIENNETE",
        "COTISATION",
        "SECTION",
        "SUSPENDUE",
    ]
    assert all(c.rempli and c.remede == "" for c in lignes)


@pytest.mark.parametrize(
    ("champs", "attendus"),
    [
        ({"sorti_le": date(2026, 8, 1)}, ["SORTI"]),
        ({"adhesion_le": date(2026, 6, 30)}, ["ANCIENNETE"]),
        ({"adhesion_le": date(2026, 7, 1)}, ["SORTI", "ANCIENNETE"]),
        ({"adhesion_le": date(2025, 12, 30)}, []),
        ({"adhesion_le": date(2025, 12, 31)}, ["ANCIENNETE"]),
        ({"a_jour_au": date(2026, 6, 30)}, []),
        ({"a_jour_au": date(2026, 6, 29)}, ["COTISATION"]),
        ({"a_jour_au": None}, ["COTISATION"]),
        ({"statut": "sympathisant", "a_jour_au": None}, ["STATUT"]),
    ],
)
def test_ce_qui_manque_est_nomme_avec_son_remede(
    db: None, champs: dict[str, object], attendus: list[str]
) -> None:
    section, [adherent] = peupler(nombre=1, **champs)
    manquants = [c for c in criteres(adherent, faire_campagne(), section) if not c.rempli]
    assert [c.code for c in manquants] == attendus
    assert all(c.remede for c in manquants)


def test_la_section_d_un_autre_et_une_section_suspendue(db: None) -> None:
    (sienne, [adherent]), autre = peupler(nombre=1), faire_section("31002")
    sienne.etat = "suspendue"
    sienne.save()
    manquants = {c.code: c for c in criteres(adherent, faire_campagne(), autre) if not c.rempli}
    assert set(manquants) == {"SECTION", "SUSPENDUE"}
    assert manquants["SECTION"].libelle == "Appartenir à la section de Ville 31002."
    assert manquants["SECTION"].explication == "Votre section : Ville 31001."


def test_une_campagne_qui_ne_demande_ni_anciennete_ni_cotisation(db: None) -> None:
    section, [adherent] = peupler(nombre=1, a_jour_au=None, adhesion_le=date(2026, 6, 30))
    campagne = faire_campagne(anciennete_mois=0, cotisation_au=None)
    lignes = criteres(adherent, campagne, section)
    assert [c.code for c in lignes] == ["SORTI", "STATUT", "SECTION", "SUSPENDUE"]
    assert motifs_de(adherent, campagne, section) == 0


@pytest.mark.parametrize(
    "reglages", [{}, {"anciennete_mois": 0}, {"cotisation_au": None}, {"anciennete_mois": 36}]
)
def test_les_ensembles_disent_ce_que_disent_les_phrases(db: None, reglages: dict[str, object]) -> None:
    campagne: Campagne = faire_campagne(**reglages)
    ici, ailleurs = faire_section("31001"), faire_section("31002")
    ailleurs.etat = "suspendue"
    ailleurs.save()
    limite = adhesion_limite(campagne)
    for section, adhesion, paye, statut, sorti in product(
        (ici, ailleurs),
        (limite, date(2026, 6, 30), date(2026, 7, 1)),
        (None, date(2026, 6, 29), date(2026, 6, 30)),
        ("adherent", "sympathisant"),
        (None, date(2026, 8, 1)),
    ):
        faire_adherent(section, adhesion_le=adhesion, a_jour_au=paye, statut=statut, sorti_le=sorti)
    lus = Adherent.objects.annotate(manques=motifs(campagne, section=ici)).select_related("section")
    assert lus.count() == 72
    for adherent in lus:
        assert adherent.manques == motifs_de(adherent, campagne, ici)
    assert lus.filter(manques=0).exists()


def test_les_ensembles_se_lisent_depuis_les_candidatures(db: None) -> None:
    campagne = faire_campagne()
    section, [retardataire, autre] = peupler(nombre=2)
    faire_liste(faire_designation(campagne, section), retardataire, autre)
    Adherent.objects.filter(pk=retardataire.pk).update(a_jour_au=None)
    expression = motifs(campagne, section=F("liste__designation__section"), adherent="adherent")
    lus = Candidature.objects.annotate(manques=expression).order_by("rang")
    assert list(lus.values_list("manques", flat=True)) == [Motif.COTISATION, 0]

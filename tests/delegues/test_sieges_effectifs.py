"""Members who count, as the register stood on the evening of the reference date."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from delegues.effectifs import effectifs
from delegues.models import Campagne
from refondation.membres.models import Adherent, Changement
from refondation.territoire.actes import NouvelleSection, fusionner_sections, scinder_section
from tests.delegues.scene import faire_adherent, faire_campagne, faire_compte, faire_section

# The reference date of the scene is 30 June 2026; its evening in Paris is 22:00 UTC.
AVANT_MINUIT = datetime(2026, 6, 30, 21, 59, tzinfo=UTC)
APRES_MINUIT = datetime(2026, 6, 30, 22, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def campagne() -> Campagne:
    return faire_campagne(etat="preparation", anciennete_mois=6, cotisation_au=date(2026, 6, 30))


def par_code(campagne: Campagne) -> dict[str, int]:
    return {section.code: nombre for section, nombre in effectifs(campagne).items()}


def changer(adherent: Adherent, le: datetime, **avant: object) -> None:
    Changement.objects.create(adherent=adherent, cause="correction", le=le, avant=avant)


def test_une_section_sans_personne_n_y_est_pas(campagne: Campagne) -> None:
    faire_section("31001", membres=3)
    faire_section("31002")
    faire_section("09001", "09", membres=1)
    assert par_code(campagne) == {"09001": 1, "31001": 3}


@pytest.mark.parametrize(
    ("champs", "compte"),
    [
        ({}, True),
        ({"statut": "sympathisant", "a_jour_au": None}, False),
        ({"adhesion_le": date(2025, 12, 30)}, True),
        ({"adhesion_le": date(2025, 12, 31)}, False),
        ({"a_jour_au": date(2026, 6, 30)}, True),
        ({"a_jour_au": date(2026, 6, 29)}, False),
        ({"a_jour_au": None}, False),
        ({"sorti_le": date(2026, 6, 30)}, False),
        ({"sorti_le": date(2026, 7, 1)}, True),
    ],
)
def test_qui_compte(campagne: Campagne, champs: dict, compte: bool) -> None:
    faire_adherent(faire_section("31001"), **champs)
    assert par_code(campagne) == ({"31001": 1} if compte else {})


def test_sans_regle_de_cotisation_ni_d_anciennete(campagne: Campagne) -> None:
    campagne.cotisation_au, campagne.anciennete_mois = None, 0
    section = faire_section("31001")
    faire_adherent(section, a_jour_au=None)
    faire_adherent(section, adhesion_le=date(2026, 6, 30))
    faire_adherent(section, adhesion_le=date(2026, 7, 1))
    assert par_code(campagne) == {"31001": 2}


def test_un_demenagement_d_apres_ne_compte_pas(campagne: Campagne) -> None:
    ici, ailleurs = faire_section("31001"), faire_section("31002")
    for le in (AVANT_MINUIT, APRES_MINUIT):
        changer(faire_adherent(ailleurs), le, section_id=ici.pk)
    assert par_code(campagne) == {"31001": 1, "31002": 1}


def test_le_premier_changement_d_apres_dit_ce_qui_etait(campagne: Campagne) -> None:
    sections = [faire_section(code) for code in ("31001", "31002", "31003")]
    adherent = faire_adherent(sections[2])
    changer(adherent, datetime(2026, 8, 1, tzinfo=UTC), section_id=sections[1].pk)
    changer(adherent, datetime(2026, 7, 1, tzinfo=UTC), section_id=sections[0].pk)
    assert par_code(campagne) == {"31001": 1}


def test_une_valeur_vide_est_une_valeur(campagne: Campagne) -> None:
    """Dues paid since, and an exit since: on that evening one had not paid, the other had not left."""
    section = faire_section("31001")
    changer(faire_adherent(section), APRES_MINUIT, a_jour_au=None)
    changer(faire_adherent(section, sorti_le=date(2026, 6, 1)), APRES_MINUIT, sorti_le=None)
    assert par_code(campagne) == {"31001": 1}


def test_corrections_de_statut_et_d_adhesion(campagne: Campagne) -> None:
    section = faire_section("31001")
    changer(faire_adherent(section), APRES_MINUIT, statut="sympathisant")
    changer(faire_adherent(section, adhesion_le=date(2020, 1, 1)), APRES_MINUIT, adhesion_le="2026-06-01")
    assert par_code(campagne) == {}


def test_une_fusion_suit_ses_membres(campagne: Campagne) -> None:
    """Those who moved out before the merge are counted where their old section went."""
    admin = faire_compte("administrateur")
    anciennes = [faire_section("31001", membres=2), faire_section("31002", membres=3)]
    ailleurs = faire_section("31009", membres=1)
    changer(faire_adherent(ailleurs), datetime(2026, 7, 2, tzinfo=UTC), section_id=anciennes[0].pk)
    fusionner_sections(
        anciennes=anciennes,
        vers=NouvelleSection("31010", "Réunies"),
        date_effet=date(2026, 7, 10),
        par=admin,
        instant=datetime(2026, 7, 10, 12, tzinfo=UTC),
    )
    assert par_code(campagne) == {"31009": 1, "31010": 6}


def test_une_scission_compte_ou_sont_les_membres(campagne: Campagne) -> None:
    """Who had left the section before it was split is counted in the part with the smallest code."""
    admin = faire_compte("administrateur")
    section = faire_section("31001", membres=3)
    parti = faire_adherent(section, sorti_le=date(2026, 7, 3))
    scinder_section(
        section=section,
        parts=[
            NouvelleSection("31012", "Nord", numeros=(section.adherents.first().numero,)),
            NouvelleSection("31011", "Sud"),
        ],
        reste="31011",
        date_effet=date(2026, 7, 10),
        par=admin,
        instant=datetime(2026, 7, 10, 12, tzinfo=UTC),
    )
    parti.refresh_from_db()
    assert parti.section == section
    assert par_code(campagne) == {"31011": 3, "31012": 1}


@pytest.mark.parametrize("sections", [1, 3])
def test_trois_requetes(campagne: Campagne, sections: int, django_assert_num_queries: object) -> None:
    for rang in range(sections):
        faire_section(f"3100{rang}", membres=2)
    with django_assert_num_queries(3):
        effectifs(campagne)

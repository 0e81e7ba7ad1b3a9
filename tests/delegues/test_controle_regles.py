"""Rules on minutes and rolls, each beside the nearest case that it must not see; the robust score."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delegues.anomalies import (
    ECART_MAX,
    Participation,
    croissance,
    ecarts_robustes,
    participations_hors_du_commun,
)
from delegues.models import (
    Anomalie,
    Campagne,
)
from tests.delegues import scene
from tests.delegues.scene_controle import (
    faire_campagne,
    recevoir,
    trouver,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def campagne() -> Campagne:
    return faire_campagne()


# --- The minutes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("elus", "attendu"), [(2, []), (3, ["3 titulaires pour 2 siège(s)."])])
def test_plus_d_elus_que_de_sieges(campagne: Campagne, elus: int, attendu: list[str]) -> None:
    recevoir(campagne, elus=elus)
    assert [p for _, r, _, p in trouver(campagne) if r == "sieges"] == attendu


@pytest.mark.parametrize(
    ("genres", "attendu"),
    [
        ("FHFH", []),
        ("HHFH", ["Il manque 1 femme : 0 femme et 2 hommes pour 2 sièges. "
                  "Les places 1 et 2 vont à deux hommes : la règle est l'alternance."]),
        # Nobody of the other gender stood: no rule asks for the impossible.
        ("HHHH", []),
    ],
)  # fmt: skip
def test_parite(campagne: Campagne, genres: str, attendu: list[str]) -> None:
    recevoir(campagne, genres=genres)
    assert [p for _, r, _, p in trouver(campagne) if r == "parite"] == attendu


def test_sans_regle_de_parite(db: None) -> None:
    campagne = faire_campagne(parite="aucune")
    recevoir(campagne, genres="HHFF")
    assert trouver(campagne) == []


@pytest.mark.parametrize(
    ("inscrits", "votants", "attendu"),
    [
        (5, 4, {"presents": "6 présent·es pour 5 inscrit·es."}),
        (6, 6, {}),
        (10, 6, {}),
        (10, 7, {"votants": "7 votant·es pour 6 présent·es."}),
        (6, 7, {"votants": "7 votant·es pour 6 inscrit·es."}),
    ],
)
def test_presents_et_votants(campagne: Campagne, inscrits: int, votants: int, attendu: dict) -> None:
    recevoir(campagne, presents=6, inscrits=inscrits, votants=votants)
    assert {r: p for _, r, _, p in trouver(campagne)} == attendu


def test_un_vote_en_ligne_ne_pointe_personne(campagne: Campagne) -> None:
    recevoir(campagne, inscrits=60, votants=60, designation={"mode": "en-ligne"})
    assert trouver(campagne) == []


@pytest.mark.parametrize(("votants", "attendu"), [(57, True), (36, False)])
def test_participation_hors_de_la_federation(campagne: Campagne, votants: int, attendu: bool) -> None:
    for rang in range(6):
        recevoir(campagne, f"31{rang + 2:03}", votants=28 + rang)
    extreme = recevoir(campagne, "31001", votants=votants)
    # Another federation votes otherwise: it is not compared.
    recevoir(campagne, "32001", votants=5)
    texte = (
        "95,0\u202f% de participation ; dans la fédération, la moitié des 7 sections reçues est au-dessus de "
        "51,7\u202f% (écart robuste : 8,8, seuil : 3,5)."
    )
    assert trouver(campagne) == ([("31001", "participation", None, texte)] if attendu else [])
    Anomalie.objects.all().delete()
    assert bool(trouver(extreme.designation)) is attendu


# --- The roll ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nouveaux", "le", "attendu"),
    [
        (8, date(2026, 6, 30), True),
        (8, date(2025, 6, 30), False),
        (8, date(2026, 7, 1), False),
        (4, date(2026, 6, 30), False),
    ],
)
def test_liste_qui_grossit(campagne: Campagne, nouveaux: int, le: date, attendu: bool) -> None:
    dossier = recevoir(campagne, membres=20)
    scene.faire_section(membres=nouveaux, adhesion_le=le, courriel="")
    assert dossier.section.adherents.count() == 20 + nouveaux
    texte = (
        "20 adhérent·es le 30 juin 2025, 28 le 30 juin 2026 : 40 % de plus, pour 20 % admis sans question."
    )
    assert trouver(campagne) == ([("31001", "croissance", None, texte)] if attendu else [])


@pytest.mark.parametrize(
    ("avant", "apres", "maximum", "attendu"),
    [(20, 25, 25, None), (20, 25, 24, 25), (20, 24, 1, None), (0, 30, 20, None), (30, 20, 20, None)],
)
def test_seuils_de_croissance(avant: int, apres: int, maximum: int, attendu: int | None) -> None:
    assert croissance(avant, apres, maximum) == attendu


@pytest.mark.parametrize(
    ("nombre", "le", "attendu"),
    [(4, date(2026, 1, 1), True), (3, date(2026, 1, 1), False), (4, date(2025, 6, 30), False)],
)
def test_une_adresse_pour_plusieurs(campagne: Campagne, nombre: int, le: date, attendu: bool) -> None:
    recevoir(campagne, membres=20)
    scene.faire_section(membres=nombre, adhesion_le=le, courriel="mairie@gmail.com")
    texte = "4 nouveaux membres partagent l'adresse m…@gmail.com."
    assert trouver(campagne) == ([("31001", "adresse", None, texte)] if attendu else [])


@pytest.mark.parametrize(
    ("domaine", "autres", "attendu"),
    [("scierie.example", 4, True), ("scierie.example", 5, False), ("gmail.com", 0, False)],
)
def test_un_domaine_pour_la_plupart(campagne: Campagne, domaine: str, autres: int, attendu: bool) -> None:
    dossier = recevoir(campagne, membres=60)
    for rang in range(5):
        scene.faire_adherent(dossier.section, adhesion_le=date(2026, 1, 1), courriel=f"n{rang}@{domaine}")
    # Those without an address are new members as well.
    scene.faire_section(membres=autres, adhesion_le=date(2026, 1, 1), courriel="")
    texte = "5 nouveaux membres sur 9 ont une adresse en @scierie.example."
    assert trouver(campagne) == ([("31001", "domaine", None, texte)] if attendu else [])


# --- The robust score -------------------------------------------------------------------------------------------


def test_ecarts_robustes_d_un_exemple() -> None:
    """Median 3, distances 2 1 0 1 97: MAD 1; 0.6745 × 97 for the last."""
    assert ecarts_robustes({1: 1, 2: 2, 3: 3, 4: 4, 5: 100}) == pytest.approx(
        {1: -1.349, 2: -0.6745, 3: 0, 4: 0.6745, 5: 65.4265}
    )


def test_ecarts_quand_plus_de_la_moitie_sont_egaux() -> None:
    """The MAD is 0: the mean distance, 1 ÷ 5 × 10, stands for it."""
    assert ecarts_robustes({1: 5, 2: 5, 3: 5, 4: 5, 5: 15})[5] == pytest.approx(10 / (1.2533 * 2))
    assert ecarts_robustes({1: 5, 2: 5}) == {1: 0.0, 2: 0.0}
    assert ecarts_robustes({}) == {}


@given(
    st.lists(st.fractions(0, 1, max_denominator=1000), min_size=1, max_size=40),
    st.fractions(-10, 10, max_denominator=1000),
    st.integers(1, 8),
)
def test_l_ecart_ne_depend_ni_de_l_origine_ni_de_l_unite(
    parts: list[Fraction], plus: Fraction, fois: int
) -> None:
    exactes = dict(enumerate(parts))
    attendus = ecarts_robustes(exactes)
    deplaces = ecarts_robustes({cle: part * fois + plus for cle, part in exactes.items()})
    assert [round(float(x), 6) for x in deplaces.values()] == [round(float(x), 6) for x in attendus.values()]


@pytest.mark.parametrize(("sections", "attendu"), [(5, 0), (6, 1)])
def test_peu_de_sections_ne_disent_rien(sections: int, attendu: int) -> None:
    lignes = [Participation(i, 31, 30 + i % 2, 60) for i in range(sections - 1)]
    lignes.append(Participation(99, 31, 60, 60))
    trouves = participations_hors_du_commun(lignes)
    assert [c.designation for c in trouves] == [99] * attendu
    assert all(c.preuve["ecart"] > ECART_MAX for c in trouves)


def test_une_liste_vide_ne_divise_par_rien() -> None:
    assert participations_hors_du_commun([Participation(i, 31, 0, 0) for i in range(10)]) == []

"""From sections to seats through federations, the words that explain it, and the figures that compare."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from delegues.ecarts import Poids, mesurer
from delegues.explications import etapes, valeur
from delegues.repartition import NATIONAL, Comptee, Parametres, calculer, empreinte, table
from delegues.sieges import HONDT, METHODES, RESTES, SAINTE_LAGUE, RepartitionImpossible

F = "\u202f"  # thousands
CINQ = [
    Comptee("31001", "31", 212),
    Comptee("31002", "31", 90),
    Comptee("31003", "31", 8),
    Comptee("09001", "09", 60),
    Comptee("75001", "75", 630),
]


def total(**champs: object) -> Parametres:
    return Parametres(**{"regle": "total", "total": 21, "plancher": 1, **champs})


@pytest.mark.parametrize(
    ("methode", "attendu"),
    [
        (RESTES, {"31001": 4, "31002": 2, "31003": 1, "09001": 1, "75001": 13}),
        (SAINTE_LAGUE, {"31001": 4, "31002": 2, "31003": 1, "09001": 1, "75001": 13}),
        (HONDT, {"31001": 4, "31002": 1, "31003": 1, "09001": 1, "75001": 14}),
    ],
)
def test_federations_puis_sections(methode: str, attendu: dict[str, int]) -> None:
    calcul = calculer(CINQ, total(methode=methode))
    assert {code: ligne.sieges for code, ligne in calcul.sections.items()} == attendu
    assert {code: ligne.sieges for code, ligne in calcul.federations.items()} == {
        "31": attendu["31001"] + attendu["31002"] + attendu["31003"],
        "09": attendu["09001"],
        "75": attendu["75001"],
    }
    assert (calcul.sieges, calcul.egalites) == (21, [])


def test_une_federation_a_de_quoi_servir_ses_planchers() -> None:
    petites = [Comptee(f"0900{i}", "09", 1) for i in range(1, 6)]
    calcul = calculer([*petites, Comptee("75001", "75", 995)], total(total=10))
    assert calcul.federations["09"].sieges == 5
    assert {ligne.sieges for code, ligne in calcul.sections.items() if code != "75001"} == {1}


def test_par_tranche_commencee() -> None:
    calcul = calculer(CINQ, Parametres(regle="tranche", tranche=50, plancher=2))
    assert {code: ligne.sieges for code, ligne in calcul.sections.items()} == {
        "31001": 5, "31002": 2, "31003": 2, "09001": 2, "75001": 13,
    }  # fmt: skip
    assert {code: ligne.sieges for code, ligne in calcul.federations.items()} == {"31": 9, "09": 2, "75": 13}


sections_inventees = st.lists(
    st.tuples(st.sampled_from("ABC"), st.integers(1, 300)), min_size=1, max_size=15
).map(lambda tirees: [Comptee(f"{f}{i:02}", f, n) for i, (f, n) in enumerate(tirees)])


@given(sections_inventees, st.integers(0, 200), st.sampled_from(METHODES), st.integers(0, 3))
@settings(deadline=None)
def test_tout_est_partage_et_personne_sous_le_plancher(
    sections: list[Comptee], sieges: int, methode: str, plancher: int
) -> None:
    assume(plancher * len(sections) <= sieges)
    calcul = calculer(
        sections, total(total=sieges, methode=methode, plancher=plancher, egalite="tirage", graine="g")
    )
    assert calcul.sieges == sieges
    assert min(ligne.sieges for ligne in calcul.sections.values()) >= plancher
    for federation, ligne in calcul.federations.items():
        siennes = [calcul.sections[s.code] for s in sections if s.federation == federation]
        assert (sum(s.sieges for s in siennes), sum(s.effectif for s in siennes)) == (
            ligne.sieges,
            ligne.effectif,
        )
    for ligne in calcul.sections.values():
        assert etapes(ligne.detail, ligne.effectif, ligne.sieges, "tirage")[-1].startswith("Total : ")


def test_une_egalite_dit_son_niveau_et_son_issue() -> None:
    sections = [Comptee("A1", "A", 10), Comptee("A2", "A", 10), Comptee("B1", "B", 20)]
    egalite = {"codes": ["A1", "A2"], "niveau": "A", "sieges": 1, "tranchee_par": "refuser", "retenus": []}
    refusee = calculer(sections, total(total=6, plancher=0))
    assert (refusee.egalites, refusee.sieges) == ([egalite], 5)
    tranchee = calculer(sections, total(total=6, plancher=0, egalite="plus-petit-code"))
    assert tranchee.egalites == [egalite | {"tranchee_par": "plus-petit-code", "retenus": ["A1"]}]
    assert tranchee.sieges == 6
    entre_federations = calculer(sections, total(total=5, plancher=0))
    assert (
        entre_federations.egalites[0] | {"codes": ["A", "B"], "niveau": NATIONAL}
        == (entre_federations.egalites[0])
    )


def test_personne_ne_compte() -> None:
    with pytest.raises(RepartitionImpossible, match="Personne ne remplit les conditions"):
        calculer([], total())


# --- Words --------------------------------------------------------------------------------------


def dire(code: str, regles: Parametres, sections: list[Comptee] = CINQ) -> list[str]:
    calcul = calculer(sections, regles)
    ligne = calcul.sections.get(code) or calcul.federations[code]
    return etapes(ligne.detail, ligne.effectif, ligne.sieges, regles.egalite)


def test_les_plus_forts_restes_en_mots() -> None:
    assert dire("31001", total(methode=RESTES)) == [
        "7 sièges à partager entre 310 adhérent·es : 212 × 7 ÷ 310 = environ 4,787 (exactement 742/155).",
        "Une fois servis ceux que le plancher relève, il reste 6 sièges pour 302 adhérent·es : "
        "212 × 6 ÷ 302 = environ 4,212 (exactement 636/151).",
        "Partie entière : 4 sièges. Reste : environ 0,212 (exactement 32/151).",
        "Le plus petit reste servi est environ 0,788 (exactement 119/151). Celui-ci est plus petit.",
        "Total : 4 sièges.",
    ]
    assert dire("31002", total(methode=RESTES))[-2:] == [
        "Le plus petit reste servi est environ 0,788 (exactement 119/151). Celui-ci y arrive : un siège de plus.",
        "Total : 2 sièges.",
    ]
    assert dire("31003", total(methode=RESTES)) == [
        "7 sièges à partager entre 310 adhérent·es : 8 × 7 ÷ 310 = environ 0,181 (exactement 28/155).",
        "Sa part n'atteint pas le plancher, qui garantit 1 siège.",
        "Total : 1 siège.",
    ]
    assert dire("75", total(methode=RESTES))[0] == (
        f"21 sièges à partager entre 1{F}000 adhérent·es : 630 × 21 ÷ 1{F}000 = 13,23."
    )


def test_les_diviseurs_en_mots() -> None:
    assert dire("31001", total(methode=HONDT)) == [
        "6 sièges à partager entre 310 adhérent·es : 212 × 6 ÷ 310 = environ 4,103 (exactement 636/155).",
        "Le dernier siège partagé est allé au quotient 53.",
        "4e siège : 212 ÷ 4 = 53, autant que ce quotient : obtenu.",
        "5e siège : 212 ÷ 5 = 42,4, moins que ce quotient : non.",
        "Total : 4 sièges.",
    ]
    assert dire("31003", total(methode=HONDT))[2:4] == [
        "1er siège : 8 ÷ 1 = 8, moins que ce quotient, mais le plancher garantit 1 siège.",
        "2e siège : 8 ÷ 2 = 4, moins que ce quotient : non.",
    ]


def test_une_egalite_en_mots() -> None:
    sections = [Comptee("A1", "A", 10), Comptee("A2", "A", 10)]
    regles = total(total=3, egalite="plus-petit-code")
    assert dire("A1", regles, sections)[-2:] == [
        "Pour le dernier siège, il y a égalité parfaite avec d'autres. "
        "La règle publiée donne le siège au plus petit code : le siège lui revient.",
        "Total : 2 sièges.",
    ]
    assert dire("A2", regles, sections)[-2].endswith("le siège ne lui revient pas.")
    assert dire("A2", total(total=3), sections)[-2].endswith("tant que la direction n'en choisit pas une.")


def test_les_tranches_en_mots() -> None:
    regles = Parametres(regle="tranche", tranche=50, plancher=2)
    assert dire("31001", regles) == ["212 ÷ 50 = 4,24, soit 5 tranches commencées.", "Total : 5 sièges."]
    assert dire("31003", regles) == [
        "8 ÷ 50 = 0,16, soit 1 tranche commencée.",
        "Le plancher garantit 2 sièges.",
        "Total : 2 sièges.",
    ]
    assert dire("31", regles) == ["Somme des sièges de ses 3 sections : 9."]


@pytest.mark.parametrize(
    ("fraction", "dite"),
    [
        (Fraction(3), "3"),
        (Fraction(5, 2), "2,5"),
        (Fraction(1, 3), "environ 0,333 (exactement 1/3)"),
        (Fraction(2000), f"2{F}000"),
    ],
)
def test_une_fraction_se_dit_exactement(fraction: Fraction, dite: str) -> None:
    assert valeur(fraction) == dite


# --- Figures ------------------------------------------------------------------------------------


def test_les_ecarts() -> None:
    ecarts = mesurer({"A": 60, "B": 30, "C": 10, "D": 0}, {"A": 7, "B": 3, "C": 0, "D": 1})
    assert ecarts.sieges == 10
    assert ecarts.gallagher == pytest.approx(10)  # √(½(10² + 0² + 10²))
    assert ecarts.par_siege == Fraction(10)
    assert ecarts.plus_represente == Poids("A", 60, 7, Fraction(7, 6))
    assert ecarts.moins_represente == Poids("C", 10, 0, Fraction(0))
    assert ecarts.sans_siege == 1


def test_la_table_publiee_et_son_empreinte() -> None:
    texte = table({"total": 20, "graine": 'un "mot", deux'}, [("B", "31", 4, 1), ("A", "31", 9, 2)])
    assert texte == (
        '# règles,"graine=un ""mot"", deux",total=20\ncode,federation,effectif,sieges\nA,31,9,2\nB,31,4,1\n'
    )
    assert len(empreinte(texte)) == 64

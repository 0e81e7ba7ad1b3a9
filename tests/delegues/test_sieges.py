"""Seats: published distributions, an independent package as oracle, and what each method promises."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import pytest
from apportionment.methods import TiesException, compute
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from delegues.sieges import (
    CODE,
    HONDT,
    METHODES,
    REFUSER,
    RESTES,
    SAINTE_LAGUE,
    TIRAGE,
    Egalite,
    RepartitionImpossible,
    par_tranche,
    repartir,
    trancher,
)
from delegues.tirage import numero_tire, ordonner

DU_PAQUET = {RESTES: "largest_remainder", SAINTE_LAGUE: "saintelague", HONDT: "dhondt"}
effectifs_inventes = st.lists(st.integers(0, 400), min_size=1, max_size=12).map(
    lambda nombres: {f"S{i:02}": n for i, n in enumerate(nombres)}
)
avec_des_membres = effectifs_inventes.filter(lambda effectifs: any(effectifs.values()))
methodes = st.sampled_from(METHODES)

# --- Published distributions --------------------------------------------------------------------

# Census of 1790, apportionment populations (M. Balinski and H. P. Young, "Fair Representation").
RECENSEMENT_DE_1790 = {
    "CT": 236841, "DE": 55540, "GA": 70835, "KY": 68705, "MD": 278514, "MA": 475327, "NH": 141822,
    "NJ": 179570, "NY": 331589, "NC": 353523, "PA": 432879, "RI": 68446, "SC": 206236, "VT": 85533,
    "VA": 630560,
}  # fmt: skip


def test_chambre_des_representants_1792_selon_hamilton() -> None:
    """120 seats by largest remainder: the bill that Washington vetoed."""
    assert repartir(RECENSEMENT_DE_1790, 120, RESTES).sieges == {
        "CT": 8, "DE": 2, "GA": 2, "KY": 2, "MD": 9, "MA": 16, "NH": 5, "NJ": 6, "NY": 11, "NC": 12,
        "PA": 14, "RI": 2, "SC": 7, "VT": 3, "VA": 21,
    }  # fmt: skip


def test_chambre_des_representants_1792_selon_jefferson() -> None:
    """105 seats by greatest divisors (D'Hondt's method): the Apportionment Act of 14 April 1792."""
    assert repartir(RECENSEMENT_DE_1790, 105, HONDT).sieges == {
        "CT": 7, "DE": 1, "GA": 2, "KY": 2, "MD": 8, "MA": 14, "NH": 4, "NJ": 5, "NY": 10, "NC": 10,
        "PA": 13, "RI": 2, "SC": 6, "VT": 2, "VA": 19,
    }  # fmt: skip


def test_parlement_europeen_france_2019() -> None:
    """79 seats by D'Hondt among lists above 5 % (ministère de l'Intérieur, 26 May 2019)."""
    voix = {"RN": 5286939, "LREM": 5079015, "EELV": 3055023, "LR": 1920407, "LFI": 1428548, "PS": 1403170}
    attendu = {"RN": 23, "LREM": 23, "EELV": 13, "LR": 8, "LFI": 6, "PS": 6}
    assert repartir(voix, 79, HONDT).sieges == attendu


def test_bundestag_2025() -> None:
    """630 seats by Sainte-Laguë on final second votes (Bundeswahlleiterin, 23 February 2025)."""
    voix = {
        "CDU": 11196374, "AfD": 10328780, "SPD": 8149124, "GRÜNE": 5762380, "Die Linke": 4356532,
        "CSU": 2964028, "SSW": 76138,
    }  # fmt: skip
    attendu = {"CDU": 164, "AfD": 152, "SPD": 120, "GRÜNE": 85, "Die Linke": 64, "CSU": 44, "SSW": 1}
    assert repartir(voix, 630, SAINTE_LAGUE).sieges == attendu


# --- The oracle ---------------------------------------------------------------------------------


@given(avec_des_membres, st.integers(1, 60), methodes)
@settings(max_examples=300, deadline=None)
def test_le_paquet_apportionment_dit_de_meme(effectifs: dict[str, int], sieges: int, methode: str) -> None:
    nous = repartir(effectifs, sieges, methode)
    votes = list(effectifs.values())
    try:
        eux = compute(DU_PAQUET[methode], votes, sieges, fractions=True, tiesallowed=False)
    except TiesException:
        assert nous.egalite is not None
    else:
        assert (nous.egalite, list(nous.sieges.values())) == (None, eux)


# --- What is promised ---------------------------------------------------------------------------


@given(avec_des_membres, st.integers(0, 200), methodes, st.integers(0, 4), st.sampled_from((CODE, TIRAGE)))
@settings(max_examples=300, deadline=None)
def test_la_somme_est_exacte_et_le_plancher_tenu(
    effectifs: dict[str, int], sieges: int, methode: str, plancher: int, regle: str
) -> None:
    assume(plancher * len(effectifs) <= sieges)
    brute = repartir(effectifs, sieges, methode, plancher)
    assert sum(brute.sieges.values()) + (brute.egalite.sieges if brute.egalite else 0) == sieges
    tranchee = trancher(brute, regle, "graine")
    assert sum(tranchee.sieges.values()) == sieges
    assert min(tranchee.sieges.values()) >= plancher
    assert all(tranchee.sieges[code] == plancher for code in tranchee.au_plancher)
    # More members never means fewer seats.
    par_effectif = sorted(effectifs, key=lambda code: (effectifs[code], tranchee.sieges[code]))
    assert all(tranchee.sieges[moins] <= tranchee.sieges[plus] for moins, plus in pairwise(par_effectif))


@given(avec_des_membres, st.integers(0, 200))
@settings(deadline=None)
def test_les_plus_forts_restes_restent_dans_le_quota(effectifs: dict[str, int], sieges: int) -> None:
    repartie = trancher(repartir(effectifs, sieges, RESTES), CODE)
    total = sum(effectifs.values())
    for code, effectif in effectifs.items():
        quota = Fraction(effectif * sieges, total)
        assert math.floor(quota) <= repartie.sieges[code] <= math.ceil(quota)


@given(avec_des_membres, st.integers(0, 150), st.sampled_from((SAINTE_LAGUE, HONDT)), st.integers(0, 3))
@settings(deadline=None)
def test_un_siege_de_plus_n_en_ote_a_personne(
    effectifs: dict[str, int], sieges: int, methode: str, plancher: int
) -> None:
    """House monotonicity of divisor methods; ties by code keep it, since the order never changes."""
    assume(plancher * len(effectifs) <= sieges)
    avant, apres = (
        trancher(repartir(effectifs, n, methode, plancher), CODE).sieges for n in (sieges, sieges + 1)
    )
    assert all(apres[code] >= avant[code] for code in effectifs)


def test_les_plus_forts_restes_connaissent_le_paradoxe_de_l_alabama() -> None:
    """A known defect of the method, shown by the simulation: a seat more takes one from the smallest."""
    effectifs = {"A": 6, "B": 6, "C": 2}
    assert repartir(effectifs, 10, RESTES).sieges == {"A": 4, "B": 4, "C": 2}
    assert repartir(effectifs, 11, RESTES).sieges == {"A": 5, "B": 5, "C": 1}


@given(avec_des_membres, st.integers(1, 100), st.sampled_from((SAINTE_LAGUE, HONDT)), st.integers(0, 3))
@settings(deadline=None)
def test_le_seuil_explique_chaque_siege(
    effectifs: dict[str, int], sieges: int, methode: str, plancher: int
) -> None:
    """Everybody's last seat reaches the threshold unless it is a floor; nobody's next one passes it."""
    assume(plancher * len(effectifs) < sieges)
    repartie = repartir(effectifs, sieges, methode, plancher)
    pas = 1 if methode == HONDT else 2
    for code, effectif in effectifs.items():
        obtenus = repartie.sieges[code]
        assert Fraction(effectif, pas * obtenus + 1) <= repartie.seuil
        if obtenus > plancher:
            assert Fraction(effectif, pas * (obtenus - 1) + 1) >= repartie.seuil


@given(
    st.dictionaries(st.text("ABC", min_size=1), st.integers(0, 300)), st.integers(1, 90), st.integers(0, 3)
)
def test_une_tranche_commencee_donne_un_siege(effectifs: dict[str, int], tranche: int, plancher: int) -> None:
    for code, sieges in par_tranche(effectifs, tranche, plancher).items():
        assert sieges >= plancher
        assert sieges * tranche >= effectifs[code]
        assert sieges == plancher or (sieges - 1) * tranche < effectifs[code]


# --- Floors -------------------------------------------------------------------------------------


def test_le_plancher_est_un_minimum_pas_un_cadeau() -> None:
    effectifs = {"A": 900, "B": 80, "C": 10}
    assert repartir(effectifs, 10, RESTES, 1).sieges == {"A": 8, "B": 1, "C": 1}
    assert repartir(effectifs, 10, SAINTE_LAGUE, 1).sieges == {"A": 8, "B": 1, "C": 1}
    assert repartir(effectifs, 10, HONDT, 1).sieges == {"A": 8, "B": 1, "C": 1}
    assert repartir(effectifs, 10, HONDT).sieges == {"A": 10, "B": 0, "C": 0}
    assert repartir(effectifs, 10, RESTES, 1).au_plancher == {"B", "C"}


def test_chacun_peut_avoir_son_plancher() -> None:
    repartie = repartir({"A": 60, "B": 40}, 10, RESTES, {"A": 2, "B": 5})
    assert (repartie.sieges, repartie.au_plancher) == ({"A": 5, "B": 5}, {"B"})


def test_plus_de_planchers_que_de_sieges() -> None:
    with pytest.raises(RepartitionImpossible, match="Le plancher demande 3 sièges, il n'y en a que 2"):
        repartir({"A": 1, "B": 1, "C": 1}, 2, RESTES, 1)


@pytest.mark.parametrize("methode", METHODES)
def test_personne_n_a_de_membre(methode: str) -> None:
    with pytest.raises(RepartitionImpossible, match="2 sièges à répartir, et aucun·e adhérent·e"):
        repartir({"A": 0, "B": 0}, 4, methode, 1)
    assert repartir({"A": 0, "B": 0}, 4, methode, 2).sieges == {"A": 2, "B": 2}
    assert repartir({}, 0, methode).sieges == {}


@pytest.mark.parametrize("methode", METHODES)
def test_sans_membre_on_n_a_que_son_plancher(methode: str) -> None:
    assert repartir({"A": 10, "B": 0}, 5, methode).sieges == {"A": 5, "B": 0}
    assert repartir({"A": 10, "B": 0}, 5, methode, 1).sieges == {"A": 4, "B": 1}


# --- Ties ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("methode", METHODES)
def test_une_egalite_est_nommee_et_ses_sieges_restent(methode: str) -> None:
    repartie = repartir({"C": 10, "A": 10, "B": 10}, 5, methode)
    assert repartie.egalite == Egalite(("A", "B", "C"), 2)
    assert repartie.sieges == {"C": 1, "A": 1, "B": 1}
    assert trancher(repartie, REFUSER) is repartie
    assert trancher(repartie, CODE).sieges == {"C": 1, "A": 2, "B": 2}


@pytest.mark.parametrize("methode", METHODES)
def test_pas_d_egalite_quand_chacun_est_servi(methode: str) -> None:
    assert repartir({"A": 10, "B": 10, "C": 10}, 6, methode).egalite is None


def test_deux_grands_nombres_voisins_ne_sont_pas_egaux() -> None:
    """Floats would call it a tie: 2⁶⁰ and 2⁶⁰ + 1 round to the same double."""
    effectifs = {"A": 2**60, "B": 2**60 + 1}
    for methode in METHODES:
        assert repartir(effectifs, 1, methode).sieges == {"A": 0, "B": 1}


def test_le_tirage_est_rejouable_par_chacun() -> None:
    """The order is that of `printf 'GRAINE\\nCODE' | sha256sum`, whatever order the codes came in."""
    assert numero_tire("graine", "A") == "2624e3f6c870964065d94a0e05e544440c353d6778f3dadb59367cc0c25decee"
    assert ordonner("BA", "graine") == ordonner("AB", "graine") == ["A", "B"]
    repartie = repartir({"B": 10, "A": 10}, 3, HONDT)
    assert trancher(repartie, TIRAGE, "graine").retenus == ("A",)


def test_une_regle_inconnue_est_un_defaut() -> None:
    repartie = repartir({"A": 10, "B": 10}, 1, HONDT)
    with pytest.raises(ValueError, match="règle d'égalité inconnue"):
        trancher(repartie, "pile-ou-face")
    with pytest.raises(ValueError, match="un tirage demande une graine"):
        trancher(repartie, TIRAGE)
    with pytest.raises(ValueError, match="méthode inconnue"):
        repartir({"A": 10}, 1, "adams")
    with pytest.raises(ValueError, match="entiers positifs ou nuls"):
        repartir({"A": -1}, 1, HONDT)


@pytest.mark.parametrize("retenus", [(), ("A", "B"), ("C",)])
def test_completer_veut_autant_de_retenus_que_de_sieges(retenus: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="retenus"):
        repartir({"A": 10, "B": 10, "C": 1}, 1, HONDT).completer(retenus)

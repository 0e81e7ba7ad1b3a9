"""The arithmetic of paper ballots: what adds up, what does not, and how it is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delegues.decompte import Decompte, ecarts, noms_par_bulletin, regle_en_mots

BASE = {"inscrits": 40, "presents": 30, "votants": 25, "blancs": 3, "nuls": 2, "noms": 1}


def phrases(**champs: object) -> list[str]:
    return ecarts(Decompte(**{**BASE, "voix": {1: 12, 2: 8}, **champs}))


@pytest.mark.parametrize(
    ("candidatures", "sieges", "concurrentes", "noms"),
    [
        ("personnes", 1, 5, 1),
        ("personnes", 4, 5, 4),
        ("personnes", 4, 3, 3),
        ("personnes", 4, 0, 1),
        ("duos", 4, 5, 2),
        ("duos", 5, 5, 3),
        ("duos", 1, 5, 1),
        ("listes", 9, 5, 1),
    ],
)
def test_noms_par_bulletin(candidatures: str, sieges: int, concurrentes: int, noms: int) -> None:
    assert noms_par_bulletin(candidatures, sieges, concurrentes) == noms


@pytest.mark.parametrize(
    ("champs", "attendu"),
    [
        ({}, []),
        ({"presents": None}, []),
        ({"noms": 2}, []),
        ({"noms": 2, "voix": {1: 20, 2: 20}}, []),
        (
            {"voix": {1: 12, 2: 9}},
            [
                "Les voix font 21 et les suffrages exprimés 20 (25 votant·es, 3 blancs, 2 nuls) : "
                "l'écart est de 1."
            ],
        ),
        ({"presents": 41}, ["41 présent·es pour 40 inscrit·es : pointez la liste de nouveau."]),
        (
            {"presents": 22},
            [
                "25 votant·es pour 22 présent·es : il manque 3 personnes sur la feuille de présence, "
                "ou il y a trop de bulletins."
            ],
        ),
        ({"presents": None, "inscrits": 24}, ["25 votant·es pour 24 inscrit·es."]),
        (
            {"blancs": 20, "nuls": 6},
            ["20 blancs et 6 nuls font plus que les 25 votant·es : recomptez les bulletins."],
        ),
        (
            {"noms": 2, "voix": {1: 21, 2: 1}},
            ["Une candidature a 21 voix pour 20 suffrages exprimés : un bulletin ne lui donne qu'une voix."],
        ),
        (
            {"noms": 2, "voix": {1: 10, 2: 9}},
            [
                "Les voix font 19 pour 20 suffrages exprimés : chaque bulletin exprimé porte au moins un nom. "
                "Un bulletin sans nom est blanc."
            ],
        ),
        (
            {"noms": 2, "voix": {1: 20, 2: 20, 3: 1}},
            [
                "Les voix font 41 : 20 bulletins de 2 noms au plus en donnent 40. "
                "Un bulletin qui porte plus de noms est nul."
            ],
        ),
    ],
)
def test_ce_qui_ne_tombe_pas_juste_se_dit(champs: dict, attendu: list[str]) -> None:
    assert phrases(**champs) == attendu


@given(
    st.lists(st.sets(st.integers(1, 5), max_size=7), max_size=40),
    st.integers(0, 5),
    st.integers(1, 4),
)
def test_tout_depouillement_reel_tombe_juste(bulletins: list[set[int]], nuls: int, noms: int) -> None:
    """Whatever the ballots are, counting them as the rule says adds up."""
    bons = [b for b in bulletins if 0 < len(b) <= noms]
    trop = sum(len(b) > noms for b in bulletins)
    votants = len(bulletins) + nuls
    decompte = Decompte(
        inscrits=votants + 2,
        presents=votants + 1,
        votants=votants,
        blancs=sum(not b for b in bulletins),
        nuls=nuls + trop,
        noms=noms,
        voix={c: sum(c in b for b in bons) for c in range(1, 6)},
    )
    assert decompte.exprimes == len(bons)
    assert ecarts(decompte) == []


def test_la_regle_se_dit() -> None:
    assert regle_en_mots("personnes", 1) == (
        "Un bulletin porte un nom. Plusieurs, il est nul ; aucun, il est blanc."
    )
    assert regle_en_mots("duos", 2) == (
        "Un bulletin porte de 1 à 2 duos. Davantage, il est nul ; aucun, il est blanc."
    )
    assert regle_en_mots("listes", 1).startswith("Un bulletin porte une liste.")

"""Merging of small rolls: examples, then properties on any territory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.urnes import EffectifInsuffisant, repartir


def resume(effectifs, maillage, seuil=10):
    return [(b.niveau, b.sections, b.inscrits) for b in repartir(effectifs, maillage=maillage, seuil=seuil)]


def test_repartir_national_fait_une_urne():
    assert resume({1: (1, 3), 2: (2, 9)}, "national") == [("national", (1, 2), 12)]


def test_repartir_section_sous_le_seuil_rejoint_sa_federation():
    assert resume({1: (1, 20), 2: (1, 4), 3: (1, 7)}, "section") == [
        ("federation", (2, 3), 11),
        ("section", (1,), 20),
    ]


def test_repartir_urne_commune_trop_petite_prend_la_plus_petite_section():
    assert resume({1: (1, 20), 2: (1, 4), 3: (1, 15)}, "section") == [
        ("federation", (2, 3), 19),
        ("section", (1,), 20),
    ]


def test_repartir_federation_sous_le_seuil_rejoint_l_urne_nationale_et_y_attire_la_plus_petite():
    assert resume({1: (1, 4), 2: (2, 30), 3: (3, 12)}, "federation") == [
        ("federation", (2,), 30),
        ("national", (1, 3), 16),
    ]


def test_repartir_college_sous_le_seuil_est_refuse():
    with pytest.raises(EffectifInsuffisant) as refus:
        repartir({1: (1, 4), 2: (2, 5)}, maillage="section", seuil=10)
    assert refus.value.inscrits == 9


@given(
    effectifs=st.dictionaries(
        st.integers(1, 60), st.tuples(st.integers(1, 8), st.integers(1, 40)), min_size=1, max_size=40
    ),
    maillage=st.sampled_from(["section", "federation", "national"]),
    seuil=st.integers(3, 25),
)
def test_repartir_toute_personne_dans_une_urne_au_moins_egale_au_seuil(effectifs, maillage, seuil):
    if sum(n for _, n in effectifs.values()) < seuil:
        with pytest.raises(EffectifInsuffisant):
            repartir(effectifs, maillage=maillage, seuil=seuil)
        return
    boites = repartir(effectifs, maillage=maillage, seuil=seuil)
    assert sorted(s for b in boites for s in b.sections) == sorted(effectifs)
    assert all(b.inscrits == sum(effectifs[s][1] for s in b.sections) >= seuil for b in boites)
    communes = [(b.niveau, b.federation, b.section) for b in boites]
    assert len(set(communes)) == len(communes)

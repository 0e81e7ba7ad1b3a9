"""Voting codes: as the tool makes them, as people type them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.belenios.groupes import groupe
from consultation.belenios.identifiants import (
    ALPHABET,
    CodeInvalide,
    cle_publique,
    exposant,
    normaliser_code,
    nouveau_code,
)

G = groupe("BELENIOS-2048")


def test_les_codes_de_reference_donnent_leurs_identifiants_publics(codes_a_single):
    publics = json.loads((Path(__file__).parent.parent / "javascript/vecteurs/public_creds.json").read_text())
    calcules = {str(cle_publique(code, "kTLHHGojorGc9E", G)) for code in codes_a_single}
    assert calcules == {p.split(",")[0] for p in publics}


def test_un_code_sert_dans_une_seule_election(codes_a_single):
    assert exposant(codes_a_single[0], "kTLHHGojorGc9E", G) != exposant(
        codes_a_single[0], "kTLHHGojorGc9F", G
    )


def test_les_codes_sont_neufs_et_canoniques():
    codes = {nouveau_code() for _ in range(500)}
    assert len(codes) == 500
    for code in codes:
        assert normaliser_code(code) == code
        assert [len(groupe_) for groupe_ in code.split("-")] == [3] * 5


@pytest.mark.parametrize(
    "deguiser",
    [
        lambda c: c.replace("-", ""),
        lambda c: c.replace("-", " "),
        lambda c: f"  {c}\n",
        lambda c: c.replace("-", "\N{EN DASH}"),
        lambda c: c.replace("-", "\N{NO-BREAK SPACE}"),
        lambda c: "".join(chr(ord(x) + 0xFEE0) if x.isalnum() else x for x in c),
    ],
)
def test_les_separateurs_sont_libres(deguiser, codes_a_single):
    code = codes_a_single[0]
    assert normaliser_code(deguiser(code)) == code
    # The dashes are part of what the key is derived from: normalised first.
    assert exposant(deguiser(code), "kTLHHGojorGc9E", G) == exposant(code, "kTLHHGojorGc9E", G)


@given(st.integers(0, 14), st.sampled_from(ALPHABET))
def test_un_signe_change_est_vu(place, signe):
    signes = "J3tQtQ45hJpiswp"
    autre = signes[:place] + signe + signes[place + 1 :]
    # Digits 53 apart are the same modulo 53: the scheme's own limit.
    if abs(ALPHABET.index(signe) - ALPHABET.index(signes[place])) in (0, 53):
        return
    with pytest.raises(CodeInvalide) as refus:
        normaliser_code(autre)
    assert refus.value.code == "controle"


@pytest.mark.parametrize(
    ("saisie", "code"),
    [
        ("", "longueur"),
        ("J3t-QtQ-45h-Jpi-sw", "longueur"),
        ("J3t-QtQ-45h-Jpi-swpp", "longueur"),
        ("J3t-QtQ-45h-Jpi-sw0", "signe"),
        ("J3t-QtQ-45h-Jpi-swI", "signe"),
        ("J3t-QtQ-45h-Jpi-swé", "signe"),
        ("J3t-QtQ-45h-Jpi-swq", "controle"),
    ],
)
def test_une_saisie_fausse_est_nommee(saisie, code):
    with pytest.raises(CodeInvalide) as refus:
        exposant(saisie, "kTLHHGojorGc9E", G)
    assert refus.value.code == code

"""Strict readers: what no writer of the protocol produces is refused."""

from __future__ import annotations

import json

import pytest
from gmpy2 import mpz
from hypothesis import given
from hypothesis import strategies as st

from consultation.belenios.encodage import (
    ENTIER_JSON_MAX,
    EncodageInvalide,
    ecrire_poids,
    exiger_champs,
    json_compact,
    lire_decimal,
    lire_entier,
    lire_json,
    lire_json_canonique,
    lire_poids,
)

VALEURS = st.recursive(
    st.none() | st.booleans() | st.integers(0, 10**9) | st.text(),
    lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(), v, max_size=4),
    max_leaves=20,
)


@given(VALEURS)
def test_la_forme_compacte_se_relit(valeur):
    octets = json_compact(valeur)
    assert lire_json_canonique(octets) == valeur
    assert json.loads(octets) == valeur


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"{",
        b'{"a":1,"a":1}',
        b'{"a":{"b":1,"b":2}}',
        b"1.0",
        b"1e3",
        b"-1",
        b"-0",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"12345678901",
        b"9" * 5000,
        b"\xff",
        b"\xef\xbb\xbf{}",
        '"é"'.encode("latin-1"),
        b"[]x",
        b"{}\x00",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"'a'",
    ],
)
def test_lire_json_refuse(octets):
    with pytest.raises(EncodageInvalide):
        lire_json(octets)


@pytest.mark.parametrize(
    "octets", [b'{"a": 1}', b"[1 ]", b"[]\n", b'"\\u00e9"', b'"\\/"', b'"\\ud800"', b"01", b'{"a":1}\t']
)
def test_lire_json_canonique_refuse_les_autres_formes(octets):
    with pytest.raises(EncodageInvalide):
        lire_json_canonique(octets)


@given(st.integers(0, 2**300))
def test_un_decimal_se_relit(n):
    assert lire_decimal(str(n), mpz(2) ** 300 + 1, 91) == n


@pytest.mark.parametrize(
    "texte",
    ["", "00", "01", "-1", "+1", " 1", "1 ", "1\n", "0x1", "1_0", "١", "1e3", 1, None, True, "7", "10", []],
)
def test_un_decimal_non_canonique_ou_hors_bornes_est_refuse(texte):
    with pytest.raises(EncodageInvalide):
        lire_decimal(texte, mpz(7), 1)


@given(st.integers(0, 2**80))
def test_un_poids_se_relit(n):
    ecrit = ecrire_poids(n)
    assert isinstance(ecrit, int) == (n < 2**30)
    assert lire_poids(ecrit) == n


@pytest.mark.parametrize(
    "valeur",
    [-1, True, 1.0, None, "1", str(ENTIER_JSON_MAX), "01073741824", "", "9" * 101, ENTIER_JSON_MAX + 1],
)
def test_un_poids_mal_ecrit_est_refuse(valeur):
    with pytest.raises(EncodageInvalide):
        lire_poids(valeur)


@pytest.mark.parametrize("valeur", [True, "1", 1.0, -1, 4, None])
def test_lire_entier_refuse(valeur):
    with pytest.raises(EncodageInvalide):
        lire_entier(valeur, 3)


def test_les_champs_sont_exactement_ceux_attendus():
    assert exiger_champs({"a": 1, "c": 2}, "a", "b", "c", facultatifs=("b",)) == {"a": 1, "c": 2}
    assert exiger_champs({"c": 1, "a": 2}, "a", "c", ordonnes=False) == {"c": 1, "a": 2}
    for objet in ({"c": 1, "a": 2}, {"a": 1}, {"a": 1, "c": 2, "d": 3}, [], None, "a"):
        with pytest.raises(EncodageInvalide):
            exiger_champs(objet, "a", "b", "c", facultatifs=("b",))


@pytest.mark.parametrize("profondeur", [100, 300, 500, 700, 900, 950, 990, 1100, 5000])
@pytest.mark.parametrize(("ouvre", "ferme"), [("[", "]"), ('{"a":', "}")])
def test_un_emboitement_profond_est_lu_ou_refuse_sans_autre_exception(profondeur, ouvre, ferme):
    octets = (ouvre * profondeur + "1" + ferme * profondeur).encode()
    try:
        assert json_compact(lire_json_canonique(octets)) == octets
    except EncodageInvalide:
        assert profondeur > 300

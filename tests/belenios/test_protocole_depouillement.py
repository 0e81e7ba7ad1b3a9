"""Counting: sums, weights, partial decryptions, logarithms."""

from __future__ import annotations

import json
import time

import pytest
from gmpy2 import mpz
from hypothesis import given, settings
from hypothesis import strategies as st

from consultation.belenios.bulletins import verifier
from consultation.belenios.depouillement import (
    DechiffrementInvalide,
    Logarithmes,
    ResultatIntrouvable,
    chiffrer_total,
    dechiffrement_partiel,
    depuis_json,
    lire_total,
    part_signee,
    resultat,
    resultat_json,
    somme,
    somme_ponderee,
    total_nul,
    verifier_dechiffrement,
    vers_json,
)
from consultation.belenios.encodage import EncodageInvalide
from consultation.belenios.gardiens import PartsInsuffisantes, lire_gardiens
from consultation.belenios.groupes import groupe
from tests.belenios.archives import compact
from tests.belenios.fabrique import CHOIX, RESULTAT_ORDINAIRE, Atelier, cles_simples

G = groupe("BELENIOS-2048")


@pytest.fixture(scope="module")
def total(atelier):
    return atelier.total()


@pytest.fixture(scope="module")
def parts(atelier, total):
    return {o: dechiffrement_partiel(atelier.election, total, x) for o, x in atelier.cles.privees.items()}


def test_le_resultat_est_celui_des_derniers_bulletins(atelier, total, parts):
    gardiens = lire_gardiens(atelier.cles.octets, G)
    for o, part in parts.items():
        verifier_dechiffrement(atelier.election, total, part, gardiens.proprietaires[o - 1])
    assert resultat(atelier.election, gardiens, total, parts, 4) == RESULTAT_ORDINAIRE
    assert resultat_json(RESULTAT_ORDINAIRE) == b'{"result":[[1,1,2],[1,3,3]]}'
    with pytest.raises(PartsInsuffisantes):
        resultat(atelier.election, gardiens, total, {1: parts[1]}, 4)
    with pytest.raises(PartsInsuffisantes):
        resultat(atelier.election, gardiens, total, {}, 4)
    with pytest.raises(ResultatIntrouvable):
        resultat(atelier.election, gardiens, total, parts, 2)
    with pytest.raises(ResultatIntrouvable):
        resultat(atelier.election, gardiens, total, {1: parts[1], 2: parts[1]}, 4)


def test_une_somme_se_fait_par_morceaux(atelier, total):
    cellules = [verifier(atelier.election, b).cellules for b in atelier.derniers().values()]
    moitie = [somme(atelier.election, cellules[:2]), somme(atelier.election, cellules[2:])]
    assert somme(atelier.election, [depuis_json(json.loads(compact(vers_json(t)))) for t in moitie]) == total
    assert somme(atelier.election, []) == total_nul(atelier.election)
    assert somme_ponderee(atelier.election, [(c, 1) for c in cellules]) == total


def test_un_poids_compte_autant_de_bulletins(atelier):
    c = verifier(atelier.election, atelier.bulletins[0][1]).cellules
    assert somme_ponderee(atelier.election, [(c, 3), (c, 0)]) == somme(atelier.election, [c, c, c])


def test_une_election_ponderee():
    atelier = Atelier(poids=(3, 1, 0, 2**31, 5), cles=cles_simples(1))
    for electeur, choix in enumerate((CHOIX[0], CHOIX[1], CHOIX[0], CHOIX[2])):
        atelier.voter(electeur, choix)
    gardiens = lire_gardiens(atelier.cles.octets, G)
    total = atelier.total()
    poids = atelier.poids_comptes()
    assert poids == 2**31 + 4
    part = dechiffrement_partiel(atelier.election, total, atelier.cles.privees[1])
    valeurs = resultat(atelier.election, gardiens, total, {1: part}, poids)
    assert valeurs == [[1, 3, 2**31], [3, 2**31 + 3, 2**31 + 1]]
    assert resultat_json(valeurs) == b'{"result":[[1,3,"2147483648"],[3,"2147483651","2147483649"]]}'
    assert json.loads(chiffrer_total(total, nombre=4, poids=poids)[1])["total_weight"] == str(poids)


def test_les_enregistrements_ecrits_se_relisent(atelier, total):
    chiffre, mesure = chiffrer_total(total, nombre=4, poids=4)
    assert lire_total(atelier.election, chiffre) == total
    assert list(json.loads(mesure)) == ["num_tallied", "total_weight", "encrypted_tally"]
    assert part_signee(2, "x").startswith('{"owner":2,"payload":"')


@pytest.mark.parametrize(
    "changer",
    [
        lambda t: t[:1],
        lambda t: [t[0][:2], t[1]],
        lambda t: [[t[0][0] | {"alpha": "0"}, *t[0][1:]], t[1]],
        lambda t: [[t[0][0] | {"alpha": str(G.p - int(t[0][0]["alpha"]))}, *t[0][1:]], t[1]],
        lambda t: [[dict(reversed(t[0][0].items())), *t[0][1:]], t[1]],
        lambda t: {},
    ],
)
def test_un_total_mal_forme_est_refuse(atelier, total, changer):
    with pytest.raises(EncodageInvalide):
        lire_total(atelier.election, compact(changer(vers_json(total))))


def test_dechiffrer_un_nombre_hors_du_groupe_se_refuse(atelier, total):
    alpha, beta = total[0][0]
    for triche in ((G.p - alpha, beta), (alpha, G.p - beta), (mpz(0), beta)):
        with pytest.raises(ValueError, match="groupe"):
            dechiffrement_partiel(atelier.election, [[triche, *total[0][1:]], total[1]], 12345)


@pytest.mark.parametrize(
    ("changer", "mot"),
    [
        (lambda d: d["decryption_factors"][0].__setitem__(0, "1"), "preuve"),
        (lambda d: d["decryption_factors"][0].__setitem__(0, "0"), "groupe"),
        (
            lambda d: d["decryption_factors"][1].__setitem__(
                2, str(G.p - int(d["decryption_factors"][1][2]))
            ),
            "groupe",
        ),
        (lambda d: d["decryption_factors"][0].reverse(), "preuve"),
        (lambda d: d["decryption_proofs"][1][2].update(response="4"), "cellule 3 de la question 2"),
        (lambda d: d["decryption_proofs"][0][0].update(challenge=str(G.q)), "mal formé"),
        (lambda d: d["decryption_proofs"][0].pop(), "mal formé"),
        (lambda d: d["decryption_factors"].pop(), "mal formé"),
        (lambda d: d.update(note="x"), "mal formé"),
        (lambda d: d.pop("decryption_proofs"), "mal formé"),
    ],
)
def test_un_dechiffrement_altere_est_refuse(atelier, total, parts, changer, mot):
    objet = json.loads(parts[1])
    changer(objet)
    publique = G.puissance_g(atelier.cles.privees[1])
    with pytest.raises(DechiffrementInvalide, match=mot):
        verifier_dechiffrement(atelier.election, total, compact(objet), publique)


def test_le_dechiffrement_d_un_autre_gardien_ou_d_un_autre_total_est_refuse(atelier, total, parts):
    un, deux = (G.puissance_g(x) for x in atelier.cles.privees.values())
    autre = [[(b, a) for a, b in ligne] for ligne in total]
    for t, part, cle in (
        (total, parts[1], deux),
        (autre, parts[1], un),
        (total, b"", un),
        (total, b"[]", un),
    ):
        with pytest.raises(DechiffrementInvalide):
            verifier_dechiffrement(atelier.election, t, part, cle)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 300), st.data())
def test_les_logarithmes_se_trouvent_jusqu_a_leur_borne(borne, data):
    m = data.draw(st.integers(0, borne))
    cherche = Logarithmes(G, borne, cellules=data.draw(st.integers(1, 5)))
    assert cherche.trouver(G.puissance_g(m)) == m
    for hors in (borne + 1, -1, 10**9):
        with pytest.raises(ResultatIntrouvable):
            cherche.trouver(G.puissance_g(hors))


def test_deux_cent_mille_voix_se_trouvent_aussitot():
    debut = time.perf_counter()
    cherche = Logarithmes(G, 200_000, cellules=3)
    assert [cherche.trouver(G.puissance_g(m)) for m in (200_000, 99_999, 0)] == [200_000, 99_999, 0]
    assert time.perf_counter() - debut < 1


def test_un_poids_demesure_se_refuse_plutot_que_de_chercher_sans_fin():
    with pytest.raises(ResultatIntrouvable, match="trop grand"):
        Logarithmes(G, 10**20)

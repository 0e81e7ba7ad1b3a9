"""Trustees: keys, n of n, t of n in both layouts, mixtures; each alteration is refused by name."""

from __future__ import annotations

import itertools
import json

import pytest
from gmpy2 import invert, mpz, powmod

from consultation.belenios.gardiens import (
    GardiensInvalides,
    PartsInsuffisantes,
    construire_gardiens,
    lire_gardiens,
    nouvelle_cle,
    verifier_cle_publique,
)
from consultation.belenios.groupes import groupe
from tests.belenios.archives import compact
from tests.belenios.fabrique import cles_a_seuil, cles_simples, melanger

G = groupe("BELENIOS-2048")


def test_une_cle_neuve_est_valable_et_son_exposant_aussi():
    x, cle = nouvelle_cle(G)
    assert 0 < x < G.q
    assert verifier_cle_publique(cle, G) == powmod(G.g, x, G.p)
    assert verifier_cle_publique(cle | {"name": "Ada"}, G) == int(cle["public_key"])


@pytest.mark.parametrize(
    "changer",
    [
        lambda c: c | {"public_key": str(G.g)},
        lambda c: c | {"public_key": "1"},
        lambda c: c | {"public_key": str(G.p - int(c["public_key"]))},
        lambda c: c | {"public_key": "0" + c["public_key"]},
        lambda c: c | {"public_key": int(c["public_key"])},
        lambda c: c | {"pok": c["pok"] | {"challenge": "1"}},
        lambda c: c | {"pok": c["pok"] | {"response": str(int(c["pok"]["response"]) + int(G.q))}},
        lambda c: c | {"pok": {}},
        lambda c: c | {"pok": None},
        lambda c: c | {"name": 3},
        lambda c: c | {"note": "x"},
        lambda c: {"public_key": c["public_key"]},
        lambda c: [],
        lambda c: None,
        lambda c: nouvelle_cle(G)[1] | {"pok": c["pok"]},
    ],
)
def test_une_cle_publique_fausse_est_refusee(changer):
    _, cle = nouvelle_cle(G)
    with pytest.raises(GardiensInvalides):
        verifier_cle_publique(changer(cle), G)


def test_la_liste_reprend_l_ordre_du_protocole():
    """A JSON column of PostgreSQL gives fields back in its own order."""
    _, cle = nouvelle_cle(G)
    melee = {"name": "É", "public_key": cle["public_key"], "pok": dict(reversed(cle["pok"].items()))}
    assert construire_gardiens([melee]) == compact([["Single", cle | {"name": "É"}]])


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b'[["Single"]]',
        b'[["Autre",{}]]',
        b'[["Single",{}]]',
        b'[["Pedersen",{}]]',
        b"[1]",
    ],
)
def test_une_liste_mal_formee_est_refusee(octets):
    with pytest.raises(GardiensInvalides):
        lire_gardiens(octets, G)


def facteur(alpha, x):
    return [[powmod(alpha, x, G.p)]]


@pytest.mark.parametrize("nouvelle", [False, True], ids=["2.0", "3.0"])
@pytest.mark.parametrize(("t", "n"), [(1, 1), (1, 3), (2, 3), (3, 3), (3, 5)])
def test_t_gardiens_quelconques_dechiffrent_et_moins_ne_suffit_pas(t, n, nouvelle):
    cles = cles_a_seuil(t, n, nouvelle_disposition=nouvelle)
    gardiens = lire_gardiens(cles.octets, G)
    assert [powmod(G.g, x, G.p) for x in cles.privees.values()] == gardiens.proprietaires
    alpha = G.puissance_g(31415)
    beta = powmod(gardiens.cle_election, 31415, G.p) * G.g % G.p
    for presents in itertools.combinations(range(1, n + 1), t):
        ((f,),) = gardiens.combiner({o: facteur(alpha, cles.privees[o]) for o in presents})
        assert beta * invert(f, G.p) % G.p == G.g
    ((f,),) = gardiens.combiner({o: facteur(alpha, x) for o, x in cles.privees.items()})
    assert beta * invert(f, G.p) % G.p == G.g
    with pytest.raises(PartsInsuffisantes) as refus:
        gardiens.combiner({o: facteur(alpha, cles.privees[o]) for o in range(1, t)})
    assert refus.value.manquants == list(range(t, n + 1))


def test_un_melange_de_seuil_et_de_cle_simple():
    """The arrangement that the digest recommends: t of n trustees and one server key, both needed."""
    cles = melanger(cles_simples(1), cles_a_seuil(2, 3), cles_simples(1))
    gardiens = lire_gardiens(cles.octets, G)
    assert [list(p.proprietaires) for p in gardiens.partages] == [[1], [2, 3, 4], [5]]
    alpha = G.puissance_g(7)
    beta = powmod(gardiens.cle_election, 7, G.p)
    parts = {o: facteur(alpha, cles.privees[o]) for o in (1, 3, 4, 5)}
    assert gardiens.combiner(parts) == [[beta]]
    for manquant, attendus in ((1, [1]), (5, [5]), (3, [2, 3])):
        with pytest.raises(PartsInsuffisantes) as refus:
            gardiens.combiner({o: f for o, f in parts.items() if o != manquant})
        assert refus.value.manquants == attendus


def changer(objet, *chemin_et_geste):
    *chemin, geste = chemin_et_geste
    cible = objet
    for pas in chemin[:-1]:
        cible = cible[pas]
    cible[chemin[-1]] = geste(cible[chemin[-1]])


def message(geste):
    def refaire(texte):
        objet = json.loads(texte)
        geste(objet)
        return compact(objet).decode()

    return refaire


NOMBRE = str(G.puissance_g(99))
ALTERATIONS = {
    "seuil plus bas": (lambda p: changer(p, "threshold", lambda _: 1), "coefexps|autre place"),
    "seuil plus haut que n": (lambda p: changer(p, "threshold", lambda _: 4), "seuil"),
    "seuil nul": (lambda p: changer(p, "threshold", lambda _: 0), "seuil"),
    "certificat changé": (
        lambda p: changer(p, "certs", 1, "message", message(lambda m: m.update(encryption=NOMBRE))),
        "certificat 2",
    ),
    "certificats échangés": (lambda p: p["certs"].reverse(), None),
    "certificat en moins": (lambda p: p["certs"].pop(), None),
    "signature d'un certificat": (
        lambda p: changer(p, "certs", 0, "signature", "response", lambda _: "5"),
        "certificat 1",
    ),
    "coefficients changés": (
        lambda p: changer(p, "coefexps", 2, "message", message(lambda m: m["coefexps"].reverse())),
        "coefficients 3",
    ),
    "coefficient hors du groupe": (
        lambda p: changer(
            p,
            "coefexps",
            0,
            "message",
            message(lambda m: changer(m, "coefexps", 0, lambda c: str(G.p - int(c)))),
        ),
        "groupe",
    ),
    "message non canonique": (lambda p: changer(p, "coefexps", 0, "message", lambda m: m + " "), "canonique"),
    "clé de vérification remplacée": (
        lambda p: changer(
            p, "verification_keys", 1, lambda k: nouvelle_cle(G)[1] | {c: k[c] for c in k if c == "signature"}
        ),
        "clé de vérification 2",
    ),
    "clés de vérification échangées": (lambda p: p["verification_keys"].reverse(), "clé de vérification 1"),
    "clé de vérification en moins": (lambda p: p["verification_keys"].pop(), "verification_keys"),
    "preuve d'une clé": (
        lambda p: changer(p, "verification_keys", 0, "pok", "challenge", lambda _: "5"),
        "possession",
    ),
    "champ inconnu": (lambda p: p.update(note="x"), "champs"),
}


@pytest.mark.parametrize("nouvelle", [False, True], ids=["2.0", "3.0"])
@pytest.mark.parametrize("nom", ALTERATIONS)
def test_des_parametres_a_seuil_alteres_sont_refuses(nom, nouvelle, parametres):
    alterer, mot = ALTERATIONS[nom]
    objet = json.loads(parametres[nouvelle])
    alterer(objet[0][1])
    with pytest.raises(GardiensInvalides, match=mot):
        lire_gardiens(compact(objet), G)


@pytest.mark.parametrize(
    ("alterer", "mot"),
    [
        (lambda p: p["signatures"].reverse(), "signature 1 des certificats"),
        (lambda p: p["signatures"].pop(), "signatures"),
        (lambda p: p.pop("signatures"), "champs"),
        (
            lambda p: changer(p, "verification_keys", 1, "signature", "response", lambda _: "5"),
            "clé de vérification 2",
        ),
        (lambda p: p["verification_keys"][0].pop("signature"), "certaines"),
    ],
)
def test_ce_que_la_nouvelle_disposition_ajoute_est_verifie(alterer, mot, parametres):
    objet = json.loads(parametres[True])
    alterer(objet[0][1])
    with pytest.raises(GardiensInvalides, match=mot):
        lire_gardiens(compact(objet), G)


def test_un_certificat_fait_pour_une_autre_place_est_refuse():
    """Signed as it should be, but its context says another index: what 2.5.1 was made to see."""
    from tests.belenios import fabrique

    pose = fabrique.compact

    def decaler(valeur):
        if isinstance(valeur, dict) and "context" in valeur:
            valeur = valeur | {"context": valeur["context"] | {"index": 1}}
        return pose(valeur)

    fabrique.compact = decaler
    try:
        cles = cles_a_seuil(2, 3, nouvelle_disposition=True)
    finally:
        fabrique.compact = pose
    with pytest.raises(GardiensInvalides, match="certificat 2 a été fait pour une autre place"):
        lire_gardiens(cles.octets, G)


@pytest.fixture(scope="module")
def parametres() -> dict[bool, bytes]:
    return {nouvelle: cles_a_seuil(2, 3, nouvelle_disposition=nouvelle).octets for nouvelle in (False, True)}


@pytest.mark.parametrize("dossier", ["b-threshold", "d-seuil-disposition-2.5.1"])
def test_les_parametres_de_reference_sont_acceptes(reference, dossier):
    octets = (reference / dossier / "trustees.json").read_bytes()
    (partage,) = lire_gardiens(octets.strip(), G).partages
    assert (partage.seuil, len(partage.cles)) == (2, 3)


def test_les_exposants_du_partage_ne_sont_pas_ceux_des_cles():
    """Sanity of the dealer used above: no share is the key."""
    cles = cles_a_seuil(2, 3)
    gardiens = lire_gardiens(cles.octets, G)
    assert all(powmod(G.g, mpz(x), G.p) != gardiens.cle_election for x in cles.privees.values())

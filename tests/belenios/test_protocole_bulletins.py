"""Ballots: every permitted vote passes, everything else is refused by its name."""

from __future__ import annotations

import copy
import itertools
import json
import pickle
from dataclasses import replace

import pytest
from gmpy2 import mpz
from hypothesis import given, settings
from hypothesis import strategies as st

from consultation.belenios import bulletins
from consultation.belenios.bulletins import (
    Bulletin,
    BulletinInvalide,
    ChoixInterdit,
    chiffrer,
    controler,
    lire,
    taille_maximale,
    verifier,
    verifier_lot,
)
from consultation.belenios.election import Election, Question, construire_election
from consultation.belenios.groupes import groupe
from consultation.belenios.identifiants import CodeInvalide, cle_publique, nouveau_code
from tests.belenios.archives import b64, compact
from tests.belenios.archives import lire as lire_archive
from tests.belenios.fabrique import CHOIX, signer_bulletin

G = groupe("BELENIOS-2048")
SECRET = mpz(20260920)
CODE = nouveau_code()


def faire_election(*questions: Question) -> Election:
    return Election.lire(
        construire_election(
            uuid="ABCDEFGHJKLMNP",
            nom="n",
            description="d",
            questions=questions,
            cle_publique=G.puissance_g(SECRET),
        )
    )


def clairs(bulletin: Bulletin) -> list[list[int]]:
    """The votes, read with the election's private key."""
    lus = []
    for ligne in bulletin.cellules:
        lus.append([])
        for alpha, beta in ligne:
            m = beta * pow(alpha, -SECRET, G.p) % G.p
            lus[-1].append({1: 0, int(G.g): 1}[int(m)])
    return lus


@st.composite
def question_et_choix(draw):
    n = draw(st.integers(1, 4))
    minimum = draw(st.integers(0, n))
    question = Question("?", ("r",) * n, minimum, draw(st.integers(minimum, n)), draw(st.booleans()))
    if question.blanc and draw(st.booleans()):
        return question, [1] + [0] * n
    coches = draw(st.permutations(range(n)))[: draw(st.integers(minimum, question.maximum))]
    cellules = [int(i in coches) for i in range(n)]
    return question, [0, *cellules] if question.blanc else cellules


@settings(max_examples=25, deadline=None)
@given(st.lists(question_et_choix(), min_size=1, max_size=2))
def test_tout_vote_permis_se_prouve_et_se_relit(liste):
    election = faire_election(*(q for q, _ in liste))
    octets = chiffrer(election, CODE, [choix for _, choix in liste])
    bulletin = verifier(election, octets)
    assert clairs(bulletin) == [choix for _, choix in liste]
    assert bulletin.identifiant == cle_publique(CODE, election.uuid, G)
    assert (bulletin.suivi, len(bulletin.empreinte), bulletin.octets) == (b64(octets), 64, octets)
    assert len(octets) <= taille_maximale(election)


def test_tout_vote_interdit_se_refuse_a_chiffrer():
    election = faire_election(Question("?", ("a", "b"), 1, 1, blanc=True))
    permis = {(1, 0, 0), (0, 1, 0), (0, 0, 1)}
    for cellules in itertools.product((0, 1, 2), repeat=3):
        if cellules in permis:
            continue
        with pytest.raises(ChoixInterdit):
            chiffrer(election, CODE, [list(cellules)])
    for choix in ([], [[1, 0]], [[1, 0, 0], [1, 0, 0]]):
        with pytest.raises(ChoixInterdit):
            chiffrer(election, CODE, choix)
    with pytest.raises(CodeInvalide):
        chiffrer(election, "J3t-QtQ-45h-Jpi-swq", [[1, 0, 0]])


def test_les_bulletins_de_reference_sont_valides(a_single):
    _, pieces = lire_archive(a_single)
    election = Election.lire(pieces[0].corps)
    octets = [pieces[i - 1].corps for i, p in enumerate(pieces) if p.type == "Ballot"]
    assert len(octets) == 17
    for b in octets[:3]:
        assert verifier(election, b).suivi == b64(b)
    assert [v.suivi for v in verifier_lot(election, octets)] == [b64(b) for b in octets]


# What is refused.


def reponse(b, i=0):
    return b["answers"][i]


def chiffre(b, i=0, j=0):
    return reponse(b, i)["choices"][j]


def poser(objet, champ, valeur):
    objet[champ] = valeur


def echanger(liste, i, j):
    liste[i], liste[j] = liste[j], liste[i]


# Changes of a ballot's object, which is signed again after them: only the credential's owner can do that.
RESIGNES = {
    "premier alpha opposé": (
        "groupe",
        lambda b: poser(chiffre(b), "alpha", str(G.p - int(chiffre(b)["alpha"]))),
    ),
    "beta opposé, deuxième question": (
        "groupe",
        lambda b: poser(chiffre(b, 1, 2), "beta", str(G.p - int(chiffre(b, 1, 2)["beta"]))),
    ),
    "alpha nul": ("groupe", lambda b: poser(chiffre(b), "alpha", "0")),
    "alpha = 1": ("preuve", lambda b: poser(chiffre(b), "alpha", "1")),
    "alpha = g": ("preuve", lambda b: poser(chiffre(b), "alpha", str(G.g))),
    "beta multiplié par g": (
        "preuve",
        lambda b: poser(chiffre(b), "beta", str(int(chiffre(b)["beta"]) * G.g % G.p)),
    ),
    "cellules échangées": ("preuve", lambda b: echanger(reponse(b, 1)["choices"], 0, 1)),
    "cellules et preuves échangées": (
        "preuve_globale",
        lambda b: (
            echanger(reponse(b, 1)["choices"], 0, 1),
            echanger(reponse(b, 1)["individual_proofs"], 0, 1),
        ),
    ),
    "branches échangées": ("preuve", lambda b: echanger(reponse(b)["individual_proofs"][0], 0, 1)),
    "défi d'une réponse changé": (
        "preuve",
        lambda b: poser(reponse(b)["individual_proofs"][2][1], "challenge", "12"),
    ),
    "réponse d'une réponse changée": (
        "preuve",
        lambda b: poser(reponse(b, 1)["individual_proofs"][0][0], "response", "12"),
    ),
    "preuve globale changée": (
        "preuve_globale",
        lambda b: poser(reponse(b)["overall_proof"][0], "response", "12"),
    ),
    "preuve globale changée, sans blanc": (
        "preuve_globale",
        lambda b: poser(reponse(b, 1)["overall_proof"][1], "challenge", "12"),
    ),
    "preuves globales échangées": ("preuve_globale", lambda b: echanger(reponse(b)["overall_proof"], 0, 1)),
    "preuve de blanc changée": (
        "preuve_blanc",
        lambda b: poser(reponse(b)["blank_proof"][1], "response", "12"),
    ),
    "preuves de blanc échangées": ("preuve_blanc", lambda b: echanger(reponse(b)["blank_proof"], 0, 1)),
    "défi égal à q": ("forme", lambda b: poser(reponse(b)["overall_proof"][0], "challenge", str(G.q))),
    "défi augmenté de q": (
        "forme",
        lambda b: poser(
            reponse(b)["overall_proof"][0],
            "challenge",
            str(int(reponse(b)["overall_proof"][0]["challenge"]) + int(G.q)),
        ),
    ),
    "alpha augmenté de p": (
        "forme",
        lambda b: poser(chiffre(b), "alpha", str(int(chiffre(b)["alpha"]) + G.p)),
    ),
    "zéro devant": ("forme", lambda b: poser(chiffre(b), "alpha", "0" + chiffre(b)["alpha"])),
    "espace": ("forme", lambda b: poser(chiffre(b), "alpha", " " + chiffre(b)["alpha"])),
    "nombre au lieu d'un texte": ("forme", lambda b: poser(chiffre(b), "alpha", 4)),
    "nul": ("forme", lambda b: poser(chiffre(b), "alpha", None)),
    "négatif": ("forme", lambda b: poser(chiffre(b), "alpha", "-4")),
    "chiffres arabes": ("forme", lambda b: poser(chiffre(b), "alpha", "٤")),
    "immense": ("forme", lambda b: poser(chiffre(b), "alpha", "9" * 5000)),
    "champs d'une réponse dans un autre ordre": (
        "forme",
        lambda b: poser(b["answers"], 0, dict(reversed(reponse(b).items()))),
    ),
    "champ en trop dans une réponse": ("forme", lambda b: poser(reponse(b), "note", "x")),
    "champ en trop dans un chiffré": ("forme", lambda b: poser(chiffre(b), "note", "x")),
    "champ en trop": ("forme", lambda b: poser(b, "note", "x")),
    "preuve de blanc sans blanc": (
        "forme",
        lambda b: poser(reponse(b, 1), "blank_proof", reponse(b)["blank_proof"]),
    ),
    "preuve de blanc absente": ("forme", lambda b: reponse(b).pop("blank_proof")),
    "cellule en moins": ("forme", lambda b: reponse(b)["choices"].pop()),
    "cellule en trop": ("forme", lambda b: reponse(b)["choices"].append(chiffre(b))),
    "preuve en moins": ("forme", lambda b: reponse(b)["individual_proofs"].pop()),
    "branche en trop": (
        "forme",
        lambda b: reponse(b)["individual_proofs"][0].append(reponse(b)["individual_proofs"][0][0]),
    ),
    "preuve globale trop courte": ("forme", lambda b: reponse(b, 1)["overall_proof"].pop()),
    "réponse en moins": ("forme", lambda b: b["answers"].pop()),
    "réponses échangées": ("forme", lambda b: echanger(b["answers"], 0, 1)),
    "réponses qui sont un objet": ("forme", lambda b: poser(b, "answers", {})),
    "réponse qui est un texte": ("forme", lambda b: poser(b["answers"], 0, "x")),
    "identifiant d'un autre": ("signature", lambda b: poser(b, "credential", str(G.puissance_g(7)))),
    "identifiant hors du groupe": (
        "groupe",
        lambda b: poser(b, "credential", str(G.p - int(b["credential"]))),
    ),
    "identifiant nul": ("groupe", lambda b: poser(b, "credential", "0")),
    "autre uuid": ("election", lambda b: poser(b, "election_uuid", "ABCDEFGHJKLMNQ")),
    "autre empreinte": ("election", lambda b: poser(b, "election_hash", "A" * 43)),
    "uuid d'un autre genre": ("election", lambda b: poser(b, "election_uuid", 3)),
}
# Changes of the bytes or of the object, the signature being left as it is.
NON_SIGNES = {
    "preuve changée": (
        "signature",
        lambda o, b: (poser(reponse(b)["overall_proof"][0], "response", "12"), compact(b))[1],
    ),
    "signature changée": (
        "signature",
        lambda o, b: (poser(b["signature"]["proof"], "response", "12"), compact(b))[1],
    ),
    "défi de la signature changé": (
        "signature",
        lambda o, b: (poser(b["signature"]["proof"], "challenge", "12"), compact(b))[1],
    ),
    "hachage changé": ("signature", lambda o, b: (poser(b["signature"], "hash", "A" * 43), compact(b))[1]),
    "hachage qui n'est pas un texte": (
        "signature",
        lambda o, b: (poser(b["signature"], "hash", []), compact(b))[1],
    ),
    "champ en trop dans la signature": (
        "forme",
        lambda o, b: (poser(b["signature"], "x", "y"), compact(b))[1],
    ),
    "sans signature": ("forme", lambda o, b: (b.pop("signature"), compact(b))[1]),
    "signature en tête": ("forme", lambda o, b: compact({"signature": b.pop("signature"), **b})),
    "vide": ("forme", lambda o, b: b""),
    "null": ("forme", lambda o, b: b"null"),
    "liste": ("forme", lambda o, b: b"[]"),
    "tronqué": ("forme", lambda o, b: o[:-1]),
    "espaces": ("forme", lambda o, b: json.dumps(b).encode()),
    "fin de ligne": ("forme", lambda o, b: o + b"\n"),
    "BOM": ("forme", lambda o, b: b"\xef\xbb\xbf" + o),
    "échappement": ("forme", lambda o, b: o.replace(b'"alpha"', b'"\\u0061lpha"', 1)),
    "clé en double": ("forme", lambda o, b: o[:-1] + b',"credential":"1"}'),
    "clé en double au fond": ("forme", lambda o, b: o.replace(b'{"alpha":', b'{"alpha":"2","alpha":', 1)),
    "pas de l'UTF-8": ("forme", lambda o, b: o.replace(b'"alpha"', b'"alph\xe0"', 1)),
    "NaN": ("forme", lambda o, b: o.replace(b'"answers":[', b'"answers":[NaN,', 1)),
    "imbrication": ("forme", lambda o, b: b"[" * 100_000),
    "taille": ("taille", lambda o, b: o + b" " * 200_000),
}


@pytest.fixture(scope="module")
def bulletin(atelier):
    return chiffrer(atelier.election, atelier.codes[1], CHOIX[0])


def code_de(election, octets) -> str:
    with pytest.raises(BulletinInvalide) as refus:
        verifier(election, octets)
    assert str(refus.value)[0].islower()
    return refus.value.code


@pytest.mark.parametrize("nom", RESIGNES)
def test_un_bulletin_change_puis_resigne_est_refuse(atelier, bulletin, nom):
    code, changer = RESIGNES[nom]
    objet = json.loads(bulletin)
    changer(objet)
    assert code_de(atelier.election, atelier.signer(1, objet)) == code


@pytest.mark.parametrize("nom", NON_SIGNES)
def test_un_bulletin_change_sans_resigner_est_refuse(atelier, bulletin, nom):
    code, changer = NON_SIGNES[nom]
    assert code_de(atelier.election, changer(bulletin, json.loads(bulletin))) == code


def test_resigner_sans_rien_changer_reste_valide(atelier, bulletin):
    """The helper of the tests above does what it says."""
    autre = atelier.signer(1, json.loads(bulletin))
    assert autre != bulletin
    assert verifier(atelier.election, autre).identifiant == verifier(atelier.election, bulletin).identifiant


def test_la_reponse_d_un_autre_ne_se_copie_pas(atelier, bulletin):
    """Proofs are bound to the credential: someone else's ciphertexts cannot be cast in one's name."""
    copie = json.loads(bulletin) | {"credential": str(cle_publique(atelier.codes[2], atelier.uuid, G))}
    assert code_de(atelier.election, atelier.signer(2, copie)) == "preuve"


def test_un_bulletin_d_une_election_jumelle_est_refuse(atelier, bulletin):
    """Same key, same credentials, same questions: only the bytes of the election differ."""
    jumelle = Election.lire(atelier.octets.replace("d'été".encode(), b"d'hiver"))
    assert code_de(jumelle, bulletin) == "election"
    objet = json.loads(bulletin) | {"election_hash": jumelle.empreinte}
    assert code_de(jumelle, signer_bulletin(jumelle, atelier.codes[1], objet)) == "preuve"


def test_cocher_une_case_de_trop_ne_se_prouve_pas(atelier):
    """Made with the prover of a more generous question, then cut to this one's form."""
    generale, autre = atelier.election.questions
    permissive = replace(atelier.election, questions=(replace(generale, maximum=2), autre))
    triche = json.loads(chiffrer(permissive, atelier.codes[1], [[0, 1, 1], [1, 0, 0]]))
    triche["answers"][0]["overall_proof"].pop()
    assert code_de(atelier.election, atelier.signer(1, triche)) == "preuve_globale"


def test_voter_blanc_et_autre_chose_ne_se_prouve_pas(atelier, monkeypatch):
    monkeypatch.setattr(bulletins, "_exiger_permis", lambda *_: None)
    triche = chiffrer(atelier.election, atelier.codes[1], [[1, 1, 0], [1, 0, 0]])
    assert code_de(atelier.election, triche) == "preuve_blanc"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_un_octet_change_fait_refuser_le_bulletin(atelier, bulletin, data):
    place = data.draw(st.integers(0, len(bulletin) - 1))
    octet = data.draw(st.integers(0, 255).filter(lambda o: o != bulletin[place]))
    with pytest.raises(BulletinInvalide):
        verifier(atelier.election, bulletin[:place] + bytes([octet]) + bulletin[place + 1 :])


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_n_importe_quels_octets_sont_refuses_sans_autre_exception(atelier, octets):
    with pytest.raises(BulletinInvalide):
        verifier(atelier.election, octets)


def test_lire_suffit_a_connaitre_l_identifiant(atelier, bulletin):
    lecture = lire(atelier.election, bulletin)
    assert lecture.bulletin.identifiant == cle_publique(atelier.codes[1], atelier.uuid, G)
    assert len(lecture.elements()) == 1 + 2 * 6
    assert controler(atelier.election, lecture) == lecture.bulletin


# Batches.


def comme_verifier(election, lot):
    verdicts = []
    for octets in lot:
        try:
            verdicts.append(verifier(election, octets))
        except BulletinInvalide as refus:
            verdicts.append((refus.code, str(refus)))
    return verdicts


def lisibles(verdicts):
    return [(v.code, str(v)) if isinstance(v, BulletinInvalide) else v for v in verdicts]


@pytest.mark.parametrize("avec_intrus", [False, True])
def test_verifier_lot_rend_les_verdicts_de_verifier(atelier, bulletin, avec_intrus):
    """A mixed batch of good and bad ballots, with and without an element outside the group."""
    mauvais = []
    for code, changer in RESIGNES.values():
        if code != "groupe" or avec_intrus:
            objet = copy.deepcopy(json.loads(bulletin))
            changer(objet)
            mauvais.append(atelier.signer(1, objet))
    mauvais += [changer(bulletin, json.loads(bulletin)) for _, changer in NON_SIGNES.values()]
    bons = [chiffrer(atelier.election, atelier.codes[i % 5], CHOIX[i % 3]) for i in range(6)]
    lot = [*bons[:3], *mauvais, *bons[3:]]
    verdicts = verifier_lot(atelier.election, lot)
    assert lisibles(verdicts) == comme_verifier(atelier.election, lot)
    assert sum(isinstance(v, Bulletin) for v in verdicts) == 6
    assert any(isinstance(v, BulletinInvalide) and v.code == "groupe" for v in verdicts) == avec_intrus


def test_un_lot_vide_ou_d_un_seul(atelier, bulletin):
    assert verifier_lot(atelier.election, []) == []
    assert verifier_lot(atelier.election, iter([bulletin])) == [verifier(atelier.election, bulletin)]


def test_un_refus_passe_d_un_processus_a_l_autre():
    refus = pickle.loads(pickle.dumps(BulletinInvalide("forme", "le bulletin est mal formé.")))  # noqa: S301
    assert (refus.code, str(refus)) == ("forme", "le bulletin est mal formé.")

"""Ballots: every permitted vote passes, everything else is refused by its name."""

from __future__ import annotations

import itertools
import json
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
from tests.belenios.archives import b64
from tests.belenios.archives import lire as lire_archive
from tests.belenios.fabrique import signer_bulletin
from tests.belenios.refus import NON_SIGNES, RESIGNES

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

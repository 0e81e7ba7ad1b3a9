"""The election: canonical writing, strict reading."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consultation.belenios.election import (
    UUID,
    Election,
    ElectionInvalide,
    Question,
    construire_election,
    nouvel_uuid,
)
from consultation.belenios.groupes import groupe
from tests.belenios.archives import b64, compact, lire

G = groupe("BELENIOS-2048")
CLE = G.puissance_g(987654321)


@st.composite
def questions(draw):
    textes = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
    reponses = tuple(draw(st.lists(textes, min_size=1, max_size=5)))
    minimum = draw(st.integers(0, len(reponses)))
    maximum = draw(st.integers(minimum, len(reponses)))
    return Question(draw(textes), reponses, minimum, maximum, draw(st.booleans()))


@settings(max_examples=40, deadline=None)
@given(st.lists(questions(), min_size=1, max_size=3), st.text(st.characters(exclude_categories=("Cs",))))
def test_une_election_construite_se_relit(liste, nom):
    octets = construire_election(
        uuid="ABCDEFGHJKLMNP", nom=nom, description="é", questions=liste, cle_publique=CLE, autorite="server"
    )
    lue = Election.lire(octets)
    assert (lue.octets, lue.uuid, lue.nom, lue.description, lue.cle) == (
        octets,
        "ABCDEFGHJKLMNP",
        nom,
        "é",
        CLE,
    )
    assert (lue.questions, lue.administrateur, lue.autorite) == (tuple(liste), None, "server")
    assert lue.empreinte == b64(octets)
    assert json.loads(octets)["questions"][0].get("blank", False) == liste[0].blanc


def test_l_election_de_reference(a_single):
    octets = lire(a_single)[1][0].corps
    lue = Election.lire(octets)
    assert (lue.uuid, lue.nom, lue.groupe.nom) == ("kTLHHGojorGc9E", "Élection d'essai", "BELENIOS-2048")
    assert [(q.cellules, q.minimum, q.maximum, q.blanc, q.preuves_globales) for q in lue.questions] == [
        (3, 1, 1, True, 2),
        (6, 1, 3, False, 3),
        (2, 1, 1, False, 1),
    ]
    assert (
        construire_election(
            uuid=lue.uuid,
            nom=lue.nom,
            description=lue.description,
            questions=lue.questions,
            cle_publique=lue.cle,
            administrateur="Admin",
            autorite="Registrar",
        )
        == octets
    )


def test_un_uuid_est_neuf_et_permis():
    uuids = {nouvel_uuid() for _ in range(100)}
    assert len(uuids) == 100
    assert all(UUID.match(u) for u in uuids)


def question(**champs):
    return {"answers": ["a", "b"], "min": 1, "max": 1, "question": "?"} | champs


@pytest.mark.parametrize(
    ("champs", "code"),
    [
        ({"version": 2}, "election"),
        ({"version": True}, "election"),
        ({"version": "1"}, "election"),
        ({"group": "Ed25519"}, "groupe_inconnu"),
        ({"group": None}, "election"),
        ({"uuid": "court"}, "election"),
        ({"uuid": "ABCDEFGHJKLMN0"}, "election"),
        ({"uuid": "ABCDEFGHJKLMNP\n"}, "election"),
        ({"name": None}, "election"),
        ({"name": "\ud800"}, "election"),
        ({"description": 1}, "election"),
        ({"administrator": 3}, "election"),
        ({"public_key": str(G.p - CLE)}, "election"),
        ({"public_key": "1"}, "election"),
        ({"public_key": "0"}, "election"),
        ({"public_key": "0" + str(CLE)}, "election"),
        ({"public_key": (10**6)}, "election"),
        ({"questions": []}, "election"),
        ({"questions": {}}, "election"),
        ({"questions": ["?"]}, "election"),
        ({"questions": [question(min=2)]}, "election"),
        ({"questions": [question(max=3)]}, "election"),
        ({"questions": [question(min=-1)]}, "election"),
        ({"questions": [question(min=True)]}, "election"),
        ({"questions": [question(answers=[], min=0, max=0)]}, "election"),
        ({"questions": [question(answers=["a", 1])]}, "election"),
        ({"questions": [question(blank="oui")]}, "election"),
        ({"questions": [question(question=None)]}, "election"),
        (
            {"questions": [{"type": "NonHomomorphic", "value": {"answers": ["a"], "question": "?"}}]},
            "question_non_geree",
        ),
        ({"questions": [{"type": "Lists", "value": {}}]}, "question_non_geree"),
    ],
)
def test_une_election_impossible_est_refusee(champs, code):
    bonne = json.loads(
        construire_election(
            uuid="ABCDEFGHJKLMNP",
            nom="n",
            description="d",
            questions=[Question("?", ("a",), 0, 1)],
            cle_publique=CLE,
        )
    )
    assert Election.lire(compact(bonne)).nom == "n"
    with pytest.raises(ElectionInvalide) as refus:
        Election.lire(json.dumps(bonne | champs).encode())
    assert refus.value.code == code


@pytest.mark.parametrize(
    "octets", [b"", b"[]", b"null", b"{}", b"\xff", b'{"version":1,"version":1}', b"[" * 99999]
)
def test_ce_qui_n_est_pas_une_election(octets):
    with pytest.raises(ElectionInvalide):
        Election.lire(octets)


def test_un_champ_inconnu_est_admis_car_il_est_hache():
    octets = compact(
        json.loads(
            construire_election(
                uuid="ABCDEFGHJKLMNP",
                nom="n",
                description="d",
                questions=[Question("?", ("a",), 0, 1)],
                cle_publique=CLE,
            )
        )
        | {"section": "75011"}
    )
    assert Election.lire(octets).empreinte == b64(octets)

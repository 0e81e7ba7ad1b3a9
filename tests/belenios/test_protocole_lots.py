"""Batches of ballots: the verdicts of `verifier`, ballot by ballot."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from consultation.belenios.bulletins import Bulletin, BulletinInvalide, chiffrer, verifier, verifier_lot
from tests.belenios.fabrique import CHOIX
from tests.belenios.refus import NON_SIGNES, RESIGNES


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

"""What the booth asks besides casting: is my ballot there, which election is sealed."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.consultation.scene_votant import (
    adresse,
    connecter,
    deposer,
    lu,
    ouvrir_maintenant,
)


@pytest.fixture
def vote(territoire):
    return ouvrir_maintenant()


class TestEtat:
    def demander(self, vote, urne, corps, client=None):
        return (client or Client()).post(
            adresse("etat_du_bulletin", vote, urne.uuid), corps, content_type="text/plain"
        )

    def test_il_dit_si_le_bulletin_est_la(self, vote):
        electeur = vote.electeurs()[0]
        urne, client = vote.urne(electeur), connecter(electeur)
        recu = deposer(client, vote, electeur, vote.bulletin(electeur)).json()
        corps = self.demander(vote, urne, recu["suivi"], client).json()
        jeton = corps.pop("jeton")
        assert corps == {"present": True, "session": True, "hauteur": 1, "tete": recu["tete"]}
        assert len(jeton) == 64
        absent = self.demander(vote, urne, "A" * 43, Client()).json()
        assert (absent["present"], absent["session"]) == (False, False)
        ailleurs = vote.scrutin.urnes.exclude(pk=urne.pk).first()
        assert self.demander(vote, ailleurs, recu["suivi"]).json()["present"] is False

    @pytest.mark.parametrize("corps", ["", "A", "é" * 43, "A" * 5000, "!" * 43])
    def test_un_numero_mal_forme_est_refuse(self, vote, corps):
        assert lu(self.demander(vote, vote.scrutin.urnes.first(), corps)) == (400, "forme")

    def test_une_urne_inconnue_est_dite_en_json(self, vote):
        reponse = Client().post(
            adresse("etat_du_bulletin", vote, "inconnue"), "A" * 43, content_type="text/plain"
        )
        assert lu(reponse) == (404, "inconnu")


def test_l_election_est_servie_octet_pour_octet(vote):
    urne = vote.scrutin.urnes.first()
    reponse = Client().get(adresse("election", vote, urne.uuid))
    assert reponse.content == urne.election.encode()
    assert reponse["Content-Type"] == "application/json"
    assert lu(Client().get(adresse("election", vote, "inconnue"))) == (404, "inconnu")

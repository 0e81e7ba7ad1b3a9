"""The booth's page and the voting code: what they carry, to whom the code goes again."""

from __future__ import annotations

import pytest
from django.core import mail

from consultation import actes
from consultation.models import CodeScelle, Inscription
from consultation.views.isoloir import RENVOIS_PAR_HEURE
from refondation.journal.models import Ligne
from refondation.membres.models import Adherent
from refondation.membres.regles import ActeInterdit
from tests.consultation.scene import creer_adherents, creer_compte
from tests.consultation.scene_votant import (
    adresse,
    compte_de_l_adherent,
    connecter,
    deposer,
    ouvrir_maintenant,
    ouvrir_session,
)


@pytest.fixture
def vote(territoire):
    return ouvrir_maintenant()


class TestIsoloir:
    def test_la_page_porte_ce_que_le_programme_attend(self, vote):
        electeur = vote.electeurs()[0]
        urne = vote.urne(electeur)
        page = connecter(electeur).get(adresse("isoloir", vote)).content.decode()
        for morceau in (
            f'data-empreinte="{urne.empreinte}"',
            f'data-uuid="{urne.uuid}"',
            f'data-election-url="{adresse("election", vote, urne.uuid)}"',
            f'data-etat-url="{adresse("etat_du_bulletin", vote, urne.uuid)}"',
            f'data-depot-url="{adresse("depot", vote)}"',
            f'data-repere="{electeur.adherent.numero[-4:]}"',
        ):
            assert morceau in page
        assert page.count('type="radio"') == 3
        assert "Cet isoloir a besoin de JavaScript." in page

    def test_le_code_n_est_pas_dans_la_page(self, vote):
        electeur = vote.electeurs()[0]
        assert vote.code(electeur) not in connecter(electeur).get(adresse("isoloir", vote)).content.decode()

    def test_qui_a_vote_n_y_revient_pas(self, vote):
        electeur = vote.electeurs()[0]
        client = connecter(electeur)
        deposer(client, vote, electeur, vote.bulletin(electeur))
        page = client.get(adresse("isoloir", vote)).content.decode()
        assert "Vous avez voté" in page
        assert "data-isoloir" not in page

    def test_avec_revote_l_isoloir_dit_qu_on_a_deja_vote(self, territoire):
        vote = ouvrir_maintenant(revote=True)
        electeur = vote.electeurs()[0]
        client = connecter(electeur)
        deposer(client, vote, electeur, vote.bulletin(electeur))
        page = client.get(adresse("isoloir", vote)).content.decode()
        assert "data-revote" in page
        assert "data-isoloir" in page


class TestCode:
    def test_le_renvoi_part_vers_l_adresse_figee_et_la_dit_masquee(self, vote):
        electeur = vote.electeurs()[0]
        client = connecter(electeur)
        mail.outbox.clear()
        reponse = client.post(adresse("renvoyer_code", vote), headers={"accept": "application/json"})
        adresse_figee = CodeScelle.objects.get(inscription=electeur).courriel
        assert reponse.status_code == 200
        assert f"{adresse_figee[0]}…@exemple.fr" in reponse.json()["message"]
        assert [m.to for m in mail.outbox] == [[adresse_figee]]

    def test_sans_javascript_le_renvoi_revient_a_l_isoloir(self, vote):
        reponse = connecter(vote.electeurs()[0]).post(adresse("renvoyer_code", vote), follow=True)
        assert reponse.redirect_chain == [(adresse("isoloir", vote), 302)]
        assert "Votre code est reparti" in reponse.content.decode()

    def test_le_renvoi_est_limite(self, vote):
        client = connecter(vote.electeurs()[0])
        mail.outbox.clear()
        statuts = [
            client.post(adresse("renvoyer_code", vote), headers={"accept": "application/json"}).status_code
            for _ in range(RENVOIS_PAR_HEURE + 1)
        ]
        assert statuts == [200] * RENVOIS_PAR_HEURE + [429]
        assert len(mail.outbox) == RENVOIS_PAR_HEURE

    def test_qui_n_a_pas_d_adresse_sait_quoi_faire(self, territoire):
        (sans,) = creer_adherents(territoire[0], 1)
        Adherent.objects.filter(pk=sans.pk).update(courriel="")
        vote = ouvrir_maintenant()
        electeur = Inscription.objects.get(adherent=sans)
        client = ouvrir_session(compte_de_l_adherent(Adherent.objects.get(pk=sans.pk)))
        page = client.get(adresse("isoloir", vote)).content.decode()
        assert "aucun code n&#x27;est parti" in page
        reponse = client.post(adresse("renvoyer_code", vote), headers={"accept": "application/json"})
        assert reponse.status_code == 409
        # Once the federation has recorded an address, the national administration sends the code there.
        Adherent.objects.filter(pk=sans.pk).update(courriel="retrouvee@exemple.fr")
        mail.outbox.clear()
        masquee = actes.adresser_mon_code(scrutin=vote.scrutin, inscription=electeur, par=vote.admin)
        assert masquee == "r…@exemple.fr"
        assert [m.to for m in mail.outbox] == [["retrouvee@exemple.fr"]]
        assert vote.code(electeur) in mail.outbox[0].body
        ligne = Ligne.objects.order_by("-rang").first()
        assert (ligne.acte, ligne.acteur) == ("consultation.renvoyer_codes", vote.admin)
        with pytest.raises(ActeInterdit):
            actes.adresser_mon_code(
                scrutin=vote.scrutin, inscription=electeur, par=creer_compte("recolement")
            )

    def test_le_courriel_dit_pour_qui_il_est_et_rien_de_plus(self, territoire):
        """A couple shares an address: each mail says inside whose code it is, never in its subject."""
        Adherent.objects.filter(section=territoire[0]).update(courriel="foyer@exemple.fr")
        vote = ouvrir_maintenant()
        for urne in vote.scrutin.urnes.all():
            while actes.envoyer_codes(urne=urne):
                pass
        couple = [e for e in vote.electeurs() if e.section == territoire[0]][:2]
        messages = [m for m in mail.outbox if m.to == ["foyer@exemple.fr"]]
        assert len({m.subject for m in messages}) == 1
        for electeur in couple:
            personne, code = electeur.adherent, vote.code(electeur)
            (message,) = [m for m in messages if code in m.body]
            html = message.alternatives[0].content
            lien = f"/scrutins/{vote.scrutin.slug}/voter/#code={code}&pour={personne.numero[-4:]}"
            assert f"Bonjour {personne.prenom}," in message.body
            assert f"finissant par {personne.numero[-4:]}" in message.body
            assert lien in message.body
            assert lien.replace("&", "&amp;") in html
            assert html.count("href=") == 1
            assert "<img" not in html
            assert "style=" not in html
            assert personne.nom not in message.subject
            assert personne.numero not in message.body + html

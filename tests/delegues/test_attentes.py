"""What the home page tells each person awaits them: signatures, answers, mandates, the section kept, the control."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.utils import timezone

from delegues import actes
from delegues.attentes import Attente, attentes
from delegues.models import Campagne, Candidature, Deport
from refondation.membres.models import Compte
from tests.delegues import scene
from tests.delegues.scene_controle import donner, membre_de_la_commission, recevoir, recevoir_et_calculer
from tests.delegues.scene_controle import faire_campagne as faire_campagne_controlee
from tests.delegues.scene_mandats import faire_delegues
from tests.delegues.scene_proces_verbaux import commencer, convoquer, faire_scene, frais, presenter, remplir

pytestmark = pytest.mark.django_db
Compter = Callable[[int], AbstractContextManager]


def lues(compte: Compte, instant: object = scene.ASSEMBLEES) -> list[Attente]:
    return attentes(compte, list(Campagne.objects.en_cours()), instant=instant)


def titres(compte: Compte, instant: object = scene.ASSEMBLEES) -> list[str]:
    return [attente.titre for attente in lues(compte, instant)]


def test_sans_campagne_rien_n_est_lu(django_assert_num_queries: Compter) -> None:
    compte = scene.faire_compte("recolement")
    with django_assert_num_queries(0):
        assert attentes(compte, [], instant=timezone.now()) == []


def test_qui_n_a_rien_a_faire() -> None:
    monde = faire_scene()
    assert titres(scene.compte_de(monde.membres[2])) == []
    assert titres(scene.faire_compte("observateur")) == []


def test_la_seconde_signature_est_attendue_de_la_seule_personne_nommee() -> None:
    monde = faire_scene()
    convoquer(monde)
    pv = presenter(monde, remplir(monde, commencer(monde), voix=[5, 4, 3, 2]))
    [attente] = lues(monde.compte_du_second())
    assert (attente.etat, attente.titre) == (
        "Votre signature est attendue",
        f"Procès-verbal de {monde.section.nom}",
    )
    assert "30 septembre 2026" in attente.texte
    assert attente.url == frais(pv).get_absolute_url()
    assert titres(scene.compte_de(monde.membres[2])) == []
    # Given back, it awaits nobody but the secretary.
    actes.reprendre_proces_verbal(proces_verbal=pv, par=monde.secretaire, instant=scene.ASSEMBLEES)
    assert titres(monde.compte_du_second()) == []
    assert titres(monde.secretaire) == ["Rédiger le procès-verbal"]


def test_la_secretaire_a_la_premiere_tache_de_sa_section() -> None:
    monde = faire_scene()
    assert titres(monde.secretaire, scene.CANDIDATURES) == ["Convoquer l'assemblée"]
    [attente] = lues(monde.secretaire, scene.CANDIDATURES)
    assert attente.url == monde.designation.get_absolute_url()
    assert attente.action == f"Ouvrir {monde.section.nom}"
    # Minutes begun without a call: they come first.
    commencer(monde)
    assert titres(monde.secretaire) == ["Rédiger le procès-verbal"]
    ailleurs = scene.faire_compte("secretaire_section", section=scene.faire_section("75001", "75"))
    assert titres(ailleurs, scene.CANDIDATURES) == []


@pytest.mark.parametrize(
    ("instant", "attendu"), [(scene.CANDIDATURES, 1), (scene.RETRAITS, 1), (scene.ASSEMBLEES, 0)]
)
def test_une_proposition_attend_sa_reponse_tant_qu_elle_peut_etre_donnee(instant, attendu: int) -> None:
    monde = faire_scene()
    personne = scene.faire_adherent(monde.section)
    liste = scene.faire_liste(monde.designation, personne, etat="en-attente", deposee_le=None)
    Candidature.objects.filter(liste=liste).update(etat=Candidature.Etat.PROPOSEE, repondue_le=None)
    assert titres(scene.compte_de(personne), instant) == ["On vous propose d'être candidat·e"] * attendu


def test_un_mandat_attend_d_etre_accepte() -> None:
    delegues = faire_delegues()
    compte = delegues.compte(0)
    [attente] = lues(compte, scene.CONTROLE)
    assert attente.titre == f"Vous êtes délégué·e de {delegues.section.nom}"
    assert attente.url == delegues.mandat(0).get_absolute_url()
    actes.accepter_mandat(delegation=delegues.mandat(0), par=compte, instant=scene.CONTROLE)
    assert titres(compte, scene.CONTROLE) == []


def test_la_commission_compte_ce_qui_manque_de_son_avis() -> None:
    campagne = faire_campagne_controlee()
    dossier = recevoir_et_calculer(campagne)
    recevoir(campagne, "33001")
    recevoir(campagne, "75001")
    membre = membre_de_la_commission("75")
    assert titres(membre, scene.CONTROLE) == ["2 procès-verbaux attendent un avis"]
    donner(dossier, membre)
    assert titres(membre, scene.CONTROLE) == ["1 procès-verbal attend un avis"]
    Deport.objects.create(
        compte=membre,
        federation=scene.faire_section("33001", "33").federation,
        motif="famille",
        declare_le=scene.CONTROLE,
    )
    assert titres(membre, scene.CONTROLE) == []
    assert titres(membre_de_la_commission(None), scene.CONTROLE) == ["3 procès-verbaux attendent un avis"]
    assert titres(membre_de_la_commission(None), scene.APRES) == []


@pytest.mark.parametrize("sections", [1, 3])
def test_une_membre_en_un_nombre_fixe_de_requetes(sections: int, django_assert_num_queries: Compter) -> None:
    mondes = [faire_scene(f"3100{rang + 1}") for rang in range(sections)]
    compte = scene.compte_de(mondes[0].membres[2])
    campagnes = list(Campagne.objects.en_cours())
    compte.mandats_en_cours()
    # minutes to sign, proposals, mandates to accept
    with django_assert_num_queries(3):
        assert attentes(compte, campagnes, instant=scene.ASSEMBLEES + timedelta(hours=1)) == []

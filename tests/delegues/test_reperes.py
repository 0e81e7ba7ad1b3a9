"""Where the campaign stands for one's own section, window after window, and for whom it says more."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from delegues import actes
from delegues.models import Campagne
from delegues.reperes import Repere, reperes
from refondation.membres.models import Compte
from tests.delegues import scene
from tests.delegues.scene_controle import faire_campagne as faire_campagne_controlee
from tests.delegues.scene_controle import recevoir
from tests.delegues.scene_mandats import faire_delegues
from tests.delegues.scene_proces_verbaux import Scene, convoquer, faire_scene

pytestmark = pytest.mark.django_db
Compter = Callable[[int], AbstractContextManager]


def lu(compte: Compte, instant: object = scene.ASSEMBLEES) -> Repere:
    [repere] = reperes(compte, instant=instant)
    return repere


@pytest.fixture
def monde() -> Scene:
    return faire_scene()


@pytest.mark.parametrize(
    ("instant", "etat", "aspect", "route"),
    [
        (scene.AVANT, "À venir", "", "sections/31001/candidatures/"),
        (scene.CANDIDATURES, "Les candidatures sont ouvertes", "en-cours", "candidater/"),
        (scene.RETRAITS, "En cours", "en-cours", "sections/31001/candidatures/"),
        (scene.ASSEMBLEES, "En cours", "en-cours", "sections/31001/candidatures/"),
        (scene.TRANSMISSION, "En cours", "en-cours", "sections/31001/candidatures/"),
        (scene.CONTROLE, "Aucun procès-verbal", "fait", "sections/31001/candidatures/"),
    ],
)
def test_ce_que_lit_un_membre_fenetre_apres_fenetre(
    monde: Scene, instant: object, etat: str, aspect: str, route: str
) -> None:
    repere = lu(scene.compte_de(monde.membres[2]), instant)
    assert repere.titre == f"{monde.section.nom} désigne 2 délégué·es"
    assert (repere.etat, repere.aspect) == (etat, aspect)
    assert repere.url == f"/delegues/refondation/{route}"


def test_l_assemblee_convoquee_se_lit_avec_son_lieu(monde: Scene) -> None:
    compte = scene.compte_de(monde.membres[2])
    assert lu(compte, scene.RETRAITS).detail.startswith("Assemblée à convoquer avant le ")
    convoquer(monde)
    assert lu(compte, scene.RETRAITS).detail.endswith("heure de Paris, Salle des fêtes.")


def test_une_candidate_lit_sa_candidature(monde: Scene) -> None:
    repere = lu(scene.compte_de(monde.membres[-1]), scene.RETRAITS)
    assert (repere.etat, repere.url) == ("Vous êtes candidat·e", "/delegues/ma-candidature/refondation/")


def test_un_proces_verbal_recu_mene_au_resultat_meme_une_candidate() -> None:
    dossier = recevoir(faire_campagne_controlee())
    for membre in (dossier.membres[0], dossier.membres[-1]):
        repere = lu(scene.compte_de(membre), scene.CONTROLE)
        assert (repere.etat, repere.aspect, repere.action) == ("Assemblée tenue", "fait", "Lire le résultat")
        assert repere.detail.startswith("Procès-verbal reçu :")


def test_une_deleguee_a_sa_carte_une_fois_le_mandat_accepte() -> None:
    delegues = faire_delegues()
    compte, mandat = delegues.compte(0), delegues.mandat(0)
    repere = lu(compte, scene.MANDATS)
    assert (repere.etat, repere.action) == ("Vous êtes délégué·e", "Voir mon mandat")
    assert repere.url == mandat.get_absolute_url()
    actes.accepter_mandat(delegation=mandat, par=compte, instant=scene.CONTROLE)
    assert lu(compte, scene.MANDATS).url == f"/delegues/carte/{mandat.cle}/"


def test_sans_adhesion_ni_campagne_il_n_y_a_rien(monde: Scene) -> None:
    assert reperes(scene.faire_compte("observateur"), instant=scene.ASSEMBLEES) == []
    ailleurs = scene.faire_compte(adherent=scene.faire_adherent(scene.faire_section("75001", "75")))
    assert reperes(ailleurs, instant=scene.ASSEMBLEES) == []


@pytest.mark.parametrize("campagnes", [1, 3])
def test_en_un_nombre_fixe_de_requetes(
    monde: Scene, campagnes: int, django_assert_num_queries: Compter
) -> None:
    for rang in range(campagnes - 1):
        autre = scene.faire_campagne(slug=f"autre-{rang}", etat=Campagne.Etat.OUVERTE)
        scene.faire_designation(autre, monde.section)
    compte = Compte.objects.select_related("adherent").get(pk=scene.compte_de(monde.membres[2]).pk)
    # designations, one's candidacies, one's mandates
    with django_assert_num_queries(3):
        assert len(reperes(compte, instant=scene.ASSEMBLEES)) == campagnes

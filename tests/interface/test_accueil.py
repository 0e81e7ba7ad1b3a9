"""The home page and « Ma refondation »: what is put forward, for whom, in how many queries."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from consultation import actes
from consultation.models import Releve, Scrutin
from consultation.situation import Situation
from refondation.accueil import en_vue, etapes, ligne_de_temps
from refondation.territoire.models import Section
from tests.consultation.conftest import territoire
from tests.consultation.scene import creer_compte, faire_scrutin
from tests.consultation.scene_gestion import compter
from tests.consultation.scene_votant import compte_de, connecter, ouvrir_maintenant, preparer_le_vote
from tests.interface.lecture import defauts_de, texte_de

__all__ = ["territoire"]  # the fixture of the vote's tests
Compter = Callable[[int], AbstractContextManager]
JOUR = timedelta(days=1)
MAINTENANT = datetime(2026, 9, 21, 16, tzinfo=timezone.get_current_timezone())


@dataclass
class Vote:
    """What the calculations read of a vote."""

    etat: str
    ouvre_le: datetime = MAINTENANT
    ferme_le: datetime = MAINTENANT + JOUR
    clos_le: datetime | None = None
    publie_le: datetime | None = None
    annule_le: datetime | None = None


# --- Calculations ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("etats", "attendu"),
    [
        ([], ""),
        (["brouillon"], ""),
        (["annule"], ""),
        (["annonce"], "en-cours"),
        (["publie", "ouvert"], "en-cours"),
        (["clos"], "en-cours"),
        (["publie"], "fait"),
    ],
)
def test_la_premiere_etape_suit_les_scrutins(etats: list[str], attendu: str) -> None:
    suite = etapes([Vote(etat) for etat in etats])
    assert [etape.aspect for etape in suite] == [attendu, "", "", "", ""]


def test_le_scrutin_en_vue_est_l_ouvert_qui_ferme_le_premier() -> None:
    tot, tard = Vote("ouvert", ferme_le=MAINTENANT + JOUR), Vote("ouvert", ferme_le=MAINTENANT + 3 * JOUR)
    assert en_vue([Vote("publie"), tard, tot, Vote("annonce")]) is tot


def test_le_scrutin_en_vue_est_sinon_le_dernier_de_l_etat_le_plus_avance() -> None:
    ancien, recent = (
        Vote("publie", ferme_le=MAINTENANT - 30 * JOUR),
        Vote("publie", ferme_le=MAINTENANT - JOUR),
    )
    assert en_vue([ancien, recent, Vote("annule")]) is recent
    annonce = Vote("annonce", ferme_le=MAINTENANT + 9 * JOUR)
    assert en_vue([recent, annonce]) is annonce
    assert en_vue([Vote("brouillon"), Vote("annule")]) is None


def test_la_ligne_de_temps_est_dans_l_ordre() -> None:
    situation = Situation("publie", "fait", "Publié")
    publie = Vote("publie", clos_le=MAINTENANT - 20 * JOUR, publie_le=MAINTENANT - 19 * JOUR)
    clos = Vote("clos", clos_le=MAINTENANT - JOUR)
    ouvert = Vote("ouvert", ferme_le=MAINTENANT + 2 * JOUR)
    annonce = Vote("annonce", ouvre_le=MAINTENANT + 9 * JOUR)
    annule = Vote("annule", annule_le=MAINTENANT - 30 * JOUR)
    moments = ligne_de_temps([(v, situation) for v in (annonce, ouvert, publie, annule, clos)])
    assert [m.moment.scrutin for m in moments] == [annule, publie, clos, ouvert, annonce]
    assert [m.moment.aspect for m in moments] == ["fait", "fait", "fait", "en-cours", ""]


# --- Home, for everybody --------------------------------------------------------------------------


@pytest.mark.django_db
def test_l_accueil_sans_aucun_scrutin(client: Client, django_assert_num_queries: Compter) -> None:
    # the votes, the campaigns
    with django_assert_num_queries(2):
        reponse = client.get("/")
    assert defauts_de(reponse) == []
    texte = texte_de(reponse)
    assert "Aucun scrutin n'est annoncé pour l'instant." in texte
    assert "La carte se remplit quand elles votent." in texte
    assert "En cours" not in texte


def test_l_accueil_montre_le_scrutin_ouvert_et_sa_carte(
    client: Client, territoire: list[Section], django_assert_num_queries: Compter
) -> None:
    vote = ouvrir_maintenant()
    lignes = [
        {"code": "31", "nom": "Haute-Garonne", "federations": ["31"], "inscrits": 24, "votants": 15},
        {"code": "75", "nom": "Paris", "federations": ["75"], "inscrits": 24, "votants": None},
    ]
    Releve.objects.create(
        scrutin=vote.scrutin,
        college="deliberatif",
        pris_le=timezone.now(),
        inscrits=48,
        votants=22,
        lignes=lignes,
        definitif=False,
    )
    # the votes, their questions, the campaigns, the last relevé
    with django_assert_num_queries(4):
        reponse = client.get("/")
    assert defauts_de(reponse) == []
    html, texte = reponse.content.decode(), texte_de(reponse)
    assert "22 votant·es" in texte
    assert "sur 48 inscrit·es (45,8\u202f%)" in texte.replace(" %", "\u202f%")
    assert 'href="/scrutins/cadre/voter/"' in html
    assert '<g class="n3"><title>Haute-Garonne : 15 votant·es sur 24 inscrit·es (62,5\u202f%)</title>' in html
    assert '<g class="sans"><title>Paris : non publié</title>' in html
    assert html.count('class="absente"') == 106
    assert "Acceptez-vous ?" in texte


def test_l_accueil_ne_montre_pas_un_brouillon_ni_un_annule(client: Client, territoire: list[Section]) -> None:
    vote = preparer_le_vote()
    actes.annuler_scrutin(scrutin=vote.scrutin, motif="recours", par=vote.admin)
    assert "Aucun scrutin n'est annoncé" in texte_de(client.get("/"))
    assert Scrutin.objects.count() == 1


# --- Ma refondation -------------------------------------------------------------------------------


def test_ma_refondation_met_le_vote_en_premier(territoire: list[Section]) -> None:
    vote = ouvrir_maintenant()
    electeur = vote.electeurs()[0]
    reponse = connecter(electeur).get("/")
    assert defauts_de(reponse) == []
    html, texte = reponse.content.decode(), texte_de(reponse)
    assert electeur.adherent.nom in texte
    assert '<a class="bouton bouton-principal" href="/scrutins/cadre/voter/">' in html
    assert '<li class="en-cours">' in html


def test_ma_refondation_apres_le_vote_ne_presse_plus(territoire: list[Section]) -> None:
    vote = ouvrir_maintenant()
    electeur = vote.electeurs()[0]
    vote.voter(electeur, instant=timezone.now())
    reponse = connecter(electeur).get("/")
    assert defauts_de(reponse) == []
    assert "Rien à faire pour l'instant." in texte_de(reponse)
    assert "Vous avez voté" in texte_de(reponse)
    assert "bouton-principal" not in reponse.content.decode()


def test_ma_refondation_sans_adhesion(territoire: list[Section]) -> None:
    vote = ouvrir_maintenant()
    client = Client()
    client.force_login(vote.admin, backend="refondation.membres.connexion.ComptesPresents")
    reponse = client.get("/")
    assert defauts_de(reponse) == []
    assert "Rien à faire pour l'instant." in texte_de(reponse)


def test_ma_refondation_d_une_gardienne_lui_demande_sa_cle(territoire: list[Section]) -> None:
    vote = faire_scrutin()
    gardienne = creer_compte()
    actes.designer_gardiens(scrutin=vote.scrutin, comptes=[gardienne], par=vote.admin)
    client = Client()
    client.force_login(gardienne, backend="refondation.membres.connexion.ComptesPresents")
    reponse = client.get("/")
    assert defauts_de(reponse) == []
    assert "Votre clé est attendue" in texte_de(reponse)
    assert "Rien à faire" not in texte_de(reponse)
    bouton = '<a class="bouton bouton-principal" href="/scrutins/cadre/gardien/">Créer ma clé'
    assert bouton in reponse.content.decode()


def test_ma_refondation_d_une_gardienne_lui_demande_sa_part(territoire: list[Section]) -> None:
    vote = ouvrir_maintenant()
    client = Client()
    client.force_login(
        vote.scrutin.gardiens.get().compte, backend="refondation.membres.connexion.ComptesPresents"
    )
    assert "Rien à faire pour l'instant." in texte_de(client.get("/"))
    vote.voter(vote.electeurs()[0], instant=timezone.now())
    actes.clore_scrutin(scrutin=vote.scrutin, par=None, instant=vote.scrutin.ferme_le)
    assert "Rien à faire pour l'instant." in texte_de(client.get("/"))
    compter(vote)
    reponse = client.get("/")
    assert defauts_de(reponse) == []
    assert "Votre part du déchiffrement est attendue" in texte_de(reponse)
    assert '<a class="bouton bouton-principal" href="/scrutins/cadre/gardien/">Déchiffrer le total' in (
        reponse.content.decode()
    )


@pytest.mark.parametrize("nombre", [1, 3])
def test_ma_refondation_en_un_nombre_fixe_de_requetes(
    territoire: list[Section], nombre: int, django_assert_num_queries: Compter
) -> None:
    votes = [ouvrir_maintenant(slug=f"vote-{rang}", nom=f"Vote {rang}") for rang in range(nombre)]
    client = connecter(votes[0].electeurs()[0])
    compte_de(votes[0].electeurs()[0])
    # session, account, its mandates, the votes, one's lines of the rolls, one's keys, the campaigns, the last relevé
    with django_assert_num_queries(8):
        reponse = client.get("/")
    assert texte_de(reponse).count("Vous pouvez voter") >= nombre


# --- The map of the site ----------------------------------------------------------------------------


@pytest.mark.parametrize("nombre", [1, 3])
def test_le_plan_du_site_nomme_chaque_scrutin_annonce(
    client: Client, territoire: list[Section], nombre: int, django_assert_num_queries: Compter
) -> None:
    votes = [ouvrir_maintenant(slug=f"vote-{rang}", nom=f"Vote {rang}") for rang in range(nombre)]
    with django_assert_num_queries(1):
        reponse = client.get("/plan/")
    assert defauts_de(reponse) == []
    html = reponse.content.decode()
    for vote in votes:
        for suite in ("", "document/", "liste/", "verifier/", "urnes/", "secret/"):
            assert f'href="{vote.scrutin.get_absolute_url()}{suite}"' in html
    assert "resultat/" not in html
    assert "Me connecter" in texte_de(reponse)


def test_le_plan_du_site_d_un_membre_est_aussi_son_menu(territoire: list[Section]) -> None:
    vote = ouvrir_maintenant()
    texte = texte_de(connecter(vote.electeurs()[0]).get("/plan/"))
    assert "Votre espace" in texte
    assert "Mon compte" in texte
    assert "Rôles" not in texte


def test_le_plan_du_site_tait_les_brouillons(client: Client, territoire: list[Section]) -> None:
    faire_scrutin(nom="Pas encore annoncé")
    assert "Pas encore annoncé" not in texte_de(client.get("/plan/"))

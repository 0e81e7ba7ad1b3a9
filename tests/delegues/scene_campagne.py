"""Campaigns made by their acts, and pages read by a client: what the tests of campaign pages share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from delegues import actes
from delegues.models import Campagne, Designation
from refondation.membres.models import Compte
from tests.delegues.scene import (
    AVANT,
    compte_de,
    faire_campagne,
    faire_compte,
    faire_proces_verbal,
    faire_section,
    membres_de,
    mener_a,
)


@pytest.fixture(autouse=True)
def _sans_second_facteur(settings) -> None:
    settings.SECOND_FACTEUR_OBLIGATOIRE = False


@pytest.fixture
def admin() -> Compte:
    return faire_compte("administrateur")


@pytest.fixture
def entrer() -> Callable[[Compte | None], Client]:
    def ouvrir(compte: Compte | None) -> Client:
        client = Client()
        if compte is not None:
            client.force_login(compte)
        return client

    return ouvrir


def lire(client: Client, route: str, *arguments: object, statut: int = 200) -> str:
    reponse = client.get(reverse(f"delegues:{route}", args=arguments))
    assert reponse.status_code == statut
    return reponse.content.decode()


def brouillon(admin: Compte, **champs: object) -> Campagne:
    """A draft with two federations, computed and adopted."""
    faire_section("31001", membres=6)
    faire_section("31002", membres=2)
    faire_section("09001", "09", membres=1)
    campagne = faire_campagne(etat="preparation", anciennete_mois=0, tranche=5, **champs)
    repartition = actes.calculer_repartition(campagne=campagne, par=admin, instant=AVANT)
    actes.adopter_repartition(repartition=repartition, par=admin, instant=AVANT)
    return campagne


def annoncee(admin: Compte, **champs: object) -> Campagne:
    return actes.annoncer_campagne(campagne=brouillon(admin, **champs), par=admin, instant=AVANT)


def recevoir(campagne: Campagne, code: str, etat: str = "recue") -> Designation:
    designation = campagne.designations.get(section__code=code)
    membres = membres_de(designation.section)
    faire_proces_verbal(
        designation, (), redacteur=compte_de(membres[0]), contresignataire=membres[-1], inscrits=6, votants=3
    )
    return mener_a(designation, etat)

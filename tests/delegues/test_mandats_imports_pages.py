"""Pages of a federation's sheet: deposit, read, apply, undo; errors as a file; nobody else's; queries counted."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from delegues.models import ImportDeDelegations
from tests.delegues import scene
from tests.delegues.scene_imports import Papier, rien_d_ecrit

pytestmark = pytest.mark.django_db


@pytest.fixture
def papier() -> Papier:
    return Papier()


@pytest.fixture
def client(papier: Papier, settings) -> Client:
    settings.SECOND_FACTEUR_OBLIGATOIRE = False
    client = Client()
    client.force_login(papier.par, backend="refondation.membres.connexion.ComptesPresents")
    with time_machine.travel(scene.ASSEMBLEES + timedelta(days=1), tick=False):
        yield client


def deposer_par_la_page(papier: Papier, client: Client, contenu: bytes | None = None):
    fichier = io.BytesIO(papier.csv() if contenu is None else contenu)
    fichier.name = "delegations.csv"
    return client.post(
        f"/delegues/{papier.campagne.slug}/importer/",
        {"federation": papier.sections[0].federation_id, "fichier": fichier},
    )


def test_deposer_relire_appliquer_annuler(papier: Papier, client: Client) -> None:
    adresse = deposer_par_la_page(papier, client)["Location"]
    page = client.get(adresse).content.decode()
    assert "Écrire 2 brouillons" in page
    assert papier.membres[0][0].nom in page
    assert client.post(f"{adresse}appliquer/").status_code == 302
    assert (
        "Annuler l&#x27;import" in client.get(adresse).content.decode()
        or "Annuler l'import" in client.get(adresse).content.decode()
    )
    assert client.post(f"{adresse}appliquer/").status_code == 409
    assert client.post(f"{adresse}annuler/").status_code == 302
    assert rien_d_ecrit()


def test_les_erreurs_se_telechargent(papier: Papier, client: Client) -> None:
    papier.lignes[1]["Voix"] = "=1+1"
    adresse = deposer_par_la_page(papier, client)["Location"]
    assert "1 erreur dans le fichier" in client.get(adresse).content.decode()
    contenu = client.get(f"{adresse}erreurs/").getvalue().decode("utf-8-sig")
    assert contenu.splitlines() == [
        "Ligne;Colonne;Ce qui ne va pas",
        "3;Voix;« =1+1 » n'est pas un nombre entier.",
    ]


def test_un_import_d_ailleurs_ne_se_voit_pas(papier: Papier, client: Client) -> None:
    lot = papier.deposer()
    autre = scene.faire_compte("secretaire_federal", federation=scene.faire_section("75001", "75").federation)
    client.force_login(autre, backend="refondation.membres.connexion.ComptesPresents")
    assert client.get(lot.get_absolute_url()).status_code == 404
    assert client.post(f"{lot.get_absolute_url()}appliquer/").status_code == 404
    page = deposer_par_la_page(papier, client)
    assert page.status_code == 422
    assert ImportDeDelegations.objects.count() == 1


@pytest.mark.parametrize("nombre", [1, 3])
def test_nombre_de_requetes(papier: Papier, client: Client, nombre: int, django_assert_num_queries) -> None:
    for _ in range(nombre):
        papier.deposer()
    adresse = f"/delegues/{papier.campagne.slug}/importer/"
    client.get(adresse)
    with django_assert_num_queries(8):
        page = client.get(adresse)
    assert page.content.decode().count("À confirmer") == nombre

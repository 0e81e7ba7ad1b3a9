"""Pages of the door: announce, check, keep who came, receive what a phone kept; queries counted."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from delegues import actes, cartes
from delegues.models import Assemblee, Passage
from refondation.membres.models import Compte
from tests.delegues.scene_mandats import SOIR, Delegues, assemblee_de, faire_delegues, responsable

pytestmark = pytest.mark.django_db


@pytest.fixture
def delegues() -> Delegues:
    return faire_delegues()


@pytest.fixture
def client_de(settings):
    settings.SECOND_FACTEUR_OBLIGATOIRE = False

    def ouvrir(compte: Compte) -> Client:
        client = Client()
        client.force_login(compte, backend="refondation.membres.connexion.ComptesPresents")
        return client

    return ouvrir


@pytest.fixture
def le_soir():
    with time_machine.travel(SOIR, tick=False):
        yield


def test_annoncer_puis_controler_une_carte(delegues: Delegues, client_de, le_soir) -> None:
    client = client_de(responsable(delegues))
    reponse = client.post(
        f"/delegues/{delegues.campagne.slug}/assemblees/",
        {
            "nom": "Assemblée fédérale",
            "tenue_le": "2026-10-20T19:30",
            "lieu": "Bourse du travail",
            "perimetre": f"federation-{delegues.section.federation_id}",
        },
    )
    assemblee = Assemblee.objects.get()
    assert (reponse.status_code, reponse["Location"]) == (302, f"/delegues/porte/{assemblee.cle}/")
    assert assemblee.tenue_le == SOIR
    page = client.post(reponse["Location"], {"code": cartes.code_de(delegues.mandat(0)).lower()})
    assert "Valide" in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"
    partiel = client.post(
        reponse["Location"], {"code": "rien"}, headers={"X-Partiel": "verdict"}
    ).content.decode()
    assert "Carte inconnue" in partiel
    assert "<html" not in partiel
    assert Passage.objects.count() == 1


def test_une_assemblee_mal_remplie(delegues: Delegues, client_de, le_soir) -> None:
    client = client_de(responsable(delegues))
    page = client.post(
        f"/delegues/{delegues.campagne.slug}/assemblees/",
        {"nom": "A", "tenue_le": "2026-10-01T19:30", "perimetre": "national"},
    )
    assert page.status_code == 422
    assert Assemblee.objects.count() == 0


def test_le_qr_ouvre_une_page_reservee(delegues: Delegues, client_de, le_soir) -> None:
    adresse = cartes.adresse_de(delegues.mandat(0)).split("//", 1)[1].partition("/")[2]
    attendus = {None: 302, delegues.compte(0): 403, responsable(delegues): 200}
    for compte, statut in attendus.items():
        client = client_de(compte) if compte else Client()
        reponse = client.get(f"/{adresse}")
        assert reponse.status_code == statut
        assert ("Valide" in reponse.content.decode()) is (statut == 200)


def test_les_passages_gardes_arrivent(delegues: Delegues, client_de, le_soir) -> None:
    par = responsable(delegues)
    assemblee = assemblee_de(delegues, par)
    client, adresse = client_de(par), f"/delegues/porte/{assemblee.cle}/passages/"
    code = cartes.code_de(delegues.mandat(0))
    lignes = [
        {"code": code, "le": int((SOIR - timedelta(minutes=5)).timestamp() * 1000)},
        {"code": code, "le": int(SOIR.timestamp() * 1000)},
        {"code": "AAAAAAAAAAAAAAAA", "le": int(SOIR.timestamp() * 1000)},
    ]
    reponse = client.post(adresse, json.dumps(lignes), content_type="application/json")
    donnees = reponse.json()
    assert (donnees["recus"], [r["titre"] for r in donnees["refuses"]]) == (2, ["Carte inconnue"])
    assert Passage.objects.get().le == SOIR - timedelta(minutes=5)
    for corps in (
        "",
        "{}",
        "[1]",
        '[{"code": "A"}]',
        '[{"code": "A", "le": 1e30}]',
        '[{"code": 1, "le": "x"}]',
    ):
        assert client.post(adresse, corps, content_type="application/json").status_code == 400, corps


@pytest.mark.parametrize("nombre", [1, 3])
def test_nombre_de_requetes_des_entrees(
    delegues: Delegues, client_de, le_soir, nombre: int, django_assert_num_queries
) -> None:
    par = responsable(delegues)
    assemblee = assemblee_de(delegues, par)
    for rang in range(nombre):
        actes.pointer(assemblee=assemblee, delegation=delegues.mandat(rang), par=par)
    client = client_de(par)
    for chemin, requetes in (("presences/", 6), ("", 7)):
        client.get(f"/delegues/porte/{assemblee.cle}/{chemin}")
        with django_assert_num_queries(requetes):
            page = client.get(f"/delegues/porte/{assemblee.cle}/{chemin}")
        assert delegues.personnes[0].nom in page.content.decode()


@pytest.mark.parametrize("nombre", [1, 3])
def test_nombre_de_requetes_des_assemblees(
    delegues: Delegues, client_de, le_soir, nombre: int, django_assert_num_queries
) -> None:
    par = responsable(delegues)
    for _ in range(nombre):
        assemblee_de(delegues, par)
    client, adresse = client_de(par), f"/delegues/{delegues.campagne.slug}/assemblees/"
    client.get(adresse)
    with django_assert_num_queries(7):
        page = client.get(adresse)
    assert page.content.decode().count("Bourse du travail") == nombre

"""What is published as JSON: without log-in, by pages, with a fingerprint; nothing personal beyond names."""

from __future__ import annotations

import json
from datetime import date

import pytest
import time_machine
from django.test import Client

from delegues import actes
from delegues.models import Delegation
from tests.delegues import scene
from tests.delegues.scene_mandats import Delegues, faire_delegues, responsable

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _pendant():
    with time_machine.travel(scene.MANDATS, tick=False):
        yield


@pytest.fixture
def delegues() -> Delegues:
    return faire_delegues()


def lire(chemin: str, client: Client, **attendu: object) -> dict:
    reponse = client.get(f"/delegues/api/v1/{chemin}")
    assert reponse.status_code == attendu.pop("statut", 200)
    return reponse.json()


def test_sans_connexion_ni_temoin(delegues: Delegues, client: Client) -> None:
    reponse = client.get("/delegues/api/v1/")
    assert reponse.json() == {
        "version": 1,
        "total": 1,
        "page": 1,
        "pages": 1,
        "suivante": None,
        "precedente": None,
        "resultats": [
            {
                "slug": "refondation",
                "nom": "Délégué·es à la refondation",
                "etat": "ouverte",
                "adresse": "http://testserver/delegues/api/v1/refondation/",
            }
        ],
    }
    assert reponse.cookies == {}
    assert reponse["Access-Control-Allow-Origin"] == "*"
    assert reponse["Cache-Control"] == "public, max-age=60"


def test_une_campagne_en_preparation_n_est_pas_publiee(client: Client) -> None:
    scene.faire_campagne(etat="preparation")
    assert lire("", client)["total"] == 0
    for chemin in ("refondation/", "refondation/sections/", "refondation/delegues/"):
        assert client.get(f"/delegues/api/v1/{chemin}").status_code == 404


def test_la_campagne(delegues: Delegues, client: Client) -> None:
    donnees = lire("refondation/", client)
    assert donnees["calendrier"]["mandat_debut"] == "2026-10-10"
    assert donnees["totaux"] == {
        "sections": 1,
        "sieges": 2,
        "adherents": 60,
        "par_etat": {
            "attendue": 0,
            "recue": 0,
            "incomplete": 0,
            "contestee": 0,
            "validee": 1,
            "rejetee": 0,
        },
    }


def test_les_sections(delegues: Delegues, client: Client) -> None:
    scene.faire_designation(delegues.campagne, scene.faire_section("31002"))
    premiere, seconde = lire("refondation/sections/", client)["resultats"]
    p = delegues.personnes
    assert {k: v for k, v in premiere.items() if k != "proces_verbal"} == {
        "code": "31001",
        "nom": "Ville 31001",
        "federation": "31",
        "mode": "assemblee",
        "adherents": 60,
        "sieges": 2,
        "etat": "validee",
        "marque": "contrôlé",
    }
    assert premiere["proces_verbal"]["numero"] == delegues.pv.numero
    assert [(e["nom"], e["qualite"], e["rang"]) for e in premiere["proces_verbal"]["elus"]] == [
        (f"{p[0].prenom} {p[0].nom}", "titulaire", 1),
        (f"{p[1].prenom} {p[1].nom}", "titulaire", 2),
        (f"{p[2].prenom} {p[2].nom}", "suppleant", 1),
        (f"{p[3].prenom} {p[3].nom}", "suppleant", 2),
        (f"{p[4].prenom} {p[4].nom}", "suppleant", 3),
    ]
    assert (seconde["marque"], seconde["proces_verbal"]) == ("", None)


def test_qui_siege_un_jour(delegues: Delegues, client: Client) -> None:
    par, mandat = responsable(delegues), delegues.mandat(0)
    actes.terminer_mandat(delegation=mandat, cause="exclusion", le=date(2026, 10, 15), par=par)
    actes.remplacer(delegation=mandat, par=par)
    p = delegues.personnes

    def titulaires(suite: str) -> list[str]:
        donnees = lire(f"refondation/delegues/{suite}", client)
        return [d["nom"] for d in donnees["resultats"] if d["qualite"] == "titulaire"]

    assert titulaires("?au=2026-10-14") == [p[0].nom, p[1].nom]
    assert titulaires("?au=2026-10-15") == [p[1].nom]
    assert titulaires("") == titulaires("?au=2026-10-20") == [p[2].nom, p[1].nom]
    remplacante = lire("refondation/delegues/", client)["resultats"][0]
    assert remplacante == {
        "nom": p[2].nom,
        "prenom": p[2].prenom,
        "section": "31001",
        "federation": "31",
        "qualite": "titulaire",
        "rang": 1,
        "debut": "2026-10-20",
        "fin": None,
        "remplace": f"{p[0].prenom} {p[0].nom}",
    }
    # Why somebody stopped is nobody's business here.
    assert "exclusion" not in json.dumps(lire("refondation/delegues/?au=2026-10-14", client))


def test_rien_de_personnel(delegues: Delegues, client: Client) -> None:
    actes.partager_coordonnees(
        delegation=delegues.mandat(0),
        courriel="partage@exemple.fr",
        telephone="06 11 22 33 44",
        par=delegues.compte(0),
    )
    for chemin in ("refondation/", "refondation/sections/", "refondation/delegues/"):
        texte = client.get(f"/delegues/api/v1/{chemin}").content.decode()
        for interdit in ("@", "06 11", "1970", '"F"', delegues.personnes[0].numero):
            assert interdit not in texte


def test_les_filtres(delegues: Delegues, client: Client) -> None:
    faire_delegues("75001", "75", campagne=delegues.campagne)
    assert lire("refondation/sections/", client)["total"] == 2
    assert lire("refondation/sections/?federation=75", client)["total"] == 1
    assert lire("refondation/delegues/?federation=75", client)["total"] == 5
    assert lire("refondation/delegues/?section=31001", client)["total"] == 5
    assert lire("refondation/delegues/?section=99999", client)["total"] == 0


def test_par_pages(delegues: Delegues, client: Client) -> None:
    vus, adresse, pages = [], "/delegues/api/v1/refondation/delegues/?par_page=2", 0
    while adresse:
        donnees = client.get(adresse).json()
        vus += [d["nom"] for d in donnees["resultats"]]
        pages += 1
        assert (donnees["total"], donnees["pages"]) == (5, 3)
        adresse = (donnees["suivante"] or "").removeprefix("http://testserver")
    assert pages == 3
    assert sorted(vus) == sorted(p.nom for p in delegues.personnes)


@pytest.mark.parametrize(
    "suite",
    [
        "?page=0",
        "?page=9",
        "?page=un",
        "?par_page=0",
        "?par_page=501",
        "?par_page=x",
        "?au=hier",
        "?au=2026-02-31",
    ],
)
def test_une_demande_mal_faite(delegues: Delegues, client: Client, suite: str) -> None:
    donnees = lire(f"refondation/delegues/{suite}", client, statut=400)
    assert set(donnees) == {"erreur"}


def test_l_empreinte_evite_de_relire(delegues: Delegues, client: Client) -> None:
    premiere = client.get("/delegues/api/v1/refondation/delegues/")
    encore = client.get("/delegues/api/v1/refondation/delegues/", headers={"If-None-Match": premiere["ETag"]})
    assert (encore.status_code, encore.content) == (304, b"")
    Delegation.objects.filter(pk=delegues.mandat(0).pk).update(fin=date(2026, 10, 20), cause="demission")
    assert (
        client.get(
            "/delegues/api/v1/refondation/delegues/", headers={"If-None-Match": premiere["ETag"]}
        ).status_code
        == 200
    )


def test_on_n_y_ecrit_rien(delegues: Delegues, client: Client) -> None:
    for chemin in ("", "refondation/", "refondation/sections/", "refondation/delegues/"):
        for methode in (client.post, client.put, client.patch, client.delete):
            assert methode(f"/delegues/api/v1/{chemin}").status_code == 405


@pytest.mark.parametrize("nombre", [1, 3])
def test_nombre_de_requetes(
    delegues: Delegues, client: Client, nombre: int, django_assert_num_queries
) -> None:
    for rang in range(1, nombre):
        faire_delegues(f"3100{rang + 1}", "31", campagne=delegues.campagne)
    for chemin, requetes in (("refondation/sections/", 6), ("refondation/delegues/", 3)):
        with django_assert_num_queries(requetes):
            donnees = lire(chemin, client)
        assert donnees["total"] == nombre * (1 if "sections" in chemin else 5)

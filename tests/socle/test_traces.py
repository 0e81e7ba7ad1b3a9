"""Logs tell what happened and to which route, never to whom: log-in, import, failures included."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core import mail
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path, reverse

from refondation.celery import app
from refondation.traces import LigneJson, MesureDesRequetes
from refondation.urls import urlpatterns as routes
from tests.membres.monde import creer_adherent, creer_compte

INTIME = "jeanne.doe@exemple.fr"


class Traces:
    """What the process writes at the levels of production."""

    def __init__(self) -> None:
        self.flux = StringIO()

    def lignes(self) -> list[dict]:
        return [json.loads(ligne) for ligne in self.flux.getvalue().splitlines()]

    def texte(self) -> str:
        return self.flux.getvalue()


@pytest.fixture
def traces() -> Iterator[Traces]:
    traces = Traces()
    sortie = logging.StreamHandler(traces.flux)
    sortie.setFormatter(LigneJson())
    racine, nous = logging.getLogger(), logging.getLogger("refondation")
    avant = racine.level, nous.level
    racine.addHandler(sortie)
    racine.setLevel(logging.INFO)
    nous.setLevel(logging.INFO)
    yield traces
    racine.removeHandler(sortie)
    racine.setLevel(avant[0])
    nous.setLevel(avant[1])


def echouer(request: HttpRequest, numero: str) -> HttpResponse:
    raise ValueError(f"la clé {INTIME} existe déjà")


urlpatterns = [*routes, path("essai/<str:numero>/", echouer, name="essai")]


@pytest.mark.django_db
def test_une_connexion_ne_laisse_ni_adresse_ni_numero_ni_code(client: Client, traces: Traces) -> None:
    creer_adherent(numero="M4242", courriel=INTIME, nom="Doe", prenom="Jeanne")
    with override_settings(SESSION_COOKIE_SECURE=False):
        client.post(reverse("account_login"), {"identite": INTIME})
        client.post(reverse("account_login"), {"identite": "M4242"})
        client.post(reverse("saisir_le_code"), {"code": "000000"})
    assert traces.lignes(), "les requêtes laissent une trace"
    assert {ligne["route"] for ligne in traces.lignes() if "route" in ligne} >= {
        "account_login",
        "saisir_le_code",
    }
    for secret in (INTIME, "M4242", "Jeanne", "Doe", "000000", *(m.body for m in mail.outbox)):
        assert secret not in traces.texte()


@pytest.mark.django_db
@pytest.mark.urls("tests.socle.test_traces")
def test_une_panne_laisse_son_genre_et_son_lieu_jamais_son_texte(traces: Traces) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(creer_compte(courriel=INTIME))
    assert client.get("/essai/M4242/?de=" + INTIME).status_code == 500
    pannes = [ligne for ligne in traces.lignes() if "exception" in ligne]
    assert pannes
    assert {ligne["exception"] for ligne in pannes} == {"ValueError"}
    assert any(lieu.startswith("test_traces.py:") for ligne in pannes for lieu in ligne["lieux"])
    [requete] = [ligne for ligne in traces.lignes() if ligne["message"] == "requete"]
    assert (requete["route"], requete["statut"], requete["niveau"]) == ("essai", 500, "ERROR")
    for secret in (INTIME, "M4242", "existe déjà"):
        assert secret not in traces.texte()


@pytest.mark.django_db
def test_un_refus_csrf_ne_laisse_pas_le_chemin(traces: Traces) -> None:
    client = Client(enforce_csrf_checks=True)
    client.post(reverse("account_login") + f"?next=/{INTIME}", {"identite": INTIME})
    assert [ligne["statut"] for ligne in traces.lignes() if "statut" in ligne] == [403]
    assert INTIME not in traces.texte()


def test_une_tache_qui_echoue_est_nommee_sans_son_erreur(traces: Traces) -> None:
    @app.task(name="essai.echouer")
    def tache(adresse: str) -> None:
        raise ValueError(f"{adresse} existe déjà")

    app.conf.task_eager_propagates = False
    try:
        tache.apply(args=[INTIME])
    finally:
        app.conf.task_eager_propagates = True
        app.tasks.pop("essai.echouer")
    [ligne] = [ligne for ligne in traces.lignes() if ligne["source"] == "celery.app.trace"]
    assert (ligne["tache"], ligne["exception"], ligne["niveau"]) == ("essai.echouer", "ValueError", "ERROR")
    assert INTIME not in traces.texte()


@pytest.mark.django_db
def test_un_import_ne_laisse_personne(traces: Traces, tmp_path: Path) -> None:
    from refondation.demo import registre
    from refondation.demo.comptes import installer_l_administration
    from refondation.territoire.actes import importer_territoire

    admin = installer_l_administration()
    importer_territoire(par=admin)
    fichier = tmp_path / "national.csv"
    entete = "Numéro d'adhérent;Nom;Prénom;Courriel;Section;Date d'adhésion;Statut"
    fichier.write_text(f"{entete}\nM4242;Doe;Jeanne;{INTIME};31555;01/02/2020;adherent\n")
    registre.importer(fichier, par=admin)
    fichier.write_text(f"{entete}\nM4242;Doe;Jeanne;{INTIME};inconnue;hier;adherent\n")
    with pytest.raises(registre.RegistreRefuse):
        registre.importer(fichier, par=admin)
    logging.getLogger("refondation.essai").info("fin", extra={"champs": {"import": 1}})
    assert traces.lignes()[-1]["import"] == 1
    for secret in (INTIME, "M4242", "Jeanne", "Doe"):
        assert secret not in traces.texte()


def test_la_mesure_nomme_les_requetes_sans_route(traces: Traces) -> None:
    requete = HttpRequest()
    requete.method = "GET"
    requete.resolver_match = None
    MesureDesRequetes(lambda _: HttpResponse(status=404))(requete)
    [ligne] = traces.lignes()
    assert (ligne["route"], ligne["statut"], ligne["methode"]) == ("sans-route", 404, "GET")
    assert ligne["ms"] >= 0

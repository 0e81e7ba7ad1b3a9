"""The control over HTTP: who reads, who writes; the queue, its filters and its queries; public figures."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from delegues import actes, progres
from delegues.models import (
    Anomalie,
    Avis,
    Campagne,
    Deport,
    Designation,
    Echange,
)
from refondation.territoire.models import Federation, Section
from tests.consultation.scene_gestion import navigateur_de
from tests.delegues import scene
from tests.delegues.scene_controle import (
    LECTEURS,
    POURQUOI,
    ROLES,
    Dossier,
    campagne_du_jour,
    compte_au_role,
    decider_ce_jour,
    membre_de_la_commission,
    recevoir,
    recevoir_ce_jour,
    route,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def campagne() -> Campagne:
    return campagne_du_jour()


@pytest.fixture
def dossier(campagne: Campagne) -> Dossier:
    return recevoir_ce_jour(campagne)


# page → (who it opens to, with the designation of the fixture)
PAGES = {
    "file": LECTEURS,
    "dossier": LECTEURS,
    "avis": {"recolement"},
    "deport": {"recolement"},
    "repondre_a_la_commission": {"secretaire_section"},
    "contester": {"membre", "direction", "administrateur"},
    "recours": {"membre", "direction", "administrateur"},
}
SANS_DOSSIER = {"file", "deport", "recalculer"}


@pytest.mark.parametrize("role", ROLES)
def test_matrice_role_page(dossier: Dossier, role: str | None) -> None:
    client = navigateur_de(compte_au_role(role, dossier))
    for page, admis in PAGES.items():
        adresse = route(page, None if page in SANS_DOSSIER else dossier)
        assert client.get(adresse).status_code == (200 if role in admis else 403), page


@pytest.mark.parametrize("page", [*PAGES, "recalculer", "recalculer_un_dossier"])
def test_sans_connexion(dossier: Dossier, page: str) -> None:
    adresse = route(page, None if page in SANS_DOSSIER else dossier)
    for reponse in (Client().get(adresse), Client().post(adresse)):
        assert (reponse.status_code, "/compte/connexion/" in reponse.url) == (302, True)


# What each page would write, were the account allowed to.
ENVOIS: dict[str, dict[str, Any]] = {
    "avis": {"sens": "rejeter", "motifs": ["piece"], "texte": POURQUOI},
    "deport": {"federation": "31", "motif": "Ami"},
    "recalculer": {},
    "recalculer_un_dossier": {},
    "repondre_a_la_commission": {"texte": POURQUOI},
    "contester": {"motifs": ["piece"], "texte": POURQUOI},
    "recours": {"motifs": ["piece"], "texte": POURQUOI},
}


def traces() -> tuple[int, ...]:
    """What any of the acts would change."""
    return (
        Avis.objects.count(),
        Deport.objects.count(),
        Echange.objects.count(),
        Anomalie.objects.count(),
        Designation.objects.filter(etat="recue").count(),
    )


@pytest.mark.parametrize("role", ["observateur", "gestionnaire_federal", "secretaire_federal", None])
def test_qui_lit_n_ecrit_rien(dossier: Dossier, role: str | None, django_assert_num_queries: Any) -> None:
    """Every POST of the control, by an observer and by others who only read."""
    client, avant = navigateur_de(compte_au_role(role, dossier)), traces()
    le = dossier.relire().anomalies_le
    for page, donnees in ENVOIS.items():
        adresse = route(page, None if page in SANS_DOSSIER else dossier)
        corps = donnees | ({"proces_verbal": str(dossier.pv.cle)} if page == "avis" else {})
        assert client.post(adresse, corps).status_code == 403, page
    decision = decider_ce_jour(dossier, "rejeter")
    recours = actes.former_recours(
        decision=decision, motifs=["piece"], texte=POURQUOI, par=scene.compte_de(dossier.membres[3])
    )
    apres = traces()
    envoi = {"accueilli": "1", "texte": POURQUOI}
    assert client.post(route("arbitrer", dossier, recours.pk), envoi).status_code == 403
    assert traces() == apres
    assert (avant, dossier.relire().anomalies_le) == ((0, 0, 0, 0, 1), le)


@pytest.mark.parametrize("role", ["secretaire_section", "secretaire_federal", "gestionnaire_federal"])
def test_on_ne_lit_que_son_perimetre(campagne: Campagne, dossier: Dossier, role: str) -> None:
    ailleurs = recevoir(campagne, "32001")
    client = navigateur_de(compte_au_role(role, dossier))
    assert client.get(route("dossier", ailleurs)).status_code == 404
    page = client.get(route("file")).content.decode()
    assert (dossier.section.nom in page, ailleurs.section.nom in page) == (True, False)
    # A filter does not widen it.
    assert client.get(route("file"), {"federation": "32"}).status_code == 422
    assert ailleurs.section.nom not in client.get(route("file"), {"q": "32001"}).content.decode()


def test_une_campagne_en_preparation_ne_se_lit_pas(db: None) -> None:
    scene.faire_campagne(etat="preparation", slug="brouillon")
    client = navigateur_de(scene.faire_compte("secretaire_section", section=scene.faire_section()))
    assert client.get(reverse("delegues:file", args=["brouillon"])).status_code == 404
    assert Client().get(reverse("delegues:chiffres_csv", args=["brouillon"])).status_code == 404


def test_l_entree_mene_a_la_campagne_ouverte(campagne: Campagne) -> None:
    client = navigateur_de(membre_de_la_commission())
    reponse = client.get(reverse("delegues:controle"))
    assert (reponse.status_code, reponse.url) == (302, route("file"))
    scene.faire_campagne(slug="autre", nom="Une autre campagne")
    page = client.get(reverse("delegues:controle"))
    assert (page.status_code, "Une autre campagne" in page.content.decode()) == (200, True)


# --- The queue ----------------------------------------------------------------------------------------


def sections_de(client: Client, **filtres: str) -> list[str]:
    reponse = client.get(route("file"), filtres)
    assert reponse.status_code == 200
    return [d.section.code for d, _ in reponse.context["lignes"]]


def test_la_file_et_ses_filtres(campagne: Campagne) -> None:
    fautif = recevoir(campagne, "31001")
    recevoir(campagne, "31002", etat="contestee")
    recevoir(campagne, "32001", etat="validee")
    recevoir(campagne, "33001", etat="incomplete")
    scene.faire_designation(campagne, scene.faire_section("34001", "34"))
    fautif.membres[0].a_jour_au = None
    fautif.membres[0].save()
    actes.recalculer_anomalies(campagne=campagne)
    client = navigateur_de(membre_de_la_commission())
    assert sections_de(client) == ["31001", "31002", "32001", "33001", "34001"]
    assert sections_de(client, etat="attendue") == ["34001"]
    assert sections_de(client, etat="contestee") == ["31002"]
    assert sections_de(client, federation="31") == ["31001", "31002"]
    assert sections_de(client, anomalies="bloquante") == ["31001"]
    assert sections_de(client, anomalies="une") == ["31001"]
    assert sections_de(client, anomalies="aucune") == ["31002", "32001", "33001"]
    assert sections_de(client, q="ville 33001") == ["33001"]
    assert sections_de(client, q="31002", etat="contestee") == ["31002"]
    assert sections_de(client, q="rien de tel") == []
    assert client.get(route("file"), {"etat": "inconnu"}).status_code == 422
    ensemble = client.get(route("file")).context["ensemble"]
    assert [(e, n) for e, _, n in ensemble.etats] == [
        ("attendue", 1), ("recue", 1), ("incomplete", 1), ("contestee", 1), ("validee", 1), ("rejetee", 0),
    ]  # fmt: skip
    assert (ensemble.recues, ensemble.total, ensemble.decidees) == (4, 5, 1)


def test_les_plus_anciennes_d_abord(campagne: Campagne) -> None:
    for code, jours in (("31001", 1), ("31002", 3), ("31003", 2)):
        dossier = recevoir(campagne, code)
        with connection.cursor() as curseur:
            curseur.execute("SET LOCAL session_replication_role = replica")
            curseur.execute(
                "UPDATE delegues_procesverbal SET verrouille_le = %s WHERE id = %s",
                [timezone.now() - timedelta(days=jours), dossier.pv.pk],
            )
            curseur.execute("SET LOCAL session_replication_role = origin")
    client = navigateur_de(membre_de_la_commission())
    assert sections_de(client, ordre="attente") == ["31002", "31003", "31001"]


@pytest.mark.parametrize("nombre", [1, 3])
def test_requetes_de_la_file(campagne: Campagne, nombre: int, django_assert_num_queries: Callable) -> None:
    for rang in range(nombre):
        recevoir(campagne, f"3{rang}001", genres="HHFF")
    actes.recalculer_anomalies(campagne=campagne)
    client = navigateur_de(membre_de_la_commission())
    with django_assert_num_queries(13):
        page = client.get(route("file"))
    assert len(page.context["lignes"]) == nombre


def test_requetes_de_la_file_de_2500_designations(
    campagne: Campagne, django_assert_num_queries: Callable
) -> None:
    federations = [
        Federation.objects.create(code=f"{i:02}", nom=f"Fédération {i}", nature="metropole")
        for i in range(21, 61)
    ]
    sections = Section.objects.bulk_create(
        Section(code=f"S{i:04}", nom=f"Section {i}", federation=federations[i % 40]) for i in range(2500)
    )
    Designation.objects.bulk_create(
        Designation(campagne=campagne, section=s, mode="assemblee", effectif=60, sieges=2) for s in sections
    )
    client = navigateur_de(membre_de_la_commission())
    with django_assert_num_queries(13):
        page = client.get(route("file"))
    assert (len(page.context["lignes"]), page.context["page"].paginator.num_pages) == (50, 50)
    assert len(page.context["carte"]) == 40


def test_le_calcul_se_demande_une_fois_et_se_suit(campagne: Campagne, dossier: Dossier) -> None:
    dossier.membres[0].a_jour_au = None
    dossier.membres[0].save()
    client = navigateur_de(membre_de_la_commission())
    # One already waits: it is not asked for again.
    assert progres.annoncer(campagne)
    client.post(route("recalculer"))
    assert Anomalie.objects.count() == 0
    page = client.get(route("file")).content.decode()
    assert "Le calcul attend un travailleur" in page
    progres.dire(campagne, 4, 10)
    assert "4 groupes de règles sur 10" in client.get(route("file")).content.decode()
    progres.oublier(campagne)
    reponse = client.post(route("recalculer"))
    assert (reponse.status_code, Anomalie.objects.count(), progres.lire(campagne)) == (302, 1, None)


# --- Figures, as soon as received ----------------------------------------------------------------------------------


def test_les_chiffres_sont_publics_des_la_reception(campagne: Campagne) -> None:
    recevoir(campagne, "31001", votants=31, blancs=2, nuls=1)
    recevoir(campagne, "31002", etat="contestee")
    recevoir(campagne, "31003", etat="validee")
    scene.faire_designation(campagne, scene.faire_section("31004"))
    texte = b"".join(Client().get(route("chiffres_csv")).streaming_content).decode("utf-8-sig")
    lignes = list(csv.DictReader(io.StringIO(texte), delimiter=";"))
    assert [
        (li["section"], li["marque"], li["inscrits"], li["votants"], li["blancs"], li["exprimés"])
        for li in lignes
    ] == [
        ("31001", "reçu", "60", "31", "2", "28"),
        ("31002", "contesté", "60", "30", "0", "30"),
        ("31003", "contrôlé", "60", "30", "0", "30"),
        ("31004", "", "", "", "", ""),
    ]
    document = json.loads(b"".join(Client().get(route("chiffres_json")).streaming_content))
    assert (document["format"], len(document["sections"])) == ("refondation.designations/1", 4)
    premiere = document["sections"][0]
    assert [(v["voix"], v["candidats"][0]["qualite"]) for v in premiere["voix"]] == [
        (10, "titulaire"), (9, "titulaire"), (8, None), (7, None),
    ]  # fmt: skip
    assert document["sections"][3]["votants"] is None
    # Nothing about people beyond the names of those who stood.
    assert not {"courriel", "genre", "naissance", "numero"} & set(json.dumps(document).split('"'))


@pytest.mark.parametrize("nombre", [1, 3])
@pytest.mark.parametrize(("fichier", "requetes"), [("chiffres_csv", 2), ("chiffres_json", 6)])
def test_requetes_des_chiffres(
    campagne: Campagne, nombre: int, fichier: str, requetes: int, django_assert_num_queries: Callable
) -> None:
    for rang in range(nombre):
        recevoir(campagne, f"31{rang:03}")
    with django_assert_num_queries(requetes):
        b"".join(Client().get(route(fichier)).streaming_content)

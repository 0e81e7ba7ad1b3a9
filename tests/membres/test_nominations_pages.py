"""The pages of tables of roles: deposit, read, confirm once, abandon; nobody else's table."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from refondation.membres import actes, nominations
from refondation.membres.models import Compte, Mandat
from refondation.membres.nominations import OCTETS_AU_PLUS
from tests.interface.conftest import ouvrir_session
from tests.interface.lecture import defauts_de, texte_de
from tests.membres.monde import creer_adherent, creer_compte, donner_un_second_facteur
from tests.membres.tableaux_de_roles import csv_de, ligne

pytestmark = pytest.mark.django_db


@pytest.fixture
def administratrice(db: None) -> Compte:
    compte = creer_compte("administrateur", prenom="Grace", nom="Hopper")
    donner_un_second_facteur(compte)
    return compte


@pytest.fixture
def client(administratrice: Compte) -> Client:
    return ouvrir_session(administratrice, "mfa")


def deposer(client: Client, octets: bytes, nom: str = "roles.csv") -> HttpResponse:
    fichier = io.BytesIO(octets)
    fichier.name = nom
    return client.post(reverse("roles:importer"), {"fichier": fichier})


def test_deposer_relire_confirmer(administratrice: Compte, client: Client) -> None:
    creer_adherent(numero="A1", prenom="Ada", nom="Lovelace")
    liste = client.get(reverse("roles:liste")).content.decode()
    assert f'href="{reverse("roles:importer")}"' in liste
    page = client.get(reverse("roles:importer"))
    assert defauts_de(page) == []
    reponse = deposer(client, csv_de(ligne("A1"), ligne("A1", "Observateur·rice", debut="2026-10-01")))
    assert reponse["Location"] == reverse("roles:apercu")
    apercu = client.get(reverse("roles:apercu"))
    assert defauts_de(apercu) == []
    assert "no-store" in apercu["Cache-Control"]
    assert "Donner ces 2 rôles" in texte_de(apercu)
    assert Mandat.objects.exclude(compte=administratrice).count() == 0
    empreinte = nominations.depot_de(administratrice).examen.empreinte
    suite = client.post(reverse("roles:confirmer"), {"apercu": empreinte}, follow=True)
    assert "2 rôles donnés. Le fichier déposé est détruit." in texte_de(suite)
    assert Mandat.objects.exclude(compte=administratrice).count() == 2
    assert nominations.depot_de(administratrice) is None
    # A second click finds nothing to confirm.
    suite = client.post(reverse("roles:confirmer"), {"apercu": empreinte}, follow=True)
    assert suite.redirect_chain[-1][0] == reverse("roles:importer")
    assert Mandat.objects.exclude(compte=administratrice).count() == 2


def test_un_apercu_perime_se_relit(administratrice: Compte, client: Client) -> None:
    adherent = creer_adherent(numero="A1", prenom="Ada", nom="Lovelace")
    creer_adherent(numero="A2")
    deposer(client, csv_de(ligne("A1"), ligne("A2")))
    vieux = nominations.depot_de(administratrice).examen.empreinte
    actes.nommer(personne=adherent, role="recolement", debut=date(2026, 9, 21), par=administratrice)
    suite = client.post(reverse("roles:confirmer"), {"apercu": vieux}, follow=True)
    assert suite.redirect_chain == [(reverse("roles:apercu"), 302)]
    texte = texte_de(suite)
    assert "Cet aperçu n'est plus à jour" in texte
    assert "Donner ce rôle" in texte
    assert Mandat.objects.filter(role="recolement").count() == 1
    # What is confirmed is what was read, not what another tab has deposited since.
    neuf = nominations.depot_de(administratrice).examen.empreinte
    assert neuf != vieux
    client.post(reverse("roles:confirmer"), {"apercu": neuf})
    assert Mandat.objects.filter(role="recolement").count() == 2


def test_des_erreurs_ne_se_confirment_pas(administratrice: Compte, client: Client) -> None:
    creer_adherent(numero="A1")
    deposer(client, csv_de(ligne("A1"), ligne("Z9", "Roi")))
    page = client.get(reverse("roles:apercu"))
    assert defauts_de(page) == []
    texte = texte_de(page)
    assert "1 ligne en erreur." in texte
    assert "« Roi » n'est pas un rôle." in texte
    assert reverse("roles:confirmer") not in page.content.decode()
    empreinte = nominations.depot_de(administratrice).examen.empreinte
    assert client.post(reverse("roles:confirmer"), {"apercu": empreinte}).status_code == 409
    assert Mandat.objects.exclude(compte=administratrice).count() == 0


def test_abandonner_detruit_le_fichier(administratrice: Compte, client: Client) -> None:
    creer_adherent(numero="A1")
    deposer(client, csv_de(ligne("A1")))
    assert client.post(reverse("roles:abandonner"))["Location"] == reverse("roles:liste")
    assert nominations.depot_de(administratrice) is None
    assert client.get(reverse("roles:apercu"))["Location"] == reverse("roles:importer")


def test_le_depot_d_une_personne_n_est_pas_celui_d_une_autre(client: Client) -> None:
    creer_adherent(numero="A1")
    deposer(client, csv_de(ligne("A1")))
    autre = creer_compte("administrateur")
    donner_un_second_facteur(autre)
    assert ouvrir_session(autre, "mfa").get(reverse("roles:apercu")).status_code == 302


@pytest.mark.parametrize(
    ("octets", "extrait"),
    [(b"", "Le fichier est vide"), (b"x" * (OCTETS_AU_PLUS + 1), "Le fichier dépasse 1 Mo")],
)
def test_un_fichier_refuse_se_dit_sous_le_champ(octets: bytes, extrait: str, client: Client) -> None:
    reponse = deposer(client, octets)
    assert (reponse.status_code, defauts_de(reponse)) == (422, [])
    assert extrait in texte_de(reponse)


def test_le_second_facteur_est_redemande(administratrice: Compte) -> None:
    client = Client()
    client.force_login(administratrice, backend="refondation.membres.connexion.ComptesPresents")
    for nom in ("importer", "confirmer"):
        reponse = client.post(reverse(f"roles:{nom}"))
        assert reponse["Location"].startswith(reverse("mfa_reauthenticate"))


@pytest.mark.parametrize("nombre", [1, 3])
def test_requetes_de_l_apercu(nombre: int, client: Client, django_assert_num_queries: Callable) -> None:
    for rang in range(nombre):
        creer_adherent(numero=f"A{rang}")
    deposer(client, csv_de(*(ligne(f"A{rang}") for rang in range(nombre))))
    client.get(reverse("roles:apercu"))
    # Session, account, second factors, mandates: lines are read from what was kept.
    with django_assert_num_queries(4):
        assert client.get(reverse("roles:apercu")).status_code == 200

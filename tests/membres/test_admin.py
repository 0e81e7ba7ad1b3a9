"""What the administration takes away as spreadsheets: the rows that it sees, and nothing that computes."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from django.http import HttpResponse
from django.urls import reverse

from refondation.membres.models import Compte, Mandat
from refondation.territoire.models import Federation, Section
from tests.interface.conftest import ouvrir_session
from tests.membres.monde import creer_compte, creer_section, donner_un_second_facteur

pytestmark = pytest.mark.django_db
EXPORTS = ("membres_mandat", "territoire_federation", "territoire_section")


def protegee(compte: Compte) -> Compte:
    donner_un_second_facteur(compte)
    return compte


@pytest.fixture
def administratrice() -> Compte:
    return protegee(creer_compte("administrateur", nom="Hopper", prenom="Grace"))


def lignes(reponse: HttpResponse) -> list[tuple]:
    assert reponse.status_code == 200
    assert reponse["Content-Disposition"].endswith('.xlsx"')
    return list(openpyxl.load_workbook(BytesIO(reponse.content)).active.iter_rows(values_only=True))


def test_les_roles_sans_adresse_et_tels_que_filtres(administratrice: Compte) -> None:
    secretaire = creer_compte("secretaire_section", nom="=1+1", prenom="Ada")
    client = ouvrir_session(administratrice, "mfa")
    adresse = reverse("admin:membres_mandat_export")
    entete, *tous = lignes(client.get(adresse))
    assert entete == (
        "Numéro d'adhérent·e", "Nom", "Rôle", "Fédération", "Section", "Depuis le", "Jusqu'au",
    )  # fmt: skip
    assert len(tous) == Mandat.objects.count() == 2
    [ligne] = lignes(client.get(adresse, {"role": "secretaire_section"}))[1:]
    section = secretaire.adherent.section
    assert ligne[0] == secretaire.adherent.numero
    # A name that a spreadsheet would compute is a text.
    assert not str(ligne[1]).startswith("=")
    assert ligne[2:5] == ("Secrétaire de section", None, section.code)


def test_le_territoire(administratrice: Compte) -> None:
    creer_section("75001", "75")
    client = ouvrir_session(administratrice, "mfa")
    federations = lignes(client.get(reverse("admin:territoire_federation_export")))
    assert federations[0] == ("code", "nom", "nature", "region")
    assert len(federations) == 1 + Federation.objects.count()
    sections = lignes(client.get(reverse("admin:territoire_section_export")))
    assert sections[0] == ("code", "nom", "federation", "etat")
    assert ("75001", "Section 75001", "75", "active") in sections
    assert len(sections) == 1 + Section.objects.count()


@pytest.mark.parametrize("nom", EXPORTS)
@pytest.mark.parametrize("role", [None, "direction", "recolement", "secretaire_federal"])
def test_les_autres_n_emportent_rien(nom: str, role: str | None) -> None:
    client = ouvrir_session(protegee(creer_compte(role)), "mfa")
    reponse = client.get(reverse(f"admin:{nom}_export"), follow=True)
    assert (reponse.status_code, [statut for _, statut in reponse.redirect_chain]) == (403, [302])


@pytest.mark.parametrize("nom", EXPORTS)
def test_la_liste_propose_l_export(nom: str, administratrice: Compte) -> None:
    html = ouvrir_session(administratrice, "mfa").get(reverse(f"admin:{nom}_changelist")).content.decode()
    assert reverse(f"admin:{nom}_export") in html
    assert 'style="' not in html

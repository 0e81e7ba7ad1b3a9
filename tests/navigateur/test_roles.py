"""Roles from a table, in a browser: deposit, read each line, give them; phone and desk, without script too."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as reglages
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from refondation.membres.models import Compte, Mandat
from tests.membres.monde import creer_adherent, creer_compte, creer_section
from tests.membres.tableaux_de_roles import csv_de, ligne, xlsx_de
from tests.navigateur.conftest import BUREAU, MOBILE

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def administratrice(transactional_db: None, settings) -> Compte:
    settings.SECOND_FACTEUR_OBLIGATOIRE = False
    creer_section("31001", "31")
    for numero, prenom, nom in (("A1", "Ada", "Lovelace"), ("A2", "Rosa", "Parks-Montgomery-Saint-Exupéry")):
        creer_adherent(numero=numero, prenom=prenom, nom=nom)
    return creer_compte("administrateur", prenom="Grace", nom="Hopper")


@pytest.fixture
def entrer(nouveau_contexte: Callable[..., BrowserContext], administratrice: Compte, live_server):
    """A page where the national staff is logged in."""

    def ouvrir(taille: dict, **options: object) -> Page:
        contexte = nouveau_contexte(taille, **options)
        client = Client()
        client.force_login(administratrice, backend="refondation.membres.connexion.ComptesPresents")
        biscuit = client.cookies[reglages.SESSION_COOKIE_NAME]
        contexte.add_cookies([{"name": biscuit.key, "value": biscuit.value, "url": live_server.url}])
        return contexte.new_page()

    return ouvrir


@pytest.fixture
def tableaux(tmp_path: Path) -> dict[str, Path]:
    """A file with errors, and the one that was corrected."""
    secretaire = ligne("A1", "Secrétaire de section", section="31001", nom="Ada Lovelace")
    fichiers = {
        "fautif.csv": csv_de(secretaire, ligne("Z9", "Roi", section="99999", debut="demain")),
        "juste.xlsx": xlsx_de(secretaire, ligne("A2", fin="21/09/2027")),
    }
    for nom, octets in fichiers.items():
        (tmp_path / nom).write_bytes(octets)
    return {nom: tmp_path / nom for nom in fichiers}


def deposer(page: Page, fichier: Path) -> None:
    page.get_by_label("Tableau des rôles").set_input_files(fichier)
    page.get_by_role("button", name="Déposer et relire").click()


@pytest.mark.parametrize("taille", [MOBILE, BUREAU], ids=["mobile", "bureau"])
@pytest.mark.parametrize("scripts", [True, False], ids=["avec JavaScript", "sans JavaScript"])
def test_du_depot_aux_roles_donnes(
    taille: dict, scripts: bool, entrer, tableaux: dict[str, Path], sans_defaut_axe
) -> None:
    page = entrer(taille, java_script_enabled=scripts)
    verifier = sans_defaut_axe if scripts else lambda page: None
    page.goto("/roles/")
    page.get_by_role("link", name="Nommer depuis un tableau").click()
    verifier(page)
    page.get_by_role("button", name="Déposer et relire").click()
    expect(page.get_by_role("alert")).to_contain_text("À corriger avant de continuer")
    verifier(page)

    deposer(page, tableaux["fautif.csv"])
    expect(page.get_by_role("row", name="Z9")).to_contain_text("Erreur")
    a_corriger = page.get_by_role("list", name="À corriger").get_by_role("listitem")
    expect(a_corriger).to_contain_text(
        [f"Ligne 3, {colonne}" for colonne in ("Numéro d'adhérent·e", "Rôle", "Section", "Depuis le")]
    )
    expect(page.get_by_role("button", name=re.compile("^Donner"))).to_have_count(0)
    verifier(page)

    page.get_by_role("link", name="Déposer un autre tableau").click()
    deposer(page, tableaux["juste.xlsx"])
    expect(page.get_by_role("row", name="Ada Lovelace")).to_contain_text("Nouveau")
    expect(page.get_by_role("row", name="Rosa Parks")).to_contain_text("jusqu'au 21/09/2027 exclu")
    verifier(page)
    assert Mandat.objects.count() == 1
    page.get_by_role("button", name="Donner ces 2 rôles").click()
    expect(page.get_by_text("2 rôles donnés. Le fichier déposé est détruit.")).to_be_visible()
    assert Mandat.objects.count() == 3


def test_au_clavier_seul(entrer, tableaux: dict[str, Path]) -> None:
    page = entrer(BUREAU)
    page.goto("/roles/importer/")
    page.get_by_label("Tableau des rôles").set_input_files(tableaux["juste.xlsx"])
    page.get_by_label("Tableau des rôles").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    donner = page.get_by_role("button", name="Donner ces 2 rôles")
    expect(donner).to_be_visible()
    for _ in range(40):
        if donner.evaluate("e => e === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 rôles donnés")).to_be_visible()

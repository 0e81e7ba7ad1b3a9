"""The whole way in browsers, each person with a screen of their own: from the assembly to the door."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as reglages
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from delegues import actes, cartes
from delegues.models import Delegation, Designation, Passage, ProcesVerbal
from refondation.membres.models import Adherent, Compte
from tests.delegues import scene
from tests.delegues.scene_proces_verbaux import Scene, calendrier_du_jour, faire_scene
from tests.navigateur.conftest import BUREAU, MOBILE

pytestmark = [pytest.mark.django_db(transaction=True)]
IMAGES = os.environ.get("IMAGES", "")
SIEGES = 4
# Seven came, one ballot was blank; two women and two men have the most votes of six who stand.
VOIX = (6, 5, 4, 4, 2, 2)


@pytest.fixture(autouse=True)
def _reglages(settings: Any) -> None:
    settings.SECOND_FACTEUR_OBLIGATOIRE = False


@pytest.fixture
def section(transactional_db: None) -> Scene:
    """Nine members of whom six stand for four seats; the assembly began an hour ago, mandates run today."""
    jour = timezone.localdate()
    monde = faire_scene(
        membres=9,
        genres="FHFHFH",
        sieges=SIEGES,
        **calendrier_du_jour()
        | {
            "nom": "Délégué·es à la refondation",
            "mandat_debut": jour - timedelta(days=2),
            "engagement": "Je ne suis pas candidat·e à la direction.",
            "engagement_jusqu_au": jour + timedelta(days=300),
        },
    )
    Designation.objects.update(assemblee_le=timezone.now() - timedelta(hours=1), lieu="Salle des fêtes")
    return monde


@pytest.fixture
def entrer(nouveau_contexte: Callable[..., BrowserContext], live_server: Any) -> Callable[..., Page]:
    """A screen of this account's own; nobody's where it is None."""

    def ouvrir(compte: Compte | None, taille: dict) -> Page:
        contexte = nouveau_contexte(taille, has_touch=taille is MOBILE)
        if compte is not None:
            client = Client()
            client.force_login(compte, backend="refondation.membres.connexion.ComptesPresents")
            biscuit = client.cookies[reglages.SESSION_COOKIE_NAME]
            contexte.add_cookies([{"name": biscuit.key, "value": biscuit.value, "url": live_server.url}])
        return contexte.new_page()

    return ouvrir


@pytest.fixture
def voir(sans_defaut_axe: Callable[[Page], None]) -> Callable[[Page, str], None]:
    """axe, no page wider than its window, and a picture when asked."""

    def regarder(page: Page, nom: str) -> None:
        sans_defaut_axe(page)
        if IMAGES:
            page.screenshot(path=f"{IMAGES}/{nom}.png", full_page=True)

    return regarder


def titre(page: Page, texte: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1, name=texte)).to_be_visible()


def suivre(page: Page) -> None:
    page.get_by_role("button", name="Enregistrer et continuer").click()


def cocher(page: Page, membre: Adherent) -> None:
    page.locator("[data-nom]").filter(has_text=re.compile(rf"{membre.nom}\b")).locator("label").click()


def enregistrer(page: Page, section: Scene, voir: Callable[[Page, str], None]) -> None:
    """The secretary, on a phone: attendance (the network goes, and comes back), count, bureau, signature."""
    page.goto("/")
    voir(page, "01-ce-qui-attend-la-secretaire")
    page.get_by_role("link", name=re.compile(f"Ouvrir {section.section.nom}")).click()
    page.get_by_role("button", name="Commencer le procès-verbal").click()
    titre(page, "Quand et où s'est tenue l'assemblée ?")
    suivre(page)
    titre(page, "Qui est là ?")
    reseau = page.locator("[data-reseau]")
    presents = section.membres[:7]
    for membre in presents[:3]:
        cocher(page, membre)
    expect(reseau).to_have_text("Tout est enregistré.")
    page.context.set_offline(True)
    for membre in presents[3:]:
        cocher(page, membre)
    expect(reseau).to_contain_text("Sans réseau : 4 pointages gardés sur cet appareil")
    voir(page, "02-sans-reseau")
    page.context.set_offline(False)
    expect(reseau).to_have_text("Tout est enregistré.")
    suivre(page)
    titre(page, "Que dit l'urne ?")
    for nom, valeur in (("Votant·es", "7"), ("Bulletins blancs", "1"), ("Bulletins nuls", "0")):
        page.get_by_label(nom).fill(valeur)
    for candidat, nombre in zip(section.membres[-6:], VOIX, strict=True):
        page.get_by_label(f"{candidat.prenom} {candidat.nom}").fill(str(nombre))
    expect(page.locator("[data-compte]")).to_have_text("Le compte tombe juste.")
    suivre(page)
    page.get_by_label("Aucun incident").check()
    suivre(page)
    titre(page, "Photographiez le papier signé")
    page.get_by_role("link", name="Continuer sans photo").click()
    page.get_by_label("Second signataire").select_option(str(section.second.pk))
    suivre(page)
    titre(page, "Voici ce que vous allez signer")
    for elu in section.membres[-6:-2]:
        expect(page.locator(".pv-elus")).to_contain_text(f"{elu.prenom} {elu.nom}")
    voir(page, "03-relire")
    page.get_by_role("button", name="Signer le procès-verbal").click()
    expect(page.get_by_text("doit le signer à son tour")).to_be_visible()


def contresigner(page: Page, voir: Callable[[Page, str], None]) -> None:
    page.goto("/")
    expect(page.get_by_text("Votre signature est attendue")).to_be_visible()
    voir(page, "04-ce-qui-attend-la-seconde")
    page.get_by_role("link", name=re.compile("Relire et signer")).click()
    titre(page, "Relisez, puis signez")
    voir(page, "05-contresigner")
    page.get_by_role("button", name="Signer à mon tour").click()
    expect(page.get_by_role("status").filter(has_text="est signé sous le numéro")).to_be_visible()


def valider(page: Page, section: Scene, voir: Callable[[Page, str], None]) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="1 procès-verbal attend un avis")).to_be_visible()
    page.get_by_role("link", name=re.compile("Ouvrir la file")).click()
    page.get_by_role("link", name=section.section.nom).click()
    page.get_by_role("link", name="Donner mon avis").click()
    page.get_by_label("Valider").check()
    voir(page, "06-avis")
    page.get_by_role("button", name="Donner mon avis").click()
    expect(page.get_by_text("Votre avis est enregistré.")).to_be_visible()


def accepter(page: Page, voir: Callable[[Page, str], None]) -> None:
    page.goto("/")
    expect(page.get_by_text("Un mandat vous attend", exact=True)).to_be_visible()
    page.get_by_role("link", name=re.compile("Accepter mon mandat")).click()
    page.get_by_label("J'accepte ce mandat.").check()
    page.get_by_label("Je prends cet engagement.").check()
    page.get_by_role("button", name="Accepter le mandat").click()
    expect(page.get_by_text("Votre mandat est accepté.")).to_be_visible()
    page.goto("/")
    page.get_by_role("link", name="Montrer ma carte").click()
    expect(page.get_by_role("img", name=re.compile("QR code"))).to_be_visible()
    voir(page, "07-carte")


def passer_la_porte(page: Page, code: str, voir: Callable[[Page, str], None]) -> None:
    page.get_by_label("Code de la carte").fill(code)
    page.get_by_role("button", name="Contrôler la carte").click()
    expect(page.get_by_role("heading", name="Valide", exact=True)).to_be_visible()
    voir(page, "08-porte")


def lire_les_chiffres(page: Page, section: Scene, voir: Callable[[Page, str], None]) -> None:
    """Nobody is logged in: the figures are those that two people signed."""
    page.goto("/delegues/refondation/sections/31001/")
    expect(page.get_by_text("Contrôlé", exact=True).first).to_be_visible()
    papier = page.get_by_role("article", name="Résultat")
    for candidat, nombre in zip(section.membres[-6:], VOIX, strict=True):
        nom = f"{candidat.prenom} {candidat.nom} {nombre}"
        expect(papier.get_by_role("row", name=nom, exact=True)).to_be_visible()
    voir(page, "09-chiffres-publics")
    page.goto("/delegues/refondation/")
    voir(page, "10-campagne")
    page.goto("/")
    expect(page.get_by_text("1 section sur 1 a transmis.")).to_be_visible()


def test_d_une_assemblee_sans_reseau_a_la_porte(section: Scene, entrer, voir) -> None:
    enregistrer(entrer(section.secretaire, MOBILE), section, voir)
    contresigner(entrer(section.compte_du_second(), MOBILE), voir)
    pv = ProcesVerbal.objects.get()
    assert (pv.etat, pv.votants, pv.elus.filter(qualite="titulaire").count()) == ("verrouille", 7, SIEGES)
    # What the worker does within the minute.
    actes.recalculer_anomalies(designation=Designation.objects.get())
    for federation in ("75", "69"):
        membre = scene.faire_compte(
            "recolement", scene.faire_adherent(scene.faire_section(f"{federation}900", federation))
        )
        valider(entrer(membre, BUREAU), section, voir)
    assert Designation.objects.get().etat == Designation.Etat.VALIDEE
    delegation = Delegation.objects.filter(qualite="titulaire").order_by("rang")[0]
    accepter(entrer(scene.compte_de(delegation.adherent), MOBILE), voir)
    federation = scene.faire_compte("secretaire_federal", federation=section.section.federation)
    assemblee = actes.ouvrir_une_assemblee(
        campagne=section.campagne,
        nom="Assemblée fédérale",
        tenue_le=timezone.now(),
        federation=section.section.federation,
        par=federation,
    )
    porte = entrer(federation, MOBILE)
    porte.goto(assemblee.get_absolute_url())
    passer_la_porte(porte, cartes.code_de(delegation), voir)
    assert Passage.objects.get().delegation == delegation
    lire_les_chiffres(entrer(None, BUREAU), section, voir)

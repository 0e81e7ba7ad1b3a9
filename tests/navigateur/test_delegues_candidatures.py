"""Standing in a browser: the screens of a candidacy, the link of the mail, lists, registers; phone, desk, keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as reglages
from django.core import mail
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from delegues import actes
from delegues.models import Campagne, Candidature, Designation, Incompatibilite
from refondation.membres.models import Compte
from tests.delegues.scene import CANDIDATURES, faire_adherent, faire_compte, faire_designation
from tests.delegues.scene_candidatures import (
    TIRAGE,
    calendrier_ou_l_on_est,
    compte_de,
    faire_campagne,
    faire_liste,
    peupler,
    secretaire_de,
)
from tests.navigateur.conftest import BUREAU, MOBILE

pytestmark = [pytest.mark.django_db(transaction=True)]
TAILLES = pytest.mark.parametrize("taille", [MOBILE, BUREAU], ids=["mobile", "bureau"])
LISTE = "/delegues/refondation/sections/31001/candidatures/"


@pytest.fixture(autouse=True)
def _lieux(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SECOND_FACTEUR_OBLIGATOIRE = False


@pytest.fixture
def entrer(nouveau_contexte: Callable[..., BrowserContext], live_server: Any) -> Callable[..., Page]:
    """A page where this account is logged in; nobody is where it is None."""

    def ouvrir(taille: dict, compte: Compte | None = None, **options: object) -> Page:
        contexte = nouveau_contexte(taille, **options)
        if compte is not None:
            client = Client()
            client.force_login(compte, backend="refondation.membres.connexion.ComptesPresents")
            biscuit = client.cookies[reglages.SESSION_COOKIE_NAME]
            contexte.add_cookies([{"name": biscuit.key, "value": biscuit.value, "url": live_server.url}])
        return contexte.new_page()

    return ouvrir


def preparer(phase: Any = CANDIDATURES, **champs: Any) -> tuple[Campagne, Designation, list]:
    campagne = faire_campagne(**calendrier_ou_l_on_est(phase) | champs)
    section, membres = peupler()
    return campagne, faire_designation(campagne, section), membres


@TAILLES
@pytest.mark.parametrize("scripts", [True, False], ids=["avec JavaScript", "sans JavaScript"])
def test_se_porter_candidat_puis_se_retirer(
    taille: dict, scripts: bool, entrer: Any, sans_defaut_axe: Any
) -> None:
    _, _, membres = preparer()
    page = entrer(taille, compte_de(membres[0]), java_script_enabled=scripts)
    verifier = sans_defaut_axe if scripts else lambda page: None
    page.goto(LISTE)
    verifier(page)
    page.get_by_role("link", name="Me porter candidat·e").click()
    expect(page.get_by_role("heading", name="Puis-je être candidat·e ?")).to_be_visible()
    verifier(page)
    page.get_by_role("link", name="Préparer ma candidature").click()
    verifier(page)
    page.get_by_label("Ce que je veux porter").fill("Des trains partout.")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("alert")).to_contain_text("Cochez la case")
    verifier(page)
    page.get_by_label("Je prends cet engagement").check()
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_text("Des trains partout.")).to_be_visible()
    verifier(page)
    page.get_by_role("button", name="Déposer ma candidature").click()
    expect(page.get_by_role("heading", name="Ma candidature")).to_be_visible()
    expect(page.get_by_text("Vous êtes candidat·e dans la section")).to_be_visible()
    verifier(page)
    page.get_by_role("link", name="Retirer ma candidature").click()
    verifier(page)
    page.get_by_role("button", name="Retirer ma candidature").click()
    expect(page.get_by_text("Vous n'êtes plus candidat·e depuis")).to_be_visible()
    verifier(page)


def test_se_porter_candidat_au_clavier(entrer: Any) -> None:
    _, _, membres = preparer()
    page = entrer(BUREAU, compte_de(membres[0]))
    page.goto("/delegues/refondation/candidater/")

    def aller_a(element: Any) -> None:
        for _ in range(60):
            if element.evaluate("e => e === document.activeElement"):
                return
            page.keyboard.press("Tab")
        raise AssertionError("on n'y arrive pas au clavier")

    aller_a(page.get_by_role("link", name="Préparer ma candidature"))
    page.keyboard.press("Enter")
    aller_a(page.get_by_label("Ce que je veux porter"))
    page.keyboard.type("La santé.")
    aller_a(page.get_by_role("button", name="Continuer"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="À quoi vous engagez-vous ?")).to_be_visible()
    aller_a(page.get_by_label("Je prends cet engagement"))
    page.keyboard.press("Space")
    aller_a(page.get_by_role("button", name="Continuer"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Relisez avant de vous présenter")).to_be_visible()
    aller_a(page.get_by_role("button", name="Déposer ma candidature"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ma candidature")).to_be_visible()
    assert Candidature.objects.get().profession == "La santé."


@TAILLES
def test_la_secretaire_propose_et_la_personne_accepte_par_le_lien(
    taille: dict, entrer: Any, sans_defaut_axe: Any
) -> None:
    _, designation, membres = preparer()
    page = entrer(taille, secretaire_de(designation.section))
    page.goto(f"{LISTE}proposer/")
    sans_defaut_axe(page)
    page.get_by_label("Numéro d'adhérent·e").fill(membres[1].numero)
    page.get_by_role("button", name="Envoyer la proposition").click()
    expect(page.get_by_text("n'a pas encore répondu")).to_be_visible()
    sans_defaut_axe(page)
    lien = re.search(r"(/delegues/repondre/\S+)", mail.outbox[0].body).group(1)

    autre = entrer(taille)
    autre.goto(lien)
    expect(autre.get_by_role("heading", name="acceptez-vous d'être candidat·e ?")).to_be_visible()
    sans_defaut_axe(autre)
    autre.get_by_role("button", name="Accepter d'être candidat·e").click()
    expect(autre.get_by_role("alert")).to_contain_text("Cochez la case")
    sans_defaut_axe(autre)
    autre.get_by_label("Je prends cet engagement").check()
    autre.get_by_role("button", name="Accepter d'être candidat·e").click()
    expect(autre.get_by_role("heading", name="C'est entendu : vous acceptez")).to_be_visible()
    sans_defaut_axe(autre)
    autre.goto(lien)
    expect(autre.get_by_role("heading", name="Ce lien ne sert plus")).to_be_visible()
    sans_defaut_axe(autre)
    page.reload()
    expect(page.get_by_text("a accepté")).to_be_visible()


def test_un_duo_se_forme_sur_un_telephone(entrer: Any, sans_defaut_axe: Any) -> None:
    _, _, membres = preparer(candidatures="duos")
    page = entrer(MOBILE, compte_de(membres[0]))
    page.goto("/delegues/refondation/candidater/equipe/")
    sans_defaut_axe(page)
    champ = page.get_by_label("Numéro d'adhérent·e de la personne qui fait duo avec vous")
    champ.fill(membres[2].numero)
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("alert")).to_contain_text("une femme et un homme")
    sans_defaut_axe(page)
    champ.fill(membres[1].numero)
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", name="Que voulez-vous porter ?")).to_be_visible()


@TAILLES
@pytest.mark.parametrize("couleurs", ["light", "dark"])
def test_les_pages_publiques(taille: dict, couleurs: str, entrer: Any, sans_defaut_axe: Any) -> None:
    campagne, designation, membres = preparer(TIRAGE)
    for rang, membre in enumerate(membres):
        faire_liste(designation, membre)
        Candidature.objects.filter(adherent=membre).update(
            profession=f"## Priorité {rang}\n\nUn texte." * (rang % 2)
        )
    actes.tirer_l_ordre(designation=designation)
    Incompatibilite.objects.create(
        campagne=campagne,
        nom="Fonction fédérale",
        fondement="Statuts, article 4",
        genre="fonction",
        parametres={"roles": ["secretaire_federal", "gestionnaire_federal"]},
        exception="Fédérations de moins de cinquante membres",
    )
    page = entrer(taille, color_scheme=couleurs)
    page.goto(LISTE)
    page.get_by_text("Refaire le tirage soi-même").click()
    expect(page.get_by_text("Empreinte des candidatures", exact=True)).to_be_visible()
    sans_defaut_axe(page)
    for adresse in ("/delegues/engagements/", "/delegues/refondation/incompatibilites/"):
        page.goto(adresse)
        sans_defaut_axe(page)


@TAILLES
def test_la_gouvernance_et_les_incompatibilites(taille: dict, entrer: Any, sans_defaut_axe: Any) -> None:
    _, designation, membres = preparer()
    faire_liste(designation, membres[0])
    page = entrer(taille, compte_de(membres[0]))
    page.goto("/delegues/gouvernance/")
    expect(page.get_by_text("Vous vous êtes engagé·e")).to_be_visible()
    sans_defaut_axe(page)
    page = entrer(taille, compte_de(membres[1]))
    page.goto("/delegues/gouvernance/")
    page.get_by_label("Direction nationale").check()
    page.get_by_label("Fonction").fill("Conseil national")
    page.get_by_label("Date de l'élection").fill("2027-11-30")
    page.get_by_role("button", name="Déclarer ma candidature").click()
    expect(page.get_by_role("heading", name="Conseil national")).to_be_visible()
    sans_defaut_axe(page)

    faire_campagne(slug="prochaine", nom="Prochaine campagne", etat="preparation")
    page = entrer(taille, faire_compte("administrateur"))
    page.goto("/delegues/prochaine/gestion/incompatibilites/nouvelle/")
    sans_defaut_axe(page)
    page.get_by_label("Nom").fill("Suite de mandats")
    page.get_by_label("Fondement").fill("Statuts, article 5")
    page.get_by_label("Trop de mandats identiques à la suite").check()
    page.get_by_role("button", name="Enregistrer la règle").click()
    expect(page.get_by_role("alert")).to_contain_text("de 1 à 10")
    sans_defaut_axe(page)
    page.get_by_label("Mandats à la suite, au plus").fill("2")
    page.get_by_role("button", name="Enregistrer la règle").click()
    expect(page.get_by_role("heading", name="Suite de mandats")).to_be_visible()
    sans_defaut_axe(page)


def test_le_vote_en_ligne_se_prepare(entrer: Any, sans_defaut_axe: Any) -> None:
    _, designation, membres = preparer(TIRAGE, mode="en-ligne")
    for _ in range(8):
        faire_adherent(designation.section)
    Designation.objects.update(mode="en-ligne")
    for membre in membres[:2]:
        faire_liste(designation, membre)
    actes.tirer_l_ordre(designation=designation)
    page = entrer(MOBILE, faire_compte("administrateur"))
    page.goto("/delegues/refondation/sections/31001/en-ligne/")
    sans_defaut_axe(page)
    page.get_by_role("button", name="Préparer le scrutin").click()
    expect(page.get_by_role("alert")).to_contain_text("À corriger avant de continuer")
    sans_defaut_axe(page)

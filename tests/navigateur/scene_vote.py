"""The booth in a real browser: entering it, walking its steps."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from consultation.models import Inscription
from tests.consultation.scene import Vote
from tests.consultation.scene_votant import adresse, connecter


def entrer(contexte: BrowserContext, inscription: Inscription) -> None:
    """Give the browser the session of that voter."""
    cookie = connecter(inscription).cookies["sessionid"].value
    contexte.add_cookies([{"name": "sessionid", "value": cookie, "domain": "localhost", "path": "/"}])


def ouvrir_l_isoloir(page: Page, vote: Vote, inscription: Inscription, *, avec_le_lien: bool = True) -> None:
    """From the mail's link, code in the fragment, or from the site without it."""
    fragment = (
        f"#code={vote.code(inscription)}&pour={inscription.adherent.numero[-4:]}" if avec_le_lien else ""
    )
    page.goto(adresse("isoloir", vote) + fragment)
    expect(page.get_by_role("button", name=re.compile("^Choisir m"))).to_be_visible()


def avancer(
    page: Page, jusqu_a: str, *choix: str, verifier: Callable[[Page], None] = lambda page: None
) -> None:
    """Walk from the first step to `jusqu_a` ("choisir", "relire", "sceller" or "recu"), ticking `choix`."""
    verifier(page)
    page.get_by_role("button", name=re.compile("^Choisir m")).click()
    verifier(page)
    for reponse in choix:
        page.locator(".choix-option").get_by_text(reponse, exact=True).click()
    verifier(page)
    if jusqu_a == "choisir":
        return
    page.get_by_role("button", name="Relire mon bulletin").click()
    verifier(page)
    if jusqu_a == "relire":
        return
    page.get_by_role("button", name="Confirmer ces choix").click()
    verifier(page)
    if jusqu_a == "sceller":
        return
    sceller(page)
    recu(page)
    verifier(page)


def sceller(page: Page) -> None:
    page.get_by_role("button", name="Sceller et déposer mon bulletin").click()


def recu(page: Page) -> str:
    """Wait for the receipt; the tracker that it shows."""
    expect(page.get_by_role("heading", name="Votre bulletin est dans l'urne")).to_be_visible(timeout=20_000)
    return page.locator('[data-etape="recu"] output').inner_text()


def incident(page: Page) -> str:
    """Wait for the notice that says what went wrong; its title."""
    cadre = page.locator("[data-incident]")
    expect(cadre).to_be_visible(timeout=20_000)
    return cadre.locator("[data-incident-titre]").inner_text()

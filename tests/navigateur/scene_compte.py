"""Logging in with a real browser: what is typed, what the mail brought, a security key plugged in."""

from __future__ import annotations

import re
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.test import Client
from playwright.sync_api import BrowserContext, CDPSession, Page, expect

from refondation.membres.models import Compte


def code_du_courriel(nombre: int = 1) -> str:
    """The six digits of the last mail, once `nombre` mails have arrived."""
    for _ in range(100):
        if len(mail.outbox) >= nombre:
            return "".join(re.findall(r"\d", mail.outbox[-1].subject))[:6]
        time.sleep(0.05)
    raise AssertionError("aucun courriel n'est arrivé")


def code_de_l_application(secret: str, pas: int = 0) -> str:
    """What the authenticator shows now, or `pas` steps of 30 s later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + pas))


def dire_qui(page: Page, saisie: str) -> None:
    """First step of log-in."""
    page.get_by_label("Numéro d'adhérent·e ou adresse électronique").fill(saisie)
    page.get_by_role("button", name="Recevoir un code").click()
    expect(page.get_by_role("heading", name="Saisissez le code reçu")).to_be_visible()


def demander_un_code(page: Page, saisie: str) -> str:
    """First step of log-in, then the code that the mail brought."""
    avant = len(mail.outbox)
    dire_qui(page, saisie)
    return code_du_courriel(avant + 1)


def donner_le_code(page: Page, code: str) -> None:
    page.get_by_label("Code reçu").fill(code)
    page.get_by_role("button", name="Me connecter").click()


def se_connecter(page: Page, compte: Compte, chemin: str = "/compte/connexion/") -> None:
    """From a page of the site to wherever log-in leads, by a code."""
    page.goto(chemin)
    donner_le_code(page, demander_un_code(page, compte.adherent.numero))


def brancher_une_cle(page: Page, contexte: BrowserContext) -> tuple[CDPSession, str]:
    """A virtual authenticator that recognises its holder, as a phone does: its session and its id."""
    session = contexte.new_cdp_session(page)
    session.send("WebAuthn.enable")
    cle = session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session, cle["authenticatorId"]


def ouvrir_session(contexte: BrowserContext, compte: Compte) -> None:
    """Give the browser a session of this account, its second factor just given."""
    client = Client()
    client.force_login(compte, backend="refondation.membres.connexion.ComptesPresents")
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = str(compte.pk)
    session.save()
    cookie = {"name": "sessionid", "value": session.session_key, "domain": "localhost", "path": "/"}
    contexte.add_cookies([cookie])

"""Log-in in a real browser: by code, with a second factor, with a passkey; what is refused, in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from refondation.membres.models import Compte
from tests.membres.monde import SECRET_TOTP, creer_compte, donner_un_second_facteur
from tests.navigateur.conftest import BUREAU, MOBILE
from tests.navigateur.scene_compte import (
    brancher_une_cle,
    code_de_l_application,
    code_du_courriel,
    demander_un_code,
    dire_qui,
    donner_le_code,
    se_connecter,
)

Ouvrir = Callable[..., BrowserContext]
Verifier = Callable[[Page], None]
FRAGMENT = "#code=abc-D2f-ghJ-4kL-m5n"
ECRANS = pytest.mark.parametrize(
    ("taille", "couleurs"),
    [(MOBILE, "light"), (MOBILE, "dark"), (BUREAU, "light"), (BUREAU, "dark")],
    ids=["375-clair", "375-sombre", "1280-clair", "1280-sombre"],
)


@pytest.fixture
def membre(live_server: object) -> Compte:
    return creer_compte(prenom="Ada", nom="Lovelace")


@pytest.fixture
def responsable(live_server: object) -> Compte:
    compte = creer_compte("recolement", prenom="Grace", nom="Hopper")
    donner_un_second_facteur(compte)
    return compte


def stockage(page: Page) -> str:
    """All that the page could have kept on the device."""
    return page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state])"
    )


# --- By code ------------------------------------------------------------------------------------


@ECRANS
def test_se_connecter_par_code(
    nouveau_contexte: Ouvrir, membre: Compte, sans_defaut_axe: Verifier, taille: dict, couleurs: str
) -> None:
    page = nouveau_contexte(taille, color_scheme=couleurs).new_page()
    page.goto("/compte/connexion/")
    sans_defaut_axe(page)
    page.get_by_role("button", name="Recevoir un code").click()
    expect(page.get_by_role("alert").filter(has_text="À corriger")).to_be_focused()
    sans_defaut_axe(page)
    code = demander_un_code(page, membre.adherent.numero)
    sans_defaut_axe(page)
    donner_le_code(page, "000000" if code != "000000" else "000001")
    expect(page.get_by_role("alert")).to_contain_text("Ce code n'est pas le bon")
    sans_defaut_axe(page)
    donner_le_code(page, code)
    expect(page.get_by_role("heading", name="Ma refondation")).to_be_visible()
    expect(page.get_by_text("Ada Lovelace")).to_be_visible()
    sans_defaut_axe(page)


def test_se_connecter_au_clavier_seul(page_mobile: Page, membre: Compte) -> None:
    page = page_mobile
    page.goto("/compte/connexion/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Numéro d'adhérent·e ou adresse électronique")).to_be_focused()
    page.keyboard.type(membre.adherent.courriel)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code reçu")).to_be_focused()
    page.keyboard.type(code_du_courriel())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ma refondation")).to_be_visible()


def test_se_connecter_sans_javascript(nouveau_contexte: Ouvrir, membre: Compte) -> None:
    page = nouveau_contexte(MOBILE, java_script_enabled=False).new_page()
    page.goto("/compte/connexion/?next=/compte/")
    expect(page.get_by_role("button", name="Utiliser ma clé d'accès")).to_be_hidden()
    donner_le_code(page, demander_un_code(page, membre.adherent.numero))
    expect(page.get_by_role("heading", name="Mon compte")).to_be_visible()


def test_trois_codes_faux_ramenent_au_debut(page_mobile: Page, membre: Compte) -> None:
    page = page_mobile
    page.goto("/compte/connexion/?next=/compte/")
    code = demander_un_code(page, membre.adherent.numero)
    faux = "123456" if code != "123456" else "654321"
    for _ in range(2):
        donner_le_code(page, faux)
        expect(page.get_by_role("alert")).to_contain_text("Ce code n'est pas le bon")
    donner_le_code(page, faux)
    expect(page.get_by_role("heading", name="Me connecter")).to_be_visible()
    expect(page.locator(".messages")).not_to_be_empty()
    assert "next=/compte/" in page.url.replace("%2F", "/")


def test_quelqu_un_d_inconnu_voit_la_meme_page(page_mobile: Page, membre: Compte) -> None:
    page = page_mobile
    page.goto("/compte/connexion/")
    dire_qui(page, "Z99999")
    expect(page.get_by_text("Si Z99999 est au registre, un code est parti")).to_be_visible()


def test_recevoir_un_nouveau_code(page_mobile: Page, membre: Compte, sans_defaut_axe: Verifier) -> None:
    page = page_mobile
    page.goto("/compte/connexion/")
    premier = demander_un_code(page, membre.adherent.numero)
    page.get_by_role("button", name="Recevoir un nouveau code").click()
    expect(page.get_by_text("Un nouveau code est parti.")).to_be_visible()
    sans_defaut_axe(page)
    second = code_du_courriel(2)
    if premier != second:
        donner_le_code(page, premier)
        expect(page.get_by_role("alert")).to_contain_text("Ce code n'est pas le bon")
    donner_le_code(page, second)
    expect(page.get_by_role("heading", name="Ma refondation")).to_be_visible()


# --- The fragment of the code mail ----------------------------------------------------------------


def test_le_fragment_survit_a_la_connexion(page_mobile: Page, membre: Compte) -> None:
    """Through an error, a new code, and the redirects; nothing of it is kept or sent."""
    page = page_mobile
    recus: list[str] = []
    page.on("request", lambda r: recus.append(f"{r.url.split('#')[0]} {r.post_data or ''} {r.headers}"))
    page.goto("/compte/" + FRAGMENT)
    expect(page.get_by_role("heading", name="Me connecter")).to_be_visible()
    assert page.evaluate("location.hash") == FRAGMENT
    page.get_by_role("button", name="Recevoir un code").click()  # left empty: the page comes back
    expect(page.get_by_role("alert").filter(has_text="À corriger")).to_be_visible()
    assert page.evaluate("location.hash") == FRAGMENT
    code = demander_un_code(page, membre.adherent.numero)
    assert page.evaluate("location.hash") == FRAGMENT
    donner_le_code(page, "000000" if code != "000000" else "000001")
    expect(page.get_by_role("alert")).to_contain_text("Ce code n'est pas le bon")
    page.get_by_role("button", name="Recevoir un nouveau code").click()
    expect(page.get_by_text("Un nouveau code est parti.")).to_be_visible()
    donner_le_code(page, code_du_courriel(2))
    expect(page.get_by_role("heading", name="Mon compte")).to_be_visible()
    assert page.url.endswith("/compte/" + FRAGMENT)
    assert "ghJ" not in stockage(page)
    assert len(recus) > 10
    assert not any("ghJ" in requete for requete in recus)


def test_le_fragment_survit_a_un_changement_d_identite(page_mobile: Page, membre: Compte) -> None:
    page = page_mobile
    page.goto("/compte/" + FRAGMENT)
    dire_qui(page, "Z99999")
    page.get_by_role("link", name="Changer de numéro ou d'adresse").click()
    expect(page.get_by_role("heading", name="Me connecter")).to_be_visible()
    donner_le_code(page, demander_un_code(page, membre.adherent.numero))
    expect(page.get_by_role("heading", name="Mon compte")).to_be_visible()
    assert page.url.endswith("/compte/" + FRAGMENT)


def test_le_fragment_survit_a_la_seconde_preuve(page_mobile: Page, responsable: Compte) -> None:
    page = page_mobile
    se_connecter(page, responsable, "/compte/" + FRAGMENT)
    expect(page.get_by_role("heading", name="Prouvez que c'est vous")).to_be_visible()
    page.get_by_label("Code de votre application, ou code de secours").fill("000000")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("alert").filter(has_text="Ce code n'est pas le bon")).to_be_visible()
    page.get_by_label("Code de votre application, ou code de secours").fill(
        code_de_l_application(SECRET_TOTP)
    )
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", name="Mon compte")).to_be_visible()
    assert page.url.endswith("/compte/" + FRAGMENT)


def test_sans_fragment_les_adresses_restent_nues(page_mobile: Page, membre: Compte) -> None:
    page = page_mobile
    se_connecter(page, membre, "/compte/")
    expect(page.get_by_role("heading", name="Mon compte")).to_be_visible()
    assert page.url.endswith("/compte/")


# --- Second factors -------------------------------------------------------------------------------


@ECRANS
def test_ajouter_une_application_puis_s_en_servir(
    nouveau_contexte: Ouvrir, membre: Compte, sans_defaut_axe: Verifier, taille: dict, couleurs: str
) -> None:
    page = nouveau_contexte(taille, color_scheme=couleurs).new_page()
    se_connecter(page, membre, "/compte/securite/")
    expect(page.get_by_role("heading", name="Ma sécurité", exact=True)).to_be_visible()
    sans_defaut_axe(page)
    page.get_by_role("link", name="Ajouter une application").click()
    expect(page.get_by_role("heading", name="Ajouter une application de codes")).to_be_visible()
    sans_defaut_axe(page)
    secret = page.locator(".suivi").inner_text()
    page.get_by_label("Code affiché par l'application").fill("000000")
    page.get_by_role("button", name="Ajouter l'application").click()
    expect(page.get_by_role("alert")).to_contain_text("Ce code n'est pas le bon")
    sans_defaut_axe(page)
    assert page.locator(".suivi").inner_text() == secret
    page.get_by_label("Code affiché par l'application").fill(code_de_l_application(secret))
    page.get_by_role("button", name="Ajouter l'application").click()
    expect(page.get_by_role("heading", name="Mes codes de secours")).to_be_visible()
    sans_defaut_axe(page)
    secours = page.locator(".codes-de-secours .suivi").first.inner_text()
    page.get_by_role("link", name="J'ai gardé mes codes").click()
    expect(page.get_by_text("Votre compte demande une seconde preuve")).to_be_visible()
    sans_defaut_axe(page)

    page.goto("/compte/deconnexion/")
    sans_defaut_axe(page)
    page.get_by_role("button", name="Me déconnecter").click()
    expect(page.get_by_text("Vous êtes déconnecté·e.")).to_be_visible()
    sans_defaut_axe(page)
    se_connecter(page, membre)
    expect(page.get_by_role("heading", name="Prouvez que c'est vous")).to_be_visible()
    sans_defaut_axe(page)
    page.get_by_label("Code de votre application, ou code de secours").fill(secours)
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", name="Ma refondation")).to_be_visible()


def test_renouveler_ses_codes_puis_retirer_l_application(
    page_mobile: Page, membre: Compte, sans_defaut_axe: Verifier
) -> None:
    donner_un_second_facteur(membre)
    page = page_mobile
    se_connecter(page, membre, "/compte/securite/")
    page.get_by_label("Code de votre application, ou code de secours").fill(
        code_de_l_application(SECRET_TOTP)
    )
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("link", name="Voir mes codes de secours").click()
    avant = page.locator(".codes-de-secours .suivi").all_inner_texts()
    page.get_by_role("link", name="Renouveler mes codes").click()
    expect(page.get_by_role("heading", name="Renouveler mes codes de secours ?")).to_be_visible()
    sans_defaut_axe(page)
    page.get_by_role("button", name="Renouveler mes codes").click()
    expect(page.get_by_text("Vos codes de secours sont prêts.")).to_be_visible()
    assert set(avant).isdisjoint(page.locator(".codes-de-secours .suivi").all_inner_texts())
    page.goto("/compte/securite/application/retirer/")
    sans_defaut_axe(page)
    page.get_by_role("button", name="Retirer l'application").click()
    expect(page.get_by_text("L'application de codes est retirée.")).to_be_visible()


# --- Passkeys -------------------------------------------------------------------------------------


@ECRANS
def test_ajouter_une_cle_puis_entrer_avec_elle(
    nouveau_contexte: Ouvrir, membre: Compte, sans_defaut_axe: Verifier, taille: dict, couleurs: str
) -> None:
    contexte = nouveau_contexte(taille, color_scheme=couleurs)
    page = contexte.new_page()
    brancher_une_cle(page, contexte)
    se_connecter(page, membre, "/compte/securite/cles/ajouter/")
    expect(page.get_by_role("heading", name="Ajouter une clé d'accès")).to_be_visible()
    sans_defaut_axe(page)
    page.get_by_label("Nom de cette clé").fill("Téléphone")
    page.get_by_role("button", name="Créer la clé").click()
    expect(page.get_by_role("heading", name="Mes codes de secours")).to_be_visible()
    page.goto("/compte/securite/cles/")
    expect(page.get_by_role("heading", name="Téléphone")).to_be_visible()
    expect(page.get_by_text("Elle ouvre seule votre compte.")).to_be_visible()
    sans_defaut_axe(page)

    page.goto("/compte/deconnexion/")
    page.get_by_role("button", name="Me déconnecter").click()
    page.goto("/compte/" + FRAGMENT)
    page.get_by_role("button", name="Utiliser ma clé d'accès").click()
    expect(page.get_by_role("heading", name="Mon compte")).to_be_visible()
    assert page.url.endswith("/compte/" + FRAGMENT)


def test_une_cle_refusee_le_dit_en_mots(
    nouveau_contexte: Ouvrir, membre: Compte, sans_defaut_axe: Verifier
) -> None:
    contexte = nouveau_contexte(MOBILE)
    page = contexte.new_page()
    session, cle = brancher_une_cle(page, contexte)
    se_connecter(page, membre, "/compte/securite/cles/ajouter/")
    session.send("WebAuthn.setUserVerified", {"authenticatorId": cle, "isUserVerified": False})
    page.get_by_role("button", name="Créer la clé").click()
    expect(page.get_by_role("alert").filter(has_text="La clé n'a pas été utilisée")).to_be_visible()
    sans_defaut_axe(page)
    session.send("WebAuthn.setUserVerified", {"authenticatorId": cle, "isUserVerified": True})
    page.get_by_role("button", name="Créer la clé").click()
    expect(page.get_by_role("heading", name="Mes codes de secours")).to_be_visible()


def test_la_cle_confirme_un_acte_sensible(
    nouveau_contexte: Ouvrir, membre: Compte, sans_defaut_axe: Verifier
) -> None:
    contexte = nouveau_contexte(MOBILE)
    page = contexte.new_page()
    brancher_une_cle(page, contexte)
    se_connecter(page, membre, "/compte/securite/cles/ajouter/")
    page.get_by_role("button", name="Créer la clé").click()
    expect(page.get_by_role("heading", name="Mes codes de secours")).to_be_visible()
    page.goto("/compte/confirmer/cle/?next=/compte/securite/cles/")
    expect(page.get_by_role("heading", name="Confirmez que c'est vous")).to_be_visible()
    sans_defaut_axe(page)
    page.get_by_role("button", name="Utiliser ma clé d'accès").click()
    expect(page.get_by_role("heading", name="Mes clés d'accès")).to_be_visible()
    page.get_by_role("link", name="Retirer").click()
    expect(page.get_by_role("heading", name="Retirer cette clé d'accès ?")).to_be_visible()
    sans_defaut_axe(page)
    page.get_by_role("button", name="Retirer cette clé").click()
    expect(page.get_by_text("La clé d'accès est retirée.")).to_be_visible()
    sans_defaut_axe(page)


def test_la_cle_sert_de_seconde_preuve(nouveau_contexte: Ouvrir, membre: Compte) -> None:
    contexte = nouveau_contexte(MOBILE)
    page = contexte.new_page()
    brancher_une_cle(page, contexte)
    se_connecter(page, membre, "/compte/securite/cles/ajouter/")
    page.get_by_role("button", name="Créer la clé").click()
    expect(page.get_by_role("heading", name="Mes codes de secours")).to_be_visible()
    page.goto("/compte/deconnexion/")
    page.get_by_role("button", name="Me déconnecter").click()
    se_connecter(page, membre, "/compte/" + FRAGMENT)
    page.get_by_role("button", name="Utiliser ma clé d'accès").click()
    expect(page.get_by_role("heading", name="Mon compte")).to_be_visible()
    assert page.url.endswith("/compte/" + FRAGMENT)


def test_un_navigateur_sans_cles_n_en_propose_pas(nouveau_contexte: Ouvrir, membre: Compte) -> None:
    contexte = nouveau_contexte(MOBILE)
    contexte.add_init_script("delete window.PublicKeyCredential")
    page = contexte.new_page()
    se_connecter(page, membre, "/compte/securite/cles/ajouter/")
    expect(page.get_by_text("Ce navigateur ne connaît pas les clés d'accès.")).to_be_visible()
    expect(page.get_by_role("button", name="Créer la clé")).to_be_hidden()
    expect(page.get_by_role("link", name="application de codes")).to_be_visible()

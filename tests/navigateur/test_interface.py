"""The frame of every page and its components, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from refondation.membres.models import Compte
from refondation.territoire.models import Section
from tests.consultation.conftest import territoire
from tests.consultation.scene_votant import ouvrir_maintenant
from tests.membres.monde import creer_compte, donner_un_second_facteur
from tests.navigateur.conftest import BUREAU, MOBILE
from tests.navigateur.scene_compte import ouvrir_session

__all__ = ["territoire"]  # the fixture of the vote's tests
Ouvrir = Callable[..., BrowserContext]
Verifier = Callable[[Page], None]
ECRANS = pytest.mark.parametrize(
    ("taille", "couleurs"),
    [(MOBILE, "light"), (MOBILE, "dark"), (BUREAU, "light"), (BUREAU, "dark")],
    ids=["375-clair", "375-sombre", "1280-clair", "1280-sombre"],
)
ETROIT = {"width": 320, "height": 640}
PUBLIQUES = (
    "/",
    "/plan/",
    "/accessibilite/",
    "/donnees-personnelles/",
    "/compte/connexion/",
    "/interface/",
    "/nulle-part/",
)
MEMBRE = ("/", "/compte/", "/compte/securite/", "/compte/deconnexion/")
# What can be touched and is less than 44 px high, but for links amid other words.
TROP_PETITS = """() => [...document.querySelectorAll("a[href], button, summary, select, input:not([type=hidden])")]
  .filter((e) => e.checkVisibility() && !e.closest("svg, .evitement, [class*=visuellement-cache]"))
  .filter((e) => {
    const seul = e.parentElement.textContent.trim() === e.textContent.trim();
    return e.tagName !== "A" || seul || getComputedStyle(e).display !== "inline";
  })
  .filter((e) => e.getBoundingClientRect().height < 44)
  .map((e) => `${e.tagName} ${e.textContent.trim()} ${e.getBoundingClientRect().height}`)"""
NATIONALES = ("/roles/", "/roles/nommer/", "/journal/")


@pytest.fixture
def administratrice(live_server: object) -> Compte:
    compte = creer_compte("administrateur", prenom="Grace", nom="Hopper")
    donner_un_second_facteur(compte)
    return compte


# --- Every page -----------------------------------------------------------------------------------


@ECRANS
def test_les_pages_publiques(
    nouveau_contexte: Ouvrir,
    territoire: list[Section],
    sans_defaut_axe: Verifier,
    taille: dict,
    couleurs: str,
) -> None:
    ouvrir_maintenant()
    page = nouveau_contexte(taille, color_scheme=couleurs).new_page()
    for chemin in PUBLIQUES:
        page.goto(chemin)
        sans_defaut_axe(page)
        for detail in page.locator("details").all():
            detail.locator("summary").click()
        sans_defaut_axe(page)


@ECRANS
def test_les_pages_d_une_responsable(
    nouveau_contexte: Ouvrir, administratrice: Compte, sans_defaut_axe: Verifier, taille: dict, couleurs: str
) -> None:
    contexte = nouveau_contexte(taille, color_scheme=couleurs)
    ouvrir_session(contexte, administratrice)
    page = contexte.new_page()
    for chemin in (*MEMBRE, *NATIONALES):
        page.goto(chemin)
        sans_defaut_axe(page)
    page.goto("/journal/")
    page.get_by_role("button", name="Vérifier la chaîne").click()
    expect(page.get_by_role("heading", name="Le journal est intact")).to_be_visible()
    sans_defaut_axe(page)


@pytest.mark.parametrize("chemin", [*PUBLIQUES, *MEMBRE, *NATIONALES])
def test_rien_ne_deborde_a_320_pixels(nouveau_contexte: Ouvrir, administratrice: Compte, chemin: str) -> None:
    """320 px wide is also what a window of 1280 px shows at 400 %."""
    contexte = nouveau_contexte(ETROIT)
    if chemin not in PUBLIQUES:
        ouvrir_session(contexte, administratrice)
    page = contexte.new_page()
    page.goto(chemin)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("chemin", ["/", "/interface/", "/compte/connexion/"])
def test_le_texte_agrandi_deux_fois_tient(nouveau_contexte: Ouvrir, live_server: object, chemin: str) -> None:
    page = nouveau_contexte(MOBILE).new_page()
    page.goto(chemin)
    page.evaluate("document.documentElement.style.fontSize = '36px'")
    assert page.evaluate("document.documentElement.scrollWidth") == MOBILE["width"]


def test_aucune_demande_a_un_autre_site(page_bureau: Page, territoire: list[Section]) -> None:
    ouvrir_maintenant()
    adresses: list[str] = []
    page_bureau.on("request", lambda r: adresses.append(r.url))
    for chemin in ("/", "/interface/", "/compte/connexion/"):
        page_bureau.goto(chemin, wait_until="networkidle")
    base = page_bureau.url.split("/compte/")[0]
    assert len(adresses) > 20
    assert [a for a in adresses if not a.startswith((base, "data:"))] == []


def test_les_polices_et_les_dessins_se_chargent(page_bureau: Page, live_server: object) -> None:
    echecs: list[str] = []
    page_bureau.on("response", lambda r: echecs.append(r.url) if r.status >= 400 else None)
    page_bureau.goto("/interface/", wait_until="networkidle")
    assert echecs == []
    polices = page_bureau.evaluate(
        "[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family.replaceAll('\"', ''))"
    )
    assert {"Atkinson Hyperlegible Next", "Bricolage Grotesque", "Atkinson Hyperlegible Mono"} <= set(polices)
    signe = page_bureau.locator(".marque .signe").bounding_box()
    assert (signe["width"], signe["height"]) == (40, 40)


def test_les_cibles_sont_assez_grandes(page_mobile: Page, administratrice: Compte) -> None:
    """44 px high at least, for what is not a link within a sentence."""
    ouvrir_session(page_mobile.context, administratrice)
    for chemin in ("/", "/interface/", "/roles/", "/roles/nommer/", "/compte/"):
        page_mobile.goto(chemin)
        petites = page_mobile.evaluate(
            """() => [...document.querySelectorAll(
                "button, .bouton, select, textarea, summary, .menu a, .pages a, "
                + "input:not([type=hidden]):not([type=checkbox]):not([type=radio])")]
              .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44)
              .map(e => e.outerHTML.slice(0, 80))"""
        )
        assert petites == [], chemin


# --- Menu, skip link, colours -----------------------------------------------------------------------


def test_le_menu_d_un_telephone_au_clavier(
    page_mobile: Page, administratrice: Compte, sans_defaut_axe: Verifier
) -> None:
    page = page_mobile
    ouvrir_session(page.context, administratrice)
    page.goto("/compte/")
    roles = page.get_by_role("link", name="Rôles")
    expect(roles).to_be_hidden()
    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    expect(roles).to_be_visible()
    sans_defaut_axe(page)
    page.keyboard.press("Escape")
    expect(roles).to_be_hidden()
    expect(page.get_by_role("button", name="Menu")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Fermer", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(roles).to_be_hidden()


def test_le_menu_sans_javascript(nouveau_contexte: Ouvrir, administratrice: Compte) -> None:
    contexte = nouveau_contexte(MOBILE, java_script_enabled=False)
    ouvrir_session(contexte, administratrice)
    page = contexte.new_page()
    page.goto("/")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Rôles").click()
    expect(page.get_by_role("heading", name="Rôles", level=1)).to_be_visible()


def test_le_menu_d_un_bureau_est_une_liste(page_bureau: Page, administratrice: Compte) -> None:
    ouvrir_session(page_bureau.context, administratrice)
    page_bureau.goto("/roles/")
    expect(page_bureau.get_by_role("button", name="Menu")).to_be_hidden()
    expect(page_bureau.get_by_role("link", name="Rôles", exact=True)).to_be_visible()
    assert page_bureau.locator(".entete").bounding_box()["height"] < 80


def test_le_lien_d_evitement_mene_au_contenu(page_bureau: Page, live_server: object) -> None:
    page_bureau.goto("/")
    page_bureau.keyboard.press("Tab")
    lien = page_bureau.get_by_role("link", name="Aller au contenu")
    expect(lien).to_be_focused()
    assert lien.bounding_box()["height"] >= 44
    page_bureau.keyboard.press("Enter")
    expect(page_bureau.locator("#contenu")).to_be_focused()


@pytest.mark.parametrize("javascript", [True, False])
def test_choisir_des_couleurs_sombres(
    nouveau_contexte: Ouvrir, live_server: object, javascript: bool
) -> None:
    page = nouveau_contexte(MOBILE, color_scheme="light", java_script_enabled=javascript).new_page()
    page.goto("/accessibilite/")
    claire = fond(page)
    page.get_by_role("button", name="Sombres").click()
    assert page.url.endswith("/accessibilite/")
    expect(page.get_by_role("button", name="Sombres")).to_have_attribute("aria-pressed", "true")
    assert fond(page) != claire
    page.get_by_role("button", name="Selon l'appareil").click()
    assert fond(page) == claire


def fond(page: Page) -> bytes:
    """The colour of the page's corner, read on the screen: scripts may be off."""
    return page.screenshot(clip={"x": 2, "y": 300, "width": 4, "height": 4})


def test_les_couleurs_suivent_l_appareil(nouveau_contexte: Ouvrir, live_server: object) -> None:
    couleurs = []
    for choix in ("light", "dark"):
        page = nouveau_contexte(MOBILE, color_scheme=choix).new_page()
        page.goto("/")
        couleurs.append(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert couleurs == ["rgb(251, 247, 241)", "rgb(23, 18, 29)"]


# --- Components -------------------------------------------------------------------------------------


def test_l_heure_de_qui_lit_ailleurs(nouveau_contexte: Ouvrir, live_server: object) -> None:
    a_paris, aux_antilles = (
        nouveau_contexte(BUREAU, timezone_id=lieu).new_page()
        for lieu in ("Europe/Paris", "America/Guadeloupe")
    )
    for page in (a_paris, aux_antilles):
        page.goto("/interface/", wait_until="networkidle")
    moment = "#frise + .frise time >> nth=0"
    assert "chez vous" not in a_paris.locator(moment).inner_text()
    expect(aux_antilles.locator(moment)).to_contain_text(
        "heure de Paris (chez vous : lundi 21 septembre à 12"
    )


def test_la_ponctuation_reste_avec_son_mot(page_mobile: Page, live_server: object) -> None:
    page_mobile.goto("/accessibilite/", wait_until="networkidle")
    pied = page_mobile.locator(".pied a", has_text="conforme").evaluate("e => e.textContent")
    assert pied == "Accessibilité\u202f: partiellement conforme"
    adresse = page_mobile.locator("script[src*=typographie]").get_attribute("src")
    corriger = "async ([adresse, texte]) => (await import(adresse)).insecables(texte)"
    for ecrit, lu in (
        ("Rien reçu ? Attendez.", "Rien reçu\u202f? Attendez."),
        (
            "le scrutin « Le cadre » : 52 %, oui !",
            "le scrutin «\u202fLe cadre\u202f»\u202f: 52\u202f%, oui\u202f!",
        ),
        (" ; puis ?)", "\u202f; puis\u202f?)"),
        ("https://exemple.fr/?a=1 :b", "https://exemple.fr/?a=1 :b"),
    ):
        assert page_mobile.evaluate(corriger, [adresse, ecrit]) == lu


def test_ce_qui_se_touche_est_a_la_taille_du_pouce(page_mobile: Page, territoire: list[Section]) -> None:
    """Whatever is alone on its line is 44 px high; a link in a sentence is exempt."""
    adresse = ouvrir_maintenant().scrutin.get_absolute_url()
    for page in ("/", "/scrutins/", "/compte/connexion/", adresse, f"{adresse}urnes/", f"{adresse}secret/"):
        page_mobile.goto(page)
        assert page_mobile.evaluate(TROP_PETITS) == [], page


def test_le_titre_d_un_tableau_large_reste_entier_sur_un_telephone(
    page_mobile: Page, administratrice: Compte
) -> None:
    ouvrir_session(page_mobile.context, administratrice)
    page_mobile.goto("/roles/")
    cadre, titre = page_mobile.locator(".tableau-cadre"), page_mobile.locator("caption")
    assert cadre.evaluate("e => e.scrollWidth > e.clientWidth")
    avant = titre.bounding_box()
    cadre.evaluate("e => { e.scrollLeft = 60; }")
    apres = titre.bounding_box()
    assert apres["x"] == avant["x"] == 16
    assert apres["x"] + apres["width"] <= 375


def test_le_mouvement_reduit_est_respecte(nouveau_contexte: Ouvrir, live_server: object) -> None:
    durees = []
    for choix in ("no-preference", "reduce"):
        page = nouveau_contexte(BUREAU, reduced_motion=choix).new_page()
        page.goto("/interface/")
        durees.append(page.evaluate("getComputedStyle(document.querySelector('.bouton')).transitionDuration"))
    assert max(float(d.strip().rstrip("s")) for d in durees[0].split(",")) <= 0.15
    assert set(durees[1].split(", ")) == {"0s"}


def test_les_couleurs_imposees_laissent_voir_l_essentiel(
    nouveau_contexte: Ouvrir, live_server: object, sans_defaut_axe: Verifier
) -> None:
    page = nouveau_contexte(BUREAU, forced_colors="active").new_page()
    page.goto("/interface/")
    bordure = "e => getComputedStyle(e).borderTopStyle"
    assert page.locator(".bouton-principal").first.evaluate(bordure) == "solid"
    assert page.locator(".notice-alerte").first.evaluate(bordure) == "solid"
    fait, suite = (
        page.locator(f".etapes > li{choix}").first.evaluate(
            "e => getComputedStyle(e, '::before').backgroundColor"
        )
        for choix in (".fait", ":not(.fait):not([aria-current])")
    )
    assert fait != suite


def test_le_papier_ne_garde_que_le_contenu(page_bureau: Page, administratrice: Compte) -> None:
    ouvrir_session(page_bureau.context, administratrice)
    page_bureau.goto("/roles/")
    page_bureau.emulate_media(media="print")
    for cache in (".menu", ".fil", ".pied", ".filtres", ".actions"):
        expect(page_bureau.locator(cache).first).to_be_hidden()
    expect(page_bureau.get_by_role("table")).to_be_visible()
    fond_de_page = page_bureau.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert fond_de_page == "rgb(255, 255, 255)"


def test_les_cartes_disent_leurs_cases(page_bureau: Page, live_server: object) -> None:
    page_bureau.goto("/interface/")
    carte = page_bureau.get_by_role("img", name="Participation par fédération (valeurs inventées)")
    expect(carte).to_be_visible()
    assert carte.locator("rect").count() == 108
    tuiles = carte.locator("rect").evaluate_all(
        "r => r.map(e => e.getBoundingClientRect()).map(b => [b.x, b.y, b.width, b.height])"
    )
    assert all(abs(largeur - hauteur) < 0.5 for _, _, largeur, hauteur in tuiles)
    departement = page_bureau.locator(".departements use").first.bounding_box()
    assert departement["width"] > 10


def test_une_case_mene_quelque_part_a_la_souris(page_bureau: Page, live_server: object) -> None:
    page_bureau.goto("/interface/")
    page_bureau.locator(".departements a:has(use)").nth(30).click()
    assert page_bureau.url.endswith("/interface/#cartes")


def test_les_messages_sont_annonces(page_mobile: Page, administratrice: Compte) -> None:
    ouvrir_session(page_mobile.context, administratrice)
    page_mobile.goto("/compte/")
    page_mobile.get_by_role("button", name="Fermer toutes mes sessions").click()
    expect(page_mobile.get_by_role("status")).to_contain_text("Toutes vos sessions sont fermées")


def test_une_seule_action_principale_a_la_fois(page_mobile: Page, territoire: list[Section]) -> None:
    vote = ouvrir_maintenant()
    page_mobile.goto("/")
    assert page_mobile.locator(".bouton-principal").all_inner_texts() == ["Me connecter et voter"]
    page_mobile.get_by_role("link", name="Me connecter et voter").click()
    expect(page_mobile.get_by_role("heading", name="Me connecter")).to_be_visible()
    assert f"next=/scrutins/{vote.scrutin.slug}/voter/" in page_mobile.url.replace("%2F", "/")
    assert vote.scrutin.ferme_le - timezone.now() < timedelta(days=5)


@ECRANS
def test_le_site_d_administration(
    nouveau_contexte: Ouvrir, administratrice: Compte, taille: dict, couleurs: str
) -> None:
    """Django's own pages: the fixture fails on anything that the content policy refuses."""
    contexte = nouveau_contexte(taille, color_scheme=couleurs)
    ouvrir_session(contexte, administratrice)
    page = contexte.new_page()
    for chemin in ("/admin/", "/admin/membres/compte/", "/admin/journal/ligne/"):
        assert page.goto(chemin, wait_until="networkidle").status == 200

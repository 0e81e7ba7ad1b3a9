"""Those who run and keep a vote, in a real browser: entering as one of them, the keyboard, what leaves the page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import product
from pathlib import Path

from django.urls import reverse
from playwright.sync_api import BrowserContext, FileChooser, Page, Request, expect

from consultation import actes
from consultation.models import Gardien, Scrutin
from refondation.membres.models import Compte
from tests.consultation.scene import Vote, faire_scrutin
from tests.consultation.scene_gestion import navigateur_de
from tests.navigateur.conftest import BUREAU, MOBILE

# (size, colour scheme): what every page must bear.
APPARENCES = list(product((MOBILE, BUREAU), ("light", "dark")))
TABULATIONS = 90


def entrer_comme(contexte: BrowserContext, compte: Compte) -> None:
    """Give the browser the session of this account, its second factor just given where it has a mandate."""
    cookie = navigateur_de(compte).cookies["sessionid"].value
    contexte.add_cookies([{"name": "sessionid", "value": cookie, "domain": "localhost", "path": "/"}])


def page_de(nom: str, scrutin: Scrutin | None = None, *args: object) -> str:
    return reverse(f"consultation:{nom}", args=[scrutin.slug, *args] if scrutin else None)


def brouillon_sans_cle(*, gardiens: int = 1, **champs: object) -> Vote:
    """A draft where nothing is missing but the trustees' keys."""
    vote = faire_scrutin(gardiens=gardiens, **champs)
    for gardien in Gardien.objects.filter(scrutin=vote.scrutin):
        actes.remplacer_la_cle(gardien=gardien, par=vote.admin)
    vote.cles.clear()
    return vote


# --- The keyboard -----------------------------------------------------------------------------------

# The name under which the focused control is announced: its label, or what it says.
NOM_DU_FOCUS = """() => {
    const e = document.activeElement;
    const champ = e.labels?.length ? [...e.labels].map((l) => l.textContent).join(" ") : "";
    return (champ || e.getAttribute("aria-label") || e.textContent).replace(/\\s+/g, " ").trim();
}"""


def aller_a(page: Page, nom: str, *, dans: str = "") -> None:
    """Tab to the control whose name begins with `nom`; a selector in `dans` asks which one."""
    for _ in range(TABULATIONS):
        page.keyboard.press("Tab")
        ici = not dans or page.evaluate("(s) => document.activeElement.closest(s) !== null", dans)
        if ici and re.match(nom, page.evaluate(NOM_DU_FOCUS)):
            return
    raise AssertionError(f"« {nom} » n'est pas atteint au clavier sur {page.url}")


def activer(page: Page, nom: str, *, dans: str = "", touche: str = "Enter", vers: str = "") -> None:
    """Reach a link or a button by the keyboard and press it; wait for the page whose main heading is `vers`."""
    aller_a(page, nom, dans=dans)
    page.keyboard.press(touche)
    if vers:
        expect(page.get_by_role("heading", level=1, name=vers)).to_be_visible()


def cocher(page: Page, nom: str) -> None:
    """Reach a box or a choice by the keyboard, and tick it."""
    activer(page, nom, dans="input", touche="Space")


def remplir(page: Page, nom: str, texte: str) -> None:
    """Reach a field by the keyboard and replace what it holds, as hands do: typed line by line."""
    aller_a(page, nom, dans="input, textarea")
    page.keyboard.press("Control+a")
    for rang, ligne in enumerate(texte.split("\n")):
        if rang:
            page.keyboard.press("Enter")
        page.keyboard.type(ligne)


def montrer_un_fichier(page: Page, nom: str, chemin: Path) -> None:
    """Open the file field by the keyboard and choose `chemin`."""
    # Listening begins before the way there: the driver needs a moment to hold the browser's own window.
    with page.expect_file_chooser() as attente:
        aller_a(page, nom)
        page.keyboard.press("Space")
    choix: FileChooser = attente.value
    choix.set_files(chemin)


# --- What leaves the page -----------------------------------------------------------------------------


class Ecoute:
    """All that a context sends, workers included: address, headers and body of each request."""

    def __init__(self, contexte: BrowserContext) -> None:
        self.requetes: list[Request] = []
        # The driver marks the function that it calls: it cannot be a method of `list`.
        contexte.on("request", self._noter)

    def _noter(self, requete: Request) -> None:
        self.requetes.append(requete)

    def textes(self) -> list[str]:
        return [
            " ".join((r.method, r.url, json.dumps(r.headers), (r.post_data_buffer or b"").decode("latin-1")))
            for r in self.requetes
        ]

    def chemins(self, methode: str) -> list[str]:
        return [r.url for r in self.requetes if r.method == methode]


def ecritures_d_une_cle(privee: int) -> set[str]:
    """The shapes under which a number of 256 bits could slip out: decimal, hexadecimal, base 64."""
    import base64

    octets = privee.to_bytes(32, "big")
    formes = {str(privee), octets.hex(), octets.hex().upper(), f"{privee:x}"}
    formes |= {
        base64.b64encode(octets).decode().rstrip("="),
        base64.urlsafe_b64encode(octets).decode().rstrip("="),
    }
    return formes


def sans_trace(page: Page) -> None:
    """Nothing is kept by the browser beyond the page."""
    etat = page.evaluate(
        "async () => ({local: {...localStorage}, session: {...sessionStorage}, etat: history.state,"
        " bases: await indexedDB.databases(), caches: await caches.keys(), nom: window.name})"
    )
    assert etat == {"local": {}, "session": {}, "etat": None, "bases": [], "caches": [], "nom": ""}


def sous_toutes_les_apparences(
    nouveau_contexte: Callable[..., BrowserContext], compte: Compte, visite: Callable[[Page, str], None]
) -> None:
    """`visite(page, name)` on a phone and on a desk, in light and in dark."""
    for taille, couleurs in APPARENCES:
        contexte = nouveau_contexte(taille, color_scheme=couleurs, reduced_motion="reduce")
        entrer_comme(contexte, compte)
        visite(contexte.new_page(), f"{taille['width']}-{couleurs}")

"""What every page knows of who looks at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from refondation.membres.models import Compte
from refondation.membres.regles import peut


class Entree(NamedTuple):
    label: str
    url: str
    active: bool


@dataclass(frozen=True)
class Porte:
    """A door of the menu: its words, its route, and who sees it."""

    label: str
    route: str
    ouverte: Callable[[Compte], bool] = lambda compte: True


def _role(acte: str) -> Callable[[Compte], bool]:
    return lambda compte: peut(compte, acte)


def _lit_le_seul_territoire(compte: Compte) -> bool:
    """The others reach it from the register."""
    return peut(compte, "territoire.lire") and not peut(compte, "membres.lire")


MENU = (
    Porte("Mes scrutins", "consultation:liste"),
    Porte("Délégué·es", "delegues:accueil"),
    Porte("Ma section", "delegues:ma_section", _role("delegues.conduire")),
    Porte("Récolement", "delegues:controle", _role("delegues.controler")),
    Porte("Registre", "registre:liste", _role("membres.lire")),
    Porte("Territoire", "registre:federations", _lit_le_seul_territoire),
    Porte("Imports", "registre:imports", _role("membres.importer")),
    Porte("Rôles", "roles:liste", _role("membres.nommer")),
    Porte("Journal", "journal:liste", _role("journal.verifier")),
    Porte("Mon compte", "mon_compte"),
)


def _adresse(route: str) -> str | None:
    try:
        return reverse(route)
    except NoReverseMatch:  # a room that this installation does not open
        return None


def espace(request: HttpRequest) -> dict:
    """`menu`: what the account may open, as (label, url, active); `mode_demo`.  One query: the mandates."""
    compte = getattr(request, "user", None)
    menu: list[Entree] = []
    if compte is not None and compte.is_authenticated:
        portes = [(porte.label, _adresse(porte.route)) for porte in MENU if porte.ouverte(compte)]
        # The deepest address that begins the page's path is the one that is lit.
        ici = max((url for _, url in portes if url and request.path.startswith(url)), key=len, default=None)
        menu = [Entree(label, url, url == ici) for label, url in portes if url]
    return {"mode_demo": settings.MODE_DEMO, "menu": menu}

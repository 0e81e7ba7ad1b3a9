"""Markdown written by staff, turned into safe HTML with anchored headings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

# No raw HTML, no image: the content policy of the pages would refuse a foreign one anyway.
_LECTEUR = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
_RENDU = RendererHTML()

# The second rampart: what may come out, whatever the first let through.
_BALISES = {
    *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "div"),
    *("table", "thead", "tbody", "tr", "th", "td", "h2", "h3", "h4", "h5", "h6"),
}
_ATTRIBUTS: dict[str, set[str]] = {
    "a": {"href"},
    "ol": {"start"},
    "th": {"scope"},
    "div": {"class", "role", "tabindex", "aria-label"},
    **{f"h{n}": {"id"} for n in range(2, 7)},
}
_ADRESSES = {"http", "https", "mailto"}


@dataclass(frozen=True)
class Titre:
    """A heading, for the table of contents; `ancre` is its id."""

    niveau: int
    texte: str
    ancre: str


@dataclass(frozen=True)
class Rendu:
    html: SafeString
    sommaire: tuple[Titre, ...]


def rendre(texte: str, *, titre: str = "", niveau: int = 2) -> SafeString:
    """HTML of a Markdown text: its highest heading gets `niveau`, a first one that repeats `titre` goes."""
    return analyser(texte, titre=titre, niveau=niveau).html


def analyser(texte: str, *, titre: str = "", niveau: int = 2) -> Rendu:
    """As `rendre`, with the table of contents.  Levels follow the outline, so that none is skipped."""
    jetons = _sans_le_titre(_LECTEUR.parse(texte), titre)
    sommaire = tuple(_ancrer(jetons, niveau))
    _habiller_les_tableaux(jetons)
    brut = _RENDU.render(jetons, _LECTEUR.options, {})
    html = nh3.clean(
        brut, tags=_BALISES, attributes=_ATTRIBUTS, url_schemes=_ADRESSES, link_rel="noopener noreferrer"
    )
    return Rendu(mark_safe(html), sommaire)  # noqa: S308 - cleaned just above


def _sans_le_titre(jetons: list[Token], titre: str) -> list[Token]:
    """The page writes the document's title itself."""
    if (
        titre
        and len(jetons) >= 3
        and jetons[0].type == "heading_open"
        and _lisse(jetons[1].content) == _lisse(titre)
    ):
        return jetons[3:]
    return jetons


def _lisse(texte: str) -> str:
    return " ".join(texte.split()).casefold()


def _ancrer(jetons: list[Token], niveau: int) -> Iterator[Titre]:
    """Give each heading its id and its level in the outline of the page."""
    ouverts: list[int] = []
    vues: set[str] = set()
    for i, jeton in enumerate(jetons):
        if jeton.type != "heading_open":
            continue
        rang = int(jeton.tag[1])
        while ouverts and ouverts[-1] >= rang:
            ouverts.pop()
        ouverts.append(rang)
        voulu = min(6, niveau + len(ouverts) - 1)
        jeton.tag = jetons[i + 2].tag = f"h{voulu}"
        texte = _texte_seul(jetons[i + 1].children or [])
        ancre = base = f"t-{slugify(texte)[:60] or 'partie'}"
        suite = 2
        while ancre in vues:
            ancre, suite = f"{base}-{suite}", suite + 1
        vues.add(ancre)
        jeton.attrSet("id", ancre)
        yield Titre(voulu, texte, ancre)


def _texte_seul(enfants: list[Token]) -> str:
    return "".join(" " if e.type in {"softbreak", "hardbreak"} else e.content for e in enfants).strip()


def _habiller_les_tableaux(jetons: list[Token]) -> None:
    """A table scrolls inside its own region on a phone; its headers say what they head."""
    numero, i = 0, 0
    while i < len(jetons):
        jeton = jetons[i]
        jeton.attrs.pop("style", None)
        if jeton.type == "th_open":
            jeton.attrSet("scope", "col")
        elif jeton.type == "table_open":
            numero += 1
            cadre = f'<div class="tableau-cadre" role="region" tabindex="0" aria-label="Tableau {numero}">\n'
            jetons.insert(i, Token("html_block", "", 0, content=cadre))
            i += 1
        elif jeton.type == "table_close":
            jetons.insert(i + 1, Token("html_block", "", 0, content="</div>\n"))
        i += 1

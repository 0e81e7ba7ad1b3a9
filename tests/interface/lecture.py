"""Reads a page as its users' tools do, and names what is wrong with it."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import pairwise

from django.http import HttpResponse

SANS_FIN = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
}
SVG_SANS_FIN = {"rect", "path", "use"}


class Lecture(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: list[str] = []
        self.titres: list[int] = []
        self.reperes: list[str] = []
        self.principaux = 0
        self.defauts: list[str] = []
        self.textes: list[str] = []
        self._ouverts: list[str] = []
        self.feed(html)
        self.defauts += [f"<{balise}> n'est pas fermé" for balise in self._ouverts]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._lire(tag, dict(attrs))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in SANS_FIN:
            self._ouverts.append(tag)
        self._lire(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if not self._ouverts or self._ouverts[-1] != tag:
            self.defauts.append(f"</{tag}> ferme <{self._ouverts[-1] if self._ouverts else 'rien'}>")
        else:
            self._ouverts.pop()

    def handle_data(self, data: str) -> None:
        self.textes.append(data)

    def _lire(self, balise: str, attributs: dict[str, str | None]) -> None:
        if attributs.get("id"):
            self.ids.append(attributs["id"])
        for nom in ("for", "aria-labelledby", "aria-describedby", "popovertarget"):
            self.references += (attributs.get(nom) or "").split()
        if balise in {"h1", "h2", "h3", "h4"}:
            self.titres.append(int(balise[1]))
        if balise in {"main", "header", "footer", "nav"}:
            self.reperes.append(balise)
        if "bouton-principal" in (attributs.get("class") or "").split():
            self.principaux += 1
        for nom in attributs:
            if nom == "style" or nom.startswith("on"):
                self.defauts.append(f"<{balise} {nom}> : la politique de contenu le refuse")
        if balise == "script" and not attributs.get("src") and attributs.get("type") != "application/json":
            self.defauts.append("<script> sans adresse : la politique de contenu le refuse")
        charge = attributs.get("src") or (attributs.get("href") if balise in {"link", "use"} else "") or ""
        if charge.startswith(("http:", "https:", "//")):
            self.defauts.append(f"<{balise}> charge {charge}, d'un autre site")


def defauts_de(reponse: HttpResponse) -> list[str]:
    """What breaks this page: markup, references, headings, landmarks, what the content policy refuses."""
    page = Lecture(reponse.content.decode())
    defauts = list(page.defauts)
    doubles = {nom for nom in page.ids if page.ids.count(nom) > 1}
    defauts += [f"l'identifiant {nom} sert deux fois" for nom in sorted(doubles)]
    defauts += [f"rien ne porte l'identifiant {nom}" for nom in set(page.references) - set(page.ids)]
    if page.titres.count(1) != 1:
        defauts.append(f"{page.titres.count(1)} titres de premier niveau")
    defauts += [f"un h{b} suit un h{a}" for a, b in pairwise(page.titres) if b > a + 1]
    if page.reperes.count("main") != 1:
        defauts.append("pas une et une seule région principale")
    if page.principaux > 1:
        defauts.append(f"{page.principaux} boutons principaux")
    return defauts


def texte_de(reponse: HttpResponse) -> str:
    return " ".join(" ".join(Lecture(reponse.content.decode()).textes).split())

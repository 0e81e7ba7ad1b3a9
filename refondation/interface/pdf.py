"""Tagged PDF (PDF/UA-1) from a template of templates/pdf and JSON data: no shell, no network."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

import typst
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

GABARITS = settings.BASE_DIR / "templates" / "pdf"
POLICES = GABARITS / "polices"


def composer(gabarit: str, donnees: dict[str, Any], *, instant: datetime) -> bytes:
    """Compile `templates/pdf/<gabarit>.typ`; the same data and `instant` give the same bytes.

    The template reads `donnees` with `json(bytes(sys.inputs.donnees))`; dates go as ISO strings,
    so give them already in words.  `instant` is the only date that the file carries.
    """
    return typst.compile(
        str(GABARITS / f"{gabarit}.typ"),
        root=str(GABARITS),
        font_paths=_polices(),
        format="pdf",
        sys_inputs={"donnees": json.dumps(donnees, cls=DjangoJSONEncoder, ensure_ascii=False)},
        pdf_standards="ua-1",
        timestamp=int(instant.timestamp()),
    )


@lru_cache(maxsize=1)
def _polices() -> typst.Fonts:
    """Our fonts and those inside Typst; never those of the machine, which would change the result."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(POLICES)])


# --- Markdown, as blocks that templates/pdf/base.typ lays out ----------------------------------


def blocs(texte: str) -> list[dict[str, Any]]:
    """The blocks of a Markdown text: headings, paragraphs, lists, quotations, tables, rules.

    Raw HTML stays what was typed, images give their description: nothing is fetched or run.
    """
    analyse = MarkdownIt("commonmark", {"html": False}).enable("table")
    return [_bloc(noeud) for noeud in SyntaxTreeNode(analyse.parse(texte)).children]


def _bloc(noeud: SyntaxTreeNode) -> dict[str, Any]:  # noqa: PLR0911 - one kind of block, one answer
    match noeud.type:
        case "heading":
            return {"genre": "titre", "niveau": int(noeud.tag[1]), "texte": _ligne(noeud)}
        case "paragraph":
            return {"genre": "paragraphe", "texte": _ligne(noeud)}
        case "bullet_list" | "ordered_list":
            elements = [[_bloc(b) for b in element.children] for element in noeud.children]
            debut = int(noeud.attrs.get("start", 1))
            return {
                "genre": "liste",
                "numerotee": noeud.type == "ordered_list",
                "debut": debut,
                "elements": elements,
            }
        case "blockquote":
            return {"genre": "citation", "blocs": [_bloc(b) for b in noeud.children]}
        case "table":
            rangs = [rang for partie in noeud.children for rang in partie.children]
            return {"genre": "tableau", "rangs": [[_ligne(c) for c in rang.children] for rang in rangs]}
        case "hr":
            return {"genre": "filet"}
        case _:  # code, raw HTML
            return {"genre": "code", "texte": noeud.content.rstrip("\n")}


def _ligne(noeud: SyntaxTreeNode) -> list[dict[str, Any]]:
    """The inline pieces of a block: {"t": text, plus "gras", "italique", "code" or "lien" where true}."""
    morceaux: list[dict[str, Any]] = []

    def parcourir(enfants: list[SyntaxTreeNode], **style: Any) -> None:
        for e in enfants:
            match e.type:
                case "text" | "html_inline":
                    morceaux.append({"t": e.content, **style})
                case "softbreak":
                    morceaux.append({"t": " ", **style})
                case "hardbreak":
                    morceaux.append({"t": "\n", **style})
                case "code_inline":
                    morceaux.append({"t": e.content, **style, "code": True})
                case "strong":
                    parcourir(e.children, **{**style, "gras": True})
                case "em":
                    parcourir(e.children, **{**style, "italique": True})
                case "link":
                    parcourir(e.children, **{**style, "lien": str(e.attrs["href"])})
                case _:  # an image's children are its description
                    parcourir(e.children, **style)

    parcourir([e for interne in noeud.children for e in interne.children])
    return [m for m in morceaux if m["t"]]

"""PDF: tagged, titled, in French, the same for the same data, and nothing fetched."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from refondation.interface.pdf import GABARITS, blocs, composer

INSTANT = datetime(2026, 9, 1, 10, tzinfo=UTC)
TEXTE = """# Titre

Un **gras**, un *italique **et gras***, un [lien](https://exemple.fr), un [piège](javascript:alert(1)).

- un
- deux

> cité

| a | b |
|---|---|
| c | d |

<script>alert(1)</script>
"""


def document(**champs: Any) -> bytes:
    donnees = {
        "titre": "Cadre Čapek",
        "surtitre": "Scrutin",
        "sous_titre": "Version 1",
        "pied": "Refondation",
        "empreinte": "ab" * 32,
        "blocs": blocs(TEXTE),
        "facile": [],
        **champs,
    }
    return composer("document", donnees, instant=INSTANT)


def test_le_pdf_est_balise_titre_et_en_francais() -> None:
    lecteur = PdfReader(io.BytesIO(document()))
    racine = lecteur.trailer["/Root"]
    assert racine["/MarkInfo"]["/Marked"].value is True
    assert racine["/Lang"] == "fr-FR"
    assert "/StructTreeRoot" in racine
    assert lecteur.metadata.title == "Cadre Čapek"
    xmp = racine["/Metadata"].get_data().decode()
    assert "pdfuaid" in xmp
    texte = lecteur.pages[0].extract_text()
    assert "Un gras, un italique et gras, un lien, un [piège](javascript:alert(1))." in " ".join(
        texte.split()
    )
    assert "<script>alert(1)</script>" in texte


def test_seuls_les_liens_du_web_en_sont() -> None:
    lecteur = PdfReader(io.BytesIO(document()))
    liens = [a.get_object()["/A"]["/URI"] for p in lecteur.pages for a in p.get("/Annots", [])]
    assert liens == ["https://exemple.fr"]


def test_les_memes_donnees_font_les_memes_octets() -> None:
    assert document() == document()
    assert document(titre="Autre") != document()


def test_les_polices_sont_les_notres() -> None:
    lecteur = PdfReader(io.BytesIO(document()))
    polices = {f.get_object()["/BaseFont"] for p in lecteur.pages for f in p["/Resources"]["/Font"].values()}
    noms = {str(p).split("+")[-1] for p in polices}
    assert noms <= {
        "AtkinsonHyperlegibleNext-Regular",
        "AtkinsonHyperlegibleNext-Bold",
        "AtkinsonHyperlegibleNext-Italic",
        "AtkinsonHyperlegibleMono-Regular",
        "BricolageGrotesque-Bold",
    }
    assert "BricolageGrotesque-Bold" in noms


@pytest.mark.parametrize("gabarit", sorted(GABARITS.glob("*.typ")), ids=lambda g: g.name)
def test_aucun_gabarit_ne_demande_de_paquet(gabarit: Any) -> None:
    assert "@preview" not in gabarit.read_text()


def test_blocs_rend_le_style_et_la_structure() -> None:
    assert [b["genre"] for b in blocs(TEXTE)] == [
        "titre",
        "paragraphe",
        "liste",
        "citation",
        "tableau",
        "paragraphe",
    ]
    assert blocs("**a *b***")[0]["texte"] == [
        {"t": "a ", "gras": True},
        {"t": "b", "gras": True, "italique": True},
    ]
    assert blocs("![une **image**](x.png)")[0]["texte"][0]["t"] == "une "
    assert blocs("3. trois\n4. quatre")[0]["debut"] == 3

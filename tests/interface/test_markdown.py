"""Markdown: safe HTML, headings in order and anchored."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refondation.interface.markdown import Titre, analyser, rendre


@pytest.mark.parametrize(
    ("source", "interdit"),
    [
        ("<script>alert(1)</script>", "<script"),
        ('<p onclick="x()">a</p>', "<p onclick"),
        ("[a](javascript:alert(1))", "href"),
        ("[a](data:text/html;base64,x)", "href"),
        ("![a](https://ailleurs.example/pixel.png)", "<img"),
        ("|a|\n|:-:|\n|b|", "style"),
    ],
)
def test_rendre_ne_laisse_passer_ni_html_ni_adresse_dangereuse(source, interdit):
    assert interdit not in rendre(source)


@given(st.text(alphabet="<>&\"'=/\\`#*[]()!|-: \nascriptonlj1.", max_size=200))
def test_rendre_ne_produit_que_des_balises_permises(source):
    balises = set(re.findall(r"<\s*/?\s*([a-zA-Z0-9!?]+)", rendre(source)))
    assert balises <= {
        *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "div"),
        *("table", "thead", "tbody", "tr", "th", "td", "h2", "h3", "h4", "h5", "h6"),
    }


def test_les_titres_suivent_le_plan_de_la_page_sans_saut():
    rendu = analyser("# Un\n\n#### Deux\n\n## Trois\n\n# Un\n", niveau=3)
    assert rendu.sommaire == (
        Titre(3, "Un", "t-un"),
        Titre(4, "Deux", "t-deux"),
        Titre(4, "Trois", "t-trois"),
        Titre(3, "Un", "t-un-2"),
    )
    assert '<h4 id="t-trois">Trois</h4>' in rendu.html


def test_le_titre_du_document_n_est_pas_repete():
    assert rendre("# Le  cadre\n\nSuite.", titre="Le cadre") == "<p>Suite.</p>\n"
    assert "<h2" in rendre("# Autre\n\nSuite.", titre="Le cadre")


def test_un_tableau_est_dans_une_region_nommee_et_ses_entetes_ont_une_portee():
    html = rendre("|Étape|Durée|\n|-|-|\n|Vote|deux semaines|\n\n|A|\n|-|\n|b|")
    assert re.findall(r'aria-label="([^"]+)"', html) == ["Tableau 1", "Tableau 2"]
    assert html.count('<th scope="col">') == 3
    assert html.count("<div") == html.count("</div>") == 2


def test_un_lien_vers_ailleurs_ne_dit_pas_d_ou_l_on_vient():
    assert rendre("[a](https://exemple.fr)") == (
        '<p><a href="https://exemple.fr" rel="noopener noreferrer">a</a></p>\n'
    )

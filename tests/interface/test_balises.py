"""Filters and tags: what pages read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template

INSTANT = datetime(2026, 9, 21, 16, 0, tzinfo=UTC)


def rendre(gabarit: str, **contexte: object) -> str:
    return " ".join(Template("{% load interface %}" + gabarit).render(Context(contexte)).split())


@pytest.mark.parametrize(
    ("valeur", "attendu"),
    [
        (0, "0"),
        (999, "999"),
        (1204, "1\u202f204"),
        (1234567, "1\u202f234\u202f567"),
        (-12, "\u221212"),
        (2.5, "2,5"),
        (Decimal("1204.50"), "1\u202f204,50"),
        (None, ""),
    ],
)
def test_nombre(valeur: object, attendu: str) -> None:
    assert Template("{% load interface %}{{ v|nombre }}").render(Context({"v": valeur})) == attendu


@pytest.mark.parametrize(
    ("part", "attendu"),
    [
        (0, "0\u202f%"),
        (1, "100\u202f%"),
        (0.521, "52,1\u202f%"),
        (0.5, "50,0\u202f%"),
        (0.9996, "100,0\u202f%"),
        (0.0004, "0,0\u202f%"),
        (Decimal("0.333"), "33,3\u202f%"),
        (None, ""),
    ],
)
def test_pourcentage(part: object, attendu: str) -> None:
    assert Template("{% load interface %}{{ v|pourcentage }}").render(Context({"v": part})) == attendu


def test_moment_est_a_l_heure_de_paris() -> None:
    assert rendre("{{ v|moment }}", v=INSTANT).replace("\u00a0", " ") == (
        '<time datetime="2026-09-21T16:00:00+00:00" data-moment>'
        "lundi 21 septembre 2026 à 18 h 00, heure de Paris</time>"
    )
    assert rendre("{{ v|moment }}", v=None) == ""


def test_jour_est_celui_de_paris() -> None:
    tard = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
    assert rendre("{{ v|jour }}", v=tard) == '<time datetime="2026-03-01">1er mars 2026</time>'
    assert rendre("{{ v|jour }}", v=date(2026, 8, 12)) == '<time datetime="2026-08-12">12 août 2026</time>'
    assert rendre("{{ v|jour }}", v=None) == ""


def test_adresse_de_ouvre_un_courriel(settings: Any) -> None:
    settings.COURRIEL_RECOLEMENT = "controle@exemple.fr"
    assert rendre('{% adresse_de "recolement" %}') == (
        '<a href="mailto:controle@exemple.fr">controle@exemple.fr</a>'
    )
    assert rendre('{% adresse_de "administration" %}') == (
        '<a href="mailto:contact@refondation.example">contact@refondation.example</a>'
    )


def test_chiffre_ecrit_les_entiers_et_echappe_le_reste() -> None:
    html = rendre('{% chiffre "Votant·es" 1204 base=base url="/scrutins/" %}', base="<b>sur 2</b>")
    assert '<a href="/scrutins/">1\u202f204</a>' in html.replace(" 204", "\u202f204")
    assert "&lt;b&gt;sur 2&lt;/b&gt;" in html
    assert "<a" not in rendre('{% chiffre "Fermeture" "2 jours" %}')


def test_barres_est_un_tableau_qui_dit_chaque_valeur() -> None:
    html = rendre("{% barres 'Réponses' lignes %}", lignes=[("Oui", 812, 0.6744), ("Non", 0, 0.0)])
    assert "<caption>Réponses</caption>" in html
    assert html.count('<th scope="row">') == 2
    assert 'width="67.4%"' in html
    assert "67,4" in html
    assert 'width="0.0%"' in html


def test_barres_ne_deborde_pas() -> None:
    html = rendre("{% barres 'Réponses' lignes %}", lignes=[("Trop", 3, 1.5), ("Peu", 1, -0.1)])
    assert 'width="100.0%"' in html
    assert 'width="-' not in html


VALEURS = [
    {"code": "31", "niveau": 2, "texte": "Haute-Garonne : 50 %", "url": ""},
    {"code": "FFE", "niveau": None, "texte": "Étranger : non publié", "url": ""},
]


@pytest.mark.parametrize("balise", ["trame", "carte_departements"])
def test_une_carte_est_une_image_avec_sa_liste(balise: str) -> None:
    html = rendre(f"{{% {balise} 'Participation' v echelle=e %}}", v=VALEURS, e=["a", "b", "c", "d", "f"])
    assert 'role="img" aria-label="Participation"' in html
    assert "<li>Haute-Garonne : 50 %</li>" in html
    assert "non publié ou sans objet" in html
    assert 'class="n2"' in html
    assert 'class="sans"' in html


@pytest.mark.parametrize("balise", ["trame", "carte_departements"])
def test_une_carte_a_liens_laisse_le_clavier_a_sa_liste(balise: str) -> None:
    valeurs = [valeur | {"url": f"/f/{valeur['code']}/"} for valeur in VALEURS]
    html = rendre(f"{{% {balise} 'Participation' v %}}", v=valeurs)
    assert 'role="img"' not in html
    assert 'aria-hidden="true"' in html
    assert html.count('<a href="/f/31/" tabindex="-1">') == 1
    assert '<li><a href="/f/31/">Haute-Garonne : 50 %</a></li>' in html


def test_la_trame_garde_la_place_de_celles_qui_manquent() -> None:
    html = rendre("{% trame 'Participation' v ici='31' tableau=False %}", v=VALEURS)
    assert html.count('class="absente"') == 106
    assert 'class="n2 ici"' in html
    assert "<details" not in html


def test_la_carte_des_departements_dit_sa_source_et_n_oublie_personne() -> None:
    html = rendre("{% carte_departements 'Participation' v %}", v=VALEURS)
    assert "Victor Cazanave" in html
    assert "CC BY 4.0" in html
    assert "departements.svg#d31" in html
    assert ">FFE</text>" in html


def test_pages_garde_les_filtres_et_dit_ou_l_on_est() -> None:
    html = rendre("{% pages page 'q=a&role=b' %}", page=Paginator(range(95), 10).get_page(5))
    assert 'href="?q=a&amp;role=b&amp;page=4" rel="prev"' in html
    assert 'href="?q=a&amp;role=b&amp;page=6" rel="next"' in html
    assert 'aria-current="page"' in html
    assert html.count("…") == 2


def test_une_seule_page_n_a_pas_de_navigation() -> None:
    assert rendre("{% pages page '' %}", page=Paginator(range(3), 10).get_page(1)) == ""


def test_vide_propose_un_geste() -> None:
    html = rendre('{% vide "Rien" "Revenez demain." url="/scrutins/" libelle="Voir" %}')
    assert '<a class="bouton" href="/scrutins/">Voir</a>' in html
    assert "<a" not in rendre('{% vide "Rien" "Revenez demain." %}')

"""The tags and filters that every page may use; what they look like is in `templates/interface/`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template.context import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString

from refondation.interface import formats
from refondation.interface.apparence import apparence_choisie
from refondation.interface.cartes import departements_traces
from refondation.interface.trame import COLONNES, COTE, PAS, RANGEES, TRAME

register = template.Library()

# --- Numbers, dates ---------------------------------------------------------------------------


@register.filter
def nombre(valeur: float | Decimal | None) -> str:
    return "" if valeur is None else formats.nombre(valeur)


@register.filter
def pourcentage(part: float | Decimal | None) -> str:
    return "" if part is None else formats.pourcentage(part)


@register.filter
def moment(valeur: datetime | None) -> SafeString | str:
    """Day and hour of Paris in full, and the reader's own hour where it differs."""
    return "" if valeur is None else formats.balise_moment(valeur)


@register.filter
def jour(valeur: date | None) -> SafeString | str:
    if valeur is None:
        return ""
    iso = valeur.astimezone(formats.PARIS).date() if isinstance(valeur, datetime) else valeur
    return format_html('<time datetime="{}">{}</time>', iso.isoformat(), formats.jour(valeur))


# --- Whom to write to -------------------------------------------------------------------------

ADRESSES = {"administration": "COURRIEL_CONTACT", "recolement": "COURRIEL_RECOLEMENT"}


@register.simple_tag
def adresse_de(qui: str) -> SafeString:
    """The address of the "administration" or of the "recolement", as a link that opens a mail."""
    adresse = getattr(settings, ADRESSES[qui])
    return format_html('<a href="mailto:{0}">{0}</a>', adresse)


# --- Figures and charts -----------------------------------------------------------------------


@register.inclusion_tag("interface/chiffre.html")
def chiffre(libelle: str, valeur: object, base: str = "", url: str = "") -> dict:
    """One figure, inside `<dl class="chiffres">`; integers are written with their spaces."""
    if isinstance(valeur, int):
        valeur = formats.nombre(valeur)
    return {"libelle": libelle, "valeur": valeur, "base": base, "url": url}


@register.inclusion_tag("interface/barres.html")
def barres(legende: str, lignes: Iterable[tuple[str, int, float]], unite: str = "Voix") -> dict:
    """A bar chart which is its own table: (words, count, share of 0 to 1) a row."""
    return {
        "legende": legende,
        "unite": unite,
        "lignes": [
            {
                "libelle": libelle,
                "valeur": valeur,
                "part": part,
                "largeur": f"{min(max(part, 0), 1) * 100:.1f}",
            }
            for libelle, valeur, part in lignes
        ],
    }


# --- Maps -------------------------------------------------------------------------------------


def _figure(legende: str, valeurs: Iterable[dict], echelle: Iterable[str], ici: str) -> dict:
    """What both maps show; `valeurs`: dicts code, niveau (0 to 4, None when not shown), texte, url."""
    cases, codes = [], set()
    for valeur in valeurs:
        codes.add(valeur["code"])
        colonne, rangee = TRAME[valeur["code"]]
        cases.append(
            {
                "code": valeur["code"],
                "texte": valeur["texte"],
                "url": valeur.get("url", ""),
                "classe": "sans" if valeur["niveau"] is None else f"n{valeur['niveau']}",
                "ici": valeur["code"] == ici,
                "x": colonne * PAS,
                "y": rangee * PAS,
            }
        )
    return {
        "legende": legende,
        "cases": cases,
        "echelle": [(f"n{rang}", texte) for rang, texte in enumerate(echelle)],
        "des_inconnus": any(case["classe"] == "sans" for case in cases),
        "des_liens": any(case["url"] for case in cases),
        # Federations without a value keep their place, so that the drawing stays the same.
        "absentes": [(c * PAS, r * PAS) for code, (c, r) in TRAME.items() if code not in codes],
    }


@register.inclusion_tag("interface/trame.html")
def trame(
    legende: str, valeurs: Iterable[dict], echelle: Iterable[str] = (), ici: str = "", tableau: bool = True
) -> dict:
    """The tile map, one tile for each federation given, and its list of values underneath.

    `echelle`: the words of levels 0 to 4, shown under the map; `ici`: the code of the reader's own
    federation, outlined; `tableau=False` where the page already has the same figures in a table.
    """
    return _figure(legende, valeurs, echelle, ici) | {
        "vue": f"-3 -3 {(COLONNES - 1) * PAS + COTE + 6} {(RANGEES - 1) * PAS + COTE + 6}",
        "cote": COTE,
        "milieu": COTE // 2,
        "tableau": tableau,
    }


@register.inclusion_tag("interface/carte_departements.html")
def carte_departements(
    legende: str, valeurs: Iterable[dict], echelle: Iterable[str] = (), ici: str = "", tableau: bool = True
) -> dict:
    """The map of the departments, with the federations that it does not draw as tiles beneath."""
    figure = _figure(legende, valeurs, echelle, ici)
    traces = departements_traces()
    hors_carte = [case for case in figure["cases"] if case["code"] not in traces]
    for rang, case in enumerate(hors_carte):
        case["x"], case["y"] = (rang % 12) * 51 + 4, 596 + (rang // 12) * 51
    return figure | {
        "traces": [case for case in figure["cases"] if case["code"] in traces],
        "hors_carte": hors_carte,
        "vue": f"0 0 613 {644 if hors_carte else 585}",
        "tableau": tableau,
    }


# --- Pages, empty states, appearance ----------------------------------------------------------


@register.inclusion_tag("interface/pages.html")
def pages(page: Page, parametres: str = "") -> dict:
    """Links to the other pages of a list; `parametres`: the query string to keep, without `page`."""
    return {
        "page": page,
        "prefixe": f"?{parametres}&page=" if parametres else "?page=",
        "numeros": list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)),
        "ellipse": page.paginator.ELLIPSIS,
    }


@register.inclusion_tag("interface/vide.html")
def vide(titre: str, texte: str, url: str = "", libelle: str = "") -> dict:
    """What is said where there is nothing to show, and what to do."""
    return {"titre": titre, "texte": texte, "url": url, "libelle": libelle}


@register.simple_tag(takes_context=True)
def apparence(context: RequestContext) -> str:
    """ "claire", "sombre" or "" (what the device asks)."""
    return apparence_choisie(context.request) if getattr(context, "request", None) else ""


# --- Forms ------------------------------------------------------------------------------------


@register.filter
def est_facultatif(champ: BoundField) -> bool:
    """Whether to say so: not in forms where nothing is required, such as filters."""
    return not champ.field.required and any(c.required for c in champ.form.fields.values())


@register.filter
def est_case(champ: BoundField) -> bool:
    """A single check box, whose label follows it."""
    return getattr(champ.field.widget, "input_type", "") == "checkbox" and not champ.field.widget.use_fieldset


@register.filter
def id_erreur(champ: BoundField) -> str:
    return f"{champ.auto_id}_error"


@register.filter
def erreurs_des_champs(form: BaseForm) -> list[tuple[str, str, str]]:
    """(id of the field or of its first choice, label, error); a hidden field has neither."""
    return [
        ("", "", erreur) if champ.is_hidden else (champ.id_for_label or champ.auto_id, champ.label, erreur)
        for champ in form
        for erreur in champ.errors
    ]

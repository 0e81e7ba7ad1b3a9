"""What the style page shows: invented values, every state of every component."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django import forms
from django.core.paginator import Paginator

from refondation.interface.trame import ECHELLE_DES_PARTS, TRAME, niveau


class FormulaireExemple(forms.Form):
    nom = forms.CharField(label="Nom de la réunion", max_length=80, help_text="Tel qu'il sera affiché.")
    jour = forms.DateField(label="Jour", widget=forms.DateInput(attrs={"type": "date"}))
    lieu = forms.CharField(label="Lieu", required=False, max_length=80)
    code = forms.CharField(
        label="Code reçu", help_text="Six chiffres.", widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    forme = forms.ChoiceField(
        label="Forme",
        choices=(("salle", "En salle"), ("distance", "À distance"), ("mixte", "Les deux")),
        widget=forms.RadioSelect,
    )
    publics = forms.MultipleChoiceField(
        label="Qui est invité",
        required=False,
        choices=(
            ("adherents", "Adhérent·es"),
            ("sympathisants", "Sympathisant·es"),
            ("habitants", "Habitant·es"),
        ),
        widget=forms.CheckboxSelectMultiple,
    )
    section = forms.ChoiceField(label="Section", choices=(("", "Choisissez"), ("31555", "Toulouse (31555)")))
    texte = forms.CharField(label="Présentation", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    rappel = forms.BooleanField(label="Envoyer un rappel la veille", required=False)


def _parts() -> list[dict]:
    """One value for each federation, so that every level and the absence of a level are seen."""
    valeurs = []
    for rang, code in enumerate(sorted(TRAME)):
        part = None if rang % 17 == 5 else (rang * 37 % 101) / 100
        texte = f"{code} : non publié" if part is None else f"{code} : {round(part * 100)} %"
        valeurs.append({"code": code, "niveau": niveau(part), "texte": texte, "url": ""})
    return valeurs


def contexte(page: str | None) -> dict:
    return {
        "vierge": FormulaireExemple(prefix="vierge"),
        "form": FormulaireExemple({"nom": "", "jour": "2026-02-30", "code": "12", "forme": "ailleurs"}),
        "valeurs": _parts(),
        "valeurs_avec_liens": [valeur | {"url": "#cartes"} for valeur in _parts()],
        "echelle": ECHELLE_DES_PARTS,
        "lignes": [("Oui", 812, 0.6744), ("Non", 301, 0.25), ("Blanc", 91, 0.0756), ("Personne", 0, 0.0)],
        "page": Paginator(range(240), 10).get_page(page),
        "instant": datetime(2026, 9, 21, 16, 0, tzinfo=UTC),
        "date": date(2026, 3, 1),
    }

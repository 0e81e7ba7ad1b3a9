"""What is typed to merge sections and to split one."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from refondation.membres.models import date_du_jour
from refondation.territoire.actes import NouvelleSection
from refondation.territoire.models import Federation, Section


def _date_d_effet() -> forms.DateField:
    return forms.DateField(
        label="Date d'effet",
        initial=date_du_jour,
        help_text="Aujourd'hui ou avant.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class FusionForm(forms.Form):
    anciennes = forms.ModelMultipleChoiceField(
        Section.objects.none(),
        to_field_name="code",
        label="Sections à réunir",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez les sections à réunir."},
    )
    absorbante = forms.ModelChoiceField(
        Section.objects.none(),
        to_field_name="code",
        required=False,
        label="Dans quelle section",
        empty_label="Une nouvelle section",
    )
    code = forms.CharField(label="Code de la nouvelle section", required=False, max_length=12)
    nom = forms.CharField(label="Nom de la nouvelle section", required=False, max_length=120)
    date_effet = _date_d_effet()

    def __init__(self, *args: object, federation: Federation, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        vivantes = federation.sections.vivantes().order_by("nom")
        self.fields["anciennes"].queryset = self.fields["absorbante"].queryset = vivantes

    def clean(self) -> dict[str, Any]:
        choix = super().clean()
        if not choix.get("absorbante"):
            for champ in ("code", "nom"):
                if not choix.get(champ, "").strip():
                    self.add_error(champ, "À remplir pour créer une section.")
        return choix

    def vers(self) -> Section | NouvelleSection:
        choix = self.cleaned_data
        return choix["absorbante"] or NouvelleSection(choix["code"].strip().upper(), choix["nom"].strip())


class ScissionForm(forms.Form):
    """Two parts: the first takes the members who are named, the second all the others."""

    code_1 = forms.CharField(label="Code de la première section", max_length=12)
    nom_1 = forms.CharField(label="Nom de la première section", max_length=120)
    numeros = forms.CharField(
        label="Numéros de ses membres",
        help_text="Séparés par des espaces, des virgules ou des retours à la ligne. "
        "Tous les autres membres iront dans la seconde section.",
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )
    code_2 = forms.CharField(label="Code de la seconde section", max_length=12)
    nom_2 = forms.CharField(label="Nom de la seconde section", max_length=120)
    date_effet = _date_d_effet()

    def clean_numeros(self) -> list[str]:
        return [numero for numero in re.split(r"[\s,;]+", self.cleaned_data["numeros"].upper()) if numero]

    def parts(self) -> list[NouvelleSection]:
        choix = self.cleaned_data
        return [
            NouvelleSection(choix["code_1"].upper(), choix["nom_1"], choix["numeros"]),
            NouvelleSection(choix["code_2"].upper(), choix["nom_2"]),
        ]

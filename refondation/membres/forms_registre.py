"""What is typed to search the register, and to import the national file."""

from __future__ import annotations

from typing import Any

from django import forms

from refondation.membres.models import Adherent, AdherentQuerySet, Compte, Import, date_du_jour
from refondation.territoire.models import Federation, Section


class FiltresDuRegistre(forms.Form):
    COTISATIONS = (("", "Toutes"), ("a_jour", "À jour"), ("en_retard", "En retard"))
    PRESENCES = (("", "Membres"), ("sortis", "Personnes sorties"), ("tous", "Toutes les personnes"))

    q = forms.CharField(
        label="Nom ou numéro", required=False, max_length=80, widget=forms.TextInput(attrs={"type": "search"})
    )
    federation = forms.ModelChoiceField(
        Federation.objects.none(),
        to_field_name="code",
        label="Fédération",
        required=False,
        empty_label="Toutes",
    )
    section = forms.CharField(label="Code de la section", required=False, max_length=12)
    statut = forms.ChoiceField(
        label="Statut", required=False, choices=[("", "Tous"), *Adherent.Statut.choices]
    )
    cotisation = forms.ChoiceField(label="Cotisation", required=False, choices=COTISATIONS)
    presence = forms.ChoiceField(label="Voir", required=False, choices=PRESENCES)

    def __init__(self, *args: object, compte: Compte, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        federations = Federation.objects.visibles_par(compte)
        self.fields["federation"].queryset = federations
        if not any(compte.perimetres()) or len(federations) < 2:
            del self.fields["federation"]

    def clean_section(self) -> Section | None:
        code = self.cleaned_data["section"].strip()
        if not code:
            return None
        section = Section.objects.filter(code__iexact=code).first()
        if section is None:
            raise forms.ValidationError("Aucune section n'a ce code. Cherchez-le dans le territoire.")
        return section

    def appliquer(self, adherents: AdherentQuerySet) -> AdherentQuerySet:
        if not self.is_valid():
            return adherents.none()
        choix, jour = self.cleaned_data, date_du_jour()
        if choix["q"]:
            adherents = adherents.chercher(choix["q"])
        criteres = {
            "section__federation": choix.get("federation"),
            "section": choix["section"],
            "statut": choix["statut"],
        }
        adherents = adherents.filter(**{nom: valeur for nom, valeur in criteres.items() if valeur})
        if choix["cotisation"]:
            adherents = getattr(adherents, choix["cotisation"])(au=jour)
        if not choix["presence"]:
            return adherents.presents()
        return adherents.exclude(sorti_le=None) if choix["presence"] == "sortis" else adherents

    @property
    def affine(self) -> bool:
        """Whether a filter besides the search is in use."""
        return any(self.data.get(nom) for nom in self.fields if nom != "q")

    def en_mots(self) -> dict[str, str]:
        """The filters in use, as people read them; what was searched is only said to be."""
        mots = {}
        for nom, champ in self.fields.items():
            valeur: Any = self.cleaned_data.get(nom) if self.is_valid() else None
            if not valeur:
                continue
            if nom == "q":
                mots[champ.label] = "une recherche"
            elif isinstance(champ, forms.ChoiceField) and not isinstance(champ, forms.ModelChoiceField):
                mots[champ.label] = str(dict(champ.choices)[valeur])
            else:
                mots[champ.label] = str(valeur)
        return mots


class DepotForm(forms.Form):
    fichier = forms.FileField(
        label="Fichier des membres",
        max_length=200,
        allow_empty_file=True,
        help_text=(
            "CSV ou XLSX. Une ligne d'en-tête, puis une ligne par personne : numéro, nom, prénom, section, "
            "date d'adhésion, et ce que vous avez d'autre."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )
    complet = forms.TypedChoiceField(
        label="Ce fichier contient",
        choices=(
            ("1", "Tous les membres : qui n'y est pas sera proposé à la sortie"),
            ("0", "Quelques membres : les autres ne changent pas"),
        ),
        coerce=lambda valeur: valeur == "1",
        widget=forms.RadioSelect,
        error_messages={"required": "Dites si le fichier contient tous les membres."},
    )


class ConfirmationDImport(forms.Form):
    """Asks for the number of exits when there are many."""

    sorties = forms.IntegerField(
        label="Nombre de sorties",
        min_value=0,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Saisissez le nombre de sorties pour confirmer qu'il est voulu."},
    )

    def __init__(self, *args: object, lot: Import, demander_les_sorties: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if demander_les_sorties:
            self.fields[
                "sorties"
            ].help_text = f"Cet import fait sortir {lot.sortis} personnes. Recopiez ce nombre si c'est voulu."
        else:
            del self.fields["sorties"]

"""What the commission, sections and members type about a designation; acts check it again."""

from __future__ import annotations

from typing import Any

from django import forms

from delegues.models import Avis, Designation
from delegues.models.campagne import DesignationQuerySet
from delegues.recolement import MOTS_MIN
from refondation.territoire.models import Federation


class FiltresDuControle(forms.Form):
    """Which designations of the queue are shown; what is asked goes in the address."""

    ETATS = (("", "Tous"), *Designation.Etat.choices)
    ANOMALIES = (
        ("", "Toutes"),
        ("bloquante", "Avec anomalies à lever"),
        ("une", "Avec anomalies"),
        ("aucune", "Sans anomalie"),
    )
    ORDRES = (("", "Par section"), ("attente", "Les plus anciennes reçues d'abord"))

    q = forms.CharField(
        label="Section : nom ou code",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    etat = forms.ChoiceField(label="État", required=False, choices=ETATS)
    federation = forms.ModelChoiceField(
        Federation.objects.none(),
        to_field_name="code",
        label="Fédération",
        required=False,
        empty_label="Toutes",
    )
    anomalies = forms.ChoiceField(label="Anomalies", required=False, choices=ANOMALIES)
    ordre = forms.ChoiceField(label="Ordre", required=False, choices=ORDRES)

    def __init__(self, *args: Any, federations: list[Federation], **options: Any) -> None:
        super().__init__(*args, **options)
        cles = [f.pk for f in federations]
        self.fields["federation"].queryset = Federation.objects.filter(pk__in=cles)

    def appliquer(self, designations: DesignationQuerySet) -> DesignationQuerySet:
        """Those that the filters keep, in the order asked; none when a filter is not understood."""
        if not self.is_valid():
            return designations.none()
        choix = self.cleaned_data
        if choix["q"]:
            designations = designations.chercher(choix["q"])
        if choix["etat"]:
            designations = designations.filter(etat=choix["etat"])
        if choix["federation"]:
            designations = designations.filter(section__federation=choix["federation"])
        if choix["anomalies"]:
            designations = designations.selon_les_anomalies(choix["anomalies"])
        if choix["ordre"] == "attente":
            return designations.order_by("recu_le", "section__code")
        return designations


def _motifs(**options: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label="Motifs", choices=Avis.Motif.choices, widget=forms.CheckboxSelectMultiple, **options
    )


def _texte(label: str, aide: str = "", **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=aide,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        **options,
    )


class AvisForm(forms.Form):
    """`proces_verbal` says which minutes were read: an opinion never falls on others that replaced them."""

    proces_verbal = forms.UUIDField(widget=forms.HiddenInput)
    sens = forms.ChoiceField(label="Votre avis", choices=Avis.Sens.choices, widget=forms.RadioSelect)
    motifs = _motifs(required=False, help_text="Au moins un, pour demander un complément ou rejeter.")
    texte = _texte(
        "Explication",
        f"{MOTS_MIN} signes au moins pour demander un complément, rejeter, ou valider malgré une anomalie à "
        "lever. La section la lira.",
        required=False,
    )


class ArbitrageForm(forms.Form):
    accueilli = forms.TypedChoiceField(
        label="Ce recours est",
        choices=(("1", "Fondé : la décision est renversée"), ("0", "Mal fondé : la décision est maintenue")),
        coerce=lambda valeur: valeur == "1",
        widget=forms.RadioSelect,
        error_messages={"required": "Dites si le recours est fondé."},
    )
    motifs = _motifs(required=False)
    texte = _texte("Explication", "La section et la personne qui a formé le recours la liront.")


class ReponseForm(forms.Form):
    texte = _texte(
        "Réponse de la section",
        "Dites ce qui s'est passé et où sont les pièces. Pour corriger un chiffre ou un nom, rédigez un "
        "procès-verbal rectificatif.",
    )


class ContestationForm(forms.Form):
    motifs = _motifs()
    texte = _texte(
        "Ce que vous contestez",
        "Des faits, des dates, qui était là. La section lira ce texte et pourra répondre ; elle ne saura pas "
        "qui l'a écrit.",
    )


class DeportForm(forms.Form):
    federation = forms.ModelChoiceField(
        Federation.objects.order_by("code"), to_field_name="code", label="Fédération"
    )
    motif = forms.CharField(label="Pourquoi", max_length=200, help_text="En quelques mots.")

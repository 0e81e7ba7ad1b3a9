"""Forms of those who call an assembly and write its minutes; what they accept, acts check again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from consultation.forms import ChampInstant
from delegues.decompte import regle_en_mots
from delegues.designes import nom_de
from delegues.models import Designation, Liste, ProcesVerbal
from refondation.membres.models import Adherent, AdherentQuerySet

PARIS = "À l'heure de Paris."
NOMBRE_MAX = 100_000


def _nombre(**options: Any) -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": "6"})
    return forms.IntegerField(min_value=0, max_value=NOMBRE_MAX, widget=widget, **options)


class ConvocationForm(forms.Form):
    assemblee_le = ChampInstant(label="Jour et heure", help_text=PARIS)
    lieu = forms.CharField(
        label="Lieu", max_length=200, help_text="La salle et l'adresse, comme vous les diriez au téléphone."
    )
    ordre_du_jour = forms.CharField(
        label="Ordre du jour",
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Il est dans le courriel. Une ligne par point.",
    )

    @classmethod
    def initiales(cls, designation: Designation) -> dict[str, Any]:
        sieges = designation.sieges
        return {
            "assemblee_le": timezone.localtime(designation.assemblee_le)
            if designation.assemblee_le
            else None,
            "lieu": designation.lieu,
            "ordre_du_jour": designation.ordre_du_jour
            or f"1. Désigner {sieges} délégué·e{'s' if sieges > 1 else ''} à la refondation",
        }

    def clean_ordre_du_jour(self) -> str:
        return self.cleaned_data["ordre_du_jour"].replace("\r\n", "\n")


class SeanceForm(forms.Form):
    tenue_le = ChampInstant(label="Ouverture de l'assemblée", help_text=PARIS)
    lieu = forms.CharField(label="Lieu", max_length=200)

    @classmethod
    def initiales(cls, pv: ProcesVerbal) -> dict[str, Any]:
        return {"tenue_le": timezone.localtime(pv.tenue_le) if pv.tenue_le else None, "lieu": pv.lieu}


class DepouillementForm(forms.Form):
    """Voters, blank, void, then the votes of each candidacy: fields `voix_<id of the list>`."""

    votants = _nombre(label="Votant·es", help_text="Le nombre de bulletins sortis de l'urne.")
    blancs = _nombre(label="Bulletins blancs", help_text="Sans aucun nom.")
    nuls = _nombre(label="Bulletins nuls", help_text="Déchirés, annotés, ou qui portent trop de noms.")

    def __init__(
        self, *args: Any, listes: Sequence[Liste], candidatures: str, noms: int, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.listes = listes
        self.regle = regle_en_mots(candidatures, noms)
        for liste in listes:
            self.fields[f"voix_{liste.pk}"] = _nombre(label=nom_de(liste))

    @classmethod
    def initiales(cls, pv: ProcesVerbal) -> dict[str, Any]:
        voix = {f"voix_{pk}": n for pk, n in pv.voix.values_list("liste", "nombre")}
        return {"votants": pv.votants, "blancs": pv.blancs, "nuls": pv.nuls, **voix}

    def bulletins(self) -> list[forms.BoundField]:
        return [self[nom] for nom in ("votants", "blancs", "nuls")]

    def candidatures(self) -> list[forms.BoundField]:
        return [self[f"voix_{liste.pk}"] for liste in self.listes]

    def champs(self) -> dict[str, Any]:
        """What the act takes."""
        propre = self.cleaned_data
        return {nom: propre[nom] for nom in ("votants", "blancs", "nuls")} | {
            "voix": {liste.pk: propre[f"voix_{liste.pk}"] for liste in self.listes}
        }


class IncidentsForm(forms.Form):
    incidents = forms.CharField(
        label="Ce qui s'est passé",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Contestation, interruption, écart de comptage… Les faits, l'heure, ce qui a été décidé.",
    )
    sans_incident = forms.BooleanField(label="Aucun incident", required=False)

    @classmethod
    def initiales(cls, pv: ProcesVerbal) -> dict[str, Any]:
        return {"incidents": pv.incidents, "sans_incident": pv.sans_incident}

    def clean_incidents(self) -> str:
        return self.cleaned_data["incidents"].replace("\r\n", "\n")


class _Personnes(forms.ModelChoiceField):
    def label_from_instance(self, obj: Adherent) -> str:
        return f"{obj.nom} {obj.prenom} ({obj.numero})"


class BureauForm(forms.Form):
    contresignataire = _Personnes(
        Adherent.objects.none(),
        label="Second signataire",
        empty_label="Choisir…",
        help_text=(
            "Quelqu'un d'autre que vous, qui était là. Cette personne relit et signe depuis son propre compte."
        ),
    )
    president = _Personnes(
        Adherent.objects.none(),
        label="Présidence de séance",
        required=False,
        empty_label="Non renseigné",
        help_text="Qui a présidé l'assemblée, vous compris.",
    )

    def __init__(self, *args: Any, personnes: AdherentQuerySet, **options: Any) -> None:
        super().__init__(*args, **options)
        for nom in ("contresignataire", "president"):
            self.fields[nom].queryset = personnes

    @classmethod
    def initiales(cls, pv: ProcesVerbal) -> dict[str, Any]:
        return {"contresignataire": pv.contresignataire_id, "president": pv.president_id}


class PieceForm(forms.Form):
    fichier = forms.FileField(
        label="Photo ou PDF",
        help_text="JPEG, PNG, HEIC ou PDF, 10 Mo au plus. La photo est gardée sans lieu ni nom d'appareil.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/heic,.heic,application/pdf"}),
        error_messages={"empty": "Ce fichier est vide. Choisissez-le de nouveau."},
    )


class MotifForm(forms.Form):
    motif = forms.CharField(label="Pourquoi", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

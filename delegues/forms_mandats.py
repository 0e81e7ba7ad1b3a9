"""What is typed about mandates: filters of the directory, acceptance, contact details, ends, decisions."""

from __future__ import annotations

from django import forms

from delegues.actes.vie_des_mandats import CAUSES
from delegues.models import Constat, Delegation
from delegues.models.mandats import DelegationQuerySet
from refondation.membres.models import Compte, date_du_jour, sans_accents
from refondation.territoire.models import Federation

JOUR = {"type": "date"}


class FiltresDesDelegues(forms.Form):
    ETATS = (
        ("", "Qui siègent"),
        ("a_accepter", "Mandat à accepter"),
        ("a_remplacer", "Siège à pourvoir"),
        ("finis", "Mandat fini"),
        ("tous", "Tous les mandats"),
    )

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
    qualite = forms.ChoiceField(
        label="Qualité", required=False, choices=[("", "Toutes"), *Delegation.Qualite.choices]
    )
    etat = forms.ChoiceField(label="Voir", required=False, choices=ETATS)
    au = forms.DateField(label="À la date du", required=False, widget=forms.DateInput(attrs=JOUR))

    def __init__(self, *args: object, compte: Compte, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        federations = Federation.objects.visibles_par(compte)
        self.fields["federation"].queryset = federations
        if not any(compte.perimetres()) or len(federations) < 2:
            del self.fields["federation"]

    def appliquer(self, delegations: DelegationQuerySet) -> DelegationQuerySet:
        if not self.is_valid():
            return delegations.none()
        choix = self.cleaned_data
        au = choix["au"] or date_du_jour()
        for mot in sans_accents(choix["q"]).split():
            delegations = delegations.cherchees(mot)
        if federation := choix.get("federation"):
            delegations = delegations.filter(designation__section__federation=federation)
        if section := choix["section"].strip():
            delegations = delegations.filter(designation__section__code__iexact=section)
        if choix["qualite"]:
            delegations = delegations.filter(qualite=choix["qualite"])
        return {
            "": lambda: delegations.en_exercice(au=au),
            "a_accepter": lambda: delegations.ouvertes().filter(acceptee_le=None),
            "a_remplacer": delegations.a_remplacer,
            "finis": lambda: delegations.filter(fin__lte=au),
            "tous": lambda: delegations,
        }[choix["etat"]]()

    @property
    def affine(self) -> bool:
        """Whether a filter besides the search is in use."""
        return any(self.data.get(nom) for nom in self.fields if nom != "q")


class AccepterForm(forms.Form):
    """One tick for the mandate; another for the commitment where the campaign asks it."""

    accepte = forms.BooleanField(
        label="J'accepte ce mandat.", error_messages={"required": "Cochez la case pour accepter le mandat."}
    )
    engagement = forms.BooleanField(
        label="Je prends cet engagement.",
        error_messages={"required": "Le mandat demande cet engagement. Sans lui, vous pouvez démissionner."},
    )

    def __init__(self, *args: object, demander_l_engagement: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if not demander_l_engagement:
            del self.fields["engagement"]


class CoordonneesForm(forms.Form):
    courriel = forms.EmailField(
        label="Adresse électronique à partager",
        required=False,
        help_text="Laissez vide pour ne rien partager.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    telephone = forms.RegexField(
        r"^\+?[0-9 .()-]{6,20}$",
        label="Téléphone à partager",
        required=False,
        max_length=20,
        error_messages={"invalid": "Un numéro a des chiffres et des espaces : 06 12 34 56 78."},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )


class DemissionForm(forms.Form):
    le = forms.DateField(
        label="À compter du",
        required=False,
        help_text="Laissez vide pour aujourd'hui.",
        widget=forms.DateInput(attrs=JOUR),
    )
    confirme = forms.BooleanField(
        label="Je démissionne de ce mandat.",
        error_messages={"required": "Cochez la case pour confirmer : une démission ne se reprend pas."},
    )


class FinForm(forms.Form):
    cause = forms.ChoiceField(
        label="Pourquoi ce mandat prend fin",
        choices=[(c.value, c.label) for c in CAUSES],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez pourquoi ce mandat prend fin."},
    )
    le = forms.DateField(
        label="Depuis le",
        required=False,
        help_text="Laissez vide pour aujourd'hui.",
        widget=forms.DateInput(attrs=JOUR),
    )


class ConstatForm(forms.Form):
    """What follows: a cause where somebody has left, a reason to keep a mandate."""

    suite = forms.ChoiceField(
        label="Suite à donner",
        choices=[
            (Constat.Suite.TERMINE.value, "Mettre fin au mandat"),
            (Constat.Suite.MAINTENU.value, "Garder le mandat"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez la suite à donner."},
    )
    cause = forms.ChoiceField(
        label="Si le mandat prend fin : pourquoi",
        required=False,
        choices=[("", "Choisir"), *((c.value, c.label) for c in CAUSES if c != Delegation.Cause.DEPART)],
    )
    motif = forms.CharField(label="Si le mandat continue : pourquoi", required=False, max_length=300)

    def __init__(self, *args: object, constat: Constat, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if constat.nature == Constat.Nature.DEPART:
            del self.fields["cause"]


class AssembleeForm(forms.Form):
    nom = forms.CharField(label="Nom de l'assemblée", max_length=120)
    tenue_le = forms.DateTimeField(
        label="Date et heure",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": "Donnez le jour et l'heure, par exemple 14/11/2026 18:30."},
    )
    lieu = forms.CharField(label="Lieu", max_length=200, required=False)
    perimetre = forms.ChoiceField(label="Délégué·es attendu·es")

    def __init__(self, *args: object, perimetres: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["perimetre"].choices = perimetres


class MessageForm(forms.Form):
    objet = forms.CharField(label="Objet", max_length=120)
    corps = forms.CharField(
        label="Message",
        max_length=10000,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="Texte simple. Votre nom et la campagne sont ajoutés à la fin.",
    )
    perimetre = forms.ChoiceField(label="À qui")
    suppleants = forms.BooleanField(label="Écrire aussi aux suppléant·es", required=False)

    def __init__(self, *args: object, perimetres: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["perimetre"].choices = perimetres

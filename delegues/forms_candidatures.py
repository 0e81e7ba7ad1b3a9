"""Forms of candidacies, of candidacies to governance and of incompatibilities; acts check again what they accept."""

from __future__ import annotations

from typing import Any

from django import forms

from delegues.formes import places_au_plus
from delegues.models import Campagne, Candidature, CandidatureALaGouvernance, Designation, Incompatibilite
from refondation.membres.models import Adherent, Mandat


def champ_jour(**options: Any) -> forms.DateField:
    return forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        **options,
    )


def membre_de_numero(numero: str) -> Adherent:
    """The present member of this number; `ValidationError` says what to check."""
    adherent = Adherent.objects.presents().filter(numero__iexact=numero.strip()).first()
    if adherent is None:
        raise forms.ValidationError(f"Aucun membre n'a le numéro « {numero.strip()} ». Vérifiez-le.")
    return adherent


class ChampNumeros(forms.CharField):
    """Member numbers, one a line or separated by spaces or commas; gives the members in that order."""

    def __init__(self, *, au_plus: int, **options: Any) -> None:
        super().__init__(**options)
        self.au_plus = au_plus

    def clean(self, value: str) -> list[Adherent]:
        numeros = super().clean(value).replace(",", " ").split()
        if len(numeros) > self.au_plus:
            raise forms.ValidationError(f"Il y a {len(numeros)} numéros : {self.au_plus} au plus ici.")
        return [membre_de_numero(numero) for numero in numeros]


def _champ_des_personnes(nombre: int, *, de_mon_duo: bool) -> ChampNumeros:
    courriel = "Chaque personne recevra un courriel, et devra accepter."
    if nombre == 1:
        libelle = "Numéro d'adhérent·e"
        if de_mon_duo:
            libelle = "Numéro d'adhérent·e de la personne qui fait duo avec vous"
        return ChampNumeros(au_plus=1, label=libelle, help_text=courriel)
    return ChampNumeros(
        au_plus=nombre,
        label="Numéros d'adhérent·e",
        help_text=f"Un par ligne, dans l'ordre : {nombre} au plus. {courriel}",
        widget=forms.Textarea(attrs={"rows": min(nombre, 10)}),
    )


class EquipeForm(forms.Form):
    """With whom one stands: the other half of a duo, or a list's name and the rest of it."""

    nom = forms.CharField(label="Nom de la liste", max_length=120)

    def __init__(self, *args: Any, designation: Designation, tete: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        campagne = designation.campagne
        places = places_au_plus(campagne, designation.sieges)
        duo = campagne.candidatures == Campagne.Presentation.DUOS
        if campagne.candidatures != Campagne.Presentation.LISTES:
            del self.fields["nom"]
        self.fields["personnes"] = _champ_des_personnes(places - tete, de_mon_duo=duo and tete)


class TexteForm(forms.Form):
    profession = forms.CharField(
        label="Ce que je veux porter",
        required=False,
        max_length=Candidature._meta.get_field("profession").max_length,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "true"}),
        help_text="Quelques phrases, 3 000 signes au plus. Votre section les lira. Vous pourrez les changer.",
    )


class PresentationForm(TexteForm):
    photo = forms.FileField(
        label="Photo",
        required=False,
        help_text=(
            "JPEG, PNG ou HEIC, 10 Mo au plus. Elle est réduite, et ce qu'elle dit du lieu et de l'appareil est effacé."
        ),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/heic,.heic"}),
    )
    retirer_la_photo = forms.BooleanField(label="Retirer ma photo", required=False)

    def __init__(self, *args: Any, candidature: Candidature, **options: Any) -> None:
        super().__init__(*args, initial={"profession": candidature.profession}, **options)
        if not candidature.photo:
            del self.fields["retirer_la_photo"]


class EngagementForm(forms.Form):
    """`empreinte` is that of the text above the box, so that nobody commits to another one."""

    empreinte = forms.CharField(widget=forms.HiddenInput)
    accepte = forms.BooleanField(
        label="Je prends cet engagement",
        error_messages={
            "required": "Cochez la case pour prendre l'engagement. Sans lui, on ne peut pas être candidat·e."
        },
    )


class ReponseForm(forms.Form):
    """Accepting asks the box of the commitment; declining asks nothing."""

    empreinte = forms.CharField(widget=forms.HiddenInput, required=False)
    accepte = forms.BooleanField(label="Je prends cet engagement", required=False)

    def __init__(self, *args: Any, campagne: Campagne, **options: Any) -> None:
        super().__init__(*args, initial={"empreinte": campagne.engagement_empreinte}, **options)
        self.campagne = campagne
        if not campagne.engagement:
            del self.fields["accepte"]

    def clean(self) -> dict[str, Any]:
        choix = super().clean()
        if "accepte" in self.fields and not choix.get("accepte"):
            self.add_error("accepte", "Cochez la case pour prendre l'engagement, ou déclinez la proposition.")
        return choix


# --- Governance --------------------------------------------------------------------------------------


class GouvernanceForm(forms.Form):
    instance = forms.ChoiceField(
        label="Où", choices=CandidatureALaGouvernance.Instance.choices, widget=forms.RadioSelect
    )
    fonction = forms.CharField(
        label="Fonction", max_length=120, help_text="Par exemple : membre du conseil fédéral."
    )
    election_le = champ_jour(label="Date de l'élection")


# --- Incompatibilities -------------------------------------------------------------------------------


class IncompatibiliteForm(forms.ModelForm):
    du = champ_jour(
        label="À partir du", required=False, help_text="Laissez vide pour le début des mandats de délégué·e."
    )
    au = champ_jour(
        label="Jusqu'au, ce jour exclu",
        required=False,
        help_text="Laissez vide pour la fin des mandats de délégué·e.",
    )
    genre = forms.ChoiceField(
        label="Ce que la règle regarde", choices=Incompatibilite.Genre.choices, widget=forms.RadioSelect
    )
    roles = forms.MultipleChoiceField(
        label="Fonctions incompatibles",
        choices=Mandat.Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Seulement pour une fonction dans le parti.",
    )
    au_plus = forms.IntegerField(
        label="Mandats à la suite, au plus",
        required=False,
        min_value=1,
        max_value=10,
        help_text="Seulement pour les mandats identiques à la suite.",
    )

    class Meta:
        model = Incompatibilite
        fields = ("nom", "fondement", "genre", "roles", "au_plus", "du", "au", "exception")
        help_texts = {
            "nom": "Court : il est dit à qui est concerné·e.",
            "fondement": "L'article des statuts ou la décision qui fait la règle.",
            "exception": "Qui peut en être dispensé, et pourquoi. Vide : personne.",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial |= {
            "roles": self.instance.parametres.get("roles", []),
            "au_plus": self.instance.parametres.get("au_plus"),
        }

    def clean(self) -> dict[str, Any]:
        choix = super().clean()
        if choix.get("genre") == "fonction" and not choix.get("roles"):
            self.add_error("roles", "Choisissez au moins une fonction.")
        if choix.get("genre") == "successifs" and not choix.get("au_plus") and "au_plus" not in self.errors:
            self.add_error("au_plus", "Donnez le nombre de mandats à la suite, de 1 à 10.")
        if choix.get("du") and choix.get("au") and choix["au"] <= choix["du"]:
            self.add_error("au", "La fin de la règle vient après son début.")
        return choix

    def champs(self) -> dict[str, Any]:
        """What the act takes."""
        choix = self.cleaned_data
        parametres = {
            "fonction": {"roles": choix["roles"]},
            "successifs": {"au_plus": choix["au_plus"]},
            "cumul": {},
        }[choix["genre"]]
        simples = ("nom", "fondement", "genre", "du", "au", "exception")
        return {nom: choix[nom] for nom in simples} | {"parametres": parametres}


class DerogationForm(forms.Form):
    numero = forms.CharField(label="Numéro d'adhérent·e", max_length=20)
    motif = forms.CharField(label="Motif", max_length=300, help_text="Il est public.")

    def clean_numero(self) -> Adherent:
        return membre_de_numero(self.cleaned_data["numero"])

"""What is typed to log in, to hold a second factor and to give a role."""

from __future__ import annotations

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.core.cache import cache
from django.core.validators import validate_email

from refondation.membres.codes import chiffres, normaliser, personnes_de
from refondation.membres.connexion import AdaptateurDeCompte
from refondation.membres.models import Adherent, Compte, Mandat, MandatQuerySet, date_du_jour
from refondation.territoire.models import Federation, Section

SAISIE_DE_CODE = {"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}

# --- Log-in -----------------------------------------------------------------------------------


class DemandeDeCodeForm(forms.Form):
    identite = forms.CharField(
        label="Numéro d'adhérent·e ou adresse électronique",
        max_length=254,
        help_text="Le numéro figure sur votre carte et sur les messages de votre fédération.",
        widget=forms.TextInput(
            attrs={"autocomplete": "username webauthn", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def clean_identite(self) -> str:
        identite = normaliser(self.cleaned_data["identite"])
        if "@" in identite:
            validate_email(identite)
        return identite


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code reçu", help_text="Six chiffres.", widget=forms.TextInput(attrs=SAISIE_DE_CODE)
    )

    def clean_code(self) -> str:
        code = chiffres(self.cleaned_data["code"])
        if len(code) != 6:
            raise forms.ValidationError("Le code a six chiffres. Recopiez-le depuis le message.")
        return code


# --- Second factor ----------------------------------------------------------------------------


class _SaisieDeSecondFacteur:
    """Our words on allauth's field, and a code that serves once as long as it is valid."""

    # A code of an application is accepted for one step of 30 s before and after its own.
    VALIDITE = 90

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        champ = self.fields["code"]
        champ.label = "Code de votre application, ou code de secours"
        champ.widget.attrs.pop("placeholder", None)
        champ.widget.attrs |= SAISIE_DE_CODE

    def clean_code(self) -> str:
        code = super().clean_code()
        if not cache.add(f"second-facteur:{self.user.pk}:{chiffres(code)}", 1, self.VALIDITE):
            raise forms.ValidationError(AdaptateurDeCompte.error_messages["incorrect_code"])
        return code


class SecondFacteurForm(_SaisieDeSecondFacteur, AuthenticateForm):
    pass


class ConfirmationForm(_SaisieDeSecondFacteur, ReauthenticateForm):
    pass


class ApplicationForm(ActivateTOTPForm):
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        champ = self.fields["code"]
        champ.label = "Code affiché par l'application"
        champ.widget.attrs.pop("placeholder", None)
        champ.widget.attrs |= SAISIE_DE_CODE | {"autofocus": False}


class CleForm(AddWebAuthnForm):
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "Nom de cette clé"
        self.fields["name"].help_text = "Pour la reconnaître : « Téléphone », « Ordinateur du local »."
        seule = self.fields["passwordless"]
        seule.initial = True
        seule.label = "Me connecter avec cette clé seule, sans code par courriel"
        seule.help_text = "Décochez si votre clé n'a ni code PIN, ni empreinte, ni visage."


class NomDeCleForm(EditWebAuthnForm):
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "Nom de cette clé"


# --- Roles ------------------------------------------------------------------------------------


class NominationForm(forms.Form):
    personne = forms.CharField(
        label="Numéro d'adhérent·e, ou adresse électronique", max_length=254, help_text="Par exemple A012345."
    )
    nom = forms.CharField(
        label="Prénom et nom, si la personne n'est pas au registre",
        required=False,
        max_length=160,
        help_text="Pour un·e permanent·e non adhérent·e : son compte s'ouvre avec l'adresse donnée.",
    )
    role = forms.ChoiceField(label="Rôle", choices=Mandat.Role.choices)
    federation = forms.ModelChoiceField(
        Federation.objects.all(),
        label="Fédération",
        required=False,
        empty_label="Aucune",
        help_text="Pour les rôles fédéraux.",
    )
    section = forms.CharField(
        label="Code de la section",
        required=False,
        max_length=12,
        help_text="Pour un·e secrétaire de section.",
    )
    debut = forms.DateField(
        label="Premier jour",
        initial=date_du_jour,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    fin = forms.DateField(
        label="Prend fin le",
        required=False,
        help_text="Facultatif. Ce jour-là, le rôle n'est plus tenu.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_personne(self) -> Adherent | Compte | str:
        """A line of the register, an account, or the address of somebody still unknown."""
        saisie = normaliser(self.cleaned_data["personne"])
        personnes = personnes_de(saisie)
        if not personnes and "@" in saisie and self.data.get("nom"):
            validate_email(saisie)
            return saisie
        if not personnes:
            raise forms.ValidationError(
                "Personne au registre n'a ce numéro ou cette adresse, ou la personne n'a pas d'adresse. "
                "Vérifiez la saisie ; hors registre, donnez une adresse et un nom."
            )
        if len(personnes) > 1:
            noms = ", ".join(str(personne) for personne in personnes)
            raise forms.ValidationError(f"Plusieurs personnes ont cette adresse : {noms}. Donnez le numéro.")
        return personnes[0]

    def clean_section(self) -> Section | None:
        code = self.cleaned_data["section"].strip()
        if not code:
            return None
        section = Section.objects.select_related("federation").filter(code__iexact=code).first()
        if section is None:
            raise forms.ValidationError("Aucune section n'a ce code. Cherchez-le dans le registre.")
        return section


class FiltresDesMandats(forms.Form):
    ETATS = (("", "En cours et à venir"), ("en_cours", "En cours"), ("finis", "Finis"))

    q = forms.CharField(label="Nom, numéro ou adresse", required=False, max_length=80)
    role = forms.ChoiceField(label="Rôle", required=False, choices=[("", "Tous"), *Mandat.Role.choices])
    etat = forms.ChoiceField(label="État", required=False, choices=ETATS)

    def appliquer(self, mandats: MandatQuerySet) -> MandatQuerySet:
        if not self.is_valid():
            return mandats.none()
        choix, jour = self.cleaned_data, date_du_jour()
        if choix["q"]:
            mandats = mandats.chercher(choix["q"])
        if choix["role"]:
            mandats = mandats.filter(role=choix["role"])
        if choix["etat"] == "en_cours":
            return mandats.en_cours(au=jour)
        return mandats.finis(au=jour) if choix["etat"] else mandats.non_finis(au=jour)

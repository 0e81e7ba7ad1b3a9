"""Forms of those who write and run a vote; what they accept, acts check again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from consultation.models import Document, Question, Scrutin
from refondation.membres.codes import normaliser, personnes_de
from refondation.membres.models import Adherent, Compte
from refondation.territoire.models import Federation, Section

PARIS = "À l'heure de Paris."


class ChampInstant(forms.DateTimeField):
    """A day and an hour of Paris, in the browser's own field."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **options)


def _jour(**options: Any) -> forms.DateField:
    return forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        **options,
    )


class ReglagesForm(forms.ModelForm):
    ouvre_le = ChampInstant(
        label="Ouverture", help_text=f"{PARIS} Les courriels de vote partent à cette heure."
    )
    ferme_le = ChampInstant(
        label="Fermeture", help_text=f"{PARIS} Une seconde plus tard, aucun bulletin n'est reçu."
    )
    reference_le = _jour(
        label="Date de référence de la liste",
        help_text="Ce jour-là, il faut être membre. L'ancienneté se compte jusqu'à ce jour.",
    )
    cotisation_au = _jour(
        label="Cotisation à jour au",
        required=False,
        help_text="Laissez vide pour ne pas demander de cotisation. Les sympathisant·es n'en paient pas.",
    )
    federations = forms.ModelMultipleChoiceField(
        Federation.objects.all(),
        label="Fédérations qui votent",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Seulement si le périmètre est « Quelques fédérations ».",
    )
    section = forms.CharField(
        label="Code de la section",
        required=False,
        max_length=12,
        help_text="Seulement si le périmètre est « Une section ». Par exemple 31555.",
    )
    perimetre = forms.ChoiceField(
        label="Qui vote", choices=Scrutin.Perimetre.choices, widget=forms.RadioSelect, initial="national"
    )
    maillage = forms.ChoiceField(
        label="Urnes",
        choices=Scrutin.Maillage.choices,
        widget=forms.RadioSelect,
        initial="federation",
        help_text=(
            "Le résultat se lit urne par urne. Plus elles sont petites, plus il est fin, et plus il faut "
            "en regrouper pour protéger le secret."
        ),
    )
    sympathisants = forms.ChoiceField(
        label="Sympathisant·es",
        choices=Scrutin.Sympathisants.choices,
        widget=forms.RadioSelect,
        initial="exclus",
        help_text="À titre consultatif, leurs voix ont leurs urnes, et ne s'ajoutent jamais aux autres.",
    )

    class Meta:
        model = Scrutin
        fields = (
            "nom",
            "slug",
            "presentation",
            "ouvre_le",
            "ferme_le",
            "perimetre",
            "federations",
            "section",
            "reference_le",
            "anciennete_mois",
            "cotisation_au",
            "sympathisants",
            "maillage",
            "seuil",
            "revote",
        )
        labels = {
            "slug": "Adresse de la page",
            "anciennete_mois": "Ancienneté demandée, en mois",
            "seuil": "Seuil d'anonymat",
            "revote": "Permettre de revoter jusqu'à la fermeture",
        }
        help_texts = {
            "nom": "Court : il est dans l'objet du courriel de vote.",
            "slug": "Des lettres sans accent, des chiffres, des tirets. Par exemple document-de-cadrage.",
            "presentation": "Une ou deux phrases, en haut de la page du scrutin.",
            "anciennete_mois": "Mettez 0 pour ne rien demander.",
            "seuil": "Aucune urne n'a moins d'inscrit·es, aucun chiffre n'est publié pour moins de personnes.",
            "revote": "Le dernier bulletin compte. C'est une protection pour qui a voté sous pression.",
        }
        widgets = {"presentation": forms.Textarea(attrs={"rows": 3})}

    GROUPES = (
        ("Le scrutin", ("nom", "slug", "presentation")),
        ("Les dates du vote", ("ouvre_le", "ferme_le")),
        ("Qui vote", ("perimetre", "federations", "section", "sympathisants")),
        ("Les conditions pour voter", ("reference_le", "anciennete_mois", "cotisation_au")),
        ("Les urnes", ("maillage", "seuil", "revote")),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk and self.instance.section_id:
            self.initial["section"] = self.instance.section.code

    def groupes(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(titre, [self[nom] for nom in noms]) for titre, noms in self.GROUPES]

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"].lower()
        if slug in Scrutin.ADRESSES_RESERVEES:
            raise forms.ValidationError("Cette adresse est celle d'une autre page. Choisissez-en une autre.")
        return slug

    def clean_section(self) -> Section | None:
        code = self.cleaned_data["section"].strip()
        if not code:
            return None
        section = Section.objects.filter(code__iexact=code).first()
        if section is None:
            raise forms.ValidationError("Aucune section n'a ce code. Cherchez-le dans le registre.")
        return section

    def clean(self) -> dict[str, Any]:
        choix = super().clean()
        perimetre = choix.get("perimetre")
        if perimetre != Scrutin.Perimetre.SECTION:
            choix["section"] = None
        elif choix.get("section") is None and "section" not in self.errors:
            self.add_error("section", "Donnez le code de la section qui vote.")
        if perimetre != Scrutin.Perimetre.FEDERATIONS:
            choix["federations"] = Federation.objects.none()
        elif not choix.get("federations"):
            self.add_error("federations", "Cochez au moins une fédération.")
        ouvre, ferme = choix.get("ouvre_le"), choix.get("ferme_le")
        if ouvre and ferme and ferme <= ouvre:
            self.add_error("ferme_le", "La fermeture doit venir après l'ouverture.")
        return choix

    def champs(self) -> dict[str, Any]:
        """What the act takes."""
        return {**self.cleaned_data, "federations": list(self.cleaned_data["federations"])}


class DocumentForm(forms.ModelForm):
    class Meta:
        model = Document
        fields = ("titre", "texte", "texte_facile")
        labels = {"texte": "Texte", "texte_facile": "Version facile à lire"}
        help_texts = {
            "texte": (
                "En Markdown : # pour un titre, une ligne vide entre deux paragraphes, un tiret par élément de liste, "
                "**gras**."
            ),
            "texte_facile": "Des phrases courtes, des mots de tous les jours, une idée par ligne.",
        }
        widgets = {
            "texte": forms.Textarea(attrs={"rows": 24, "spellcheck": "true"}),
            "texte_facile": forms.Textarea(attrs={"rows": 12, "spellcheck": "true"}),
        }

    def clean(self) -> dict[str, Any]:
        choix = super().clean()
        # Browsers send CRLF; the fingerprint covers what is stored.
        for nom in ("texte", "texte_facile"):
            if nom in choix:
                choix[nom] = choix[nom].replace("\r\n", "\n").rstrip() + ("\n" if choix[nom].strip() else "")
        return choix


class QuestionForm(forms.ModelForm):
    options = forms.CharField(
        label="Réponses proposées",
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Une par ligne, dans l'ordre du bulletin. N'ajoutez pas « Blanc » : cochez la case.",
    )

    class Meta:
        model = Question
        fields = ("intitule", "options", "minimum", "maximum", "blanc")
        labels = {
            "minimum": "Nombre de réponses à cocher, au moins",
            "maximum": "Nombre de réponses à cocher, au plus",
            "blanc": "Permettre le vote blanc",
        }
        help_texts = {"maximum": "1 et 1 pour choisir une seule réponse."}
        widgets = {"intitule": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            self.initial["options"] = "\n".join(o.texte for o in self.instance.options.all())

    def clean_options(self) -> list[str]:
        return [ligne.strip() for ligne in self.cleaned_data["options"].splitlines() if ligne.strip()]


class GardienForm(forms.Form):
    personne = forms.CharField(
        label="Numéro d'adhérent·e, ou adresse d'un compte",
        max_length=254,
        help_text="La personne reçoit un courriel qui la mène à la page où elle crée sa clé.",
    )

    def clean_personne(self) -> Adherent | Compte:
        personnes = personnes_de(normaliser(self.cleaned_data["personne"]))
        if not personnes:
            raise forms.ValidationError(
                "Personne n'a ce numéro ou cette adresse, ou la personne n'a pas d'adresse électronique."
            )
        if len(personnes) > 1:
            noms = ", ".join(str(p) for p in personnes)
            raise forms.ValidationError(f"Plusieurs personnes ont cette adresse : {noms}. Donnez le numéro.")
        return personnes[0]


class DatesForm(forms.Form):
    ouvre_le = ChampInstant(label="Ouverture", help_text=PARIS)
    ferme_le = ChampInstant(label="Fermeture", help_text=PARIS)

    @classmethod
    def de(cls, scrutin: Scrutin) -> DatesForm:
        return cls(
            initial={
                "ouvre_le": timezone.localtime(scrutin.ouvre_le),
                "ferme_le": timezone.localtime(scrutin.ferme_le),
            }
        )


class AnnonceForm(forms.Form):
    relu = forms.BooleanField(
        label="J'ai relu ce qui sera figé",
        error_messages={"required": "Relisez ce qui sera figé, puis cochez cette case."},
    )


class AnnulationForm(forms.Form):
    motif = forms.ChoiceField(
        label="Motif",
        choices=Scrutin.Motif.choices,
        widget=forms.RadioSelect,
        help_text="Il est public, et inscrit au journal.",
    )
    certain = forms.BooleanField(
        label="J'annule ce scrutin, sans retour possible",
        error_messages={"required": "Cochez cette case pour annuler le scrutin."},
    )


class PublicationForm(forms.Form):
    relu = forms.BooleanField(
        label="J'ai relu le résultat et la page de contrôle",
        error_messages={"required": "Relisez le résultat et la page de contrôle, puis cochez cette case."},
    )


class AdresserCodeForm(forms.Form):
    numero = forms.CharField(
        label="Numéro d'adhérent·e",
        max_length=20,
        help_text="Le code part à l'adresse que le registre a aujourd'hui. L'envoi est inscrit au journal.",
    )

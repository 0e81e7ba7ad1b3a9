"""Forms of those who set a campaign; what they accept, acts check again."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from consultation.forms import ChampInstant
from delegues.models import Campagne

PARIS = "À l'heure de Paris."


def _jour(**options: Any) -> forms.DateField:
    return forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        **options,
    )


class ReglagesForm(forms.ModelForm):
    candidatures_du = ChampInstant(label="Les candidatures ouvrent le", help_text=PARIS)
    candidatures_au = ChampInstant(label="Elles ferment le", help_text="Une seconde plus tard, plus aucune.")
    retraits_au = ChampInstant(
        label="On peut se retirer jusqu'au",
        help_text="L'ordre des candidatures est tiré au sort juste après.",
    )
    assemblees_du = ChampInstant(
        label="Les assemblées commencent le", help_text="Les votes en ligne aussi, au plus tôt."
    )
    assemblees_au = ChampInstant(label="Les dernières assemblées ont lieu le")
    enregistrement_au = ChampInstant(
        label="Les procès-verbaux sont transmis jusqu'au",
        help_text="Laissez un jour ou deux après la dernière assemblée : il faut deux signatures.",
    )
    controle_au = ChampInstant(label="La commission contrôle jusqu'au")
    recours_au = ChampInstant(label="On peut former un recours jusqu'au")
    mandat_debut = _jour(label="Les mandats commencent le")
    mandat_fin = _jour(label="Les mandats finissent le", help_text="Ce jour-là n'est plus dans le mandat.")
    reference_le = _jour(
        label="Date de référence des effectifs",
        help_text="On compte les membres tels que le registre les donnait ce jour-là, au soir.",
    )
    cotisation_au = _jour(
        label="Cotisation à jour au",
        required=False,
        help_text="Laissez vide pour ne pas demander de cotisation.",
    )
    engagement_jusqu_au = _jour(
        label="Engagement jusqu'au",
        required=False,
        help_text="Avant ce jour, les candidatures à la gouvernance sont refusées.",
    )

    class Meta:
        model = Campagne
        fields = (
            "nom", "slug", "presentation",
            "candidatures_du", "candidatures_au", "retraits_au", "assemblees_du", "assemblees_au",
            "enregistrement_au", "controle_au", "recours_au", "mandat_debut", "mandat_fin",
            "reference_le", "anciennete_mois", "cotisation_au",
            "regle", "tranche", "total", "methode", "plancher", "egalite", "graine",
            "candidatures", "parite", "quota", "suppleances", "suppleance_meme_genre", "departage", "mode",
            "depart_met_fin", "croissance_max", "engagement", "engagement_jusqu_au",
        )  # fmt: skip
        labels = {
            "slug": "Adresse de la page",
            "presentation": "Présentation",
            "anciennete_mois": "Ancienneté demandée, en mois",
            "regle": "Règle",
            "tranche": "Adhérent·es par tranche",
            "total": "Délégué·es en tout",
            "methode": "Méthode",
            "plancher": "Au moins, par section",
            "egalite": "Si des sections sont à égalité pour un siège",
            "graine": "Graine des tirages",
            "candidatures": "On se présente",
            "quota": "Part minimale de chaque genre, en %",
            "suppleances": "Chaque délégué·e a un·e suppléant·e",
            "suppleance_meme_genre": "Du même genre que la personne titulaire",
            "departage": "À égalité de voix",
            "mode": "Mode de désignation habituel",
            "depart_met_fin": "Changer de section met fin au mandat",
            "croissance_max": "Signaler une liste qui a grossi de plus de, en %",
            "engagement": "Engagement demandé",
        }
        help_texts = {
            "nom": "Court : il est dans l'objet des courriels.",
            "slug": "Des lettres sans accent, des chiffres, des tirets. Par exemple assises-2026.",
            "presentation": "Quelques phrases, en haut de la page publique. En Markdown.",
            "anciennete_mois": "À la date de référence. Mettez 0 pour ne rien demander.",
            "tranche": "Pour la règle par tranche. Avec 50 : de 1 à 50 membres, un siège ; à 51, deux.",
            "total": "Pour la règle nationale. Comparez d'abord les méthodes dans la simulation.",
            "methode": (
                "Plus forts restes : au plus près de la part exacte. Sainte-Laguë : sans faveur aux grandes ni "
                "aux petites. D'Hondt : favorise les grandes."
            ),
            "plancher": "C'est un minimum, pas un siège en plus. Mettez 0 pour ne rien garantir.",
            "egalite": "La règle est publiée avec la campagne.",
            "graine": (
                "Un texte que personne ne choisit seul, par exemple les numéros du Loto d'un jour annoncé. Vide : "
                "elle est tirée à l'annonce, et ne peut pas trancher les sièges."
            ),
            "quota": "Seulement pour la règle de la part minimale. 50 au plus.",
            "mode": "Une section peut en avoir un autre : vous le direz après l'annonce.",
            "croissance_max": "Entre la date de référence et un an plus tôt. Un signal pour la commission.",
            "engagement": (
                "Lu et accepté par chaque candidat·e. Par exemple : ne pas se présenter à la gouvernance du parti "
                "refondé. Laissez vide pour n'en demander aucun."
            ),
        }
        widgets = {
            "presentation": forms.Textarea(attrs={"rows": 4}),
            "engagement": forms.Textarea(attrs={"rows": 5}),
            "regle": forms.RadioSelect,
            "methode": forms.RadioSelect,
            "egalite": forms.RadioSelect,
            "candidatures": forms.RadioSelect,
            "parite": forms.RadioSelect,
            "departage": forms.RadioSelect,
            "mode": forms.RadioSelect,
        }

    GROUPES = (
        ("La campagne", ("nom", "slug", "presentation")),
        ("Le calendrier", (
            "candidatures_du", "candidatures_au", "retraits_au", "assemblees_du", "assemblees_au",
            "enregistrement_au", "controle_au", "recours_au", "mandat_debut", "mandat_fin",
        )),
        ("Qui compte, qui peut se présenter", ("reference_le", "anciennete_mois", "cotisation_au")),
        ("Combien de délégué·es", (
            "regle", "tranche", "total", "methode", "plancher", "egalite", "graine",
        )),
        ("Candidatures, parité, suppléances", (
            "candidatures", "parite", "quota", "suppleances", "suppleance_meme_genre", "departage", "mode",
        )),
        ("Le mandat et le contrôle", ("depart_met_fin", "croissance_max")),
        ("L'engagement des candidat·es", ("engagement", "engagement_jusqu_au")),
    )  # fmt: skip

    # Dates that must follow one another: (the later one, the earlier one, may they be equal?).
    SUITE = (
        ("candidatures_au", "candidatures_du", False),
        ("retraits_au", "candidatures_au", True),
        ("assemblees_du", "retraits_au", True),
        ("assemblees_au", "assemblees_du", False),
        ("enregistrement_au", "assemblees_au", True),
        ("controle_au", "enregistrement_au", False),
        ("recours_au", "enregistrement_au", False),
        ("mandat_fin", "mandat_debut", False),
    )

    def groupes(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(titre, [self[nom] for nom in noms]) for titre, noms in self.GROUPES]

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"].lower()
        if slug in Campagne.ADRESSES_RESERVEES:
            raise forms.ValidationError("Cette adresse est celle d'une autre page. Choisissez-en une autre.")
        return slug

    def clean(self) -> dict[str, Any]:
        choix = super().clean()
        for nom, avant, egal in self.SUITE:
            tard, tot = choix.get(nom), choix.get(avant)
            if tard and tot and (tard < tot or (tard == tot and not egal)):
                self.add_error(nom, f"Cette date vient après « {self.fields[avant].label} ».")
        if (
            choix.get("regle") == Campagne.Regle.TOTAL
            and not choix.get("total")
            and "total" not in self.errors
        ):
            self.add_error("total", "Donnez le nombre de délégué·es en tout.")
        if choix.get("regle") == Campagne.Regle.TRANCHE and choix.get("tranche") == 0:
            self.add_error("tranche", "Une tranche compte au moins une personne.")
        if (
            choix.get("regle") == Campagne.Regle.TOTAL
            and choix.get("egalite") == Campagne.Egalite.TIRAGE
            and not choix.get("graine")
        ):
            self.add_error("graine", "Donnez la graine : le tirage des sièges a lieu avant l'annonce.")
        if bool(choix.get("engagement")) != bool(choix.get("engagement_jusqu_au")):
            vide = "engagement_jusqu_au" if choix.get("engagement") else "engagement"
            self.add_error(vide, "Un engagement a un texte et une date de fin, ou ni l'un ni l'autre.")
        return choix


class SimulationForm(forms.Form):
    total = forms.IntegerField(label="Délégué·es en tout", min_value=1, max_value=100_000)
    planchers = forms.CharField(
        label="Planchers à comparer",
        max_length=20,
        initial="0, 1, 2",
        help_text="Un à quatre nombres, séparés par des virgules.",
    )

    def clean_planchers(self) -> list[int]:
        nombres = re.split(r"[ ,;]+", self.cleaned_data["planchers"].strip(" ,;"))
        if not 1 <= len(nombres) <= 4 or not all(re.fullmatch("[0-9]{1,3}", n) for n in nombres):
            raise forms.ValidationError("Donnez un à quatre nombres, par exemple 0, 1, 2.")
        return sorted({int(n) for n in nombres})


class AdoptionForm(forms.Form):
    motif = forms.CharField(
        label="Pourquoi les sièges changent", max_length=300, help_text="Ce motif est public."
    )
    recues = forms.BooleanField(
        label="Changer aussi les sections dont le procès-verbal est reçu",
        required=False,
        help_text="Sinon, elles gardent leurs sièges. La commission verra l'écart.",
    )

    def __init__(self, *args: Any, ouverte: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not ouverte:
            self.fields.clear()


class AnnonceForm(forms.Form):
    relu = forms.BooleanField(
        label="J'ai relu ce qui sera figé",
        error_messages={"required": "Relisez ce qui sera figé, puis cochez cette case."},
    )


class AnnulationForm(forms.Form):
    motif = forms.CharField(
        label="Pourquoi cette campagne est annulée",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Ce motif est public, et inscrit au journal.",
    )
    certain = forms.BooleanField(
        label="J'annule cette campagne, sans retour possible",
        error_messages={"required": "Cochez cette case pour annuler la campagne."},
    )


class ClotureForm(forms.Form):
    certain = forms.BooleanField(
        label="Je clos cette campagne : plus aucune décision n'y sera prise",
        error_messages={"required": "Cochez cette case pour clore la campagne."},
    )

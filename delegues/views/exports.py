"""The page that exports delegates: what, for whom, in which form, with the count and the first lines."""

from __future__ import annotations

from itertools import islice

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from delegues import actes
from delegues.exports import FORMES, PROFILS, fichier, lisez_moi, profils_de
from delegues.models import Delegation
from delegues.views.mandats import campagne_visible
from refondation.membres.connexion import exiger_second_facteur_recent
from refondation.membres.models import Compte, date_du_jour
from refondation.membres.regles import DROITS, exiger
from refondation.membres.views_registre import sans_trace
from refondation.territoire.models import Federation

LIGNES_D_APERCU = 3


class ExportForm(forms.Form):
    profil = forms.ChoiceField(label="Pour qui", widget=forms.RadioSelect)
    federation = forms.ModelChoiceField(
        Federation.objects.none(), label="Fédération", required=False, empty_label="Toutes"
    )
    au = forms.DateField(
        label="Qui siègent à la date du",
        required=False,
        help_text="Laissez vide pour aujourd'hui.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    forme = forms.ChoiceField(
        label="Forme",
        choices=[("xlsx", "XLSX (Excel)"), ("ods", "ODS (LibreOffice)"), ("csv", "CSV")],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: object, compte: Compte, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["profil"].choices = profils_de(compte)
        federations, _, national = compte.perimetres(DROITS["delegues.exporter"])
        self.fields["federation"].queryset = (
            Federation.objects.all() if national else Federation.objects.filter(pk__in=federations)
        )
        if not national and len(federations) < 2:
            del self.fields["federation"]


@require_http_methods(["GET", "HEAD", "POST"])
@exiger_second_facteur_recent
@sans_trace
def exporter(request: HttpRequest, slug: str) -> HttpResponse:
    campagne = campagne_visible(request, slug)
    exiger(request.user, "delegues.exporter")
    initiales = {"profil": "public", "forme": "xlsx"}
    form = ExportForm(
        request.POST if request.method == "POST" else None, compte=request.user, initial=initiales
    )
    if request.method == "POST" and form.is_valid():
        choix = dict(form.cleaned_data)
        federation = choix.get("federation")
        au, instant = choix["au"] or date_du_jour(), timezone.now()
        delegations, nombre = actes.exporter_les_delegues(
            campagne=campagne,
            profil=choix["profil"],
            forme=choix["forme"],
            au=au,
            federation=federation,
            par=request.user,
            instant=instant,
        )
        contenu, genre = fichier(
            delegations,
            profil=choix["profil"],
            forme=choix["forme"],
            explication=lisez_moi(
                profil=choix["profil"],
                campagne=campagne.nom,
                par=str(request.user),
                perimetre=f"Fédération {federation}" if federation else "Tout le périmètre d'export",
                au=au,
                nombre=nombre,
                instant=instant,
            ),
        )
        reponse = HttpResponse(contenu, content_type=genre)
        nom = f"delegues-{choix['profil']}-{au}.{choix['forme']}"
        reponse["Content-Disposition"] = f'attachment; filename="{nom}"'
        return reponse
    contexte = {"campagne": campagne, "form": form} | _apercu(request, campagne)
    return render(request, "delegues/mandats/exporter.html", contexte, status=422 if form.errors else 200)


def _apercu(request: HttpRequest, campagne: object) -> dict[str, object]:
    """The count of today and the first lines of the public profile, as the file shows them."""
    visibles = Delegation.objects.visibles_par(request.user).filter(campagne=campagne)
    siegent = visibles.en_exercice(au=date_du_jour()).avec_leur_monde().dans_l_ordre()
    ressource = PROFILS["public"][1]()
    donnees = ressource.export(siegent[:LIGNES_D_APERCU])
    return {
        "nombre": siegent.count(),
        "entete": donnees.headers,
        "premieres": list(islice(donnees, LIGNES_D_APERCU)),
        "formes": list(FORMES),
    }

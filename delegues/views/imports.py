"""Pages of a federation that works on paper: deposit its sheet, read what it would write, apply, undo."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from delegues import actes
from delegues.feuille import COLONNES, OBLIGATOIRES
from delegues.models import ImportDeDelegations
from delegues.views.mandats import campagne_visible
from refondation.membres.connexion import exiger_second_facteur_recent
from refondation.membres.models import Compte
from refondation.membres.regles import DROITS, ActeImpossible, exiger
from refondation.membres.views_registre import sans_trace
from refondation.tableaux import lignes_csv
from refondation.territoire.models import Federation

IMPORTS_PAR_PAGE, ERREURS_PAR_PAGE, SECTIONS_PAR_PAGE = 30, 100, 50


class FeuilleForm(forms.Form):
    federation = forms.ModelChoiceField(
        Federation.objects.none(), label="Fédération", empty_label="Choisir une fédération"
    )
    fichier = forms.FileField(
        label="Fichier des délégations",
        max_length=200,
        allow_empty_file=True,
        help_text="CSV ou XLSX : une ligne d'en-tête, puis une ligne par personne candidate.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )

    def __init__(self, *args: object, compte: Compte, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        federations, _, national = compte.perimetres(DROITS["delegues.importer"])
        permises = Federation.objects.all() if national else Federation.objects.filter(pk__in=federations)
        self.fields["federation"].queryset = permises
        if not national and len(federations) == 1:
            self.fields["federation"].initial = federations[0]


@require_http_methods(["GET", "HEAD", "POST"])
@exiger_second_facteur_recent
def importer(request: HttpRequest, slug: str) -> HttpResponse:
    campagne = campagne_visible(request, slug)
    exiger(request.user, "delegues.importer")
    form = FeuilleForm(request.POST or None, request.FILES or None, compte=request.user)
    if request.method == "POST" and form.is_valid():
        depose = form.cleaned_data["fichier"]
        try:
            lot = actes.deposer_un_import(
                campagne=campagne,
                federation=form.cleaned_data["federation"],
                morceaux=depose.chunks(),
                nom=depose.name,
                par=request.user,
            )
        except ActeImpossible as refus:
            form.add_error("fichier" if refus.code == "trop_gros" else None, str(refus))
        else:
            return redirect(lot)
    lots = ImportDeDelegations.objects.visibles_par(request.user).filter(campagne=campagne)
    contexte = {
        "campagne": campagne,
        "form": form,
        "page": Paginator(
            lots.select_related("federation", "par").defer("lignes", "apercu", "erreurs"), IMPORTS_PAR_PAGE
        ).get_page(request.GET.get("page")),
        "colonnes": [(mots, champ in OBLIGATOIRES) for champ, (mots, _) in COLONNES.items()],
    }
    return render(request, "delegues/imports/importer.html", contexte, status=422 if form.errors else 200)


def _lot(request: HttpRequest, cle: UUID) -> ImportDeDelegations:
    exiger(request.user, "delegues.importer")
    lots = ImportDeDelegations.objects.visibles_par(request.user)
    return get_object_or_404(lots.select_related("campagne", "federation", "par"), cle=cle)


@require_safe
@sans_trace
def un_import(request: HttpRequest, cle: UUID) -> HttpResponse:
    lot = _lot(request, cle)
    applique = lot.etat == ImportDeDelegations.Etat.APPLIQUE
    contexte = {
        "lot": lot,
        "campagne": lot.campagne,
        "erreurs": Paginator(lot.erreurs, ERREURS_PAR_PAGE).get_page(request.GET.get("page")),
        "sections": Paginator(lot.apercu, SECTIONS_PAR_PAGE).get_page(request.GET.get("page")),
        "empechements": actes.empechements_d_annulation(lot) if applique else [],
    }
    return render(request, "delegues/imports/import.html", contexte)


@require_safe
@sans_trace
def telecharger_erreurs(request: HttpRequest, cle: UUID) -> StreamingHttpResponse:
    lot = _lot(request, cle)
    reponse = StreamingHttpResponse(
        lignes_csv(("Ligne", "Colonne", "Ce qui ne va pas"), lot.erreurs),
        content_type="text/csv; charset=utf-8",
    )
    reponse["Content-Disposition"] = 'attachment; filename="erreurs.csv"'
    return reponse


@require_POST
@exiger_second_facteur_recent
def appliquer(request: HttpRequest, cle: UUID) -> HttpResponse:
    lot = _lot(request, cle)
    try:
        lot = actes.appliquer_un_import(lot=lot, par=request.user)
    except ActeImpossible as refus:
        if refus.code != "apercu_perime":
            raise
        messages.warning(request, str(refus))
    else:
        nombre = len(lot.produits["proces_verbaux"])
        messages.success(
            request,
            f"{nombre} brouillon{'s' if nombre > 1 else ''} de procès-verbal. Chaque section relit, signe "
            "et fait contresigner le sien.",
        )
    return redirect(lot)


@require_POST
@exiger_second_facteur_recent
def annuler(request: HttpRequest, cle: UUID) -> HttpResponse:
    lot = actes.annuler_un_import(lot=_lot(request, cle), par=request.user)
    messages.success(request, "L'import est annulé : ses brouillons et ses candidatures sont détruits.")
    return redirect(lot)


@require_POST
def abandonner(request: HttpRequest, cle: UUID) -> HttpResponse:
    lot = actes.abandonner_un_import(lot=_lot(request, cle), par=request.user)
    messages.success(request, "L'import est abandonné : ce qui a été lu du fichier est détruit.")
    return redirect("delegues:importer", lot.campagne.slug)

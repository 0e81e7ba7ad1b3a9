"""Pages of the national staff: deposit a file of members, read what it changes, decide, apply, undo."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from refondation.membres import actes, exports, historique, progres
from refondation.membres.connexion import exiger_second_facteur_recent
from refondation.membres.forms_registre import ConfirmationDImport, DepotForm
from refondation.membres.models import Import, LigneImport
from refondation.membres.models.imports import CATEGORIES
from refondation.membres.regles import ActeImpossible, exiger
from refondation.membres.views_registre import sans_trace
from refondation.tableaux import lignes_csv

IMPORTS_PAR_PAGE, LIGNES_PAR_PAGE, ERREURS_PAR_PAGE = 30, 50, 100
TITRES = {
    "nouveaux": "Nouveaux membres",
    "modifies": "Membres modifiés",
    "deplaces": "Membres qui changent de section",
    "sortis": "Sorties proposées",
    "conflits": "Lignes en conflit",
}


def _lot(request: HttpRequest, cle: UUID) -> Import:
    exiger(request.user, "membres.importer")
    return get_object_or_404(Import.objects.visibles_par(request.user).select_related("par"), cle=cle)


@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    exiger(request.user, "membres.importer")
    lots = Import.objects.visibles_par(request.user).select_related("par")
    page = Paginator(lots, IMPORTS_PAR_PAGE).get_page(request.GET.get("page"))
    return render(request, "membres/registre/imports.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@exiger_second_facteur_recent
def deposer(request: HttpRequest) -> HttpResponse:
    exiger(request.user, "membres.importer")
    form = DepotForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        fichier = form.cleaned_data["fichier"]
        try:
            lot = actes.deposer_import(
                morceaux=fichier.chunks(),
                nom=fichier.name,
                complet=form.cleaned_data["complet"],
                par=request.user,
            )
        except ActeImpossible as refus:
            form.add_error("fichier", str(refus))
        else:
            return redirect(lot)
    return render(
        request, "membres/registre/deposer.html", {"form": form}, status=422 if form.errors else 200
    )


@require_safe
@sans_trace
def un_import(request: HttpRequest, cle: UUID) -> HttpResponse:
    """Where an import stands: progress, errors, what it changes, or what became of it."""
    lot = _lot(request, cle)
    erreurs = Paginator(lot.erreurs_lues.all(), ERREURS_PAR_PAGE).get_page(request.GET.get("page"))
    contexte = {
        "lot": lot,
        "progres": progres.lire(lot) if lot.en_attente_de_tache else None,
        "erreurs": erreurs,
        "colonnes": _colonnes(lot),
        "conflits": _conflits(lot),
        "categories": [(nom, titre, getattr(lot, nom)) for nom, titre in TITRES.items()],
        "empechements": actes.empechements(lot) if lot.etat == Import.Etat.APPLIQUE else [],
    }
    return render(request, "membres/registre/import.html", contexte)


def _colonnes(lot: Import) -> list[tuple[str, int]]:
    return [
        (libelle, lot.par_colonne[colonne])
        for colonne, libelle in historique.LIBELLES.items()
        if colonne in lot.par_colonne
    ]


def _conflits(lot: Import) -> list[dict]:
    """One group a kind of conflict: its words, how many, how many accepted, whether it can be decided."""
    comptes = LigneImport.objects.filter(lot=lot).comptes_des_conflits()
    return [
        {
            "genre": genre,
            "titre": LigneImport.Conflit(genre).label,
            "lignes": nombre,
            "acceptees": acceptees,
            "a_trancher": genre in LigneImport.A_TRANCHER,
        }
        for genre, nombre, acceptees in comptes
    ]


@require_safe
@sans_trace
def progression(request: HttpRequest, cle: UUID) -> HttpResponse:
    """The progress alone, asked again by the page every two seconds; when it is over, the page is."""
    lot = _lot(request, cle)
    if not lot.en_attente_de_tache:
        return HttpResponse(headers={"HX-Refresh": "true"})
    contexte = {"lot": lot, "progres": progres.lire(lot)}
    return render(request, "membres/registre/_progression.html", contexte)


@require_safe
@sans_trace
def lignes(request: HttpRequest, cle: UUID, categorie: str) -> HttpResponse:
    lot = _lot(request, cle)
    choisies = _lignes(lot, categorie).select_related("section")
    page = Paginator(choisies, LIGNES_PAR_PAGE).get_page(request.GET.get("page"))
    page.object_list = exports.avec_differences(lot, list(page.object_list))
    contexte = {
        "lot": lot,
        "categorie": categorie,
        "titre": TITRES[categorie],
        "page": page,
        "se_tranchent": categorie == "conflits" and lot.etat == Import.Etat.PRET,
        "a_trancher": LigneImport.A_TRANCHER,
    }
    return render(request, "membres/registre/lignes.html", contexte)


def _lignes(lot: Import, categorie: str):
    if categorie not in {*CATEGORIES, "conflits"}:
        raise Http404
    return lot.lignes_lues.de_categorie(categorie)


@require_POST
@sans_trace
def telecharger(request: HttpRequest, cle: UUID, categorie: str) -> StreamingHttpResponse:
    lot = _lot(request, cle)
    choisies = _lignes(lot, categorie)
    actes.telecharger_differences(lot=lot, quoi=categorie, par=request.user)
    return _fichier(categorie, exports.ENTETE_DES_DIFFERENCES, exports.lignes_differentes(lot, choisies))


@require_POST
@sans_trace
def telecharger_erreurs(request: HttpRequest, cle: UUID) -> StreamingHttpResponse:
    erreurs = _lot(request, cle).erreurs_lues.values_list("ligne", "colonne", "message")
    return _fichier("erreurs", exports.ENTETE_DES_ERREURS, erreurs)


def _fichier(nom: str, entete, lignes) -> StreamingHttpResponse:
    reponse = StreamingHttpResponse(lignes_csv(entete, lignes), content_type="text/csv; charset=utf-8")
    reponse["Content-Disposition"] = f'attachment; filename="import-{nom}.csv"'
    return reponse


@require_POST
def trancher(request: HttpRequest, cle: UUID) -> HttpResponse:
    """Accept conflicts or leave them aside: all of a kind, or one line."""
    lot = _lot(request, cle)
    ligne = request.POST.get("ligne", "")
    nombre = actes.trancher_conflits(
        lot=lot,
        accepter=request.POST.get("decision") == "accepter",
        genre=request.POST.get("genre", ""),
        lignes=[int(ligne)] if ligne.isdigit() else [],
        par=request.user,
    )
    if request.POST.get("genre"):
        messages.success(request, f"Décision prise pour {nombre} ligne{'s' if nombre > 1 else ''}.")
        return redirect(lot)
    page = request.POST.get("page", "")
    suite = f"?page={page}" if page.isdigit() else ""
    return redirect(f"{lot.get_absolute_url()}lignes/conflits/{suite}#ligne-{ligne}")


@require_http_methods(["GET", "HEAD", "POST"])
@exiger_second_facteur_recent
def confirmer(request: HttpRequest, cle: UUID) -> HttpResponse:
    exiger(request.user, "membres.appliquer_import")
    lot = _lot(request, cle)
    if lot.etat != Import.Etat.PRET:
        return redirect(lot)
    form = ConfirmationDImport(
        request.POST if request.method == "POST" else None,
        lot=lot,
        demander_les_sorties=actes.sorties_a_confirmer(lot),
    )
    if request.method == "POST" and form.is_valid():
        try:
            actes.confirmer_import(lot=lot, sorties=form.cleaned_data.get("sorties"), par=request.user)
        except ActeImpossible as refus:
            if refus.code == "registre_change":
                messages.warning(request, str(refus))
                return redirect(lot)
            form.add_error("sorties" if "sorties" in form.fields else None, str(refus))
        else:
            return redirect(lot)
    contexte = {"form": form, "lot": lot, "conflits": _conflits(lot)}
    return render(request, "membres/registre/confirmer.html", contexte, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@exiger_second_facteur_recent
def annuler(request: HttpRequest, cle: UUID) -> HttpResponse:
    exiger(request.user, "membres.annuler_import")
    lot = _lot(request, cle)
    if request.method == "POST":
        actes.annuler_import(lot=lot, par=request.user)
        messages.success(request, "L'import est annulé : le registre est comme avant lui.")
        return redirect(lot)
    return render(request, "membres/registre/annuler.html", {"lot": lot})


@require_POST
def abandonner(request: HttpRequest, cle: UUID) -> HttpResponse:
    actes.abandonner_import(lot=_lot(request, cle), par=request.user)
    messages.success(
        request, "L'import est abandonné : son fichier est détruit et le registre n'a pas bougé."
    )
    return redirect("registre:imports")

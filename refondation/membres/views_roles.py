"""Pages of the national staff: who holds which role, appoint, end."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from refondation.membres import actes
from refondation.membres.connexion import exiger_second_facteur_recent
from refondation.membres.forms import FiltresDesMandats, NominationForm
from refondation.membres.models import Mandat, date_du_jour
from refondation.membres.regles import ActeImpossible, exiger

MANDATS_PAR_PAGE = 50


@require_safe
def liste(request: HttpRequest) -> HttpResponse:
    exiger(request.user, "membres.nommer")
    filtres = FiltresDesMandats(request.GET)
    mandats = filtres.appliquer(Mandat.objects.avec_leur_monde())
    page = Paginator(mandats, MANDATS_PAR_PAGE).get_page(request.GET.get("page"))
    parametres = request.GET.copy()
    parametres.pop("page", None)
    contexte = {
        "filtres": filtres,
        "page": page,
        "parametres": parametres.urlencode(),
        "jour": date_du_jour(),
    }
    return render(request, "membres/roles/liste.html", contexte)


@require_http_methods(["GET", "HEAD", "POST"])
@exiger_second_facteur_recent
def nommer(request: HttpRequest) -> HttpResponse:
    exiger(request.user, "membres.nommer")
    form = NominationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        choix = form.cleaned_data
        nom = choix.pop("nom")
        try:
            if isinstance(choix["personne"], str):
                choix["personne"] = actes.ouvrir_compte_hors_registre(
                    courriel=choix["personne"], nom=nom, par=request.user
                )
            mandat = actes.nommer(par=request.user, **choix)
        except ActeImpossible as refus:
            form.add_error(None, str(refus))
        else:
            messages.success(request, f"{mandat.compte} : {mandat}, à partir du {mandat.debut:%d/%m/%Y}.")
            return redirect("roles:liste")
    return render(request, "membres/roles/nommer.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@exiger_second_facteur_recent
def terminer(request: HttpRequest, pk: int) -> HttpResponse:
    exiger(request.user, "membres.terminer_mandat")
    mandat = get_object_or_404(Mandat.objects.avec_leur_monde(), pk=pk)
    if request.method == "POST":
        actes.terminer_mandat(mandat=mandat, par=request.user)
        messages.success(request, f"{mandat.compte} n'est plus {mandat}.")
        return redirect("roles:liste")
    return render(request, "membres/roles/terminer.html", {"mandat": mandat})

"""Rules of incompatibility: public in words, written by the administration, with the exceptions granted."""

from __future__ import annotations

from copy import copy

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from delegues import actes
from delegues.forms_candidatures import DerogationForm, IncompatibiliteForm
from delegues.incompatibilites import en_mots
from delegues.models import Campagne, Incompatibilite
from delegues.views.acces_candidatures import campagne_visible
from refondation.membres.regles import ActeImpossible, exiger, peut


@login_not_required
@never_cache
@require_safe
def incompatibilites(request: HttpRequest, slug: str) -> HttpResponse:
    """The rules in words for everybody; what may be changed for whom may change it."""
    campagne = campagne_visible(request, slug)
    regles = campagne.incompatibilites.prefetch_related("derogations__adherent")
    contexte = {
        "campagne": campagne,
        "regles": [(r, en_mots(r, campagne)) for r in regles],
        "peut_regler": campagne.etat == Campagne.Etat.PREPARATION
        and peut(request.user, "delegues.regler", campagne),
        "peut_deroger": peut(request.user, "delegues.deroger", campagne),
    }
    return render(request, "delegues/incompatibilites/liste.html", contexte)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ecrire(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """Add a rule (`pk` None) or rewrite one, while the campaign is a draft."""
    campagne = campagne_visible(request, slug)
    exiger(request.user, "delegues.regler", campagne)
    regle = get_object_or_404(Incompatibilite, campagne=campagne, pk=pk) if pk else None
    form = IncompatibiliteForm(request.POST if request.method == "POST" else None, instance=copy(regle))
    if request.method == "POST" and form.is_valid():
        try:
            ecrite = actes.ecrire_incompatibilite(
                campagne=campagne, incompatibilite=regle, par=request.user, **form.champs()
            )
        except (ActeImpossible, ValidationError) as refus:
            form.add_error(None, str(refus) if isinstance(refus, ActeImpossible) else refus.messages)
        else:
            messages.success(request, f"La règle « {ecrite.nom} » est enregistrée.")
            return redirect("delegues:incompatibilites", slug)
    contexte = {"campagne": campagne, "regle": regle, "form": form}
    statut = 422 if form.is_bound and form.errors else 200
    return render(request, "delegues/incompatibilites/ecrire.html", contexte, status=statut)


@require_POST
def supprimer(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    campagne = campagne_visible(request, slug)
    regle = get_object_or_404(Incompatibilite.objects.select_related("campagne"), campagne=campagne, pk=pk)
    actes.supprimer_incompatibilite(incompatibilite=regle, par=request.user)
    messages.success(request, f"La règle « {regle.nom} » est supprimée.")
    return redirect("delegues:incompatibilites", slug)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def deroger(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Grant one member the exception that the rule foresees."""
    campagne = campagne_visible(request, slug)
    exiger(request.user, "delegues.deroger", campagne)
    regle = get_object_or_404(Incompatibilite.objects.select_related("campagne"), campagne=campagne, pk=pk)
    form = DerogationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        adherent, motif = form.cleaned_data["numero"], form.cleaned_data["motif"]
        try:
            actes.accorder_derogation(incompatibilite=regle, adherent=adherent, motif=motif, par=request.user)
        except ActeImpossible as refus:
            form.add_error(None, str(refus))
        else:
            messages.success(request, f"Dérogation accordée à {adherent.prenom} {adherent.nom}.")
            return redirect("delegues:incompatibilites", slug)
    contexte = {"campagne": campagne, "regle": regle, "regle_en_mots": en_mots(regle, campagne), "form": form}
    statut = 422 if form.is_bound and form.errors else 200
    return render(request, "delegues/incompatibilites/deroger.html", contexte, status=statut)

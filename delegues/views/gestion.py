"""Staff pages of a campaign: hub, settings, announcement, mode of each section, closing, annulment."""

from __future__ import annotations

from copy import copy

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from delegues import actes, bilan
from delegues.campagne_en_mots import etapes, regles
from delegues.forms_campagne import AnnonceForm, AnnulationForm, ClotureForm, ReglagesForm
from delegues.models import Campagne
from delegues.preparation import manques
from delegues.regles import est_possible
from delegues.views.acces_campagne import ecran, piece, refuser, saisie
from refondation.interface.markdown import rendre
from refondation.membres.regles import ActeImpossible, exiger, peut

SECTIONS_PAR_PAGE = 100


@require_safe
@piece("delegues.observer")
def gestion(request: HttpRequest, campagne: Campagne) -> HttpResponse:
    instant = timezone.now()
    preparation = campagne.etat == Campagne.Etat.PREPARATION
    ouverte = campagne.etat == Campagne.Etat.OUVERTE
    contexte = {
        "campagne": campagne,
        "preparation": preparation,
        "ouverte": ouverte,
        "manques": manques(campagne, instant) if preparation else [],
        "etapes": etapes(campagne, instant),
        "regles": regles(campagne),
        "derniere": campagne.repartitions.first(),
        "en_vigueur": campagne.repartitions.adoptees().first(),
        "national": bilan.national(bilan.par_federation(campagne)),
        "peut_regler": peut(request.user, "delegues.regler", campagne),
        "peut_clore": ouverte and instant >= max(campagne.controle_au, campagne.recours_au),
        "modes_ouverts": est_possible(campagne, "changer_de_mode", instant),
    }
    return render(request, "delegues/campagne/gestion.html", contexte)


@require_http_methods(["GET", "HEAD", "POST"])
def nouvelle(request: HttpRequest) -> HttpResponse:
    exiger(request.user, "delegues.regler")
    form = ReglagesForm(saisie(request))
    if request.method == "POST" and form.is_valid():
        try:
            campagne = actes.creer_campagne(par=request.user, **form.cleaned_data)
        except (ActeImpossible, ValidationError) as refus:
            refuser(form, refus)
        else:
            messages.success(request, "Brouillon créé. Comparez les règles de sièges, puis calculez-les.")
            return redirect("delegues:gestion", campagne.slug)
    return ecran(request, "reglages", form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@piece("delegues.regler")
def reglages(request: HttpRequest, campagne: Campagne) -> HttpResponse:
    form = ReglagesForm(saisie(request), instance=copy(campagne))
    if request.method == "POST" and form.is_valid():
        try:
            campagne = actes.regler_campagne(campagne=campagne, par=request.user, **form.cleaned_data)
        except (ActeImpossible, ValidationError) as refus:
            refuser(form, refus)
        else:
            messages.success(request, "Les réglages sont enregistrés.")
            return redirect("delegues:gestion", campagne.slug)
    return ecran(request, "reglages", form, campagne)


@require_http_methods(["GET", "HEAD", "POST"])
@piece("delegues.regler", sensible=True)
def annoncer(request: HttpRequest, campagne: Campagne) -> HttpResponse:
    """Exactly what will be frozen, then the act."""
    form = AnnonceForm(saisie(request))
    if request.method == "POST" and form.is_valid():
        try:
            actes.annoncer_campagne(campagne=campagne, par=request.user)
        except ActeImpossible as refus:
            refuser(form, refus)
        else:
            messages.success(request, "La campagne est annoncée. Chaque section connaît ses sièges.")
            return redirect("delegues:gestion", campagne.slug)
    repartition = campagne.repartitions.adoptees().first()
    parts = repartition.parts.des_sections() if repartition else []
    sieges = [part.sieges for part in parts if part.sieges]
    return ecran(
        request,
        "annoncer",
        form,
        campagne,
        manques=manques(campagne, timezone.now()) if campagne.etat == Campagne.Etat.PREPARATION else [],
        repartition=repartition,
        sections=len(sieges),
        sieges=sum(sieges),
        etapes=etapes(campagne, timezone.now()),
        regles=regles(campagne),
        engagement=rendre(campagne.engagement),
        incompatibilites=list(campagne.incompatibilites.all()),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@piece("delegues.regler")
def modes(request: HttpRequest, campagne: Campagne) -> HttpResponse:
    """Assembly or online vote, section by section."""
    recherche = request.GET.get("q", "").strip()
    designations = campagne.designations.avec_leur_section()
    if request.method == "POST":
        designation = get_object_or_404(designations, section__code=request.POST.get("section", ""))
        try:
            actes.changer_de_mode(
                designation=designation, mode=request.POST.get("mode", ""), par=request.user
            )
        except ActeImpossible as refus:
            messages.error(request, str(refus))
        else:
            messages.success(request, f"Le mode de {designation.section.nom} est changé.")
        return redirect(request.get_full_path())
    if recherche:
        designations = designations.chercher(recherche)
    contexte = {
        "campagne": campagne,
        "recherche": recherche,
        "page": Paginator(designations, SECTIONS_PAR_PAGE).get_page(request.GET.get("page")),
        "modes": Campagne.Mode.choices,
        "possible": est_possible(campagne, "changer_de_mode", timezone.now()),
    }
    return render(request, "delegues/campagne/modes.html", contexte)


@require_http_methods(["GET", "HEAD", "POST"])
@piece("delegues.regler", sensible=True)
def clore(request: HttpRequest, campagne: Campagne) -> HttpResponse:
    form = ClotureForm(saisie(request))
    if request.method == "POST" and form.is_valid():
        try:
            actes.clore_campagne(campagne=campagne, par=request.user)
        except ActeImpossible as refus:
            refuser(form, refus)
        else:
            messages.success(request, "La campagne est close. Les mandats suivent leur cours.")
            return redirect("delegues:gestion", campagne.slug)
    return ecran(request, "clore", form, campagne, national=bilan.national(bilan.par_federation(campagne)))


@require_http_methods(["GET", "HEAD", "POST"])
@piece("delegues.regler", sensible=True)
def annuler(request: HttpRequest, campagne: Campagne) -> HttpResponse:
    form = AnnulationForm(saisie(request))
    if request.method == "POST" and form.is_valid():
        try:
            actes.annuler_campagne(campagne=campagne, motif=form.cleaned_data["motif"], par=request.user)
        except ActeImpossible as refus:
            refuser(form, refus)
        else:
            messages.success(request, "La campagne est annulée. Le motif est public.")
            return redirect("delegues:gestion", campagne.slug)
    return ecran(request, "annuler", form, campagne)

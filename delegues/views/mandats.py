"""Pages of mandates: the directory, who sat on a day, a delegate's own page, their card, ends, replacements."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from delegues import actes, cartes
from delegues.forms_mandats import (
    AccepterForm,
    ConstatForm,
    CoordonneesForm,
    DemissionForm,
    FiltresDesDelegues,
    FinForm,
)
from delegues.models import Campagne, Constat, Delegation
from refondation.membres.models import date_du_jour
from refondation.membres.regles import ActeImpossible, ActeInterdit, exiger, peut
from refondation.membres.views_registre import sans_trace
from refondation.territoire.models import Section

DELEGUES_PAR_PAGE = 50
# What is searched may be a name: it stays in the session, never in an address.
RECHERCHE = "recherche_des_delegues"


def campagne_visible(request: HttpRequest, slug: str) -> Campagne:
    visibles = (
        Campagne.objects.visibles_par(request.user)
        if request.user.is_authenticated
        else Campagne.objects.publiques()
    )
    return get_object_or_404(visibles, slug=slug)


# --- The directory ----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@sans_trace
def annuaire(request: HttpRequest, slug: str) -> HttpResponse:
    campagne = campagne_visible(request, slug)
    if request.method == "POST":
        return redirect(f"{reverse('delegues:annuaire', args=[slug])}?{_retenir(request)}")
    filtres = filtres_de(request)
    visibles = Delegation.objects.visibles_par(request.user).filter(campagne=campagne)
    delegations = filtres.appliquer(visibles).avec_leur_monde().dans_l_ordre()
    parametres = request.GET.copy()
    parametres.pop("page", None)
    contexte = {
        "campagne": campagne,
        "filtres": filtres,
        "page": Paginator(delegations, DELEGUES_PAR_PAGE).get_page(request.GET.get("page")),
        "parametres": parametres.urlencode(),
        "jour": date_du_jour(),
        "peut_gerer": peut(request.user, "delegues.gerer_mandats"),
        "peut_exporter": peut(request.user, "delegues.exporter"),
        "peut_ecrire": peut(request.user, "delegues.ecrire"),
        "peut_verifier": peut(request.user, "delegues.verifier_cartes"),
        "peut_importer": peut(request.user, "delegues.importer"),
    }
    return render(request, "delegues/mandats/annuaire.html", contexte, status=422 if filtres.errors else 200)


def filtres_de(request: HttpRequest) -> FiltresDesDelegues:
    donnees = request.GET.copy()
    donnees["q"] = request.session.get(RECHERCHE, "") if "recherche" in donnees else ""
    return FiltresDesDelegues(donnees, compte=request.user)


def _retenir(request: HttpRequest) -> str:
    """Keep what is searched in the session; the query string of the other filters."""
    adresse = QueryDict(mutable=True)
    for nom in FiltresDesDelegues.base_fields:
        if nom != "q" and request.POST.get(nom):
            adresse[nom] = request.POST[nom]
    if cherche := request.POST.get("q", "").strip():
        request.session[RECHERCHE] = cherche[:80]
        adresse["recherche"] = "1"
    return adresse.urlencode()


@login_not_required
@require_safe
def histoire(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Who sat for a section, at any date: names and days only, which candidates made public by standing."""
    campagne = campagne_visible(request, slug)
    section = get_object_or_404(Section.objects.select_related("federation"), code=code)
    try:
        demande = parse_date(request.GET.get("au", ""))
    except ValueError:
        demande = None
    au = demande or min(max(date_du_jour(), campagne.mandat_debut), campagne.mandat_fin)
    mandats = campagne.delegations.de_la_section(section).avec_leur_monde()
    contexte = {
        "campagne": campagne,
        "section": section,
        "au": au,
        "date_illisible": "au" in request.GET and demande is None,
        "siegent": list(mandats.en_exercice(au=au)),
        "mandats": list(mandats.tenus().select_related("remplacee_par__adherent").order_by("debut", "pk")),
    }
    return render(request, "delegues/mandats/histoire.html", contexte)


# --- A delegate -------------------------------------------------------------------------------------


def _delegation(request: HttpRequest, cle: UUID) -> Delegation:
    visibles = Delegation.objects.visibles_par(request.user).avec_leur_monde()
    return get_object_or_404(visibles.select_related("remplace__adherent"), cle=cle)


def _la_mienne(request: HttpRequest, cle: UUID) -> Delegation:
    delegation = _delegation(request, cle)
    if delegation.adherent_id != request.user.adherent_id:
        raise ActeInterdit("delegues.mandat")
    return delegation


@require_safe
def mon_mandat(request: HttpRequest) -> HttpResponse:
    """The latest mandate of whoever is logged in."""
    delegation = Delegation.objects.de(request.user).order_by("-debut", "-pk").first()
    if delegation is None:
        raise Http404
    return redirect(delegation)


@require_safe
@sans_trace
def delegue(request: HttpRequest, cle: UUID) -> HttpResponse:
    delegation = _delegation(request, cle)
    return _page(request, delegation)


def _page(request: HttpRequest, delegation: Delegation, **formulaires: forms.Form) -> HttpResponse:
    """The page of a delegate: steps and forms for them, acts for those who manage mandates."""
    a_moi = delegation.adherent_id == request.user.adherent_id
    gere = peut(request.user, "delegues.gerer_mandats", delegation)
    a_pourvoir = Delegation.objects.a_remplacer().filter(pk=delegation.pk).exists()
    engagement = a_moi and actes.demande_l_engagement(delegation)
    initiales = {
        "courriel": delegation.courriel if delegation.acceptee_le else delegation.adherent.courriel,
        "telephone": delegation.telephone,
    }
    contexte = {
        "delegation": delegation,
        "campagne": delegation.campagne,
        "a_moi": a_moi,
        "gere": gere,
        "siege": delegation.siege(au=date_du_jour()),
        "engagement": engagement,
        "accepter": AccepterForm(demander_l_engagement=engagement),
        "coordonnees": CoordonneesForm(initial=initiales),
        "suite": delegation.suite,
        "choix": actes.choix_du_remplacant(delegation) if gere and a_pourvoir else None,
        **formulaires,
    }
    statut = 422 if any(f.errors for f in formulaires.values()) else 200
    return render(request, "delegues/mandats/delegue.html", contexte, status=statut)


@require_POST
def accepter(request: HttpRequest, cle: UUID) -> HttpResponse:
    delegation = _la_mienne(request, cle)
    form = AccepterForm(request.POST, demander_l_engagement=actes.demande_l_engagement(delegation))
    if not form.is_valid():
        return _page(request, delegation, accepter=form)
    empreinte = request.POST.get("empreinte", "") if form.cleaned_data.get("engagement") else ""
    actes.accepter_mandat(delegation=delegation, engagement=empreinte, par=request.user)
    messages.success(request, "Votre mandat est accepté. Choisissez maintenant ce que vous partagez.")
    return redirect(f"{delegation.get_absolute_url()}#coordonnees")


@require_POST
def partager(request: HttpRequest, cle: UUID) -> HttpResponse:
    delegation = _la_mienne(request, cle)
    form = CoordonneesForm({} if "retirer" in request.POST else request.POST)
    if not form.is_valid():
        return _page(request, delegation, coordonnees=form)
    actes.partager_coordonnees(delegation=delegation, par=request.user, **form.cleaned_data)
    partage = any(form.cleaned_data.values())
    messages.success(
        request,
        "Vos coordonnées sont visibles des délégué·es et des responsables de votre fédération."
        if partage
        else "Plus aucune coordonnée n'est partagée.",
    )
    return redirect(f"{delegation.get_absolute_url()}#coordonnees")


@require_http_methods(["GET", "HEAD", "POST"])
def demissionner(request: HttpRequest, cle: UUID) -> HttpResponse:
    delegation = _la_mienne(request, cle)
    form = DemissionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actes.demissionner(delegation=delegation, le=form.cleaned_data["le"], par=request.user)
        except ActeImpossible as refus:
            form.add_error("le", str(refus))
        else:
            messages.success(request, "Votre démission est enregistrée. Votre fédération en est informée.")
            return redirect(delegation)
    contexte = {"delegation": delegation, "form": form}
    return render(request, "delegues/mandats/demissionner.html", contexte, status=422 if form.errors else 200)


@require_safe
@sans_trace
def carte(request: HttpRequest, cle: UUID) -> HttpResponse:
    """The card, to show on a phone or to print; whoever manages mandates prints it for who has no phone."""
    delegation = _delegation(request, cle)
    if delegation.adherent_id != request.user.adherent_id:
        exiger(request.user, "delegues.gerer_mandats", delegation)
    adresse = cartes.adresse_de(delegation)
    contexte = {
        "delegation": delegation,
        "campagne": delegation.campagne,
        "code": cartes.code_de(delegation),
        "qr": cartes.qr(adresse),
        "siege": delegation.siege(au=date_du_jour()),
        "verdict": cartes.verdict(cartes.delegation_de(cartes.code_de(delegation)), au=date_du_jour()),
    }
    return render(request, "delegues/mandats/carte.html", contexte)


# --- Those who manage mandates ----------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def terminer(request: HttpRequest, cle: UUID) -> HttpResponse:
    delegation = _delegation(request, cle)
    exiger(request.user, "delegues.gerer_mandats", delegation)
    form = FinForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actes.terminer_mandat(delegation=delegation, par=request.user, **form.cleaned_data)
        except ActeImpossible as refus:
            form.add_error("le" if refus.statut == 422 else None, str(refus))
        else:
            messages.success(request, "La fin de ce mandat est enregistrée.")
            return redirect(delegation)
    contexte = {"delegation": delegation, "form": form}
    return render(request, "delegues/mandats/terminer.html", contexte, status=422 if form.errors else 200)


@require_POST
def remplacer(request: HttpRequest, cle: UUID) -> HttpResponse:
    nouvelle = actes.remplacer(delegation=_delegation(request, cle), par=request.user)
    messages.success(
        request,
        f"{nouvelle.adherent.prenom} {nouvelle.adherent.nom} siège à cette place et en est informé·e.",
    )
    return redirect(nouvelle)


@require_safe
@sans_trace
def constats(request: HttpRequest, slug: str) -> HttpResponse:
    campagne = campagne_visible(request, slug)
    exiger(request.user, "delegues.gerer_mandats")
    a_decider = Constat.objects.visibles_par(request.user).a_decider().de_la_campagne(campagne)
    page = Paginator(a_decider.avec_leur_monde(), DELEGUES_PAR_PAGE).get_page(request.GET.get("page"))
    return render(request, "delegues/mandats/constats.html", {"campagne": campagne, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@sans_trace
def decider(request: HttpRequest, pk: int) -> HttpResponse:
    exiger(request.user, "delegues.gerer_mandats")
    constat = get_object_or_404(Constat.objects.visibles_par(request.user).avec_leur_monde(), pk=pk)
    form = ConstatForm(request.POST if request.method == "POST" else None, constat=constat)
    if request.method == "POST" and form.is_valid():
        try:
            actes.decider_un_constat(constat=constat, par=request.user, **form.cleaned_data)
        except ActeImpossible as refus:
            form.add_error(refus.code if refus.code in form.fields else None, str(refus))
        else:
            messages.success(request, "Votre décision est enregistrée.")
            return redirect("delegues:constats", constat.delegation.campagne.slug)
    contexte = {"constat": constat, "delegation": constat.delegation, "form": form}
    return render(request, "delegues/mandats/decider.html", contexte, status=422 if form.errors else 200)

"""A section's page: public figures; for its secretary, the to-do list, the call, the attendance sheet."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from delegues import actes
from delegues.a_faire import A_FAIRE, taches, taches_en_ligne
from delegues.designes import listes_de, regles_de
from delegues.emargement import liste_d_emargement
from delegues.forms_proces_verbaux import ConvocationForm
from delegues.models import Campagne, Designation, ProcesVerbal
from delegues.papier import feuille_de_presence_pdf
from delegues.parite import regle_en_mots
from delegues.proces_verbal import relire
from delegues.recolement import est_de_la_section
from delegues.regles import est_possible
from delegues.views.acces_proces_verbaux import designation_visible
from refondation.membres.regles import DROITS, ActeImpossible, exiger, peut


@never_cache
@require_safe
def ma_section(request: HttpRequest) -> HttpResponse:
    """The page of the section that the account runs; a choice when there are several, words when none."""
    _, sections, _ = request.user.perimetres(DROITS["delegues.conduire"])
    designations = list(
        Designation.objects.avec_leur_section()
        .filter(section__in=sections, campagne__in=Campagne.objects.en_cours())
        .order_by("campagne__assemblees_du", "section__code")
    )
    if len(designations) == 1:
        return redirect(designations[0])
    return render(
        request, "delegues/sections/ma_section.html", {"designations": designations, "sections": sections}
    )


@login_not_required
@never_cache
@require_safe
def section(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    designation = designation_visible(request, slug, code)
    en_vigueur = designation.proces_verbaux.en_vigueur().first()
    contexte = {
        "designation": designation,
        "campagne": designation.campagne,
        "proces_verbal": en_vigueur,
        "contenu": relire(en_vigueur) if en_vigueur else None,
        "conduit": peut(request.user, "delegues.conduire", designation),
        "lit": peut(request.user, "delegues.lire", designation),
        "regle": regle_en_mots(regles_de(designation)),
    }
    # Members of the section may contest what is received, and the page says where.
    contexte["conteste"] = (
        en_vigueur is not None
        and request.user.is_authenticated
        and est_de_la_section(request.user, designation)
        and est_possible(designation.campagne, "contester", timezone.now())
    )
    if contexte["conduit"]:
        contexte["taches"] = _taches(designation, en_vigueur)
        # One main button: what comes first.
        contexte["principale"] = next((t for t in contexte["taches"] if t.etat == A_FAIRE and t.url), None)
    return render(request, "delegues/sections/section.html", contexte)


def _taches(designation: Designation, en_vigueur: ProcesVerbal | None) -> list:
    en_cours = (
        designation.proces_verbaux.exclude(
            etat__in=(ProcesVerbal.Etat.VERROUILLE, ProcesVerbal.Etat.RECTIFIE)
        )
        .select_related("contresignataire", "rectifie")
        .first()
    )
    lire = taches if designation.mode == Campagne.Mode.ASSEMBLEE else taches_en_ligne
    return lire(designation, en_cours or en_vigueur, listes_de(designation), instant=timezone.now())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def convoquer(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    designation = designation_visible(request, slug, code)
    exiger(request.user, "delegues.conduire", designation)
    form = ConvocationForm(request.POST or None, initial=ConvocationForm.initiales(designation))
    if form.is_valid():
        try:
            actes.convoquer_assemblee(designation=designation, par=request.user, **form.cleaned_data)
            return redirect(designation)
        except ActeImpossible as refus:
            form.add_error(None, str(refus))
    membres = liste_d_emargement(designation)
    contexte = {
        "designation": designation,
        "form": form,
        "destinataires": membres.exclude(courriel="").count(),
        "sans_adresse": membres.filter(courriel="").count(),
    }
    statut = 400 if form.errors else 200
    return render(request, "delegues/sections/convoquer.html", contexte, status=statut)


@never_cache
@require_safe
def feuille_de_presence(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The attendance sheet to print, names and blank lines."""
    designation = designation_visible(request, slug, code)
    exiger(request.user, "delegues.conduire", designation)
    reponse = HttpResponse(
        feuille_de_presence_pdf(designation, instant=timezone.now()), content_type="application/pdf"
    )
    reponse["Content-Disposition"] = f'inline; filename="presence-{designation.section.code}.pdf"'
    reponse["Cache-Control"] = "private, no-store"
    return reponse


@require_POST
def commencer(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    designation = designation_visible(request, slug, code)
    pv = actes.commencer_proces_verbal(designation=designation, par=request.user)
    # What the call said of date and place is shown first, to be confirmed.
    return redirect("delegues:pv_seance", pv.cle) if pv.version == 1 else redirect(pv)

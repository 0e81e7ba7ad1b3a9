"""What a section and its members say of the control: answer, contest, appeal."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from delegues import actes
from delegues.forms_controle import ContestationForm, ReponseForm
from delegues.models import Designation, Echange
from delegues.recolement import (
    Genre,
    attend_une_reponse,
    decision_en_vigueur,
    est_de_la_section,
    recours_en_cours,
)
from delegues.regles import est_possible
from delegues.views.acces_controle import faire
from delegues.views.acces_proces_verbaux import designation_visible
from refondation.membres.regles import exiger


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def repondre(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """What the commission asks or somebody contests, and the section's answer."""
    designation = designation_visible(request, slug, code)
    exiger(request.user, "delegues.conduire", designation)
    attendue = attend_une_reponse(designation)
    form = ReponseForm(request.POST or None)
    return faire(
        request, form,
        lambda: actes.repondre_a_la_commission(
            designation=designation, par=request.user, **form.cleaned_data
        ),
        fait="Votre réponse est transmise à la commission.",
        suite=reverse("delegues:repondre_a_la_commission", args=[slug, code]),
        gabarit="recours/repondre",
        designation=designation,
        campagne=designation.campagne,
        echanges=list(designation.echanges.all()),
        attendue=attendue,
        ouverte=attendue and est_possible(designation.campagne, "repondre", timezone.now()),
    )  # fmt: skip


def _pour_un_membre(request: HttpRequest, slug: str, code: str) -> Designation:
    designation = designation_visible(request, slug, code)
    if not est_de_la_section(request.user, designation):
        exiger(request.user, "delegues.contester", designation)
    return designation


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contester(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """A member of the section contests what is received."""
    designation = _pour_un_membre(request, slug, code)
    form = ContestationForm(request.POST or None)
    return faire(
        request, form,
        lambda: actes.contester_designation(
            designation=designation, par=request.user, **form.cleaned_data
        ),
        fait="Votre contestation est transmise à la commission.",
        suite=reverse("delegues:recours", args=[slug, code]),
        gabarit="recours/contester",
        designation=designation,
        campagne=designation.campagne,
    )  # fmt: skip


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def recours(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The commission's decisions on a section, for its members; an appeal against the last one."""
    designation = _pour_un_membre(request, slug, code)
    decision = decision_en_vigueur(designation)
    contexte = {
        "designation": designation,
        "campagne": designation.campagne,
        "decision": decision,
        "decisions": list(
            designation.echanges.filter(genre__in=(Genre.DECISION, Genre.ARBITRAGE, Genre.DEMANDE))
        ),
        "les_miens": list(designation.echanges.filter(auteur=request.user).exclude(genre=Genre.REPONSE)),
        "recours": recours_en_cours(designation),
        **_portes(designation, decision),
    }
    if decision is None:
        return render(request, "delegues/recours/recours.html", {"form": None, **contexte})
    form = ContestationForm(request.POST or None)
    decision.designation = designation
    return faire(
        request, form,
        lambda: actes.former_recours(decision=decision, par=request.user, **form.cleaned_data),
        fait="Votre recours est formé. D'autres membres de la commission l'examinent.",
        suite=reverse("delegues:recours", args=[slug, code]), gabarit="recours/recours", **contexte,
    )  # fmt: skip


def _portes(designation: Designation, decision: Echange | None) -> dict[str, bool]:
    """Which way is open now: a contest before a decision, an appeal after, nothing once it is final."""
    instant, campagne, etat = timezone.now(), designation.campagne, designation.etat
    return {
        "peut_recourir": decision is not None
        and decision.genre == Genre.DECISION
        and est_possible(campagne, "recourir", instant),
        "peut_contester": etat
        in (Designation.Etat.RECUE, Designation.Etat.INCOMPLETE, Designation.Etat.CONTESTEE)
        and est_possible(campagne, "contester", instant),
    }

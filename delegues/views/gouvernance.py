"""Declaring a candidacy to an office of governance, and withdrawing it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from consultation.views.acces import connexion_de_membre
from delegues import actes
from delegues.actes.engagements import engagement_tenu
from delegues.forms_candidatures import GouvernanceForm
from delegues.models import CandidatureALaGouvernance
from refondation.membres.models import date_du_jour
from refondation.membres.regles import ActeImpossible

# Where the words of a refused act belong in the form; elsewhere they stand at its top.
CHAMP_DU_REFUS = {"dates": "election_le"}


@connexion_de_membre
@require_http_methods(["GET", "HEAD", "POST"])
def gouvernance(request: HttpRequest) -> HttpResponse:
    """One's own declared candidacies, the commitment that forbids others, and the form."""
    adherent = request.user.adherent
    form = GouvernanceForm(request.POST if request.method == "POST" else None)
    statut = 200
    if request.method == "POST" and form.is_valid():
        try:
            declaree = actes.declarer_candidature_gouvernance(par=request.user, **form.cleaned_data)
        except ActeImpossible as refus:
            form.add_error(CHAMP_DU_REFUS.get(refus.code), str(refus))
            statut = refus.statut
        else:
            messages.success(request, f"Votre candidature est déclarée : {declaree.fonction}.")
            return redirect("delegues:gouvernance")
    contexte = {
        "adherent": adherent,
        "form": form,
        "tenu": engagement_tenu(adherent, date_du_jour()) if adherent else None,
        "declarees": list(CandidatureALaGouvernance.objects.filter(adherent=adherent)) if adherent else [],
    }
    if statut == 200 and form.is_bound and form.errors:
        statut = 422
    return render(request, "delegues/candidatures/gouvernance.html", contexte, status=statut)


@connexion_de_membre
@require_POST
def retirer_gouvernance(request: HttpRequest, pk: int) -> HttpResponse:
    candidature = get_object_or_404(CandidatureALaGouvernance, pk=pk, adherent=request.user.adherent)
    actes.retirer_candidature_gouvernance(candidature=candidature, par=request.user)
    messages.success(request, "Votre candidature à la gouvernance est retirée.")
    return redirect("delegues:gouvernance")

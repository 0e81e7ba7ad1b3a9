"""« Mes scrutins »: every vote on one page, each with the visitor's state and next step."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from consultation.models import Inscription, Scrutin
from consultation.views.acces import situation_de
from refondation.membres.regles import peut


@login_not_required
@never_cache
@require_safe
def liste(request: HttpRequest) -> HttpResponse:
    peut_controler = peut(request.user, "consultation.controler")
    visibles = Scrutin.objects.visibles_par(request.user)
    # Whoever controls needs them all; others, those of everybody and of their section.
    scrutins = list(
        (visibles if peut_controler else visibles.qui_concernent(request.user)).prefetch_related("questions")
    )
    adherent = getattr(request.user, "adherent_id", None)
    inscriptions = {}
    if adherent is not None:
        inscriptions = {i.scrutin_id: i for i in Inscription.objects.de(adherent)}
    lignes = [(s, situation_de(request, s, inscriptions.get(s.pk))) for s in scrutins]
    en_cours = [ligne for ligne in lignes if ligne[1].code not in {"publie", "annule"}]
    contexte = {
        "en_cours": en_cours,
        "passes": [ligne for ligne in lignes if ligne not in en_cours],
        "peut_rediger": peut(request.user, "consultation.rediger"),
        "peut_controler": peut_controler,
    }
    return render(request, "consultation/liste.html", contexte)

"""The secrecy page: who can know what, limits included."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from consultation.promesses import chapitres
from consultation.views.acces import trouver


@login_not_required
@require_safe
def secret(request: HttpRequest, slug: str) -> HttpResponse:
    scrutin = trouver(request, slug)
    contexte = {
        "scrutin": scrutin,
        "chapitres": chapitres(gardiens=scrutin.gardiens.count(), seuil=scrutin.seuil, revote=scrutin.revote),
    }
    return render(request, "consultation/secret.html", contexte)

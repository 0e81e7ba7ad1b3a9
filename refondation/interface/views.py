"""The internal page that shows every component, and the choice of colours."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from refondation.interface import exemples
from refondation.interface.apparence import CHOIX, DUREE, TEMOIN
from refondation.membres.connexion import suite_sure


@login_not_required
@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """For those who build pages: staff, and anybody on a machine that is not in production."""
    if settings.PRODUCTION and not (request.user.is_authenticated and request.user.is_staff):
        raise Http404
    return render(request, "interface/style.html", exemples.contexte(request.GET.get("page")))


@login_not_required
@csrf_exempt  # a cookie of one word, which hurts nobody; pages that need no other cookie stay without any
@require_POST
def choisir_l_apparence(request: HttpRequest) -> HttpResponse:
    reponse = redirect(suite_sure(request) or "accueil")
    choix = request.POST.get("apparence", "")
    if choix in CHOIX:
        reponse.set_cookie(
            TEMOIN, choix, max_age=DUREE, httponly=True, samesite="Lax", secure=settings.PRODUCTION
        )
    else:
        reponse.delete_cookie(TEMOIN, samesite="Lax")
    return reponse

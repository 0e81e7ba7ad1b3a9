"""The public home page and the health page."""

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@login_not_required
def accueil(request: HttpRequest) -> HttpResponse:
    """The process as a line of time, the map, and the doors that are open."""
    return render(request, "accueil.html", {})


@login_not_required
@require_safe
def accessibilite(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "interface/accessibilite.html")


@login_not_required
@require_safe
def donnees_personnelles(request: HttpRequest) -> HttpResponse:
    """What the platform holds on people, why, how long, and how to have it corrected."""
    return render(request, "interface/donnees_personnelles.html")


@login_not_required
def sante(request: HttpRequest) -> JsonResponse:
    """200 when database and cache answer, 503 with the name of what does not otherwise."""
    pannes = []
    try:
        with connection.cursor() as curseur:
            curseur.execute("SELECT 1")
    except Exception:
        pannes.append("base")
    try:
        cache.set("sante", 1, 5)
        if cache.get("sante") != 1:
            pannes.append("cache")
    except Exception:
        pannes.append("cache")
    return JsonResponse(
        {"etat": "panne" if pannes else "ok", "pannes": pannes}, status=503 if pannes else 200
    )

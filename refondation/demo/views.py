"""Pages of the demonstration: who to be, what arrived by mail, the trustee's key files.  Demo mode only."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from consultation.models import Gardien, Scrutin
from refondation.demo import comptes, courriels, gardiens


def en_demonstration(vue: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 404 outside demo mode, as if nothing were there; never cached."""

    @wraps(vue)
    def gardee(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not settings.MODE_DEMO:
            raise Http404
        return vue(request, *args, **kwargs)

    return login_not_required(never_cache(gardee))


@en_demonstration
@require_safe
def accueil(request: HttpRequest) -> HttpResponse:
    """Everybody one can be, with one button for each thing to try, and the key files of the trustee."""
    tous = comptes.lire()
    gardien = next((c.compte for c in tous if c.personnage.cle == "gardien"), None)
    cles = Gardien.objects.filter(compte=gardien).filter(cle__isnull=False).select_related("scrutin")
    a_ouvrir = cles.exclude(scrutin__etat=Scrutin.Etat.PUBLIE).order_by("scrutin__ferme_le")
    fichiers = [c for c in a_ouvrir if gardiens.fichier_de_cle(c).exists()]
    return render(request, "demo/accueil.html", {"comptes": tous, "fichiers": fichiers})


@en_demonstration
@require_POST
def entrer(request: HttpRequest, cle: str, porte: int) -> HttpResponse:
    """Log in as one of the demonstration's people and go through one of their doors."""
    qui = next((c for c in comptes.lire() if c.personnage.cle == cle), None)
    if qui is None or porte >= len(qui.personnage.portes):
        raise Http404
    logout(request)
    record_authentication(request, qui.compte, method="code")
    return perform_login(request, qui.compte, redirect_url=qui.personnage.portes[porte].chemin)


@en_demonstration
@require_safe
def boite(request: HttpRequest) -> HttpResponse:
    """The last mails of everybody, or of one person of the demonstration (`?de=cle`)."""
    tous = [c for c in comptes.lire() if c.compte.email]
    qui = next((c for c in tous if c.personnage.cle == request.GET.get("de")), None)
    return render(
        request,
        "demo/courriels.html",
        {"comptes": tous, "qui": qui, "courriels": courriels.recus(qui.compte.email if qui else None)},
    )


@en_demonstration
@require_safe
def courriel(request: HttpRequest, nom: str) -> HttpResponse:
    try:
        return render(request, "demo/courriel.html", {"courriel": courriels.lire(nom)})
    except FileNotFoundError as absent:
        raise Http404 from absent


@en_demonstration
@require_safe
def fichier_de_cle(request: HttpRequest, slug: str) -> FileResponse:
    """The file that the visitor's trustee would have kept at home for this vote."""
    gardien = next((c.compte for c in comptes.lire() if c.personnage.cle == "gardien"), None)
    chemin = gardiens.fichier_de_cle(get_object_or_404(Gardien, scrutin__slug=slug, compte=gardien))
    if not chemin.exists():
        raise Http404
    return FileResponse(
        chemin.open("rb"),
        as_attachment=True,
        filename=f"cle-gardien-{slug}.json",
        content_type="application/json",
    )

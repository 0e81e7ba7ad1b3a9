"""Read-only JSON of what is published: campaigns, figures section by section, delegates; no log-in, no cookie."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import EmptyPage, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from delegues import publication
from delegues.models import Campagne
from refondation.membres.models import date_du_jour

PAR_PAGE, PAR_PAGE_AU_PLUS = 100, 500
SECONDES_EN_CACHE = 60


def _repondre(request: HttpRequest, donnees: dict[str, Any], statut: int = 200) -> HttpResponse:
    """JSON that proxies may keep for a minute, with a fingerprint to ask again for nothing."""
    reponse = JsonResponse(donnees, status=statut, json_dumps_params={"ensure_ascii": False})
    marque = f'"{hashlib.sha256(reponse.content).hexdigest()[:32]}"'
    if statut == 200 and marque in request.headers.get("If-None-Match", ""):
        reponse = HttpResponseNotModified()
    reponse["ETag"] = marque
    reponse["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(reponse, public=True, max_age=SECONDES_EN_CACHE)
    return reponse


def _refuser(request: HttpRequest, message: str) -> HttpResponse:
    return _repondre(request, {"erreur": message}, 400)


def _pagine(request: HttpRequest, lignes: QuerySet, decrire: Any, **entete: Any) -> HttpResponse:
    """One page of a list, with the addresses of its neighbours."""
    try:
        taille = int(request.GET.get("par_page", PAR_PAGE))
        numero = int(request.GET.get("page", 1))
        if not 1 <= taille <= PAR_PAGE_AU_PLUS:
            raise ValueError
        page = Paginator(lignes, taille).page(numero)
    except (ValueError, EmptyPage):
        return _refuser(
            request, f"« page » est une page qui existe, « par_page » un nombre de 1 à {PAR_PAGE_AU_PLUS}."
        )

    def adresse(rang: int) -> str:
        parametres = request.GET.copy()
        parametres["page"] = str(rang)
        return request.build_absolute_uri(f"{request.path}?{parametres.urlencode()}")

    return _repondre(
        request,
        {
            "version": publication.VERSION,
            **entete,
            "total": page.paginator.count,
            "page": numero,
            "pages": page.paginator.num_pages,
            "suivante": adresse(numero + 1) if page.has_next() else None,
            "precedente": adresse(numero - 1) if page.has_previous() else None,
            "resultats": decrire(list(page)),
        },
    )


@login_not_required
@require_safe
def campagnes(request: HttpRequest) -> HttpResponse:
    return _pagine(
        request,
        Campagne.objects.publiques(),
        lambda lignes: [
            {
                "slug": c.slug,
                "nom": c.nom,
                "etat": c.etat,
                "adresse": request.build_absolute_uri(reverse("delegues:api", args=[c.slug])),
            }
            for c in lignes
        ],
    )


def _campagne(slug: str) -> Campagne:
    return get_object_or_404(Campagne.objects.publiques(), slug=slug)


@login_not_required
@require_safe
def campagne(request: HttpRequest, slug: str) -> HttpResponse:
    """The calendar, the rules and the totals of a campaign."""
    objet = _campagne(slug)
    return _repondre(
        request,
        publication.campagne(objet)
        | {
            "sections": request.build_absolute_uri(reverse("delegues:api_sections", args=[slug])),
            "delegues": request.build_absolute_uri(reverse("delegues:api_delegues", args=[slug])),
        },
    )


@login_not_required
@require_safe
def sections(request: HttpRequest, slug: str) -> HttpResponse:
    """Each section's figures as soon as they are received, with what they are worth."""
    objet = _campagne(slug)
    lignes = objet.designations.order_by("section__federation__code", "section__code")
    if federation := request.GET.get("federation", ""):
        lignes = lignes.filter(section__federation__code=federation)
    return _pagine(
        request, lignes.avec_leur_section(), publication.sections, campagne=objet.slug, federation=federation
    )


@login_not_required
@require_safe
def delegues(request: HttpRequest, slug: str) -> HttpResponse:
    """Who sits on a day (today when not given): names, sections, dates."""
    objet = _campagne(slug)
    try:
        au = parse_date(request.GET["au"]) if "au" in request.GET else date_du_jour()
    except ValueError:
        au = None
    if au is None:
        return _refuser(request, "« au » est une date : 2026-10-14.")
    lignes = objet.delegations.en_exercice(au=au).avec_leur_monde().dans_l_ordre()
    if federation := request.GET.get("federation", ""):
        lignes = lignes.filter(designation__section__federation__code=federation)
    if section := request.GET.get("section", ""):
        lignes = lignes.filter(designation__section__code=section)
    return _pagine(
        request,
        lignes.select_related("remplace__adherent"),
        publication.delegues,
        campagne=objet.slug,
        au=au.isoformat(),
    )

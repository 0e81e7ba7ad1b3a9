"""Public pages of a campaign: the list, its calendar and rules, what was received, by federation and section."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from delegues import bilan
from delegues.campagne_en_mots import etapes, regles
from delegues.models import Campagne
from delegues.regles import est_possible
from delegues.views.acces_candidatures import campagne_visible, ma_designation
from refondation.interface.markdown import rendre
from refondation.interface.trame import ECHELLE_DES_PARTS
from refondation.membres.regles import peut
from refondation.territoire.models import Federation

SECTIONS_PAR_PAGE = 100


@login_not_required
@never_cache
@require_safe
def accueil(request: HttpRequest) -> HttpResponse:
    contexte = {
        "campagnes": list(Campagne.objects.visibles_par(request.user)),
        "peut_regler": peut(request.user, "delegues.regler"),
    }
    return render(request, "delegues/campagne/accueil.html", contexte)


@login_not_required
@never_cache
@require_safe
def campagne(request: HttpRequest, slug: str) -> HttpResponse:
    """The calendar as a line of time, the rules in words, the map of what was received."""
    campagne = campagne_visible(request, slug)
    instant = timezone.now()
    bilans = bilan.par_federation(campagne)
    connecte = request.user.is_authenticated
    contexte = {
        "campagne": campagne,
        "presentation": rendre(campagne.presentation),
        "etapes": etapes(campagne, instant),
        "regles": regles(campagne),
        "incompatibilites": campagne.incompatibilites.exists(),
        "engagement": rendre(campagne.engagement),
        "bilans": bilans,
        "national": bilan.national(bilans),
        "cases": bilan.cases(campagne, bilans),
        "echelle": ECHELLE_DES_PARTS,
        "ma_designation": ma_designation(request, campagne) if connecte else None,
        "peut_candidater": est_possible(campagne, "candidater", instant),
        "repartition": campagne.repartitions.adoptees().first(),
        "peut_observer": peut(request.user, "delegues.observer"),
    }
    return render(request, "delegues/campagne/campagne.html", contexte)


@login_not_required
@never_cache
@require_safe
def federation(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The sections of one federation, with the figures of the minutes received."""
    campagne = campagne_visible(request, slug)
    federation = get_object_or_404(Federation, code__iexact=code)
    designations = (
        campagne.designations.filter(section__federation=federation)
        .avec_chiffres()
        .select_related("section")
        .order_by("section__code")
    )
    page = Paginator(designations, SECTIONS_PAR_PAGE).get_page(request.GET.get("page"))
    contexte = {
        "campagne": campagne,
        "federation": federation,
        "page": page,
        "bilan": next((b for b in bilan.par_federation(campagne) if b.code == federation.code), None),
    }
    return render(request, "delegues/campagne/federation.html", contexte)

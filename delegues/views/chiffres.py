"""Public files of the figures of each section: nobody retypes a number."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from delegues.chiffres import ENTETE, lignes, morceaux_json
from delegues.models import Campagne
from refondation.tableaux import lignes_csv


def _annoncee(slug: str) -> Campagne:
    return get_object_or_404(Campagne.objects.publiques(), slug=slug)


@login_not_required
@never_cache
@require_safe
def chiffres_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    campagne = _annoncee(slug)
    reponse = StreamingHttpResponse(
        lignes_csv(ENTETE, lignes(campagne)), content_type="text/csv; charset=utf-8"
    )
    reponse["Content-Disposition"] = f'attachment; filename="chiffres-{campagne.slug}.csv"'
    return reponse


@login_not_required
@never_cache
@require_safe
def chiffres_json(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(morceaux_json(_annoncee(slug)), content_type="application/json")

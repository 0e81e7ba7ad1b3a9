"""The journal as its controllers read it: filter, export, verify."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from refondation.journal.chaine import verifier
from refondation.journal.forms import Filtres
from refondation.journal.models import Ligne, LigneQuerySet
from refondation.membres.regles import exiger
from refondation.tableaux import lignes_csv

LIGNES_PAR_PAGE = 50
ENTETE = ("rang", "instant", "acte", "compte", "nom", "objet", "fédération", "section", "détails")


def _lignes(request: HttpRequest) -> tuple[Filtres, LigneQuerySet]:
    exiger(request.user, "journal.verifier")
    filtres = Filtres(request.GET)
    lignes = Ligne.objects.visibles_par(request.user).select_related("acteur", "federation", "section")
    return filtres, filtres.appliquer(lignes)


@require_safe
def liste(request: HttpRequest) -> HttpResponse:
    filtres, lignes = _lignes(request)
    page = Paginator(lignes, LIGNES_PAR_PAGE).get_page(request.GET.get("page"))
    parametres = request.GET.copy()
    parametres.pop("page", None)
    return render(
        request,
        "journal/liste.html",
        {"filtres": filtres, "page": page, "parametres": parametres.urlencode()},
    )


@require_safe
def exporter(request: HttpRequest) -> StreamingHttpResponse:
    """The filtered lines, oldest first, as a CSV file that spreadsheets open as it is (UTF-8, `;`)."""
    _, lignes = _lignes(request)
    reponse = StreamingHttpResponse(_csv(lignes), content_type="text/csv; charset=utf-8")
    reponse["Content-Disposition"] = f'attachment; filename="journal-{timezone.localdate()}.csv"'
    reponse["Cache-Control"] = "no-store"
    return reponse


def _csv(lignes: LigneQuerySet) -> Iterator[str]:
    return lignes_csv(
        (*ENTETE, "empreinte précédente", "empreinte"),
        (
            (
                ligne.rang,
                timezone.localtime(ligne.instant).isoformat(timespec="seconds"),
                ligne.acte,
                ligne.acteur_id,
                ligne.acteur,
                ligne.objet,
                ligne.federation and ligne.federation.code,
                ligne.section and ligne.section.code,
                json.dumps(ligne.details, ensure_ascii=False),
                ligne.precedente,
                ligne.empreinte,
            )
            for ligne in lignes.order_by("rang").iterator(chunk_size=1000)
        ),
    )


@require_POST
def verification(request: HttpRequest) -> HttpResponse:
    exiger(request.user, "journal.verifier")
    return render(
        request, "journal/verification.html", {"verification": verifier(), "instant": timezone.now()}
    )

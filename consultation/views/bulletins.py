"""The public side of the boxes: their list, their trackers, their archives, and finding one's own ballot."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from consultation.chaine import lire_archive
from consultation.models import Evenement, Urne
from consultation.suivi import NumeroMalForme, lire_le_suivi
from consultation.views.acces import trop_vite, trouver
from refondation.debit import adresse, est_depasse

URNES_PAR_PAGE = 60
SUIVIS_PAR_PAGE = 100
VERIFICATIONS_PAR_MINUTE = 60
ARCHIVES_PAR_MINUTE = 30


@login_not_required
@never_cache
@require_safe
def urnes(request: HttpRequest, slug: str) -> HttpResponse:
    """The boxes of a vote, by name, with the head of each chain."""
    scrutin = trouver(request, slug)
    recherche = request.GET.get("q", "").strip()[:80]
    choix = scrutin.urnes.defer("election").order_by("nom")
    if recherche:
        choix = choix.filter(nom__icontains=recherche)
    page = Paginator(choix, URNES_PAR_PAGE).get_page(request.GET.get("page"))
    parametres = request.GET.copy()
    parametres.pop("page", None)
    contexte = {
        "scrutin": scrutin,
        "page": page,
        "parametres": parametres.urlencode(),
        "recherche": recherche,
    }
    return render(request, "consultation/urnes.html", contexte)


@login_not_required
@never_cache
@require_safe
def urne(request: HttpRequest, slug: str, uuid: str) -> HttpResponse:
    """The trackers of a box, in the order of its chain; a replaced ballot is said so."""
    scrutin = trouver(request, slug)
    boite = get_object_or_404(scrutin.urnes, uuid=uuid)
    page = Paginator(_bulletins(boite), SUIVIS_PAR_PAGE).get_page(request.GET.get("page"))
    contexte = {
        "scrutin": scrutin,
        "urne": boite,
        "page": page,
        "remplaces": boite.evenements.bulletins().count() - boite.credentiels_utilises,
    }
    return render(request, "consultation/urne.html", contexte)


def _bulletins(boite: Urne):
    suivant = Evenement.objects.filter(credentiel=OuterRef("credentiel"), hauteur__gt=OuterRef("hauteur"))
    return (
        boite.evenements.bulletins()
        .only("urne_id", "hauteur", "charge")
        .annotate(est_remplace=Exists(suivant))
        .order_by("hauteur")
    )


@login_not_required
@require_safe
def archive(request: HttpRequest, slug: str, uuid: str) -> HttpResponse:
    """The box's archive as it stands now: a valid prefix of what it will be, streamed."""
    if est_depasse(f"archive:{adresse(request)}", nombre=ARCHIVES_PAR_MINUTE, secondes=60):
        raise trop_vite(60)
    scrutin = trouver(request, slug)
    boite = get_object_or_404(scrutin.urnes.defer("election"), uuid=uuid, hauteur__gte=0)
    etiquette = f'"{boite.tete}"'
    if request.headers.get("If-None-Match") == etiquette:
        return HttpResponseNotModified(headers={"ETag": etiquette})
    return StreamingHttpResponse(
        lire_archive(boite),
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{boite.uuid}.bel"',
            "Cache-Control": "no-cache",
            "ETag": etiquette,
        },
    )


@login_not_required
@never_cache
@sensitive_post_parameters("suivi")
@require_http_methods(["GET", "HEAD", "POST"])
def verifier(request: HttpRequest, slug: str) -> HttpResponse:
    """« Vérifier mon bulletin »: the tracker goes in a body, so that no address and no log holds it."""
    scrutin = trouver(request, slug)
    contexte = {"scrutin": scrutin, "saisie": "", "defaut": "", "trouve": None, "cherche": False}
    if request.method != "POST":
        return render(request, "consultation/verifier.html", contexte)
    if est_depasse(f"verifier:{adresse(request)}", nombre=VERIFICATIONS_PAR_MINUTE, secondes=60):
        raise trop_vite(60)
    contexte["saisie"] = saisie = request.POST.get("suivi", "")[:200]
    try:
        charge = lire_le_suivi(saisie)
    except NumeroMalForme as defaut:
        contexte["defaut"] = str(defaut)
        return render(request, "consultation/verifier.html", contexte, status=422)
    contexte["cherche"] = True
    contexte["trouve"] = _trouver_le_bulletin(scrutin.pk, charge)
    return render(request, "consultation/verifier.html", contexte)


def _trouver_le_bulletin(scrutin: int, charge: str) -> dict | None:
    bulletin = (
        Evenement.objects.bulletins()
        .filter(urne__scrutin=scrutin, charge=charge)
        .select_related("urne")
        .defer("donnees", "urne__election")
        .first()
    )
    if bulletin is None:
        return None
    rangs = bulletin.urne.evenements.bulletins().aggregate(
        place=Count("pk", filter=Q(hauteur__lte=bulletin.hauteur)),
        suivants=Count("pk", filter=Q(hauteur__gt=bulletin.hauteur, credentiel=bulletin.credentiel_id)),
    )
    return {
        "bulletin": bulletin,
        "urne": bulletin.urne,
        "est_remplace": rangs["suivants"] > 0,
        "page": -(-rangs["place"] // SUIVIS_PAR_PAGE),
    }

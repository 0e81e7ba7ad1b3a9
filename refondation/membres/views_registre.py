"""The register as its keepers read it: search, a member's card, export of one's perimeter."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from refondation.membres import actes, exports, historique
from refondation.membres.connexion import exiger_second_facteur_recent
from refondation.membres.forms_registre import FiltresDuRegistre
from refondation.membres.models import Adherent, date_du_jour
from refondation.membres.regles import exiger, peut
from refondation.tableaux import lignes_csv
from refondation.territoire.models import Section

MEMBRES_PAR_PAGE = 50
# What is searched may be a name: it stays in the session, never in an address.
RECHERCHE = "recherche_du_registre"
sans_trace = cache_control(private=True, no_store=True)


def _filtres(request: HttpRequest) -> FiltresDuRegistre:
    """The filters of the address, and what was searched if the address says that something was."""
    exiger(request.user, "membres.lire")
    donnees = request.GET.copy()
    donnees["q"] = request.session.get(RECHERCHE, "") if "recherche" in donnees else ""
    return FiltresDuRegistre(donnees, compte=request.user)


@require_http_methods(["GET", "HEAD", "POST"])
@sans_trace
def liste(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return redirect(f"{reverse('registre:liste')}?{_retenir(request)}")
    filtres = _filtres(request)
    membres = filtres.appliquer(Adherent.objects.visibles_par(request.user)).avec_leur_section()
    page = Paginator(membres, MEMBRES_PAR_PAGE).get_page(request.GET.get("page"))
    parametres = request.GET.copy()
    parametres.pop("page", None)
    contexte = {
        "filtres": filtres,
        "page": page,
        "parametres": parametres.urlencode(),
        "jour": date_du_jour(),
        "peut_exporter": peut(request.user, "membres.exporter"),
    }
    return render(request, "membres/registre/liste.html", contexte, status=422 if filtres.errors else 200)


def _retenir(request: HttpRequest) -> str:
    """Keep what is searched in the session; the query string of the other filters."""
    adresse = QueryDict(mutable=True)
    for nom in FiltresDuRegistre.base_fields:
        if nom != "q" and request.POST.get(nom):
            adresse[nom] = request.POST[nom]
    if cherche := request.POST.get("q", "").strip():
        request.session[RECHERCHE] = cherche[:80]
        adresse["recherche"] = "1"
    return adresse.urlencode()


@require_safe
@sans_trace
def fiche(request: HttpRequest, pk: int) -> HttpResponse:
    visibles = Adherent.objects.visibles_par(request.user).avec_leur_section()
    adherent = get_object_or_404(visibles.select_related("inscrit_par"), pk=pk)
    changements = list(adherent.changements.select_related("lot"))
    citees = historique.sections_citees(changements) | {adherent.section_id}
    sections = {s.pk: str(s) for s in Section.objects.filter(pk__in=citees)}
    contexte = {
        "adherent": adherent,
        "episodes": historique.episodes(adherent, changements, sections),
        "jour": date_du_jour(),
        "mandats": _mandats(adherent),
    }
    return render(request, "membres/registre/fiche.html", contexte)


def _mandats(adherent: Adherent) -> list[str]:
    compte = getattr(adherent, "compte", None)
    return [str(mandat) for mandat in compte.mandats_en_cours()] if compte else []


@require_POST
@exiger_second_facteur_recent
@sans_trace
def exporter(request: HttpRequest, forme: str) -> HttpResponse:
    """The filtered members of the perimeter, as a file."""
    filtres = _filtres(request)
    mots, instant = filtres.en_mots(), timezone.now()
    adherents, nombre = actes.exporter_adherents(
        adherents=filtres.appliquer(Adherent.objects.all()), filtres=mots, forme=forme, par=request.user
    )
    nom = f"membres-{date_du_jour()}.{forme}"
    if forme == "csv":
        reponse = StreamingHttpResponse(
            lignes_csv(exports.ENTETE, exports.lignes(adherents)), content_type="text/csv; charset=utf-8"
        )
        reponse["Content-Disposition"] = f'attachment; filename="{nom}"'
        return reponse
    fichier = exports.classeur(adherents, par=str(request.user), filtres=mots, nombre=nombre, instant=instant)
    return FileResponse(fichier, as_attachment=True, filename=nom)

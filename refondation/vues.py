"""The public home page and the health page."""

from collections.abc import Sequence

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from consultation.models import Gardien, Inscription, Scrutin
from consultation.participation import lire
from consultation.views.acces import situation_de
from consultation.views.gardien import etat_de_la_garde
from delegues.attentes import attentes
from delegues.models import Campagne, Designation
from delegues.reperes import reperes
from refondation.accueil import Etape, en_vue, etape_des_delegues, etapes, ligne_de_temps
from refondation.interface import trame

# What a trustee has to do, of all that `etat_de_la_garde` tells.
GARDES_A_FAIRE = {"cle", "dechiffrement"}


@login_not_required
@never_cache
@require_safe
def accueil(request: HttpRequest) -> HttpResponse:
    """The process as a line of time, the map that fills, the open door; logged in, one's own line of time."""
    if request.user.is_authenticated:
        return _ma_refondation(request)
    publics = Scrutin.objects.publics().qui_concernent(request.user)
    scrutins = list(publics.prefetch_related("questions"))
    scrutin = en_vue(scrutins)
    contexte = {
        "scrutin": scrutin,
        "situation": situation_de(request, scrutin, None) if scrutin else None,
        "etapes": etapes(scrutins, _designer(Campagne.objects.publiques().exclude(etat="annulee")[:1])),
    }
    return render(request, "accueil.html", contexte | _carte(scrutin))


def _ma_refondation(request: HttpRequest) -> HttpResponse:
    adherent = request.user.adherent
    visibles = Scrutin.objects.visibles_par(request.user).qui_concernent(request.user)
    scrutins = list(visibles.exclude(etat=Scrutin.Etat.BROUILLON))
    inscriptions = {i.scrutin_id: i for i in Inscription.objects.de(request.user.adherent_id)}
    situations = [(s, situation_de(request, s, inscriptions.get(s.pk))) for s in scrutins]
    gardes = ((garde, etat_de_la_garde(garde)) for garde in Gardien.objects.de(request.user))
    a_faire = [(s, situation) for s, situation in situations if situation.code == "peut_voter"]
    campagnes = list(Campagne.objects.publiques().exclude(etat=Campagne.Etat.ANNULEE))
    ouvertes = [c for c in campagnes if c.etat == Campagne.Etat.OUVERTE]
    instant = timezone.now()
    section = reperes(request.user, instant=instant) if campagnes else []
    suite = etapes(scrutins, _designer(campagnes[:1]))[1:]
    contexte = {
        "adherent": adherent,
        "a_faire": sorted(a_faire, key=lambda paire: paire[0].ferme_le),
        "gardes": [(garde, etat) for garde, etat in gardes if etat in GARDES_A_FAIRE],
        "attentes": attentes(request.user, ouvertes, instant=instant),
        "passages": ligne_de_temps(situations, section),
        # One's own section tells more than the stage does.
        "etapes": [e for e in suite if not (section and e.url)],
        "scrutin": en_vue(scrutins),
    }
    ici = adherent.section.federation.code if adherent else ""
    return render(request, "ma_refondation.html", _carte(contexte["scrutin"]) | contexte | {"ici": ici})


def _designer(campagnes: Sequence[Campagne]) -> Etape:
    """The stage of the designation, with what the first of these campaigns has received."""
    for campagne in campagnes:
        dues = campagne.designations.filter(sieges__gt=0)
        chiffres = dues.aggregate(
            sections=Count("pk"), recues=Count("pk", filter=~Q(etat=Designation.Etat.ATTENDUE))
        )
        return etape_des_delegues(campagne, **chiffres)
    return etape_des_delegues(None, recues=0, sections=0)


def _carte(scrutin: Scrutin | None) -> dict:
    """The map of the vote shown, as last published; nothing while there is nothing to show."""
    publiee = lire(scrutin) if scrutin else None
    valeurs = trame.valeurs(publiee.federations) if publiee else []
    return {"participation": publiee, "valeurs": valeurs, "echelle": trame.ECHELLE_DES_PARTS, "ici": ""}


@login_not_required
@never_cache
@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """The map of the site: the second way to find a page, beside the menu."""
    visibles = Scrutin.objects.visibles_par(request.user).qui_concernent(request.user)
    scrutins = visibles.exclude(etat=Scrutin.Etat.BROUILLON)
    return render(request, "interface/plan.html", {"scrutins": scrutins})


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

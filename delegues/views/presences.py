"""The attendance list: one tick at a time, kept by the phone without network; a plain form without script."""

from __future__ import annotations

import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from delegues import actes
from delegues.actes import Pointage
from delegues.emargement import liste_de_presence, presents
from delegues.models import ProcesVerbal
from delegues.views.acces_proces_verbaux import brouillon, etapes, suivante, trouver
from refondation.membres.regles import ActeImpossible

POINTAGES_MAX = 5000


@brouillon
@require_http_methods(["GET", "HEAD", "POST"])
def presences(request: HttpRequest, pv: ProcesVerbal) -> HttpResponse:
    if request.method == "POST":
        return _pointer_sans_script(request, pv)
    recherche = request.GET.get("q", "").strip()[:80]
    membres = liste_de_presence(pv)
    inscrits = membres.count()
    if recherche:
        membres = membres.chercher(recherche)
    venus = set(pv.presences.filter(present=True).values_list("adherent", flat=True))
    toutes = etapes(pv, "presences")
    numero = next(n for n, e in enumerate(toutes, 1) if e.ici)
    contexte = {
        "pv": pv,
        "etapes": toutes,
        "etape": toutes[numero - 1],
        "numero": numero,
        "precedente": f"delegues:pv_{toutes[numero - 2].cle}",
        "suivante": suivante(pv, "presences"),
        "recherche": recherche,
        "lignes": [(m, m.pk in venus) for m in membres],
        "presents": len(venus),
        "inscrits": inscrits,
    }
    return render(request, "delegues/proces_verbaux/presences.html", contexte)


def _pointer_sans_script(request: HttpRequest, pv: ProcesVerbal) -> HttpResponse:
    """What changed between the boxes as shown and as sent: what another device ticked stays."""
    avant = _cles(request.POST.getlist("avant"))
    apres = _cles(request.POST.getlist("present"))
    marque = int(timezone.now().timestamp() * 1000)
    pointages = [Pointage(pk, pk in apres, marque) for pk in sorted(avant ^ apres)]
    if pointages:
        actes.pointer_presences(proces_verbal=pv, pointages=pointages, par=request.user)
    if request.POST.get("suite") == "continuer":
        return redirect(suivante(pv, "presences"), pv.cle)
    total = presents(pv)
    messages.success(request, f"La liste est enregistrée : {total} présent·e{'s' if total > 1 else ''}.")
    return redirect("delegues:pv_presences", pv.cle)


def _cles(valeurs: list[str]) -> set[int]:
    return {int(v) for v in valeurs if v.isdecimal() and len(v) < 19}


@require_POST
def pointer(request: HttpRequest, cle: UUID) -> JsonResponse:
    """JSON `{"pointages": [[id, present, ms], …]}` → `{"presents": n, "hors_liste": [ids]}`; a refusal says why."""
    pv = trouver(request, cle)
    try:
        pointages = _lire(request.body)
        hors_liste = actes.pointer_presences(proces_verbal=pv, pointages=pointages, par=request.user)
    except ActeImpossible as refus:
        return JsonResponse({"code": refus.code, "message": str(refus)}, status=refus.statut)
    return JsonResponse({"presents": presents(pv), "hors_liste": hors_liste})


def _lire(corps: bytes) -> list[Pointage]:
    try:
        lignes = json.loads(corps)["pointages"]
        pointages = [Pointage(pk, present, marque) for pk, present, marque in lignes]
    except (ValueError, KeyError, TypeError) as erreur:
        raise ActeImpossible("Ces pointages sont illisibles.", code="forme", statut=400) from erreur
    if len(pointages) > POINTAGES_MAX or any(
        type(p.adherent) is not int
        or type(p.present) is not bool
        or type(p.marque) is not int
        or not 0 < p.adherent < 2**63
        or not 0 <= p.marque < 2**63
        for p in pointages
    ):
        raise ActeImpossible("Ces pointages sont illisibles.", code="forme", statut=400)
    return pointages

"""Reviewing and signing minutes, correcting them, their PDF, and the public page that checks a fingerprint."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from delegues import actes
from delegues.forms_proces_verbaux import MotifForm
from delegues.models import ProcesVerbal
from delegues.papier import proces_verbal_pdf
from delegues.proces_verbal import canonique, empreinte_de, manques, rediger, relire
from delegues.rectifications import differences
from delegues.views.acces_proces_verbaux import brouillon, etapes, trouver, version_de
from refondation.membres.regles import ActeImpossible, exiger


@brouillon
@require_http_methods(["GET", "HEAD", "POST"])
def relire_et_signer(request: HttpRequest, pv: ProcesVerbal) -> HttpResponse:
    """The paper as it will be signed, what it lacks, and the first signature."""
    statut, refuse = 200, ""
    if request.method == "POST":
        try:
            actes.presenter_proces_verbal(
                proces_verbal=pv,
                empreinte=request.POST.get("empreinte", ""),
                version=version_de(request),
                par=request.user,
            )
            return redirect(pv)
        except ActeImpossible as refus:
            if refus.code not in {"perime", "relire", "incomplet"}:
                raise
            refuse, statut, pv = str(refus), refus.statut, trouver(request, pv.cle)
    contenu, _, decompte = rediger(pv)
    toutes = etapes(pv, "relire")
    contexte = {
        "pv": pv,
        "etapes": toutes,
        "etape": toutes[-1],
        "numero": len(toutes),
        "precedente": f"delegues:pv_{toutes[-2].cle}",
        "contenu": contenu,
        "differences": differences(relire(pv.rectifie), contenu) if pv.rectifie else [],
        "empreinte": empreinte_de(canonique(contenu)),
        "manques": [(f"delegues:pv_{cle}", phrase) for cle, phrase in manques(pv, decompte)],
        "pieces": list(pv.pieces.all()),
        "refuse": refuse,
    }
    return render(request, "delegues/proces_verbaux/relire.html", contexte, status=statut)


@never_cache
@require_POST
def contresigner(request: HttpRequest, cle: UUID) -> HttpResponse:
    """The second signature; a second click on the button finds the minutes signed, and says so."""
    pv = trouver(request, cle)
    if pv.etat == ProcesVerbal.Etat.VERROUILLE and request.user.adherent_id == pv.contresignataire_id:
        return redirect(pv)
    pv = actes.contresigner_proces_verbal(
        proces_verbal=pv, empreinte=request.POST.get("empreinte", ""), par=request.user
    )
    messages.success(
        request,
        f"Le procès-verbal est signé sous le numéro {pv.numero}. La commission de récolement l'a reçu.",
    )
    return redirect(pv)


@never_cache
@require_POST
def reprendre(request: HttpRequest, cle: UUID) -> HttpResponse:
    """Back to drafting: the secretary takes it, or the second signatory sends it with a reason."""
    pv = trouver(request, cle)
    par_le_second = request.user.adherent_id == pv.contresignataire_id
    actes.reprendre_proces_verbal(proces_verbal=pv, motif=request.POST.get("motif", ""), par=request.user)
    if par_le_second:
        messages.success(
            request, "Le procès-verbal est renvoyé à la ou au secrétaire, avec votre explication."
        )
        return redirect(pv.designation)
    messages.success(request, "Le procès-verbal se modifie de nouveau. Il faudra le signer de nouveau.")
    return redirect(pv)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rectifier(request: HttpRequest, cle: UUID) -> HttpResponse:
    pv = trouver(request, cle)
    exiger(request.user, "delegues.conduire", pv.designation)
    form = MotifForm(request.POST or None)
    if form.is_valid():
        return redirect(
            actes.rectifier_proces_verbal(
                proces_verbal=pv, motif=form.cleaned_data["motif"], par=request.user
            )
        )
    return render(request, "delegues/proces_verbaux/rectifier.html", {"pv": pv, "form": form})


@brouillon
@require_http_methods(["GET", "HEAD", "POST"])
def abandonner(request: HttpRequest, pv: ProcesVerbal) -> HttpResponse:
    if request.method == "POST":
        designation = actes.abandonner_le_brouillon(proces_verbal=pv, par=request.user)
        messages.success(request, "Le brouillon est abandonné : rien n'en est gardé.")
        return redirect(designation)
    return render(request, "delegues/proces_verbaux/abandonner.html", {"pv": pv})


# --- Papers and proof ------------------------------------------------------------------------------


@never_cache
@require_safe
def pdf(request: HttpRequest, cle: UUID) -> HttpResponse:
    """The paper: signed, or as a draft to sign in the room."""
    pv = trouver(request, cle)
    signe = pv.etat in (ProcesVerbal.Etat.VERROUILLE, ProcesVerbal.Etat.RECTIFIE)
    contenu = relire(pv) if pv.contenu else rediger(pv)[0]
    instant = pv.verrouille_le if signe else timezone.now()
    reponse = HttpResponse(proces_verbal_pdf(pv, contenu, instant=instant), content_type="application/pdf")
    nom = pv.numero or f"projet-{pv.section.code}"
    reponse["Content-Disposition"] = f'inline; filename="{nom}.pdf"'
    reponse["Cache-Control"] = "private, no-store"
    return reponse


@never_cache
@require_safe
def contenu(request: HttpRequest, cle: UUID) -> HttpResponse:
    """What was signed, byte for byte: its SHA-256 is the fingerprint."""
    pv = trouver(request, cle)
    get_object_or_404(ProcesVerbal.objects.exclude(contenu=""), pk=pv.pk)
    reponse = HttpResponse(pv.contenu, content_type="application/json; charset=utf-8")
    nom = pv.numero or "a-contresigner"
    reponse["Content-Disposition"] = f'attachment; filename="{nom}.json"'
    reponse["Cache-Control"] = "private, no-store"
    return reponse


@login_not_required
@never_cache
@require_safe
def verifier(request: HttpRequest, cle: UUID) -> HttpResponse:
    """For anybody who holds a paper: whether these minutes exist, still count, and have that fingerprint."""
    pv = get_object_or_404(
        ProcesVerbal.objects.verrouilles().select_related(
            "designation__campagne", "designation__section__federation", "rectifie"
        ),
        cle=cle,
    )
    saisie = "".join(c for c in request.GET.get("empreinte", "").lower() if c in "0123456789abcdef")[:64]
    contexte = {
        "pv": pv,
        "contenu": relire(pv),
        "rectificatif": ProcesVerbal.objects.verrouilles().filter(rectifie=pv).first(),
        "saisie": saisie,
        # The first sixteen digits are enough to tell two papers apart, and are what one types.
        "identique": len(saisie) >= 16 and pv.empreinte.startswith(saisie),
        "integre": empreinte_de(pv.contenu) == pv.empreinte,
    }
    return render(request, "delegues/proces_verbaux/verifier.html", contexte)

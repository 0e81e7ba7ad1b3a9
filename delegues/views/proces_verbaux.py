"""The screens of a draft, one thing each: date and place, count, incidents, signatories, papers."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from delegues import actes
from delegues.designes import listes_de, noms_permis
from delegues.emargement import liste_de_presence, presents
from delegues.fichiers import remettre
from delegues.forms_proces_verbaux import (
    BureauForm,
    DepouillementForm,
    IncidentsForm,
    MotifForm,
    PieceForm,
    SeanceForm,
)
from delegues.models import ProcesVerbal
from delegues.proces_verbal import relire
from delegues.rectifications import differences
from delegues.views.acces_proces_verbaux import brouillon, ecran, etapes, suivante, trouver, version_de
from refondation.membres.regles import ActeImpossible, peut

LIRE_OU_ECRIRE = ["GET", "HEAD", "POST"]


@never_cache
@require_safe
def proces_verbal(request: HttpRequest, cle: UUID) -> HttpResponse:
    """A draft leads to its first step not done; else the paper, and what the reader may do with it."""
    pv = trouver(request, cle)
    conduit = peut(request.user, "delegues.conduire", pv.designation)
    if pv.etat == ProcesVerbal.Etat.BROUILLON:
        if not conduit:
            return render(request, "delegues/proces_verbaux/en_cours.html", {"pv": pv})
        a_faire = next(e for e in etapes(pv) if not e.fait)
        return redirect(f"delegues:pv_{a_faire.cle}", pv.cle)
    contexte = {
        "pv": pv,
        "contenu": relire(pv),
        "differences": differences(relire(pv.rectifie), relire(pv)) if pv.rectifie else [],
        "rectificatif": ProcesVerbal.objects.filter(rectifie=pv).first(),
        "conduit": conduit,
        "second": request.user.adherent_id is not None and request.user.adherent_id == pv.contresignataire_id,
        "pieces": list(pv.pieces.all()),
        "form": MotifForm(),
    }
    return render(request, "delegues/proces_verbaux/proces_verbal.html", contexte)


@brouillon
@require_http_methods(LIRE_OU_ECRIRE)
def seance(request: HttpRequest, pv: ProcesVerbal) -> HttpResponse:
    form = SeanceForm(request.POST or None, initial=SeanceForm.initiales(pv))
    return ecran(
        request,
        pv,
        "seance",
        form,
        lambda: actes.noter_la_seance(
            proces_verbal=pv, version=version_de(request), par=request.user, **form.cleaned_data
        ),
    )


@brouillon
@require_http_methods(LIRE_OU_ECRIRE)
def depouillement(request: HttpRequest, pv: ProcesVerbal) -> HttpResponse:
    listes = listes_de(pv.designation)
    noms = noms_permis(pv.designation, listes)
    form = DepouillementForm(
        request.POST or None,
        listes=listes,
        candidatures=pv.designation.campagne.candidatures,
        noms=noms,
        initial=DepouillementForm.initiales(pv),
    )
    return ecran(
        request,
        pv,
        "depouillement",
        form,
        lambda: actes.noter_le_depouillement(
            proces_verbal=pv, version=version_de(request), par=request.user, **form.champs()
        ),
        noms=noms,
        presents=presents(pv),
        inscrits=liste_de_presence(pv).count(),
    )


@brouillon
@require_http_methods(LIRE_OU_ECRIRE)
def incidents(request: HttpRequest, pv: ProcesVerbal) -> HttpResponse:
    form = IncidentsForm(request.POST or None, initial=IncidentsForm.initiales(pv))
    return ecran(
        request,
        pv,
        "incidents",
        form,
        lambda: actes.noter_les_incidents(
            proces_verbal=pv, version=version_de(request), par=request.user, **form.cleaned_data
        ),
    )


@brouillon
@require_http_methods(LIRE_OU_ECRIRE)
def bureau(request: HttpRequest, pv: ProcesVerbal) -> HttpResponse:
    liste = liste_de_presence(pv)
    venus = liste.filter(pk__in=pv.presences.filter(present=True).values("adherent"))
    form = BureauForm(
        request.POST or None,
        personnes=venus if venus.exists() else liste,
        initial=BureauForm.initiales(pv),
    )
    return ecran(
        request,
        pv,
        "bureau",
        form,
        lambda: actes.designer_le_bureau(
            proces_verbal=pv, version=version_de(request), par=request.user, **form.cleaned_data
        ),
    )


# --- Papers --------------------------------------------------------------------------------------


@brouillon
@require_http_methods(LIRE_OU_ECRIRE)
def pieces(request: HttpRequest, pv: ProcesVerbal) -> HttpResponse:
    """The papers already joined, and one more: this step comes back to itself until one goes on."""
    form = PieceForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            piece = actes.joindre_piece(
                proces_verbal=pv, envoi=form.cleaned_data["fichier"], par=request.user
            )
            messages.success(request, f"« {piece.nom} » est joint au procès-verbal.")
            return redirect("delegues:pv_pieces", pv.cle)
        except ActeImpossible as refus:
            if refus.statut != 400:
                raise
            form.add_error("fichier", str(refus))
    toutes = etapes(pv, "pieces")
    numero = next(n for n, e in enumerate(toutes, 1) if e.ici)
    contexte = {
        "pv": pv,
        "etapes": toutes,
        "etape": toutes[numero - 1],
        "numero": numero,
        "precedente": f"delegues:pv_{toutes[numero - 2].cle}",
        "suivante": suivante(pv, "pieces"),
        "form": form,
        "pieces": list(pv.pieces.all()),
    }
    statut = 400 if form.errors else 200
    return render(request, "delegues/proces_verbaux/pieces.html", contexte, status=statut)


@never_cache
@require_safe
def piece(request: HttpRequest, cle: UUID, piece: UUID) -> HttpResponse:
    """The file, to whom the minutes are open."""
    pv = trouver(request, cle)
    objet = get_object_or_404(pv.pieces, cle=piece)
    return remettre(objet.fichier, nom=objet.nom, genre=objet.genre)


@brouillon
@require_POST
def retirer_piece(request: HttpRequest, pv: ProcesVerbal, piece: UUID) -> HttpResponse:
    objet = get_object_or_404(pv.pieces.select_related("proces_verbal__designation"), cle=piece)
    actes.retirer_piece(piece=objet, par=request.user)
    messages.success(request, f"« {objet.nom} » est retiré.")
    return redirect("delegues:pv_pieces", pv.cle)

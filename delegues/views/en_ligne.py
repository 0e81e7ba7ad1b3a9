"""The online vote of a section: prepared by the administration, brought into the minutes by the secretary."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from consultation.models import Scrutin
from delegues import actes
from delegues.forms_en_ligne import ScrutinDeSectionForm
from delegues.models import Campagne, Designation
from delegues.regles import est_possible
from delegues.views.acces_candidatures import campagne_visible, designation_de
from refondation.membres.actes import ouvrir_compte
from refondation.membres.models import Adherent
from refondation.membres.regles import ActeImpossible, exiger, peut

CHAMP_DU_REFUS = {"dates": "ouvre_le", "gardiens": "gardiens"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def en_ligne(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Where the vote of the section stands; the administration prepares it here."""
    campagne = campagne_visible(request, slug)
    designation = designation_de(campagne, code)
    prepare = peut(request.user, "delegues.regler", designation)
    if request.method == "POST":
        exiger(request.user, "delegues.regler", designation)
    elif not prepare:
        exiger(request.user, "delegues.conduire", designation)
    form = ScrutinDeSectionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        choix = form.cleaned_data
        try:
            comptes = [
                ouvrir_compte(adherent=p, par=request.user) if isinstance(p, Adherent) else p
                for p in choix.pop("gardiens")
            ]
            scrutin = actes.preparer_le_scrutin(
                designation=designation, gardiens=comptes, par=request.user, **choix
            )
        except ActeImpossible as refus:
            form.add_error(CHAMP_DU_REFUS.get(refus.code), str(refus))
        except ValidationError as refus:
            form.add_error(None, refus.messages)
        else:
            messages.success(
                request, "Le scrutin est préparé. Il reste à l'annoncer quand les clés sont créées."
            )
            return redirect("consultation:gestion", scrutin.slug)
    instant = timezone.now()
    scrutin = designation.scrutin
    contexte = {
        "campagne": campagne,
        "designation": designation,
        "scrutin": scrutin,
        "en_ligne": designation.mode == Campagne.Mode.EN_LIGNE,
        "form": form if prepare and _peut_preparer(designation, scrutin, instant) else None,
        "peut_gerer": peut(request.user, "consultation.controler"),
        "peut_reporter": scrutin is not None
        and scrutin.etat == Scrutin.Etat.PUBLIE
        and est_possible(campagne, "rediger", instant)
        and peut(request.user, "delegues.conduire", designation)
        and not designation.proces_verbaux.exists(),
    }
    statut = 422 if form.is_bound and form.errors else 200
    return render(request, "delegues/candidatures/en_ligne.html", contexte, status=statut)


@require_POST
def reporter(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Begin the minutes from the published result."""
    designation = designation_de(campagne_visible(request, slug), code)
    pv = actes.reporter_le_resultat(designation=designation, par=request.user)
    messages.success(
        request, "Le résultat est dans le procès-verbal, tel que l'urne l'a donné. Relisez, puis signez."
    )
    return redirect(pv)


def _peut_preparer(designation: Designation, scrutin: Scrutin | None, instant: datetime) -> bool:
    libre = scrutin is None or scrutin.etat == Scrutin.Etat.ANNULE
    return (
        libre
        and designation.mode == Campagne.Mode.EN_LIGNE
        and est_possible(designation.campagne, "preparer_le_scrutin", instant)
    )

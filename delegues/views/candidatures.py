"""Public pages of candidacies: a section's list and its draw, the register of commitments; the secretary's page."""

from __future__ import annotations

from shlex import quote
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from delegues import actes
from delegues.actes.ordre import ligne_de_la_liste, tirage_de
from delegues.forms_candidatures import EquipeForm
from delegues.models import Campagne, Candidature, Designation, Engagement, Liste
from delegues.regles import est_possible
from delegues.views.acces_candidatures import campagne_visible, designation_de
from refondation.interface.markdown import rendre
from refondation.membres.models import date_du_jour
from refondation.membres.regles import ActeImpossible, exiger, peut

ENGAGEMENTS_PAR_PAGE = 100


@login_not_required
@never_cache
@require_safe
def candidatures(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Who stands in a section, in drawn order once it is drawn, and how to draw it again."""
    campagne = campagne_visible(request, slug)
    designation = designation_de(campagne, code)
    listes = list(designation.listes.publiees().avec_leurs_candidatures())
    tiree = bool(listes) and all(liste.rang is not None for liste in listes)
    listes.sort(key=(lambda x: x.rang) if tiree else str)
    instant = timezone.now()
    contexte = {
        "campagne": campagne,
        "designation": designation,
        "listes": [(x, [(c, rendre(c.profession)) for c in x.presentes()]) for x in listes],
        "tiree": tiree,
        "tirage": _tirage(designation, listes) if tiree else None,
        "peut_candidater": est_possible(campagne, "candidater", instant)
        and getattr(request.user, "adherent", None) is not None
        and request.user.adherent.section_id == designation.section_id,
        "peut_conduire": peut(request.user, "delegues.conduire", designation),
        "suit_le_vote": designation.mode == Campagne.Mode.EN_LIGNE
        and (
            peut(request.user, "delegues.conduire", designation)
            or peut(request.user, "delegues.regler", designation)
        ),
    }
    return render(request, "delegues/candidatures/candidatures.html", contexte)


def _tirage(designation: Designation, listes: list[Liste]) -> dict:
    """What the page shows of the draw, and the commands that do it again."""
    noms = {ligne_de_la_liste(liste): str(liste) for liste in listes}
    ordre = tirage_de(designation, list(noms))
    lignes = [place.ligne for place in ordre.places]
    return {
        "empreinte": ordre.empreinte,
        "graine": ordre.graine,
        "places": [(place, noms[place.ligne]) for place in ordre.places],
        "commande": f"printf '%s\\n%s' {quote(ordre.graine)} {quote(lignes[0])} | sha256sum",
        "commande_empreinte": f"printf '%s\\n' {' '.join(map(quote, lignes))} | LC_ALL=C sort | sha256sum",
    }


@login_not_required
@never_cache
@require_safe
def engagements(request: HttpRequest) -> HttpResponse:
    """The public register: who committed to what, until when; what is lifted is no longer shown."""
    en_vigueur = Engagement.objects.en_vigueur(au=date_du_jour()).select_related(
        "adherent__section__federation", "campagne"
    )
    campagnes = Campagne.objects.publiques().exclude(engagement="")
    contexte = {
        "page": Paginator(en_vigueur, ENGAGEMENTS_PAR_PAGE).get_page(request.GET.get("page")),
        "campagnes": [(c, rendre(c.engagement)) for c in campagnes],
    }
    return render(request, "delegues/candidatures/engagements.html", contexte)


# --- The secretary -----------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def proposer(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Propose somebody, and follow what was proposed."""
    campagne = campagne_visible(request, slug)
    designation = designation_de(campagne, code)
    exiger(request.user, "delegues.conduire", designation)
    saisie = request.POST if request.method == "POST" else None
    form = EquipeForm(saisie, designation=designation, tete=False)
    if request.method == "POST" and form.is_valid():
        try:
            liste = actes.proposer_candidature(
                designation=designation,
                adherents=form.cleaned_data["personnes"],
                nom=form.cleaned_data.get("nom", ""),
                par=request.user,
            )
        except ActeImpossible as refus:
            form.add_error("personnes", str(refus))
        else:
            noms = " et ".join(str(c) for c in liste.presentes())
            messages.success(request, f"Un courriel part à {noms} : la candidature attend sa réponse.")
            return redirect("delegues:proposer", slug, designation.section.code)
    contexte = {
        "campagne": campagne,
        "designation": designation,
        "form": form,
        "listes": list(
            designation.listes.exclude(etat=Liste.Etat.RETIREE).avec_leurs_candidatures().order_by("creee_le")
        ),
        "possible": est_possible(campagne, "proposer", timezone.now()),
        "relance": est_possible(campagne, "accepter", timezone.now()),
    }
    statut = 422 if form.is_bound and form.errors else 200
    return render(request, "delegues/candidatures/proposer.html", contexte, status=statut)


@require_POST
def relancer(request: HttpRequest, cle: UUID) -> HttpResponse:
    """Send the mail of a proposal again (`geste=renvoyer`), or take the proposal back."""
    candidature = get_object_or_404(Candidature.objects.avec_leur_monde(), cle=cle)
    designation = candidature.liste.designation
    exiger(request.user, "delegues.conduire", designation)
    if request.POST.get("geste") == "renvoyer":
        actes.renvoyer_la_proposition(candidature=candidature, par=request.user)
        messages.success(request, f"Un nouveau courriel part à {candidature}. L'ancien lien ne sert plus.")
    else:
        actes.retirer_candidature(candidature=candidature, par=request.user)
        messages.success(request, f"La proposition faite à {candidature} est annulée.")
    return redirect("delegues:proposer", candidature.campagne.slug, designation.section.code)

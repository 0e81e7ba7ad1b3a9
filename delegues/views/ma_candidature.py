"""« Ma candidature » : what one presents, what one committed to, how to answer and to withdraw."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from consultation.views.acces import connexion_de_membre
from delegues import actes
from delegues.actes.reponses import empreinte_du_jeton
from delegues.fichiers import JPEG, PNG, remettre
from delegues.forms_candidatures import PresentationForm, ReponseForm
from delegues.models import Candidature, Engagement
from delegues.regles import est_possible
from delegues.views.acces_candidatures import campagne_visible, ma_designation
from refondation.interface.markdown import rendre
from refondation.membres.regles import ActeImpossible


@connexion_de_membre
@require_http_methods(["GET", "HEAD", "POST"])
def ma_candidature(request: HttpRequest, slug: str) -> HttpResponse:
    """The last one of this campaign; a POST changes the statement and the photo."""
    campagne = campagne_visible(request, slug)
    toutes = Candidature.objects.de(request.user).avec_leur_monde().filter(campagne=campagne)
    candidature = toutes.actives().first() or toutes.order_by("-pk").first()
    instant = timezone.now()
    form = None
    if candidature and candidature.etat == "acceptee" and est_possible(campagne, "candidater", instant):
        saisie = (request.POST, request.FILES) if request.method == "POST" else ()
        form = PresentationForm(*saisie, candidature=candidature)
        if request.method == "POST" and form.is_valid():
            try:
                actes.presenter_ma_candidature(candidature=candidature, par=request.user, **form.cleaned_data)
            except ActeImpossible as refus:
                form.add_error("photo", str(refus))
            else:
                messages.success(request, "C'est enregistré : votre section voit ce que vous présentez.")
                return redirect("delegues:ma_candidature", slug)
    contexte = {
        "campagne": campagne,
        "candidature": candidature,
        "designation": candidature.liste.designation if candidature else ma_designation(request, campagne),
        "compagnie": _compagnie(candidature),
        "texte": rendre(candidature.profession) if candidature else "",
        "engagement": _mon_engagement(request, campagne.pk),
        "form": form,
        "peut_candidater": est_possible(campagne, "candidater", instant),
        "peut_repondre": est_possible(campagne, "accepter", instant),
        "peut_retirer": est_possible(campagne, "retirer", instant),
    }
    statut = 422 if form is not None and form.errors else 200
    return render(request, "delegues/candidatures/ma_candidature.html", contexte, status=statut)


@connexion_de_membre
@require_http_methods(["GET", "HEAD", "POST"])
def retirer(request: HttpRequest, cle: UUID) -> HttpResponse:
    """One's own candidacy: what it changes, then the click."""
    candidature = get_object_or_404(Candidature.objects.de(request.user).avec_leur_monde(), cle=cle)
    if request.method == "POST":
        actes.retirer_candidature(candidature=candidature, par=request.user)
        suite = " Votre engagement est levé." if candidature.campagne.engagement else ""
        messages.success(request, f"Vous n'êtes plus candidat·e.{suite}")
        return redirect("delegues:ma_candidature", candidature.campagne.slug)
    contexte = {
        "candidature": candidature,
        "campagne": candidature.campagne,
        "compagnie": _compagnie(candidature),
    }
    return render(request, "delegues/candidatures/retirer.html", contexte)


# --- Answering a proposal ----------------------------------------------------------------------------


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def repondre(request: HttpRequest, cle: UUID, jeton: str) -> HttpResponse:
    """The link of the mail: opening it shows, and only the button answers; it asks no log-in and no secret."""
    candidature = Candidature.objects.avec_leur_monde().filter(cle=cle).first()
    if candidature is None or candidature.jeton != empreinte_du_jeton(jeton):
        return render(request, "delegues/candidatures/lien_perime.html", status=410)
    return _repondre(request, candidature, jeton)


@connexion_de_membre
@require_http_methods(["GET", "HEAD", "POST"])
def repondre_connecte(request: HttpRequest, cle: UUID) -> HttpResponse:
    """The same answer from one's account."""
    candidature = get_object_or_404(Candidature.objects.de(request.user).avec_leur_monde(), cle=cle)
    if candidature.etat != Candidature.Etat.PROPOSEE:
        return redirect("delegues:ma_candidature", candidature.campagne.slug)
    return _repondre(request, candidature, "")


def _repondre(request: HttpRequest, candidature: Candidature, jeton: str) -> HttpResponse:
    campagne = candidature.campagne
    form = ReponseForm(request.POST if request.method == "POST" else None, campagne=campagne)
    if request.method == "POST":
        accepte = request.POST.get("reponse") != "decliner"
        if not accepte or form.is_valid():
            empreinte = form.cleaned_data["empreinte"] if accepte else ""
            par = None if jeton else request.user
            try:
                candidature = actes.repondre_a_la_proposition(
                    candidature=candidature, accepte=accepte, jeton=jeton, par=par, empreinte=empreinte
                )
            except ActeImpossible as refus:
                form.add_error(None, str(refus))
            else:
                contexte = {"candidature": candidature, "campagne": campagne, "accepte": accepte}
                return render(request, "delegues/candidatures/reponse_recue.html", contexte)
        else:
            form.is_valid()
    contexte = {
        "candidature": candidature,
        "campagne": campagne,
        "compagnie": _compagnie(candidature),
        "engagement": rendre(campagne.engagement),
        "form": form,
        "possible": est_possible(campagne, "accepter", timezone.now()),
    }
    statut = 422 if form.is_bound and form.errors else 200
    return render(request, "delegues/candidatures/repondre.html", contexte, status=statut)


# --- The photo ---------------------------------------------------------------------------------------


@login_not_required
@require_safe
def photo(request: HttpRequest, cle: UUID) -> HttpResponse:
    """The portrait of somebody who stands, public as the list is; nobody else's."""
    publiees = Candidature.objects.filter(etat="acceptee", liste__etat="deposee").exclude(photo="")
    miennes = Candidature.objects.none()
    if request.user.is_authenticated:
        miennes = Candidature.objects.de(request.user).exclude(photo="")
    candidature = publiees.filter(cle=cle).first() or get_object_or_404(miennes, cle=cle)
    genre = PNG if candidature.photo.name.endswith(".png") else JPEG
    return remettre(candidature.photo, nom="portrait", genre=genre)


def _compagnie(candidature: Candidature | None) -> list[Candidature]:
    """The others on the same list, in order."""
    if candidature is None:
        return []
    autres = candidature.liste.candidatures.actives().exclude(pk=candidature.pk)
    return list(autres.select_related("adherent").order_by("rang"))


def _mon_engagement(request: HttpRequest, campagne: int) -> Engagement | None:
    if request.user.adherent_id is None:
        return None
    return Engagement.objects.filter(
        campagne=campagne, adherent=request.user.adherent_id, leve_le=None
    ).first()

"""« Me porter candidat·e » : one thing a screen, kept in the session until the last click."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from consultation.views.acces import connexion_de_membre, trop_vite
from delegues import actes
from delegues.formes import defaut_de_forme
from delegues.forms_candidatures import EngagementForm, EquipeForm, TexteForm
from delegues.models import Campagne, Designation
from delegues.regles import est_possible
from delegues.views.acces_candidatures import (
    campagne_visible,
    examiner,
    ma_candidature_active,
    ma_designation,
)
from refondation.debit import est_depasse
from refondation.interface.markdown import rendre
from refondation.membres.models import Adherent
from refondation.membres.regles import ActeImpossible

LIBELLES = {
    "conditions": "Conditions",
    "equipe": "Avec qui",
    "texte": "Votre texte",
    "engagement": "Engagement",
    "relire": "Relire",
}
# A form that names people by their number would otherwise tell who is in the register.
NUMEROS_PAR_HEURE = 60


def etapes_de(campagne: Campagne) -> list[str]:
    """The screens that this campaign needs, in order."""
    etapes = list(LIBELLES)
    if campagne.candidatures == Campagne.Presentation.PERSONNES:
        etapes.remove("equipe")
    if not campagne.engagement:
        etapes.remove("engagement")
    return etapes


@connexion_de_membre
@require_http_methods(["GET", "HEAD", "POST"])
def candidater(request: HttpRequest, slug: str, etape: str = "conditions") -> HttpResponse:
    campagne = campagne_visible(request, slug)
    if ma_candidature_active(request, campagne) is not None:
        return redirect("delegues:ma_candidature", slug)
    designation = ma_designation(request, campagne)
    if designation is None:
        contexte = {"campagne": campagne, "adherent": request.user.adherent}
        return render(request, "delegues/candidatures/sans_section.html", contexte)
    if etape not in etapes_de(campagne):
        raise Http404
    if etape == "conditions":
        return _conditions(request, designation)
    ecrans = {"equipe": _equipe, "texte": _texte, "engagement": _engagement, "relire": _relire}
    return ecrans[etape](request, designation)


# --- The screens -------------------------------------------------------------------------------------


def _conditions(request: HttpRequest, designation: Designation) -> HttpResponse:
    ouverte = est_possible(designation.campagne, "candidater", timezone.now())
    examen = examiner(request.user.adherent, designation)
    contexte = {
        "examen": examen,
        "ouverte": ouverte,
        "suite": _apres(designation.campagne, "conditions") if ouverte and examen.est_eligible else "",
    }
    return _ecran(request, designation, "conditions", None, **contexte)


def _equipe(request: HttpRequest, designation: Designation) -> HttpResponse:
    brouillon = _brouillon(request, designation)
    gardes = Adherent.objects.in_bulk(brouillon.get("avec", []))
    initial = {
        "nom": brouillon.get("nom", ""),
        "personnes": "\n".join(gardes[pk].numero for pk in brouillon.get("avec", []) if pk in gardes),
    }
    form = EquipeForm(_saisie(request), designation=designation, initial=initial)
    if request.method == "POST":
        if est_depasse(f"numeros:{request.user.pk}", nombre=NUMEROS_PAR_HEURE, secondes=3600):
            raise trop_vite(3600)
        if form.is_valid():
            nom, autres = form.cleaned_data.get("nom", ""), form.cleaned_data["personnes"]
            genres = [request.user.adherent.genre, *(a.genre for a in autres)]
            defaut = defaut_de_forme(designation.campagne, designation.sieges, genres, nom)
            if not defaut:
                return _garder(request, designation, "equipe", nom=nom, avec=[a.pk for a in autres])
            form.add_error("personnes", defaut)
    return _ecran(request, designation, "equipe", form)


def _texte(request: HttpRequest, designation: Designation) -> HttpResponse:
    brouillon = _brouillon(request, designation)
    form = TexteForm(_saisie(request), initial={"profession": brouillon.get("texte", "")})
    if request.method == "POST" and form.is_valid():
        return _garder(request, designation, "texte", texte=form.cleaned_data["profession"])
    return _ecran(request, designation, "texte", form)


def _engagement(request: HttpRequest, designation: Designation) -> HttpResponse:
    campagne = designation.campagne
    initial = {
        "empreinte": campagne.engagement_empreinte,
        "accepte": _brouillon(request, designation).get("empreinte") == campagne.engagement_empreinte,
    }
    form = EngagementForm(_saisie(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        return _garder(request, designation, "engagement", empreinte=form.cleaned_data["empreinte"])
    return _ecran(request, designation, "engagement", form, engagement=rendre(campagne.engagement))


def _relire(request: HttpRequest, designation: Designation) -> HttpResponse:
    """Everything on one screen; the click stands, and a refusal is said here with what was written kept."""
    brouillon, campagne = _brouillon(request, designation), designation.campagne
    gardes = Adherent.objects.in_bulk(brouillon.get("avec", []))
    avec = [gardes[pk] for pk in brouillon.get("avec", []) if pk in gardes]
    refus = None
    if request.method == "POST":
        try:
            actes.se_porter_candidat(
                designation=designation,
                par=request.user,
                avec=avec,
                nom=brouillon.get("nom", ""),
                profession=brouillon.get("texte", ""),
                empreinte=brouillon.get("empreinte", ""),
            )
        except ActeImpossible as erreur:
            refus = erreur
        else:
            request.session.pop(_cle(designation), None)
            messages.success(
                request,
                "Vous êtes candidat·e. Votre section le voit sur la liste publique."
                if not avec
                else "C'est enregistré. Votre candidature sera déposée quand chaque personne aura accepté.",
            )
            return redirect("delegues:ma_candidature", campagne.slug)
    contexte = {"avec": avec, "brouillon": brouillon, "texte": rendre(brouillon.get("texte", ""))}
    contexte |= {"refus": refus, "manquent": _etapes_manquantes(campagne, brouillon)}
    return _ecran(request, designation, "relire", None, statut=refus.statut if refus else 200, **contexte)


# --- The draft, in the session -----------------------------------------------------------------------


def _cle(designation: Designation) -> str:
    return f"candidature:{designation.pk}"


def _brouillon(request: HttpRequest, designation: Designation) -> dict[str, Any]:
    return request.session.get(_cle(designation), {})


def _garder(request: HttpRequest, designation: Designation, etape: str, **champs: Any) -> HttpResponse:
    request.session[_cle(designation)] = _brouillon(request, designation) | champs
    suite = _apres(designation.campagne, etape)
    return redirect("delegues:candidater_etape", designation.campagne.slug, suite)


def _apres(campagne: Campagne, etape: str) -> str:
    etapes = etapes_de(campagne)
    return etapes[etapes.index(etape) + 1]


def _etapes_manquantes(campagne: Campagne, brouillon: dict[str, Any]) -> list[tuple[str, str]]:
    """(screen, words) of what was not done, for who came to the end by its address."""
    faites = {"equipe": "avec" in brouillon, "engagement": "empreinte" in brouillon}
    return [(e, LIBELLES[e]) for e in etapes_de(campagne) if not faites.get(e, True)]


def _saisie(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _ecran(
    request: HttpRequest,
    designation: Designation,
    etape: str,
    form: forms.Form | None,
    *,
    statut: int = 200,
    **contexte: Any,
) -> HttpResponse:
    etapes = etapes_de(designation.campagne)
    ici = etapes.index(etape)
    contexte |= {
        "campagne": designation.campagne,
        "designation": designation,
        "form": form,
        "etape": etape,
        "etapes": [(LIBELLES[e], rang < ici, rang == ici) for rang, e in enumerate(etapes)],
        "avant": etapes[ici - 1] if ici else "",
    }
    if form is not None and form.is_bound and form.errors:
        statut = 422
    return render(request, f"delegues/candidatures/candidater_{etape}.html", contexte, status=statut)

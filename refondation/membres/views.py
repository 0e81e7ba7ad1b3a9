"""Pages of log-in and of one's own account."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from refondation.membres import actes, codes, connexion
from refondation.membres.donnees import donnees_de
from refondation.membres.forms import CodeForm, DemandeDeCodeForm
from refondation.membres.regles import ActeImpossible

# --- Log-in -----------------------------------------------------------------------------------


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def demander_un_code(request: HttpRequest) -> HttpResponse:
    """First step: who one is.  The answer is the same whoever that is."""
    suite = connexion.suite_sure(request)
    if request.user.is_authenticated:
        return redirect(suite or "accueil")
    form = DemandeDeCodeForm(request.POST or None)
    statut = 200
    if request.method == "POST" and form.is_valid():
        try:
            return _envoyer(request, form.cleaned_data["identite"], suite)
        except ActeImpossible as refus:
            form.add_error(None, str(refus))
            statut = refus.statut
    return render(request, "account/login.html", {"form": form, "suite": suite}, status=statut)


def _envoyer(request: HttpRequest, identite: str, suite: str) -> HttpResponse:
    connexion.limiter_les_demandes(request, identite)
    precedente = request.session.get(connexion.DEMANDE)
    demande = actes.demander_un_code(
        saisie=identite, instant=timezone.now(), remplace=UUID(precedente["cle"]) if precedente else None
    )
    request.session[connexion.DEMANDE] = {
        "cle": str(demande.cle),
        "identite": identite,
        "demandee_le": demande.demandee_le.isoformat(),
        "suite": suite,
    }
    return redirect("saisir_le_code")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def saisir_le_code(request: HttpRequest) -> HttpResponse:
    """Second step: the code that the mail brought."""
    demande = request.session.get(connexion.DEMANDE)
    if request.user.is_authenticated or demande is None:
        return redirect("accueil" if request.user.is_authenticated else "account_login")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            compte = actes.reconnaitre_le_code(
                cle=UUID(demande["cle"]), code=form.cleaned_data["code"], instant=timezone.now()
            )
            return connexion.ouvrir_la_session(request, compte)
        except ActeImpossible as refus:
            if refus.code != "code_faux":
                return _recommencer(request, refus)
            form.add_error("code", str(refus))
    contexte = {
        "form": form,
        "identite": demande["identite"],
        "demandee_le": parse_datetime(demande["demandee_le"]),
        "minutes": codes.MINUTES_DU_CODE,
        "retour": _adresse_de_connexion(demande["suite"]),
    }
    return render(request, "account/saisir_le_code.html", contexte, status=422 if form.errors else 200)


def _recommencer(request: HttpRequest, refus: ActeImpossible) -> HttpResponse:
    suite = request.session.pop(connexion.DEMANDE)["suite"]
    messages.error(request, str(refus))
    return redirect(_adresse_de_connexion(suite))


def _adresse_de_connexion(suite: str) -> str:
    adresse = reverse("account_login")
    return f"{adresse}?{urlencode({'next': suite})}" if suite else adresse


@login_not_required
@require_POST
def renvoyer_le_code(request: HttpRequest) -> HttpResponse:
    demande = request.session.get(connexion.DEMANDE)
    if request.user.is_authenticated or demande is None:
        return redirect("account_login")
    try:
        reponse = _envoyer(request, demande["identite"], demande["suite"])
    except ActeImpossible as refus:
        messages.error(request, str(refus))
        return redirect("saisir_le_code")
    messages.success(request, "Un nouveau code est parti. Le précédent ne vaut plus rien.")
    return reponse


@require_safe
def connexion_ancienne(request: HttpRequest) -> HttpResponse:
    """Adding a first second factor asks for a recent log-in: this page says so and starts it again."""
    retour = urlencode({"next": connexion.suite_sure(request) or reverse("mfa_index")})
    return render(
        request, "membres/connexion_ancienne.html", {"retour": f"{reverse('account_login')}?{retour}"}
    )


# --- One's own account ------------------------------------------------------------------------


@require_safe
def second_facteur(request: HttpRequest) -> HttpResponse:
    """Why staff must hold a second factor, and the two ways to add one."""
    if connexion.a_un_second_facteur(request.user):
        return redirect("mfa_index")
    return render(request, "membres/second_facteur.html")


@require_safe
def mon_compte(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "membres/mon_compte.html",
        {
            "compte": request.user,
            "adherent": request.user.adherent,
            "mandats": request.user.mandats_en_cours(),
            "second_facteur": connexion.a_un_second_facteur(request.user),
        },
    )


@require_safe
@never_cache
def mes_donnees(request: HttpRequest) -> JsonResponse:
    """All that the platform holds about who asks, as a file (GDPR, articles 15 and 20)."""
    reponse = JsonResponse(donnees_de(request.user), json_dumps_params={"ensure_ascii": False, "indent": 2})
    reponse["Content-Disposition"] = 'attachment; filename="mes-donnees.json"'
    return reponse


@require_POST
def fermer_mes_sessions(request: HttpRequest) -> HttpResponse:
    actes.fermer_les_sessions(compte=request.user)
    messages.success(request, "Toutes vos sessions sont fermées, celle-ci comprise.")
    return redirect("account_login")

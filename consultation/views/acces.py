"""What the pages of a vote share: finding it, knowing who looks, and JSON addresses that never redirect."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from consultation.models import Inscription, Scrutin
from consultation.situation import Situation, situer
from refondation.membres.connexion import exiger_second_facteur_recent
from refondation.membres.regles import ActeImpossible, exiger

Vue = Callable[..., HttpResponse]


def trouver(request: HttpRequest, slug: str) -> Scrutin:
    """The vote of this address, if the visitor may see it; 404 otherwise, drafts included."""
    return get_object_or_404(Scrutin.objects.visibles_par(request.user), slug=slug)


def inscription_de(request: HttpRequest, scrutin: Scrutin) -> Inscription | None:
    """The visitor's own line of the frozen roll, with `a_emarge`."""
    adherent = getattr(request.user, "adherent_id", None)
    if adherent is None:
        return None
    return Inscription.objects.de(adherent).filter(scrutin=scrutin).first()


def situation_de(request: HttpRequest, scrutin: Scrutin, inscription: Inscription | None) -> Situation:
    return situer(
        scrutin,
        instant=timezone.now(),
        connecte=request.user.is_authenticated,
        membre=getattr(request.user, "adherent_id", None) is not None,
        inscription=inscription,
        a_emarge=inscription is not None and inscription.a_emarge,
    )


def connexion_de_membre(vue: Vue) -> Vue:
    """Log-in required, as everywhere, but never the second factor of a mandate.

    Whoever holds an office votes as any other member: the office's powers, not the ballot, need
    the second factor, and without it they stay suspended here too.
    """

    @login_not_required
    @never_cache
    @wraps(vue)
    def vue_connectee(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return vue(request, *args, **kwargs)

    return vue_connectee


def piece(acte: str, *, sensible: bool = False) -> Callable[[Vue], Vue]:
    """A staff page of one vote: `vue(request, scrutin, …)`, for whom `acte` is open.

    `sensible` asks for the second factor again; after the right, so that who has none is told so.
    """

    def habiller(vue: Vue) -> Vue:
        protegee = exiger_second_facteur_recent(vue) if sensible else vue

        @never_cache
        @wraps(vue)
        def dire(request: HttpRequest, slug: str, **arguments: object) -> HttpResponse:
            scrutin = trouver(request, slug)
            exiger(request.user, acte, scrutin)
            return protegee(request, scrutin, **arguments)

        return dire

    return habiller


# --- JSON -------------------------------------------------------------------------------------


def refus_json(refus: ActeImpossible, *, attente: int | None = None) -> JsonResponse:
    reponse = JsonResponse({"code": refus.code, "message": str(refus)}, status=refus.statut)
    if attente is not None:
        reponse["Retry-After"] = str(attente)
    return reponse


def trop_vite(secondes: int) -> ActeImpossible:
    attente = f"{secondes} secondes" if secondes < 120 else f"{secondes // 60} minutes"
    return ActeImpossible(
        f"Trop de demandes en peu de temps. Patientez {attente}, puis réessayez.",
        code="trop_vite",
        statut=429,
    )


class _CsrfEnJson(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        refus = ActeImpossible(
            "Cette page est trop ancienne pour être reconnue. Rechargez-la.", code="csrf", statut=403
        )
        return refus_json(refus)


_csrf_en_json = decorator_from_middleware(_CsrfEnJson)


def adresse_json(methode: str, *, jeton: bool = True) -> Callable[[Vue], Vue]:
    """A JSON address: open to all (the view says 401 itself), never cached, never a redirect.

    A refused act is {code, message} with its status.  `jeton` False is for addresses that write
    nothing, which need no CSRF token.
    """

    def habiller(vue: Vue) -> Vue:
        @wraps(vue)
        def dire(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if request.method != methode:
                return refus_json(
                    ActeImpossible(f"Cette adresse attend {methode}.", code="methode", statut=405)
                )
            try:
                return vue(request, *args, **kwargs)
            except Http404:
                return refus_json(
                    ActeImpossible("Ce scrutin ou cette urne n'existe pas.", code="inconnu", statut=404)
                )
            except ActeImpossible as refus:
                return refus_json(refus, attente=60 if refus.statut == 429 else None)

        protegee = _csrf_en_json(dire) if jeton else dire
        ouverte = login_not_required(csrf_exempt(never_cache(protegee)))
        ouverte.sans_mandat = True  # one votes as a person, never by an office
        return ouverte

    return habiller

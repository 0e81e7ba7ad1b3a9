"""Two rules that hold on every page: staff hold a second factor; a refused act is said in words."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from refondation.membres.connexion import a_un_second_facteur
from refondation.membres.regles import ActeImpossible

# Where one goes to add the second factor, or to leave.
PAGES_SANS_SECOND_FACTEUR = frozenset(
    {
        "account_logout",
        "connexion_ancienne",
        "second_facteur",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
    }
)


class SecondFacteurObligatoire:
    """A mandate opens nothing to an account that has no second factor.

    Private pages lead to the one that explains how to add it; public pages stay open, and show
    what anybody sees.  A view may say that it is open to persons and not to offices (`sans_mandat`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, vue: Callable, args: tuple, kwargs: dict
    ) -> HttpResponse | None:
        compte = request.user
        if not settings.SECOND_FACTEUR_OBLIGATOIRE or not compte.is_authenticated:
            return None
        if getattr(vue, "sans_mandat", False):
            # Nothing there asks for a mandate: none is in force, and none needs to be read.
            compte.suspendre_les_mandats()
            return None
        if not compte.mandats_en_cours() or a_un_second_facteur(compte):
            return None
        compte.suspendre_les_mandats()
        publique = not getattr(vue, "login_required", True)
        if publique or request.resolver_match.view_name in PAGES_SANS_SECOND_FACTEUR:
            return None
        return redirect("second_facteur")


class ActesImpossibles:
    """Show an `ActeImpossible` that no view caught, with its status and its own words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ActeImpossible):
            return None
        return render(
            request,
            "membres/acte_impossible.html",
            {"message": str(exception), "interdit": exception.statut == 403},
            status=exception.statut,
        )

"""Sessions and second factors: how allauth behaves here, and what is asked again before a sensitive act."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

import nacl.exceptions
import nacl.secret
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.stagekit import clear_login
from allauth.account.utils import perform_login
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from refondation.debit import adresse, est_depasse
from refondation.lectures import Lecture
from refondation.membres.models import Adherent, Compte
from refondation.membres.regles import ActeImpossible
from refondation.territoire.models import Federation, Section

DUREE_DE_SESSION = timedelta(hours=12)
FRAICHEUR = timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
# The session's key for the pending request: {"cle", "identite", "demandee_le", "suite"}.
DEMANDE = "demande_de_code"


# --- Sessions -------------------------------------------------------------------------------


_COMPTE = Lecture(
    """
    FROM membres_compte compte
    LEFT JOIN membres_adherent adherent ON adherent.id = compte.adherent_id
    LEFT JOIN territoire_section section ON section.id = adherent.section_id
    LEFT JOIN territoire_federation federation ON federation.id = section.federation_id
    WHERE compte.id = %s
    """,
    compte=Compte,
    adherent=Adherent,
    section=Section,
    federation=Federation,
)


class ComptesPresents(AuthenticationBackend):
    """Loads the account of a session with its member; no password opens anything."""

    def authenticate(self, request: HttpRequest | None, **credentials: object) -> None:
        return None

    def get_user(self, user_id: int) -> Compte | None:
        lus = _COMPTE.premiere(user_id)
        if lus is None:
            return None
        compte, adherent, section, federation = lus
        if adherent is not None:
            section.federation = federation
            adherent.section = section
            compte.adherent = adherent
        return compte if compte.est_presente else None

    def has_perm(self, user_obj: object, perm: str, obj: object = None) -> bool:
        return False


class AdaptateurDeCompte(DefaultAccountAdapter):
    """How allauth behaves here: no registration, sessions of twelve hours, our words."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": "Ce code n'est pas le bon. Vérifiez-le et saisissez-le de nouveau.",
        "too_many_login_attempts": "Trop d'essais en peu de temps. Patientez cinq minutes, puis réessayez.",
        "rate_limited": "Trop d'essais en peu de temps. Patientez cinq minutes, puis réessayez.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: Compte, **kwargs: object) -> HttpResponse | None:
        """A passkey outlives the membership: the account is judged again, whatever the way in."""
        if user.est_presente:
            return None
        clear_login(request)
        messages.error(
            request,
            "Ce compte est fermé. Écrivez à votre fédération si c'est une erreur.",
        )
        return redirect("account_login")

    def post_login(self, request: HttpRequest, user: Compte, **kwargs: object) -> HttpResponse:
        # A date and not a duration: using the session does not make it last longer.
        request.session.set_expiry(timezone.now() + DUREE_DE_SESSION)
        return super().post_login(request, user, **kwargs)

    def is_reauthentication_required(self, *, app: str, **kwargs: object) -> bool:
        """Asked by allauth before it touches a second factor."""
        if second_facteur_est_recent(self.request):
            return False
        if not a_un_second_facteur(self.request.user) and not connexion_est_recente(self.request):
            raise ReauthenticationRequired
        return True

    def get_reauthentication_methods(self, user: Compte) -> list[dict]:
        """The second factors of the account, with our words; without any, logging in again."""
        if not user.is_authenticated:
            return []
        types = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
        methodes = []
        if "webauthn" in types:
            methodes.append(("mfa_reauthenticate_webauthn", "Utiliser ma clé d'accès"))
        if types & {"totp", "recovery_codes"}:
            methodes.append(("mfa_reauthenticate", "Saisir un code de mon application ou de secours"))
        if not methodes:
            methodes.append(("connexion_ancienne", "Me reconnecter"))
        return [{"id": nom, "description": texte, "url": reverse(nom)} for nom, texte in methodes]

    def send_notification_mail(
        self, template_prefix: str, user: Compte, *args: object, **kwargs: object
    ) -> None:
        """Tell the registered address, off the request, that a second factor has changed."""
        from refondation.membres.tasks import prevenir_du_second_facteur

        evenement = template_prefix.rsplit("/", 1)[-1]
        if evenement in {"totp_activated", "webauthn_added"}:
            # Whoever adds a second factor has just used it: the recovery codes follow without asking again.
            record_authentication(self.request, user, method="mfa")
        prevenir_du_second_facteur.delay_on_commit(user.pk, evenement)


def suite_sure(request: HttpRequest) -> str:
    """The page of this site to go to after log-in (`next`), or "": never another site's."""
    suite = request.POST.get("next") or request.GET.get("next") or ""
    sure = url_has_allowed_host_and_scheme(
        suite, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return suite if sure else ""


def limiter_les_demandes(request: HttpRequest, identite: str) -> None:
    """Refuse (`trop_de_demandes`, 429) the fourth code a minute for one identity, and floods.

    The key is what was typed, known or not.  Attempts follow: three a code, hence at most 36
    guesses an hour for one identity, out of a million.
    """
    limites = (
        (f"code:{identite}", 3, 60),
        (f"code-heure:{identite}", 12, 3600),
        (f"code-adresse:{adresse(request)}", 20, 60),
        (f"code-adresse-heure:{adresse(request)}", 200, 3600),
    )
    if any(est_depasse(cle, nombre=nombre, secondes=secondes) for cle, nombre, secondes in limites):
        raise ActeImpossible(
            "Trop de codes demandés en peu de temps. Utilisez le dernier reçu, ou patientez une minute. "
            "Après douze demandes, patientez une heure.",
            code="trop_de_demandes",
            statut=429,
        )


def ouvrir_la_session(request: HttpRequest, compte: Compte) -> HttpResponse:
    """Log in an account whose code was recognised: second factor if it has one, then where it was going."""
    demande = request.session.pop(DEMANDE)
    record_authentication(request, compte, method="code")
    return perform_login(request, compte, redirect_url=demande["suite"] or None)


# --- Second factor ----------------------------------------------------------------------------


class AdaptateurDuSecondFacteur(DefaultMFAAdapter):
    """Keeps the secrets of the second factors sealed at rest, and names keys in our words."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": AdaptateurDeCompte.error_messages["incorrect_code"],
    }

    def encrypt(self, text: str) -> str:
        return _coffre(settings.SECRET_KEY).encrypt(text.encode()).hex()

    def decrypt(self, encrypted_text: str) -> str:
        for cle in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            try:
                return _coffre(cle).decrypt(bytes.fromhex(encrypted_text)).decode()
            except nacl.exceptions.CryptoError:
                continue
        raise nacl.exceptions.CryptoError("Aucune clé de ce serveur n'ouvre ce second facteur.")

    def get_totp_label(self, user: Compte) -> str:
        return user.adherent.numero if user.adherent else user.email

    def generate_authenticator_name(self, user: Compte, type: str) -> str:  # noqa: A002 - allauth's name
        nombre = Authenticator.objects.filter(user=user, type=type).count()
        return f"Clé d'accès n° {nombre + 1}" if nombre else "Ma clé d'accès"


def _coffre(secret: str) -> nacl.secret.SecretBox:
    return nacl.secret.SecretBox(hashlib.sha256(b"seconds facteurs" + secret.encode()).digest())


def a_un_second_facteur(compte: Compte) -> bool:
    return is_mfa_enabled(compte, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])


def second_facteur_est_recent(request: HttpRequest) -> bool:
    """Whether this session proved a second factor within the last ten minutes, logging in or since."""
    return _a_prouve(request, {"mfa"})


def connexion_est_recente(request: HttpRequest) -> bool:
    return _a_prouve(request, {"mfa", "code"})


def _a_prouve(request: HttpRequest, methodes: set[str]) -> bool:
    limite = time.time() - FRAICHEUR.total_seconds()
    return any(
        preuve["method"] in methodes and preuve["at"] > limite
        for preuve in get_authentication_records(request, request.user)
    )


def exiger_second_facteur_recent(vue: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Before a sensitive act: ask for the second factor again unless it was given within ten minutes.

    A POST that must wait is kept and done once the factor is given.  Without any second factor,
    the account is sent to the page that explains how to add one, except in demonstration.
    """

    @wraps(vue)
    def vue_protegee(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if a_un_second_facteur(request.user):
            if not second_facteur_est_recent(request):
                raise ReauthenticationRequired
        elif settings.SECOND_FACTEUR_OBLIGATOIRE:
            return redirect("second_facteur")
        return vue(request, *args, **kwargs)

    return vue_protegee

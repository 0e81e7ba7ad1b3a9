"""Mails about log-in, sent apart from the request so that its length tells nothing."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from refondation.membres import actes, codes
from refondation.membres.models import Compte

# A mail server that does not answer is tried again for two minutes: a code lives for fifteen.
REPRISES = {"autoretry_for": (OSError,), "max_retries": 4, "retry_backoff": 5, "retry_backoff_max": 60}


@shared_task(**REPRISES)
def envoyer_codes(cle: str) -> None:
    """Send the codes that a request is waiting for; nothing when it reaches nobody."""
    actes.envoyer_les_codes(cle=UUID(cle), instant=timezone.now())


@shared_task(**REPRISES)
def prevenir_du_second_facteur(compte_id: int, evenement: str) -> None:
    """Tell an account's address that a second factor was added, removed or renewed."""
    compte = Compte.objects.select_related("adherent").get(pk=compte_id)
    codes.courriel(
        "second_facteur", compte.email, {"compte": compte, "evenement": evenement, "instant": timezone.now()}
    ).send()

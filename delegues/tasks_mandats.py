"""Shells of the life of mandates: mails, what the register shows, the term, messages."""

from __future__ import annotations

import time

from celery import shared_task

from delegues import actes
from delegues.models import Delegation, Designation, MessageAuxDelegues

# A sending task hands over to a fresh one after this long, so that a worker can stop cleanly.
RELAIS_SECONDES = 30
# Mail servers refuse who writes too fast: so many letters, then a pause.
LETTRES_PAR_RELAIS = 100
PAUSE_SECONDES = 10
REPRISES = {"autoretry_for": (OSError,), "max_retries": 4, "retry_backoff": 5, "retry_backoff_max": 60}


@shared_task(**REPRISES)
def prevenir_les_delegues(designation: int) -> None:
    """Tell each delegate of a section who has not been told that a mandate awaits them."""
    objet = Designation.objects.get(pk=designation)
    while actes.prevenir_un_delegue(designation=objet) is not None:
        pass


@shared_task(**REPRISES)
def envoyer_un_message(message: int) -> None:
    """Send until nobody is left, a hundred letters at a time."""
    objet, debut = MessageAuxDelegues.objects.get(pk=message), time.monotonic()
    for _ in range(LETTRES_PAR_RELAIS):
        if actes.envoyer_a_un_delegue(message=objet) is None:
            return
        if time.monotonic() - debut > RELAIS_SECONDES:
            break
    envoyer_un_message.apply_async((message,), countdown=PAUSE_SECONDES)


@shared_task
def suivre_les_mandats() -> None:
    """Every hour: ends at the term, what the register shows, letters that a dead worker left."""
    actes.clore_au_terme()
    actes.constater_le_registre()
    a_prevenir = Delegation.objects.a_prevenir().values_list("designation", flat=True)
    for designation in a_prevenir.order_by().distinct():
        prevenir_les_delegues.delay(designation)
    for message in MessageAuxDelegues.objects.inacheves().values_list("pk", flat=True):
        envoyer_un_message.delay(message)


@shared_task
def purger_les_imports() -> None:
    actes.purger_les_imports_de_delegations()

"""Mails about log-in, sent apart from the request so that its length tells nothing; imports."""

from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from refondation.membres import actes, codes
from refondation.membres.models import Compte, Import

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
    contexte = {
        "compte": compte,
        "evenement": evenement,
        "instant": timezone.now(),
        "contact": settings.COURRIEL_CONTACT,
    }
    codes.courriel("second_facteur", compte.email, contexte).send()


# --- Imports ----------------------------------------------------------------------------------


@shared_task
def comparer_import(lot: int) -> None:
    actes.comparer_import(lot=Import.objects.get(pk=lot))


@shared_task
def appliquer_import(lot: int) -> None:
    """Apply; when it fails for a reason of ours, hand it back to whoever confirmed it."""
    objet = Import.objects.get(pk=lot)
    try:
        actes.appliquer_import(lot=objet)
    except DatabaseError:
        actes.rouvrir_import(
            lot=objet,
            remarque="L'application a échoué et rien n'a été écrit. Confirmez de nouveau ; "
            "si cela se répète, prévenez la technique.",
        )
        raise


@shared_task
def reprendre_les_imports() -> None:
    """Take up what a dead worker left; what is being done is passed over, since its row is held."""
    for lot in Import.objects.en_attente_de_tache():
        (comparer_import if lot.etat == Import.Etat.DEPOSE else appliquer_import).delay(lot.pk)


@shared_task
def purger_imports() -> None:
    actes.purger_imports()

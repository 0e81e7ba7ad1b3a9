"""Shells of the control: the anomalies of a whole campaign with their progress, mails to sections."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from delegues import actes, progres
from delegues.models import Campagne, Echange
from refondation.membres.regles import ActeImpossible

traceur = logging.getLogger("refondation.delegues")
REPRISES = {"autoretry_for": (OSError,), "max_retries": 4, "retry_backoff": 5, "retry_backoff_max": 60}


@shared_task
def calculer_les_anomalies(campagne: int) -> None:
    """All the minutes of a campaign at once, since each one is compared with the others."""
    objet = Campagne.objects.get(pk=campagne)
    try:
        actes.recalculer_anomalies(
            campagne=objet, suivre=lambda fait, total: progres.dire(objet, fait, total)
        )
    finally:
        progres.oublier(objet)


@shared_task
def suivre_le_controle() -> None:
    """Every hour while minutes are controlled: what a lost task left, and turnouts that others have changed."""
    for campagne in Campagne.objects.au_controle(timezone.now()):
        try:
            actes.recalculer_anomalies(campagne=campagne)
        except ActeImpossible as refus:
            traceur.warning("acte refusé", extra={"champs": {"campagne": campagne.pk, "code": refus.code}})
        for echange in Echange.objects.a_avertir(campagne):
            avertir.delay(echange)


@shared_task(**REPRISES)
def avertir(echange: int) -> None:
    """Tell the section of what its file has just received."""
    actes.avertir(echange=Echange.objects.get(pk=echange))

"""Shells around the acts: ids in, one act, re-runnable."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from delegues import actes
from delegues.models import Designation, ProcesVerbal

# --- Assemblies and minutes -------------------------------------------------------------------------


@shared_task
def envoyer_les_convocations(designation: int) -> None:
    objet = Designation.objects.get(pk=designation)
    while actes.envoyer_convocations(designation=objet):
        pass


@shared_task
def reprendre_les_convocations() -> None:
    """Whatever a dead worker left unsent, for assemblies to come."""
    en_attente = Designation.objects.filter(
        assemblee_le__gt=timezone.now(), convocations__envoyee_le=None, convocations__isnull=False
    )
    for designation in en_attente.values_list("pk", flat=True).distinct():
        envoyer_les_convocations.delay(designation)


@shared_task
def demander_la_contresignature(proces_verbal: int) -> None:
    pv = ProcesVerbal.objects.select_related(
        "contresignataire", "designation__campagne", "designation__section"
    )
    actes.demander_contresignature(proces_verbal=pv.get(pk=proces_verbal))


# --- Control --------------------------------------------------------------------------------------


@shared_task
def calculer_anomalies(designation: int) -> None:
    objet = Designation.objects.select_related("campagne").get(pk=designation)
    actes.recalculer_anomalies(designation=objet)

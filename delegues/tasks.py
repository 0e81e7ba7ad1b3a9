"""Shells around the acts: ids in, one act, re-runnable."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from delegues import actes, courriels_candidatures
from delegues.models import Campagne, Candidature, Designation, Engagement, ProcesVerbal
from refondation.membres.regles import ActeImpossible

traceur = logging.getLogger("refondation.delegues")

# --- Candidacies ------------------------------------------------------------------------------------


@shared_task
def inviter_les_candidats(liste: int) -> None:
    """Send the mail of each proposal of a list that has not had it; one refused address hinders no other."""
    echecs = []
    for candidature in Candidature.objects.a_inviter(timezone.now()).filter(liste=liste):
        try:
            actes.inviter_a_repondre(candidature=candidature)
        except OSError as echec:  # the mail server, or the way to it
            echecs.append(echec)
    if echecs:
        raise echecs[0]


@shared_task
def confirmer_la_reponse(candidature: int) -> None:
    objet = Candidature.objects.avec_leur_monde().get(pk=candidature)
    if objet.adherent.courriel:
        courriels_candidatures.reponse(objet).send()


@shared_task
def dire_que_le_duo_est_defait(candidature: int, parti: int) -> None:
    candidatures = Candidature.objects.avec_leur_monde().in_bulk([candidature, parti])
    courriels_candidatures.duo_defait(candidatures[candidature], candidatures[parti]).send()


@shared_task
def suivre_les_candidatures() -> None:
    """What the calendar asks: mails that did not leave, orders to draw, commitments to lift."""
    instant = timezone.now()
    for liste in Candidature.objects.a_inviter(instant).values_list("liste", flat=True).distinct():
        inviter_les_candidats.delay(liste)
    for designation in Designation.objects.a_ordonner(instant):
        _tenter(actes.tirer_l_ordre, designation=designation, instant=instant)
    for campagne in Campagne.objects.filter(
        Q(recours_au__lte=instant) | Q(etat=Campagne.Etat.ANNULEE),
        pk__in=Engagement.objects.filter(leve_le=None).values("campagne"),
    ):
        _tenter(actes.lever_les_engagements, campagne=campagne, instant=instant)


def _tenter(acte: object, **arguments: object) -> None:
    """One section's trouble is not another's."""
    try:
        acte(**arguments)
    except ActeImpossible as refus:
        traceur.warning("acte refusé", extra={"champs": {"acte": acte.__name__, "code": refus.code}})


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

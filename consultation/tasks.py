"""Shells around the acts: ids in, one act, re-runnable.  Casting never passes here."""

from __future__ import annotations

import logging
import time

from celery import shared_task
from django.utils import timezone

from consultation import actes, controle
from consultation.models import Scrutin, Urne
from refondation.membres.regles import ActeImpossible

traceur = logging.getLogger("refondation.consultation")

# A counting task hands over to a fresh one after this long, so that a worker can stop cleanly.
RELAIS_SECONDES = 30
# As many counting tasks start together: at least the number of workers.
EQUIPE = 4


@shared_task
def preparer_urne(urne: int) -> None:
    actes.preparer_urne(urne=Urne.objects.get(pk=urne))


@shared_task
def envoyer_codes(urne: int) -> None:
    boite = Urne.objects.get(pk=urne)
    while actes.envoyer_codes(urne=boite):
        pass


@shared_task
def tenir_l_horaire() -> None:
    """Open and close on time, and take up whatever a dead worker left: sealing, sending, counting."""
    instant = timezone.now()
    for scrutin in Scrutin.objects.filter(etat=Scrutin.Etat.ANNONCE):
        for urne in scrutin.urnes.filter(hauteur__lt=0).values_list("pk", flat=True)[:200]:
            preparer_urne.delay(urne)
    for scrutin in Scrutin.objects.a_ouvrir(instant):
        _tenter(actes.ouvrir_scrutin, scrutin)
    for scrutin in Scrutin.objects.a_clore(instant):
        _tenter(actes.clore_scrutin, scrutin)
    for scrutin in Scrutin.objects.a_depouiller():
        if controle.depouillement_arrete(scrutin, instant):
            depouiller.delay(scrutin.pk)


def _tenter(acte, scrutin: Scrutin) -> None:  # noqa: ANN001
    try:
        acte(scrutin=scrutin, par=None)
    except ActeImpossible as refus:
        traceur.warning("acte refusé", extra={"champs": {"scrutin": scrutin.pk, "code": refus.code}})


@shared_task
def depouiller(scrutin: int) -> None:
    """Cut the boxes into slices and start the team that re-verifies them."""
    actes.decouper(scrutin=Scrutin.objects.get(pk=scrutin))
    for _ in range(EQUIPE):
        verifier_des_tranches.delay(scrutin)


@shared_task
def verifier_des_tranches(scrutin: int) -> None:
    """Take slices that nobody holds until none is left or the relay time is over."""
    objet, debut = Scrutin.objects.get(pk=scrutin), time.monotonic()
    while (tranche := actes.verifier_une_tranche(scrutin=objet)) is not None:
        actes.totaliser_urne(urne=tranche.urne)
        if time.monotonic() - debut > RELAIS_SECONDES:
            verifier_des_tranches.delay(scrutin)
            return


@shared_task
def conclure(scrutin: int) -> None:
    """Proclaim once the last trustee's part has given every box its result."""
    try:
        actes.proclamer_resultat(scrutin=Scrutin.objects.get(pk=scrutin))
    except ActeImpossible as refus:
        traceur.info("proclamation en attente", extra={"champs": {"scrutin": scrutin, "code": refus.code}})


@shared_task
def controler_les_urnes() -> None:
    """Every five minutes: chains, counts and roll of each open or closed vote; an alert names what is wrong."""
    for scrutin in Scrutin.objects.filter(etat__in=(Scrutin.Etat.OUVERT, Scrutin.Etat.CLOS)):
        for defaut in controle.defauts(scrutin):
            traceur.error("incident", extra={"champs": {"scrutin": scrutin.pk, "defaut": defaut}})


"""Shells around the acts: ids in, one act, re-runnable.  Casting never passes here."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable

from celery import Task, shared_task
from django.core.cache import cache
from django.utils import timezone

from consultation import actes, controle, participation
from consultation.models import CodeScelle, Controle, Gardien, Releve, Scrutin, Urne
from refondation.membres.regles import ActeImpossible

traceur = logging.getLogger("refondation.consultation")

# A counting task hands over to a fresh one after this long, so that a worker can stop cleanly.
RELAIS_SECONDES = 30
# As many counting tasks start together: at least the number of workers.
EQUIPE = 4
# What the clock takes up is not asked for again before this long: the first demand may still be waiting.
REPRISE_SECONDES = 300


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
    """Open and close on time, and take up whatever a dead worker left: sealing, sending, counting.

    Nothing here gives or takes a right: a late clock opens no vote early and closes none late,
    since casting looks at the dates.
    """
    instant = timezone.now()
    for scrutin in Scrutin.objects.a_ouvrir(instant):
        _tenter(actes.ouvrir_scrutin, scrutin)
    for scrutin in Scrutin.objects.a_clore(instant):
        _tenter(actes.clore_scrutin, scrutin)
    for scrutin in Scrutin.objects.filter(etat=Scrutin.Etat.OUVERT):
        _tenter(_relever, scrutin)
        _reprendre(envoyer_codes, _urnes_a_servir(scrutin))
    for scrutin in Scrutin.objects.filter(etat=Scrutin.Etat.ANNONCE):
        _reprendre(preparer_urne, scrutin.urnes.filter(hauteur__lt=0).values_list("pk", flat=True))
    for scrutin in Scrutin.objects.a_depouiller():
        if controle.depouillement_arrete(scrutin, instant):
            _reprendre(depouiller, [scrutin.pk], secondes=30)
        elif controle.est_depouille(scrutin):
            _reprendre(conclure, [scrutin.pk], secondes=30)
    _reprendre(
        prevenir_les_gardiens,
        Gardien.objects.a_prevenir().values_list("scrutin", flat=True).distinct(),
    )


def _relever(*, scrutin: Scrutin, par: None) -> None:
    dernier = (
        Releve.objects.filter(scrutin=scrutin).order_by("-pris_le").values_list("pris_le", flat=True).first()
    )
    instant = timezone.now()
    if dernier is None or participation.est_a_relever(scrutin, dernier, instant):
        actes.relever_participation(scrutin=scrutin, instant=instant)


def _urnes_a_servir(scrutin: Scrutin) -> list[int]:
    en_attente = CodeScelle.objects.filter(urne__scrutin=scrutin, envoye_le=None).exclude(courriel="")
    return list(en_attente.values_list("urne", flat=True).distinct())


def _reprendre(tache: Task, cles: Iterable[int], *, secondes: int = REPRISE_SECONDES) -> None:
    for cle in cles:
        if cache.add(f"reprise:{tache.name}:{cle}", 1, secondes):
            tache.delay(cle)


def _tenter(acte: Callable[..., object], scrutin: Scrutin) -> None:
    """One vote's trouble is not another's."""
    try:
        acte(scrutin=scrutin, par=None)
    except ActeImpossible as refus:
        traceur.warning("acte refusé", extra={"champs": {"scrutin": scrutin.pk, "code": refus.code}})
    except Exception:
        traceur.exception("acte en échec", extra={"champs": {"scrutin": scrutin.pk}})


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
def prevenir_les_gardiens(scrutin: int) -> None:
    """Tell the trustees of a draft that a key awaits them, those of a counted vote that a decryption does."""
    objet = Scrutin.objects.get(pk=scrutin)
    actes.prevenir_de_la_designation(scrutin=objet)
    actes.appeler_au_dechiffrement(scrutin=objet)


@shared_task
def controler_les_urnes() -> None:
    """Every five minutes: chains, counts and roll of each open or closed vote; an alert names what is wrong."""
    for scrutin in Scrutin.objects.filter(
        etat__in=(Scrutin.Etat.OUVERT, Scrutin.Etat.CLOS, Scrutin.Etat.DEPOUILLE)
    ):
        fait = actes.controler_scrutin(scrutin=scrutin)
        for defaut in fait.defauts:
            traceur.error("incident", extra={"champs": {"scrutin": scrutin.pk, "defaut": defaut}})


@shared_task
def alerter_la_commission(controle_fait: int) -> None:
    actes.alerter_la_commission(controle_fait=Controle.objects.get(pk=controle_fait))

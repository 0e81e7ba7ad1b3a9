"""The life of a campaign: written as a draft, announced and frozen, closed or annulled."""

from __future__ import annotations

import secrets
from collections import Counter
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from delegues.actes.mandats import fermer_les_mandats
from delegues.models import Campagne, Delegation, Designation
from delegues.preparation import manques
from delegues.regles import exiger_calendrier, exiger_preparation, exiger_transition, heure
from refondation.journal.actes import journaliser
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible, exiger


def verrouiller(campagne: Campagne) -> Campagne:
    return Campagne.objects.select_for_update(of=("self",)).get(pk=campagne.pk)


def _exiger_une_adresse_libre(campagne: Campagne) -> None:
    if campagne.slug in Campagne.ADRESSES_RESERVEES:
        raise ActeImpossible(
            f"L'adresse « {campagne.slug} » est celle d'une autre page. Choisissez-en une autre.",
            code="adresse",
            statut=400,
        )


def creer_campagne(*, par: Compte, instant: datetime | None = None, **champs: Any) -> Campagne:
    """Create a draft from model fields.  Raises `ActeInterdit`, `ActeImpossible` or `ValidationError`."""
    exiger(par, "delegues.regler")
    with transaction.atomic():
        campagne = Campagne(**champs)
        _exiger_une_adresse_libre(campagne)
        campagne.full_clean(exclude=["etat"])
        campagne.save(force_insert=True)
        journaliser(
            acte="delegues.creer_campagne",
            par=par,
            objet=campagne,
            details={"slug": campagne.slug},
            instant=instant,
        )
    return campagne


def regler_campagne(
    *, campagne: Campagne, par: Compte, instant: datetime | None = None, **champs: Any
) -> Campagne:
    """Change settings of a draft; only the fields given.  An announced campaign keeps its rules."""
    exiger(par, "delegues.regler", campagne)
    with transaction.atomic():
        campagne = verrouiller(campagne)
        exiger_preparation(campagne)
        changes = sorted(nom for nom, valeur in champs.items() if getattr(campagne, nom) != valeur)
        for nom in changes:
            setattr(campagne, nom, champs[nom])
        _exiger_une_adresse_libre(campagne)
        campagne.full_clean(exclude=["etat"])
        campagne.save()
        journaliser(
            acte="delegues.regler_campagne",
            par=par,
            objet=campagne,
            details={"champs": changes},
            instant=instant,
        )
    return campagne


def annoncer_campagne(*, campagne: Campagne, par: Compte, instant: datetime | None = None) -> Campagne:
    """Freeze the rules and open a designation for each section that the adopted sharing gives seats to.

    A campaign without a seed gets one now, so that every later draw has a seed older than what it
    draws.  Refused while `manques` is not empty.
    """
    instant = instant or timezone.now()
    exiger(par, "delegues.regler", campagne)
    with transaction.atomic():
        campagne = verrouiller(campagne)
        vers = exiger_transition(campagne, "annoncer")
        if defauts := manques(campagne, instant):
            raise ActeImpossible(" ".join(defauts), code="incomplet")
        repartition = campagne.repartitions.adoptees()[0]
        campagne.graine = campagne.graine or secrets.token_hex(16)
        campagne.etat, campagne.annoncee_le = vers, instant
        campagne.save()
        designations = Designation.objects.bulk_create(
            [
                Designation(
                    campagne=campagne,
                    section=part.section,
                    mode=campagne.mode,
                    effectif=part.effectif,
                    sieges=part.sieges,
                )
                for part in repartition.parts.des_sections().filter(sieges__gt=0)
            ],
            batch_size=2000,
        )
        journaliser(
            acte="delegues.annoncer_campagne",
            par=par,
            objet=campagne,
            details={
                "repartition": repartition.numero,
                "empreinte": repartition.empreinte,
                "sections": len(designations),
                "sieges": sum(d.sieges for d in designations),
                "graine": campagne.graine,
            },
            instant=instant,
        )
    return campagne


def changer_de_mode(
    *, designation: Designation, mode: str, par: Compte, instant: datetime | None = None
) -> Designation:
    """Let one section designate in an assembly or online; until assemblies begin, before it is convened."""
    instant = instant or timezone.now()
    exiger(par, "delegues.regler", designation)
    if mode not in Campagne.Mode.values:
        raise ActeImpossible("Le mode est une assemblée ou un vote en ligne.", code="mode", statut=400)
    with transaction.atomic():
        designation = (
            Designation.objects.select_for_update(of=("self",))
            .select_related("campagne", "section__federation")
            .get(pk=designation.pk)
        )
        exiger_calendrier(designation.campagne, "changer_de_mode", instant)
        if designation.mode == mode:
            return designation
        if designation.convoquee_le is not None or designation.scrutin_id is not None:
            raise ActeImpossible(
                "L'assemblée est convoquée, ou le scrutin préparé : le mode ne change plus. "
                "Annulez d'abord l'une ou l'autre.",
                code="convoquee",
            )
        designation.mode = mode
        designation.save(update_fields=["mode"])
        journaliser(
            acte="delegues.changer_de_mode",
            par=par,
            objet=designation,
            details={"mode": mode},
            instant=instant,
        )
    return designation


def clore_campagne(*, campagne: Campagne, par: Compte, instant: datetime | None = None) -> Campagne:
    """Close once control and appeals are over; no act on a designation is possible afterwards.

    What was not decided by then stays as it is, and the journal counts it.
    """
    instant = instant or timezone.now()
    exiger(par, "delegues.regler", campagne)
    with transaction.atomic():
        campagne = verrouiller(campagne)
        vers = exiger_transition(campagne, "clore")
        fin = max(campagne.controle_au, campagne.recours_au)
        if instant < fin:
            raise ActeImpossible(
                f"Le contrôle et les recours durent jusqu'au {heure(fin)}. Clôturez ensuite.",
                code="trop_tot",
            )
        campagne.etat = vers
        campagne.save(update_fields=["etat"])
        journaliser(
            acte="delegues.clore_campagne",
            par=par,
            objet=campagne,
            details={"designations": dict(Counter(campagne.designations.values_list("etat", flat=True)))},
            instant=instant,
        )
    return campagne


def annuler_campagne(
    *, campagne: Campagne, motif: str, par: Compte, instant: datetime | None = None
) -> Campagne:
    """Annul a draft or an open campaign, for a public reason; the mandates that came from it stop that day."""
    instant = instant or timezone.now()
    exiger(par, "delegues.regler", campagne)
    if not motif.strip():
        raise ActeImpossible("Dites pourquoi : le motif est public.", code="motif", statut=400)
    with transaction.atomic():
        campagne = verrouiller(campagne)
        campagne.etat = exiger_transition(campagne, "annuler")
        campagne.annulation = motif.strip()
        campagne.save(update_fields=["etat", "annulation"])
        for designation in campagne.designations.filter(delegations__fin=None).distinct():
            fermer_les_mandats(designation=designation, cause=Delegation.Cause.INVALIDATION, instant=instant)
        journaliser(
            acte="delegues.annuler_campagne",
            par=par,
            objet=campagne,
            details={"motif": campagne.annulation},
            instant=instant,
        )
    return campagne

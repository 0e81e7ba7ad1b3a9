"""Delegates leave the platform as a file: who took what is written in the journal."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from delegues.exports import FORMES, profils_de
from delegues.models import Campagne
from delegues.models.mandats import DelegationQuerySet
from refondation.journal.actes import journaliser
from refondation.membres.models import Compte
from refondation.membres.regles import DROITS, ActeImpossible, ActeInterdit, exiger
from refondation.territoire.models import Federation


def exporter_les_delegues(
    *,
    campagne: Campagne,
    profil: str,
    forme: str,
    au: date,
    federation: Federation | None = None,
    par: Compte,
    instant: datetime | None = None,
) -> tuple[DelegationQuerySet, int]:
    """Those who sit on that day in the perimeter of the mandates that open the export, and how many.

    Raises `ActeInterdit` (also for a profile that is not the account's), or `ActeImpossible` (`forme`).
    """
    exiger(par, "delegues.exporter", federation)
    if profil not in dict(profils_de(par)):
        raise ActeInterdit("delegues.exporter")
    if forme not in FORMES:
        raise ActeImpossible("Choisissez XLSX, ODS ou CSV.", code="forme", statut=422)
    delegations = campagne.delegations.en_exercice(au=au).avec_leur_monde().dans_l_ordre()
    delegations = delegations.select_related("elu__proces_verbal")
    federations, _, national = par.perimetres(DROITS["delegues.exporter"])
    if not national:
        delegations = delegations.filter(Q(designation__section__federation__in=federations))
    if federation is not None:
        delegations = delegations.filter(designation__section__federation=federation)
    nombre = delegations.count()
    with transaction.atomic():
        journaliser(
            acte="delegues.exporter_les_delegues",
            par=par,
            objet=federation or campagne,
            details={"profil": profil, "forme": forme, "au": au.isoformat(), "lignes": nombre},
            instant=instant or timezone.now(),
        )
    return delegations, nombre

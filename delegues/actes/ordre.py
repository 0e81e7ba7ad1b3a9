"""Drawing the order of the public list of candidacies, once withdrawals are over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from delegues.models import Designation, Liste
from delegues.ordre import Ordre, ligne_de, tirer
from delegues.regles import exiger_calendrier
from refondation.journal.actes import journaliser
from refondation.membres.regles import ActeImpossible


def tirer_l_ordre(*, designation: Designation, instant: datetime | None = None) -> list[Liste]:
    """The clock's act: rank the candidacies that stand; drawing again gives and changes nothing.

    The journal keeps the fingerprint and the seed.  Refused before the end of withdrawals and
    after that of registration, by the calendar; the lists in order otherwise.
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        designation = (
            Designation.objects.select_for_update(of=("self",))
            .select_related("campagne", "section__federation")
            .get(pk=designation.pk)
        )
        exiger_calendrier(designation.campagne, "ordonner", instant)
        listes = {ligne_de_la_liste(liste): liste for liste in _candidates(designation)}
        if all(liste.rang is not None for liste in listes.values()):
            return sorted(listes.values(), key=lambda liste: liste.rang)
        if any(liste.rang is not None for liste in listes.values()):
            raise ActeImpossible(
                "L'ordre est déjà tiré, et une candidature n'y est pas : prévenez l'administration nationale.",
                code="ordre",
            )
        ordre = tirage_de(designation, list(listes))
        rangees = [listes[place.ligne] for place in ordre.places]
        for rang, liste in enumerate(rangees, 1):
            liste.rang = rang
        Liste.objects.bulk_update(rangees, ["rang"])
        journaliser(
            acte="delegues.tirer_l_ordre",
            par=None,
            objet=designation,
            instant=instant,
            details={
                "empreinte": ordre.empreinte,
                "graine": ordre.graine,
                "listes": [liste.pk for liste in rangees],
            },
        )
    return rangees


def tirage_de(designation: Designation, lignes: list[str]) -> Ordre:
    """The draw of these lines, for the page that shows how to do it again as for the act."""
    campagne = designation.campagne
    return tirer(lignes, graine=campagne.graine, campagne=campagne.slug, section=designation.section.code)


def ligne_de_la_liste(liste: Liste) -> str:
    """The line of a list in the draw: the keys of those who stand on it."""
    return ligne_de([str(c.cle) for c in liste.presentes()])


def _candidates(designation: Designation) -> list[Liste]:
    return list(designation.listes.publiees().avec_leurs_candidatures())

"""The one way to write in the journal; every act of every room calls it inside its own transaction."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, models
from django.utils import timezone

from refondation.journal.models import Ligne

if TYPE_CHECKING:
    from refondation.membres.models import Compte

# Any constant will do: this lock puts the lines of concurrent transactions one after the other.
VERROU_DU_JOURNAL = 7_104_533_001


def journaliser(
    *,
    acte: str,
    par: Compte | None,
    objet: models.Model | None = None,
    details: dict[str, Any] | None = None,
    instant: datetime | None = None,
) -> Ligne:
    """Append one line and return it.

    `par` is None when the clock acts.  `details` holds JSON values only, no secret and no
    personal datum beyond identifiers.  To be called last in the act: the lock that orders the
    lines is held until the transaction ends.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("journaliser() s'appelle dans la transaction de l'acte.")
    with connection.cursor() as curseur:
        curseur.execute("SELECT pg_advisory_xact_lock(%s)", [VERROU_DU_JOURNAL])
    derniere = Ligne.objects.order_by("-rang").first()
    section = getattr(objet, "section", None)
    federation = getattr(objet, "federation", None) or getattr(section, "federation", None)
    ligne = Ligne(
        rang=derniere.rang + 1 if derniere else 1,
        instant=instant or timezone.now(),
        acte=acte,
        acteur=par,
        objet=f"{objet._meta.label_lower}:{objet.pk}" if objet is not None else "",
        federation=federation,
        section=section,
        details=details or {},
        precedente=derniere.empreinte if derniere else "0" * 64,
    )
    ligne.empreinte = ligne.empreinte_attendue()
    ligne.save(force_insert=True)
    return ligne


def premiere_rupture() -> Ligne | None:
    """The first line whose rank, link or fingerprint is wrong; None when the whole chain holds."""
    precedente, rang = "0" * 64, 0
    for ligne in Ligne.objects.order_by("rang").iterator(chunk_size=2000):
        rang += 1
        if ligne.rang != rang or ligne.precedente != precedente or ligne.empreinte != ligne.empreinte_attendue():
            return ligne
        precedente = ligne.empreinte
    return None

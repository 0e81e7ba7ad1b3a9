"""The one way to write in the journal; every act of every room calls it inside its own transaction."""

from __future__ import annotations

import json
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
        # The details are fingerprinted as the database will give them back: JSON has several ways
        # to write one number, and keys that are not text.
        curseur.execute(
            "SELECT pg_advisory_xact_lock(%s), (%s::jsonb)::text",
            [VERROU_DU_JOURNAL, json.dumps(details or {}, ensure_ascii=False)],
        )
        details = json.loads(curseur.fetchone()[1])
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
        details=details,
        precedente=derniere.empreinte if derniere else "0" * 64,
    )
    ligne.empreinte = ligne.empreinte_attendue()
    ligne.save(force_insert=True)
    return ligne

"""Signing the roll without leaving a trace of order.

A ballot and its émargement are written by one transaction, so PostgreSQL stamps both with the
same `xmin`; whoever reads the base could join them.  Each signature therefore rewrites, in one
statement and in random order, a window of `FENETRE` émargements of the box among which its own
holds a random place: all get the same stamp.  The windows lie on the circle of random keys, so
what later windows rewrite does not depend on which line was the new one: a stamp points to the
right person once in `FENETRE` (or once in the number of voters, while they are fewer).
`consultation_emarger` (migration 0006) does it; the trigger `emargement_retrait` checks the put-back.
"""

from __future__ import annotations

import secrets
import uuid

from django.db import connection

from consultation.models import Inscription, Urne
from refondation.lectures import curseur_prepare

FENETRE = 32

_BRASSER = """
WITH retires AS (
    DELETE FROM consultation_emargement WHERE urne_id = ANY(%s) RETURNING id, urne_id, inscription_id
)
INSERT INTO consultation_emargement (id, urne_id, inscription_id)
SELECT id, urne_id, inscription_id FROM retires ORDER BY random()
"""


def emarger(urne: Urne, inscription: Inscription) -> None:
    """Sign for `inscription` in the box that the caller has locked."""
    avant = secrets.randbelow(FENETRE)
    with curseur_prepare() as curseur:
        curseur.execute(
            "SELECT consultation_emarger(%s, %s, %s, %s, %s)",
            [urne.pk, inscription.pk, uuid.uuid4(), avant, FENETRE - 1 - avant],
        )


def brasser(urnes: list[Urne]) -> None:
    """At closing: rewrite all the émargements of these boxes in random order, under one stamp."""
    with connection.cursor() as curseur:
        curseur.execute(_BRASSER, [[u.pk for u in urnes]])

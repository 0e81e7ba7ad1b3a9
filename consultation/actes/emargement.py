"""Signing the roll without leaving a trace of order.

A ballot and its émargement are written by one transaction, so PostgreSQL stamps both with the
same `xmin`; whoever reads the base could join them.  Each signature therefore rewrites, in one
statement and in random order, a window of `FENETRE` émargements of the box among which its own
holds a random place: all get the same stamp.  The windows lie on the circle of random keys, so
what later windows rewrite does not depend on which line was the new one: a stamp points to the
right person once in `FENETRE` (or once in the number of voters, while they are fewer).
The delete-and-put-back is checked by the trigger `emargement_retrait`.
"""

from __future__ import annotations

import secrets
import uuid

from django.db import connection

from consultation.models import Inscription, Urne

FENETRE = 32

_EMARGER = """
WITH avant AS (
    SELECT id FROM (
        (SELECT 0 AS tour, id FROM consultation_emargement WHERE urne_id = %(urne)s AND id < %(id)s
         ORDER BY id DESC LIMIT %(avant)s)
        UNION ALL
        (SELECT 1, id FROM consultation_emargement WHERE urne_id = %(urne)s AND id > %(id)s
         ORDER BY id DESC LIMIT %(avant)s)
    ) a ORDER BY tour, id DESC LIMIT %(avant)s
), apres AS (
    SELECT id FROM (
        (SELECT 0 AS tour, id FROM consultation_emargement WHERE urne_id = %(urne)s AND id > %(id)s
         ORDER BY id LIMIT %(apres)s)
        UNION ALL
        (SELECT 1, id FROM consultation_emargement WHERE urne_id = %(urne)s AND id < %(id)s
         ORDER BY id LIMIT %(apres)s)
    ) a ORDER BY tour, id LIMIT %(apres)s
), retires AS (
    DELETE FROM consultation_emargement
    WHERE id IN (SELECT id FROM avant UNION SELECT id FROM apres)
    RETURNING id, urne_id, inscription_id
)
INSERT INTO consultation_emargement (id, urne_id, inscription_id)
SELECT id, urne_id, inscription_id FROM (
    SELECT id, urne_id, inscription_id FROM retires
    UNION ALL SELECT %(id)s::uuid, %(urne)s, %(inscription)s
) l ORDER BY random()
"""

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
    with connection.cursor() as curseur:
        curseur.execute(
            _EMARGER,
            {
                "urne": urne.pk,
                "inscription": inscription.pk,
                "id": uuid.uuid4(),
                "avant": avant,
                "apres": FENETRE - 1 - avant,
            },
        )


def brasser(urnes: list[Urne]) -> None:
    """At closing: rewrite all the émargements of these boxes in random order, under one stamp."""
    with connection.cursor() as curseur:
        curseur.execute(_BRASSER, [[u.pk for u in urnes]])

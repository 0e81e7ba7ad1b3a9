"""Whether a member counts for the seats, and may stand: dates and criteria, in exact words."""

from __future__ import annotations

from datetime import date


def reculer(le: date, *, mois: int) -> date:
    """The day `mois` months before `le`; where that month has no such day, its last one."""
    annee, rang = divmod(le.year * 12 + le.month - 1 - mois, 12)
    jour = le.day
    while True:
        try:
            return date(annee, rang + 1, jour)
        except ValueError:  # 31 → 30 → 29 → 28
            jour -= 1

"""Reads on the way of every ballot: plain SQL that PostgreSQL prepares once per connection, given back as models.

The ORM composes its query anew each time, and the server plans it anew; together they cost more
than the rest of the request.  Nothing here filters by itself: what is read is in the SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model


class _Preparant(psycopg.Cursor):
    """Values travel apart from the query, which is prepared at its first use."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> _Preparant:
        return super().execute(query, params, prepare=True, **options)


def curseur_prepare() -> CursorWrapper:
    """As `connection.cursor()`, over prepared statements; a statement whose SQL varies must not pass here."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    habiller = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    return habiller(_Preparant(connection.connection))


class Lecture:
    """`SELECT <columns of the models> <suite>`, a model for each alias that `suite` gives to a table.

    `sans` names the fields left for later, as `defer` does ("urne.election").
    """

    def __init__(self, suite: str, *, sans: Sequence[str] = (), **modeles: type[Model]) -> None:
        self._suite, self._sans, self._modeles = suite, frozenset(sans), modeles

    @cached_property
    def _champs(self) -> list[tuple[type[Model], list[str]]]:
        """Each model with the names that its columns bear, those left out excepted."""
        return [
            (modele, [f.attname for f in self._lus(alias, modele)]) for alias, modele in self._modeles.items()
        ]

    @cached_property
    def _sql(self) -> str:
        colonnes = [
            f'{alias}."{champ.column}"'
            for alias, modele in self._modeles.items()
            for champ in self._lus(alias, modele)
        ]
        return f"SELECT {', '.join(colonnes)} {self._suite}"

    def _lus(self, alias: str, modele: type[Model]) -> list[Any]:
        champs = [f for f in modele._meta.concrete_fields if f"{alias}.{f.name}" not in self._sans]
        if convertis := [f.name for f in champs if hasattr(f, "from_db_value")]:
            raise TypeError(f"{alias} : {convertis} se lisent par l'ORM, qui les convertit.")
        return champs

    def premiere(self, *valeurs: Any) -> list[Any] | None:
        """The models of the first row, None for one whose outer join found nothing; None without a row."""
        with curseur_prepare() as curseur:
            curseur.execute(self._sql, valeurs)
            ligne = curseur.fetchone()
        if ligne is None:
            return None
        lus, debut = [], 0
        for modele, champs in self._champs:
            fin = debut + len(champs)
            valeurs_lues = ligne[debut:fin]
            absent = valeurs_lues[champs.index(modele._meta.pk.attname)] is None
            lus.append(None if absent else modele.from_db(connection.alias, champs, valeurs_lues))
            debut = fin
        return lus

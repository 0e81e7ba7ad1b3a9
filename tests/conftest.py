"""Fixtures of the whole suite: eager tasks, flushes despite triggers, no variable missing from templates."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db.backends.postgresql.operations import DatabaseOperations
from django.template import engines

from refondation.celery import app


@pytest.fixture(scope="session", autouse=True)
def _vider_malgre_les_declencheurs() -> Iterator[None]:
    """Tests that commit are followed by a flush, which the append-only triggers refuse by design."""
    d_origine = DatabaseOperations.execute_sql_flush

    def vider(self: DatabaseOperations, sql_list: list[str]) -> None:
        d_origine(
            self,
            ["SET session_replication_role = replica;", *sql_list, "SET session_replication_role = origin;"],
        )

    DatabaseOperations.execute_sql_flush = vider
    yield
    DatabaseOperations.execute_sql_flush = d_origine


@pytest.fixture(scope="session", autouse=True)
def _taches_immediates() -> Iterator[None]:
    app.conf.task_always_eager = True
    app.conf.task_eager_propagates = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture(autouse=True)
def _cache_vide() -> None:
    cache.clear()


class VariableAbsente(Exception):
    """A template of ours uses a variable that its view does not give."""


class AucuneVariableAbsente(str):
    """Stands for `string_if_invalid`: the engine formats it with the name of each missing variable.

    The templates of Django's admin site and of allauth count on the empty string: they get it.
    """

    __slots__ = ()
    NOS_GABARITS = Path(settings.BASE_DIR) / "templates"

    def __mod__(self, variable: object) -> str:
        gabarit = sys._getframe(1).f_locals["context"].render_context.template
        if self.NOS_GABARITS not in Path(gabarit.origin.name).parents:
            return ""
        raise VariableAbsente(f"{gabarit.origin.template_name} : {variable}")


@pytest.fixture(scope="session", autouse=True)
def _aucune_variable_absente() -> None:
    engines["django"].engine.string_if_invalid = AucuneVariableAbsente("%s")

"""Fixtures of the whole suite: real PostgreSQL, eager Celery for unit tests, flushing despite append-only triggers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db.backends.postgresql.operations import DatabaseOperations

from refondation.celery import app


@pytest.fixture(scope="session", autouse=True)
def _vider_malgre_les_declencheurs() -> Iterator[None]:
    """Tests that commit are followed by a flush, which the append-only triggers refuse by design."""
    d_origine = DatabaseOperations.execute_sql_flush

    def vider(self: DatabaseOperations, sql_list: list[str]) -> None:
        d_origine(self, ["SET session_replication_role = replica;", *sql_list, "SET session_replication_role = origin;"])

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

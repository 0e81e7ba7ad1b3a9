"""How far the computation of a campaign's anomalies is, told from one process to another."""

from __future__ import annotations

from typing import NamedTuple

from django.core.cache import cache

from delegues.models import Campagne

# A computation takes seconds: what is older was left by a worker that died.
DUREE = 300


class Progres(NamedTuple):
    """`fait` groups of rules out of `total`; 0 out of 0 while the task waits for a worker."""

    fait: int = 0
    total: int = 0


def _cle(campagne: Campagne) -> str:
    return f"anomalies:{campagne.pk}"


def annoncer(campagne: Campagne) -> bool:
    """Say that a computation is asked for; False when one already is, so that it is not asked twice."""
    return cache.add(_cle(campagne), tuple(Progres()), DUREE)


def dire(campagne: Campagne, fait: int, total: int) -> None:
    cache.set(_cle(campagne), (fait, total), DUREE)


def lire(campagne: Campagne) -> Progres | None:
    connu = cache.get(_cle(campagne))
    return Progres(*connu) if connu is not None else None


def oublier(campagne: Campagne) -> None:
    cache.delete(_cle(campagne))

"""One process a core for the long parts of the demonstration, with the same database and the same clock."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db import connection, connections

from refondation.postgres import mourir_avec_le_parent


def repartir(geste: Callable[[Any], Any], travaux: Sequence[Any]) -> Iterator[Any]:
    """The results of `geste` over `travaux`, in order; the team ends with this process, however it ends."""
    connections.close_all()  # a connection does not cross a fork
    fourche = multiprocessing.get_context("fork")
    with fourche.Pool(coeurs(), _preparer, [mourir_avec_le_parent(signal.SIGTERM)]) as equipe:
        yield from equipe.imap(geste, travaux)


def coeurs() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_du_parent: list[Any] = []


def _preparer(suivre_le_parent: Callable[[], None]) -> None:
    # A connection that `close_all` did not see (opened before an event loop ran in that thread) is the
    # parent's: never used here, and kept, since nobody but the parent may close it.
    for base in connections.all(initialized_only=True):
        _du_parent.append(base.connection)
        base.connection = None
    # Asked to stop, the parent stops its team; a Ctrl-C reaches them all at once.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    suivre_le_parent()
    with connection.cursor() as curseur:
        # Whatever the machine loses in a power cut is loaded again: no need to wait for the disk.
        curseur.execute("SET synchronous_commit TO off")

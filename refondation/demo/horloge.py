"""The clock of the demonstration's past: what is loaded happened, day after day, before the first start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch


@contextmanager
def a_l_instant(instant: datetime) -> Iterator[datetime]:
    """Within the block, Django reads `instant` on the clock: acts that take no instant date themselves so."""
    with patch("django.utils.timezone.now", return_value=instant):
        yield instant

"""Draws that anybody can replay: the order of SHA-256 of a published seed and of what is drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def numero_tire(graine: str, cle: str) -> str:
    """What `printf 'GRAINE\\nCLE' | sha256sum` prints: the smallest number comes first."""
    return hashlib.sha256(f"{graine}\n{cle}".encode()).hexdigest()


def ordonner(cles: Iterable[str], graine: str) -> list[str]:
    """`cles` in drawn order, whatever order they came in."""
    return sorted(cles, key=lambda cle: numero_tire(graine, cle))

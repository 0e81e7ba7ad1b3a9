"""The second map: the departments as they are drawn in `static/cartes/departements.svg`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

CARTE = Path(__file__).resolve().parents[2] / "static" / "cartes" / "departements.svg"


@cache
def departements_traces() -> frozenset[str]:
    """The codes of the departments that the drawing has: those of mainland France and Corsica."""
    return frozenset(re.findall(r'id="d([0-9AB]+)"', CARTE.read_text(encoding="utf-8")))

"""Benchmarks, one module each: `mesurer(taille)` returns figures taken beside their yardstick.

`python3 manage.py bancs` runs each module in a process and a database of its own (migrated and
empty, in mode `test`), prints the table of ratios and writes a JSON file.  A module is a file
`bancs/<nom>.py` with a one-sentence docstring and::

    def mesurer(taille: float) -> list[Mesure]: ...

`taille` multiplies the sizes of the contract: 1 for the figures that count, 0.1 for a look.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Mesure:
    """One figure and the yardstick measured beside it, in the same unit and in the same run.

    What is judged is `rapport`: at least `seuil` when `sens` is "min", at most when it is "max".
    Without a yardstick (a number of queries, a peak of memory) the value itself is judged.
    Give rates ("bulletins/s") where more is better and times ("s") where less is: the ratio then
    reads as the contract says it.  `details` (JSON values) goes to the file: sizes, runs, spread.
    """

    nom: str
    valeur: float
    etalon: float | None
    objectif: str
    sens: Literal["min", "max"]
    seuil: float
    unite: str
    details: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.sens not in {"min", "max"}:
            raise ValueError(f"sens : {self.sens!r}, attendu « min » ou « max »")
        if self.etalon is not None and not self.etalon > 0:
            raise ValueError(f"{self.nom} : l'étalon doit être positif, pas {self.etalon!r}")

    @property
    def rapport(self) -> float:
        return self.valeur if self.etalon is None else self.valeur / self.etalon

    @property
    def atteint(self) -> bool:
        return self.rapport >= self.seuil if self.sens == "min" else self.rapport <= self.seuil

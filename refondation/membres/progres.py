"""How far the comparison or the application of an import is, told from one process to another."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.core.cache import cache

from refondation.membres.models import Import

DUREE = 3600


@dataclass(frozen=True)
class Progres:
    etape: str
    fait: int = 0
    total: int = 0

    @property
    def part(self) -> int | None:
        """Percents, or None when nobody knows."""
        return min(100, 100 * self.fait // self.total) if self.total else None


ETAPES = {
    "lecture": "Lecture du fichier",
    "comparaison": "Comparaison avec le registre",
    "application": "Application au registre",
}


def dire(lot: Import, etape: str, fait: int = 0, total: int = 0) -> None:
    cache.set(f"import:{lot.cle}", asdict(Progres(etape, fait, total)), DUREE)


def lire(lot: Import) -> Progres | None:
    connu = cache.get(f"import:{lot.cle}")
    return Progres(**connu) if connu else None


def oublier(lot: Import) -> None:
    cache.delete(f"import:{lot.cle}")

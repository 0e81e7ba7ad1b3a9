"""Files of members on disk: outside what the web serves, for this user only, no longer than needed."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Iterable
from pathlib import Path
from uuid import UUID

from django.conf import settings

TAILLE_MAX = 150_000_000


class TropGros(Exception):
    """The file is over `TAILLE_MAX`."""


def dossier() -> Path:
    return Path(settings.MEDIA_ROOT) / "imports"


def chemin(cle: UUID) -> Path:
    return dossier() / str(cle)


def deposer(cle: UUID, morceaux: Iterable[bytes]) -> tuple[int, str]:
    """Write the file under its key; its size and its SHA-256 (hex).  Raises `TropGros`, and keeps nothing."""
    dossier().mkdir(parents=True, exist_ok=True, mode=0o700)
    octets, empreinte = 0, hashlib.sha256()
    destination = chemin(cle)
    destination.touch(mode=0o600)
    with destination.open("wb") as fichier:
        for morceau in morceaux:
            octets += len(morceau)
            if octets > TAILLE_MAX:
                destination.unlink()
                raise TropGros
            empreinte.update(morceau)
            fichier.write(morceau)
    return octets, empreinte.hexdigest()


def retirer(cle: UUID) -> None:
    chemin(cle).unlink(missing_ok=True)


def retirer_les_orphelins(gardes: Collection[UUID]) -> int:
    """Remove each file that none of these keys names, unless it has just come; how many there were."""
    if not dossier().is_dir():
        return 0
    noms, limite = {str(cle) for cle in gardes}, time.time() - 3600
    orphelins = [f for f in dossier().iterdir() if f.name not in noms and f.stat().st_mtime < limite]
    for fichier in orphelins:
        fichier.unlink(missing_ok=True)
    return len(orphelins)

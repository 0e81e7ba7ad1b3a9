"""The order of the public list of candidacies: drawn so that anybody can do it again with `sha256sum`.

1. Each candidacy is known by the keys of its candidates in their order, joined by "+"; the
   platform drew these keys (UUID), nobody chose them.
2. The lines of the candidacies, sorted and each ended by a line feed, have a SHA-256: the
   fingerprint of the list, known once withdrawals are over.
3. The seed of the draw is "SEED|CAMPAIGN|SECTION|FINGERPRINT", SEED being the one that the
   campaign published before any candidacy: whoever published it did not know the candidates, and
   no candidate chooses the fingerprint alone.
4. The order is that of `delegues.tirage.ordonner`: SHA-256 of the seed, a line feed and the line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from delegues.tirage import numero_tire, ordonner


class Place(NamedTuple):
    """One candidacy in the draw: its line, and the number that it was sorted by."""

    ligne: str
    numero: str


class Ordre(NamedTuple):
    """The whole draw: fingerprint of the list, seed, candidacies in drawn order."""

    empreinte: str
    graine: str
    places: tuple[Place, ...]


def ligne_de(cles: Sequence[str]) -> str:
    """How the draw names a candidacy: the keys of its candidates in their order on it."""
    return "+".join(cles)


def empreinte_des_candidatures(lignes: Iterable[str]) -> str:
    """SHA-256 (hex) of the sorted lines, each ended by a line feed."""
    return hashlib.sha256("".join(f"{ligne}\n" for ligne in sorted(lignes)).encode()).hexdigest()


def tirer(lignes: Iterable[str], *, graine: str, campagne: str, section: str) -> Ordre:
    """The order of these candidacies, whatever order they came in.

    `campagne` is its slug, `section` its code.
    """
    lignes = list(lignes)
    empreinte = empreinte_des_candidatures(lignes)
    complete = f"{graine}|{campagne}|{section}|{empreinte}"
    return Ordre(
        empreinte,
        complete,
        tuple(Place(ligne, numero_tire(complete, ligne)) for ligne in ordonner(lignes, complete)),
    )

"""Archives taken apart and put together again, without the code under test: containers, records, chain."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

HORODATAGE = 1_790_000_000


@dataclass(frozen=True)
class Piece:
    """A record; `evenement` tells events from data."""

    corps: bytes
    evenement: bool = False

    @property
    def empreinte(self) -> str:
        return hashlib.sha256(self.corps).hexdigest()

    @property
    def objet(self) -> Any:
        return json.loads(self.corps)

    @property
    def type(self) -> str:
        return self.objet["type"] if self.evenement else ""


Pieces = list[Piece]
Alteration = Callable[[Pieces], Pieces]


def compact(valeur: object) -> bytes:
    return json.dumps(valeur, separators=(",", ":"), ensure_ascii=False).encode()


def b64(octets: bytes) -> str:
    return base64.b64encode(hashlib.sha256(octets).digest()).decode().rstrip("=")


def lire(octets: bytes) -> tuple[int, Pieces]:
    """(timestamp, records) of an archive that is taken to be well formed."""
    pieces, i, horodatage = [], 0, 0
    while i < len(octets):
        nom = octets[i : i + 100].split(b"\0")[0].decode()
        taille = int(octets[i + 124 : i + 135], 8)
        corps = octets[i + 512 : i + 512 + taille]
        if i == 0:
            horodatage = int(json.loads(corps)["timestamp"])
        else:
            pieces.append(Piece(corps, nom.endswith(".event.json")))
        i += 512 + -(-taille // 512) * 512
    return horodatage, pieces


def enregistrement(nom: str, corps: bytes, horodatage: int) -> bytes:
    bloc = bytearray(512)
    for position, valeur in (
        (0, nom.encode()),
        (100, b"0000644"),
        (108, b"0000000"),
        (116, b"0000000"),
        (124, b"%011o" % len(corps)),
        (136, b"%011o" % horodatage),
        (148, b" " * 8),
        (156, b"0"),
    ):
        bloc[position : position + len(valeur)] = valeur
    bloc[148:156] = b"%06o\0 " % sum(bloc)
    return bytes(bloc) + corps + b"\0" * (-len(corps) % 512)


def ecrire(pieces: Pieces, horodatage: int = HORODATAGE, entete: bytes | None = None) -> bytes:
    if entete is None:
        entete = compact({"version": 1, "timestamp": str(horodatage)})
    sortie = enregistrement("BELENIOS", entete, horodatage)
    for piece in pieces:
        genre = "event" if piece.evenement else "data"
        sortie += enregistrement(f"{piece.empreinte}.{genre}.json", piece.corps, horodatage)
    return sortie


def evenement(type_: str) -> Piece:
    """An event whose place and payload `rechainer` will fill in."""
    return Piece(compact({"type": type_}), evenement=True)


def rechainer(pieces: Pieces) -> Pieces:
    """The same records in the same order, with the parents, heights and payloads that they call for."""
    neuves: Pieces = []
    parent, hauteur, derniere = None, 0, None
    for piece in pieces:
        if not piece.evenement:
            neuves.append(piece)
            derniere = piece.empreinte
            continue
        objet: dict[str, object] = {"parent": parent} if parent else {}
        objet |= {"height": hauteur, "type": piece.type}
        if derniere:
            objet["payload"] = derniere
        neuves.append(Piece(compact(objet), evenement=True))
        parent, hauteur, derniere = neuves[-1].empreinte, hauteur + 1, None
    return neuves


def rang(pieces: Pieces, type_: str, n: int = 0) -> int:
    """Index of the n-th event of this type."""
    return [i for i, piece in enumerate(pieces) if piece.type == type_][n]


def remplacer(pieces: Pieces, i: int, corps: bytes) -> Pieces:
    """Another body for data record `i`; records that name it follow, and the chain is made again."""
    ancienne, neuve = pieces[i], Piece(corps)
    suite = [
        Piece(p.corps.replace(ancienne.empreinte.encode(), neuve.empreinte.encode()), p.evenement)
        for p in pieces[i + 1 :]
    ]
    return rechainer([*pieces[:i], neuve, *suite])


def refaire(pieces: Pieces, i: int, geste: Callable[[Any], Any]) -> Pieces:
    """`remplacer` with what `geste` makes of the record's JSON."""
    return remplacer(pieces, i, compact(geste(pieces[i].objet)))


def inserer(pieces: Pieces, i: int, *neuves: Piece) -> Pieces:
    return rechainer([*pieces[:i], *neuves, *pieces[i:]])


def retirer(pieces: Pieces, i: int, nombre: int = 1) -> Pieces:
    return rechainer([*pieces[:i], *pieces[i + nombre :]])

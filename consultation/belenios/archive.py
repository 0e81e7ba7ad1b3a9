"""The archive `UUID.bel`: records behind 512-byte headers, written byte for byte as belenios-tool and
read back strictly."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from .encodage import hexa, json_compact

BLOC = 512
NOM = re.compile(rb"([0-9a-f]{64})\.(data|event)\.json\Z")
ENTETE = re.compile(rb'\{"version":1,"timestamp":"(0|[1-9][0-9]{0,18})"\}\Z')
# 11 octal digits.
CHAMP_MAX = 8**11 - 1
# 200,000 public credentials make 124 MB.
TAILLE_MAX = 1 << 30


class ConteneurInvalide(ValueError):
    """Not an archive, or a damaged one; `code`: "vide", "tronquee", "entete", "conteneur", "empreinte",
    "trop_gros"."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Enregistrement:
    """A record whose name is the hash of its body; `position` is where the body starts in the file."""

    empreinte: str
    est_evenement: bool
    contenu: bytes
    position: int


def _bloc(nom: bytes, taille: int, horodatage: int) -> bytes:
    """The only header that a record of this name, size and time may have: v7 tar, mode 644."""
    if taille > CHAMP_MAX or not 0 <= horodatage <= CHAMP_MAX:
        raise ValueError("taille ou horodatage hors des bornes du conteneur")
    bloc = bytearray(BLOC)
    bloc[0 : len(nom)] = nom
    bloc[100:107] = b"0000644"
    bloc[108:115] = bloc[116:123] = b"0000000"
    bloc[124:135] = b"%011o" % taille
    bloc[136:147] = b"%011o" % horodatage
    bloc[148:156] = b" " * 8
    bloc[156:157] = b"0"
    bloc[148:156] = b"%06o\0 " % sum(bloc)
    return bytes(bloc)


def _enregistrement(nom: str, contenu: bytes, horodatage: int) -> bytes:
    return _bloc(nom.encode(), len(contenu), horodatage) + contenu + b"\0" * (-len(contenu) % BLOC)


def entete(horodatage: int) -> bytes:
    """The first record of an archive; `horodatage`, in Unix seconds, is the only date that the archive
    tells."""
    contenu = json_compact({"version": 1, "timestamp": str(horodatage)})
    return _enregistrement("BELENIOS", contenu, horodatage)


def enregistrement(contenu: bytes, genre: str, horodatage: int) -> bytes:
    """A record named by its hash; `genre` is "data" or "event"."""
    return _enregistrement(f"{hexa(contenu)}.{genre}.json", contenu, horodatage)


def evenement_json(parent: str | None, hauteur: int, genre: str, charge: str | None) -> bytes:
    """The canonical bytes of an event; `parent` and `charge` are hex hashes, None or empty where there
    is none."""
    objet: dict[str, Any] = {"parent": parent} if parent else {}
    objet |= {"height": hauteur, "type": genre}
    if charge:
        objet["payload"] = charge
    return json_compact(objet)


class Ecrivain:
    """An archive being written: the header at once, then events one after the other, chained.

    `tete` is the hash of the last event, `hauteur` its height (-1 before the first).
    """

    def __init__(self, fichier: BinaryIO, horodatage: int) -> None:
        self._fichier, self._horodatage = fichier, horodatage
        self.tete, self.hauteur = "", -1
        fichier.write(entete(horodatage))

    def ajouter(self, genre: str, *donnees: bytes) -> None:
        """Write the data records, then the event whose payload is the last of them (none: no payload)."""
        for contenu in donnees:
            self._fichier.write(enregistrement(contenu, "data", self._horodatage))
        self.hauteur += 1
        evenement = evenement_json(self.tete, self.hauteur, genre, hexa(donnees[-1]) if donnees else None)
        self._fichier.write(enregistrement(evenement, "event", self._horodatage))
        self.tete = hexa(evenement)


class Lecteur:
    """The records of an archive, one after the other, each checked against the only bytes that it may have.

    `plafond` bounds the body of the next records (bytes); the consumer lowers it once it knows what to
    expect. `position` counts the bytes read. Iteration raises ConteneurInvalide.
    """

    def __init__(self, fichier: BinaryIO) -> None:
        self._fichier = fichier
        self.plafond = TAILLE_MAX
        self.position = 0
        self.horodatage = 0

    def _lire(self, nombre: int) -> bytes:
        lu = self._fichier.read(nombre)
        self.position += len(lu)
        return lu

    def __iter__(self) -> Iterator[Enregistrement]:
        premier = self._bloc_suivant()
        if premier is None:
            raise ConteneurInvalide("vide", "Le fichier est vide.")
        self._lire_entete(premier)
        while (bloc := self._bloc_suivant()) is not None:
            yield self._enregistrement(bloc)

    def _bloc_suivant(self) -> bytes | None:
        bloc = self._lire(BLOC)
        if 0 < len(bloc) < BLOC:
            raise ConteneurInvalide("tronquee", "L'archive s'arrête au milieu d'un enregistrement.")
        return bloc or None

    def _corps(self, bloc: bytes, nom: bytes) -> bytes:
        """The body that follows, its header and padding being exactly right."""
        champ = bloc[124:135]
        if re.fullmatch(rb"[0-7]{11}", champ) is None:
            raise ConteneurInvalide("conteneur", "Ce fichier n'est pas une archive de scrutin.")
        taille = int(champ, 8)
        if taille > self.plafond:
            raise ConteneurInvalide(
                "trop_gros",
                f"Un enregistrement de {taille} octets dépasse ce que cette archive peut contenir.",
            )
        lu = self._lire(taille + -taille % BLOC)
        if len(lu) != taille + -taille % BLOC:
            raise ConteneurInvalide("tronquee", "L'archive s'arrête au milieu d'un enregistrement.")
        contenu = lu[:taille]
        if nom == b"BELENIOS":
            self.horodatage = self._date(contenu)
        if bloc != _bloc(nom, taille, self.horodatage) or lu[taille:].strip(b"\0"):
            raise ConteneurInvalide(
                "conteneur", f"L'enregistrement {nom.decode()} n'a pas l'en-tête ou le bourrage attendu."
            )
        return contenu

    def _lire_entete(self, bloc: bytes) -> None:
        if bloc[:100] != b"BELENIOS".ljust(100, b"\0"):
            raise ConteneurInvalide("conteneur", "Ce fichier n'est pas une archive de scrutin.")
        plafond, self.plafond = self.plafond, BLOC
        self._corps(bloc, b"BELENIOS")
        self.plafond = plafond

    @staticmethod
    def _date(contenu: bytes) -> int:
        lu = ENTETE.match(contenu)
        if lu is None or int(lu[1]) > CHAMP_MAX:
            raise ConteneurInvalide(
                "entete", "L'en-tête de l'archive n'est pas celui de cette version du protocole."
            )
        return int(lu[1])

    def _enregistrement(self, bloc: bytes) -> Enregistrement:
        nom = bloc[:100].rstrip(b"\0")
        lu = NOM.match(nom)
        if lu is None:
            raise ConteneurInvalide(
                "conteneur", "Un enregistrement de l'archive porte un nom étranger au protocole."
            )
        position = self.position
        contenu = self._corps(bloc, nom)
        empreinte = hashlib.sha256(contenu).hexdigest()
        if empreinte != lu[1].decode():
            raise ConteneurInvalide(
                "empreinte",
                f"L'enregistrement {nom.decode()} a été modifié : son empreinte n'est pas celle de son nom.",
            )
        return Enregistrement(empreinte, lu[2] == b"event", contenu, position)

"""The public credentials of an archive: read from their record, looked up by value, cut into slices to
verify."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from .encodage import DECIMAL
from .erreurs import ArchiveInvalide
from .groupes import Groupe

# A credential, and its weight when weights are used; the separator that follows.
_CREDENTIEL = re.compile(rb'"([0-9]{1,1000})(?:,([0-9]{1,100}))?"([,\]])')
PAR_TRANCHE = 2000


@dataclass(frozen=True, slots=True)
class Tranche:
    """A slice of the record, from byte `debut` to byte `fin` of the file; `condense` is its SHA-256."""

    debut: int
    fin: int
    condense: bytes


@dataclass(slots=True)
class Registre:
    """Credentials by number.  The decimal itself is not kept: 32 bytes for each instead of 617."""

    numeros: dict[bytes, int] = field(default_factory=dict)
    poids: dict[int, int] = field(default_factory=dict)
    tranches: list[Tranche] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.numeros)

    def numero(self, decimal: bytes) -> int | None:
        return self.numeros.get(hashlib.sha256(decimal).digest())

    def poids_de(self, numero: int) -> int:
        return self.poids.get(numero, 1)


def lire_registre(contenu: bytes, position: int, groupe: Groupe) -> Registre:
    """Read a public_credentials record that starts at byte `position` of its file.

    Checked here: exact form, canonical decimals and weights, no credential twice. Membership is checked
    slice by slice, by `decimaux` and a batch test. Raises ArchiveInvalide "credentiels" or
    "credentiel_double".
    """
    registre = Registre()
    if contenu == b"[]":
        return registre
    if not contenu.startswith(b"["):
        raise _mal_forme(1)
    curseur, debut, fin = 1, 1, b","
    while fin == b",":
        lu = _CREDENTIEL.match(contenu, curseur)
        rang = len(registre) + 1
        if lu is None or len(lu[1]) > groupe.chiffres_p or lu[1].startswith(b"0"):
            raise _mal_forme(rang)
        # 1 is the credential of everybody: anyone can sign for it.
        if lu[1] == b"1":
            raise ArchiveInvalide(
                "credentiels",
                f"L'identifiant public n° {rang} est 1 : n'importe qui signe pour lui.",
                hauteur=0,
            )
        condense = hashlib.sha256(lu[1]).digest()
        if condense in registre.numeros:
            raise ArchiveInvalide(
                "credentiel_double",
                f"L'identifiant public n° {rang} figure déjà dans la liste : {lu[1][:20].decode()}…",
                hauteur=0,
            )
        registre.numeros[condense] = rang - 1
        if lu[2] is not None:
            if DECIMAL.match(lu[2].decode()) is None:
                raise _mal_forme(rang)
            registre.poids[rang - 1] = int(lu[2])
        curseur, fin = lu.end(), lu[3]
        if rang % PAR_TRANCHE == 0 or fin == b"]":
            registre.tranches.append(
                Tranche(position + debut, position + curseur, hashlib.sha256(contenu[debut:curseur]).digest())
            )
            debut = curseur
    if curseur != len(contenu):
        raise _mal_forme(len(registre) + 1)
    return registre


def decimaux(tranche: bytes) -> list[bytes]:
    """The decimals of a slice."""
    return [lu[1] for lu in _CREDENTIEL.finditer(tranche)]


def _mal_forme(rang: int) -> ArchiveInvalide:
    return ArchiveInvalide(
        "credentiels", f"La liste des identifiants publics est mal formée à partir du n° {rang}.", hauteur=0
    )

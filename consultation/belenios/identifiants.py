"""Voting codes (private credentials) and the public credentials that they sign for.

A code is fourteen random Base58 digits (82 bits) and a check digit, written XXX-XXX-XXX-XXX-XXX.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata

from gmpy2 import mpz

from .groupes import Groupe

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
CHIFFRES = 14
TOURS = 1000
_SEPARATEURS = re.compile(r"[\s\u00a0\u2010-\u2015\u2212_.·-]+")


class CodeInvalide(ValueError):
    """Not a voting code; `code` says what is wrong: "longueur", "signe" or "controle"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _reste(chiffres: str) -> int:
    n = 0
    for c in chiffres:
        n = (n * 58 + ALPHABET.index(c)) % 53
    return n


def _en_groupes(signes: str) -> str:
    return "-".join(signes[i : i + 3] for i in range(0, len(signes), 3))


def nouveau_code() -> str:
    """A code drawn at random, in its canonical form."""
    chiffres = "".join(secrets.choice(ALPHABET) for _ in range(CHIFFRES))
    return _en_groupes(chiffres + ALPHABET[53 - _reste(chiffres)])


def normaliser_code(saisie: str) -> str:
    """The canonical form of a code as somebody typed it: spaces, dots and dashes of all kinds are free.

    Raises CodeInvalide when signs are missing or too many, are not Base58, or do not match the check digit.
    """
    signes = _SEPARATEURS.sub("", unicodedata.normalize("NFKC", saisie))
    if any(c not in ALPHABET for c in signes):
        raise CodeInvalide("signe")
    if len(signes) != CHIFFRES + 1:
        raise CodeInvalide("longueur")
    if (_reste(signes[:-1]) + ALPHABET.index(signes[-1])) % 53:
        raise CodeInvalide("controle")
    return _en_groupes(signes)


def exposant(code: str, uuid: str, groupe: Groupe) -> mpz:
    """The secret exponent of a code in the election `uuid`: PBKDF2-HMAC-SHA256, 1000 rounds, mod q (0.25 ms).

    The password includes the dashes.  Raises CodeInvalide.
    """
    derive = hashlib.pbkdf2_hmac("sha256", normaliser_code(code).encode(), uuid.encode(), TOURS, 32)
    return mpz(int.from_bytes(derive, "big")) % groupe.q


def cle_publique(code: str, uuid: str, groupe: Groupe) -> mpz:
    """The public credential g^s of a code; by table, since the server makes them by the hundred thousand."""
    return groupe.puissance_g(exposant(code, uuid, groupe))

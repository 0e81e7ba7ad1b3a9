"""Sealing of voting codes: what the server keeps cannot be read from a copy of its database.

This is the registrar's place.  Today the platform draws the codes itself, so it could vote in
a member's name; a registrar working apart would draw them elsewhere, hand over the public
credentials only, and neither `TrousseauDeCodes` nor `CodeScelle` would exist here.
"""

from __future__ import annotations

import hashlib

from django.conf import settings
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox


def nouveau_trousseau() -> tuple[bytes, bytes]:
    """(public key, private key sealed under the server's CLE_CODES)."""
    privee = PrivateKey.generate()
    return bytes(privee.public_key), _coffre().encrypt(bytes(privee))


def sceller(publique: bytes, codes: list[str]) -> list[bytes]:
    boite = SealedBox(PublicKey(publique))
    return [boite.encrypt(code.encode()) for code in codes]


def ouvrir(privee_scellee: bytes, scelles: list[bytes]) -> list[str]:
    boite = SealedBox(PrivateKey(_coffre().decrypt(privee_scellee)))
    return [boite.decrypt(s).decode() for s in scelles]


def _coffre() -> SecretBox:
    return SecretBox(hashlib.sha256(b"codes|" + settings.CLE_CODES.encode()).digest())

"""The list that a door keeps for when the network is lost: fingerprints of codes, names, sections, signed.

A code is not in the list: who finds the file makes no card with it.  The page checks the signature
(ECDSA, P-256, SHA-256) before it believes the list.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from django.conf import settings
from django.utils import timezone

from delegues.cartes import code_de, normaliser
from delegues.models import Assemblee

_ORDRE = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _cle() -> ec.EllipticCurvePrivateKey:
    """The platform's key for lists, derived from its secret."""
    graine = hashlib.sha512(b"listes de porte" + settings.SECRET_KEY.encode()).digest()
    return ec.derive_private_key(int.from_bytes(graine) % (_ORDRE - 1) + 1, ec.SECP256R1())


def cle_publique() -> dict[str, str]:
    """The public key as a JSON Web Key."""
    nombres = _cle().public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": _base64(nombres.x), "y": _base64(nombres.y)}


def _base64(valeur: int) -> str:
    return base64.urlsafe_b64encode(valeur.to_bytes(32)).rstrip(b"=").decode()


def empreinte(sel: str, code: str) -> str:
    """What stands for a code in the list of this assembly: 32 hex digits."""
    return hashlib.sha256(f"{sel}:{normaliser(code)}".encode()).hexdigest()[:32]


def liste_signee(assemblee: Assemblee, *, instant: datetime) -> dict[str, str]:
    """{"contenu": JSON text, "signature": hex of r‖s}.

    The text holds {"assemblee", "nom", "tenue_le", "etablie_le", "delegues": [[fingerprint, name,
    section, quality], …]}: those who sit on the day of the assembly.
    """
    sel = str(assemblee.cle)
    au = timezone.localdate(assemblee.tenue_le)
    lignes = sorted(
        [
            empreinte(sel, code_de(delegation)),
            f"{delegation.adherent.prenom} {delegation.adherent.nom}",
            delegation.designation.section.nom,
            delegation.qualite,
        ]
        for delegation in assemblee.invite().en_exercice(au=au).avec_leur_monde()
    )
    contenu = json.dumps(
        {
            "assemblee": sel,
            "nom": assemblee.nom,
            "tenue_le": assemblee.tenue_le.isoformat(),
            "etablie_le": instant.isoformat(timespec="seconds"),
            "delegues": lignes,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    r, s = decode_dss_signature(_cle().sign(contenu.encode(), ec.ECDSA(hashes.SHA256())))
    return {"contenu": contenu, "signature": (r.to_bytes(32) + s.to_bytes(32)).hex()}


def verifier(liste: dict[str, Any]) -> bool:
    """Whether the platform signed this list."""
    octets = bytes.fromhex(liste["signature"])
    signature = encode_dss_signature(int.from_bytes(octets[:32]), int.from_bytes(octets[32:]))
    try:
        _cle().public_key().verify(signature, liste["contenu"].encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True

"""The mailbox of the demonstration: each mail becomes a file, which one page shows as a phone would."""

from __future__ import annotations

import email
import email.policy
import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from django.utils import timezone

# <microseconds>-<chance>-<beginning of the SHA-256 of the address>.eml: sorted by time, filtered by address.
NOM = re.compile(r"^(\d{16})-[0-9a-f]{8}-([0-9a-f]{16})\.eml$")


def dossier() -> Path:
    return settings.LOCAL_DIR / "courriels"


def marque(adresse: str) -> str:
    return hashlib.sha256(adresse.lower().encode()).hexdigest()[:16]


class BoiteDeDemonstration(BaseEmailBackend):
    """Write each mail under the local folder; only local and demo modes use it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        dossier().mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            octets = message.message().as_bytes()
            for adresse in message.recipients():
                self._deposer(octets, adresse)
        return len(email_messages)

    def _deposer(self, octets: bytes, adresse: str) -> None:
        # Written aside, readable by its owner alone, then given its name: nobody reads half a mail.
        descripteur, ebauche = tempfile.mkstemp(dir=dossier())
        with os.fdopen(descripteur, "wb") as fichier:
            # As a mail server does: a mail in blind copy does not say who receives it.
            fichier.write(b"Delivered-To: " + adresse.encode() + b"\n" + octets)
        recu_le = int(timezone.now().timestamp() * 1e6)
        Path(ebauche).rename(dossier() / f"{recu_le:016d}-{secrets.token_hex(4)}-{marque(adresse)}.eml")


@dataclass(frozen=True)
class Courriel:
    """A mail received, by its plain text part."""

    nom: str
    recu_le: datetime
    destinataire: str
    objet: str
    texte: str


def recus(adresse: str | None = None, *, nombre: int = 30) -> list[Courriel]:
    """The last mails received at `adresse` (None: by anybody), newest first."""
    noms = (n for n in _noms() if adresse is None or n.endswith(f"-{marque(adresse)}.eml"))
    return [lire(nom) for nom, _ in zip(noms, range(nombre), strict=False)]


def lire(nom: str) -> Courriel:
    """One mail by the name of its file; FileNotFoundError when there is none of that name."""
    trouve = NOM.match(nom)
    if trouve is None:
        raise FileNotFoundError(nom)
    message = email.message_from_bytes((dossier() / nom).read_bytes(), policy=email.policy.default)
    corps = message.get_body(("plain",))
    return Courriel(
        nom=nom,
        recu_le=datetime.fromtimestamp(int(trouve[1]) / 1e6, UTC),
        destinataire=str(message["Delivered-To"]),
        objet=str(message["Subject"]),
        texte=corps.get_content().strip() if corps else "",
    )


def _noms() -> Iterator[str]:
    if dossier().is_dir():
        yield from sorted((f.name for f in dossier().iterdir() if NOM.match(f.name)), reverse=True)

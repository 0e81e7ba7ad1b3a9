"""One-time codes: who is meant, what is drawn, what is kept, what is sent.

allauth looks the person up, draws the code and sends the mail within the request, and keeps
the code in the session: somebody known can then be told from somebody unknown by the time of
the answer, and requests at once do not share their count of attempts.  Here the request writes
one row whoever is meant (`DemandeDeCode`), and a task does the rest.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from refondation.membres.models import Adherent, Compte

DUREE_DU_CODE = timedelta(minutes=15)
MINUTES_DU_CODE = int(DUREE_DU_CODE.total_seconds() // 60)
# Beyond that number, people who share an address type their member number instead.
PERSONNES_PAR_ADRESSE = 4


def normaliser(saisie: str) -> str:
    """An e-mail in lower case, or a member number in capitals without spaces."""
    saisie = saisie.strip()
    return saisie.lower() if "@" in saisie else "".join(saisie.split()).upper()


def chiffres(saisie: str) -> str:
    """The digits of what was typed: codes are read aloud, pasted with spaces, followed by a dot."""
    return "".join(c for c in saisie if c in "0123456789")


def tirer_codes(nombre: int) -> list[str]:
    """`nombre` different codes of six digits."""
    codes: list[str] = []
    while len(codes) < nombre:
        code = f"{secrets.randbelow(1_000_000):06d}"
        if code not in codes:
            codes.append(code)
    return codes


def empreinte_du_code(cle: UUID, code: str) -> str:
    """What is kept of a code (64 hex digits): useless for another request or without the secret key."""
    return hmac.new(
        settings.SECRET_KEY.encode(), b"code de connexion" + cle.bytes + code.encode(), hashlib.sha256
    ).hexdigest()


def personnes_de(saisie: str) -> list[Adherent | Compte]:
    """Whom a normalised member number or e-mail designates, among those who may log in.

    Members are returned as lines of the register, whether or not they have an account yet.
    """
    presents = Adherent.objects.presents().exclude(compte__is_active=False).exclude(courriel="")
    if "@" not in saisie:
        return list(presents.filter(numero=saisie))
    return [
        *presents.filter(courriel=saisie),
        *Compte.objects.filter(adherent=None, is_active=True, email=saisie),
    ]


def courriel(gabarit: str, destinataire: str, contexte: dict) -> EmailMessage:
    """A plain text message; the first line of `templates/courriels/<gabarit>.txt` is its subject."""
    objet, _, corps = render_to_string(f"courriels/{gabarit}.txt", contexte).strip().partition("\n")
    return EmailMessage(subject=objet.strip(), body=corps.lstrip("\n") + "\n", to=[destinataire])

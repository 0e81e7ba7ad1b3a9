"""Ballot trackers as people copy them: what was meant, or what is wrong with it, in words."""

from __future__ import annotations

import re

from consultation.models.urne import charge_de, suivi_de

SIGNES = 43
_DEDANS = re.compile(r"[A-Za-z0-9+/]")


class NumeroMalForme(ValueError):
    """The message is French and shown as it is."""


def lire_le_suivi(saisie: str) -> str:
    """The ballot's hash (hex) that this tracker writes; spaces, line ends and final "=" are forgiven."""
    texte = "".join(saisie.split()).rstrip("=")
    if not texte:
        raise NumeroMalForme("Collez le numéro de suivi de votre reçu.")
    etranger = next((c for c in texte if not _DEDANS.fullmatch(c)), None)
    if etranger is not None:
        raise NumeroMalForme(
            f"Un numéro de suivi ne contient jamais « {etranger} ». Copiez-le depuis votre reçu."
        )
    if len(texte) != SIGNES:
        raise NumeroMalForme(
            f"Un numéro de suivi compte {SIGNES} signes, celui-ci {len(texte)}. Vérifiez qu'il est entier."
        )
    charge = charge_de(texte)
    if suivi_de(charge) != texte:
        raise NumeroMalForme("Le dernier signe de ce numéro est faux. Vérifiez-le sur votre reçu.")
    return charge

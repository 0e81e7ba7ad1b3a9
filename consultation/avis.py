"""The mails to those who hold a key or control a vote: what awaits them, and where; never a secret."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from consultation.models import Controle, Gardien, Scrutin
from consultation.regles import heure


def _adresse(route: str, scrutin: Scrutin) -> str:
    return f"{settings.ADRESSE_PUBLIQUE}{reverse(route, args=[scrutin.slug])}"


def _message(gabarit: str, sujet: str, destinataires: list[str], contexte: dict) -> EmailMessage:
    # Each recipient alone: nobody learns who else is told.
    return EmailMessage(
        subject=sujet, body=render_to_string(f"courriels/{gabarit}.txt", contexte), to=[], bcc=destinataires
    )


def designation_de_gardien(gardien: Gardien) -> EmailMessage:
    scrutin = gardien.scrutin
    return _message(
        "gardien_designation",
        f"Vous gardez une clé : {scrutin.nom}",
        [gardien.compte.email],
        {
            "gardien": gardien,
            "scrutin": scrutin,
            "ouvre_le": heure(scrutin.ouvre_le),
            "lien": _adresse("consultation:gardien", scrutin),
        },
    )


def appel_au_dechiffrement(gardien: Gardien) -> EmailMessage:
    scrutin = gardien.scrutin
    return _message(
        "gardien_dechiffrement",
        f"Le dépouillement vous attend : {scrutin.nom}",
        [gardien.compte.email],
        {"gardien": gardien, "scrutin": scrutin, "lien": _adresse("consultation:gardien", scrutin)},
    )


def incident(controle: Controle, destinataires: list[str]) -> EmailMessage:
    """To the commission, the moment a control finds something new: the board is alerted by a second channel."""
    scrutin = controle.scrutin
    return _message(
        "incident",
        f"Contrôle à examiner : {scrutin.nom}",
        destinataires,
        {
            "scrutin": scrutin,
            "controle": controle,
            "fait_le": heure(controle.fait_le),
            "lien": _adresse("consultation:controle", scrutin),
        },
    )

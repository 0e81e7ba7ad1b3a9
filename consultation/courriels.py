"""The mails of the secret vote: written here, sent by acts, never with a choice or a tracker."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from consultation.models import Scrutin
from consultation.regles import heure
from refondation.membres.models import Adherent


def masquer(courriel: str) -> str:
    """`jeanne@exemple.fr` → `j…@exemple.fr`: enough to recognise one's own address."""
    debut, _, domaine = courriel.partition("@")
    return f"{debut[:1]}…@{domaine}"


def repere(numero: str) -> str:
    """The end of a member number: tells apart those who share an address, useless to anybody else."""
    return numero[-4:]


def code_de_vote(
    scrutin: Scrutin, *, destinataire: str, personne: Adherent, code: str, lien: str
) -> EmailMultiAlternatives:
    """The mail that opens the booth: one button; the code stands in the link's fragment and in the text.

    It says inside for whom it is, since a couple may share the address; never in its subject,
    which shows on locked screens.
    """
    contexte = {
        "scrutin": scrutin,
        "questions": list(scrutin.questions.all()),
        "prenom": personne.prenom,
        "repere": repere(personne.numero),
        "code": code,
        "lien": lien,
        "ferme_le": heure(scrutin.ferme_le),
        "adresse": settings.ADRESSE_PUBLIQUE,
    }
    message = EmailMultiAlternatives(
        subject=f"Votez : {scrutin.nom}",
        body=render_to_string("courriels/code_de_vote.txt", contexte),
        to=[destinataire],
    )
    message.attach_alternative(render_to_string("courriels/code_de_vote.html", contexte), "text/html")
    return message

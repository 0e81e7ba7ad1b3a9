"""The mails of the secret vote: written here, sent by acts, never with a choice or a tracker."""

from __future__ import annotations

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from consultation.models import Scrutin


def masquer(courriel: str) -> str:
    """`jeanne@exemple.fr` → `j…@exemple.fr`: enough to recognise one's own address."""
    debut, _, domaine = courriel.partition("@")
    return f"{debut[:1]}…@{domaine}"


def code_de_vote(scrutin: Scrutin, *, destinataire: str, code: str, lien: str) -> EmailMultiAlternatives:
    """The mail that opens the booth: one button; the code stands in the link's fragment and in the text."""
    contexte = {"scrutin": scrutin, "code": code, "lien": lien, "questions": list(scrutin.questions.all())}
    message = EmailMultiAlternatives(
        subject=f"Votez : {scrutin.nom}",
        body=render_to_string("courriels/code_de_vote.txt", contexte),
        to=[destinataire],
    )
    message.attach_alternative(render_to_string("courriels/code_de_vote.html", contexte), "text/html")
    return message

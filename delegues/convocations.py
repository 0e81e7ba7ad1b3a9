"""The mails of an assembly and of its minutes: written here, sent by acts."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from delegues.models import Designation, ProcesVerbal
from refondation.interface.formats import moment
from refondation.membres.models import Adherent


def convocation(designation: Designation, membre: Adherent) -> EmailMessage:
    """To one member: date, place, agenda, and where the candidacies are."""
    return EmailMessage(
        subject=f"Assemblée de votre section le {moment(designation.assemblee_le)}",
        body=render_to_string(
            "courriels/convocation.txt",
            {
                "designation": designation,
                "prenom": membre.prenom,
                "assemblee_le": moment(designation.assemblee_le),
                "lien": f"{settings.ADRESSE_PUBLIQUE}{designation.get_absolute_url()}",
            },
        ),
        to=[membre.courriel],
    )


def demande_de_contresignature(proces_verbal: ProcesVerbal) -> EmailMessage:
    """To the second signatory: what is asked, until when, where."""
    return EmailMessage(
        subject="Un procès-verbal attend votre signature",
        body=render_to_string(
            "courriels/contresignature.txt",
            {
                "proces_verbal": proces_verbal,
                "section": proces_verbal.section,
                "prenom": proces_verbal.contresignataire.prenom,
                "avant": moment(proces_verbal.designation.campagne.enregistrement_au),
                "lien": f"{settings.ADRESSE_PUBLIQUE}{proces_verbal.get_absolute_url()}",
            },
        ),
        to=[proces_verbal.contresignataire.courriel],
    )

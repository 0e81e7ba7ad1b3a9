"""The mails about candidacies: a proposal to answer, an answer confirmed, a duo undone."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from consultation.regles import heure
from delegues.models import Candidature


def _message(gabarit: str, sujet: str, candidature: Candidature, **contexte: object) -> EmailMessage:
    section = candidature.liste.designation.section
    return EmailMessage(
        subject=sujet,
        body=render_to_string(
            f"courriels/{gabarit}.txt",
            {
                "candidature": candidature,
                "prenom": candidature.adherent.prenom,
                "campagne": candidature.campagne,
                "section": section,
                "adresse": settings.ADRESSE_PUBLIQUE,
                "jusqu_au": heure(candidature.campagne.retraits_au),
                "ma_candidature": _adresse("delegues:ma_candidature", candidature.campagne.slug),
                **contexte,
            },
        ),
        to=[candidature.adherent.courriel],
    )


def _adresse(route: str, *arguments: object) -> str:
    return f"{settings.ADRESSE_PUBLIQUE}{reverse(route, args=arguments)}"


def proposition(candidature: Candidature, jeton: str) -> EmailMessage:
    """`jeton`: the secret of the link, which the database does not keep."""
    autres = [str(c) for c in candidature.liste.presentes() if c.pk != candidature.pk]
    return _message(
        "candidature_proposition",
        f"Acceptez-vous d'être candidat·e ? {candidature.campagne}",
        candidature,
        par=candidature.liste.proposee_par.nom,
        autres=autres,
        lien=_adresse("delegues:repondre", candidature.cle, jeton),
    )


def reponse(candidature: Candidature) -> EmailMessage:
    acceptee = candidature.etat == Candidature.Etat.ACCEPTEE
    return _message(
        "candidature_reponse",
        "Votre candidature est enregistrée" if acceptee else "Vous avez décliné une candidature",
        candidature,
        acceptee=acceptee,
    )


def duo_defait(candidature: Candidature, parti: Candidature) -> EmailMessage:
    return _message("candidature_duo_defait", "Votre duo ne se présente plus", candidature, parti=str(parti))

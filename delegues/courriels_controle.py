"""The mails of the control to a section: what was decided, asked or contested, and until when to answer."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from consultation.regles import heure
from delegues.models import Echange
from delegues.recolement import Genre, Sens

SUJETS = {
    Genre.DEMANDE: "La commission demande un complément",
    Genre.CONTESTATION: "Votre désignation est contestée",
    Genre.RECOURS: "Un recours est formé",
}
DECISIONS = {Sens.VALIDER: "Votre désignation est validée", Sens.REJETER: "Votre désignation est rejetée"}


def avertissement(echange: Echange, destinataire: str) -> EmailMessage:
    """Neither who contested nor who decided is named: the section answers to facts."""
    designation = echange.designation
    campagne, section = designation.campagne, designation.section
    route = "repondre_a_la_commission" if echange.genre in SUJETS else "recours"
    contexte = {
        "echange": echange,
        "genre": echange.genre,
        "section": section,
        "campagne": campagne,
        "motifs": echange.motifs_en_mots,
        "limite": heure(campagne.controle_au if echange.genre == Genre.DEMANDE else campagne.recours_au),
        "lien": f"{settings.ADRESSE_PUBLIQUE}{reverse(f'delegues:{route}', args=[campagne.slug, section.code])}",
    }
    sujet = SUJETS.get(echange.genre) or DECISIONS[Sens(echange.sens)]
    return EmailMessage(
        subject=f"{sujet} : {section.nom}",
        body=render_to_string("courriels/controle.txt", contexte),
        to=[destinataire],
    )

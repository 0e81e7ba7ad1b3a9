"""Telling a section what its file received: once to each person who keeps it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from delegues import courriels_controle
from delegues.models import Avertissement, Echange
from refondation.membres.models import Compte, Mandat, date_du_jour


def avertir(*, echange: Echange, instant: datetime | None = None) -> int:
    """Mail the secretaries in office of the section, who drafted the minutes, and who appealed once settled.

    One transaction for each: a refused address hinders no other, and nobody is told twice.  How many
    were told; the first `OSError` of the mail server is raised at the end, for the task to try again.
    """
    instant = instant or timezone.now()
    if echange.genre not in Echange.A_DIRE:
        return 0
    echange = Echange.objects.select_related(
        "designation__campagne", "designation__section", "proces_verbal", "sur"
    ).get(pk=echange.pk)
    prevenus, echecs = 0, []
    for compte in _destinataires(echange):
        try:
            with transaction.atomic():
                _, nouveau = Avertissement.objects.get_or_create(
                    echange=echange, compte=compte, defaults={"envoye_le": instant}
                )
                if nouveau:
                    courriels_controle.avertissement(echange, compte.email).send()
                    prevenus += 1
        except OSError as echec:  # the mail server, or the way to it
            echecs.append(echec)
    if echecs:
        raise echecs[0]
    return prevenus


def _destinataires(echange: Echange) -> list[Compte]:
    """By account id; those without an address, and whoever has just written the line, are left out."""
    secretaires = (
        Mandat.objects.en_cours(au=date_du_jour())
        .filter(role=Mandat.Role.SECRETAIRE_SECTION, section=echange.designation.section)
        .values_list("compte", flat=True)
    )
    cles = set(secretaires)
    if echange.proces_verbal is not None:
        cles.add(echange.proces_verbal.redacteur_id)
    if echange.genre == Echange.Genre.ARBITRAGE:
        cles.add(echange.sur.auteur_id)
    comptes = Compte.objects.filter(pk__in=cles - {echange.auteur_id}, is_active=True).exclude(email="")
    return list(comptes.order_by("pk"))

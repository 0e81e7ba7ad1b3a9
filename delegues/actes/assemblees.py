"""Calling the assembly of a section: date, place, agenda, one mail to each member."""

from __future__ import annotations

from datetime import datetime

from django.core.mail import get_connection
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from consultation.regles import heure
from delegues.convocations import convocation
from delegues.emargement import liste_d_emargement
from delegues.models import Campagne, Convocation, Designation
from delegues.regles import exiger_calendrier
from refondation.journal.actes import journaliser
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible, exiger


def verrouiller_designation(designation: Designation) -> Designation:
    return (
        Designation.objects.select_for_update(of=("self",))
        .select_related("campagne", "section__federation")
        .get(pk=designation.pk)
    )


def exiger_une_assemblee(designation: Designation) -> None:
    if designation.mode != Campagne.Mode.ASSEMBLEE:
        raise ActeImpossible(
            "Cette section désigne par un vote en ligne : il n'y a ni assemblée ni bulletins à compter.",
            code="en_ligne",
        )


def exiger_une_date_d_assemblee(campagne: Campagne, le: datetime) -> None:
    if not campagne.assemblees_du <= le < campagne.assemblees_au:
        raise ActeImpossible(
            f"Les assemblées se tiennent du {heure(campagne.assemblees_du)} au {heure(campagne.assemblees_au)}. "
            "Choisissez une date entre les deux.",
            code="date",
            statut=400,
        )


def convoquer_assemblee(
    *,
    designation: Designation,
    assemblee_le: datetime,
    lieu: str,
    ordre_du_jour: str,
    par: Compte,
    instant: datetime | None = None,
) -> Designation:
    """Set or move the assembly and mail each member of the attendance list after commit, once.

    The same date, place and agenda again change nothing and send nothing.  Raises `ActeImpossible`:
    `interdit`, the calendar's, `en_ligne`, `date`, `passee`, `lieu`.
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        designation = verrouiller_designation(designation)
        exiger(par, "delegues.conduire", designation)
        exiger_calendrier(designation.campagne, "convoquer", instant)
        exiger_une_assemblee(designation)
        exiger_une_date_d_assemblee(designation.campagne, assemblee_le)
        if assemblee_le <= instant:
            raise ActeImpossible(
                "Cette date est passée. Choisissez une date à venir.", code="passee", statut=400
            )
        if not lieu.strip():
            raise ActeImpossible("Donnez le lieu de l'assemblée.", code="lieu", statut=400)
        nouvelle = (assemblee_le, lieu.strip(), ordre_du_jour.strip())
        if designation.convoquee_le and nouvelle == (
            designation.assemblee_le,
            designation.lieu,
            designation.ordre_du_jour,
        ):
            return designation
        designation.assemblee_le, designation.lieu, designation.ordre_du_jour = nouvelle
        designation.convoquee_le = instant
        designation.save(update_fields=["assemblee_le", "lieu", "ordre_du_jour", "convoquee_le"])
        numero = (designation.convocations.aggregate(n=Max("numero"))["n"] or 0) + 1
        # Those of an earlier call that did not go out yet would say a wrong date.
        designation.convocations.filter(envoyee_le=None).delete()
        membres = liste_d_emargement(designation).exclude(courriel="")
        convoques = Convocation.objects.bulk_create(
            Convocation(designation=designation, numero=numero, adherent_id=pk)
            for pk in membres.values_list("pk", flat=True)
        )
        journaliser(
            acte="delegues.convoquer",
            par=par,
            objet=designation,
            instant=instant,
            details={
                "assemblee_le": assemblee_le.isoformat(),
                "numero": numero,
                "convocations": len(convoques),
            },
        )
        from delegues.tasks import envoyer_les_convocations

        envoyer_les_convocations.delay_on_commit(designation.pk)
    return designation


def envoyer_convocations(
    *, designation: Designation, nombre: int = 50, instant: datetime | None = None
) -> int:
    """Mail the next members who were not; how many were.

    Rows are locked and marked with the sending: a second worker takes others, a killed one sends
    again at most one batch.  Nothing leaves once the assembly is over.
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        lignes = list(
            Convocation.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("adherent", "designation__campagne", "designation__section")
            .filter(designation=designation, envoyee_le=None, designation__assemblee_le__gt=instant)
            .order_by("pk")[:nombre]
        )
        if not lignes:
            return 0
        with get_connection() as liaison:
            liaison.send_messages([convocation(ligne.designation, ligne.adherent) for ligne in lignes])
        for ligne in lignes:
            ligne.envoyee_le = instant
        Convocation.objects.bulk_update(lignes, ["envoyee_le"])
    return len(lignes)

"""The door of an assembly of delegates: open it, and keep who came."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from delegues.cartes import Verdict, verdict
from delegues.models import Assemblee, Campagne, Delegation, Passage
from refondation.journal.actes import journaliser
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible, exiger, refus_de_la_base
from refondation.territoire.models import Federation, Section

# Doors open the day before the assembly (people try) and close the day after (phones send late).
AVANT, APRES = timedelta(days=1), timedelta(days=2)


def ouvrir_une_assemblee(
    *,
    campagne: Campagne,
    nom: str,
    tenue_le: datetime,
    lieu: str = "",
    federation: Federation | None = None,
    section: Section | None = None,
    par: Compte,
    instant: datetime | None = None,
) -> Assemblee:
    """Announce an assembly of the delegates of a section, of a federation or of all, so that cards are checked.

    Raises `ActeInterdit`, or `ActeImpossible`: `campagne`, `hors_mandat` (a day when nobody sits).
    """
    instant = instant or timezone.now()
    exiger(par, "delegues.verifier_cartes", section or federation or campagne)
    if campagne.etat not in (Campagne.Etat.OUVERTE, Campagne.Etat.CLOSE):
        raise ActeImpossible("Cette campagne n'a pas de délégué·es.", code="campagne")
    if not campagne.mandat_debut <= timezone.localdate(tenue_le) < campagne.mandat_fin:
        raise ActeImpossible(
            "Aucun mandat n'est en cours ce jour-là. Choisissez un jour entre le début et la fin des mandats.",
            code="hors_mandat",
            statut=422,
        )
    try:
        with transaction.atomic():
            assemblee = Assemblee(
                campagne=campagne,
                federation=federation,
                section=section,
                nom=" ".join(nom.split()),
                tenue_le=tenue_le,
                lieu=" ".join(lieu.split()),
                par=par,
                creee_le=instant,
            )
            assemblee.clean_fields(exclude=["federation", "section"])
            assemblee.save(force_insert=True)
            journaliser(acte="delegues.ouvrir_une_assemblee", par=par, objet=assemblee, instant=instant)
    except IntegrityError as erreur:
        raise refus_de_la_base(erreur, Assemblee) from erreur
    return assemblee


def pointer(
    *,
    assemblee: Assemblee,
    delegation: Delegation | None,
    le: datetime | None = None,
    par: Compte,
    instant: datetime | None = None,
) -> tuple[Verdict, Passage | None]:
    """Say what a card is worth at this door, and keep the passage of who may come in.

    `le` is the clock of a door that had no network; the card is judged at that moment.  The same
    card twice keeps the first passage, and says so; the table of passages is its own journal.
    Raises `ActeInterdit`, or `ActeImpossible` (`porte_fermee`) away from the day of the assembly.
    """
    instant = instant or timezone.now()
    exiger(par, "delegues.verifier_cartes", assemblee)
    if not assemblee.tenue_le - AVANT <= instant < assemblee.tenue_le + APRES:
        raise ActeImpossible(
            "La porte de cette assemblée n'est pas ouverte : elle l'est la veille, le jour et le lendemain.",
            code="porte_fermee",
        )
    le = min(le, instant) if le is not None and le >= assemblee.tenue_le - AVANT else instant
    dit = verdict(delegation, au=timezone.localdate(le), assemblee=assemblee)
    if not dit.entre:
        return dit, None
    with transaction.atomic():
        passage, nouveau = Passage.objects.get_or_create(
            assemblee=assemblee,
            delegation=delegation,
            defaults={"le": le, "recu_le": instant, "par": par},
        )
    if not nouveau:
        heure = timezone.localtime(passage.le)
        dit = dit._replace(
            signe="attention",
            titre=f"{dit.titre}, déjà entré·e",
            phrase=f"Cette carte a été présentée à {heure:%H h %M}. {dit.phrase}",
        )
    return dit, passage

"""Two members of the commission decide, neither of them of the federation concerned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from delegues.actes.mandats import fermer_les_mandats, ouvrir_les_mandats
from delegues.models import Avis, Delegation, Deport, Designation, Echange, ProcesVerbal
from delegues.recolement import (
    ACTES,
    MOTS_MIN,
    Genre,
    Sens,
    anomalies_a_jour,
    avis_qui_comptent,
    bloquantes,
    motif_de_recusation,
    recours_en_cours,
)
from delegues.regles import exiger_calendrier, exiger_transition
from refondation.journal.actes import journaliser
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible, exiger, refus_de_la_base
from refondation.territoire.models import Federation


def donner_avis(
    *,
    proces_verbal: ProcesVerbal,
    sens: str,
    motifs: Sequence[str] = (),
    texte: str = "",
    par: Compte,
    instant: datetime | None = None,
) -> Avis:
    """Say what one member of the commission thinks of the minutes in force; the second who agrees decides.

    `sens` is one of `Avis.Sens`.  Asking more or rejecting takes a reason of the list and an
    explanation; so does validating in spite of anomalies that block.  A decision moves the
    designation, is written in its file and told to the section; mandates follow.

    Raises `ActeImpossible`: `remplace`, `recours` (an appeal has its own examination), `trop_tard`,
    `etat`, `recuse`, `anomalies`, `motif`, `texte`, `avis_du_controle_unique`.
    """
    instant = instant or timezone.now()
    exiger(par, "delegues.controler", proces_verbal.designation)
    motifs = choisir_motifs(motifs)
    try:
        with transaction.atomic():
            designation = verrouiller(proces_verbal.designation)
            proces_verbal = exiger_en_vigueur(designation, proces_verbal)
            if recours_en_cours(designation) is not None:
                raise ActeImpossible(
                    "Un recours est en cours : donnez votre avis sur le recours, dans ce même dossier.",
                    code="recours",
                )
            # What is contested is settled even after the end of the control.
            contestee = designation.etat == Designation.Etat.CONTESTEE
            exiger_calendrier(designation.campagne, "arbitrer" if contestee else "controler", instant)
            exiger_transition(designation, _acte(sens))
            exiger_impartialite(par, designation)
            _exiger_une_explication(designation, proces_verbal, sens, motifs, texte)
            avis = Avis.objects.create(
                proces_verbal=proces_verbal,
                compte=par,
                sens=sens,
                motifs=motifs,
                texte=texte.strip(),
                donne_le=instant,
            )
            decision = decider(designation, avis, instant)
            journaliser(
                acte="delegues.donner_avis",
                par=par,
                objet=designation,
                details={
                    "proces_verbal": proces_verbal.numero,
                    "sens": sens,
                    "motifs": motifs,
                    "decision": decision.pk if decision else None,
                },
                instant=instant,
            )
    except IntegrityError as erreur:
        raise refus_de_la_base(erreur, Avis, Echange, Delegation) from erreur
    return avis


def declarer_deport(
    *, federation: Federation, motif: str, par: Compte, instant: datetime | None = None
) -> Deport:
    """Step aside for a federation besides one's own, for good; opinions that decided nothing yet lapse."""
    instant = instant or timezone.now()
    exiger(par, "delegues.controler")
    if not motif.strip():
        raise ActeImpossible("Dites en quelques mots pourquoi.", code="motif", statut=400)
    try:
        with transaction.atomic():
            deport = Deport.objects.create(
                compte=par, federation=federation, motif=motif.strip(), declare_le=instant
            )
            Avis.objects.filter(
                compte=par,
                decision=None,
                perime=False,
                proces_verbal__designation__section__federation=federation,
            ).update(perime=True)
            journaliser(acte="delegues.declarer_deport", par=par, objet=federation, instant=instant)
    except IntegrityError as erreur:
        raise refus_de_la_base(erreur, Deport) from erreur
    return deport


# --- What appeals share with opinions ---------------------------------------------------------------


def verrouiller(designation: Designation) -> Designation:
    """The designation of this moment, held until the transaction ends."""
    return (
        Designation.objects.select_for_update(of=("self",))
        .select_related("campagne", "section__federation")
        .get(pk=designation.pk)
    )


def exiger_en_vigueur(designation: Designation, proces_verbal: ProcesVerbal) -> ProcesVerbal:
    """The same minutes, read again; refused when others replaced them since they were read."""
    actuel = designation.proces_verbaux.en_vigueur().first()
    if actuel is None or actuel.pk != proces_verbal.pk:
        raise ActeImpossible(
            "Ce procès-verbal n'est plus en vigueur. Relisez le dossier : un autre l'a peut-être remplacé.",
            code="remplace",
        )
    actuel.designation = designation
    return actuel


def exiger_impartialite(par: Compte, designation: Designation) -> None:
    motif = motif_de_recusation(par, designation)
    if motif:
        raise ActeImpossible(motif, code="recuse", statut=403)


def exiger_un_texte(texte: str) -> None:
    if len(texte.strip()) < MOTS_MIN:
        raise ActeImpossible(
            f"Expliquez en quelques mots, {MOTS_MIN} signes au moins : on doit pouvoir vous répondre.",
            code="texte",
            statut=400,
        )


def perimer_les_avis(designation: Designation) -> None:
    """Opinions given before what has just happened no longer count."""
    Avis.objects.filter(proces_verbal__designation=designation, perime=False).update(perime=True)


def decider(
    designation: Designation, avis: Avis, instant: datetime, recours: Echange | None = None
) -> Echange | None:
    """The decision that this opinion makes with another one, or None; to be called within the act's lock.

    Writes the line of the file, moves the state, opens or closes the mandates, tells the section.
    """
    from delegues.tasks_controle import avertir

    proces_verbal = avis.proces_verbal
    proces_verbal.designation = designation
    d_accord = [a for a in avis_qui_comptent(proces_verbal, recours) if a.sens == avis.sens]
    if len({a.compte_id for a in d_accord}) < 2:
        return None
    designation.etat = exiger_transition(designation, ACTES[avis.sens])
    designation.save(update_fields=["etat"])
    decision = Echange.objects.create(
        designation=designation,
        proces_verbal=proces_verbal,
        genre=_genre(avis.sens, recours),
        motifs=list(dict.fromkeys(m for a in d_accord for m in a.motifs)),
        texte="\n\n".join(dict.fromkeys(a.texte for a in d_accord if a.texte)),
        le=instant,
        sens=avis.sens,
        sur=recours,
        accueilli=None if recours is None else avis.sens != recours.sur.sens,
    )
    Avis.objects.filter(pk__in=[a.pk for a in d_accord]).update(decision=decision)
    if avis.sens == Sens.COMPLETER:
        # Answered or not, what follows is another question: the same members may speak again.
        perimer_les_avis(designation)
    elif avis.sens == Sens.VALIDER:
        ouvrir_les_mandats(proces_verbal=proces_verbal, instant=instant)
    elif avis.sens == Sens.REJETER:
        fermer_les_mandats(designation=designation, cause=Delegation.Cause.INVALIDATION, instant=instant)
    avertir.delay_on_commit(decision.pk)
    return decision


def _genre(sens: str, recours: Echange | None) -> str:
    if recours is not None:
        return Genre.ARBITRAGE
    return Genre.DEMANDE if sens == Sens.COMPLETER else Genre.DECISION


def _acte(sens: str) -> str:
    if sens not in Sens.values:
        raise ActeImpossible("Choisissez un avis dans la liste.", code="sens", statut=400)
    return ACTES[Sens(sens)]


def choisir_motifs(motifs: Sequence[str]) -> list[str]:
    """In the order of the list, each once; refused when one is not of the list."""
    if not set(motifs) <= set(Avis.Motif.values):
        raise ActeImpossible("Choisissez les motifs dans la liste.", code="motif", statut=400)
    return [m for m in Avis.Motif.values if m in motifs]


def _exiger_une_explication(
    designation: Designation, proces_verbal: ProcesVerbal, sens: str, motifs: list[str], texte: str
) -> None:
    if sens != Sens.VALIDER:
        if not motifs:
            raise ActeImpossible("Choisissez au moins un motif.", code="motif", statut=400)
        exiger_un_texte(texte)
        return
    if not anomalies_a_jour(designation, proces_verbal):
        raise ActeImpossible(
            "Les anomalies de ce procès-verbal ne sont pas encore calculées. Lancez le calcul, puis relisez.",
            code="anomalies",
        )
    if bloquantes(designation) and len(texte.strip()) < MOTS_MIN:
        raise ActeImpossible(
            "Des anomalies sont à lever : dites dans l'explication pourquoi vous validez malgré elles.",
            code="texte",
            statut=400,
        )

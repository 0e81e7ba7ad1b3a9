"""What a section answers, what its members contest, and appeals settled by others than those who decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from delegues.actes.controle import (
    choisir_motifs,
    decider,
    exiger_impartialite,
    exiger_un_texte,
    perimer_les_avis,
    verrouiller,
)
from delegues.models import Avis, Delegation, Designation, Echange
from delegues.recolement import (
    CONTRAIRE,
    Genre,
    Sens,
    attend_une_reponse,
    decision_en_vigueur,
    est_de_la_section,
    proces_verbal_en_vigueur,
    recours_en_cours,
)
from delegues.regles import exiger_calendrier, exiger_transition
from refondation.journal.actes import journaliser
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible, exiger, refus_de_la_base

Etat = Designation.Etat


def repondre_a_la_commission(
    *, designation: Designation, texte: str, par: Compte, instant: datetime | None = None
) -> Echange:
    """The section answers a request, a contest or an appeal, once; opinions given before no longer count.

    An answer to a request makes the minutes received again.  A corrected figure takes a rectifying
    minutes, not an answer.
    """
    instant = instant or timezone.now()
    exiger(par, "delegues.conduire", designation)
    exiger_un_texte(texte)
    with transaction.atomic():
        designation = verrouiller(designation)
        exiger_calendrier(designation.campagne, "repondre", instant)
        if not attend_une_reponse(designation):
            raise ActeImpossible(
                "La commission n'attend pas de réponse de votre section pour l'instant.", code="sans_question"
            )
        reponse = _ecrire(designation, Genre.REPONSE, texte, par, instant)
        perimer_les_avis(designation)
        if designation.etat == Etat.INCOMPLETE:
            _passer(designation, "recevoir")
        _journaliser("delegues.repondre_a_la_commission", reponse, par)
    return reponse


def contester_designation(
    *,
    designation: Designation,
    motifs: Sequence[str],
    texte: str,
    par: Compte,
    instant: datetime | None = None,
) -> Echange:
    """A member of the section, or the national level, contests what is received and not yet decided.

    Once for each person and each minutes.  After a decision, an appeal is the way.
    """
    instant = instant or timezone.now()
    _exiger_d_etre_concerne(par, designation)
    motifs = _exiger_des_motifs(motifs)
    exiger_un_texte(texte)
    with transaction.atomic():
        designation = verrouiller(designation)
        exiger_calendrier(designation.campagne, "contester", instant)
        if designation.etat == Etat.ATTENDUE:
            raise ActeImpossible(
                "Aucun procès-verbal n'est reçu : il n'y a encore rien à contester.", code="etat"
            )
        if designation.etat in (Etat.VALIDEE, Etat.REJETEE):
            raise ActeImpossible(
                "La commission a décidé. Formez un recours contre sa décision.", code="decidee"
            )
        pv = proces_verbal_en_vigueur(designation)
        if designation.echanges.filter(genre=Genre.CONTESTATION, auteur=par, proces_verbal=pv).exists():
            raise ActeImpossible("Vous avez déjà contesté ce procès-verbal.", code="deja")
        contestation = _ecrire(designation, Genre.CONTESTATION, texte, par, instant, motifs=motifs)
        perimer_les_avis(designation)
        if designation.etat != Etat.CONTESTEE:
            _passer(designation, "contester")
        _avertir(contestation)
        _journaliser("delegues.contester_designation", contestation, par)
    return contestation


def former_recours(
    *, decision: Echange, motifs: Sequence[str], texte: str, par: Compte, instant: datetime | None = None
) -> Echange:
    """Appeal against the commission's decision: one appeal for a decision, until the campaign's date.

    The designation is contested until others settle it; mandates stay as they are meanwhile.
    """
    instant = instant or timezone.now()
    _exiger_d_etre_concerne(par, decision.designation)
    motifs = _exiger_des_motifs(motifs)
    exiger_un_texte(texte)
    with transaction.atomic():
        designation = verrouiller(decision.designation)
        exiger_calendrier(designation.campagne, "recourir", instant)
        actuelle = decision_en_vigueur(designation)
        if actuelle is None and recours_en_cours(designation) is not None:
            raise ActeImpossible(
                "Un recours est déjà formé contre cette décision : il sera examiné.", code="deja"
            )
        if actuelle is None or actuelle.pk != decision.pk:
            raise ActeImpossible("Cette décision n'est plus en vigueur. Relisez le dossier.", code="remplace")
        if actuelle.genre == Genre.ARBITRAGE:
            raise ActeImpossible(
                "Un recours est déjà tranché : cette décision est définitive.", code="definitif"
            )
        recours = _ecrire(designation, Genre.RECOURS, texte, par, instant, motifs=motifs, sur=actuelle)
        perimer_les_avis(designation)
        _passer(designation, "contester")
        _avertir(recours)
        _journaliser("delegues.former_recours", recours, par)
    return recours


def arbitrer_recours(
    *,
    recours: Echange,
    accueilli: bool,
    motifs: Sequence[str] = (),
    texte: str,
    par: Compte,
    instant: datetime | None = None,
) -> Avis:
    """Say whether an appeal is upheld: two members who agree settle it, and neither made the first decision.

    Upheld against a validation, the designation is rejected; against a rejection, validated.
    Dismissed, the first decision stands.  It is final either way.
    """
    instant = instant or timezone.now()
    exiger(par, "delegues.arbitrer", recours.designation)
    exiger_un_texte(texte)
    motifs = choisir_motifs(motifs) or [Avis.Motif.AUTRE]
    try:
        with transaction.atomic():
            designation = verrouiller(recours.designation)
            exiger_calendrier(designation.campagne, "arbitrer", instant)
            actuel = recours_en_cours(designation)
            if actuel is None or actuel.pk != recours.pk:
                raise ActeImpossible("Ce recours n'est plus en cours. Relisez le dossier.", code="remplace")
            exiger_impartialite(par, designation)
            if actuel.sur.avis.filter(compte=par).exists():
                raise ActeImpossible(
                    "Vous avez pris la décision contestée : d'autres membres examinent le recours.",
                    code="a_decide",
                    statut=403,
                )
            premier = Sens(actuel.sur.sens)
            avis = Avis.objects.create(
                proces_verbal_id=actuel.proces_verbal_id,
                compte=par,
                sens=CONTRAIRE[premier] if accueilli else premier,
                motifs=motifs,
                texte=texte.strip(),
                donne_le=instant,
                recours=actuel,
            )
            arbitrage = decider(designation, avis, instant, actuel)
            journaliser(
                acte="delegues.arbitrer_recours",
                par=par,
                objet=designation,
                details={
                    "recours": actuel.pk,
                    "accueilli": accueilli,
                    "decision": arbitrage.pk if arbitrage else None,
                },
                instant=instant,
            )
    except IntegrityError as erreur:
        raise refus_de_la_base(erreur, Avis, Echange, Delegation) from erreur
    return avis


def _exiger_d_etre_concerne(par: Compte, designation: Designation) -> None:
    """A member of the section, or the national level."""
    if not est_de_la_section(par, designation):
        exiger(par, "delegues.contester", designation)


def _exiger_des_motifs(motifs: Sequence[str]) -> list[str]:
    choisis = choisir_motifs(motifs)
    if not choisis:
        raise ActeImpossible("Choisissez au moins un motif.", code="motif", statut=400)
    return choisis


def _ecrire(
    designation: Designation, genre: str, texte: str, par: Compte, instant: datetime, **champs: object
) -> Echange:
    return Echange.objects.create(
        designation=designation,
        proces_verbal=proces_verbal_en_vigueur(designation),
        genre=genre,
        auteur=par,
        texte=texte.strip(),
        le=instant,
        **champs,
    )


def _passer(designation: Designation, acte: str) -> None:
    designation.etat = exiger_transition(designation, acte)
    designation.save(update_fields=["etat"])


def _avertir(echange: Echange) -> None:
    from delegues.tasks_controle import avertir

    avertir.delay_on_commit(echange.pk)


def _journaliser(acte: str, echange: Echange, par: Compte) -> None:
    journaliser(
        acte=acte,
        par=par,
        objet=echange.designation,
        details={"echange": echange.pk, "motifs": echange.motifs},
        instant=echange.le,
    )

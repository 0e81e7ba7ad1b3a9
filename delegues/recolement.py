"""Who may decide, contest or appeal, and what is missing before a decision: what the control reads, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from delegues.anomalies import BLOQUANTE
from delegues.models import Anomalie, Avis, Deport, Designation, Echange, ProcesVerbal
from refondation.membres.models import Adherent, Compte
from refondation.membres.regles import peut

Sens, Genre = Avis.Sens, Echange.Genre
# What an opinion leads to → the act of `Designation.TRANSITIONS`.
ACTES = {Sens.VALIDER: "valider", Sens.COMPLETER: "demander_un_complement", Sens.REJETER: "rejeter"}
CONTRAIRE = {Sens.VALIDER: Sens.REJETER, Sens.REJETER: Sens.VALIDER}
# An explanation says something.
MOTS_MIN = 20


def motif_de_recusation(compte: Compte, designation: Designation) -> str:
    """Why this account gives no opinion on this designation, as a sentence; "" when it may.

    One's own federation: as a member, or by a mandate held there; a withdrawal declared; a contest or an
    appeal brought by oneself.
    """
    federation = designation.federation
    adherent = compte.adherent
    if adherent is not None and adherent.section.federation_id == federation.pk:
        return "C'est votre fédération : vous vous déportez."
    for mandat in compte.mandats_en_cours():
        lieu = mandat.federation or (mandat.section.federation if mandat.section else None)
        if lieu is not None and lieu.pk == federation.pk:
            return "Vous exercez un mandat dans cette fédération : vous vous déportez."
    if Deport.objects.filter(compte=compte, federation=federation).exists():
        return "Vous avez déclaré votre déport pour cette fédération."
    if designation.echanges.filter(auteur=compte, genre__in=(Genre.CONTESTATION, Genre.RECOURS)).exists():
        return "Vous avez contesté cette désignation : d'autres décident."
    return ""


def est_de_la_section(compte: Compte, designation: Designation) -> bool:
    """A present, full member of the section that designates."""
    adherent = compte.adherent
    return (
        adherent is not None
        and adherent.sorti_le is None
        and adherent.statut == Adherent.Statut.ADHERENT
        and adherent.section_id == designation.section_id
    )


def proces_verbal_en_vigueur(designation: Designation) -> ProcesVerbal | None:
    return designation.proces_verbaux.en_vigueur().select_related("redacteur").first()


def recours_en_cours(designation: Designation) -> Echange | None:
    """The appeal that awaits, against a decision on the minutes in force."""
    if designation.etat != Designation.Etat.CONTESTEE:
        return None
    return (
        designation.echanges.filter(
            genre=Genre.RECOURS, suite=None, proces_verbal__etat=ProcesVerbal.Etat.VERROUILLE
        )
        .select_related("sur")
        .order_by("-pk")
        .first()
    )


def decision_en_vigueur(designation: Designation) -> Echange | None:
    """The last decision on the minutes in force, on an appeal or not; None while nothing is decided."""
    if designation.etat not in (Designation.Etat.VALIDEE, Designation.Etat.REJETEE):
        return None
    return (
        designation.echanges.filter(
            genre__in=(Genre.DECISION, Genre.ARBITRAGE), proces_verbal__etat=ProcesVerbal.Etat.VERROUILLE
        )
        .order_by("-pk")
        .first()
    )


def attend_une_reponse(designation: Designation) -> bool:
    """Whether the commission asked, or somebody contested, since the section last answered."""
    if designation.etat not in (Designation.Etat.INCOMPLETE, Designation.Etat.CONTESTEE):
        return False
    dernier = (
        designation.echanges.filter(
            genre__in=(Genre.DEMANDE, Genre.CONTESTATION, Genre.RECOURS, Genre.REPONSE)
        )
        .order_by("-pk")
        .first()
    )
    return dernier is not None and dernier.genre != Genre.REPONSE


def anomalies_a_jour(designation: Designation, proces_verbal: ProcesVerbal) -> bool:
    """Whether the anomalies were computed since the minutes were signed."""
    return designation.anomalies_le is not None and designation.anomalies_le >= proces_verbal.verrouille_le


def bloquantes(designation: Designation) -> list[Anomalie]:
    return list(designation.anomalies.filter(gravite=BLOQUANTE))


def avis_qui_comptent(proces_verbal: ProcesVerbal, recours: Echange | None) -> list[Avis]:
    """Opinions towards the present decision, of those who still may give one."""
    avis = (
        Avis.objects.filter(proces_verbal=proces_verbal, perime=False, decision=None, recours=recours)
        .select_related("compte__adherent__section")
        .order_by("donne_le", "pk")
    )
    designation = proces_verbal.designation
    return [
        a
        for a in avis
        if peut(a.compte, "delegues.controler", designation)
        and not motif_de_recusation(a.compte, designation)
    ]


@dataclass(frozen=True)
class Reste:
    """What a decision still needs, as the file of a designation says it."""

    phrase: str
    fait: bool


def reste_a_faire(
    designation: Designation,
    proces_verbal: ProcesVerbal | None,
    anomalies: Iterable[Anomalie],
    avis: Iterable[Avis],
) -> list[Reste]:
    """The conditions of a decision, in order, each met or not."""
    anomalies, avis = list(anomalies), list(avis)
    restes = [Reste("Un procès-verbal signé par deux personnes.", proces_verbal is not None)]
    if proces_verbal is None:
        return restes
    restes.append(
        Reste("Les anomalies calculées sur ce procès-verbal.", anomalies_a_jour(designation, proces_verbal))
    )
    nombre = sum(a.gravite == BLOQUANTE for a in anomalies)
    if nombre:
        restes.append(
            Reste(
                f"{nombre} anomalie{'s' if nombre > 1 else ''} à lever, ou à expliquer dans l'avis qui valide.",
                False,
            )
        )
    if attend_une_reponse(designation):
        restes.append(Reste("La réponse de la section.", False))
    compte = {sens: sum(a.sens == sens for a in avis) for sens in Sens}
    en_tete = max(compte, key=lambda s: compte[s]) if avis else None
    restes.append(
        Reste(
            "Deux avis qui concordent, de deux membres de la commission"
            + (f" : {compte[en_tete]} pour « {Sens(en_tete).label.lower()} »." if en_tete else "."),
            en_tete is not None and compte[en_tete] > 1,
        )
    )
    return restes

"""« Suis-je sur la liste ? »: each criterion in words, met or not, and what to do.  No database, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.html import format_html
from django.utils.safestring import SafeString

from consultation.models import Scrutin
from consultation.models.liste import Critere
from consultation.regles import jour
from refondation.interface.formats import balise_moment
from refondation.membres.models import Adherent

# The control commission takes claims until eight days after the closing: a roll that was wrong
# is a reason to annul (`Scrutin.Motif.RECOURS`), since a frozen roll never changes.
DELAI_DE_RECOURS = timedelta(days=8)


@dataclass(frozen=True)
class Exigence:
    """One criterion: what the vote asks, what the register says of the person, what to do if it is unmet."""

    critere: Critere
    remplie: bool
    regle: str
    constat: str
    remede: str = ""


def recours_jusqu_au(scrutin: Scrutin) -> datetime:
    return scrutin.ferme_le + DELAI_DE_RECOURS


def peut_contester(scrutin: Scrutin, instant: datetime) -> bool:
    """Until the last moment of the delay, included."""
    return instant <= recours_jusqu_au(scrutin)


def recours(scrutin: Scrutin, instant: datetime) -> SafeString:
    """Whom to write to and until when, in one or two sentences of HTML."""
    limite = recours_jusqu_au(scrutin)
    if not peut_contester(scrutin, instant):
        return format_html("Le délai pour contester est passé depuis le {}.", balise_moment(limite))
    return format_html(
        "Vous pouvez contester auprès de la commission de récolement jusqu'au {}. "
        "Joignez ce qui prouve votre situation : reçu, bulletin d'adhésion ou attestation de section.",
        balise_moment(limite),
    )


RAISONS = {
    Critere.SORTI: "Vous n'étiez pas membre à la date de référence.",
    Critere.STATUT: "Ce scrutin est celui des adhérent·es ; vous êtes sympathisant·e.",
    Critere.ANCIENNETE: "Votre adhésion est trop récente.",
    Critere.COTISATION: "Votre cotisation n'est pas enregistrée à la date demandée.",
    Critere.SECTION: "Votre section n'est pas active.",
}


def manquants(motifs: int) -> list[Critere]:
    return [c for c in Critere if motifs & c]


def raison_principale(motifs: int) -> str:
    """The first reason that keeps someone off the roll, and how many others there are."""
    premier, *autres = manquants(motifs)
    if len(autres) > 1:
        return f"{RAISONS[premier]} {len(autres)} autres critères manquent."
    return f"{RAISONS[premier]} Un autre critère manque." if autres else RAISONS[premier]


def exigences(
    scrutin: Scrutin, adherent: Adherent, *, motifs: int, motifs_actuels: int | None = None
) -> list[Exigence]:
    """The criteria of this vote for this member, in the order of `Critere`.

    `motifs` decides: frozen at the announcement, or today's for a draft.  `motifs_actuels`, where
    given, are today's: a register corrected since does not change the roll, and the page says so.
    """
    faites = {
        Critere.SORTI: _presence,
        Critere.STATUT: _statut,
        Critere.ANCIENNETE: _anciennete,
        Critere.COTISATION: _cotisation,
        Critere.SECTION: _section,
    }
    lignes = []
    for critere, faire in faites.items():
        if not _est_demande(critere, scrutin, adherent):
            continue
        remplie = not motifs & critere
        regle, constat, remede = faire(scrutin, adherent, remplie)
        if motifs_actuels is not None and bool(motifs_actuels & critere) == remplie:
            constat = "Le registre a changé depuis l'annonce ; la liste reste celle de ce jour-là. " + constat
        lignes.append(Exigence(critere, remplie, regle, constat, "" if remplie else remede))
    return lignes


def _est_demande(critere: Critere, scrutin: Scrutin, adherent: Adherent) -> bool:
    if critere == Critere.ANCIENNETE:
        return scrutin.anciennete_mois > 0
    if critere == Critere.COTISATION:
        return scrutin.cotisation_au is not None and adherent.statut == Adherent.Statut.ADHERENT
    return critere != Critere.STATUT or scrutin.sympathisants == Scrutin.Sympathisants.EXCLUS


def _presence(scrutin: Scrutin, adherent: Adherent, remplie: bool) -> tuple[str, str, str]:
    constat = f"Le registre date votre adhésion du {jour(adherent.adhesion_le)}."
    if adherent.sorti_le:
        constat += f" Il vous compte sorti·e le {jour(adherent.sorti_le)}."
    return (
        f"Être membre le {jour(scrutin.reference_le)}, date de référence de la liste.",
        constat,
        "Si ces dates sont fausses, demandez à votre fédération de les corriger, puis contestez.",
    )


def _statut(scrutin: Scrutin, adherent: Adherent, remplie: bool) -> tuple[str, str, str]:
    return (
        "Être adhérent·e : les sympathisant·es ne votent pas à ce scrutin.",
        f"Le registre vous connaît comme {adherent.get_statut_display().lower()}.",
        "Pour voter aux prochains scrutins, demandez votre adhésion à votre section.",
    )


def _anciennete(scrutin: Scrutin, adherent: Adherent, remplie: bool) -> tuple[str, str, str]:
    possible = _plus_mois(adherent.adhesion_le, scrutin.anciennete_mois)
    return (
        (
            f"Avoir adhéré au plus tard le {jour(scrutin.adhesion_limite)} "
            f"({scrutin.anciennete_mois} mois d'ancienneté)."
        ),
        f"Le registre date votre adhésion du {jour(adherent.adhesion_le)}.",
        (
            f"Avec la même règle, vous voterez aux scrutins dont la référence est le {jour(possible)} "
            "ou plus tard. Si la date d'adhésion est fausse, contestez."
        ),
    )


def _cotisation(scrutin: Scrutin, adherent: Adherent, remplie: bool) -> tuple[str, str, str]:
    if adherent.a_jour_au:
        constat = f"Votre cotisation est enregistrée jusqu'au {jour(adherent.a_jour_au)}."
    else:
        constat = "Aucune cotisation n'est enregistrée à votre nom."
    return (
        f"Être à jour de cotisation le {jour(scrutin.cotisation_au)}.",
        constat,
        (
            "Si vous l'aviez payée à cette date, retrouvez votre reçu et contestez. "
            "Sinon, la payer maintenant vous ouvre les prochains scrutins."
        ),
    )


def _section(scrutin: Scrutin, adherent: Adherent, remplie: bool) -> tuple[str, str, str]:
    section = adherent.section
    return (
        "Appartenir à une section active.",
        f"Votre section : {section.nom}, {section.get_etat_display().lower()}.",
        "Demandez à votre fédération de vous rattacher à une section active.",
    )


def _plus_mois(le: date, mois: int) -> date:
    annee, rang = divmod(le.year * 12 + le.month - 1 + mois, 12)
    jour_du_mois = le.day
    while True:
        try:
            return date(annee, rang + 1, jour_du_mois)
        except ValueError:  # 31 → 30 → 29 → 28
            jour_du_mois -= 1

"""What the home page tells: the stages of the process, the vote that matters now, one member's votes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from consultation.models import Scrutin
from consultation.situation import Situation
from delegues.models import Campagne
from delegues.reperes import Repere
from refondation.interface.formats import nombre

E = Scrutin.Etat
# Which vote the page puts forward, from the most to the least pressing.
PRIORITES = (E.OUVERT, E.CLOS, E.DEPOUILLE, E.ANNONCE, E.PUBLIE)


@dataclass(frozen=True)
class Etape:
    """A stage of the process; `aspect` is "fait", "en-cours" or "" (to come)."""

    titre: str
    texte: str
    aspect: str = ""
    url: str = ""
    lien: str = ""


VOTER, ECOUTER, DESIGNER, *SUITE = (
    Etape(
        "Choisir la méthode",
        "Les adhérent·es votent sur un document-cadre : qui fait quoi, dans quel ordre, sous quel contrôle.",
    ),
    Etape(
        "Écouter",
        "Une enquête dans toutes les fédérations : les adhérent·es d'un côté, les citoyen·nes de l'autre.",
    ),
    Etape("Désigner", "Chaque section réunit son assemblée et désigne ses délégué·es à la refondation."),
    Etape(
        "Délibérer",
        "Les délégué·es travaillent en assises, par région puis ensemble, depuis une page blanche.",
    ),
    Etape("Décider", "Les textes reviennent devant les adhérent·es, qui tranchent par un vote secret."),
)


def etapes(scrutins: Iterable[Scrutin], designation: Etape = DESIGNER) -> list[Etape]:
    """The stages: the first one as the votes stand, the third as `etape_des_delegues` tells it."""
    etats = {scrutin.etat for scrutin in scrutins}
    if etats & {E.ANNONCE, E.OUVERT, E.CLOS, E.DEPOUILLE}:  # noqa: SIM108 - a ternary of ternaries
        aspect = "en-cours"
    else:
        aspect = "fait" if E.PUBLIE in etats else ""
    return [Etape(VOTER.titre, VOTER.texte, aspect), ECOUTER, designation, *SUITE]


def etape_des_delegues(campagne: Campagne | None, *, recues: int, sections: int) -> Etape:
    """The stage of the designation: what the latest campaign has received so far; to come without one."""
    if campagne is None:
        return DESIGNER
    s = "s" if recues > 1 else ""
    texte = DESIGNER.texte
    if recues:
        texte += f" {nombre(recues)} section{s} sur {nombre(sections)} {'ont' if s else 'a'} transmis."
    aspect = "fait" if campagne.etat == Campagne.Etat.CLOSE else "en-cours"
    return Etape(DESIGNER.titre, texte, aspect, campagne.get_absolute_url(), "Où en sont les sections")


def en_vue(scrutins: Iterable[Scrutin]) -> Scrutin | None:
    """The vote that the page shows: open, the one that closes soonest; else the latest of the others."""
    possibles = [scrutin for scrutin in scrutins if scrutin.etat in PRIORITES]
    if not possibles:
        return None

    def rang(scrutin: Scrutin) -> tuple[int, float]:
        fin = scrutin.ferme_le.timestamp()
        return PRIORITES.index(scrutin.etat), fin if scrutin.etat == E.OUVERT else -fin

    return min(possibles, key=rang)


@dataclass(frozen=True)
class Moment:
    """A vote on a member's line of time; `aspect` as for a stage."""

    scrutin: Scrutin
    situation: Situation
    date: datetime
    aspect: str


@dataclass(frozen=True)
class Passage:
    """A point of a member's line of time: a vote, or where a campaign stands for their section."""

    date: datetime
    moment: Moment | None = None
    repere: Repere | None = None


def ligne_de_temps(
    situations: Iterable[tuple[Scrutin, Situation]], reperes: Iterable[Repere] = ()
) -> list[Passage]:
    """One's votes and one's section, from the oldest to those to come."""
    moments = [Moment(s, situation, *_place(s)) for s, situation in situations]
    passages = [Passage(m.date, moment=m) for m in moments] + [Passage(r.date, repere=r) for r in reperes]
    return sorted(passages, key=lambda passage: passage.date)


def _place(scrutin: Scrutin) -> tuple[datetime, str]:
    if scrutin.etat == E.OUVERT:
        return scrutin.ferme_le, "en-cours"
    if scrutin.etat == E.ANNONCE:
        return scrutin.ouvre_le, ""
    return scrutin.annule_le or scrutin.publie_le or scrutin.clos_le, "fait"

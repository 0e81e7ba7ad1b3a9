"""What the home page tells: the stages of the process, the vote that matters now, one member's votes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from consultation.models import Scrutin
from consultation.situation import Situation

E = Scrutin.Etat
# Which vote the page puts forward, from the most to the least pressing.
PRIORITES = (E.OUVERT, E.CLOS, E.DEPOUILLE, E.ANNONCE, E.PUBLIE)


@dataclass(frozen=True)
class Etape:
    """A stage of the process; `aspect` is "fait", "en-cours" or "" (to come)."""

    titre: str
    texte: str
    aspect: str = ""


VOTER, *SUITE = (
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


def etapes(scrutins: Iterable[Scrutin]) -> list[Etape]:
    """The stages, the first one dated by the votes that took place or are under way."""
    etats = {scrutin.etat for scrutin in scrutins}
    if etats & {E.ANNONCE, E.OUVERT, E.CLOS, E.DEPOUILLE}:  # noqa: SIM108 - a ternary of ternaries
        aspect = "en-cours"
    else:
        aspect = "fait" if E.PUBLIE in etats else ""
    return [Etape(VOTER.titre, VOTER.texte, aspect), *SUITE]


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


def ligne_de_temps(situations: Iterable[tuple[Scrutin, Situation]]) -> list[Moment]:
    """One's votes from the oldest to those to come."""
    moments = [Moment(s, situation, *_place(s)) for s, situation in situations]
    return sorted(moments, key=lambda moment: moment.date)


def _place(scrutin: Scrutin) -> tuple[datetime, str]:
    if scrutin.etat == E.OUVERT:
        return scrutin.ferme_le, "en-cours"
    if scrutin.etat == E.ANNONCE:
        return scrutin.ouvre_le, ""
    return scrutin.annule_le or scrutin.publie_le or scrutin.clos_le, "fait"

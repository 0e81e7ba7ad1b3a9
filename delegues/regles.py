"""When each act of a campaign is possible: one calendar table, and the checks that name the refusal."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from consultation.regles import heure
from delegues.models import Campagne, Designation, ProcesVerbal
from refondation.membres.regles import ActeImpossible


class Fenetre(NamedTuple):
    """From the first date (included) to the second (excluded), as fields of `Campagne`; None is no bound."""

    depuis: str | None
    jusqu_a: str | None
    quoi: str


# act → when it is possible in an open campaign.
CALENDRIER: dict[str, Fenetre] = {
    "changer_de_mode": Fenetre(None, "assemblees_du", "Le choix du mode de désignation"),
    "candidater": Fenetre("candidatures_du", "candidatures_au", "Le dépôt des candidatures"),
    "proposer": Fenetre("candidatures_du", "candidatures_au", "Le dépôt des candidatures"),
    "accepter": Fenetre("candidatures_du", "retraits_au", "L'acceptation des candidatures"),
    "retirer": Fenetre("candidatures_du", "retraits_au", "Le retrait des candidatures"),
    "ordonner": Fenetre("retraits_au", "enregistrement_au", "Le tirage de l'ordre des candidatures"),
    "preparer_le_scrutin": Fenetre("retraits_au", "assemblees_au", "La préparation du vote en ligne"),
    "convoquer": Fenetre("candidatures_du", "assemblees_au", "La convocation des assemblées"),
    "rediger": Fenetre("assemblees_du", "enregistrement_au", "La rédaction du procès-verbal"),
    "contresigner": Fenetre("assemblees_du", "enregistrement_au", "La signature du procès-verbal"),
    "rectifier": Fenetre("assemblees_du", "controle_au", "La rectification du procès-verbal"),
    "controler": Fenetre("assemblees_du", "controle_au", "Le contrôle"),
    "repondre": Fenetre("assemblees_du", "recours_au", "La réponse à la commission"),
    "contester": Fenetre("assemblees_du", "recours_au", "La contestation"),
    "recourir": Fenetre("assemblees_du", "recours_au", "Le recours"),
    "arbitrer": Fenetre("assemblees_du", None, "L'examen des recours"),
}


def est_possible(campagne: Campagne, acte: str, instant: datetime) -> bool:
    """Whether the calendar opens `acte` at `instant`."""
    fenetre = CALENDRIER[acte]
    return (
        campagne.etat == Campagne.Etat.OUVERTE
        and (fenetre.depuis is None or getattr(campagne, fenetre.depuis) <= instant)
        and (fenetre.jusqu_a is None or instant < getattr(campagne, fenetre.jusqu_a))
    )


def exiger_calendrier(campagne: Campagne, acte: str, instant: datetime) -> None:
    """Refuse an act out of its window, in words that say since or until when."""
    if est_possible(campagne, acte, instant):
        return
    depuis, jusqu_a, quoi = CALENDRIER[acte]
    if campagne.etat != Campagne.Etat.OUVERTE:
        raise ActeImpossible(
            f"La campagne est « {campagne.get_etat_display().lower()} » : cet acte n'y est pas possible.",
            code="campagne",
        )
    if depuis and instant < getattr(campagne, depuis):
        raise ActeImpossible(f"{quoi} commence le {heure(getattr(campagne, depuis))}.", code="trop_tot")
    raise ActeImpossible(f"{quoi} est clos depuis le {heure(getattr(campagne, jusqu_a))}.", code="trop_tard")


def exiger_transition(objet: Campagne | Designation | ProcesVerbal, acte: str) -> str:
    """The state that `acte` leads to; `ActeImpossible` when it does not start from the present one."""
    depuis, vers = objet.TRANSITIONS[acte]
    if objet.etat not in depuis:
        attendu = " ou ".join(f"« {objet.Etat(e).label} »" for e in depuis)
        raise ActeImpossible(
            f"L'état est « {objet.get_etat_display()} ». Cet acte demande l'état {attendu}.", code="etat"
        )
    return vers


def exiger_preparation(campagne: Campagne) -> None:
    if campagne.etat != Campagne.Etat.PREPARATION:
        raise ActeImpossible("Cette campagne est annoncée : ses règles ne changent plus.", code="fige")

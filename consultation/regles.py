"""When an act on a vote is possible; shared checks that raise the named refusal."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format

from consultation.models import Scrutin
from refondation.membres.regles import ActeImpossible


def heure(instant: datetime) -> str:
    """The moment in full, as sentences say it: "21 septembre 2026 à 8 h 00, heure de Paris"; the hour never breaks."""
    local = timezone.localtime(instant)
    return f"{jour(local)} à {local.hour}\u00a0h\u00a0{local:%M}, heure de Paris"


def jour(le: date) -> str:
    """The day in full: "1er septembre 2026"."""
    return f"{'1er' if le.day == 1 else le.day} {date_format(le, 'F Y')}"


def exiger_transition(scrutin: Scrutin, acte: str) -> str:
    """The state that `acte` leads to; `ActeImpossible` when it does not start from the present one."""
    depuis, vers = Scrutin.TRANSITIONS[acte]
    if scrutin.etat not in depuis:
        attendu = " ou ".join(f"« {Scrutin.Etat(e).label} »" for e in depuis)
        raise ActeImpossible(
            f"Le scrutin est « {scrutin.get_etat_display()} ». Cet acte demande l'état {attendu}.",
            code="etat",
        )
    return vers


def exiger_brouillon(scrutin: Scrutin) -> None:
    if scrutin.etat != Scrutin.Etat.BROUILLON:
        raise ActeImpossible(
            "Ce scrutin est annoncé : ses textes, ses questions et ses règles ne changent plus. "
            "Annulez-le et créez-en un autre s'il faut les corriger.",
            code="fige",
        )


def exiger_ouverture(scrutin: Scrutin, instant: datetime) -> None:
    """Refuse a ballot outside the window, in words that say since or until when."""
    if scrutin.accepte_les_bulletins(instant):
        return
    if scrutin.etat == Scrutin.Etat.ANNULE:
        raise ActeImpossible("Ce scrutin est annulé. Aucun bulletin n'est reçu.", code="annule", statut=410)
    if scrutin.etat in (Scrutin.Etat.BROUILLON, Scrutin.Etat.ANNONCE) or instant < scrutin.ouvre_le:
        raise ActeImpossible(
            f"Le scrutin n'est pas encore ouvert. Revenez le {heure(scrutin.ouvre_le)}.",
            code="pas_ouvert",
            statut=409,
        )
    raise ActeImpossible(
        f"Le scrutin est clos depuis le {heure(scrutin.clos_le or scrutin.ferme_le)}. Votre bulletin n'est pas déposé.",
        code="clos",
        statut=410,
    )

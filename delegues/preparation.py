"""A draft campaign: its rule of seats as data, who counts for it now, and what it still needs."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from django.utils import timezone

from delegues.effectifs import effectifs
from delegues.models import Campagne
from delegues.regles import heure
from delegues.repartition import Comptee, Parametres
from refondation.interface.formats import jour
from refondation.territoire.models import Section


def parametres(campagne: Campagne) -> dict[str, Any]:
    """What a sharing is made from, as `Repartition.parametres` keeps it."""
    return {
        **{champ.name: getattr(campagne, champ.name) for champ in fields(Parametres)},
        "reference_le": campagne.reference_le.isoformat(),
        "anciennete_mois": campagne.anciennete_mois,
        "cotisation_au": campagne.cotisation_au and campagne.cotisation_au.isoformat(),
    }


def regles_des_sieges(parametres: dict[str, Any]) -> Parametres:
    """The same as the pure computation takes it; a total that is not set is none."""
    valeurs = {champ.name: parametres[champ.name] for champ in fields(Parametres)}
    return Parametres(**valeurs | {"total": valeurs["total"] or 0})


def sections_comptees(campagne: Campagne) -> dict[str, tuple[Section, int]]:
    """Sections with members who count, by code."""
    return {section.code: (section, nombre) for section, nombre in effectifs(campagne).items()}


def comptees(sections: dict[str, tuple[Section, int]]) -> list[Comptee]:
    return [Comptee(code, section.federation.code, nombre) for code, (section, nombre) in sections.items()]


def manques(campagne: Campagne, instant: datetime) -> list[str]:
    """What still keeps a draft from being announced, one French sentence each; the page's checklist."""
    defauts = []
    if campagne.candidatures_au <= instant:
        defauts.append(
            f"Les candidatures se terminent le {heure(campagne.candidatures_au)} : choisissez une date à venir."
        )
    if campagne.reference_le >= timezone.localdate(instant):
        defauts.append(
            f"La date de référence ({jour(campagne.reference_le)}) n'est pas passée : "
            "les effectifs se comptent le lendemain."
        )
    repartition = campagne.repartitions.adoptees().first()
    if repartition is None:
        defauts.append("Calculez les sièges, puis adoptez la répartition.")
    elif repartition.parametres != parametres(campagne):
        defauts.append(
            f"La répartition n° {repartition.numero} suit d'autres règles que celles d'aujourd'hui. "
            "Calculez-en une autre et adoptez-la."
        )
    return defauts

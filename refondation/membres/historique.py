"""A member's history, told from the newest change to the day of entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from refondation.membres.colonnes import COLONNES
from refondation.membres.models import Adherent, Changement, LigneImport

# The columns of the register, in the order in which people read them.
LIBELLES = {
    **{champ: COLONNES[champ][0] for champ in ("numero", "nom", "prenom", "courriel", "naissance", "genre")},
    "section_id": "Section",
    **{champ: COLONNES[champ][0] for champ in ("adhesion_le", "a_jour_au", "statut")},
    "sorti_le": "Sortie",
}
_LISIBLES = {
    "genre": dict(Adherent.Genre.choices),
    "statut": dict(Adherent.Statut.choices),
}


@dataclass(frozen=True)
class Difference:
    """One column: its words, what it held, what it holds after."""

    libelle: str
    avant: str
    apres: str


@dataclass(frozen=True)
class Episode:
    """A moment of a member's history."""

    le: datetime
    titre: str
    differences: list[Difference]


def lisible(colonne: str, valeur: Any, sections: Mapping[int, str]) -> str:
    """The value of a column of the register (or its JSON) as people read it."""
    if colonne == "section_id":
        return sections.get(valeur, "")
    if colonne in _LISIBLES:
        return str(_LISIBLES[colonne].get(valeur, valeur))
    if isinstance(valeur, str) and colonne in {"naissance", "adhesion_le", "a_jour_au", "sorti_le"}:
        valeur = date.fromisoformat(valeur)
    if isinstance(valeur, date):
        return f"{valeur:%d/%m/%Y}"
    return str(valeur or "")


def differences(
    colonnes: Iterable[str], avant: Mapping[str, Any], apres: Mapping[str, Any], sections: Mapping[int, str]
) -> list[Difference]:
    """What these columns held and hold, in the order of the register."""
    voulues = set(colonnes)
    return [
        Difference(
            libelle,
            lisible(colonne, avant.get(colonne), sections),
            lisible(colonne, apres.get(colonne), sections),
        )
        for colonne, libelle in LIBELLES.items()
        if colonne in voulues
    ]


def episodes(
    adherent: Adherent, changements: Iterable[Changement], sections: Mapping[int, str]
) -> list[Episode]:
    """The changes of a member, newest first; each one starts from what the line holds after it."""
    etat: dict[str, Any] = valeurs(adherent)
    histoire = []
    for changement in changements:
        histoire.append(
            Episode(
                changement.le,
                changement.get_cause_display(),
                differences(changement.avant, changement.avant, etat, sections),
            )
        )
        etat |= changement.avant
    if adherent.inscrit_par is not None and adherent.inscrit_par.applique_le is not None:
        histoire.append(
            Episode(adherent.inscrit_par.applique_le, "Entrée par l'import du fichier national", [])
        )
    return histoire


def valeurs(porteur: Adherent | LigneImport) -> dict[str, Any]:
    """The columns of a line of the register, or of what an import would make of it."""
    return {colonne: getattr(porteur, colonne, None) for colonne in LIBELLES}


def sections_citees(changements: Iterable[Changement]) -> set[int]:
    return {c.avant["section_id"] for c in changements if "section_id" in c.avant}

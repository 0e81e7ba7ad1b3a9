"""Whether persons make a candidacy of the form that a campaign asks: one person, a duo or a list."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from delegues.models import Campagne
from delegues.parite import FEMME, HOMME


def places_au_plus(campagne: Campagne, sieges: int) -> int:
    """How many persons one candidacy may have in a section of `sieges` seats."""
    return {
        Campagne.Presentation.PERSONNES: 1,
        Campagne.Presentation.DUOS: 2,
        Campagne.Presentation.LISTES: sieges * (2 if campagne.suppleances else 1),
    }[campagne.candidatures]


def defaut_de_forme(campagne: Campagne, sieges: int, genres: Sequence[str], nom: str) -> str:
    """What is wrong, in one French sentence, "" when nothing is; `genres`: "F", "H", "A" or "" each, in order.

    Who declares another gender, or none, may take any place.
    """
    if not genres:
        return "Il faut au moins une personne."
    if campagne.candidatures == Campagne.Presentation.PERSONNES:
        return "" if len(genres) == 1 else "Les candidatures sont individuelles : une personne à la fois."
    if campagne.candidatures == Campagne.Presentation.DUOS:
        return _defaut_de_duo(genres)
    return _defaut_de_liste(campagne, sieges, genres, nom)


def _defaut_de_duo(genres: Sequence[str]) -> str:
    if len(genres) != 2:
        return "Les candidatures sont des duos : deux personnes."
    if genres[0] == genres[1] and genres[0] in {FEMME, HOMME}:
        return "Un duo réunit une femme et un homme : le registre dit deux fois le même genre."
    return ""


def _defaut_de_liste(campagne: Campagne, sieges: int, genres: Sequence[str], nom: str) -> str:
    maximum = places_au_plus(campagne, sieges)
    if not nom.strip():
        return "Donnez un nom à la liste."
    if len(genres) > maximum:
        return f"Une liste a {maximum} personnes au plus dans cette section."
    connus = [g for g in genres if g in {FEMME, HOMME}]
    if campagne.parite == Campagne.Parite.ALTERNANCE and any(a == b for a, b in pairwise(connus)):
        return "La liste alterne une femme et un homme : deux personnes du même genre se suivent."
    return ""

"""Who takes the seat of a holder who stops: the substitute that the vote gave them; neither database nor clock."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

FEMME, HOMME = "F", "H"
GENRES = {FEMME: "une femme", HOMME: "un homme"}


class Suppleance(NamedTuple):
    """A substitute who may still be called: `titulaire` is the key of the holder whom they back, if any."""

    cle: int
    nom: str
    genre: str
    rang: int
    titulaire: int | None


class Choix(NamedTuple):
    """Who is called (None: nobody can be), and the reasons in order, as sentences."""

    cle: int | None
    explication: tuple[str, ...]


def choisir(titulaire: int, genre: str, suppleances: Iterable[Suppleance], *, meme_genre: bool) -> Choix:
    """The substitute attached to the holder, else the first one attached to nobody.

    Where the campaign asks for the same gender, a woman follows a woman and a man a man;
    whoever declares another gender, or none, may take any seat.
    """
    raisons: list[str] = []
    suppleances = sorted(suppleances, key=lambda s: s.rang)
    attaches = [s for s in suppleances if s.titulaire == titulaire]
    libres = [s for s in suppleances if s.titulaire is None]
    if not attaches:
        raisons.append("Aucun·e suppléant·e attaché·e à cette personne ne peut être appelé·e.")
    for suppleance in (*attaches, *libres):
        if meme_genre and {genre, suppleance.genre} == {FEMME, HOMME}:
            raisons.append(
                f"{suppleance.nom} n'est pas appelé·e : la règle demande {GENRES[genre]} pour ce siège."
            )
            continue
        raisons.append(
            f"{suppleance.nom} supplée cette personne, d'après le procès-verbal."
            if suppleance.titulaire == titulaire
            else f"{suppleance.nom} vient en premier parmi les suppléant·es sans titulaire (rang {suppleance.rang})."
        )
        return Choix(suppleance.cle, tuple(raisons))
    raisons.append("Le siège reste vacant : une nouvelle désignation peut être demandée à la commission.")
    return Choix(None, tuple(raisons))

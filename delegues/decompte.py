"""The arithmetic of a count of paper ballots, in words; the page says the same while one types.

A ballot is counted as valid when it bears at least one name and no more than it may.  So the valid
ballots are the voters less blank and void ones, and

* where a ballot bears one name (one seat, one duo, or a list), the votes add up to the valid ballots;
* where it may bear several, each candidacy has at most as many votes as there are valid ballots, and
  the votes add up to at least one and at most `noms` for each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from delegues.parite import DUOS, LISTES


def noms_par_bulletin(candidatures: str, sieges: int, concurrentes: int) -> int:
    """How many candidacies one ballot may bear: one list; as many duos or persons as fill the seats."""
    if candidatures == LISTES:
        return 1
    places = -(-sieges // 2) if candidatures == DUOS else sieges
    return max(1, min(places, concurrentes))


@dataclass(frozen=True)
class Decompte:
    """Figures as typed; `voix` by candidacy (key → votes); `presents` None where nobody signs a list."""

    inscrits: int
    presents: int | None
    votants: int
    blancs: int
    nuls: int
    noms: int
    voix: Mapping[int, int] = field(default_factory=dict)

    @property
    def exprimes(self) -> int:
        return self.votants - self.blancs - self.nuls


def ecarts(decompte: Decompte) -> list[str]:
    """What does not add up, one sentence each; [] when everything does."""
    d, phrases = decompte, []
    if d.presents is not None:
        if d.presents > d.inscrits:
            phrases.append(
                f"{d.presents} présent·es pour {d.inscrits} inscrit·es : pointez la liste de nouveau."
            )
        if d.votants > d.presents:
            phrases.append(
                f"{d.votants} votant·es pour {d.presents} présent·es : il manque {d.votants - d.presents} "
                "personnes sur la feuille de présence, ou il y a trop de bulletins."
            )
    elif d.votants > d.inscrits:
        phrases.append(f"{d.votants} votant·es pour {d.inscrits} inscrit·es.")
    if d.exprimes < 0:
        phrases.append(
            f"{d.blancs} blancs et {d.nuls} nuls font plus que les {d.votants} votant·es : recomptez les bulletins."
        )
        return phrases
    somme = sum(d.voix.values())
    if d.noms == 1:
        if somme != d.exprimes:
            phrases.append(
                f"Les voix font {somme} et les suffrages exprimés {d.exprimes} "
                f"({d.votants} votant·es, {d.blancs} blancs, {d.nuls} nuls) : l'écart est de {abs(somme - d.exprimes)}."
            )
        return phrases
    if max(d.voix.values(), default=0) > d.exprimes:
        phrases.append(
            f"Une candidature a {max(d.voix.values())} voix pour {d.exprimes} suffrages exprimés : "
            "un bulletin ne lui donne qu'une voix."
        )
    if somme < d.exprimes:
        phrases.append(
            f"Les voix font {somme} pour {d.exprimes} suffrages exprimés : chaque bulletin exprimé "
            "porte au moins un nom. Un bulletin sans nom est blanc."
        )
    if somme > d.exprimes * d.noms:
        phrases.append(
            f"Les voix font {somme} : {d.exprimes} bulletins de {d.noms} noms au plus en donnent "
            f"{d.exprimes * d.noms}. Un bulletin qui porte plus de noms est nul."
        )
    return phrases


def regle_en_mots(candidatures: str, noms: int) -> str:
    """How many names a ballot bears, as the page and the minutes say it."""
    quoi = {DUOS: ("un duo", "duos"), LISTES: ("une liste", "listes")}.get(candidatures, ("un nom", "noms"))
    if noms == 1:
        return f"Un bulletin porte {quoi[0]}. Plusieurs, il est nul ; aucun, il est blanc."
    return f"Un bulletin porte de 1 à {noms} {quoi[1]}. Davantage, il est nul ; aucun, il est blanc."

"""How far seats are from members: the figures by which sharings are compared before one is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt


@dataclass(frozen=True)
class Poids:
    """One claimant's weight: its share of the seats divided by its share of the members (1: exactly its due)."""

    code: str
    effectif: int
    sieges: int
    rapport: Fraction


@dataclass(frozen=True)
class Ecarts:
    """Deviation figures of one sharing; those of nobody's members are left out.

    `gallagher`: the least-squares index, in points: 0 when everyone has their exact share.
    `par_siege`: members for one seat, over all; `plus_represente` and `moins_represente`: who
    weighs most and least; `sans_siege`: how many have members and no seat.
    """

    sieges: int
    gallagher: float
    par_siege: Fraction
    plus_represente: Poids
    moins_represente: Poids
    sans_siege: int


def mesurer(effectifs: Mapping[str, int], sieges: Mapping[str, int]) -> Ecarts:
    """Compare the seats of each code with its members (some > 0, and some seat given)."""
    comptes = {code: effectif for code, effectif in effectifs.items() if effectif}
    membres, total = sum(comptes.values()), sum(sieges[code] for code in comptes)
    poids = [
        Poids(code, effectif, sieges[code], Fraction(sieges[code] * membres, total * effectif))
        for code, effectif in comptes.items()
    ]
    carres = sum(
        (Fraction(100 * effectif, membres) - Fraction(100 * sieges[code], total)) ** 2
        for code, effectif in comptes.items()
    )
    return Ecarts(
        sieges=total,
        gallagher=sqrt(carres / 2),
        par_siege=Fraction(membres, total),
        plus_represente=max(poids, key=lambda p: (p.rapport, p.code)),
        moins_represente=min(poids, key=lambda p: (p.rapport, p.code)),
        sans_siege=sum(1 for p in poids if not p.sieges),
    )

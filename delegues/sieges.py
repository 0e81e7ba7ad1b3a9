"""Seats in exact integers: largest remainder, Sainte-Laguë, D'Hondt, or one for each started slice.

Nothing here rounds and nothing hides a tie: where the last seats may go to several claimants alike,
they are named and the seats stay unshared until `trancher` applies a published rule.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from delegues.tirage import ordonner

RESTES, SAINTE_LAGUE, HONDT = "plus-forts-restes", "sainte-lague", "hondt"
METHODES = (RESTES, SAINTE_LAGUE, HONDT)
REFUSER, CODE, TIRAGE = "refuser", "plus-petit-code", "tirage"
REGLES_D_EGALITE = (REFUSER, CODE, TIRAGE)

# Seats already had → what divides the members for the next one.
_DIVISEURS: dict[str, Callable[[int], int]] = {
    SAINTE_LAGUE: lambda sieges: 2 * sieges + 1,
    HONDT: lambda sieges: sieges + 1,
}


class RepartitionImpossible(ValueError):
    """No sharing answers the question; the message is French and says why."""


@dataclass(frozen=True)
class Egalite:
    """Claimants (codes, in order) that the method cannot tell apart, more of them than seats left."""

    codes: tuple[str, ...]
    sieges: int


@dataclass(frozen=True)
class Repartie:
    """Seats of each claimant; those of an unsettled `egalite` are not in `sieges` yet.

    `quotients`: for largest remainder, the exact quotient (members × seats ÷ members of all) of
    those above their floor.  `au_plancher`: those whose floor is more than their share.
    `seuil`: the figure of the last seat served, a remainder or members ÷ divisor; None when every
    seat is a floor or a whole quotient.  `retenus`: those whom a tie rule served.
    """

    methode: str
    effectifs: Mapping[str, int]
    planchers: Mapping[str, int]
    sieges: dict[str, int]
    seuil: Fraction | None = None
    quotients: Mapping[str, Fraction] | None = None
    egalite: Egalite | None = None
    retenus: tuple[str, ...] = ()

    @property
    def au_plancher(self) -> frozenset[str]:
        """Those that have exactly their floor, and would have no more and perhaps less without it."""
        if self.quotients is not None:
            return frozenset(self.sieges.keys() - self.quotients.keys())
        return frozenset(code for code, sieges in self.sieges.items() if sieges == self.planchers[code] > 0)

    def completer(self, retenus: tuple[str, ...]) -> Repartie:
        """With one seat more for each of `retenus`, whom a rule chose among those tied."""
        if self.egalite is None or len(retenus) != self.egalite.sieges:
            raise ValueError("autant de retenus que de sièges à égalité")
        if not set(retenus) <= set(self.egalite.codes) or len(set(retenus)) < len(retenus):
            raise ValueError("les retenus sont parmi les codes à égalité, une fois chacun")
        sieges = dict(self.sieges)
        for code in retenus:
            sieges[code] += 1
        return replace(self, sieges=sieges, retenus=retenus)


def repartir(
    effectifs: Mapping[str, int], sieges: int, methode: str, plancher: int | Mapping[str, int] = 0
) -> Repartie:
    """Share exactly `sieges` among codes by their members (integers ≥ 0), nobody under `plancher`.

    A floor is a minimum, not a gift: who earns more than the floor gets nothing on top.  Divisor
    methods serve floors first and go on from there; largest remainder sets aside those whose
    quotient is under their floor, and shares the rest among the others until all are above it.

    Raises `RepartitionImpossible` when the floors need more seats than there are, or when seats
    are to be shared and nobody has a member; `ValueError` for what is not a number of things.
    """
    if methode not in METHODES:
        raise ValueError(f"méthode inconnue : {methode!r}")
    planchers = plancher if isinstance(plancher, Mapping) else dict.fromkeys(effectifs, plancher)
    if sieges < 0 or min(effectifs.values(), default=0) < 0 or min(planchers.values(), default=0) < 0:
        raise ValueError("les effectifs, les planchers et les sièges sont des entiers positifs ou nuls")
    exiges = sum(planchers[code] for code in effectifs)
    if exiges > sieges:
        raise RepartitionImpossible(f"Le plancher demande {exiges} sièges, il n'y en a que {sieges}.")
    if exiges < sieges and not any(effectifs.values()):
        raise RepartitionImpossible(f"{sieges - exiges} sièges à répartir, et aucun·e adhérent·e.")
    if methode == RESTES:
        return _aux_plus_forts_restes(effectifs, sieges, planchers)
    return _par_diviseurs(effectifs, sieges, methode, planchers)


def par_tranche(effectifs: Mapping[str, int], tranche: int, plancher: int = 0) -> dict[str, int]:
    """One seat for each started slice of `tranche` members, nobody under `plancher`."""
    if tranche < 1:
        raise ValueError("une tranche compte au moins une personne")
    return {code: max(plancher, -(-effectif // tranche)) for code, effectif in effectifs.items()}


def trancher(repartie: Repartie, regle: str, graine: str = "") -> Repartie:
    """Serve those tied by the published rule; unchanged without a tie, or when the rule is to refuse."""
    if repartie.egalite is None or regle == REFUSER:
        return repartie
    if regle == CODE:
        ordre = sorted(repartie.egalite.codes)
    elif regle == TIRAGE:
        if not graine:
            raise ValueError("un tirage demande une graine")
        ordre = ordonner(repartie.egalite.codes, graine)
    else:
        raise ValueError(f"règle d'égalité inconnue : {regle!r}")
    return repartie.completer(tuple(ordre[: repartie.egalite.sieges]))


# --- Largest remainder --------------------------------------------------------------------------


def _aux_plus_forts_restes(
    effectifs: Mapping[str, int], sieges: int, planchers: Mapping[str, int]
) -> Repartie:
    attribues = {code: planchers[code] for code in effectifs}
    actifs, restants = dict(effectifs), sieges
    while total := sum(actifs.values()):
        releves = [c for c, effectif in actifs.items() if effectif * restants < planchers[c] * total]
        if not releves:
            break
        for code in releves:
            restants -= planchers[code]
            del actifs[code]
    if not total:
        return Repartie(RESTES, effectifs, planchers, attribues, quotients={})
    restes = {}
    for code, effectif in actifs.items():
        attribues[code], restes[code] = divmod(effectif * restants, total)
    a_servir = sum(restes.values()) // total
    servis, egalite, dernier = _les_premiers(restes, a_servir)
    for code in servis:
        attribues[code] += 1
    return Repartie(
        RESTES,
        effectifs,
        planchers,
        attribues,
        seuil=None if dernier is None else Fraction(dernier, total),
        quotients={code: Fraction(effectif * restants, total) for code, effectif in actifs.items()},
        egalite=egalite,
    )


def _les_premiers(cles: Mapping[str, int], nombre: int) -> tuple[list[str], Egalite | None, int | None]:
    """The `nombre` largest keys, the tie that keeps from naming them all, and the last key served."""
    if not nombre:
        return [], None, None
    ordre = sorted(cles, key=cles.__getitem__, reverse=True)
    limite = cles[ordre[nombre - 1]]
    if nombre == len(ordre) or cles[ordre[nombre]] < limite:
        return ordre[:nombre], None, limite
    surs = [code for code in ordre[:nombre] if cles[code] > limite]
    a_egalite = tuple(sorted(code for code, cle in cles.items() if cle == limite))
    return surs, Egalite(a_egalite, nombre - len(surs)), limite


# --- Divisors -----------------------------------------------------------------------------------


def _par_diviseurs(
    effectifs: Mapping[str, int], sieges: int, methode: str, planchers: Mapping[str, int]
) -> Repartie:
    diviseur = _DIVISEURS[methode]
    # Two fractions whose divisors are at most d differ by 1/d² or are equal: times more than d²,
    # their whole parts order them exactly, and integers compare faster than fractions.
    echelle = diviseur(sieges) ** 2 + 1
    attribues = {code: planchers[code] for code in effectifs}
    restants = sieges - sum(attribues.values())
    file = [
        (-(effectif * echelle // diviseur(attribues[code])), code)
        for code, effectif in effectifs.items()
        if effectif
    ]
    heapq.heapify(file)
    egalite, seuil = None, None
    while restants:
        niveau = file[0][0]
        a_egalite = []
        while file and file[0][0] == niveau:
            a_egalite.append(heapq.heappop(file)[1])
        premier = a_egalite[0]
        seuil = (effectifs[premier], diviseur(attribues[premier]))
        if len(a_egalite) > restants:
            egalite = Egalite(tuple(sorted(a_egalite)), restants)
            break
        restants -= len(a_egalite)
        for code in a_egalite:
            attribues[code] += 1
            heapq.heappush(file, (-(effectifs[code] * echelle // diviseur(attribues[code])), code))
    return Repartie(
        methode,
        effectifs,
        planchers,
        attribues,
        seuil=None if seuil is None else Fraction(*seuil),
        egalite=egalite,
    )

"""The rules of seats side by side, before one is chosen: what each gives, and how far from members it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from delegues.ecarts import Ecarts, mesurer
from delegues.repartition import TOTAL, TRANCHE, Calcul, Comptee, Parametres, calculer
from delegues.sieges import CODE, METHODES, RepartitionImpossible


@dataclass(frozen=True)
class Essai:
    """One rule tried: its sharing and its deviation among sections and federations, or why it is impossible."""

    regles: Parametres
    calcul: Calcul | None = None
    sections: Ecarts | None = None
    federations: Ecarts | None = None
    refus: str = ""

    @property
    def egalites(self) -> int:
        return len(self.calcul.egalites) if self.calcul else 0


def comparer(
    sections: Sequence[Comptee], regles: Parametres, *, total: int, planchers: Sequence[int]
) -> list[Essai]:
    """The slices of `regles`, then the three methods sharing `total`, each with every floor."""
    par_tranche = [replace(regles, regle=TRANCHE, plancher=p) for p in planchers if regles.tranche]
    par_total = [
        replace(regles, regle=TOTAL, total=total, methode=methode, plancher=p)
        for methode in METHODES
        for p in planchers
    ]
    return [essayer(sections, essai) for essai in (*par_tranche, *par_total)]


def essayer(sections: Sequence[Comptee], regles: Parametres) -> Essai:
    """Ties are counted, and settled by the smallest code: deviations are those of all the seats."""
    try:
        calcul = calculer(sections, replace(regles, egalite=CODE))
    except RepartitionImpossible as refus:
        return Essai(regles, refus=str(refus))
    if not calcul.sieges:
        return Essai(regles, calcul, refus="Aucun siège n'est réparti.")
    return Essai(
        regles,
        calcul,
        sections=mesurer(
            {code: ligne.effectif for code, ligne in calcul.sections.items()},
            {code: ligne.sieges for code, ligne in calcul.sections.items()},
        ),
        federations=mesurer(
            {code: ligne.effectif for code, ligne in calcul.federations.items()},
            {code: ligne.sieges for code, ligne in calcul.federations.items()},
        ),
    )

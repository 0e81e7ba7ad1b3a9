"""Membership of many elements at once: random subset products, far cheaper than one power per element.

(p - 1) / q has the factors 2 and 3: a false element may be as near to the group as -x for a member x. An
element is a member when 0 < x < p and x^q = 1. Take a list with an intruder, and a random subset where each
element goes in with probability 1/2: whatever the intruders' orders, and however they were chosen, the
product of the subset is a member with probability at most 1/2 (fix the coins of all but one intruder: at
most one value of its coin gives a member). With 64 independent subsets, a list with an intruder passes with
probability at most 2^-64. Coins come from the system's generator once the elements are known, so that no
list can be prepared against them. A list of members always passes.

Subsets are not multiplied one after the other: 8 rounds at a time, each element goes into the one bucket of
256 that its 8 coins name, and the 8 products are read from the buckets. That is 8 products for each
element, and 64 powers in all, where the exact test is one power (about 240 products) for each element.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from gmpy2 import mpz

from .groupes import Groupe

TOURS = 64
_PAR_GROUPE = 8
# Below it, one power per element costs less than 64 in all.
PLANCHER = 96


class Epreuve:
    """A list being tested, of any length: elements are added as they come, and not kept (0.5 MB in all).

    Lists shorter than `PLANCHER`, and groups where membership is a Jacobi symbol, are tested exactly.
    """

    def __init__(self, groupe: Groupe) -> None:
        self._groupe = groupe
        self._attente: list[mpz] = []
        self._seaux: list[list[mpz]] = []

    def ajouter(self, elements: Sequence[mpz]) -> bool:
        """Add elements; False, for certain, when one is seen at once to be no member (then none is added)."""
        groupe = self._groupe
        if groupe.cofacteur_deux:
            return all(groupe.est_membre(x) for x in elements)
        if not all(0 < x < groupe.p for x in elements):
            return False
        self._attente += elements
        if len(self._attente) >= PLANCHER:
            self._verser()
        return True

    def _verser(self) -> None:
        if not self._seaux:
            self._seaux = [[mpz(1)] * (1 << _PAR_GROUPE) for _ in range(TOURS // _PAR_GROUPE)]
        elements, self._attente = self._attente, []
        p = self._groupe.p
        for seaux in self._seaux:
            for x, seau in zip(elements, secrets.token_bytes(len(elements)), strict=True):
                seaux[seau] = seaux[seau] * x % p

    def conclure(self) -> bool:
        """Are all elements added since the last conclusion members? False is certain, True errs once in
        2^64."""
        groupe = self._groupe
        if self._seaux:
            self._verser()
            a_tester = [x for seaux in self._seaux for x in _produits(seaux, groupe.p)]
        else:
            a_tester = self._attente
        self._attente, self._seaux = [], []
        return all(groupe.est_membre(x) for x in a_tester)


def _produits(seaux: list[mpz], p: mpz) -> list[mpz]:
    """For each of the 8 coins, the product of the buckets whose number has it."""
    produits = []
    while len(seaux) > 1:
        moitie = len(seaux) // 2
        produit = mpz(1)
        for x in seaux[moitie:]:
            produit = produit * x % p
        produits.append(produit)
        # The upper coin is dealt with: fold it away.
        seaux = [a * b % p for a, b in zip(seaux[:moitie], seaux[moitie:], strict=True)]
    return produits


def tous_membres(groupe: Groupe, elements: Sequence[mpz]) -> bool:
    """Are all elements in the group?  False is certain, True is wrong with probability at most 2^-64."""
    epreuve = Epreuve(groupe)
    return epreuve.ajouter(elements) and epreuve.conclure()

"""Membership of many elements at once: random subset products, far cheaper than one power per element.

(p - 1) / q has the factors 2 and 3, so that elements outside the subgroup may be close to it: x -> -x.  An element
passes for a member when x^q = 1.  For a list with an intruder, the product of a random subset (each element in with
probability 1/2) is a member with probability at most 1/2, whatever the intruders' orders and however they were
chosen: fix the coins of all but one intruder, and at most one of its two coins gives a member.  64 independent
subsets let a list with an intruder pass with probability at most 2^-64.  Coins come from the system's generator once
the elements are known, so that nobody can prepare a list against them.  There is no false alarm: a product of
members is a member.

Subsets are not multiplied one by one: rounds go by groups of 8, each element is put in the one bucket (of 256) that
its 8 coins name, and the 8 products of a group are read from its buckets.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from gmpy2 import mpz

from .groupes import Groupe

TOURS = 64
_PAR_GROUPE = 8
# Under it, one power per element costs less than 64 in all.
PLANCHER = 96


def tous_membres(groupe: Groupe, elements: Sequence[mpz]) -> bool:
    """Are all elements in the group?  False is certain, True is wrong with probability at most 2^-64.

    Short lists, and groups where membership is a Jacobi symbol, are tested exactly.
    """
    if groupe.cofacteur_deux or len(elements) < PLANCHER:
        return all(groupe.est_membre(x) for x in elements)
    p = groupe.p
    if not all(0 < x < p for x in elements):
        return False
    for _ in range(TOURS // _PAR_GROUPE):
        seaux = [mpz(1)] * (1 << _PAR_GROUPE)
        for x, seau in zip(elements, secrets.token_bytes(len(elements)), strict=True):
            seaux[seau] = seaux[seau] * x % p
        if not all(groupe.est_membre(produit) for produit in _produits(seaux, p)):
            return False
    return True


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

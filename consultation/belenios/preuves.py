"""Proofs of knowledge of the protocol, made and checked.

Convention: commitment = g^response * X^challenge. A proof is the JSON object {"challenge", "response"} of
decimals when written, the pair (challenge, response) of exponents when read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gmpy2 import mpz, powmod, powmod_sec

from .encodage import exiger_champs, exiger_liste
from .groupes import Groupe, Table, puissances

Preuve = tuple[mpz, mpz]


class Enonce(NamedTuple):
    """ "This ciphertext holds M", as its prover knows it: `r` its randomness, `ecart` = its plaintext - M."""

    r: mpz
    ecart: int


def ecrire(challenge: mpz, response: mpz) -> dict[str, str]:
    return {"challenge": str(challenge), "response": str(response)}


def lire(objet: object, groupe: Groupe) -> Preuve:
    """A proof from its JSON; EncodageInvalide when a field, a decimal or a bound is not right."""
    champs = exiger_champs(objet, "challenge", "response")
    return groupe.lire_exposant(champs["challenge"]), groupe.lire_exposant(champs["response"])


def lire_liste(liste: object, nombre: int, quoi: str, groupe: Groupe) -> list[Preuve]:
    return [lire(p, groupe) for p in exiger_liste(liste, nombre, quoi)]


def prouver_exposant(groupe: Groupe, x: mpz, prefixe: str) -> dict[str, str]:
    """Schnorr: knowledge of x in g^x; `prefixe` is hashed before the commitment, its final "|" included."""
    w = groupe.hasard()
    c = groupe.hache(f"{prefixe}{powmod_sec(groupe.g, w, groupe.p)}")
    return ecrire(c, (w - x * c) % groupe.q)


def exposant_prouve(groupe: Groupe, publique: mpz, preuve: Preuve, prefixe: str) -> bool:
    """Does the proof hold for `publique`, a member of the group?"""
    c, z = preuve
    a = groupe.puissance_g(z) * powmod(publique, c, groupe.p) % groupe.p
    return groupe.hache(f"{prefixe}{a}") == c


def prouver_disjonction(
    groupe: Groupe, table_y: Table, enonces: Sequence[Enonce], vrai: int, prefixe: str
) -> list[dict[str, str]]:
    """One of the statements (number `vrai`) is true: which one, the proof does not tell.

    The prover knows every r, so that simulated commitments too are powers of g and y alone:
    A = g^(z + r c), B = y^(z + r c) * g^(ecart c).
    """
    p, q = groupe.p, groupe.q
    engagements, tirages = [], []
    for rang, (r, ecart) in enumerate(enonces):
        c = mpz(0) if rang == vrai else groupe.hasard()
        z = groupe.hasard()
        e = (z + r * c) % q
        engagements += [groupe.puissance_g(e), table_y.puissance(e) * groupe.puissance_g(ecart * c) % p]
        tirages.append((c, z))
    h = groupe.hache(prefixe + ",".join(map(str, engagements)))
    c_vrai = (h - sum(c for c, _ in tirages)) % q
    # The true branch was committed with challenge 0: its z is the w of the protocol.
    tirages[vrai] = (c_vrai, (tirages[vrai][1] - enonces[vrai].r * c_vrai) % q)
    return [ecrire(c, z) for c, z in tirages]


def engagements(
    groupe: Groupe, table_y: Table, chiffre: tuple[mpz, mpz], enonces: Sequence[tuple[int, Preuve]]
) -> list[str]:
    """The commitments "A,B" of all the branches "this ciphertext holds M" that bear on one ciphertext.

    `enonces` are the pairs (M, proof), in any order: taken together, their powers share squarings.
    A = g^z alpha^c and B = y^z (beta / g^M)^c.
    """
    p, g, y = groupe.p, groupe.puissance_g, table_y.puissance
    alpha, beta = chiffre
    defis = [c for _, (c, _) in enonces]
    seul = len(enonces) == 1
    if seul:
        beta = beta * g(-enonces[0][0]) % p
    textes = []
    for (m, (c, z)), a, b in zip(
        enonces, puissances(alpha, defis, p), puissances(beta, defis, p), strict=True
    ):
        b_y = y(z) * b % p
        if m and not seul:
            b_y = b_y * g(-m * c) % p
        textes.append(f"{g(z) * a % p},{b_y}")
    return textes


def disjonction_prouvee(
    groupe: Groupe, textes: Sequence[str], preuves: Sequence[Preuve], prefixe: str
) -> bool:
    """Do these branches, with these commitments in this order, make a proof that one of them is true?"""
    return groupe.hache(prefixe + ",".join(textes)) == sum(c for c, _ in preuves) % groupe.q


def prouver_dechiffrement(
    groupe: Groupe, x: mpz, publique: mpz, alpha: mpz, empreinte: str
) -> dict[str, str]:
    """Chaum-Pedersen: log of `publique` = g^x is that of alpha^x in base alpha."""
    w = groupe.hasard()
    a, b = powmod_sec(groupe.g, w, groupe.p), powmod_sec(alpha, w, groupe.p)
    c = groupe.hache(f"decrypt|{empreinte}|{publique}|{a},{b}")
    return ecrire(c, (w - x * c) % groupe.q)


def dechiffrement_prouve(
    groupe: Groupe, publique: mpz, alpha: mpz, facteur: mpz, preuve: Preuve, *, empreinte: str
) -> bool:
    """Is `facteur` alpha raised to the private key of `publique`?  All are members of the group."""
    p = groupe.p
    c, z = preuve
    a = groupe.puissance_g(z) * powmod(publique, c, p) % p
    b = powmod(alpha, z, p) * powmod(facteur, c, p) % p
    return groupe.hache(f"decrypt|{empreinte}|{publique}|{a},{b}") == c

"""Counting: encrypted totals, partial decryptions and their proofs, results.

A total, like a ballot's `cellules`, is question -> cell -> (alpha, beta).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gmpy2 import invert, isqrt, mpz, powmod, powmod_sec

from . import preuves
from .bulletins import Cellules
from .election import Election
from .encodage import (
    EncodageInvalide,
    ecrire_poids,
    exiger_champs,
    exiger_liste,
    hexa,
    json_compact,
    lire_json_canonique,
)
from .gardiens import Facteurs, Gardiens
from .groupes import Groupe

# Baby steps kept in memory, about 250 bytes each.
PETITS_PAS_MAX = 1 << 20
# Giant steps that somebody can wait for: a minute or so.
GRANDS_PAS_MAX = 1 << 26


class DechiffrementInvalide(ValueError):
    """A partial decryption that is refused; the message says where, in French."""


class ResultatIntrouvable(ValueError):
    """The decrypted total is no power of g up to the total weight: a part or the total is false."""


def total_nul(election: Election) -> Cellules:
    return [[(mpz(1), mpz(1))] * question.cellules for question in election.questions]


def somme(election: Election, liste: Iterable[Cellules]) -> Cellules:
    """The encrypted sum of ballots or of partial sums, cell by cell."""
    p = election.groupe.p
    nombre = [question.cellules for question in election.questions]
    a = [mpz(1)] * sum(nombre)
    b = list(a)
    for cellules in liste:
        rang = 0
        for ligne in cellules:
            for alpha, beta in ligne:
                a[rang] = a[rang] * alpha % p
                b[rang] = b[rang] * beta % p
                rang += 1
    couples = iter(zip(a, b, strict=True))
    return [[next(couples) for _ in range(n)] for n in nombre]


def somme_ponderee(election: Election, liste: Iterable[tuple[Cellules, int]]) -> Cellules:
    """The encrypted sum where each ballot counts as many times as its weight."""
    p = election.groupe.p
    total = total_nul(election)
    for cellules, poids in liste:
        pesees = (
            cellules
            if poids == 1
            else [[(powmod(a, poids, p), powmod(b, poids, p)) for a, b in q] for q in cellules]
        )
        total = [
            [(a * c % p, b * d % p) for (a, b), (c, d) in zip(x, y, strict=True)]
            for x, y in zip(total, pesees, strict=True)
        ]
    return total


def vers_json(total: Cellules) -> list[list[dict[str, str]]]:
    """The total as JSON values, for a JSON column or a record."""
    return [[{"alpha": str(alpha), "beta": str(beta)} for alpha, beta in question] for question in total]


def depuis_json(valeur: list[list[dict[str, str]]]) -> Cellules:
    """The inverse of `vers_json`, for what we wrote ourselves; see `lire_total` for what others send."""
    return [[(mpz(c["alpha"]), mpz(c["beta"])) for c in question] for question in valeur]


def lire_total(election: Election, octets: bytes) -> Cellules:
    """An encrypted_tally record read strictly, membership included.  Raises EncodageInvalide."""
    groupe = election.groupe
    lignes = exiger_liste(lire_json_canonique(octets), len(election.questions), "encrypted_tally")
    total: Cellules = []
    for ligne, question in zip(lignes, election.questions, strict=True):
        chiffres = []
        for objet in exiger_liste(ligne, question.cellules, "encrypted_tally"):
            c = exiger_champs(objet, "alpha", "beta")
            chiffres.append((groupe.lire_element(c["alpha"]), groupe.lire_element(c["beta"])))
        total.append(chiffres)
    if not all(groupe.est_membre(x) for ligne in total for chiffre in ligne for x in chiffre):
        raise EncodageInvalide("un nombre du total chiffré n'est pas dans le groupe.")
    return total


def chiffrer_total(total: Cellules, *, nombre: int, poids: int) -> tuple[bytes, bytes]:
    """The records encrypted_tally and sized_encrypted_tally: `nombre` ballots counted, of `poids` in all."""
    chiffre = json_compact(vers_json(total))
    mesure = {"num_tallied": nombre, "total_weight": ecrire_poids(poids), "encrypted_tally": hexa(chiffre)}
    return chiffre, json_compact(mesure)


def part_signee(rang: int, texte: str) -> str:
    """The `owned` record that gives a partial decryption to its owner (numbered from 1)."""
    return json_compact({"owner": rang, "payload": hexa(texte.encode())}).decode()


def dechiffrement_partiel(election: Election, total: Cellules, x: int | mpz) -> bytes:
    """The part of the trustee whose private key is `x`: alpha^x for each cell, with its proof.

    The caller must have recomputed `total` from the ballots: decrypting what one is handed is an oracle.
    Raises ValueError when a cell is outside the group (its factor would tell something of x).
    """
    groupe, x = election.groupe, mpz(x)
    publique = powmod_sec(groupe.g, x, groupe.p)
    facteurs, preuves_ecrites = [], []
    for question in total:
        if not all(groupe.est_membre(a) and groupe.est_membre(b) for a, b in question):
            raise ValueError("le total contient un nombre qui n'est pas dans le groupe")
        facteurs.append([str(powmod_sec(alpha, x, groupe.p)) for alpha, _ in question])
        preuves_ecrites.append(
            [
                preuves.prouver_dechiffrement(groupe, x, publique, alpha, election.empreinte)
                for alpha, _ in question
            ]
        )
    return json_compact({"decryption_factors": facteurs, "decryption_proofs": preuves_ecrites})


def lire_dechiffrement(election: Election, octets: bytes) -> tuple[Facteurs, list[list[preuves.Preuve]]]:
    """The factors and proofs of a partial_decryption record, of the right form; DechiffrementInvalide
    otherwise."""
    groupe = election.groupe
    try:
        objet = exiger_champs(lire_json_canonique(octets), "decryption_factors", "decryption_proofs")
        n = len(election.questions)
        lignes = zip(
            exiger_liste(objet["decryption_factors"], n, "decryption_factors"),
            exiger_liste(objet["decryption_proofs"], n, "decryption_proofs"),
            election.questions,
            strict=True,
        )
        facteurs, lues = [], []
        for ligne, ligne_de_preuves, question in lignes:
            valeurs = exiger_liste(ligne, question.cellules, "decryption_factors")
            facteurs.append([groupe.lire_element(f) for f in valeurs])
            lues.append(preuves.lire_liste(ligne_de_preuves, question.cellules, "decryption_proofs", groupe))
    except EncodageInvalide as defaut:
        raise DechiffrementInvalide(f"le déchiffrement est mal formé : {defaut}") from defaut
    return facteurs, lues


def verifier_dechiffrement(
    election: Election, total: Cellules, octets: bytes, publique: int | mpz
) -> Facteurs:
    """The factors of a partial decryption of `total` by the owner of `publique`, every proof checked.

    Raises DechiffrementInvalide.
    """
    groupe, publique = election.groupe, mpz(publique)
    facteurs, lues = lire_dechiffrement(election, octets)
    for i, (question, ligne, ligne_de_preuves) in enumerate(zip(total, facteurs, lues, strict=True), 1):
        for j, ((alpha, _), facteur, preuve) in enumerate(
            zip(question, ligne, ligne_de_preuves, strict=True), 1
        ):
            ou = f"cellule {j} de la question {i}"
            if not groupe.est_membre(facteur):
                raise DechiffrementInvalide(f"un facteur n'est pas dans le groupe ({ou}).")
            if not preuves.dechiffrement_prouve(
                groupe, publique, alpha, facteur, preuve, empreinte=election.empreinte
            ):
                raise DechiffrementInvalide(f"la preuve de déchiffrement est fausse ({ou}).")
    return facteurs


def resultat(
    election: Election, gardiens: Gardiens, total: Cellules, parts: Mapping[int, bytes], poids: int
) -> list[list[int]]:
    """The result, question -> cell -> votes, from parts already verified (owner -> partial_decryption
    record).

    `poids` is the total weight of the ballots counted, which bounds each figure. Raises PartsInsuffisantes,
    ResultatIntrouvable.
    """
    facteurs = {owner: lire_dechiffrement(election, octets)[0] for owner, octets in parts.items()}
    combines = gardiens.combiner(facteurs)
    chercheur = Logarithmes(election.groupe, poids, cellules=sum(q.cellules for q in election.questions))
    p = election.groupe.p
    return [
        [chercheur.trouver(beta * invert(f, p) % p) for (_, beta), f in zip(question, ligne, strict=True)]
        for question, ligne in zip(total, combines, strict=True)
    ]


def resultat_json(valeurs: list[list[int]]) -> bytes:
    """The result record."""
    return json_compact({"result": [[ecrire_poids(v) for v in question] for question in valeurs]})


class Logarithmes:
    """Discrete logarithms in base g between 0 and `borne`, by baby steps and giant steps.

    About 2·sqrt(borne) multiplications for each figure and the table together: 1 ms for 200,000 voters.
    """

    def __init__(self, groupe: Groupe, borne: int, cellules: int = 1) -> None:
        self._groupe, self._borne = groupe, borne
        # The table serves for every cell: the more cells, the larger.
        self._pas = int(min(isqrt(mpz((borne + 1) * max(1, cellules))) + 1, borne + 1, PETITS_PAS_MAX))
        if borne // self._pas > GRANDS_PAS_MAX:
            raise ResultatIntrouvable(
                f"Un poids total de {borne} est trop grand pour que le résultat se cherche."
            )
        self._table: dict[mpz, int] = {}
        x = mpz(1)
        for i in range(self._pas):
            self._table[x] = i
            x = x * groupe.g % groupe.p
        self._saut = invert(x, groupe.p)

    def trouver(self, cible: mpz) -> int:
        """m such that g^m = `cible`, 0 <= m <= borne; ResultatIntrouvable."""
        x = cible
        for saut in range(self._borne // self._pas + 1):
            reste = self._table.get(x)
            if reste is not None:
                m = saut * self._pas + reste
                if m <= self._borne:
                    return m
                break
            x = x * self._saut % self._groupe.p
        raise ResultatIntrouvable("Le total déchiffré n'est pas un nombre de voix possible.")

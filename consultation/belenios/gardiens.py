"""Trustees: their keys and proofs, the election key that they make together, the combination of their
parts.

Owners of parts are numbered from 1 over the flattened list of `trustees`: one for a Single item, n for a
Pedersen item (t of n, see `seuil`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gmpy2 import invert, mpz, powmod, powmod_sec

from . import preuves, seuil
from .encodage import EncodageInvalide, exiger_champs, json_compact, lire_json
from .groupes import Groupe

Facteurs = list[list[mpz]]


class GardiensInvalides(ValueError):
    """A trustee's key, or the list of trustees, that is refused; the message says which and why, in
    French."""


class PartsInsuffisantes(ValueError):
    """Not enough parts to decrypt; `manquants` are the owners of one item whose parts would do."""

    def __init__(self, manquants: list[int], il_en_faut: int) -> None:
        noms = ", ".join(map(str, manquants))
        super().__init__(
            f"Il manque {il_en_faut} part(s) de déchiffrement parmi celles des gardien·nes {noms}."
        )
        self.manquants = manquants


@dataclass(frozen=True, slots=True)
class Partage:
    """One item of the list: `seuil` of these verification keys decrypt for all (1 of 1 for a Single item)."""

    cles: tuple[mpz, ...]
    seuil: int
    premier: int
    sous_cle: mpz

    @property
    def proprietaires(self) -> range:
        return range(self.premier, self.premier + len(self.cles))


@dataclass(frozen=True, slots=True)
class Gardiens:
    """The verified list.  `proprietaires[i]` is the verification key of owner i + 1."""

    groupe: Groupe
    partages: tuple[Partage, ...]

    @property
    def proprietaires(self) -> list[mpz]:
        return [cle for partage in self.partages for cle in partage.cles]

    @property
    def cle_election(self) -> mpz:
        produit = mpz(1)
        for partage in self.partages:
            produit = produit * partage.sous_cle % self.groupe.p
        return produit

    def combiner(self, parts: Mapping[int, Facteurs]) -> Facteurs:
        """The factors of the whole key from the verified parts (owner -> question -> cell);
        PartsInsuffisantes.

        Parts beyond the threshold are left aside: the first ones in owner order serve.
        """
        p, q = self.groupe.p, self.groupe.q
        forme = next(iter(parts.values()), [])
        produits = [[mpz(1)] * len(ligne) for ligne in forme]
        for partage in self.partages:
            presents = [o for o in partage.proprietaires if o in parts][: partage.seuil]
            if len(presents) < partage.seuil:
                absents = [o for o in partage.proprietaires if o not in parts]
                raise PartsInsuffisantes(absents, partage.seuil - len(presents))
            indices = [o - partage.premier + 1 for o in presents]
            for proprietaire, indice in zip(presents, indices, strict=True):
                coefficient = mpz(1)
                for autre in indices:
                    if autre != indice:
                        coefficient = coefficient * autre * invert(mpz(autre - indice) % q, q) % q
                for ligne, facteurs in zip(produits, parts[proprietaire], strict=True):
                    for j, facteur in enumerate(facteurs):
                        ligne[j] = ligne[j] * powmod(facteur, coefficient, p) % p
        return produits


def nouvelle_cle(groupe: Groupe) -> tuple[int, dict[str, Any]]:
    """A private exponent in 1..q-1 and its trustee_public_key, with the proof that its holder knows it."""
    x = groupe.hasard()
    while not x:
        x = groupe.hasard()
    publique = powmod_sec(groupe.g, x, groupe.p)
    pok = preuves.prouver_exposant(groupe, x, f"pok|{groupe.nom}|{publique}|")
    return int(x), {"pok": pok, "public_key": str(publique)}


def verifier_cle_publique(cle: Any, groupe: Groupe) -> mpz:
    """The key of a trustee_public_key (a parsed JSON object) when its proof holds.

    Raises GardiensInvalides; the name is free text, the signature of newer versions is `seuil`'s business.
    """
    try:
        champs = exiger_champs(
            cle, "pok", "public_key", "signature", "name", facultatifs=("signature", "name"), ordonnes=False
        )
        publique = groupe.lire_element(champs["public_key"])
        pok = exiger_champs(champs["pok"], "challenge", "response", ordonnes=False)
        preuve = groupe.lire_exposant(pok["challenge"]), groupe.lire_exposant(pok["response"])
    except EncodageInvalide as defaut:
        raise GardiensInvalides(f"elle est mal formée ({defaut})") from defaut
    if type(champs.get("name", "")) is not str:
        raise GardiensInvalides("le nom n'est pas un texte.")
    if publique == 1 or not groupe.est_membre(publique):
        raise GardiensInvalides("elle n'est pas dans le groupe.")
    if not preuves.exposant_prouve(groupe, publique, preuve, f"pok|{groupe.nom}|{publique}|"):
        raise GardiensInvalides("la preuve de possession de la clé privée est fausse.")
    return publique


def construire_gardiens(cles: Iterable[Mapping[str, Any]]) -> bytes:
    """The `trustees` record of an election decrypted by all these trustees together (n of n).

    Fields are put back in the protocol's order: a JSON column does not keep it.
    """
    return json_compact([["Single", _en_ordre(cle)] for cle in cles])


def _en_ordre(cle: Mapping[str, Any]) -> dict[str, Any]:
    pok = {"challenge": cle["pok"]["challenge"], "response": cle["pok"]["response"]}
    nom = {"name": cle["name"]} if "name" in cle else {}
    return {"pok": pok, "public_key": cle["public_key"], **nom}


def lire_gardiens(octets: bytes, groupe: Groupe) -> Gardiens:
    """Read and verify the `trustees` record, every proof included.  Raises GardiensInvalides."""
    try:
        liste = lire_json(octets)
    except EncodageInvalide as defaut:
        raise GardiensInvalides(f"La liste des gardien·nes est illisible : {defaut}") from defaut
    if type(liste) is not list or not liste:
        raise GardiensInvalides("La liste des gardien·nes est vide ou mal formée.")
    partages: list[Partage] = []
    premier = 1
    for element in liste:
        partage = _lire_element(element, premier, groupe)
        partages.append(partage)
        premier += len(partage.cles)
    return Gardiens(groupe, tuple(partages))


def _lire_element(element: Any, premier: int, groupe: Groupe) -> Partage:
    if type(element) is not list or len(element) != 2:
        raise GardiensInvalides("La liste des gardien·nes est mal formée.")
    genre, valeur = element
    if genre == "Single":
        try:
            cle = verifier_cle_publique(valeur, groupe)
        except GardiensInvalides as defaut:
            raise GardiensInvalides(f"Clé publique de la ou du gardien·ne {premier} : {defaut}") from defaut
        return Partage((cle,), 1, premier, cle)
    if genre == "Pedersen":
        try:
            cles, il_en_faut, sous_cle = seuil.verifier_parametres(valeur, groupe, verifier_cle_publique)
        except (EncodageInvalide, seuil.SeuilInvalide, GardiensInvalides) as defaut:
            raise GardiensInvalides(f"Partage à seuil (à partir de la part {premier}) : {defaut}") from defaut
        return Partage(tuple(cles), il_en_faut, premier, sous_cle)
    raise GardiensInvalides("Un genre de gardien·ne est inconnu : « Single » et « Pedersen » sont attendus.")

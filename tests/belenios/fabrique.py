"""Small elections made with the package: trustees of every kind, weights, ballots, and their archives."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gmpy2 import mpz, powmod

from consultation.belenios import preuves
from consultation.belenios.archive import Ecrivain
from consultation.belenios.bulletins import chiffrer, lire
from consultation.belenios.depouillement import (
    chiffrer_total,
    dechiffrement_partiel,
    part_signee,
    resultat,
    resultat_json,
    somme_ponderee,
)
from consultation.belenios.election import Election, Question, construire_election, nouvel_uuid
from consultation.belenios.gardiens import lire_gardiens, nouvelle_cle
from consultation.belenios.groupes import Groupe, groupe
from consultation.belenios.identifiants import cle_publique, exposant, nouveau_code
from tests.belenios.archives import HORODATAGE, b64, compact

NOM = "BELENIOS-2048"
QUESTIONS = (
    Question("Oui, non ou blanc ?", ("Oui", "Non"), 1, 1, blanc=True),
    Question("Un ou deux sur trois ?", ("A", "B", "É"), 1, 2),
)
CHOIX = ([[0, 1, 0], [1, 1, 0]], [[1, 0, 0], [0, 0, 1]], [[0, 0, 1], [0, 1, 1]])


@dataclass
class Cles:
    """What a kind of trustees gives: the `trustees` record and the private key of each owner, from 1."""

    octets: bytes
    privees: dict[int, mpz]


def cles_simples(nombre: int, nom: str = NOM) -> Cles:
    paires = [nouvelle_cle(groupe(nom)) for _ in range(nombre)]
    return Cles(
        compact([["Single", cle] for _, cle in paires]), {i: mpz(x) for i, (x, _) in enumerate(paires, 1)}
    )


def melanger(*cles: Cles) -> Cles:
    """Several items in one list: owners are numbered over the whole."""
    liste, privees = [], {}
    for c in cles:
        liste += json.loads(c.octets)
        privees |= {len(privees) + i: x for i, x in c.privees.items()}
    return Cles(compact(liste), privees)


def signer(g: Groupe, cle: mpz, message: str) -> dict[str, Any]:
    return preuves.prouver_exposant(g, cle, f"sigmsg|{message}|")


def cles_a_seuil(t: int, n: int, nom: str = NOM, *, nouvelle_disposition: bool = False) -> Cles:
    """Pedersen's parameters, all trustees being played here; the layout of 2.0 or that of 3.0."""
    g = groupe(nom)
    p, q = g.p, g.q
    pki = [g.hasard() for _ in range(n)]
    certs = []
    for i, sk in enumerate(pki, 1):
        message: dict[str, Any] = {}
        if nouvelle_disposition:
            message["context"] = {"group": nom, "size": n, "threshold": t, "index": i}
        message |= {"verification": str(g.puissance_g(sk)), "encryption": str(g.puissance_g(g.hasard()))}
        texte = compact(message).decode()
        certs.append({"message": texte, "signature": signer(g, sk, texte)})
    polynomes = [[g.hasard() for _ in range(t)] for _ in range(n)]
    exposes = [[str(g.puissance_g(a)) for a in polynome] for polynome in polynomes]
    coefexps = []
    for sk, valeurs in zip(pki, exposes, strict=True):
        texte = compact({"coefexps": valeurs}).decode()
        coefexps.append({"message": texte, "signature": signer(g, sk, texte)})
    privees = {
        j: mpz(sum(a * pow(j, k) for polynome in polynomes for k, a in enumerate(polynome)) % q)
        for j in range(1, n + 1)
    }
    cles = []
    for sk, x in zip(pki, privees.values(), strict=True):
        publique = powmod(g.g, x, p)
        cle: dict[str, Any] = {
            "pok": preuves.prouver_exposant(g, x, f"pok|{nom}|{publique}|"),
            "public_key": str(publique),
        }
        if nouvelle_disposition:
            cle["signature"] = signer(g, sk, str(publique))
        cles.append(cle)
    parametres: dict[str, Any] = {"threshold": t, "certs": certs, "coefexps": coefexps}
    if nouvelle_disposition:
        parametres["signatures"] = [
            signer(g, sk, f"certs_sig|{compact({'certs': certs, 'coefexps': valeurs}).decode()}")
            for sk, valeurs in zip(pki, exposes, strict=True)
        ]
    parametres["verification_keys"] = cles
    return Cles(compact([["Pedersen", parametres]]), privees)


@dataclass
class Atelier:
    """An election, its voters' codes (with weights), its trustees' private keys, the ballots cast so far."""

    questions: tuple[Question, ...] = QUESTIONS
    poids: Sequence[int | None] = (None,) * 5
    cles: Cles = field(default_factory=lambda: cles_simples(1))
    nom: str = NOM
    uuid: str = field(default_factory=nouvel_uuid)

    def __post_init__(self) -> None:
        g = groupe(self.nom)
        cle = lire_gardiens(self.cles.octets, g).cle_election
        self.octets = construire_election(
            uuid=self.uuid,
            nom="Essai d'été",
            description="Pour les essais",
            questions=self.questions,
            cle_publique=cle,
            groupe=self.nom,
            administrateur="A",
            autorite="B",
        )
        self.election = Election.lire(self.octets)
        self.codes = [nouveau_code() for _ in self.poids]
        self.bulletins: list[tuple[int, bytes]] = []

    @property
    def identifiants(self) -> bytes:
        """The public_credentials record, sorted as the tool does."""
        lignes = sorted(
            (cle_publique(code, self.uuid, self.election.groupe), poids)
            for code, poids in zip(self.codes, (1 if p is None else p for p in self.poids), strict=True)
        )
        avec_poids = any(p is not None for p in self.poids)
        return compact([f"{cle},{poids}" if avec_poids else str(cle) for cle, poids in lignes])

    def voter(self, electeur: int, choix: list[list[int]]) -> bytes:
        bulletin = chiffrer(self.election, self.codes[electeur], choix)
        self.bulletins.append((electeur, bulletin))
        return bulletin

    def signer(self, electeur: int, bulletin: dict[str, Any]) -> bytes:
        """The ballot with a signature that is right for its present content."""
        return signer_bulletin(self.election, self.codes[electeur], bulletin)

    def derniers(self) -> dict[int, bytes]:
        """voter -> the ballot that counts."""
        return dict(self.bulletins)

    def total(self) -> Any:
        poids = [1 if p is None else p for p in self.poids]
        lus = [(lire(self.election, b).bulletin.cellules, poids[e]) for e, b in self.derniers().items()]
        return somme_ponderee(self.election, lus)

    def poids_comptes(self) -> int:
        return sum(1 if self.poids[e] is None else self.poids[e] for e in self.derniers())

    def archive(self, jusqu_a: str = "Result", parts: Sequence[int] | None = None) -> bytes:
        """The archive up to the last event of type `jusqu_a`; `parts` are the owners who decrypt (all)."""
        fichier = io.BytesIO()
        ecrivain = Ecrivain(fichier, HORODATAGE)
        identifiants = self.identifiants
        mise_en_place = compact(
            {
                nom: hashlib.sha256(octets).hexdigest()
                for nom, octets in (
                    ("election", self.octets),
                    ("trustees", self.cles.octets),
                    ("credentials", identifiants),
                )
            }
        )
        etapes = ("Setup", "Ballot", "EndBallots", "EncryptedTally", "PartialDecryption", "Result")
        etape = etapes.index(jusqu_a)
        ecrivain.ajouter("Setup", self.octets, self.cles.octets, identifiants, mise_en_place)
        if etape >= 1:
            for _, bulletin in self.bulletins:
                ecrivain.ajouter("Ballot", bulletin)
        if etape >= 2:
            ecrivain.ajouter("EndBallots")
        total, poids = self.total(), self.poids_comptes()
        if etape >= 3:
            ecrivain.ajouter(
                "EncryptedTally", *chiffrer_total(total, nombre=len(self.derniers()), poids=poids)
            )
        if etape >= 4:
            dechiffres = {
                o: dechiffrement_partiel(self.election, total, self.cles.privees[o])
                for o in (self.cles.privees if parts is None else parts)
            }
            for o, octets in dechiffres.items():
                ecrivain.ajouter("PartialDecryption", octets, part_signee(o, octets.decode()).encode())
        if etape >= 5:
            gardiens = lire_gardiens(self.cles.octets, self.election.groupe)
            valeurs = resultat(self.election, gardiens, total, dechiffres, poids)
            ecrivain.ajouter("Result", resultat_json(valeurs))
        return fichier.getvalue()


def signer_bulletin(election: Election, code: str, bulletin: dict[str, Any]) -> bytes:
    """Sign a ballot (its JSON object, any content) with a voting code, as its owner could."""
    g = election.groupe
    corps = {champ: valeur for champ, valeur in bulletin.items() if champ != "signature"}
    hachage = b64(compact(corps))
    preuve = preuves.prouver_exposant(g, exposant(code, election.uuid, g), f"sig|{hachage}|")
    return compact(corps | {"signature": {"hash": hachage, "proof": preuve}})


def atelier_ordinaire() -> Atelier:
    """Five voters, four who vote and one who votes again, two trustees; see RESULTAT_ORDINAIRE."""
    atelier = Atelier(cles=cles_simples(2))
    atelier.voter(0, CHOIX[0])
    atelier.voter(1, CHOIX[1])
    atelier.voter(2, CHOIX[2])
    atelier.voter(0, CHOIX[2])
    atelier.voter(3, CHOIX[0])
    return atelier


RESULTAT_ORDINAIRE = [[1, 1, 2], [1, 3, 3]]

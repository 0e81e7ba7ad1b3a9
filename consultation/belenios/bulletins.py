"""Ballots: made (`chiffrer`), read without trust (`lire`) and verified one by one or in batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from gmpy2 import mpz

from . import preuves
from .appartenance import tous_membres
from .election import Election, Question
from .encodage import (
    EncodageInvalide,
    empreinte_b64,
    exiger_champs,
    exiger_liste,
    hexa,
    json_compact,
    lire_json_canonique,
)
from .groupes import Groupe, table
from .identifiants import exposant
from .preuves import Enonce, Preuve

Chiffre = tuple[mpz, mpz]
Cellules = list[list[Chiffre]]


class BulletinInvalide(ValueError):
    """A ballot that is refused. The message says where, in French; `code` is one of

    "taille" (more bytes than any ballot of this election), "forme" (not the canonical form), "election"
    (made for another one), "signature", "groupe" (a number outside the group), "preuve" (of one answer),
    "preuve_globale", "preuve_blanc".
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    @classmethod
    def hors_du_groupe(cls) -> BulletinInvalide:
        return cls("groupe", "le bulletin contient un nombre qui n'est pas dans le groupe.")

    def __reduce__(self) -> tuple[object, ...]:
        return BulletinInvalide, (self.code, str(self))


class ChoixInterdit(ValueError):
    """A vote that the question does not permit: there is no proof to make of it."""


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A verified ballot. `cellules` is question -> cell -> (alpha, beta); `empreinte` the hex SHA-256 of
    `octets`, by which the archive names it, and `suivi` the same in Base64, the tracker that the voter
    keeps."""

    identifiant: mpz
    cellules: Cellules = field(repr=False)
    empreinte: str
    suivi: str
    octets: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Reponse:
    chiffres: list[Chiffre]
    individuelles: list[list[Preuve]]
    globale: list[Preuve]
    blanche: list[Preuve]


@dataclass(frozen=True, slots=True)
class Lecture:
    """A ballot of the right form, whose proofs are not checked yet: what `controler` takes."""

    bulletin: Bulletin
    reponses: list[_Reponse] = field(repr=False)
    hachage: str
    signature: Preuve = field(repr=False)

    def elements(self) -> list[mpz]:
        """Every number of the ballot that must belong to the group, its credential first."""
        chiffres = [x for cellules in self.bulletin.cellules for chiffre in cellules for x in chiffre]
        return [self.bulletin.identifiant, *chiffres]


@lru_cache(maxsize=256)
def _taille_maximale(groupe: Groupe, uuid: str, questions: tuple[Question, ...]) -> int:
    element, nombre = "9" * groupe.chiffres_p, "9" * groupe.chiffres_q
    preuve = {"challenge": nombre, "response": nombre}
    reponses = []
    for q in questions:
        reponse = {
            "choices": [{"alpha": element, "beta": element}] * q.cellules,
            "individual_proofs": [[preuve, preuve]] * q.cellules,
            "overall_proof": [preuve] * q.preuves_globales,
        }
        reponses.append(reponse | ({"blank_proof": [preuve, preuve]} if q.blanc else {}))
    empreinte = "x" * 43
    return len(
        json_compact(
            {
                "election_uuid": uuid,
                "election_hash": empreinte,
                "credential": element,
                "answers": reponses,
                "signature": {"hash": empreinte, "proof": preuve},
            }
        )
    )


def taille_maximale(election: Election) -> int:
    """Bytes above which nothing is read: half more than the longest ballot of this election, 128 KiB at
    least.

    What is shorter, and too long all the same, is refused for its form, which tells more than "too long".
    """
    longueur = _taille_maximale(election.groupe, election.uuid, election.questions)
    return max(longueur + longueur // 2, 1 << 17)


def _lire_reponse(objet: object, question: Question, groupe: Groupe) -> _Reponse:
    champs = ("choices", "individual_proofs", "overall_proof") + (("blank_proof",) if question.blanc else ())
    reponse = exiger_champs(objet, *champs)
    chiffres = []
    for c in exiger_liste(reponse["choices"], question.cellules, "choices"):
        chiffre = exiger_champs(c, "alpha", "beta")
        chiffres.append((groupe.lire_element(chiffre["alpha"]), groupe.lire_element(chiffre["beta"])))
    individuelles = exiger_liste(reponse["individual_proofs"], question.cellules, "individual_proofs")
    return _Reponse(
        chiffres,
        [preuves.lire_liste(liste, 2, "individual_proofs", groupe) for liste in individuelles],
        preuves.lire_liste(reponse["overall_proof"], question.preuves_globales, "overall_proof", groupe),
        preuves.lire_liste(reponse["blank_proof"], 2, "blank_proof", groupe) if question.blanc else [],
    )


def lire(election: Election, octets: bytes) -> Lecture:
    """Read a ballot strictly, without checking membership, signature or proofs (0.2 ms for one question).

    Raises BulletinInvalide with code "taille", "forme" or "election", or "signature" when the hash that is
    signed is not the ballot's. Enough to look up `lecture.bulletin.identifiant` before the costly part.
    """
    if len(octets) > taille_maximale(election):
        raise BulletinInvalide("taille", "le bulletin est plus long que ceux de cette élection.")
    groupe = election.groupe
    try:
        objet = exiger_champs(
            lire_json_canonique(octets),
            "election_uuid",
            "election_hash",
            "credential",
            "answers",
            "signature",
        )
        if objet["election_uuid"] != election.uuid or objet["election_hash"] != election.empreinte:
            raise BulletinInvalide("election", "le bulletin a été fait pour une autre élection.")
        identifiant = groupe.lire_element(objet["credential"])
        reponses = [
            _lire_reponse(reponse, question, groupe)
            for reponse, question in zip(
                exiger_liste(objet["answers"], len(election.questions), "answers"),
                election.questions,
                strict=True,
            )
        ]
        signature = exiger_champs(objet["signature"], "hash", "proof")
        preuve = preuves.lire(signature["proof"], groupe)
    except EncodageInvalide as defaut:
        raise BulletinInvalide("forme", f"le bulletin est mal formé : {defaut}") from defaut
    # The bytes are canonical and the signature is their last field: what is signed is what precedes it.
    corps = octets[: octets.rindex(b',"signature":')] + b"}"
    hachage = empreinte_b64(corps)
    if signature["hash"] != hachage:
        raise BulletinInvalide("signature", "le contenu du bulletin n'est pas celui qui a été signé.")
    bulletin = Bulletin(
        identifiant, [r.chiffres for r in reponses], hexa(octets), empreinte_b64(octets), octets
    )
    return Lecture(bulletin, reponses, hachage, preuve)


def controler(election: Election, lecture: Lecture, *, membres_connus: bool = False) -> Bulletin:
    """Check what `lire` left: membership (unless a batch test already did), signature, every proof.

    Raises BulletinInvalide with code "groupe", "signature", "preuve", "preuve_globale" or "preuve_blanc".
    """
    groupe, bulletin = election.groupe, lecture.bulletin
    if not membres_connus and not all(groupe.est_membre(x) for x in lecture.elements()):
        raise BulletinInvalide.hors_du_groupe()
    identifiant = bulletin.identifiant
    if not preuves.exposant_prouve(groupe, identifiant, lecture.signature, f"sig|{lecture.hachage}|"):
        raise BulletinInvalide("signature", "la signature du bulletin est fausse.")
    s0 = f"{election.empreinte}|{identifiant}"
    for rang, (question, reponse) in enumerate(zip(election.questions, lecture.reponses, strict=True), 1):
        _controler_reponse(election, rang, question, reponse, s0)
    return bulletin


def _controler_reponse(election: Election, rang: int, question: Question, reponse: _Reponse, s0: str) -> None:
    groupe, chiffres = election.groupe, reponse.chiffres
    table_y = table(groupe, election.cle)
    total = produit(groupe, chiffres[question.blanc :])
    # Every statement about one ciphertext at once, so that they share its squarings.
    enonces = [[(0, p0), (1, p1)] for p0, p1 in reponse.individuelles]
    permises = list(
        zip(range(question.minimum, question.maximum + 1), reponse.globale[question.blanc :], strict=True)
    )
    if question.blanc:
        enonces[0] += [(0, reponse.blanche[0]), (1, reponse.globale[0])]
        permises.insert(0, (0, reponse.blanche[1]))
    calcules = [preuves.engagements(groupe, table_y, c, e) for c, e in zip(chiffres, enonces, strict=True)]
    du_total = preuves.engagements(groupe, table_y, total, permises)

    textes = [f"{alpha},{beta}" for alpha, beta in chiffres]
    for i, (texte, engages, paire) in enumerate(zip(textes, calcules, reponse.individuelles, strict=True)):
        if not preuves.disjonction_prouvee(groupe, engages[:2], paire, f"prove|{s0}|{texte}|"):
            cellule = "le vote blanc" if question.blanc and i == 0 else f"la réponse {i + 1 - question.blanc}"
            raise BulletinInvalide("preuve", f"la preuve pour {cellule} de la question {rang} est fausse.")
    s = f"{s0}|{','.join(textes)}"
    if question.blanc:
        globaux, prefixe = [calcules[0][3], *du_total[1:]], f"bproof1|{s}|"
    else:
        globaux, prefixe = du_total, f"prove|{s}|{total[0]},{total[1]}|"
    if not preuves.disjonction_prouvee(groupe, globaux, reponse.globale, prefixe):
        raise BulletinInvalide(
            "preuve_globale", f"la preuve du nombre de réponses de la question {rang} est fausse."
        )
    if question.blanc:
        blancs = [calcules[0][2], du_total[0]]
        if not preuves.disjonction_prouvee(groupe, blancs, reponse.blanche, f"bproof0|{s}|"):
            raise BulletinInvalide(
                "preuve_blanc", f"la preuve de vote blanc de la question {rang} est fausse."
            )


def produit(groupe: Groupe, chiffres: Iterable[Chiffre]) -> Chiffre:
    """The ciphertext of the sum."""
    p, a, b = groupe.p, mpz(1), mpz(1)
    for alpha, beta in chiffres:
        a, b = a * alpha % p, b * beta % p
    return a, b


def verifier(election: Election, octets: bytes) -> Bulletin:
    """A ballot whose every byte, number, signature and proof is right; BulletinInvalide otherwise.

    About 10 ms for a question of three answers. Whether the credential is on the list is the caller's
    business.
    """
    return controler(election, lire(election, octets))


def verifier_lot(election: Election, lot: Iterable[bytes]) -> list[Bulletin | BulletinInvalide]:
    """The verdict of `verifier` on each ballot, in order: the ballot, or the exception that it would raise.

    Membership is tested for the whole batch at once (see `appartenance`: an intruder passes with
    probability 2^-64 at most), and ballot by ballot when the batch holds an intruder.
    """
    lectures: list[Lecture | BulletinInvalide] = []
    for octets in lot:
        try:
            lectures.append(lire(election, octets))
        except BulletinInvalide as defaut:
            lectures.append(defaut)
    elements = [x for lecture in lectures if isinstance(lecture, Lecture) for x in lecture.elements()]
    connus = tous_membres(election.groupe, elements)
    verdicts: list[Bulletin | BulletinInvalide] = []
    for lecture in lectures:
        if isinstance(lecture, BulletinInvalide):
            verdicts.append(lecture)
            continue
        try:
            verdicts.append(controler(election, lecture, membres_connus=connus))
        except BulletinInvalide as defaut:
            verdicts.append(defaut)
    return verdicts


def chiffrer(election: Election, code: str, choix: Sequence[Sequence[int]]) -> bytes:
    """Make a ballot: encrypt, prove, sign with the voting code. What the booth does in the browser, for
    tests, simulations and tools; about 3 ms for a question of three answers.

    `choix` holds, for each question, its plaintext cells: 0 or 1, the blank flag first where there is one.
    Raises ChoixInterdit or CodeInvalide.
    """
    if len(choix) != len(election.questions):
        raise ChoixInterdit("il faut un choix par question")
    for question, cellules in zip(election.questions, choix, strict=True):
        _exiger_permis(question, cellules)
    groupe = election.groupe
    secret = exposant(code, election.uuid, groupe)
    identifiant = groupe.puissance_g(secret)
    s0 = f"{election.empreinte}|{identifiant}"
    corps = {
        "election_uuid": election.uuid,
        "election_hash": election.empreinte,
        "credential": str(identifiant),
        "answers": [_repondre(election, q, c, s0) for q, c in zip(election.questions, choix, strict=True)],
    }
    hachage = empreinte_b64(json_compact(corps))
    preuve = preuves.prouver_exposant(groupe, secret, f"sig|{hachage}|")
    return json_compact(corps | {"signature": {"hash": hachage, "proof": preuve}})


def _exiger_permis(question: Question, cellules: Sequence[int]) -> None:
    if len(cellules) != question.cellules or any(c not in (0, 1) for c in cellules):
        raise ChoixInterdit("une cellule par réponse, 0 ou 1")
    somme = sum(cellules[question.blanc :])
    if question.blanc and cellules[0]:
        if somme:
            raise ChoixInterdit("un vote blanc ne coche rien d'autre")
    elif not question.minimum <= somme <= question.maximum:
        raise ChoixInterdit("le nombre de réponses ne convient pas")


def _repondre(election: Election, question: Question, clairs: Sequence[int], s0: str) -> dict[str, object]:
    groupe, table_y = election.groupe, table(election.groupe, election.cle)
    p, q = groupe.p, groupe.q
    alea = [groupe.hasard() for _ in clairs]
    chiffres = [
        (groupe.puissance_g(r), table_y.puissance(r) * (groupe.g if m else 1) % p)
        for r, m in zip(alea, clairs, strict=True)
    ]
    textes = [f"{alpha},{beta}" for alpha, beta in chiffres]
    reponse: dict[str, object] = {
        "choices": [{"alpha": str(alpha), "beta": str(beta)} for alpha, beta in chiffres],
        "individual_proofs": [
            preuves.prouver_disjonction(
                groupe, table_y, [Enonce(r, m), Enonce(r, m - 1)], m, f"prove|{s0}|{texte}|"
            )
            for r, m, texte in zip(alea, clairs, textes, strict=True)
        ],
    }
    s = f"{s0}|{','.join(textes)}"
    r, somme = sum(alea[question.blanc :]) % q, sum(clairs[question.blanc :])
    permises = [Enonce(r, somme - m) for m in range(question.minimum, question.maximum + 1)]
    if not question.blanc:
        alpha, beta = produit(groupe, chiffres)
        reponse["overall_proof"] = preuves.prouver_disjonction(
            groupe, table_y, permises, somme - question.minimum, f"prove|{s}|{alpha},{beta}|"
        )
        return reponse
    drapeau, est_blanc = alea[0], clairs[0]
    reponse["overall_proof"] = preuves.prouver_disjonction(
        groupe,
        table_y,
        [Enonce(drapeau, est_blanc - 1), *permises],
        0 if est_blanc else 1 + somme - question.minimum,
        f"bproof1|{s}|",
    )
    reponse["blank_proof"] = preuves.prouver_disjonction(
        groupe,
        table_y,
        [Enonce(drapeau, est_blanc), Enonce(r, somme)],
        1 if est_blanc else 0,
        f"bproof0|{s}|",
    )
    return reponse

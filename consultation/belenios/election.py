"""The election: its exact bytes, its fingerprint, its questions."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gmpy2 import mpz

from .encodage import EncodageInvalide, empreinte_b64, json_compact, lire_entier, lire_json
from .groupes import Groupe, GroupeInconnu, groupe
from .identifiants import ALPHABET

UUID = re.compile(r"[1-9A-HJ-NP-Za-km-z]{14,}\Z", re.ASCII)


class ElectionInvalide(ValueError):
    """An election that this package refuses; `code`: "election", "groupe_inconnu" or "question_non_geree"."""

    def __init__(self, message: str, code: str = "election") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Question:
    """A homomorphic question: tick `minimum` to `maximum` answers, or the blank flag where there is one."""

    intitule: str
    reponses: tuple[str, ...]
    minimum: int
    maximum: int
    blanc: bool = False

    @property
    def cellules(self) -> int:
        """Plaintext cells: one per answer, and the blank flag in front."""
        return len(self.reponses) + self.blanc

    @property
    def preuves_globales(self) -> int:
        """Disjuncts of the overall proof: each permitted sum, and the blank vote in front."""
        return self.maximum - self.minimum + 1 + self.blanc


@dataclass(frozen=True, slots=True)
class Election:
    """An election read from its exact bytes; `empreinte` is the fingerprint that every proof is bound to."""

    octets: bytes = field(repr=False)
    empreinte: str
    uuid: str
    nom: str
    description: str
    groupe: Groupe
    cle: mpz = field(repr=False)
    questions: tuple[Question, ...]
    administrateur: str | None = None
    autorite: str | None = None

    @classmethod
    def lire(cls, octets: bytes) -> Election:
        """Parse and check; unknown fields are accepted (they are hashed with the rest). Raises
        ElectionInvalide."""
        try:
            objet = lire_json(octets)
            return cls._depuis(octets, objet)
        except GroupeInconnu as defaut:
            raise ElectionInvalide(str(defaut), "groupe_inconnu") from defaut
        except EncodageInvalide as defaut:
            raise ElectionInvalide(f"Les paramètres de l'élection sont illisibles : {defaut}") from defaut

    @classmethod
    def _depuis(cls, octets: bytes, objet: Any) -> Election:
        if type(objet) is not dict or objet.get("version") != 1 or type(objet["version"]) is not int:
            raise ElectionInvalide("L'élection suit une autre version du protocole (version 1 attendue).")
        uuid, cle = _texte(objet, "uuid"), objet.get("public_key")
        if UUID.match(uuid) is None:
            raise ElectionInvalide("L'uuid de l'élection n'a pas la forme permise.")
        le_groupe = groupe(_texte(objet, "group"))
        questions = objet.get("questions")
        if type(questions) is not list or not questions:
            raise ElectionInvalide("L'élection n'a pas de question.")
        valeur = le_groupe.lire_element(cle)
        # Under the key 1 every ballot is readable by everybody.
        if valeur == 1 or not le_groupe.est_membre(valeur):
            raise ElectionInvalide("La clé publique de l'élection n'est pas dans le groupe.")
        return cls(
            octets=octets,
            empreinte=empreinte_b64(octets),
            uuid=uuid,
            nom=_texte(objet, "name"),
            description=_texte(objet, "description"),
            groupe=le_groupe,
            cle=valeur,
            questions=tuple(_question(q, rang) for rang, q in enumerate(questions, 1)),
            administrateur=_texte(objet, "administrator") if "administrator" in objet else None,
            autorite=_texte(objet, "credential_authority") if "credential_authority" in objet else None,
        )


def _texte(objet: dict[str, Any], champ: str) -> str:
    valeur = objet.get(champ)
    # A half surrogate can be escaped in JSON, and belongs to no text.
    if type(valeur) is not str or any("\ud800" <= c <= "\udfff" for c in valeur):
        raise ElectionInvalide(f"Le champ « {champ} » de l'élection manque ou n'est pas un texte.")
    return valeur


def _question(objet: Any, rang: int) -> Question:
    if type(objet) is dict and "type" in objet:
        genre = objet["type"][:30] if type(objet["type"]) is str else "inconnu"
        raise ElectionInvalide(
            f"La question {rang} n'est pas homomorphe (type {genre}) : elle n'est pas gérée ici.",
            "question_non_geree",
        )
    if type(objet) is not dict:
        raise ElectionInvalide(f"La question {rang} n'est pas un objet.")
    reponses, blanc = objet.get("answers"), objet.get("blank", False)
    if (
        type(reponses) is not list
        or not reponses
        or any(type(r) is not str for r in reponses)
        or type(blanc) is not bool
    ):
        raise ElectionInvalide(f"Les réponses de la question {rang} sont mal formées.")
    minimum, maximum = (lire_entier(objet.get(borne)) for borne in ("min", "max"))
    if not minimum <= maximum <= len(reponses):
        raise ElectionInvalide(
            f"La question {rang} demande {minimum} à {maximum} réponses parmi {len(reponses)}."
        )
    return Question(_texte(objet, "question"), tuple(reponses), minimum, maximum, blanc)


def nouvel_uuid() -> str:
    """A fresh election identifier: 14 Base58 signs, 82 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(14))


def construire_election(
    *,
    uuid: str,
    nom: str,
    description: str,
    questions: Sequence[Question],
    cle_publique: int | mpz,
    groupe: str = "BELENIOS-2048",
    administrateur: str | None = None,
    autorite: str | None = None,
) -> bytes:
    """The canonical bytes of an election, read back before they are returned.  Raises ElectionInvalide."""
    objet: dict[str, Any] = {
        "version": 1,
        "description": description,
        "name": nom,
        "group": groupe,
        "public_key": str(cle_publique),
        "questions": [_vers_json(q) for q in questions],
        "uuid": uuid,
    }
    if administrateur is not None:
        objet["administrator"] = administrateur
    if autorite is not None:
        objet["credential_authority"] = autorite
    return Election.lire(json_compact(objet)).octets


def _vers_json(question: Question) -> dict[str, Any]:
    objet: dict[str, Any] = {"answers": list(question.reponses)}
    if question.blanc:
        objet["blank"] = True
    return objet | {"min": question.minimum, "max": question.maximum, "question": question.intitule}

"""Encodings of the protocol: compact JSON, unpadded Base64, SHA-256, canonical decimals, and their
strict readers."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any, NoReturn

from gmpy2 import mpz

# Beyond it weights and results are JSON strings: OCaml integers on 32 bits hold no more.
ENTIER_JSON_MAX = (1 << 30) - 1
DECIMAL = re.compile(r"(?:0|[1-9][0-9]*)\Z", re.ASCII)


class EncodageInvalide(ValueError):
    """Bytes or values that no writer of the protocol produces; the message says where, in French."""


def json_compact(valeur: Any) -> bytes:
    """JSON without spaces, UTF-8 as it is, fields in the order of the dictionary."""
    return json.dumps(valeur, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def b64(octets: bytes) -> str:
    """Standard Base64 without its padding (43 characters for 32 bytes)."""
    return base64.b64encode(octets).decode().rstrip("=")


def hexa(octets: bytes) -> str:
    """SHA-256 in lower-case hexadecimal: how records refer to each other."""
    return hashlib.sha256(octets).hexdigest()


def empreinte_b64(octets: bytes) -> str:
    """SHA-256 in Base64: fingerprint of an election, tracker of a ballot."""
    return b64(hashlib.sha256(octets).digest())


def _refuser(texte: str) -> NoReturn:
    raise EncodageInvalide(f"« {texte[:30]} » n'est pas un nombre de ce protocole.")


def _sans_doublon(paires: list[tuple[str, Any]]) -> dict[str, Any]:
    objet = dict(paires)
    if len(objet) != len(paires):
        raise EncodageInvalide("un champ y figure deux fois.")
    return objet


def _entier(texte: str) -> int:
    # Longer ones are written as strings; "-0" is nobody's canonical form.
    return _refuser(texte) if len(texte) > 10 or texte.startswith("-") else int(texte)


def lire_json(octets: bytes) -> Any:
    """Parse JSON strictly: UTF-8, no byte order mark, no field twice, no float, NaN, negative or huge
    integer.

    Raises EncodageInvalide, also for nesting that the parser cannot follow. The caller bounds the size.
    """
    try:
        return json.loads(
            octets.decode("utf-8"),
            parse_float=_refuser,
            parse_int=_entier,
            parse_constant=_refuser,
            object_pairs_hook=_sans_doublon,
        )
    except EncodageInvalide:
        raise
    except RecursionError as defaut:
        raise EncodageInvalide("l'emboîtement est trop profond.") from defaut
    except ValueError as defaut:
        raise EncodageInvalide("ce n'est pas du JSON.") from defaut


def lire_json_canonique(octets: bytes) -> Any:
    """As `lire_json`, and the bytes must be those that `json_compact` gives back."""
    valeur = lire_json(octets)
    try:
        refait = json_compact(valeur)
    except (UnicodeEncodeError, RecursionError):
        refait = None
    if refait != octets:
        raise EncodageInvalide("ce n'est pas la forme canonique.")
    return valeur


def exiger_champs(
    objet: Any, *champs: str, facultatifs: tuple[str, ...] = (), ordonnes: bool = True
) -> dict[str, Any]:
    """`objet` when it is a JSON object with exactly these fields, in this order unless `ordonnes` is false.

    Those that are also in `facultatifs` may be absent.  Raises EncodageInvalide.
    """
    if type(objet) is not dict:
        raise EncodageInvalide("un objet manque.")
    attendus = [c for c in champs if c in objet or c not in facultatifs]
    if list(objet) != attendus and (ordonnes or sorted(objet) != sorted(attendus)):
        raise EncodageInvalide(f"exactement ces champs sont attendus : {', '.join(attendus)}.")
    return objet


def exiger_liste(valeur: Any, longueur: int, quoi: str) -> list[Any]:
    """`valeur` when it is a list of this length; EncodageInvalide otherwise."""
    if type(valeur) is not list or len(valeur) != longueur:
        raise EncodageInvalide(f"{quoi} : une liste de {longueur} est attendue.")
    return valeur


def lire_decimal(texte: Any, borne: mpz, longueur: int) -> mpz:
    """The integer of a canonical decimal string, at most `longueur` digits, below `borne`;
    EncodageInvalide otherwise."""
    if type(texte) is not str or len(texte) > longueur or DECIMAL.match(texte) is None:
        raise EncodageInvalide("un nombre n'est pas un décimal canonique.")
    valeur = mpz(texte)
    if valeur >= borne:
        raise EncodageInvalide("un nombre dépasse sa borne.")
    return valeur


def lire_entier(valeur: Any, maximum: int = ENTIER_JSON_MAX) -> int:
    """A small JSON integer, 0 to `maximum` (a boolean is not one); EncodageInvalide otherwise."""
    if type(valeur) is not int or not 0 <= valeur <= maximum:
        raise EncodageInvalide("un entier manque ou dépasse sa borne.")
    return valeur


def ecrire_poids(poids: int) -> int | str:
    """The JSON value of a weight or a result."""
    return poids if poids <= ENTIER_JSON_MAX else str(poids)


def lire_poids(valeur: Any) -> int:
    """The inverse of `ecrire_poids`, strict: an integer up to 2^30 - 1, a decimal string (100 digits at
    most) beyond."""
    if type(valeur) is not str:
        return lire_entier(valeur)
    if len(valeur) > 100 or DECIMAL.match(valeur) is None or int(valeur) <= ENTIER_JSON_MAX:
        raise EncodageInvalide("un poids ou un résultat est mal écrit.")
    return int(valeur)

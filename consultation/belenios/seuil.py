"""Pedersen's threshold parameters: t of n trustees decrypt, as published in the `trustees` record.

Two layouts are verified: that of 2.0, and that of 2.5.1 and later, which binds each certificate to its
place (`context`) and has each trustee sign the certificates that it saw (`signatures`); 3.0 adds to each
verification key the `signature` of its owner. What a layout adds is checked whenever it is there, and must
be there for all or for none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gmpy2 import mpz, powmod

from . import preuves
from .encodage import (
    EncodageInvalide,
    exiger_champs,
    exiger_liste,
    json_compact,
    lire_entier,
    lire_json_canonique,
)
from .groupes import Groupe

GARDIENS_MAX = 1000


class SeuilInvalide(ValueError):
    """Threshold parameters that do not hold together; the message says where, in French."""


def _message_signe(objet: Any, groupe: Groupe) -> tuple[str, preuves.Preuve]:
    champs = exiger_champs(objet, "message", "signature", ordonnes=False)
    if type(champs["message"]) is not str:
        raise EncodageInvalide("un message signé n'est pas un texte.")
    return champs["message"], preuves.lire(champs["signature"], groupe)


def _lire_message(message: str) -> Any:
    try:
        return lire_json_canonique(message.encode())
    except UnicodeEncodeError as defaut:
        raise EncodageInvalide("un message signé n'est pas un texte.") from defaut


def _membre(texte: Any, groupe: Groupe) -> mpz:
    x = groupe.lire_element(texte)
    if not groupe.est_membre(x):
        raise SeuilInvalide("un nombre n'est pas dans le groupe.")
    return x


def _signe(groupe: Groupe, cle: mpz, message: str, preuve: preuves.Preuve) -> bool:
    return preuves.exposant_prouve(groupe, cle, preuve, f"sigmsg|{message}|")


def verifier_parametres(
    objet: Any, groupe: Groupe, verifier_cle: Callable[[Any, Groupe], mpz]
) -> tuple[list[mpz], int, mpz]:
    """(verification keys, threshold, public key of the item), everything checked.

    Checked: certificates signed by their own keys, coefficients signed by the matching certificate,
    verification keys with their proofs and equal to what the coefficients give, threshold equal to the
    number of coefficients. Raises SeuilInvalide, EncodageInvalide, or what `verifier_cle` raises.
    """
    champs = exiger_champs(
        objet,
        "threshold",
        "certs",
        "coefexps",
        "signatures",
        "verification_keys",
        facultatifs=("signatures",),
        ordonnes=False,
    )
    t = lire_entier(champs["threshold"])
    certs = champs["certs"]
    if type(certs) is not list or not 1 <= t <= len(certs) <= GARDIENS_MAX:
        raise SeuilInvalide("le seuil et le nombre de gardien·nes ne vont pas ensemble.")
    n = len(certs)
    cles_pki = _verifier_certificats(certs, t, groupe, avec_contexte="signatures" in champs)
    coefficients = [
        _verifier_coefficients(signe, rang, t, cle, groupe)
        for rang, (signe, cle) in enumerate(
            zip(exiger_liste(champs["coefexps"], n, "coefexps"), cles_pki, strict=True), 1
        )
    ]
    if "signatures" in champs:
        _verifier_signatures(champs["signatures"], certs, coefficients, cles_pki, groupe)
    cles = _verifier_cles(champs["verification_keys"], coefficients, cles_pki, groupe, verifier_cle)
    sous_cle = mpz(1)
    for ligne in coefficients:
        sous_cle = sous_cle * ligne[0] % groupe.p
    return cles, t, sous_cle


def _verifier_certificats(certs: list[Any], t: int, groupe: Groupe, *, avec_contexte: bool) -> list[mpz]:
    cles = []
    for rang, cert in enumerate(certs, 1):
        message, preuve = _message_signe(cert, groupe)
        if avec_contexte:
            champs = exiger_champs(_lire_message(message), "context", "verification", "encryption")
            attendu = {"group": groupe.nom, "size": len(certs), "threshold": t, "index": rang}
            if exiger_champs(champs["context"], *attendu) != attendu:
                raise SeuilInvalide(f"le certificat {rang} a été fait pour une autre place.")
        else:
            champs = exiger_champs(_lire_message(message), "verification", "encryption")
        cle = _membre(champs["verification"], groupe)
        _membre(champs["encryption"], groupe)
        if not _signe(groupe, cle, message, preuve):
            raise SeuilInvalide(f"la signature du certificat {rang} est fausse.")
        cles.append(cle)
    return cles


def _verifier_coefficients(signe: Any, rang: int, t: int, cle: mpz, groupe: Groupe) -> list[mpz]:
    message, preuve = _message_signe(signe, groupe)
    liste = exiger_champs(_lire_message(message), "coefexps")["coefexps"]
    coefficients = [_membre(c, groupe) for c in exiger_liste(liste, t, "coefexps")]
    if not _signe(groupe, cle, message, preuve):
        raise SeuilInvalide(f"la signature des coefficients {rang} est fausse.")
    return coefficients


def _verifier_signatures(
    signatures: Any, certs: list[Any], coefficients: list[list[mpz]], cles_pki: list[mpz], groupe: Groupe
) -> None:
    ordonnes = [
        {
            "message": c["message"],
            "signature": {"challenge": c["signature"]["challenge"], "response": c["signature"]["response"]},
        }
        for c in certs
    ]
    liste = exiger_liste(signatures, len(certs), "signatures")
    for rang, (signature, ligne, cle) in enumerate(zip(liste, coefficients, cles_pki, strict=True), 1):
        vu = json_compact({"certs": ordonnes, "coefexps": [str(c) for c in ligne]}).decode()
        if not _signe(groupe, cle, f"certs_sig|{vu}", preuves.lire(signature, groupe)):
            raise SeuilInvalide(f"la signature {rang} des certificats est fausse.")


def _verifier_cles(
    liste: Any,
    coefficients: list[list[mpz]],
    cles_pki: list[mpz],
    groupe: Groupe,
    verifier_cle: Callable[[Any, Groupe], mpz],
) -> list[mpz]:
    p, q = groupe.p, groupe.q
    # The sum of the polynomials is one polynomial: its coefficients serve for every key.
    somme = [mpz(1)] * len(coefficients[0])
    for ligne in coefficients:
        somme = [a * b % p for a, b in zip(somme, ligne, strict=True)]
    cles = []
    objets = exiger_liste(liste, len(coefficients), "verification_keys")
    signees = {type(o) is dict and "signature" in o for o in objets}
    if len(signees) > 1:
        raise SeuilInvalide("certaines clés de vérification sont signées et d'autres non.")
    for rang, (objet, cle_pki) in enumerate(zip(objets, cles_pki, strict=True), 1):
        cle = verifier_cle(objet, groupe)
        attendue, puissance = mpz(1), mpz(1)
        for coefficient in somme:
            attendue = attendue * powmod(coefficient, puissance, p) % p
            puissance = puissance * rang % q
        if cle != attendue:
            raise SeuilInvalide(
                f"la clé de vérification {rang} n'est pas celle que donnent les coefficients."
            )
        if "signature" in objet and not _signe(
            groupe, cle_pki, str(cle), preuves.lire(objet["signature"], groupe)
        ):
            raise SeuilInvalide(f"la signature de la clé de vérification {rang} est fausse.")
        cles.append(cle)
    return cles

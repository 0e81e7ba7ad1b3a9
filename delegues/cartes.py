"""The delegate's card: a short signed code, its QR code, and what a door says of it in words.

A code is 16 letters and figures: the mandate's number (25 bits) and a signature (55 bits) that the
secret key alone makes.  It says nothing of the person and is written nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import date
from typing import NamedTuple

import segno
from django.conf import settings
from django.urls import reverse

from consultation.regles import jour
from delegues.models import Assemblee, Campagne, Delegation

# Crockford's base 32: no I, L, O nor U, which are taken for others when read aloud or copied.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LUES = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})
LONGUEUR = 16
_BITS_DE_SIGNATURE = 55


def code_de(delegation: Delegation) -> str:
    """The code of this mandate, as four groups of four: "0R7K-…"."""
    return en_groupes(_ecrire(delegation.pk << _BITS_DE_SIGNATURE | _signature(delegation.pk)))


def en_groupes(code: str) -> str:
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def normaliser(saisie: str) -> str:
    """What was typed or scanned, without spaces nor dashes, in the letters of codes; "" if it cannot be one.

    The address that the QR code holds is understood too.
    """
    saisie = saisie.strip().upper().rpartition("CODE=")[2]
    code = "".join(c for c in saisie if c.isalnum()).translate(_LUES)
    return code if len(code) == LONGUEUR and set(code) <= set(ALPHABET) else ""


def numero_de(code: str) -> int | None:
    """The id of the mandate that a normalised code names; None when its signature is not ours."""
    if not code:
        return None
    valeur = 0
    for lettre in code:
        valeur = valeur << 5 | ALPHABET.index(lettre)
    numero, signature = valeur >> _BITS_DE_SIGNATURE, valeur & (1 << _BITS_DE_SIGNATURE) - 1
    attendue = _signature(numero)
    return numero if hmac.compare_digest(signature.to_bytes(7), attendue.to_bytes(7)) else None


def delegation_de(saisie: str) -> Delegation | None:
    """The mandate of a code as typed or scanned; None for a code that is not ours."""
    numero = numero_de(normaliser(saisie))
    if numero is None:
        return None
    delegations = Delegation.objects.avec_leur_monde()
    return delegations.select_related("remplacee_par__adherent").filter(pk=numero).first()


def _ecrire(valeur: int) -> str:
    return "".join(ALPHABET[valeur >> 5 * (LONGUEUR - 1 - i) & 31] for i in range(LONGUEUR))


def _signature(numero: int) -> int:
    cle = settings.SECRET_KEY.encode()
    condense = hmac.new(cle, b"carte de delegue" + numero.to_bytes(8), hashlib.sha256).digest()
    return int.from_bytes(condense[:7]) & (1 << _BITS_DE_SIGNATURE) - 1


def adresse_de(delegation: Delegation) -> str:
    """What the QR code holds: the page that checks the code, for whoever keeps a door."""
    return f"{settings.ADRESSE_PUBLIQUE}{reverse('delegues:verifier_carte')}?code={code_de(delegation)}"


def qr(adresse: str) -> str:
    """The drawing, as an SVG element without style nor size: the sheet says how large it is."""
    return segno.make(adresse, error="m", micro=False).svg_inline(
        border=4, omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff"
    )


class Verdict(NamedTuple):
    """`signe` is valide, refuse or attention; `titre` a word or two, `phrase` the reason and what to do."""

    signe: str
    titre: str
    phrase: str
    entre: bool = False


INCONNUE = Verdict(
    "refuse",
    "Carte inconnue",
    "Ce code n'est pas celui d'une carte. Vérifiez les seize caractères, ou demandez une pièce d'identité "
    "et cherchez la personne dans l'annuaire.",
)


def verdict(delegation: Delegation | None, *, au: date, assemblee: Assemblee | None = None) -> Verdict:
    """What the door is told of a card on that day, for that assembly if one is given."""
    if delegation is None:
        return INCONNUE
    if delegation.campagne.etat == Campagne.Etat.ANNULEE:
        return Verdict("refuse", "Mandat terminé", "La campagne est annulée.")
    if au < delegation.debut and delegation.fin is None:
        return Verdict("refuse", "Pas encore", f"Ce mandat commence le {jour(delegation.debut)}.")
    if not delegation.siege(au=au):
        return _terminee(delegation)
    return _en_cours(delegation, assemblee)


def _en_cours(delegation: Delegation, assemblee: Assemblee | None) -> Verdict:
    if assemblee is not None and delegation.campagne_id != assemblee.campagne_id:
        return Verdict(
            "refuse",
            "Autre campagne",
            f"Cette carte est celle d'un mandat de la campagne « {delegation.campagne} ».",
        )
    if assemblee is not None and not assemblee.invite().filter(pk=delegation.pk).exists():
        return Verdict(
            "attention",
            "Valide, d'un autre périmètre",
            f"Cette personne siège pour {delegation.designation.section}, qui n'est pas de cette assemblée.",
        )
    if delegation.qualite == Delegation.Qualite.SUPPLEANT:
        return Verdict(
            "attention",
            "Suppléant·e",
            "Mandat en cours, mais la personne titulaire siège encore. Suivez le règlement de l'assemblée.",
            entre=True,
        )
    return Verdict("valide", "Valide", f"Siège pour {delegation.designation.section}.", entre=True)


def _terminee(delegation: Delegation) -> Verdict:
    if delegation.cause == Delegation.Cause.REMPLACEMENT:
        return Verdict(
            "attention",
            "Carte de suppléance",
            "Cette personne est devenue titulaire : demandez sa nouvelle carte, elle l'a sur sa page.",
        )
    suivante = delegation.suite
    fin = delegation.fin or delegation.campagne.mandat_fin
    if suivante is not None:
        return Verdict(
            "refuse",
            "Remplacé·e",
            f"Ce mandat a pris fin le {jour(fin)}. {suivante.adherent.prenom} {suivante.adherent.nom} "
            "siège à sa place.",
        )
    cause = (delegation.get_cause_display() or "Terme du mandat").lower()
    return Verdict("refuse", "Mandat terminé", f"Ce mandat a pris fin le {jour(fin)} ({cause}).")

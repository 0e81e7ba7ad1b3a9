"""Casting: émargement, ballot and chain event in one transaction, or nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from consultation.actes.emargement import emarger
from consultation.belenios.bulletins import Bulletin, BulletinInvalide, verifier
from consultation.chaine import ajouter_evenement, election_de
from consultation.models import Inscription, Scrutin, Urne
from consultation.regles import exiger_ouverture
from refondation.lectures import curseur_prepare
from refondation.membres.regles import ActeImpossible

# Some hundred answers: far above any vote, far below what would weigh on the server.
TAILLE_MAXIMALE = 512 * 1024

# Refusals of the protocol that have a status and a sentence of their own; the others are "forme".
ABIME = "Le bulletin reçu est abîmé ou mal formé."
REFUS_DU_PROTOCOLE = {
    "taille": (413, "Le bulletin reçu est trop grand."),
    "election": (409, "Ce bulletin est celui d'une autre urne."),
}
ET_APRES = "Rien n'est déposé. Rechargez la page et recommencez."


@dataclass(frozen=True)
class Recu:
    """What the voter keeps: the tracker, and where the ballot stands in its box's public chain."""

    suivi: str
    hauteur: int
    tete: str
    deja: bool


def deposer_bulletin(
    *, scrutin: Scrutin, inscription: Inscription | None, octets: bytes, instant: datetime | None = None
) -> Recu:
    """Verify a ballot whole, then write émargement, ballot and chain event in one transaction.

    No journal line, no task, no mail: nothing else may tell when who voted.  The same bytes sent
    again (lost answer, double click) get the same receipt and write nothing.  Raises
    `ActeImpossible` with codes: pas_ouvert, clos, annule, hors_liste, taille, election, forme,
    code_inconnu, code_utilise, autre_code, deja_vote, rejeu.
    """
    instant = instant or timezone.now()
    exiger_ouverture(scrutin, instant)
    if inscription is None or inscription.motifs or inscription.scrutin_id != scrutin.pk:
        raise ActeImpossible(
            "Vous n'êtes pas sur la liste de ce scrutin. La page « Suis-je sur la liste ? » dit pourquoi.",
            code="hors_liste",
            statut=403,
        )
    urne = inscription.urne()
    bulletin = _verifier(urne, octets)
    with transaction.atomic():
        # Closing takes this lock too: past it, the state cannot change until we commit.
        lu = _verrouiller(urne, inscription, bulletin)
        exiger_ouverture(lu.etat_present(scrutin), instant)
        if lu.credentiel is None:
            raise ActeImpossible(
                "Ce code de vote n'est pas valable ici. Reprenez celui du courriel de ce scrutin, adressé à "
                "votre nom. Rien n'est déposé.",
                code="code_inconnu",
                statut=403,
            )
        if lu.a_emarge and lu.charges[:1] == [bulletin.empreinte]:
            return Recu(bulletin.suivi, lu.derniere_hauteur, lu.derniere_empreinte, deja=True)
        _exiger_un_seul_bulletin(scrutin, lu, bulletin)
        urne.hauteur, urne.tete = lu.hauteur, lu.tete
        evenement = ajouter_evenement(urne, "Ballot", [octets.decode()], credentiel=lu.credentiel)
        if not lu.a_emarge:
            emarger(urne, inscription)
    return Recu(bulletin.suivi, evenement.hauteur, evenement.empreinte, deja=False)


class _Lu(NamedTuple):
    """What is true of a box, of a voter and of a code once the box is locked."""

    hauteur: int
    tete: str
    etat: str
    ouvre_le: datetime
    ferme_le: datetime
    clos_le: datetime | None
    a_emarge: bool
    credentiel: int | None
    charges: list[str]  # of the ballots that this code has signed, the last one first
    derniere_hauteur: int | None
    derniere_empreinte: str | None

    def etat_present(self, scrutin: Scrutin) -> Scrutin:
        scrutin.etat, scrutin.ouvre_le = self.etat, self.ouvre_le
        scrutin.ferme_le, scrutin.clos_le = self.ferme_le, self.clos_le
        return scrutin


def _verrouiller(urne: Urne, inscription: Inscription, bulletin: Bulletin) -> _Lu:
    """Lock the box, then read: one call, whose statements each see what was committed before them."""
    empreinte = hashlib.sha256(str(bulletin.identifiant).encode()).digest()
    with curseur_prepare() as curseur:
        curseur.execute(
            "SELECT * FROM consultation_verrouiller(%s, %s, %s)", [urne.pk, inscription.pk, empreinte]
        )
        lu = _Lu(*curseur.fetchone())
    return lu._replace(charges=lu.charges or [])


def trop_grand() -> ActeImpossible:
    return _refus_du_protocole("taille")


def _refus_du_protocole(code: str) -> ActeImpossible:
    statut, phrase = REFUS_DU_PROTOCOLE.get(code, (400, ABIME))
    nom = code if code in REFUS_DU_PROTOCOLE else "forme"
    return ActeImpossible(f"{phrase} {ET_APRES}", code=nom, statut=statut)


def _verifier(urne: Urne, octets: bytes) -> Bulletin:
    """The whole of the protocol's checks, before any lock."""
    if len(octets) > TAILLE_MAXIMALE:
        raise trop_grand()
    try:
        return verifier(election_de(urne), octets)
    except BulletinInvalide as defaut:
        raise _refus_du_protocole(defaut.code) from defaut


def _exiger_un_seul_bulletin(scrutin: Scrutin, lu: _Lu, bulletin: Bulletin) -> None:
    """Whose credential it is, nobody here knows; a voter has signed if and only if one credential is used."""
    if bulletin.empreinte in lu.charges:
        raise ActeImpossible(
            "Ce bulletin est déjà dans l'urne. Un bulletin ancien ne se dépose pas une seconde fois.",
            code="rejeu",
        )
    if lu.a_emarge and not scrutin.revote:
        raise ActeImpossible(
            "Vous avez déjà voté, et ce scrutin ne permet pas de changer de bulletin. Le premier est dans "
            "l'urne, celui-ci n'y est pas.",
            code="deja_vote",
        )
    if lu.a_emarge and not lu.charges:
        raise ActeImpossible(
            "Vous avez déjà voté avec un autre code. Reprenez ce code pour changer votre bulletin : votre "
            "premier bulletin reste dans l'urne.",
            code="autre_code",
        )
    if not lu.a_emarge and lu.charges:
        raise ActeImpossible(
            "Ce code a déjà servi à une autre personne. Vous partagez une adresse électronique ? Prenez le "
            "code du courriel à votre nom. Sinon, écrivez à la commission de récolement "
            f"({settings.COURRIEL_RECOLEMENT}). Rien n'est déposé.",
            code="code_utilise",
        )

"""First reading of an archive: container, chain, order of events, setup; the ballots are noted, not yet
verified."""

from __future__ import annotations

from array import array
from base64 import b64encode
from dataclasses import dataclass
from typing import BinaryIO

from .archive import TAILLE_MAX, ConteneurInvalide, Enregistrement, Lecteur, evenement_json
from .bulletins import BulletinInvalide, lire, taille_maximale
from .election import Election, ElectionInvalide
from .encodage import EncodageInvalide, exiger_champs, json_compact, lire_entier, lire_json
from .erreurs import ArchiveInvalide
from .gardiens import Gardiens, GardiensInvalides, lire_gardiens
from .registre import Registre, lire_registre

_HEXA = frozenset("0123456789abcdef")
# An election or a list of trustees.
DONNEE_MAX = 1 << 24


@dataclass(frozen=True, slots=True)
class _Regle:
    """Where an event may stand: states it may follow, state it leads to, data records before it, payload
    or not."""

    depuis: tuple[str, ...]
    vers: str
    donnees: int
    charge: bool = True


EVENEMENTS = {
    "Setup": _Regle(("vide",), "ouverte", 4),
    "Ballot": _Regle(("ouverte",), "ouverte", 1),
    "EndBallots": _Regle(("ouverte",), "close", 0, charge=False),
    "EncryptedTally": _Regle(("close",), "totalisee", 2),
    "PartialDecryption": _Regle(("totalisee",), "totalisee", 2),
    "Result": _Regle(("totalisee",), "depouillee", 1),
}


class Bulletins:
    """The ballots of an archive in its order, in 60 bytes each: place in the file, SHA-256, credential."""

    def __init__(self) -> None:
        self.positions = array("Q")
        self.tailles = array("L")
        self.identifiants = array("L")
        self.condenses = bytearray()
        self.vus: set[bytes] = set()

    def __len__(self) -> int:
        return len(self.positions)

    def ajouter(self, position: int, taille: int, condense: bytes, identifiant: int) -> None:
        self.positions.append(position)
        self.tailles.append(taille)
        self.identifiants.append(identifiant)
        self.condenses += condense
        self.vus.add(condense)

    def condense(self, rang: int) -> bytes:
        return bytes(self.condenses[32 * rang : 32 * rang + 32])

    def suivi(self, rang: int) -> str:
        return b64encode(self.condense(rang)).decode().rstrip("=")

    def derniers(self) -> bytearray:
        """For each ballot, 1 when it is the last of its credential: those that count."""
        comptes, vus = bytearray(len(self)), set()
        for rang in range(len(self) - 1, -1, -1):
            if self.identifiants[rang] not in vus:
                vus.add(self.identifiants[rang])
                comptes[rang] = 1
        return comptes


class Parcours:
    """What the first reading found.  `total`, `parts` and `resultat` are records still to be verified."""

    election: Election
    gardiens: Gardiens
    registre: Registre

    def __init__(self) -> None:
        self.etat = "vide"
        self.hauteur = -1
        self.tete = ""
        self.bulletins = Bulletins()
        self.total: tuple[bytes, bytes] | None = None
        self.parts: dict[int, tuple[int, bytes]] = {}
        self.resultat: bytes | None = None
        self._attente: list[Enregistrement] = []
        self._prefixe = b""

    def lire(self, fichier: BinaryIO) -> Parcours:
        """Read the whole file once.  Raises ArchiveInvalide."""
        lecteur = Lecteur(fichier)
        lecteur.plafond = self._plafond()
        try:
            for enregistrement in lecteur:
                if enregistrement.est_evenement:
                    self._recevoir(enregistrement)
                else:
                    self._attendre(enregistrement)
                lecteur.plafond = self._plafond()
        except ConteneurInvalide as defaut:
            raise ArchiveInvalide(defaut.code, str(defaut), hauteur=self.hauteur + 1) from defaut
        if self.etat == "vide" or self._attente:
            raise ArchiveInvalide(
                "tronquee",
                "L'archive finit par des données qu'aucun événement n'annonce.",
                hauteur=self.hauteur + 1,
            )
        return self

    def _plafond(self) -> int:
        """Bytes that the next record may have: what is parsed whole is bounded before it is read."""
        if self.etat != "vide":
            # Nothing that follows Setup is longer than the longest ballot.
            return taille_maximale(self.election) + 4096
        # The third one is the list of credentials.
        return TAILLE_MAX if len(self._attente) == 2 else DONNEE_MAX

    def _attendre(self, enregistrement: Enregistrement) -> None:
        self._attente.append(enregistrement)
        if len(self._attente) > 4:
            raise self._refus("donnees", "L'archive contient des données qu'aucun événement n'annonce.")

    def _refus(self, code: str, message: str, suivi: str | None = None) -> ArchiveInvalide:
        return ArchiveInvalide(code, message, hauteur=self.hauteur + 1, suivi=suivi)

    def _recevoir(self, enregistrement: Enregistrement) -> None:
        hauteur = self.hauteur + 1
        genre, charge = self._lire_evenement(enregistrement.contenu, hauteur)
        regle = EVENEMENTS.get(genre)
        if regle is None and genre in {"Shuffle", "EndShuffles"}:
            raise self._refus(
                "melange_non_gere",
                f"L'événement {hauteur} est un mélange : ce vérificateur ne gère pas ces élections.",
            )
        if regle is None or self.etat not in regle.depuis:
            raise self._refus(
                "ordre", f"L'événement {hauteur} ({genre}) n'est pas permis à cet endroit de l'archive."
            )
        attendue = self._attente[-1].empreinte if regle.charge and self._attente else None
        if len(self._attente) != regle.donnees or charge != attendue:
            raise self._refus(
                "donnees", f"Les données de l'événement {hauteur} ({genre}) ne sont pas celles qu'il annonce."
            )
        donnees, self._attente = self._attente, []
        if genre == "Setup":
            self._ouvrir(*donnees)
        elif genre == "Ballot":
            self._noter_bulletin(*donnees)
        elif genre == "EncryptedTally":
            self.total = (donnees[0].contenu, donnees[1].contenu)
        elif genre == "PartialDecryption":
            self._noter_part(*donnees)
        elif genre == "Result":
            self.resultat = donnees[0].contenu
        self.etat, self.hauteur, self.tete = regle.vers, hauteur, enregistrement.empreinte

    def _lire_evenement(self, contenu: bytes, hauteur: int) -> tuple[str, str | None]:
        """(type, payload) of an event that continues the chain, its bytes being the only ones possible."""
        try:
            objet = exiger_champs(
                lire_json(contenu[:2000]),
                "parent",
                "height",
                "type",
                "payload",
                facultatifs=("parent", "payload"),
            )
        except EncodageInvalide as defaut:
            raise self._refus("chaine", f"L'événement {hauteur} est mal formé : {defaut}") from defaut
        genre, charge = objet["type"], objet.get("payload")
        if type(genre) is not str or not genre.isalpha() or not (charge is None or _est_hexa(charge)):
            raise self._refus("chaine", f"L'événement {hauteur} est mal formé.")
        if (
            objet.get("parent", "") != self.tete
            or type(objet["height"]) is not int
            or objet["height"] != hauteur
        ):
            raise self._refus(
                "chaine",
                f"La chaîne est rompue à l'événement {hauteur} : un événement manque ou a été remplacé.",
            )
        if contenu != evenement_json(self.tete, hauteur, genre, charge):
            raise self._refus("chaine", f"L'événement {hauteur} n'est pas sous sa forme canonique.")
        return genre, charge

    def _ouvrir(
        self,
        election: Enregistrement,
        gardiens: Enregistrement,
        identifiants: Enregistrement,
        mise_en_place: Enregistrement,
    ) -> None:
        attendu = {
            "election": election.empreinte,
            "trustees": gardiens.empreinte,
            "credentials": identifiants.empreinte,
        }
        if mise_en_place.contenu != json_compact(attendu):
            raise self._refus(
                "donnees", "L'ouverture de l'archive ne désigne pas les données qui la précèdent."
            )
        try:
            self.election = Election.lire(election.contenu)
            self.gardiens = lire_gardiens(gardiens.contenu, self.election.groupe)
        except ElectionInvalide as defaut:
            raise self._refus(defaut.code, str(defaut)) from defaut
        except GardiensInvalides as defaut:
            raise self._refus("gardiens", str(defaut)) from defaut
        if self.gardiens.cle_election != self.election.cle:
            raise self._refus(
                "cle_election", "La clé de l'élection n'est pas celle que donnent les clés des gardien·nes."
            )
        self.registre = lire_registre(identifiants.contenu, identifiants.position, self.election.groupe)
        entete = {
            "election_uuid": self.election.uuid,
            "election_hash": self.election.empreinte,
            "credential": "",
        }
        self._prefixe = json_compact(entete)[:-2]

    def _noter_bulletin(self, enregistrement: Enregistrement) -> None:
        condense = bytes.fromhex(enregistrement.empreinte)
        suivi = b64encode(condense).decode().rstrip("=")
        hauteur = self.hauteur + 1
        if condense in self.bulletins.vus:
            raise self._refus(
                "bulletin_rejoue",
                f"Le bulletin {suivi} figure une seconde fois (événement {hauteur}).",
                suivi,
            )
        contenu = enregistrement.contenu
        debut = len(self._prefixe)
        fin = contenu.find(b'"', debut)
        if not contenu.startswith(self._prefixe) or fin < 0:
            raise self._defaut_du_bulletin(contenu, suivi)
        numero = self.registre.numero(contenu[debut:fin])
        if numero is None:
            raise self._refus(
                "credentiel_inconnu",
                f"Le bulletin {suivi} vient d'un identifiant qui n'est pas sur la liste.",
                suivi,
            )
        self.bulletins.ajouter(enregistrement.position, len(contenu), condense, numero)

    def _defaut_du_bulletin(self, contenu: bytes, suivi: str) -> ArchiveInvalide:
        try:
            lire(self.election, contenu)
        except BulletinInvalide as defaut:
            return self._refus(f"bulletin_{defaut.code}", f"Bulletin {suivi} : {defaut}", suivi)
        return self._refus("bulletin_forme", f"Bulletin {suivi} : il est mal formé.", suivi)

    def _noter_part(self, part: Enregistrement, possedee: Enregistrement) -> None:
        hauteur = self.hauteur + 1
        try:
            objet = exiger_champs(lire_json(possedee.contenu), "owner", "payload")
            proprietaire = lire_entier(objet["owner"])
        except EncodageInvalide as defaut:
            raise self._refus(
                "part", f"L'attribution de la part de l'événement {hauteur} est mal formée : {defaut}"
            ) from defaut
        attendu = json_compact({"owner": proprietaire, "payload": part.empreinte})
        if possedee.contenu != attendu or not 1 <= proprietaire <= len(self.gardiens.proprietaires):
            raise self._refus(
                "part", f"La part de l'événement {hauteur} n'est à aucun·e gardien·ne de l'élection."
            )
        if proprietaire in self.parts:
            raise ArchiveInvalide(
                "part_double",
                f"La ou le gardien·ne {proprietaire} a deux parts de déchiffrement (événement {hauteur}).",
                hauteur=hauteur,
                proprietaire=proprietaire,
            )
        self.parts[proprietaire] = (hauteur, part.contenu)


def _est_hexa(valeur: object) -> bool:
    return type(valeur) is str and len(valeur) == 64 and _HEXA.issuperset(valeur)

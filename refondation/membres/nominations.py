"""A small table of roles to give: its columns, how it is read, and what is kept of it until somebody decides."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.core.cache import cache
from tablib import Dataset

from refondation.membres.models import Compte, Mandat
from refondation.tableaux import FichierIllisible, cle_d_entete, lire

# A few hundred roles are given at once: the whole table is tried before it is shown.
LIGNES_AU_PLUS = 300
OCTETS_AU_PLUS = 1_000_000
# Between the preview and the decision; nothing is written on disk.
DUREE = 3600

# field → its heading, and other headings that mean it.  The first are those of the administration's export.
COLONNES: dict[str, tuple[str, tuple[str, ...]]] = {
    "numero": ("Numéro d'adhérent·e", ("Numéro", "N° adhérent", "N° d'adhérent", "Matricule", "Personne")),
    "courriel": ("Adresse électronique", ("Courriel", "E-mail", "Email", "Mail", "Adresse")),
    "nom": ("Nom", ("Nom complet", "Prénom et nom", "Nom et prénom")),
    "role": ("Rôle", ("Mandat", "Fonction")),
    "federation": ("Fédération", ("Code de la fédération", "Département")),
    "section": ("Section", ("Code de la section",)),
    "debut": ("Depuis le", ("Début", "Premier jour", "Date de début", "À partir du")),
    "fin": ("Jusqu'au", ("Fin", "Prend fin le", "Date de fin")),
}
OBLIGATOIRES = ("role", "debut")
SYNONYMES = {
    cle_d_entete(entete): champ for champ, (titre, autres) in COLONNES.items() for entete in (titre, *autres)
}
_AUTRES_NOMS = {
    "secretaire federale": Mandat.Role.SECRETAIRE_FEDERAL,
    "gestionnaire federale": Mandat.Role.GESTIONNAIRE_FEDERAL,
    "administrateur national": Mandat.Role.ADMINISTRATEUR,
    "administratrice nationale": Mandat.Role.ADMINISTRATEUR,
    "administratrice": Mandat.Role.ADMINISTRATEUR,
    "observatrice": Mandat.Role.OBSERVATEUR,
}
ROLES = (
    {cle_d_entete(role.label): role for role in Mandat.Role}
    | {cle_d_entete(role.value): role for role in Mandat.Role}
    | _AUTRES_NOMS
)


@dataclass(frozen=True)
class Ligne:
    """What one line of the table does: `etat` is "nouveau", "inchange" or "erreur".

    `erreurs` are (heading of the column, what is wrong); `cle` names the same thing for machines.
    """

    numero: int
    etat: str
    personne: str
    role: str
    lieu: str
    dates: str
    erreurs: tuple[tuple[str, str], ...] = ()
    cle: str = ""


@dataclass(frozen=True)
class Examen:
    """The table line by line; `ignorees` are the headings that mean nothing here."""

    lignes: tuple[Ligne, ...]
    ignorees: tuple[str, ...] = ()

    def compter(self, etat: str) -> int:
        return sum(ligne.etat == etat for ligne in self.lignes)

    @property
    def nouveaux(self) -> int:
        return self.compter("nouveau")

    @property
    def inchanges(self) -> int:
        return self.compter("inchange")

    @property
    def fautives(self) -> int:
        return self.compter("erreur")

    @property
    def empreinte(self) -> str:
        """SHA-256 (hex) of all that was shown: whoever confirms confirms this."""
        vu = json.dumps([asdict(ligne) for ligne in self.lignes], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(vu.encode()).hexdigest()


# --- Reading ------------------------------------------------------------------------------------


def lire_le_tableau(octets: bytes) -> tuple[Dataset, tuple[str, ...]]:
    """The lines of a CSV or XLSX file, one column a field plus "ligne", and the headings ignored.

    Raises `FichierIllisible` when the file as a whole is at fault.
    """
    with tempfile.NamedTemporaryFile() as fichier:
        fichier.write(octets)
        fichier.flush()
        tableau = lire(Path(fichier.name), SYNONYMES)
        _exiger_les_colonnes(tableau.champs, tableau.doublons, tableau.ligne_d_entete)
        lignes = Dataset(headers=["ligne", *COLONNES])
        for numero, cellules in tableau.lignes:
            champs = dict(zip(tableau.champs, cellules, strict=False))
            valeurs: list[Any] = [champs.get(champ, "") for champ in COLONNES]
            if any(valeur != "" for valeur in valeurs):
                lignes.append([numero, *valeurs])
            if len(lignes) > LIGNES_AU_PLUS:
                raise FichierIllisible(
                    f"Le tableau a plus de {LIGNES_AU_PLUS} lignes. Partagez-le en plusieurs fichiers.",
                    ligne=numero,
                )
    if not len(lignes):
        raise FichierIllisible("Le tableau n'a que des en-têtes : aucun rôle n'y est.")
    return lignes, tuple(nom[:80] for nom in tableau.ignorees[:20])


def _exiger_les_colonnes(champs: list[str | None], doublons: list[str], entete: int) -> None:
    manquantes = [COLONNES[champ][0] for champ in OBLIGATOIRES if champ not in champs]
    if "numero" not in champs and "courriel" not in champs:
        manquantes.insert(0, COLONNES["numero"][0])
    if manquantes:
        raise FichierIllisible(f"Il manque au tableau : {', '.join(manquantes)}.", ligne=entete)
    if doublons:
        noms = ", ".join(COLONNES[champ][0] for champ in doublons)
        raise FichierIllisible(f"Deux colonnes disent la même chose : {noms}. Gardez-en une.", ligne=entete)


# --- Kept until somebody decides -----------------------------------------------------------------


@dataclass(frozen=True)
class Depot:
    """A file that awaits its confirmation, and what it was shown to do."""

    nom: str
    octets: bytes
    examen: Examen


def _place(compte: Compte) -> str:
    return f"nominations:{compte.pk}"


def garder(compte: Compte, depot: Depot) -> None:
    """In place of what this account had deposited before, for an hour."""
    cache.set(_place(compte), depot, DUREE)


def depot_de(compte: Compte) -> Depot | None:
    return cache.get(_place(compte))


def oublier(compte: Compte) -> None:
    cache.delete(_place(compte))

"""Read the two files of the territory: values, and every defect by line and column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from refondation.tableaux import FichierIllisible, cle_d_entete, lire
from refondation.territoire.models import Federation

DONNEES = Path(__file__).parent / "donnees"
FEDERATIONS, SECTIONS = DONNEES / "federations.csv", DONNEES / "sections.csv"
CODE_DE_FEDERATION = re.compile(r"[0-9A-Z]{1,5}")
CODE_DE_SECTION = re.compile(r"[0-9A-Z][0-9A-Z-]{0,11}")


class Defaut(NamedTuple):
    """What is wrong in a file of the territory, and where."""

    fichier: str
    ligne: int | None
    colonne: str
    message: str

    def __str__(self) -> str:
        lieu = f"{self.fichier}, ligne {self.ligne}" if self.ligne else self.fichier
        return f"{lieu}{f', colonne « {self.colonne} »' if self.colonne else ''} : {self.message}"


@dataclass(frozen=True)
class Colonne:
    nom: str
    taille: int = 0
    obligatoire: bool = True


COLONNES_DES_FEDERATIONS = (
    Colonne("code", 5),
    Colonne("nom", 80),
    Colonne("chef_lieu", 80, obligatoire=False),
    Colonne("region", 80, obligatoire=False),
    Colonne("nature", 10),
    Colonne("population", obligatoire=False),
)
COLONNES_DES_SECTIONS = (
    Colonne("federation", 5),
    Colonne("code", 12),
    Colonne("nom", 120),
    Colonne("population", obligatoire=False),
)


def lire_federations(chemin: Path) -> tuple[dict[str, dict[str, Any]], list[Defaut]]:
    """Values by code (the fields of `Federation`), and the defects."""
    lignes, defauts = _lire(chemin, COLONNES_DES_FEDERATIONS, CODE_DE_FEDERATION)
    for numero, valeurs in lignes.values():
        if valeurs["nature"] not in Federation.Nature.values:
            defauts.append(
                Defaut(
                    chemin.name, numero, "nature",
                    f"« {valeurs['nature']} » n'est pas une nature : metropole, outre-mer ou etranger.",
                )
            )  # fmt: skip
    return {code: valeurs for code, (_, valeurs) in lignes.items()}, defauts


def lire_sections(chemin: Path, federations: set[str]) -> tuple[dict[str, dict[str, Any]], list[Defaut]]:
    """Values by code (`federation` is a code among `federations`), and the defects."""
    lignes, defauts = _lire(chemin, COLONNES_DES_SECTIONS, CODE_DE_SECTION)
    for numero, valeurs in lignes.values():
        if valeurs["federation"] not in federations:
            defauts.append(
                Defaut(
                    chemin.name, numero, "federation",
                    f"aucune fédération n'a le code « {valeurs['federation']} » : ajoutez-la au fichier des "
                    "fédérations, ou corrigez.",
                )
            )  # fmt: skip
    return {code: valeurs for code, (_, valeurs) in lignes.items()}, defauts


def _lire(
    chemin: Path, colonnes: tuple[Colonne, ...], forme_du_code: re.Pattern[str]
) -> tuple[dict[str, tuple[int, dict[str, Any]]], list[Defaut]]:
    lues: dict[str, tuple[int, dict[str, Any]]] = {}
    defauts: list[Defaut] = []
    try:
        tableau = lire(chemin, {cle_d_entete(c.nom): c.nom for c in colonnes})
        defauts += [
            Defaut(chemin.name, tableau.ligne_d_entete, champ, "deux colonnes portent ce nom.")
            for champ in tableau.doublons
        ]
        defauts += [
            Defaut(chemin.name, tableau.ligne_d_entete, c.nom, "cette colonne manque.")
            for c in colonnes
            if c.obligatoire and c.nom not in tableau.champs
        ]
        if defauts:
            return {}, defauts
        for numero, cellules in tableau.lignes:
            brutes = dict(zip(tableau.champs, map(_texte, cellules), strict=False))
            valeurs = {}
            for colonne in colonnes:
                texte = brutes.get(colonne.nom, "")
                valeurs[colonne.nom], message = _valeur(colonne, texte)
                if message:
                    defauts.append(Defaut(chemin.name, numero, colonne.nom, message))
            code = valeurs["code"]
            if code and not forme_du_code.fullmatch(code):
                message = (
                    f"« {code} » n'est pas un code : majuscules et chiffres, {colonnes[0].taille} au plus."
                )
                defauts.append(Defaut(chemin.name, numero, "code", message))
            elif code in lues:
                message = f"le code « {code} » est déjà à la ligne {lues[code][0]}."
                defauts.append(Defaut(chemin.name, numero, "code", message))
            lues.setdefault(code, (numero, valeurs))
    except FichierIllisible as defaut:
        defauts.append(Defaut(chemin.name, defaut.ligne, "", str(defaut)))
    except OSError:
        defauts.append(Defaut(chemin.name, None, "", "ce fichier n'existe pas ou ne s'ouvre pas."))
    return lues, defauts


def _texte(cellule: Any) -> str:
    if isinstance(cellule, float) and cellule.is_integer():
        cellule = int(cellule)
    return " ".join(str(cellule).split())


def _valeur(colonne: Colonne, texte: str) -> tuple[Any, str]:
    if not texte:
        return (None if colonne.nom == "population" else ""), "à remplir." if colonne.obligatoire else ""
    if colonne.nom == "population":
        if texte.isascii() and texte.isdigit() and len(texte) <= 9:
            return int(texte), ""
        return None, f"« {texte[:20]} » n'est pas un nombre d'habitants."
    if len(texte) > colonne.taille:
        return texte, f"{len(texte)} caractères, {colonne.taille} au plus."
    if not texte.isprintable():
        return texte, "un caractère invisible s'y trouve : retapez ce texte."
    return texte, ""

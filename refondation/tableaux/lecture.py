"""Read a CSV or XLSX file that somebody made: find its form, its header, and give its lines one at a time.

Nothing is trusted: neither the name of the file, nor its size once inflated, nor the length of a line.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from refondation.tableaux import classeur
from refondation.tableaux.entetes import reconnaitre
from refondation.tableaux.refus import FichierIllisible

__all__ = ["FichierIllisible", "Tableau", "lire"]

SEPARATEURS = (";", ",", "\t")
# The header is looked for in the first lines: exports often begin with a title.
LIGNES_AVANT_L_ENTETE = 10
LONGUEUR_DE_LIGNE = 200_000
_BLOC = 1 << 20
# The five bytes that Windows-1252 does not define.
_HORS_WINDOWS_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_ASCII = bytes(range(128))
# Accents written on two or three bytes: in Windows-1252, no French text has such neighbours.
_EN_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


@dataclass
class Tableau:
    """A table whose header is read: `champs[i]` is the field of column i (None: unknown).

    `lignes` yields (line number as a spreadsheet shows it, cells); blank lines are skipped.  For
    a CSV file all cells are texts; for an XLSX file they may be numbers, booleans or dates.
    """

    genre: str
    encodage: str
    separateur: str
    entete: list[str]
    champs: list[str | None]
    ligne_d_entete: int
    lignes: Iterator[tuple[int, list[Any]]]

    @property
    def ignorees(self) -> list[str]:
        """The headers that mean nothing here."""
        return [
            nom for nom, champ in zip(self.entete, self.champs, strict=True) if champ is None and nom.strip()
        ]

    @property
    def doublons(self) -> list[str]:
        """The fields that two columns claim."""
        presents = [champ for champ in self.champs if champ is not None]
        return sorted({champ for champ in presents if presents.count(champ) > 1})


def lire(chemin: Path, synonymes: Mapping[str, str]) -> Tableau:
    """Recognise the file at `chemin`; `synonymes` maps header keys (`cle_d_entete`) to fields.

    Raises `FichierIllisible` here, or while the lines are read, when the file as a whole is at
    fault: what is wrong, on which line, and what to do.
    """
    with chemin.open("rb") as fichier:
        debut = fichier.read(8)
    if not debut:
        raise FichierIllisible("Le fichier est vide (0 octet). Exportez-le de nouveau.")
    if debut.startswith(b"PK\x03\x04"):
        return _tableau(classeur.feuilles(chemin), synonymes, genre="xlsx")
    if debut.startswith(b"\xd0\xcf\x11\xe0"):
        raise FichierIllisible(
            "C'est un ancien classeur (.xls) ou un classeur protégé par un mot de passe. "
            "Enregistrez-le au format .xlsx, sans mot de passe, ou en CSV."
        )
    encodage = _encodage(chemin)
    candidats = (_csv(chemin, encodage, separateur) for separateur in SEPARATEURS)
    return _tableau(candidats, synonymes, genre="csv", encodage=encodage)


def _tableau(
    candidats: Iterator[tuple[str, Iterator[tuple[int, list[Any]]]]],
    synonymes: Mapping[str, str],
    *,
    genre: str,
    encodage: str = "",
) -> Tableau:
    """The candidate (a sheet, a separator) and the header line where most fields are recognised."""
    meilleur: Tableau | None = None
    score, refus = 1, None
    for nom, lignes in candidats:
        essai = []
        try:
            for _, (numero, cellules) in zip(range(LIGNES_AVANT_L_ENTETE), lignes, strict=False):
                essai.append((numero, cellules))
                champs = reconnaitre(cellules, synonymes)
                connus = len({champ for champ in champs if champ is not None})
                if connus > score:
                    score = connus
                    meilleur = Tableau(
                        genre, encodage, nom, [str(c) for c in cellules], champs, numero, lignes
                    )
        except FichierIllisible as defaut:
            if meilleur is not None and meilleur.lignes is lignes:
                raise
            refus = refus or defaut
            continue
        if meilleur is not None and meilleur.lignes is lignes:
            suite = [ligne for ligne in essai if ligne[0] > meilleur.ligne_d_entete]
            meilleur.lignes = _a_la_suite(suite, lignes)
            if genre == "xlsx":
                break
    if meilleur is None:
        raise refus or FichierIllisible(
            "Aucune ligne d'en-tête n'est reconnue parmi les dix premières. La première ligne doit nommer "
            "les colonnes, par exemple : Numéro, Nom, Prénom, Section."
        )
    return meilleur


def _a_la_suite(
    lues: list[tuple[int, list[Any]]], lignes: Iterator[tuple[int, list[Any]]]
) -> Iterator[tuple[int, list[Any]]]:
    yield from lues
    yield from lignes


def _encodage(chemin: Path) -> str:
    """UTF-8 when the whole file is, UTF-16 when it says so, else Windows-1252; binary files are refused."""
    with chemin.open("rb") as fichier:
        debut = fichier.read(4)
        if debut.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        fichier.seek(0)
        decodeur = codecs.getincrementaldecoder("utf-8-sig")()
        lignes, rupture = 1, 0
        accents, en_utf8 = 0, 0
        hors_windows = 0
        while bloc := fichier.read(_BLOC):
            nul = bloc.find(b"\0")
            if nul >= 0:
                raise FichierIllisible(
                    "Ce fichier n'est pas un tableau : il contient des octets nuls. "
                    "Enregistrez-le en CSV ou en .xlsx depuis votre tableur.",
                    ligne=lignes + bloc.count(b"\n", 0, nul),
                )
            if not rupture:
                try:
                    decodeur.decode(bloc)
                except UnicodeDecodeError as erreur:
                    rupture = lignes + erreur.object.count(b"\n", 0, erreur.start)
            if not hors_windows and (inconnu := _HORS_WINDOWS_1252.search(bloc)):
                hors_windows = lignes + bloc.count(b"\n", 0, inconnu.start())
            accents += len(bloc.translate(None, _ASCII))
            en_utf8 += sum(map(len, _EN_UTF8.findall(bloc)))
            lignes += bloc.count(b"\n")
    if not rupture:
        try:
            decodeur.decode(b"", final=True)
        except UnicodeDecodeError:
            rupture = lignes
    if not rupture:
        return "utf-8-sig"
    if 2 * en_utf8 > accents:
        raise FichierIllisible(
            "Ce fichier est en UTF-8, sauf un caractère de cette ligne. Retapez la ligne ou exportez de "
            "nouveau le fichier en « CSV UTF-8 ».",
            ligne=rupture,
        )
    if hors_windows:
        raise FichierIllisible(
            "L'encodage n'est ni UTF-8 ni Windows-1252. Enregistrez le fichier en « CSV UTF-8 ».",
            ligne=hors_windows,
        )
    return "cp1252"


def _csv(chemin: Path, encodage: str, separateur: str) -> tuple[str, Iterator[tuple[int, list[str]]]]:
    return separateur, _lignes_csv(chemin, encodage, separateur)


def _lignes_csv(chemin: Path, encodage: str, separateur: str) -> Iterator[tuple[int, list[str]]]:
    with chemin.open(encoding=encodage, newline="") as fichier:
        lecteur = csv.reader(_lignes_bornees(fichier), delimiter=separateur, strict=True)
        while True:
            numero = lecteur.line_num + 1
            try:
                cellules = next(lecteur)
            except StopIteration:
                return
            except UnicodeDecodeError as erreur:
                raise FichierIllisible(
                    "Ce fichier se dit en UTF-16 et ne l'est pas. Enregistrez-le en « CSV UTF-8 »."
                ) from erreur
            except csv.Error as erreur:
                raise FichierIllisible(_defaut_csv(erreur), ligne=numero) from erreur
            if any(cellules) and any(map(str.strip, cellules)):
                yield numero, cellules


def _defaut_csv(erreur: csv.Error) -> str:
    texte = str(erreur)
    if "field larger" in texte or "unexpected end" in texte:
        return (
            "Un guillemet s'ouvre ici et ne se ferme pas : la cellule n'en finit plus. "
            "Fermez-le ou retirez-le, puis exportez de nouveau."
        )
    return (
        "Un guillemet est mal placé dans une cellule. Doublez-le s'il fait partie du texte, "
        "puis exportez de nouveau."
    )


def _lignes_bornees(fichier: IO[str]) -> Iterator[str]:
    """Lines as `csv` wants them, refused when one would not end."""
    while ligne := fichier.readline(LONGUEUR_DE_LIGNE):
        if len(ligne) == LONGUEUR_DE_LIGNE and not ligne.endswith(("\n", "\r")):
            raise csv.Error("field larger than any line")
        yield ligne

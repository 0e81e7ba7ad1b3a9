"""XLSX files: looked at from outside (inflated size, far cells, failed formulas), then read."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from refondation.tableaux.refus import FichierIllisible

# The sheet of 200,000 members inflates to some 120 MB.
OCTETS_GONFLES = 600_000_000
CELLULES = 15_000_000
LIGNES = 1_000_000
FEUILLES_ESSAYEES = 5
_BLOC = 1 << 20
_LIGNE = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d+)"')
_COLONNE = re.compile(rb'\br="([A-Z]{1,3})\d+"')
_ERREUR = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+)(\d+)"[^>]*?\bt="e"')
_SANS_VALEUR = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+)(\d+)"[^>]*><(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)'
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</"
)
ABIME = "Ce classeur est abîmé. Ouvrez-le dans votre tableur et enregistrez-le de nouveau."


def feuilles(chemin: Path) -> Iterator[tuple[str, Iterator[tuple[int, list[Any]]]]]:
    """The visible sheets in order, as (name, lines); raises `FichierIllisible` on a file not to be opened."""
    _inspecter(chemin)
    try:
        livre = CalamineWorkbook.from_path(chemin)
        noms = [
            m.name
            for m in livre.sheets_metadata
            if m.typ == SheetTypeEnum.WorkSheet and m.visible == SheetVisibleEnum.Visible
        ]
    except CalamineError as erreur:
        raise FichierIllisible(ABIME) from erreur
    for nom in noms[:FEUILLES_ESSAYEES]:
        yield nom, _lignes(livre, nom)


def _lignes(livre: CalamineWorkbook, nom: str) -> Iterator[tuple[int, list[Any]]]:
    try:
        feuille = livre.get_sheet_by_name(nom)
    except CalamineError as erreur:
        raise FichierIllisible(ABIME) from erreur
    for numero, cellules in enumerate(feuille.iter_rows(), 1):
        if any(cellule != "" for cellule in cellules):
            yield numero, cellules


def _inspecter(chemin: Path) -> None:
    try:
        with zipfile.ZipFile(chemin) as archive:
            entrees = archive.infolist()
            noms = {e.filename for e in entrees}
            if "xl/workbook.xml" not in noms or len(noms) != len(entrees):
                raise FichierIllisible(
                    "Ce n'est pas un classeur .xlsx. Enregistrez le tableau en .xlsx ou en CSV."
                )
            if sum(e.file_size for e in entrees) > OCTETS_GONFLES:
                raise FichierIllisible(
                    "Une fois ouvert, ce classeur dépasserait 600 Mo : il n'est pas lu. "
                    "Ne gardez que la feuille des adhérent·es, ou enregistrez-la en CSV."
                )
            for entree in entrees:
                _parcourir(archive, entree)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError) as erreur:
        raise FichierIllisible(ABIME) from erreur
    except RuntimeError as erreur:  # zipfile's word for an encrypted entry
        raise FichierIllisible("Ce classeur est protégé par un mot de passe. Retirez-le.") from erreur
    except Exception as erreur:
        if type(erreur).__module__ == "zlib":
            raise FichierIllisible(ABIME) from erreur
        raise


def _parcourir(archive: zipfile.ZipFile, entree: zipfile.ZipInfo) -> None:
    """Inflate to the end, which proves the declared size; in a sheet, look at where cells are."""
    est_feuille = entree.filename.startswith("xl/worksheets/") and entree.filename.endswith(".xml")
    lignes, colonnes, reste = 0, 0, b""
    with archive.open(entree) as flux:
        while bloc := flux.read(_BLOC):
            if not est_feuille:
                continue
            bloc = reste + bloc
            for motif in (_ERREUR, _SANS_VALEUR):
                if trouve := motif.search(bloc):
                    raise FichierIllisible(
                        f"La cellule {trouve[1].decode()}{trouve[2].decode()} contient une formule en "
                        "erreur ou sans résultat. Remplacez les formules par leurs valeurs "
                        "(copier, puis collage spécial « valeurs »).",
                        ligne=int(trouve[2]),
                    )
            lignes = max(lignes, max(map(int, _LIGNE.findall(bloc)), default=0))
            colonnes = max(colonnes, max(map(_rang, set(_COLONNE.findall(bloc))), default=0))
            if lignes > LIGNES or lignes * colonnes > CELLULES:
                raise FichierIllisible(
                    f"La feuille s'étend jusqu'à la ligne {lignes}, sur {colonnes} colonnes : une cellule "
                    "est remplie très loin du tableau, ou le fichier dépasse un million de lignes. "
                    "Supprimez les lignes et les colonnes vides, puis enregistrez."
                )
            reste = bloc[-400:]


def _rang(lettres: bytes) -> int:
    rang = 0
    for lettre in lettres:
        rang = rang * 26 + lettre - 64
    return rang

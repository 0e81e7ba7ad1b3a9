"""The drawing that is the sign of the platform: one tile for each of the 108 federations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from refondation.interface.formats import nombre, pourcentage

# Mainland as one reads it on a map, Corsica below; the overseas federations of the Atlantic on the
# left, from north to south, those of the two other oceans and the French abroad on the right.
DESSIN = """
 ..  ..  ..  ..  ..  ..  62  59  ..  ..  ..  ..  ..
 ..  ..  ..  ..  ..  76  80  02  08  ..  ..  ..  ..
 ..  50  ..  ..  27  95  60  93  51  55  ..  ..  ..
 29  22  14  61  78  92  75  77  10  54  57  67  ..
 56  35  53  72  28  91  94  89  52  70  88  68  ..
 ..  44  49  37  41  45  18  58  21  25  90  ..  ..
 ..  ..  85  79  86  36  03  71  01  39  74  ..  ..
975  ..  17  16  87  23  63  42  69  73  ..  .. 976
978  ..  33  24  46  19  15  43  38  05  ..  .. 974
977  ..  40  47  82  12  48  07  26  04  06  .. 986
971  ..  64  32  31  81  34  30  84  83  ..  .. 988
972  ..  ..  65  09  11  66  ..  13  ..  2B  .. 987
973  ..  ..  ..  ..  ..  ..  ..  ..  ..  2A  .. FFE
"""
_RANGS = [ligne.split() for ligne in DESSIN.strip().splitlines()]
COLONNES, RANGEES = len(_RANGS[0]), len(_RANGS)
# code → (column, row)
TRAME: dict[str, tuple[int, int]] = {
    code: (colonne, rangee)
    for rangee, codes in enumerate(_RANGS)
    for colonne, code in enumerate(codes)
    if code != ".."
}
# The tile that the sign lights: the middle of the drawing.
ALLUMEE = "18"
PAS, COTE = 40, 36

# What the five levels of a share mean, under both maps.
ECHELLE_DES_PARTS = ("moins de 20 %", "de 20 à 40 %", "de 40 à 60 %", "de 60 à 80 %", "80 % et plus")


class Ligne(Protocol):
    """A line of figures that maps can show: one federation, or several that are published together."""

    nom: str
    inscrits: int
    votants: int | None
    federations: tuple[str, ...]

    @property
    def part(self) -> float | None: ...


def niveau(part: float | None) -> int | None:
    """The level (0 to 4) at which a tile shows a share; None, for a share that is not known or not shown."""
    return None if part is None else max(0, min(4, int(part * 5)))


def valeurs(lignes: Iterable[Ligne]) -> list[dict]:
    """What the tags `trame` and `carte_departements` take, from lines of participation."""
    return [
        {"code": code, "niveau": niveau(ligne.part), "texte": _en_mots(ligne, code), "url": ""}
        for ligne in lignes
        for code in ligne.federations
    ]


def nom_de_case(ligne: Ligne, code: str) -> str:
    """What a tile is called: the names of its line, or its own code when the line has more than three."""
    autres = len(ligne.federations) - 1
    return ligne.nom if autres < 3 else f"Fédération {code}, comptée avec {nombre(autres)} autres"


def _en_mots(ligne: Ligne, code: str) -> str:
    nom = nom_de_case(ligne, code)
    if ligne.votants is None or ligne.part is None:
        return f"{nom} : non publié"
    return (
        f"{nom} : {nombre(ligne.votants)} votant·es sur {nombre(ligne.inscrits)} inscrit·es "
        f"({pourcentage(ligne.part)})"
    )

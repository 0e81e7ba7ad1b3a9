"""Which column is which: headers compared without case, accents or punctuation."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any


def cle_d_entete(texte: Any) -> str:
    """ "N° d'adhérent·e " and "n d adherent e" are the same header."""
    decompose = unicodedata.normalize("NFKD", str(texte).replace("°", " ").casefold())
    lettres = (c if c.isalnum() else " " for c in decompose if not unicodedata.combining(c))
    return " ".join("".join(lettres).split())


def reconnaitre(cellules: Sequence[Any], synonymes: Mapping[str, str]) -> list[str | None]:
    """The field of each cell of a header line, None for an unknown one."""
    return [synonymes.get(cle_d_entete(cellule)) for cellule in cellules]

"""Tables of roles as the national staff writes them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import openpyxl

ENTETE = ("Numéro d'adhérent·e", "Nom", "Rôle", "Fédération", "Section", "Depuis le", "Jusqu'au")


def csv_de(*lignes: Sequence[str], entete: Sequence[str] = ENTETE) -> bytes:
    return "\r\n".join(";".join(ligne) for ligne in (entete, *lignes)).encode()


def xlsx_de(*lignes: Sequence[Any], entete: Sequence[str] = ENTETE) -> bytes:
    livre = openpyxl.Workbook()
    for ligne in (entete, *lignes):
        livre.active.append(ligne)
    sortie = io.BytesIO()
    livre.save(sortie)
    return sortie.getvalue()


def ligne(numero: str = "", role: str = "Commission de récolement", **champs: str) -> tuple[str, ...]:
    valeurs = {"nom": "", "federation": "", "section": "", "debut": "21/09/2026", "fin": ""} | champs
    return (numero, valeurs["nom"], role, *(valeurs[c] for c in ("federation", "section", "debut", "fin")))

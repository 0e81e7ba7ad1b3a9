"""What correcting minutes change, line by line: label, before, after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from refondation.interface.formats import moment


class Difference(NamedTuple):
    quoi: str
    avant: str
    apres: str


ABSENT = "–"
COMPTES = (
    ("inscrits", "Inscrit·es"),
    ("presents", "Présent·es"),
    ("presences", "Liste de présence (empreinte)"),
    ("votants", "Votant·es"),
    ("blancs", "Blancs"),
    ("nuls", "Nuls"),
    ("exprimes", "Exprimés"),
)


def differences(avant: dict[str, Any], apres: dict[str, Any]) -> list[Difference]:
    """The lines that differ between two contents of minutes, in the order of the paper."""
    lignes_avant, lignes_apres = dict(_lignes(avant)), dict(_lignes(apres))
    quoi = list(dict.fromkeys([*lignes_avant, *lignes_apres]))
    return [
        Difference(q, lignes_avant.get(q, ABSENT), lignes_apres.get(q, ABSENT))
        for q in quoi
        if lignes_avant.get(q, ABSENT) != lignes_apres.get(q, ABSENT)
    ]


def _lignes(contenu: dict[str, Any]) -> Iterator[tuple[str, str]]:
    tenue = contenu["tenue_le"]
    yield "Date de l'assemblée", moment(datetime.fromisoformat(tenue)) if tenue else ABSENT
    yield "Lieu", contenu["lieu"] or ABSENT
    yield "Présidence de séance", contenu["bureau"]["president"] or ABSENT
    yield "Rédaction", contenu["bureau"]["redacteur"]
    yield "Second signataire", contenu["bureau"]["contresignataire"] or ABSENT
    for cle, libelle in COMPTES:
        valeur = contenu["compte"][cle]
        yield libelle, ABSENT if valeur in (None, "") else str(valeur)
    # Two candidacies may bear one name: the key tells them apart.
    noms = [ligne["nom"] for ligne in contenu["voix"]]
    for ligne in contenu["voix"]:
        repere = f" (n° {ligne['cle']})" if noms.count(ligne["nom"]) > 1 else ""
        yield f"Voix : {ligne['nom']}{repere}", str(ligne["voix"])
    for ligne in contenu["titulaires"]:
        yield f"Titulaire n° {ligne['rang']}", ligne["nom"]
    for ligne in contenu["suppleants"]:
        yield f"Suppléance de la ou du titulaire n° {ligne['titulaire']}", ligne["nom"]
    yield "Incidents", contenu["incidents"] or "Aucun"
    yield "Pièces", ", ".join(p["nom"] for p in contenu["pieces"]) or "Aucune"

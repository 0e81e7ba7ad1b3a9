"""Seats of 2,500 sections by the three methods, ties looked for, beside the `apportionment` package's bare call."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from itertools import count
from typing import Any

from apportionment.methods import compute

from bancs import Mesure
from delegues.sieges import HONDT, METHODES, RESTES, SAINTE_LAGUE, repartir

SECTIONS, SIEGES = 2_500, 10_000
PASSAGES = 5
DU_PAQUET = {RESTES: "largest_remainder", SAINTE_LAGUE: "saintelague", HONDT: "dhondt"}


def mesurer(taille: float) -> list[Mesure]:
    nombre, sieges = max(10, round(SECTIONS * taille)), max(40, round(SIEGES * taille))
    hasard = random.Random("sections")
    effectifs = {f"S{i:05}": round(hasard.lognormvariate(4, 1)) + 1 for i in range(nombre)}
    return [_mesurer(methode, effectifs, sieges) for methode in METHODES]


def _mesurer(methode: str, effectifs: dict[str, int], sieges: int) -> Mesure:
    # Where sections tie, the package serves some before others that have more: the first number
    # of seats without a tie lets both answers be compared.
    sieges = next(n for n in count(sieges) if repartir(effectifs, n, methode).egalite is None)
    noms, votes = list(effectifs), list(effectifs.values())
    nos_durees, durees_du_paquet = [], []
    for _ in range(PASSAGES):
        duree, nous = _chronometrer(repartir, effectifs, sieges, methode)
        nos_durees.append(duree)
        duree, eux = _chronometrer(compute, DU_PAQUET[methode], votes, sieges, parties=noms)
        durees_du_paquet.append(duree)
    assert list(nous.sieges.values()) == eux
    return Mesure(
        nom=f"sièges, {methode}",
        valeur=min(nos_durees),
        etalon=min(durees_du_paquet),
        objectif="≤ 3 × le paquet apportionment",
        sens="max",
        seuil=3,
        unite="s",
        details={
            "sections": len(effectifs),
            "sieges": sieges,
            "durees_s": nos_durees,
            "etalons_s": durees_du_paquet,
        },
    )


def _chronometrer(calcul: Callable[..., Any], *arguments: Any, **options: Any) -> tuple[float, Any]:
    debut = time.perf_counter()
    resultat = calcul(*arguments, **options)
    return time.perf_counter() - debut, resultat

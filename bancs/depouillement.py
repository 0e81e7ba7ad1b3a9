"""The tally of 20,000 ballots once verified, slice by slice as workers do it, beside the bare products."""

from __future__ import annotations

import json
import random
import time

from gmpy2 import mpz

from bancs import Mesure
from bancs.election_de_banc import ElectionDeBanc
from consultation.actes.depouillement import BULLETINS_PAR_TRANCHE
from consultation.belenios.bulletins import Cellules
from consultation.belenios.depouillement import (
    chiffrer_total,
    dechiffrement_partiel,
    depuis_json,
    lire_total,
    resultat,
    somme,
    vers_json,
)
from consultation.belenios.election import Election
from consultation.belenios.gardiens import lire_gardiens
from consultation.belenios.groupes import table

BULLETINS = 20_000
PASSAGES = 5


def mesurer(taille: float) -> list[Mesure]:
    nombre = max(100, round(BULLETINS * taille))
    banc = ElectionDeBanc.tirer(0)
    election = banc.election
    voix = [random.randrange(3) for _ in range(nombre)]
    bulletins = [_chiffrer(election, v) for v in voix]
    colonnes = [[q[j][k] for (q,) in bulletins] for j in range(3) for k in range(2)]
    nos_durees, durees_nues = [], []
    for _ in range(PASSAGES):
        debut = time.perf_counter()
        total = _depouiller(election, bulletins)
        nos_durees.append(time.perf_counter() - debut)
        debut = time.perf_counter()
        produits = [_produit(colonne, election.groupe.p) for colonne in colonnes]
        durees_nues.append(time.perf_counter() - debut)
    assert [x for chiffre in total[0] for x in chiffre] == produits
    _verifier(banc, total, voix)
    return [
        Mesure(
            nom="sommer des bulletins vérifiés",
            valeur=min(nos_durees),
            etalon=min(durees_nues),
            objectif="≤ 3 × les produits seuls",
            sens="max",
            seuil=3,
            unite="s",
            details={"bulletins": nombre, "durees_s": nos_durees, "etalons_s": durees_nues},
        )
    ]


def _chiffrer(election: Election, voix: int) -> Cellules:
    groupe, y = election.groupe, table(election.groupe, election.cle)
    alea = [groupe.hasard() for _ in range(3)]
    return [
        [
            (groupe.puissance_g(r), y.puissance(r) * (groupe.g if i == voix else 1) % groupe.p)
            for i, r in enumerate(alea)
        ]
    ]


def _depouiller(election: Election, bulletins: list[Cellules]) -> Cellules:
    """Each slice's sum goes through the base as JSON, then all are summed and written as the archive's records."""
    tranches = [
        json.dumps(vers_json(somme(election, bulletins[i : i + BULLETINS_PAR_TRANCHE])))
        for i in range(0, len(bulletins), BULLETINS_PAR_TRANCHE)
    ]
    total = somme(election, [depuis_json(json.loads(t)) for t in tranches])
    chiffre, _ = chiffrer_total(total, nombre=len(bulletins), poids=len(bulletins))
    return lire_total(election, chiffre)


def _produit(colonne: list[mpz], p: mpz) -> mpz:
    produit = mpz(1)
    for x in colonne:
        produit = produit * x % p
    return produit


def _verifier(banc: ElectionDeBanc, total: Cellules, voix: list[int]) -> None:
    """The sum that was timed decrypts to the votes that went in."""
    part = dechiffrement_partiel(banc.election, total, banc.privee)
    gardiens = lire_gardiens(banc.gardiens, banc.election.groupe)
    assert resultat(banc.election, gardiens, total, {1: part}, len(voix)) == [
        [voix.count(i) for i in range(3)]
    ]

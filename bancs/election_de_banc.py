"""An election made for benchmarks: one question, three answers, its archive on disk, without the database."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from consultation.belenios.archive import Ecrivain
from consultation.belenios.bulletins import chiffrer
from consultation.belenios.depouillement import (
    chiffrer_total,
    dechiffrement_partiel,
    lire_total,
    part_signee,
    resultat,
    resultat_json,
    somme,
)
from consultation.belenios.election import Election, Question, construire_election, nouvel_uuid
from consultation.belenios.encodage import hexa, json_compact
from consultation.belenios.gardiens import construire_gardiens, lire_gardiens, nouvelle_cle
from consultation.belenios.groupes import groupe
from consultation.belenios.identifiants import cle_publique, nouveau_code

QUESTION = Question("Approuvez-vous le document de cadrage ?", ("Oui", "Non", "Blanc"), 1, 1)


@dataclass(frozen=True)
class ElectionDeBanc:
    """An election with its codes and its one trustee's private key."""

    election: Election
    gardiens: bytes
    privee: int
    codes: list[str]

    @classmethod
    def tirer(cls, inscrits: int) -> ElectionDeBanc:
        g = groupe("BELENIOS-2048")
        privee, cle = nouvelle_cle(g)
        octets = construire_election(
            uuid=nouvel_uuid(),
            nom="Banc",
            description="Banc d'essai",
            questions=[QUESTION],
            cle_publique=int(cle["public_key"]),
        )
        return cls(
            Election.lire(octets),
            construire_gardiens([cle]),
            privee,
            [nouveau_code() for _ in range(inscrits)],
        )

    def bulletins(self) -> Iterator[bytes]:
        """One ballot for each code, made on all cores."""
        with ProcessPoolExecutor() as pool:
            yield from pool.map(_chiffrer, [self.election] * len(self.codes), self.codes, chunksize=50)

    def ecrire(self, chemin: Path) -> None:
        """The archive of the election, counted and decrypted, every voter having voted."""
        # Imported late: they serve archives only.
        from consultation.belenios.bulletins import lire

        election = self.election
        g = election.groupe
        cles = sorted(cle_publique(code, election.uuid, g) for code in self.codes)
        identifiants = json_compact([str(cle) for cle in cles])
        mise_en_place = json_compact(
            {
                "election": hexa(election.octets),
                "trustees": hexa(self.gardiens),
                "credentials": hexa(identifiants),
            }
        )
        with chemin.open("wb") as fichier:
            ecrivain = Ecrivain(fichier, 1_700_000_000)
            ecrivain.ajouter("Setup", election.octets, self.gardiens, identifiants, mise_en_place)
            cellules = []
            for bulletin in self.bulletins():
                ecrivain.ajouter("Ballot", bulletin)
                cellules.append(lire(election, bulletin).bulletin.cellules)
            ecrivain.ajouter("EndBallots")
            chiffre, mesure = chiffrer_total(
                somme(election, cellules), nombre=len(cellules), poids=len(cellules)
            )
            ecrivain.ajouter("EncryptedTally", chiffre, mesure)
            total = lire_total(election, chiffre)
            part = dechiffrement_partiel(election, total, self.privee)
            ecrivain.ajouter("PartialDecryption", part, part_signee(1, part.decode()).encode())
            voix = resultat(election, lire_gardiens(self.gardiens, g), total, {1: part}, len(cellules))
            ecrivain.ajouter("Result", resultat_json(voix))


def _chiffrer(election: Election, code: str) -> bytes:
    choix = [[0, 0, 0]]
    choix[0][random.randrange(3)] = 1
    return chiffrer(election, code, choix)

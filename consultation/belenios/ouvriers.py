"""Second reading of an archive, shared between processes: each credential and ballot verified, the ballots summed."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, BinaryIO

from gmpy2 import mpz

from .appartenance import tous_membres
from .bulletins import BulletinInvalide, Cellules, verifier_lot
from .depouillement import somme, somme_ponderee, total_nul
from .election import Election
from .erreurs import ArchiveInvalide
from .groupes import table
from .parcours import Bulletins
from .registre import Registre, decimaux

BULLETINS_PAR_LOT = 50
# Under this number of cells, starting processes costs more than they save.
PLANCHER = 100


class VerificationInterrompue(RuntimeError):
    """A process died before it had finished: nothing is known of the archive."""


@dataclass(frozen=True, slots=True)
class Travail:
    """What to verify, in units numbered from 0: the slices of credentials, then the batches of ballots."""

    chemin: Path
    election: Election
    registre: Registre
    bulletins: Bulletins
    comptes: bytearray

    @property
    def tranches(self) -> int:
        return len(self.registre.tranches)

    @property
    def unites(self) -> int:
        return self.tranches + -(-len(self.bulletins) // BULLETINS_PAR_LOT)

    @property
    def cellules(self) -> int:
        return len(self.bulletins) * sum(q.cellules for q in self.election.questions)


class Ouvrier:
    """One process at work: units in, a partial sum out."""

    def __init__(self, travail: Travail, fichier: BinaryIO) -> None:
        self._travail, self._fichier = travail, fichier
        self.somme = total_nul(travail.election)

    def faire(self, unite: int) -> None:
        """Verify a unit.  Raises ArchiveInvalide for the first defect of the unit."""
        if unite < self._travail.tranches:
            self._verifier_tranche(unite)
        else:
            self._verifier_lot((unite - self._travail.tranches) * BULLETINS_PAR_LOT)

    def _relire(self, debut: int, taille: int, condense: bytes) -> bytes:
        self._fichier.seek(debut)
        contenu = self._fichier.read(taille)
        if hashlib.sha256(contenu).digest() != condense:
            raise ArchiveInvalide("illisible", "Le fichier a changé pendant sa vérification.")
        return contenu

    def _verifier_tranche(self, unite: int) -> None:
        tranche = self._travail.registre.tranches[unite]
        groupe = self._travail.election.groupe
        elements = [
            mpz(d.decode())
            for d in decimaux(self._relire(tranche.debut, tranche.fin - tranche.debut, tranche.condense))
        ]
        if not tous_membres(groupe, elements):
            (texte,) = [str(x) for x in elements if not groupe.est_membre(x)][:1]
            raise ArchiveInvalide(
                "credentiels", f"L'identifiant public {texte[:20]}… n'est pas dans le groupe."
            )

    def _lot(self, debut: int) -> Iterator[tuple[int, bytes]]:
        bulletins = self._travail.bulletins
        for rang in range(debut, min(debut + BULLETINS_PAR_LOT, len(bulletins))):
            yield (
                rang,
                self._relire(bulletins.positions[rang], bulletins.tailles[rang], bulletins.condense(rang)),
            )

    def _verifier_lot(self, debut: int) -> None:
        travail = self._travail
        rangs, octets = zip(*self._lot(debut), strict=True)
        a_sommer: list[tuple[Cellules, int]] = []
        for rang, verdict in zip(rangs, verifier_lot(travail.election, octets), strict=True):
            if isinstance(verdict, BulletinInvalide):
                suivi = travail.bulletins.suivi(rang)
                raise ArchiveInvalide(
                    f"bulletin_{verdict.code}", f"Bulletin {suivi} : {verdict}", hauteur=rang + 1, suivi=suivi
                )
            if travail.comptes[rang]:
                a_sommer.append(
                    (verdict.cellules, travail.registre.poids_de(travail.bulletins.identifiants[rang]))
                )
        self.somme = somme(travail.election, [self.somme, somme_ponderee(travail.election, a_sommer)])


def processeurs() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def executer(travail: Travail, processus: int, progres: Callable[[int], object]) -> Cellules:
    """Do the whole work; the encrypted sum.  Raises ArchiveInvalide (the first defect in the order of the file)."""
    # Made before the processes part, so that they share it.
    table(travail.election.groupe, travail.election.groupe.g)
    table(travail.election.groupe, travail.election.cle)
    seul = travail.cellules < PLANCHER and travail.tranches < 2
    if processus == 1 or seul or multiprocessing.current_process().daemon:
        with travail.chemin.open("rb") as fichier:
            ouvrier = Ouvrier(travail, fichier)
            for unite in range(travail.unites):
                ouvrier.faire(unite)
                progres(unite + 1)
        return ouvrier.somme
    return _executer_a_plusieurs(travail, min(processus, travail.unites), progres)


def _executer_a_plusieurs(travail: Travail, processus: int, progres: Callable[[int], object]) -> Cellules:
    # A forked copy of a process with threads may inherit locks that nobody will release.
    peut_bifurquer = "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1
    contexte = multiprocessing.get_context("fork" if peut_bifurquer else "spawn")
    compteur = contexte.Value("Q", 0)
    liaisons: list[Connection] = []
    enfants = []
    try:
        for _ in range(processus):
            lecture, ecriture = contexte.Pipe(duplex=False)
            enfant = contexte.Process(target=_travailler, args=(travail, compteur, ecriture), daemon=True)
            enfant.start()
            ecriture.close()
            liaisons.append(lecture)
            enfants.append(enfant)
        sommes, defauts = _recueillir(liaisons, lambda: progres(min(compteur.value, travail.unites)))
    finally:
        for enfant in enfants:
            enfant.terminate()
            enfant.join()
    if defauts:
        _, champs = min(defauts, key=lambda d: d[0])
        raise ArchiveInvalide(**champs)
    return somme(travail.election, sommes)


def _recueillir(
    liaisons: list[Connection], tic: Callable[[], object]
) -> tuple[list[Cellules], list[tuple[int, dict[str, Any]]]]:
    sommes, defauts, attendues = [], [], list(liaisons)
    while attendues:
        for liaison in wait(attendues, timeout=0.5):
            try:
                genre, *contenu = liaison.recv()
            except EOFError as mort:
                raise VerificationInterrompue(
                    "Un processus de vérification s'est arrêté avant la fin."
                ) from mort
            attendues.remove(liaison)
            if genre == "somme":
                sommes.append(contenu[0])
            else:
                defauts.append((contenu[0], contenu[1]))
        tic()
    return sommes, defauts


def _travailler(travail: Travail, compteur: Any, liaison: Connection) -> None:
    unite = 0
    try:
        with travail.chemin.open("rb") as fichier:
            ouvrier = Ouvrier(travail, fichier)
            while True:
                with compteur.get_lock():
                    unite = compteur.value
                    compteur.value += 1
                if unite >= travail.unites:
                    break
                ouvrier.faire(unite)
        liaison.send(("somme", ouvrier.somme))
    except ArchiveInvalide as defaut:
        # Units are taken in order: all those before this one are in good hands, those after it are useless.
        with compteur.get_lock():
            compteur.value = travail.unites
        champs = {
            "code": defaut.code,
            "message": str(defaut),
            "hauteur": defaut.hauteur,
            "suivi": defaut.suivi,
        }
        liaison.send(("defaut", unite, champs))
    finally:
        liaison.close()

"""Second reading of an archive, shared between processes: each credential and ballot verified, the
ballots summed."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any, BinaryIO

from gmpy2 import mpz

from .appartenance import Epreuve
from .bulletins import BulletinInvalide, Cellules, controler, lire
from .depouillement import somme, somme_ponderee, total_nul
from .election import Election
from .erreurs import ArchiveInvalide
from .groupes import table
from .parcours import Bulletins
from .registre import Registre, decimaux

BULLETINS_PAR_LOT = 10
# Units whose membership is tested together: 1,000 ballots, or 200,000 credentials.
UNITES_PAR_EPREUVE = 100
# Under this number of cells, starting processes costs more than they save.
PLANCHER = 100
# Above it, tables of width 12 (0.15 s and 23 MB each) spare more than they cost: 4 % of the time.
CELLULES_DE_LARGES_TABLES = 8000


class VerificationInterrompue(RuntimeError):
    """A process died before it had finished: nothing is known of the archive."""


class Defaut(Exception):
    """The first defect that a worker found, and the unit that has it."""

    def __init__(self, unite: int, refus: ArchiveInvalide) -> None:
        super().__init__(unite, refus)
        self.unite, self.refus = unite, refus


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
    """One process at work: units in, a partial sum out.

    Membership is tested for many units together (see `appartenance`), and looked at one by one when a test
    fails: the defect raised is the first of the units done, in their order. `conclure` must follow the last
    unit.
    """

    def __init__(self, travail: Travail, fichier: BinaryIO) -> None:
        self._travail, self._fichier = travail, fichier
        self._epreuve = Epreuve(travail.election.groupe)
        self._en_attente: list[int] = []
        self.somme = total_nul(travail.election)

    def faire(self, unite: int) -> None:
        """Verify a unit; its membership may wait for `conclure`.  Raises Defaut."""
        self._en_attente.append(unite)
        try:
            if unite < self._travail.tranches:
                juste = self._epreuve.ajouter(self._decimaux(unite))
            else:
                juste = self._verifier_lot(unite)
        except ArchiveInvalide as refus:
            self.conclure()
            raise Defaut(unite, refus) from refus
        if not juste or len(self._en_attente) >= UNITES_PAR_EPREUVE:
            self.conclure(echec=not juste)

    def conclure(self, *, echec: bool = False) -> None:
        """Conclude on the membership of what was done; `echec` when it is already known to fail. Raises
        Defaut."""
        unites, self._en_attente = self._en_attente, []
        if self._epreuve.conclure() and not echec:
            return
        for unite in unites:
            intrus = self._intrus_de_la_tranche if unite < self._travail.tranches else self._intrus_du_lot
            refus = intrus(unite)
            if refus is not None:
                raise Defaut(unite, refus)

    def _relire(self, debut: int, taille: int, condense: bytes) -> bytes:
        self._fichier.seek(debut)
        contenu = self._fichier.read(taille)
        if hashlib.sha256(contenu).digest() != condense:
            raise ArchiveInvalide("illisible", "Le fichier a changé pendant sa vérification.")
        return contenu

    def _decimaux(self, unite: int) -> list[mpz]:
        tranche = self._travail.registre.tranches[unite]
        octets = self._relire(tranche.debut, tranche.fin - tranche.debut, tranche.condense)
        return [mpz(d.decode()) for d in decimaux(octets)]

    def _intrus_de_la_tranche(self, unite: int) -> ArchiveInvalide | None:
        groupe = self._travail.election.groupe
        for x in self._decimaux(unite):
            if not groupe.est_membre(x):
                return ArchiveInvalide(
                    "credentiels", f"L'identifiant public {str(x)[:20]}… n'est pas dans le groupe.", hauteur=0
                )
        return None

    def _lot(self, unite: int) -> Iterator[tuple[int, bytes]]:
        bulletins = self._travail.bulletins
        debut = (unite - self._travail.tranches) * BULLETINS_PAR_LOT
        for rang in range(debut, min(debut + BULLETINS_PAR_LOT, len(bulletins))):
            octets = self._relire(
                bulletins.positions[rang], bulletins.tailles[rang], bulletins.condense(rang)
            )
            yield rang, octets

    def _refus(self, rang: int, defaut: BulletinInvalide) -> ArchiveInvalide:
        suivi = self._travail.bulletins.suivi(rang)
        # Height 0 is Setup, and ballots follow each other: the parcours has checked it.
        return ArchiveInvalide(
            f"bulletin_{defaut.code}", f"Bulletin {suivi} : {defaut}", hauteur=rang + 1, suivi=suivi
        )

    def _verifier_lot(self, unite: int) -> bool:
        """Verify a batch of ballots and add those that count; False when one holds what is surely no
        member."""
        travail = self._travail
        election = travail.election
        a_sommer: list[tuple[Cellules, int]] = []
        for rang, octets in self._lot(unite):
            try:
                lecture = lire(election, octets)
                # The credential is on the list, whose slices are tested apart.
                if not self._epreuve.ajouter(lecture.elements()[1:]):
                    return False
                bulletin = controler(election, lecture, membres_connus=True)
            except BulletinInvalide as defaut:
                raise self._refus(rang, defaut) from defaut
            if travail.comptes[rang]:
                poids = travail.registre.poids_de(travail.bulletins.identifiants[rang])
                a_sommer.append((bulletin.cellules, poids))
        self.somme = somme(election, [self.somme, somme_ponderee(election, a_sommer)])
        return True

    def _intrus_du_lot(self, unite: int) -> ArchiveInvalide | None:
        election = self._travail.election
        for rang, octets in self._lot(unite):
            try:
                elements = lire(election, octets).elements()
            except BulletinInvalide:
                return None  # malformed: what stopped `_verifier_lot`, and no intruder before it
            if not all(election.groupe.est_membre(x) for x in elements):
                return self._refus(rang, BulletinInvalide.hors_du_groupe())
        return None


def processeurs() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def contexte() -> BaseContext:
    """How to start processes: by fork where there are no threads, since a copy may inherit locks held
    for ever."""
    peut_bifurquer = "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1
    return multiprocessing.get_context("fork" if peut_bifurquer else "spawn")


def executer(travail: Travail, processus: int, progres: Callable[[int], object]) -> Cellules:
    """Do the whole work; the encrypted sum. Raises ArchiveInvalide (the first defect in the order of the
    units)."""
    # Made before the processes part, so that they share it.
    largeur = 12 if travail.cellules > CELLULES_DE_LARGES_TABLES else 8
    table(travail.election.groupe, travail.election.groupe.g, largeur)
    table(travail.election.groupe, travail.election.cle, largeur)
    seul = travail.cellules < PLANCHER and travail.tranches < 2
    try:
        if processus == 1 or seul or multiprocessing.current_process().daemon:
            return _executer_seul(travail, progres)
        return _executer_a_plusieurs(travail, min(processus, travail.unites), progres)
    except Defaut as defaut:
        raise defaut.refus from None


def _executer_seul(travail: Travail, progres: Callable[[int], object]) -> Cellules:
    with travail.chemin.open("rb") as fichier:
        ouvrier = Ouvrier(travail, fichier)
        for unite in range(travail.unites):
            ouvrier.faire(unite)
            progres(unite + 1)
        ouvrier.conclure()
    return ouvrier.somme


def _executer_a_plusieurs(travail: Travail, processus: int, progres: Callable[[int], object]) -> Cellules:
    parent = contexte()
    compteur = parent.Value("Q", 0)
    liaisons: list[Connection] = []
    enfants = []
    try:
        for _ in range(processus):
            lecture, ecriture = parent.Pipe(duplex=False)
            enfant = parent.Process(target=_travailler, args=(travail, compteur, ecriture), daemon=True)
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
        raise min(defauts, key=lambda defaut: defaut.unite)
    return somme(travail.election, sommes)


def _recueillir(liaisons: list[Connection], tic: Callable[[], object]) -> tuple[list[Cellules], list[Defaut]]:
    sommes, defauts, attendues = [], [], list(liaisons)
    while attendues:
        for liaison in wait(attendues, timeout=0.5):
            try:
                recu = liaison.recv()
            except EOFError as mort:
                raise VerificationInterrompue(
                    "Un processus de vérification s'est arrêté avant la fin."
                ) from mort
            attendues.remove(liaison)
            if isinstance(recu, Defaut):
                defauts.append(recu)
            else:
                sommes.append(recu)
        tic()
    return sommes, defauts


def ignorer_l_interruption() -> None:
    """Ctrl-C reaches every process of a terminal: the parent alone answers it, and stops its children."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _travailler(travail: Travail, compteur: Any, liaison: Connection) -> None:
    ignorer_l_interruption()
    try:
        with travail.chemin.open("rb") as fichier:
            ouvrier = Ouvrier(travail, fichier)
            while (unite := _prendre(compteur)) < travail.unites:
                ouvrier.faire(unite)
            ouvrier.conclure()
        liaison.send(ouvrier.somme)
    except Defaut as defaut:
        # Units are taken in order: those before this one are in good hands, those after it are useless.
        with compteur.get_lock():
            compteur.value = travail.unites
        liaison.send(defaut)
    finally:
        liaison.close()


def _prendre(compteur: Any) -> int:
    with compteur.get_lock():
        compteur.value += 1
        return compteur.value - 1

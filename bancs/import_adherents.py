"""Apply an import of 200,000 members, against the COPY of the same rows into a bare table."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from bancs import Mesure
from refondation.demo.population import ecrire_fichier, generer
from refondation.membres import actes
from refondation.membres.models import Adherent, Import, LigneImport
from refondation.territoire.actes import importer_territoire
from refondation.territoire.models import Section

MEMBRES = 200_000
ESSAIS = 3
_COLONNES = (
    "numero", "nom", "prenom", "courriel", "naissance", "genre", "section_id", "adhesion_le", "a_jour_au",
    "statut", "recherche", "sorti_le", "inscrit_par_id",
)  # fmt: skip


def mesurer(taille: float) -> list[Mesure]:
    nombre = max(1000, int(MEMBRES * taille))
    importer_territoire(par=None)
    with tempfile.TemporaryDirectory() as dossier:
        fichier = Path(dossier) / "national.csv"
        ecrire_fichier(fichier, generer(nombre, 1, list(Section.objects.order_by("code"))))
        with Memoire() as memoire:
            lot = _appliquer(_comparer(fichier))
        # The rows to copy, read back from the register.
        lignes = list(Adherent.objects.order_by("numero").values_list(*_COLONNES))
        assert len(lignes) == nombre
        comparaisons, applications, copies = [], [], []
        for _ in range(ESSAIS):
            _vider()
            lot, duree = _chronometrer(lambda: _comparer(fichier))
            comparaisons.append(duree)
            lot, duree = _chronometrer(lambda lot=lot: _appliquer(lot))
            applications.append(duree)
            copies.append(_copier(lignes))
        del lignes
        encore, duree = _chronometrer(lambda: _comparer(fichier))
        assert encore.inchanges == nombre
    # They took turns: the pair whose ratio is the median counts.
    application, etalon = sorted(
        zip(applications, copies, strict=True), key=lambda paire: paire[0] / paire[1]
    )[ESSAIS // 2]
    details = {
        "membres": nombre,
        "applications_s": [round(d, 3) for d in applications],
        "comparaisons_s": [round(d, 3) for d in comparaisons],
        "comparaison_sans_changement_s": round(duree, 3),
        "copies_s": [round(d, 3) for d in copies],
        "octets_du_fichier": lot.octets,
    }
    return [
        Mesure(
            nom="import : appliquer au registre",
            valeur=application,
            etalon=etalon,
            objectif="≤ 6 × COPY des mêmes lignes dans une table nue",
            sens="max",
            seuil=6,
            unite="s",
            details=details,
        ),
        Mesure(
            nom="import : mémoire du processus, lecture et application",
            valeur=memoire.pic / 1e6,
            etalon=None,
            objectif="≤ 300 Mo",
            sens="max",
            seuil=300,
            unite="Mo",
            details={"membres": nombre, "au_repos_mo": round(memoire.au_repos / 1e6, 1)},
        ),
    ]


def _chronometrer(faire: Callable[[], Any]) -> tuple[Any, float]:
    debut = time.perf_counter()
    resultat = faire()
    return resultat, time.perf_counter() - debut


def _morceaux(fichier: Path) -> Iterator[bytes]:
    with fichier.open("rb") as flux:
        while morceau := flux.read(1 << 16):
            yield morceau


def _comparer(fichier: Path) -> Import:
    lot = actes.deposer_import(morceaux=_morceaux(fichier), nom=fichier.name, par=None, en_tache=False)
    lot = actes.comparer_import(lot=lot)
    assert lot.etat == Import.Etat.PRET, list(lot.erreurs_lues.all()[:5])
    for genre in LigneImport.A_TRANCHER:
        actes.trancher_conflits(lot=lot, genre=genre, accepter=True, par=None)
    return lot


def _appliquer(lot: Import) -> Import:
    actes.confirmer_import(lot=lot, par=None, en_tache=False)
    lot = actes.appliquer_import(lot=lot, en_tache=False)
    assert lot.etat == Import.Etat.APPLIQUE
    return lot


def _vider() -> None:
    """An empty register again, as new: the next run must not find the pages of this one."""
    tables = connection.introspection.table_names()
    with connection.cursor() as curseur:
        # What refers to the register refuses to be emptied, even of nothing.
        for table in tables:
            curseur.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        curseur.execute("TRUNCATE membres_adherent, membres_ligneimport CASCADE")
        for table in tables:
            curseur.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')


def _copier(lignes: list[tuple[Any, ...]]) -> float:
    with connection.cursor() as curseur:
        colonnes = ", ".join(_COLONNES)
        curseur.execute("DROP TABLE IF EXISTS table_nue")
        curseur.execute(f"CREATE TABLE table_nue AS SELECT {colonnes} FROM membres_adherent LIMIT 0")  # noqa: S608
        debut = time.perf_counter()
        with curseur.copy(f"COPY table_nue ({colonnes}) FROM STDIN") as copie:
            for ligne in lignes:
                copie.write_row(ligne)
        return time.perf_counter() - debut


class Memoire:
    """The peak of this process's resident memory, looked at every 20 ms."""

    def __enter__(self) -> Memoire:
        self.au_repos = self._resident()
        self.pic = 0
        self._fini = threading.Event()
        self._fil = threading.Thread(target=self._veiller, daemon=True)
        self._fil.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._fini.set()
        self._fil.join()

    def _veiller(self) -> None:
        while not self._fini.wait(0.02):
            self.pic = max(self.pic, self._resident())

    @staticmethod
    def _resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

"""The embedded PostgreSQL: shared, found again, and gone with its last user, however that one ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from refondation.postgres import est_garde

RACINE = Path(__file__).resolve().parents[2]
UTILISER = """
import sys
from pathlib import Path
from refondation.postgres import url_locale
print(url_locale(Path(sys.argv[1]), durable=False), flush=True)
sys.stdin.read()
"""


class Utilisateur:
    """A process that joins the server of `dossier` and uses it until its input ends."""

    def __init__(self, dossier: Path) -> None:
        self.processus = subprocess.Popen(
            [sys.executable, "-c", UTILISER, dossier],
            cwd=RACINE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self.processus.stdout.readline().strip().replace("postgres://", "postgresql://")

    def finir(self, signal_envoye: int | None = None) -> None:
        if signal_envoye is None:
            self.processus.stdin.close()
        else:
            self.processus.send_signal(signal_envoye)
        self.processus.wait(10)
        self.processus.stdout.close()
        if not self.processus.stdin.closed:
            self.processus.stdin.close()


def processus_de(dossier: Path) -> list[int]:
    """Those whose command line names the folder: guard and server (and its own children do not)."""
    reel = {os.fsencode(dossier), os.fsencode((dossier / "ailleurs").resolve())}
    trouves = []
    for entree in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (entree / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"refondation.postgres" in arguments or any(a.endswith(b"/postgres") for a in arguments[:1]):
            trouves += [int(entree.name)] if any(a.startswith(tuple(reel)) for a in arguments) else []
    return trouves


def attendre_la_fin(dossier: Path) -> None:
    fin = time.monotonic() + 20
    while est_garde(dossier) or processus_de(dossier):
        assert time.monotonic() < fin, processus_de(dossier)
        time.sleep(0.1)


@pytest.fixture
def dossier(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "serveur"
    attendre_la_fin(tmp_path / "serveur")


def ecrire(url: str, ordre: str) -> None:
    with psycopg.connect(url) as liaison:
        liaison.execute(ordre)


def lire(url: str) -> list[int]:
    with psycopg.connect(url) as liaison:
        return [ligne[0] for ligne in liaison.execute("SELECT n FROM essai ORDER BY n")]


def test_partage_puis_arrete_avec_le_dernier_et_retrouve(dossier: Path) -> None:
    premier, second = Utilisateur(dossier), Utilisateur(dossier)
    assert premier.url == second.url
    ecrire(premier.url, "CREATE TABLE essai AS SELECT 1 AS n")
    premier.finir()
    time.sleep(1)
    assert lire(second.url) == [1]
    second.finir()
    attendre_la_fin(dossier)
    troisieme = Utilisateur(dossier)
    assert lire(troisieme.url) == [1]
    troisieme.finir()


def test_un_utilisateur_tue_ne_laisse_rien(dossier: Path) -> None:
    seul = Utilisateur(dossier)
    assert processus_de(dossier)
    seul.finir(signal.SIGKILL)
    attendre_la_fin(dossier)


def test_un_gardien_tue_emporte_le_serveur_et_les_donnees_restent(dossier: Path) -> None:
    premier = Utilisateur(dossier)
    ecrire(premier.url, "CREATE TABLE essai AS SELECT 1 AS n")
    [gardien] = [
        p for p in processus_de(dossier) if b"refondation.postgres" in Path(f"/proc/{p}/cmdline").read_bytes()
    ]
    os.kill(gardien, signal.SIGKILL)
    premier.finir()
    attendre_la_fin(dossier)
    second = Utilisateur(dossier)
    assert lire(second.url) == [1]
    second.finir()


def test_le_serveur_n_ecoute_que_sur_une_prise_de_son_proprietaire(dossier: Path) -> None:
    seul = Utilisateur(dossier)
    with psycopg.connect(seul.url) as liaison:
        assert liaison.execute("SHOW listen_addresses").fetchone() == ("",)
        prise = Path(liaison.execute("SHOW unix_socket_directories").fetchone()[0].strip('"'))
        [fichier] = prise.glob(".s.PGSQL.*[0-9]")
        assert fichier.stat().st_mode & 0o077 == 0
        liaison.execute("SELECT sha256('x'), 'é' COLLATE \"C\"")
        majeure = liaison.execute("SHOW server_version_num").fetchone()[0]
    assert int(majeure) >= 150000
    seul.finir()

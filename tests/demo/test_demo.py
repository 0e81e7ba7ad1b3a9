"""`manage.py demo` as a user starts it: one process tree, which stops whole however it is stopped."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

RACINE = Path(__file__).resolve().parents[2]


def port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return prise.getsockname()[1]


class Demonstration:
    """`manage.py demo --sans-donnees` in a folder of its own, with its own PostgreSQL and no Redis."""

    def __init__(self, dossier: Path, port: int | None = None) -> None:
        self.dossier, self.port = dossier, port or port_libre()
        retires = {"DATABASE_URL", "REDIS_URL", "REFONDATION_MODE", "SECRET_KEY", "CLE_CODES"}
        self.sorties = (dossier.parent / f"{dossier.name}-{self.port}.txt").open("w+")
        self.processus = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--sans-donnees"],
            cwd=RACINE,
            env={
                **{nom: v for nom, v in os.environ.items() if nom not in retires},
                "REFONDATION_LOCAL": str(dossier),
                "PORT": str(self.port),
            },
            stdin=subprocess.DEVNULL,
            stdout=self.sorties,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def dit(self) -> str:
        self.sorties.seek(0)
        return self.sorties.read()

    def attendre(self, mots: str, secondes: int = 60) -> None:
        fin = time.monotonic() + secondes
        while mots not in self.dit():
            assert self.processus.poll() is None, self.dit()
            assert time.monotonic() < fin, self.dit()
            time.sleep(0.1)

    def membres(self) -> dict[int, str]:
        """Every process that this start made, by its environment, which all of them inherit."""
        marque = os.fsencode(f"REFONDATION_LOCAL={self.dossier}") + b"\0"
        trouves = {}
        for entree in Path("/proc").glob("[0-9]*"):
            try:
                if marque in (entree / "environ").read_bytes():
                    trouves[int(entree.name)] = (
                        (entree / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    )
            except OSError:
                continue
        return trouves

    def attendre_la_fin(self, secondes: int = 30) -> None:
        fin = time.monotonic() + secondes
        self.processus.wait(secondes)
        while self.membres():
            assert time.monotonic() < fin, self.membres()
            time.sleep(0.1)
        self.sorties.close()


@pytest.fixture
def demarrer(tmp_path: Path) -> Iterator[Callable[[], Demonstration]]:
    lancees: list[Demonstration] = []

    def lancer(**options: int) -> Demonstration:
        lancees.append(Demonstration(tmp_path / "demo", **options))
        return lancees[-1]

    yield lancer
    for demonstration in lancees:
        if demonstration.processus.poll() is None:
            demonstration.processus.kill()
    for demonstration in lancees:
        if not demonstration.sorties.closed:
            demonstration.attendre_la_fin()


def sante(port: int) -> int:
    liaison = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    liaison.request("GET", "/sante/", headers={"Host": "localhost"})
    statut = liaison.getresponse().status
    liaison.close()
    return statut


def test_elle_sert_puis_s_arrete_entiere_sur_sigterm(demarrer: Callable[..., Demonstration]) -> None:
    demo = demarrer()
    demo.attendre("La démonstration est ouverte")
    assert sante(demo.port) == 200
    lignes = " ".join(demo.membres().values())
    for partie in ("gunicorn", "celery", " worker ", " beat ", "refondation.postgres", "bin/postgres"):
        assert partie in lignes

    # A second start in the same folder, or on the same port, says why it does not start.
    seconde = demarrer()
    assert seconde.processus.wait(30) == 1
    assert "tourne déjà dans ce dossier" in seconde.dit()
    assert sante(demo.port) == 200

    demo.processus.send_signal(signal.SIGTERM)
    demo.attendre_la_fin()
    assert demo.processus.returncode == 0


def test_ctrl_c_l_arrete_et_elle_repart_avec_ses_donnees(demarrer: Callable[..., Demonstration]) -> None:
    demo = demarrer()
    demo.attendre("La démonstration est ouverte")
    # A terminal sends it to the whole group, and an impatient user twice.
    os.killpg(demo.processus.pid, signal.SIGINT)
    time.sleep(0.2)
    os.killpg(demo.processus.pid, signal.SIGINT)
    assert "Démonstration arrêtée" in (demo.processus.wait(30), demo.dit())[1]
    demo.attendre_la_fin()
    debut = time.monotonic()
    encore = demarrer()
    encore.attendre("La démonstration est ouverte")
    assert time.monotonic() - debut < 10
    encore.processus.send_signal(signal.SIGTERM)
    encore.attendre_la_fin()


def test_tuee_elle_ne_laisse_rien(demarrer: Callable[..., Demonstration]) -> None:
    demo = demarrer()
    demo.attendre("La démonstration est ouverte")
    demo.processus.kill()
    demo.attendre_la_fin()


def test_une_partie_qui_tombe_arrete_le_tout_et_est_nommee(demarrer: Callable[..., Demonstration]) -> None:
    demo = demarrer()
    demo.attendre("La démonstration est ouverte")
    [horloge] = [pid for pid, ligne in demo.membres().items() if " beat " in ligne]
    os.kill(horloge, signal.SIGKILL)
    demo.attendre_la_fin()
    assert demo.processus.returncode == 1


def test_un_port_pris_est_dit_avec_le_remede(demarrer: Callable[..., Demonstration]) -> None:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        prise.listen()
        port = prise.getsockname()[1]
        demo = demarrer(port=port)
        assert demo.processus.wait(30) == 1
        assert f"Le port {port} est déjà pris" in demo.dit()
        assert f"PORT={port + 1} python3 manage.py demo" in demo.dit()
    demo.attendre_la_fin()

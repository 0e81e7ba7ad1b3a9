"""The process tree of the demonstration: each part stops with the tree, the tree with any part."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from refondation.postgres import mourir_avec_le_parent

POLITESSE_SECONDES = 10
ATTENTE_SECONDES = 0.2


class PartieArretee(RuntimeError):
    """A part of the tree ended by itself; the message is French and says which."""


def port_libre(hote: str, port: int) -> bool:
    with socket.socket() as prise:
        # As the web server does: connections that have just ended do not hold the port.
        prise.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            prise.bind((hote, port))
        except OSError:
            return False
    return True


class Arbre:
    """Child processes, each in a session of its own so that a Ctrl-C reaches them through us, once.

    Used as a context manager: leaving it, whatever the reason, stops them all.  Should this
    process be killed, the kernel asks each of them to stop.
    """

    def __init__(self) -> None:
        self.parties: dict[str, subprocess.Popen] = {}

    def __enter__(self) -> Arbre:
        return self

    def __exit__(self, *exc: object) -> None:
        self.arreter()

    def lancer(self, nom: str, commande: Sequence[str]) -> None:
        """Start one part; `nom` is the French word that a sentence about it uses."""
        self.parties[nom] = subprocess.Popen(  # noqa: S603 - our own programs
            commande,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=mourir_avec_le_parent(signal.SIGTERM),  # noqa: PLW1509 - no thread here
        )

    def surveiller(self, autre_panne: Callable[[], str | None], jusqu_a: Callable[[], bool]) -> None:
        """Wait until `jusqu_a()`; raise `PartieArretee` as soon as a part ends or `autre_panne` names one."""
        while not jusqu_a():
            for nom, processus in self.parties.items():
                if processus.poll() is not None:
                    raise PartieArretee(f"{nom} s'est arrêté (code {processus.returncode}).")
            panne = autre_panne()
            if panne:
                raise PartieArretee(f"{panne} s'est arrêté.")
            time.sleep(ATTENTE_SECONDES)

    def arreter(self) -> None:
        """Ask every part to end, then kill what is left of its session."""
        for signal_recu in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signal_recu, signal.SIG_IGN)  # stopping is not interrupted
        for processus in self.parties.values():
            if processus.poll() is None:
                processus.terminate()
        limite = time.monotonic() + POLITESSE_SECONDES
        for processus in self.parties.values():
            with suppress(subprocess.TimeoutExpired):
                processus.wait(max(0.1, limite - time.monotonic()))
            with suppress(ProcessLookupError):
                os.killpg(processus.pid, signal.SIGKILL)
            processus.wait()

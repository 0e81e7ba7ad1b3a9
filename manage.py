#!/usr/bin/env python3
"""Entry point: makes .venv from the lock file when needed, then runs Django's commands in it."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path

RACINE = Path(__file__).resolve().parent
VENV = RACINE / ".venv"
PYTHON = VENV / "bin" / "python"
TEMOIN = VENV / "verrou"
EXECUTION, ESSAIS = RACINE / "requirements.lock", RACINE / "tests" / "requirements.lock"
SANS_PIP = """\
Ce Python ne sait pas créer d'environnement : son module « ensurepip » manque, et uv n'est pas installé.
Sur Debian ou Ubuntu : apt-get install python3-venv. Ailleurs : installez uv ou un Python complet."""
MODES = {"demo": "demo", "test": "test"}


def empreinte(verrou: Path) -> str:
    return hashlib.sha256(verrou.read_bytes()).hexdigest()


def est_a_jour(verrou: Path) -> bool:
    # The test lock holds everything of the other one: a test environment also runs the demo.
    admis = {empreinte(verrou), empreinte(ESSAIS)}
    return PYTHON.exists() and TEMOIN.exists() and TEMOIN.read_text() in admis


def installer(verrou: Path) -> None:
    """Make .venv hold what `verrou` (or a lock that contains it) says; one process at a time."""
    if est_a_jour(verrou):
        return
    with Path(__file__).open() as moi:
        fcntl.flock(moi, fcntl.LOCK_EX)
        if est_a_jour(verrou):
            return
        print(
            f"Installation des dépendances dans .venv ({verrou.relative_to(RACINE)})…",
            file=sys.stderr,
            flush=True,
        )
        TEMOIN.unlink(missing_ok=True)
        uv = shutil.which("uv")
        if uv:
            installer_avec_uv(uv, verrou)
        else:
            installer_avec_pip(verrou)
        TEMOIN.write_text(empreinte(verrou))


def installer_avec_uv(uv: str, verrou: Path) -> None:
    if not PYTHON.exists():
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, VENV], check=True)
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes", "-r", verrou], check=True
    )


def installer_avec_pip(verrou: Path) -> None:
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check"]
    # An environment that uv made, or that was interrupted, has no pip.
    if not PYTHON.exists() or subprocess.call([*pip, "--version"], stdout=subprocess.DEVNULL) != 0:
        if find_spec("ensurepip") is None:
            sys.exit(SANS_PIP)
        venv.create(VENV, with_pip=True, clear=True)
    subprocess.run([*pip, "install", "--quiet", "--require-hashes", "-r", verrou], check=True)


def main() -> None:
    commande = sys.argv[1] if len(sys.argv) > 1 else "help"
    # In a container image the dependencies are installed once, outside any .venv.
    if os.environ.get("REFONDATION_SANS_VENV") != "1":
        try:
            installer(ESSAIS if commande in {"test", "bancs"} else EXECUTION)
        except subprocess.CalledProcessError as echec:
            sys.exit(
                f"L'installation des dépendances a échoué (code {echec.returncode}). Relancez la commande."
            )
        if Path(sys.prefix).resolve() != VENV.resolve():
            os.execv(PYTHON, [str(PYTHON), *sys.argv])  # noqa: S606 - this file again, in .venv
    if "REFONDATION_MODE" not in os.environ and "SECRET_KEY" not in os.environ:
        os.environ["REFONDATION_MODE"] = MODES.get(commande, "local")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "refondation.settings")
    from django.core.management import execute_from_command_line

    from refondation.postgres import ServeurIndisponible, url_pour_les_essais

    try:
        if commande in {"test", "bancs"} and not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = url_pour_les_essais()
        execute_from_command_line(sys.argv)
    except ServeurIndisponible as panne:
        sys.exit(str(panne))


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever has an older one gets a sentence
        sys.exit("Refondation demande Python 3.11 ou plus récent.")
    main()

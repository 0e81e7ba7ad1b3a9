#!/usr/bin/env python3
"""Entry point: makes .venv from the lock file when needed, then runs Django's commands in it."""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

RACINE = Path(__file__).resolve().parent
VENV = RACINE / ".venv"
PYTHON = VENV / "bin" / "python"
TEMOIN = VENV / "verrou"


def empreinte(verrou: Path) -> str:
    return hashlib.sha256(verrou.read_bytes()).hexdigest()


def installer(verrou: Path) -> None:
    """Make .venv hold exactly what `verrou` (or a lock that contains it) says."""
    # The test lock holds everything of the other one: a test environment also runs the demo.
    admis = {empreinte(verrou), empreinte(RACINE / "requirements-test.lock")}
    if PYTHON.exists() and TEMOIN.exists() and TEMOIN.read_text() in admis:
        return
    print(f"Installation des dépendances dans .venv ({verrou.name})…", file=sys.stderr, flush=True)
    uv = shutil.which("uv")
    if uv:
        if not PYTHON.exists():
            subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(VENV)], check=True)
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes", "-r", str(verrou)],
            check=True,
        )
    else:
        if not PYTHON.exists():
            venv.create(VENV, with_pip=True)
        subprocess.run(
            [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            + ["--require-hashes", "-r", str(verrou)],
            check=True,
        )
    TEMOIN.write_text(empreinte(verrou))


def main() -> None:
    if sys.version_info < (3, 11):
        sys.exit("Refondation demande Python 3.11 ou plus récent.")
    commande = sys.argv[1] if len(sys.argv) > 1 else "help"
    # In a container image the dependencies are installed once, outside any .venv.
    if os.environ.get("REFONDATION_SANS_VENV") != "1":
        essais = commande in {"test", "bancs"}
        installer(RACINE / ("requirements-test.lock" if essais else "requirements.lock"))
        if Path(sys.prefix).resolve() != VENV.resolve():
            os.execv(PYTHON, [str(PYTHON), *sys.argv])
    if "REFONDATION_MODE" not in os.environ and "SECRET_KEY" not in os.environ:
        os.environ["REFONDATION_MODE"] = {"demo": "demo", "test": "test"}.get(commande, "local")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "refondation.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

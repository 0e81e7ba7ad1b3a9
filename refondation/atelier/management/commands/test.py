"""`manage.py test`: the whole suite by pytest, on real servers and a real browser, found or brought."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from refondation.atelier import machine


class Command(BaseCommand):
    help = (
        "Lance toute la suite d'essais. Les arguments sont ceux de pytest : "
        "manage.py test tests/consultation -k depot --reuse-db"
    )
    requires_system_checks = ()

    def run_from_argv(self, argv: list[str]) -> None:
        """Every argument belongs to pytest; only --help is answered here."""
        if "--help" in argv[2:] or "-h" in argv[2:]:
            self.stdout.write(self.help)
            return
        try:
            self.handle(*argv[2:])
        except CommandError as refus:
            self.stderr.write(self.style.ERROR(str(refus)))
            sys.exit(refus.returncode)

    def handle(self, *args: str, **options: Any) -> None:
        machine.apporter(machine.manquants())
        manquants = machine.manquants()
        for programme in manquants:
            self.stderr.write(
                f"{programme.nom} est introuvable (paquet Debian « {programme.paquet} ») : "
                f"{programme.sert_a} sont laissés de côté."
            )
        if manquants and os.environ.get("CI"):
            raise CommandError("En intégration continue, rien ne doit manquer.")
        # The whole suite goes on all cores; whoever names a file or an option wants it soon and simple.
        ouvriers = (os.cpu_count() or 1) if not _choisit(args) and not os.environ.get("REDIS_URL") else 1
        try:
            with ExitStack() as pile:
                adresses = [pile.enter_context(machine.redis()) for _ in range(ouvriers)]
                code = self._pytest(args, adresses)
        except machine.RedisIntrouvable as panne:
            raise CommandError(str(panne)) from panne
        sys.exit(code)

    def _pytest(self, arguments: tuple[str, ...], redis: list[str]) -> int:
        # Migrations may have changed since the last run; whoever knows better says --reuse-db.
        neuve = [] if {"--reuse-db", "--create-db"} & set(arguments) else ["--create-db"]
        if len(redis) > 1:
            neuve += ["-p", "refondation.atelier.ouvrier", "-n", str(len(redis)), "--dist", "loadfile"]
        environnement = {
            **os.environ,
            "DATABASE_URL": base_de_ce_depot(os.environ["DATABASE_URL"]),
            "REDIS_URL": redis[0],
            "REDIS_DES_OUVRIERS": " ".join(redis),
            "REFONDATION_MODE": "test",
        }
        processus = subprocess.Popen(
            [sys.executable, "-m", "pytest", *neuve, *arguments], env=environnement, cwd=settings.BASE_DIR
        )
        while True:
            try:
                return processus.wait()
            except KeyboardInterrupt:
                continue  # pytest heard it too: it stops and says where it was


def _choisit(arguments: tuple[str, ...]) -> bool:
    """Whether some tests were chosen, or another way to run them: anything but words on the report."""
    return any(not a.startswith(("--durations", "-q", "-v", "--create-db", "--reuse-db")) for a in arguments)


def base_de_ce_depot(url: str) -> str:
    """On a server that was found, a name of our own: another clone may be running its suite there."""
    u = urlsplit(url)
    if u.path != "/postgres":
        return url
    empreinte = hashlib.sha256(os.fsencode(settings.BASE_DIR)).hexdigest()
    return u._replace(path=f"/refondation_{empreinte[:8]}").geturl()

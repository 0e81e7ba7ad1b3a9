"""`manage.py test`: the whole suite by pytest, on real servers and a real browser, found or brought."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
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
        try:
            with machine.redis() as url:
                code = self._pytest(args, url)
        except machine.RedisIntrouvable as panne:
            raise CommandError(str(panne)) from panne
        sys.exit(code)

    def _pytest(self, arguments: tuple[str, ...], redis: str) -> int:
        # Migrations may have changed since the last run; whoever knows better says --reuse-db.
        neuve = [] if {"--reuse-db", "--create-db"} & set(arguments) else ["--create-db"]
        environnement = {
            **os.environ,
            "DATABASE_URL": base_de_ce_depot(os.environ["DATABASE_URL"]),
            "REDIS_URL": redis,
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


def base_de_ce_depot(url: str) -> str:
    """On a server that was found, a name of our own: another clone may be running its suite there."""
    u = urlsplit(url)
    if u.path != "/postgres":
        return url
    empreinte = hashlib.sha256(os.fsencode(settings.BASE_DIR)).hexdigest()
    return u._replace(path=f"/refondation_{empreinte[:8]}").geturl()

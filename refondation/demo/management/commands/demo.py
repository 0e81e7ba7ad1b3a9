"""`manage.py demo`: database, demonstration data, web, worker and clock, in one process tree."""

from __future__ import annotations

import fcntl
import http.client
import os
import signal
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from refondation.demo.processus import Arbre, PartieArretee, port_libre
from refondation.postgres import est_garde

PYTHON = [sys.executable, "-m"]
# Whoever tries it as root, in a container, was told once: here it is the demonstration's affair.
CELERY = [
    *[sys.executable, "-W", "ignore:You're running the worker with superuser", "-m"],
    *["celery", "--app", "refondation", "--quiet"],
]
DEMARRAGE_SECONDES = 60


class Command(BaseCommand):
    help = "Démarre la démonstration complète sur ce poste et l'arrête d'un Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--sans-donnees", action="store_true", help="ne charge pas le jeu de démonstration"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("La démonstration ne se lance pas en production.")
        hote, port = os.environ.get("HOTE", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
        # Asked to stop, we leave through every `finally`.
        for demande in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(demande) != signal.SIG_IGN:  # nohup and the like mean it
                signal.signal(demande, signal.default_int_handler)
        with (settings.LOCAL_DIR / "demo.verrou").open("w") as verrou:
            try:
                fcntl.flock(verrou, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CommandError(
                    "La démonstration tourne déjà dans ce dossier. Arrêtez-la d'abord (Ctrl-C)."
                ) from None
            if not port_libre(hote, port):
                raise CommandError(
                    f"Le port {port} est déjà pris. Arrêtez l'autre programme, ou choisissez un autre port : "
                    f"PORT={port + 1} python3 manage.py demo"
                )
            try:
                self._preparer(sans_donnees=options["sans_donnees"])
                self._servir(hote, port)
            except KeyboardInterrupt:
                self.stdout.write(f"\nDémonstration arrêtée. Les données restent dans {settings.LOCAL_DIR}.")
            except PartieArretee as panne:
                raise CommandError(f"{panne} La démonstration est arrêtée.") from panne

    def _preparer(self, *, sans_donnees: bool) -> None:
        from refondation.demo import donnees

        self._dire("Mise à jour de la base…")
        call_command("migrate", verbosity=0)
        if not sans_donnees:
            try:
                donnees.charger(dire=self._dire)
            except donnees.BaseOccupee as refus:
                raise CommandError(str(refus)) from refus
        connections.close_all()

    def _servir(self, hote: str, port: int) -> None:
        with Arbre() as arbre:
            arbre.lancer(
                "Le serveur web",
                [*PYTHON, "gunicorn", "refondation.wsgi", "--bind", f"{hote}:{port}", "--workers", "2"]
                + ["--threads", "4", "--graceful-timeout", "5", "--log-level", "warning"],
            )
            arbre.lancer(
                "L'exécutant des tâches",
                [*CELERY, "worker", "--pool", "solo", "--loglevel", "WARNING"]
                + ["--without-gossip", "--without-mingle", "--without-heartbeat"],
            )
            # Its timetable has only intervals of minutes: nothing to remember from one start to the next.
            arbre.lancer(
                "L'horloge",
                [
                    *CELERY,
                    "beat",
                    "--scheduler",
                    "celery.beat:Scheduler",
                    "--pidfile=",
                    "--loglevel",
                    "WARNING",
                ],
            )
            limite = time.monotonic() + DEMARRAGE_SECONDES
            arbre.surveiller(self._panne, lambda: repond(hote, port) or time.monotonic() > limite)
            self._annoncer()
            arbre.surveiller(self._panne, lambda: False)

    def _panne(self) -> str | None:
        dossier = settings.LOCAL_DIR / "postgres"
        return "PostgreSQL" if settings.BASE_EMBARQUEE and not est_garde(dossier) else None

    def _annoncer(self) -> None:
        from refondation.demo import comptes

        page = f"{settings.ADRESSE_PUBLIQUE}/demo/"
        self._dire(f"\nLa démonstration est ouverte : {page}")
        tous = comptes.lire()
        if tous:
            self._dire(
                "Comptes : un clic sur cette page, ou l'identifiant ci-dessous "
                f"et le code reçu dans {page}courriels/"
            )
        large = max((len(c.role) for c in tous), default=0)
        for compte in tous:
            self._dire(f"  {compte.role:<{large}}  {compte.nom}, {compte.identifiant}")
        self._dire("Ctrl-C l'arrête.")

    def _dire(self, texte: str) -> None:
        self.stdout.write(texte)
        self.stdout.flush()


def repond(hote: str, port: int) -> bool:
    """Whether the health page says that all is well."""
    liaison = http.client.HTTPConnection(hote, port, timeout=5)
    try:
        liaison.request("GET", "/sante/", headers={"Host": "localhost"})
        return liaison.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        liaison.close()

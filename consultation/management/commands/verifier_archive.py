"""`manage.py verifier_archive FICHIER.bel…`: verify archives; neither the database nor Redis is used."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from consultation.belenios import commande


class Command(BaseCommand):
    help = commande.DESCRIPTION
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        commande.ajouter_arguments(parser)

    def handle(self, **options: Any) -> None:
        code = commande.executer(
            options["fichiers"],
            en_json=options["json"],
            processus=options["processus"],
            ecrire=self.stdout.write,
            signaler=self.stderr.write,
        )
        if code:
            sys.exit(code)

"""`manage.py verifier_journal`: exit 0 when the chain holds, 1 and the exact line otherwise."""

import argparse
import re
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from refondation.journal.chaine import verifier


def repere(texte: str) -> tuple[int, str]:
    trouve = re.fullmatch(r"([1-9]\d*):([0-9a-f]{64})", texte)
    if trouve is None:
        raise argparse.ArgumentTypeError("attendu : le rang, deux-points, les 64 chiffres de l'empreinte")
    return int(trouve[1]), trouve[2]


class Command(BaseCommand):
    help = "Vérifie la chaîne du journal : code 0 si elle tient, 1 et la première ligne en défaut sinon."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--repere", type=repere, help="RANG:EMPREINTE notée plus tôt, que la chaîne doit contenir"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        etat = verifier(repere=options["repere"])
        if not etat.est_intacte:
            self.stderr.write(f"Journal rompu : {etat.defaut}. Les {etat.lignes} premières lignes tiennent.")
            raise SystemExit(1)
        self.stdout.write(f"Journal intact : {etat.lignes} lignes, repère {etat.lignes}:{etat.tete}")

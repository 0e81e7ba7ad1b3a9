"""`manage.py importer_territoire`: federations and sections from two files, the shipped ones by default."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from refondation.territoire import actes
from refondation.territoire.lecture import FEDERATIONS, SECTIONS


class Command(BaseCommand):
    help = "Importe les fédérations et les sections ; les mêmes fichiers ne changent rien la seconde fois."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--federations", type=Path, default=FEDERATIONS, metavar="F.csv")
        parser.add_argument("--sections", type=Path, default=SECTIONS, metavar="S.csv")
        parser.add_argument("--simulation", action="store_true", help="vérifie et compte, sans rien écrire")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            bilan = actes.importer_territoire(
                federations=options["federations"],
                sections=options["sections"],
                par=None,
                simulation=options["simulation"],
            )
        except actes.TerritoireRefuse as refus:
            for defaut in refus.defauts:
                self.stderr.write(str(defaut))
            raise CommandError(str(refus)) from refus
        for nom, comptes in (("fédérations", bilan.federations), ("sections", bilan.sections)):
            self.stdout.write(
                f"{comptes.lues} {nom} : {comptes.nouvelles} nouvelles, {comptes.modifiees} modifiées, "
                f"{comptes.absentes} absentes du fichier et gardées."
            )
        if options["simulation"]:
            self.stdout.write("Simulation : rien n'est écrit.")

"""`manage.py importer_adherents FICHIER`: compare the national file with the register, then apply it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from refondation.membres import actes
from refondation.membres.models import Import, LigneImport
from refondation.membres.regles import ActeImpossible


class Command(BaseCommand):
    help = (
        "Importe le fichier national (CSV ou XLSX) : dit ce qui change, puis l'applique tout entier. "
        "Les lignes en conflit sont laissées de côté, sauf celles que --accepter nomme."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fichier", type=Path)
        parser.add_argument(
            "--simulation", action="store_true", help="dit ce qui changerait, sans rien écrire"
        )
        parser.add_argument(
            "--partiel", action="store_true", help="qui n'est pas dans le fichier ne sort pas du registre"
        )
        parser.add_argument(
            "--sorties", type=int, metavar="N", help="confirme ce nombre de sorties quand il est élevé"
        )
        parser.add_argument(
            "--accepter", action="append", default=[], choices=LigneImport.A_TRANCHER,
            help="applique aussi les lignes en conflit de ce genre",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lot = actes.deposer_import(
                morceaux=_morceaux(options["fichier"]),
                nom=options["fichier"].name,
                complet=not options["partiel"],
                par=None,
                en_tache=False,
            )
        except OSError as erreur:
            raise CommandError(f"{options['fichier']} ne s'ouvre pas.") from erreur
        except ActeImpossible as refus:
            raise CommandError(str(refus)) from refus
        try:
            self._importer(actes.comparer_import(lot=lot), options)
        except ActeImpossible as refus:
            raise CommandError(str(refus)) from refus
        finally:
            lot.refresh_from_db()
            if lot.etat in Import.TRANSITIONS["abandonner"][0]:
                actes.abandonner_import(lot=lot, par=None)

    def _importer(self, lot: Import, options: dict[str, Any]) -> None:
        if lot.etat == Import.Etat.REFUSE:
            for erreur in lot.erreurs_lues.all():
                lieu = f"ligne {erreur.ligne}" if erreur.ligne else "fichier"
                colonne = f", colonne « {erreur.colonne} »" if erreur.colonne else ""
                self.stderr.write(f"{lieu}{colonne} : {erreur.message}")
            raise CommandError(
                f"{lot.erreurs} erreur(s) : rien n'est importé. Corrigez le fichier et recommencez."
            )
        self._dire(lot)
        if options["simulation"]:
            self.stdout.write("Simulation : rien n'est écrit.")
            return
        for genre in options["accepter"]:
            actes.trancher_conflits(lot=lot, genre=genre, accepter=True, par=None)
        actes.confirmer_import(lot=lot, sorties=options["sorties"], par=None, en_tache=False)
        lot = actes.appliquer_import(lot=lot, en_tache=False)
        if lot.etat != Import.Etat.APPLIQUE:
            raise CommandError("Le registre a changé pendant l'import : rien n'est écrit. Recommencez.")
        self.stdout.write("L'import est appliqué.")

    def _dire(self, lot: Import) -> None:
        self.stdout.write(f"{lot.lignes} lignes lues, {lot.inchanges} sans changement.")
        for nombre, quoi in (
            (lot.nouveaux, "nouveaux membres"),
            (lot.modifies, "modifications"),
            (lot.deplaces, "changements de section"),
            (lot.sortis, "sorties proposées"),
            (lot.conflits, "lignes en conflit"),
        ):
            self.stdout.write(f"{nombre:>8} {quoi}")
        if lot.ignorees:
            self.stdout.write(f"Colonnes ignorées : {', '.join(lot.ignorees)}.")


def _morceaux(chemin: Path) -> Iterator[bytes]:
    with chemin.open("rb") as fichier:
        while morceau := fichier.read(1 << 16):
            yield morceau

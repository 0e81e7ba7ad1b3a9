"""`manage.py repartir_sieges FICHIER --sieges N`: share seats by members, from a table to a table."""

import csv
import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from delegues.sieges import (
    METHODES,
    REFUSER,
    REGLES_D_EGALITE,
    RESTES,
    TIRAGE,
    RepartitionImpossible,
    repartir,
    trancher,
)
from refondation.tableaux import lecture

COLONNES = {
    **dict.fromkeys(("code", "code section", "section"), "code"),
    **dict.fromkeys(("effectif", "effectifs", "adherents", "adherent es", "inscrits"), "effectif"),
}


class Command(BaseCommand):
    help = (
        "Répartit des sièges entre les lignes d'un tableau (code,effectif) et écrit code,sieges. "
        "Calcul exact : une égalité est nommée, et refusée tant qu'aucune règle ne la tranche."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("fichier", type=Path, help="CSV ou XLSX, colonnes code et effectif")
        parser.add_argument("--sieges", type=int, required=True, metavar="N", help="nombre de sièges")
        parser.add_argument("--methode", choices=METHODES, default=RESTES, help=f"(défaut : {RESTES})")
        parser.add_argument(
            "--plancher", type=int, default=0, metavar="P", help="au moins P sièges par ligne (défaut : 0)"
        )
        parser.add_argument(
            "--egalite", choices=REGLES_D_EGALITE, default=REFUSER, help=f"(défaut : {REFUSER})"
        )
        parser.add_argument("--graine", default="", metavar="G", help="graine du tirage, publiée avant lui")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["sieges"] < 0 or options["plancher"] < 0:
            raise CommandError("--sieges et --plancher sont des nombres positifs ou nuls.")
        if options["egalite"] == TIRAGE and not options["graine"]:
            raise CommandError("--egalite tirage demande --graine : elle rend le tirage rejouable.")
        effectifs = _lire(options["fichier"])
        try:
            repartie = repartir(effectifs, options["sieges"], options["methode"], options["plancher"])
        except RepartitionImpossible as refus:
            raise CommandError(str(refus)) from refus
        if egalite := repartie.egalite:
            repartie = trancher(repartie, options["egalite"], options["graine"])
            dit = f"Égalité : {egalite.sieges} siège(s) pour {', '.join(egalite.codes)}."
            if not repartie.retenus:
                raise CommandError(f"{dit} Choisissez une règle avec --egalite.")
            self.stderr.write(
                f"{dit} Retenu(s) par « {options['egalite']} » : {', '.join(repartie.retenus)}."
            )
        table = csv.writer(self.stdout, lineterminator="\n")
        table.writerow(("code", "sieges"))
        table.writerows(repartie.sieges.items())


def _lire(fichier: Path) -> dict[str, int]:
    """{code: members} in the order of the file; `CommandError` names the line at fault."""
    try:
        tableau = lecture.lire(fichier, COLONNES)
        if absentes := {"code", "effectif"} - set(tableau.champs):
            raise CommandError(f"Il manque la colonne {' et la colonne '.join(sorted(absentes))}.")
        rang_code, rang_effectif = (tableau.champs.index(nom) for nom in ("code", "effectif"))
        effectifs: dict[str, int] = {}
        for numero, cellules in tableau.lignes:
            code, effectif = (_texte(cellules, rang) for rang in (rang_code, rang_effectif))
            if not code:
                raise CommandError(f"Ligne {numero} : le code est vide.")
            if code in effectifs:
                raise CommandError(f"Ligne {numero} : le code {code} est déjà dans le fichier.")
            if not re.fullmatch("[0-9]+", effectif):
                raise CommandError(f"Ligne {numero} : l'effectif « {effectif} » n'est pas un nombre entier.")
            effectifs[code] = int(effectif)
    except OSError as erreur:
        raise CommandError(f"{fichier} ne s'ouvre pas.") from erreur
    except lecture.FichierIllisible as refus:
        lieu = f"Ligne {refus.ligne} : " if refus.ligne else ""
        raise CommandError(f"{lieu}{refus}") from refus
    return effectifs


def _texte(cellules: list[Any], rang: int) -> str:
    """A cell as text: absent is empty, and a spreadsheet's 12.0 is 12."""
    valeur = cellules[rang] if rang < len(cellules) else ""
    if isinstance(valeur, float) and valeur.is_integer():
        valeur = int(valeur)
    return str("" if valeur is None else valeur).strip()

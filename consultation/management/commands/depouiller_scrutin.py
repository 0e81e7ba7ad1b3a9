"""Count a closed vote from the terminal: what the workers do, here, or waiting for them."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consultation import actes, controle, tasks
from consultation.models import Scrutin
from refondation.membres.regles import ActeImpossible

PAUSE = 1.0


class Command(BaseCommand):
    help = "Dépouille un scrutin clos : revérifie chaque bulletin et additionne les urnes, sans rien ouvrir."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="adresse du scrutin")
        parser.add_argument(
            "--attendre",
            action="store_true",
            help="confier le travail aux travailleurs de Celery et suivre leur avancement",
        )

    def handle(self, *, slug: str, attendre: bool, **options: Any) -> None:
        scrutin = Scrutin.objects.filter(slug=slug).first()
        if scrutin is None:
            raise CommandError(f"Aucun scrutin n'a l'adresse « {slug} ».")
        try:
            tranches = actes.decouper(scrutin=scrutin)
        except ActeImpossible as refus:
            raise CommandError(str(refus)) from refus
        self.stdout.write(f"{tranches} tranche(s) à revérifier, {scrutin.urnes.count()} urne(s).")
        if attendre:
            tasks.depouiller.delay(scrutin.pk)
            self._suivre(scrutin)
        else:
            self._compter(scrutin)
        self._conclure(scrutin)

    def _compter(self, scrutin: Scrutin) -> None:
        while (tranche := actes.verifier_une_tranche(scrutin=scrutin)) is not None:
            actes.totaliser_urne(urne=tranche.urne)
            self._dire(controle.avancement(scrutin))
        # Slices that a stopped worker verified without summing their box.
        for urne in scrutin.urnes.all():
            actes.totaliser_urne(urne=urne)

    def _suivre(self, scrutin: Scrutin) -> None:
        dernier: dict[str, int] = {}
        while True:
            etat = controle.avancement(scrutin)
            if etat != dernier:
                self._dire(etat)
                dernier = etat
            if etat["totaux"] + self._urnes_en_defaut(scrutin) >= etat["urnes"]:
                return
            time.sleep(PAUSE)

    def _urnes_en_defaut(self, scrutin: Scrutin) -> int:
        en_cours = scrutin.urnes.filter(tranches__faite_le=None, tranches__isnull=False)
        return scrutin.urnes.filter(tranches__defaut__gt="").exclude(pk__in=en_cours).distinct().count()

    def _dire(self, etat: dict[str, int]) -> None:
        self.stdout.write(
            f"{etat['faites']}/{etat['tranches']} tranches, {etat['totaux']}/{etat['urnes']} totaux, "
            f"{etat['defauts']} anomalie(s)"
        )

    def _conclure(self, scrutin: Scrutin) -> None:
        defauts = [
            f"{urne} : {defaut}"
            for urne, defaut in scrutin.urnes.filter(tranches__defaut__gt="").values_list(
                "nom", "tranches__defaut"
            )
        ]
        for defaut in defauts:
            self.stderr.write(defaut)
        if defauts:
            raise CommandError("Des bulletins ne se revérifient pas : leurs urnes ne sont pas additionnées.")
        etat = controle.avancement(scrutin)
        manquantes = etat["urnes"] * etat["gardiens"] - etat["parts"]
        self.stdout.write(
            f"Chaque urne est additionnée. {manquantes} part(s) de gardien·nes attendue(s)."
            if manquantes
            else "Chaque urne a son résultat."
        )

"""`manage.py nommer_administrateur NUMERO|ADRESSE`: give the role that gives all others, from the server."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from refondation.membres import actes
from refondation.membres.codes import normaliser, personnes_de
from refondation.membres.models import Adherent, Compte
from refondation.membres.regles import ActeImpossible


class Command(BaseCommand):
    help = (
        "Nomme un·e administrateur·rice national·e, à partir d'aujourd'hui. Une adresse inconnue du registre "
        "ouvre un compte hors registre."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("personne", help="numéro d'adhérent·e ou adresse électronique")
        parser.add_argument("--nom", default="", help="nom à afficher, pour un compte hors registre")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            personne = self._personne(normaliser(options["personne"]), options["nom"])
            mandat = actes.installer_administrateur(personne=personne)
        except ActeImpossible as refus:
            raise CommandError(str(refus)) from refus
        self.stdout.write(f"{mandat.compte} : {mandat}. Un second facteur sera demandé à la connexion.")

    def _personne(self, saisie: str, nom: str) -> Adherent | Compte:
        trouvees = personnes_de(saisie)
        if len(trouvees) > 1:
            raise CommandError(f"Plusieurs personnes : {', '.join(map(str, trouvees))}. Donnez le numéro.")
        if trouvees:
            return trouvees[0]
        if "@" not in saisie:
            raise CommandError(f"Personne n'a le numéro {saisie}, ou cette personne n'a pas d'adresse.")
        return actes.ouvrir_compte_hors_registre(courriel=saisie, nom=nom, par=None)

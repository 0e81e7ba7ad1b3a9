"""`manage.py exporter_archives SCRUTIN --dossier D`: each box's archive, and what is needed to check them."""

from __future__ import annotations

import hashlib
import json
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from consultation.chaine import lire_archive
from consultation.models import Scrutin, Urne
from consultation.regles import heure

LISEZMOI = """\
# Archives du scrutin « {nom} »

Extraites le {instant}. État du scrutin : {etat}.

- {urnes} urne(s), un fichier `.bel` par urne. `manifeste.json` dit laquelle est laquelle, avec l'empreinte de
  tête de chaque chaîne, celle de la liste électorale et celle du document de cadrage.
- `SHA256SUMS` : les empreintes des fichiers (`sha256sum --check SHA256SUMS`).

## Vérifier avec un logiciel écrit par d'autres

`belenios-tool` (paquet du même nom dans Debian) vérifie une archive seule dans son dossier :

    for archive in *.bel; do
        dossier=$(mktemp -d) && cp "$archive" "$dossier" && belenios-tool election verify --dir "$dossier"
    done

## Vérifier avec le nôtre

    python3 manage.py verifier_archive *.bel

Une archive extraite avant la fin du scrutin est le début de ce qu'elle sera : elle se vérifie telle quelle.
"""


class Command(BaseCommand):
    help = "Dépose dans un dossier neuf l'archive de chaque urne d'un scrutin annoncé."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("scrutin", help="adresse (slug) du scrutin")
        parser.add_argument("--dossier", type=Path, required=True, help="dossier à créer")

    def handle(self, *args: Any, **options: Any) -> None:
        scrutin = Scrutin.objects.filter(slug=options["scrutin"]).first()
        if scrutin is None:
            raise CommandError(f"Aucun scrutin à l'adresse « {options['scrutin']} ».")
        dossier: Path = options["dossier"]
        if dossier.exists() and (not dossier.is_dir() or any(dossier.iterdir())):
            raise CommandError(f"{dossier} existe et n'est pas vide : rien n'y est écrit.")
        urnes = list(scrutin.urnes.filter(hauteur__gte=0))
        if not urnes:
            raise CommandError(
                "Ce scrutin n'a pas encore d'urne scellée : ses archives naissent après l'annonce."
            )
        absentes = scrutin.urnes.count() - len(urnes)
        dossier.parent.mkdir(parents=True, exist_ok=True)
        # All or nothing: the folder takes its name once whole.
        with tempfile.TemporaryDirectory(dir=dossier.parent, prefix=f".{dossier.name}-") as ebauche:
            lieu = Path(ebauche) / "archives"
            lieu.mkdir()
            deposer(scrutin, urnes, lieu)
            lieu.rename(dossier)
        self.stdout.write(f"{len(urnes)} archive(s) dans {dossier}.")
        if absentes:
            self.stderr.write(f"{absentes} urne(s) ne sont pas encore scellées : elles n'ont pas d'archive.")


def deposer(scrutin: Scrutin, urnes: list[Urne], lieu: Path) -> None:
    """Write the archives of `urnes` and the files that describe them in the empty folder `lieu`."""
    fiches = [_archiver(urne, lieu) for urne in urnes]
    instant = timezone.now()
    manifeste = {
        "scrutin": scrutin.slug,
        "nom": scrutin.nom,
        "etat": scrutin.etat,
        "instant": instant.isoformat(timespec="seconds"),
        "liste": scrutin.liste_empreinte,
        "document": scrutin.document_fige.empreinte,
        "urnes": fiches,
    }
    (lieu / "manifeste.json").write_text(json.dumps(manifeste, ensure_ascii=False, indent=2) + "\n")
    (lieu / "LISEZMOI.md").write_text(
        LISEZMOI.format(
            nom=scrutin.nom, instant=heure(instant), etat=scrutin.get_etat_display().lower(), urnes=len(urnes)
        )
    )
    (lieu / "SHA256SUMS").write_text("".join(f"{f['sha256']}  {f['fichier']}\n" for f in fiches))


def _archiver(urne: Urne, lieu: Path) -> dict[str, Any]:
    nom, empreinte, taille = f"{urne.uuid}.bel", hashlib.sha256(), 0
    with (lieu / nom).open("xb") as fichier:
        for enregistrement in lire_archive(urne):
            fichier.write(enregistrement)
            empreinte.update(enregistrement)
            taille += len(enregistrement)
    return {
        "fichier": nom,
        "urne": urne.nom,
        "college": urne.college,
        "inscrits": urne.inscrits,
        "hauteur": urne.hauteur,
        "tete": urne.tete,
        "octets": taille,
        "sha256": empreinte.hexdigest(),
    }

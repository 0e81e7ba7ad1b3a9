"""`manage.py simuler_scrutin`: a whole vote in a throw-away database; its archives and its result stay."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from refondation.atelier.machine import base_neuve
from refondation.demo.simulation import Demande


class Command(BaseCommand):
    help = (
        "Joue un scrutin entier par les vrais actes, les vraies tâches et le vrai chiffrement, dans une base "
        "créée pour l'occasion puis supprimée ; laisse archives et resultat.json dans un dossier neuf."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--electeurs", type=int, required=True, metavar="N", help="personnes sur la liste"
        )
        parser.add_argument(
            "--federations", type=int, required=True, metavar="M", help="fédérations (1 à 108)"
        )
        parser.add_argument("--participation", type=float, required=True, metavar="P", help="part de 0 à 1")
        parser.add_argument("--dossier", type=Path, required=True, metavar="D", help="dossier à créer")
        parser.add_argument("--graine", type=int, help="fixe qui vote et quoi (défaut : tirée et affichée)")
        parser.add_argument(
            "--revote", action="store_true", help="permet de voter de nouveau ; certain·es le font"
        )
        parser.add_argument(
            "--questions", type=int, default=1, metavar="K", help="nombre de questions (1 à 8)"
        )
        parser.add_argument(
            "--gardiens", type=int, default=2, metavar="G", help="gardien·nes de la clé (1 à 9)"
        )
        parser.add_argument(
            "--maillage", choices=("section", "federation", "national"), default="federation", help="urnes"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        bornes = {"electeurs": (10, 1_000_000), "federations": (1, 108), "participation": (0, 1)}
        for nom, (bas, haut) in {**bornes, "questions": (1, 8), "gardiens": (1, 9)}.items():
            if not bas <= options[nom] <= haut:
                raise CommandError(f"--{nom} va de {bas} à {haut}.")
        dossier: Path = options["dossier"]
        if dossier.exists() and (not dossier.is_dir() or any(dossier.iterdir())):
            raise CommandError(f"{dossier} existe et n'est pas vide : rien n'y est écrit.")
        graine = options["graine"] if options["graine"] is not None else secrets.randbelow(2**32)
        noms = ("electeurs", "federations", "participation", "revote", "questions", "gardiens", "maillage")
        demande = Demande(graine=graine, **{nom: options[nom] for nom in noms})
        self.stdout.write(f"Graine {graine}.")
        dossier.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=dossier.parent, prefix=f".{dossier.name}-") as ebauche:
            lieu = Path(ebauche) / "archives"
            lieu.mkdir()
            code = jouer_a_part(demande, lieu, Path(ebauche))
            if code:
                raise CommandError(f"La simulation a échoué (code {code}) : rien n'est laissé.")
            lieu.rename(dossier)
        self.stdout.write(f"Archives et résultat : {dossier}")


def jouer_a_part(demande: Demande, lieu: Path, local: Path) -> int:
    """The exit code of the simulation, in a process and a database that exist only for it."""
    with base_neuve(os.environ["DATABASE_URL"], f"simulation_{os.getpid()}") as base:
        environnement = {
            **os.environ,
            "DATABASE_URL": base,
            # Mails stay in memory, tasks in place, trustees' keys in a folder that goes.
            "REFONDATION_MODE": "test",
            "REDIS_URL": "",
            "REFONDATION_LOCAL": str(local),
        }
        return subprocess.call(
            [
                sys.executable,
                "-m",
                "refondation.demo.simulation",
                json.dumps(asdict(demande)),
                str(lieu.resolve()),
            ],
            env=environnement,
            cwd=settings.BASE_DIR,
        )

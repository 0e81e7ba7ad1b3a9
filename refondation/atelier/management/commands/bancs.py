"""`manage.py bancs`: each benchmark in a process and a database of its own, then ratios and a file."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections

from bancs import Mesure
from refondation.atelier import machine

DOSSIER = settings.BASE_DIR / "bancs"


class Command(BaseCommand):
    help = "Mesure les performances, chacune à côté d'un étalon pris dans la même exécution."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--taille", type=float, default=1.0, help="multiplie les tailles (1 : celles visées)"
        )
        parser.add_argument(
            "--seulement", action="append", choices=noms(), metavar="NOM", help="ce banc-là ; se répète"
        )
        parser.add_argument("--sortie", type=Path, help="fichier JSON (défaut : bancs/resultats/<date>.json)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["taille"] <= 0:
            raise CommandError("--taille est un nombre positif.")
        machine.apporter(machine.manquants())
        debut = datetime.now(UTC)
        fiche = {"debut": debut.isoformat(timespec="seconds"), "taille": options["taille"], **portrait()}
        connections.close_all()
        resultats, rates = [], 0
        try:
            with machine.redis() as redis:
                for nom in options["seulement"] or noms():
                    self.stderr.write(f"— {nom}")
                    resultat = mesurer_a_part(nom, options["taille"], redis)
                    resultats.append({"banc": nom, **resultat})
                    rates += "echec" in resultat
        except machine.RedisIntrouvable as panne:
            raise CommandError(str(panne)) from panne
        self.stdout.write(tableau(resultats))
        sortie = options["sortie"] or DOSSIER / "resultats" / f"{debut:%Y%m%d-%H%M%S}.json"
        sortie.parent.mkdir(parents=True, exist_ok=True)
        sortie.write_text(json.dumps({**fiche, "bancs": resultats}, ensure_ascii=False, indent=2) + "\n")
        self.stdout.write(f"\nDétail : {sortie}")
        if rates:
            raise CommandError(f"{rates} banc(s) n'ont pas abouti.")


def noms() -> list[str]:
    """Modules that measure; others may stand beside them, for what several need."""
    return sorted(p.stem for p in DOSSIER.glob("[!_]*.py") if "\ndef mesurer(" in p.read_text())


def mesurer_a_part(nom: str, taille: float, redis: str) -> dict[str, Any]:
    """What bancs/__main__.py measured in a fresh process; {"echec": code} when it failed."""
    with (
        tempfile.TemporaryDirectory(prefix="refondation-banc-") as dossier,
        machine.base_neuve(os.environ["DATABASE_URL"], f"banc_{nom}_{os.getpid()}") as base,
    ):
        sortie = Path(dossier) / "mesures.json"
        environnement = {
            **os.environ,
            "DATABASE_URL": base,
            "REDIS_URL": redis,
            "REFONDATION_MODE": "test",
            "REFONDATION_LOCAL": dossier,
        }
        code = subprocess.call(
            [sys.executable, "-m", "bancs", nom, str(taille), str(sortie)],
            env=environnement,
            cwd=settings.BASE_DIR,
            stdout=sys.stderr,
        )
        return json.loads(sortie.read_text()) if code == 0 else {"echec": code, "mesures": []}


def portrait() -> dict[str, Any]:
    """The machine and the versions that the figures depend on."""
    with connection.cursor() as curseur:
        curseur.execute("SHOW server_version")
        postgres = curseur.fetchone()[0]
    memoire = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return {
        "machine": {
            "systeme": platform.platform(),
            "processeur": _processeur(),
            "coeurs": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "memoire_mo": memoire,
        },
        "versions": {
            "python": platform.python_version(),
            "postgresql": postgres,
            **{paquet: version(paquet) for paquet in ("django", "psycopg", "gmpy2", "celery", "gunicorn")},
            **{p.nom: _version(p.chemin()) for p in machine.PROGRAMMES if p.nom != "Chromium"},
        },
    }


def _processeur() -> str:
    try:
        lignes = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((li.partition(":")[2].strip() for li in lignes if li.startswith("model name")), "")


def _version(programme: str | None) -> str:
    if programme is None:
        return "absent"
    sortie = subprocess.run([programme, "--version"], capture_output=True, text=True, check=False)
    return sortie.stdout.strip()


def tableau(resultats: list[dict[str, Any]]) -> str:
    """One line a figure, aligned for a terminal; a benchmark that failed says so in its place."""
    lignes = [("banc", "mesure", "valeur", "étalon", "rapport", "objectif", "verdict")]
    for resultat in resultats:
        if "echec" in resultat:
            lignes.append((resultat["banc"], "–", "–", "–", "–", "–", "n'a pas abouti"))
        for champs in resultat["mesures"]:
            m = Mesure(**champs)
            lignes.append(
                (
                    resultat["banc"],
                    m.nom,
                    f"{nombre(m.valeur)} {m.unite}",
                    "–" if m.etalon is None else f"{nombre(m.etalon)} {m.unite}",
                    nombre(m.rapport),
                    m.objectif,
                    "atteint" if m.atteint else "manqué",
                )
            )
    largeurs = [max(map(len, colonne)) for colonne in zip(*lignes, strict=True)]
    lignes.insert(1, tuple("-" * largeur for largeur in largeurs))
    return "\n".join(
        "  ".join(c.ljust(n) for c, n in zip(ligne, largeurs, strict=True)).rstrip() for ligne in lignes
    )


def nombre(valeur: float) -> str:
    """Three significant digits, or the whole number from a thousand on, the French way."""
    texte = f"{valeur:,.0f}" if abs(valeur) >= 1000 else f"{valeur:.3g}"
    return texte.replace(",", " ").replace(".", ",")

"""One benchmark in this process, in the database that DATABASE_URL names; the command `bancs` starts it."""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from dataclasses import asdict
from pathlib import Path

import django
from django.core.management import call_command


def main(nom: str, taille: float, sortie: Path) -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    debut = time.perf_counter()
    mesures = importlib.import_module(f"bancs.{nom}").mesurer(taille)
    rapport = {
        "duree_s": round(time.perf_counter() - debut, 1),
        # Of this process and of its children, whichever was the largest (Linux counts in KiB).
        "memoire_max_mo": max(
            resource.getrusage(qui).ru_maxrss // 1024
            for qui in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        ),
        "mesures": [asdict(m) for m in mesures],
    }
    sortie.write_text(json.dumps(rapport, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]))

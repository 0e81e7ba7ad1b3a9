"""Verifying an archive of 500 ballots (one question, three answers), beside `belenios-tool election verify`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bancs import Mesure
from bancs.election_de_banc import ElectionDeBanc
from consultation.belenios.ouvriers import processeurs

BULLETINS = 500
PASSAGES = 5
RACINE = Path(__file__).parent.parent


def mesurer(taille: float) -> list[Mesure]:
    """Whole commands are timed, start-up included, in turn; the best of each counts: it is the least disturbed."""
    outil = shutil.which("belenios-tool")
    if outil is None:
        sys.exit("« belenios-tool » est introuvable : installez le paquet belenios-tool.")
    nombre = max(20, round(BULLETINS * taille))
    with tempfile.TemporaryDirectory() as dossier:
        archive = Path(dossier) / "banc.bel"
        ElectionDeBanc.tirer(nombre).ecrire(archive)
        nous = [sys.executable, "-m", "consultation.belenios", archive, "--processus"]
        commandes = {
            "outil": [outil, "election", "verify", "--dir", dossier],
            "tous les cœurs": [*nous, str(processeurs())],
            "un cœur": [*nous, "1"],
        }
        durees: dict[str, list[float]] = {nom: [] for nom in commandes}
        for _ in range(PASSAGES):
            for nom, commande in commandes.items():
                durees[nom].append(_chronometrer(commande))
    debits = {nom: nombre / min(d) for nom, d in durees.items()}
    details = {"bulletins": nombre, "coeurs": processeurs(), "durees_s": durees}
    return [
        Mesure(
            nom=f"vérifier une archive, {coeurs}",
            valeur=debits[coeurs],
            etalon=debits["outil"],
            objectif=f"≥ {seuil:g} × belenios-tool".replace(".", ","),
            sens="min",
            seuil=seuil,
            unite="bulletins/s",
            details=details,
        )
        for coeurs, seuil in (("tous les cœurs", 3.5), ("un cœur", 1.8))
    ]


def _chronometrer(commande: Sequence[object]) -> float:
    debut = time.perf_counter()
    subprocess.run([str(c) for c in commande], cwd=RACINE, check=True, capture_output=True)
    return time.perf_counter() - debut

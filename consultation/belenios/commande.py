"""The verifier as a command, with or without Django: one line for each archive, in the order asked."""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from .ouvriers import contexte, ignorer_l_interruption, processeurs
from .verificateur import ArchiveInvalide, Rapport, VerificationInterrompue, verifier_archive

DESCRIPTION = (
    "Vérifie des archives de scrutin (.bel) sans faire confiance à qui les a faites : chaîne, identifiants, "
    "bulletins, total, déchiffrements et résultat. Code de sortie 0 si toutes sont valides, 1 sinon."
)
ETATS = {"ouverte": "ouverte", "close": "close", "totalisee": "totalisée", "depouillee": "dépouillée"}
# Smaller archives go one to a process; a larger one has all the processes to itself.
GRANDE_ARCHIVE = 4 << 20

Verdict = Rapport | ArchiveInvalide


def ajouter_arguments(analyseur: argparse.ArgumentParser) -> None:
    analyseur.add_argument("fichiers", nargs="+", metavar="FICHIER.bel", help="archive à vérifier")
    analyseur.add_argument("--json", action="store_true", help="un objet JSON par ligne et par archive")
    analyseur.add_argument(
        "--processus", type=_nombre, metavar="N", help="nombre de processus (tous les cœurs par défaut)"
    )


def _nombre(texte: str) -> int:
    if not texte.isdecimal() or not 1 <= int(texte) <= 1024:
        raise argparse.ArgumentTypeError("un nombre de 1 à 1024 est attendu")
    return int(texte)


def executer(
    fichiers: list[str],
    *,
    en_json: bool,
    processus: int | None,
    ecrire: Callable[[str], object],
    signaler: Callable[[str], object],
) -> int:
    """Verify these archives and return the exit code: 0 when all are valid, 1 otherwise, 130 when
    interrupted.

    Valid archives, and everything in JSON, go to `ecrire`; refusals go to `signaler`. A line for each.
    """
    code = 0
    try:
        for fichier, verdict in _verdicts(fichiers, processus or processeurs()):
            valide = isinstance(verdict, Rapport)
            code = code if valide else 1
            if en_json:
                ecrire(json.dumps(_en_objet(fichier, verdict), ensure_ascii=False))
            elif valide:
                ecrire(_en_ligne(verdict))
            else:
                phrase = _sans_commande(str(verdict))
                signaler(f"{_sans_commande(fichier)} : refusée ({verdict.code}). {phrase}")
    except KeyboardInterrupt:
        signaler("Vérification interrompue.")
        return 130
    return code


def _verdicts(fichiers: list[str], processus: int) -> Iterator[tuple[str, Verdict]]:
    for grande, groupe in itertools.groupby(fichiers, _est_grande):
        lot = list(groupe)
        if grande or processus == 1 or len(lot) == 1 or multiprocessing.current_process().daemon:
            for fichier in lot:
                yield fichier, _verdict(fichier, processus, _avancer if grande else _sans_rien)
            continue
        with contexte().Pool(min(processus, len(lot)), ignorer_l_interruption) as pool:
            yield from zip(
                lot, pool.imap(partial(_verdict, processus=1, progres=_sans_rien), lot), strict=True
            )


def _avancer(fait: int, total: int) -> None:
    """Tell whoever watches a terminal how far a long verification has come."""
    if sys.stderr.isatty():
        fin = "\r\033[K" if fait == total else ""
        sys.stderr.write(f"\rVérification : {100 * fait // total} %{fin}")
        sys.stderr.flush()


def _sans_rien(fait: int, total: int) -> None:
    """No progress to tell."""


def _est_grande(fichier: str) -> bool:
    with suppress(OSError, ValueError):
        return Path(fichier).stat().st_size > GRANDE_ARCHIVE
    return False


def _verdict(fichier: str, processus: int, progres: Callable[[int, int], object]) -> Verdict:
    try:
        return verifier_archive(fichier, processus=processus, progres=progres)
    except ArchiveInvalide as defaut:
        return defaut
    except VerificationInterrompue as defaut:
        return ArchiveInvalide("interrompue", str(defaut))


def _en_objet(fichier: str, verdict: Verdict) -> dict[str, Any]:
    if isinstance(verdict, Rapport):
        return {"fichier": fichier, "valide": True, **asdict(verdict)}
    return {
        "fichier": fichier,
        "valide": False,
        "code": verdict.code,
        "message": str(verdict),
        "hauteur": verdict.hauteur,
        "suivi": verdict.suivi,
        "proprietaire": verdict.proprietaire,
    }


def _en_ligne(rapport: Rapport) -> str:
    champs = [
        f"{rapport.uuid} « {_sans_commande(rapport.nom)} » valide, {ETATS[rapport.etat]}",
        f"bulletins : {rapport.bulletins}",
        f"comptés : {rapport.comptes} pour {rapport.inscrits} inscrit·es",
    ]
    if rapport.poids != rapport.comptes:
        champs.append(f"poids : {rapport.poids}")
    if rapport.resultat is not None:
        champs.append(f"résultat : {json.dumps(rapport.resultat, separators=(',', ':'))}")
    return " ; ".join(champs)


def _sans_commande(texte: str) -> str:
    """The text without what a terminal would obey: names come from the archive."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in texte)


def main(arguments: list[str] | None = None) -> int:
    """`python3 -m consultation.belenios`: the command for whoever has only this folder and gmpy2."""
    analyseur = argparse.ArgumentParser("python3 -m consultation.belenios", description=DESCRIPTION)
    ajouter_arguments(analyseur)
    options = analyseur.parse_args(arguments)
    return executer(
        options.fichiers,
        en_json=options.json,
        processus=options.processus,
        ecrire=partial(print, flush=True),
        signaler=partial(print, file=sys.stderr, flush=True),
    )

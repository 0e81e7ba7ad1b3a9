"""The verifier: any archive of this version of the protocol, whoever made it, checked without trust in its
maker.

Stricter than `belenios-tool election verify` (2.0), which leaves unchecked: the order of events, the
presence of EndBallots and EncryptedTally, the contents of EncryptedTally, ballots put in twice, the inner
form of ballots, the credentials while there is no ballot, bounds of the questions, two parts of one
trustee, parts without a result.

Two rules of our own: a false part makes the archive invalid even when enough good ones remain (as 2.0 does;
its owner is named), and elections with non-homomorphic questions or shuffles are refused as not handled,
not as false.
"""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from gmpy2 import invert

from .bulletins import Cellules
from .depouillement import DechiffrementInvalide, chiffrer_total, resultat_json, verifier_dechiffrement
from .encodage import EncodageInvalide, exiger_champs, exiger_liste, lire_json, lire_poids
from .erreurs import ArchiveInvalide
from .gardiens import Facteurs, PartsInsuffisantes
from .ouvriers import Travail, VerificationInterrompue, executer, processeurs
from .parcours import Parcours

__all__ = ["ArchiveInvalide", "Rapport", "VerificationInterrompue", "verifier_archive"]


@dataclass(frozen=True, slots=True)
class Rapport:
    """A valid archive. `etat`: "ouverte", "close", "totalisee" or "depouillee".

    `bulletins` were cast, `comptes` of them count (the last of each credential), of total weight `poids`;
    `resultat` is question -> cell -> votes (the blank flag first where there is one), None before it is
    known; `parts` the owners whose partial decryption is there; `tete` and `hauteur` the last event.
    """

    uuid: str
    nom: str
    empreinte: str
    etat: str
    inscrits: int
    bulletins: int
    comptes: int
    poids: int
    gardiens: int
    parts: tuple[int, ...]
    resultat: list[list[int]] | None
    tete: str
    hauteur: int


def verifier_archive(
    chemin: str | Path,
    *,
    processus: int | None = None,
    progres: Callable[[int, int], object] = lambda fait, total: None,
) -> Rapport:
    """Verify a whole archive, or a prefix of one (an election still open). Raises ArchiveInvalide.

    `processus` limits the processes (default: one per core); memory grows with the number of credentials
    and ballots by about 200 bytes each, not with their contents. `progres` is called with (units done,
    units in all).
    """
    chemin = Path(chemin)
    try:
        with _ouvrir(chemin) as fichier:
            parcours = Parcours().lire(fichier)
        comptes = parcours.bulletins.derniers()
        travail = Travail(chemin, parcours.election, parcours.registre, parcours.bulletins, comptes)
        total = executer(travail, processus or processeurs(), lambda fait: progres(fait, travail.unites))
    except OSError as defaut:
        raise ArchiveInvalide("illisible", _phrase(defaut)) from defaut
    numeros = parcours.bulletins.identifiants
    poids = sum(parcours.registre.poids_de(numeros[rang]) for rang, compte in enumerate(comptes) if compte)
    nombre = sum(comptes)
    _verifier_total(parcours, total, nombre, poids)
    facteurs = _verifier_parts(parcours, total)
    return Rapport(
        uuid=parcours.election.uuid,
        nom=parcours.election.nom,
        empreinte=parcours.election.empreinte,
        etat=parcours.etat,
        inscrits=len(parcours.registre),
        bulletins=len(parcours.bulletins),
        comptes=nombre,
        poids=poids,
        gardiens=len(parcours.gardiens.proprietaires),
        parts=tuple(sorted(parcours.parts)),
        resultat=_verifier_resultat(parcours, total, facteurs, poids),
        tete=parcours.tete,
        hauteur=parcours.hauteur,
    )


def _ouvrir(chemin: Path) -> BinaryIO:
    try:
        genre = chemin.stat().st_mode
    except ValueError as defaut:  # a NUL in the name
        raise ArchiveInvalide("illisible", "Ce nom n'est pas celui d'un fichier.") from defaut
    if stat.S_ISDIR(genre):
        raise ArchiveInvalide("illisible", "C'est un dossier : indiquez le fichier .bel lui-même.")
    # The archive is read twice: a pipe cannot be.
    if not stat.S_ISREG(genre):
        raise ArchiveInvalide(
            "illisible", "Ce n'est pas un fichier ordinaire : enregistrez l'archive d'abord."
        )
    return chemin.open("rb")


def _phrase(defaut: OSError) -> str:
    if isinstance(defaut, FileNotFoundError):
        return "Le fichier n'existe pas."
    if isinstance(defaut, PermissionError):
        return "Le fichier ne peut pas être lu : vous n'en avez pas le droit."
    return f"Le fichier ne peut pas être lu ({defaut.strerror})."


def _verifier_total(parcours: Parcours, total: Cellules, nombre: int, poids: int) -> None:
    if parcours.total is None:
        return
    chiffre, mesure = chiffrer_total(total, nombre=nombre, poids=poids)
    hauteur = len(parcours.bulletins) + 2
    if parcours.total[0] != chiffre:
        raise ArchiveInvalide(
            "total", "Le total chiffré n'est pas le produit des bulletins qui comptent.", hauteur=hauteur
        )
    if parcours.total[1] != mesure:
        raise ArchiveInvalide(
            "total",
            f"Le total chiffré n'annonce pas ce qu'il contient ({nombre} bulletins comptés, poids {poids}).",
            hauteur=hauteur,
        )


def _verifier_parts(parcours: Parcours, total: Cellules) -> dict[int, Facteurs]:
    cles = parcours.gardiens.proprietaires
    facteurs = {}
    for proprietaire, (hauteur, octets) in parcours.parts.items():
        try:
            facteurs[proprietaire] = verifier_dechiffrement(
                parcours.election, total, octets, cles[proprietaire - 1]
            )
        except DechiffrementInvalide as defaut:
            raise ArchiveInvalide(
                "dechiffrement",
                f"Part de la ou du gardien·ne {proprietaire} : {defaut}",
                hauteur=hauteur,
                proprietaire=proprietaire,
            ) from defaut
    return facteurs


def _verifier_resultat(
    parcours: Parcours, total: Cellules, facteurs: dict[int, Facteurs], poids: int
) -> list[list[int]] | None:
    if parcours.resultat is None:
        return None
    election, hauteur = parcours.election, parcours.hauteur
    try:
        combines = parcours.gardiens.combiner(facteurs)
    except PartsInsuffisantes as defaut:
        raise ArchiveInvalide("parts_manquantes", str(defaut), hauteur=hauteur) from defaut
    try:
        lignes = exiger_liste(
            exiger_champs(lire_json(parcours.resultat), "result")["result"], len(election.questions), "result"
        )
        valeurs = [
            [lire_poids(v) for v in exiger_liste(ligne, question.cellules, "result")]
            for ligne, question in zip(lignes, election.questions, strict=True)
        ]
        if resultat_json(valeurs) != parcours.resultat:
            raise EncodageInvalide("ce n'est pas la forme canonique.")
    except EncodageInvalide as defaut:
        raise ArchiveInvalide(
            "resultat", f"Le résultat est mal formé : {defaut}", hauteur=hauteur
        ) from defaut
    groupe = election.groupe
    for i, (question, ligne, voix) in enumerate(zip(total, combines, valeurs, strict=True), 1):
        for j, ((_, beta), facteur, nombre) in enumerate(zip(question, ligne, voix, strict=True), 1):
            juste = groupe.puissance_g(nombre) == beta * invert(facteur, groupe.p) % groupe.p
            if nombre > poids or not juste:
                raise ArchiveInvalide(
                    "resultat",
                    f"Le résultat publié n'est pas celui qui se déchiffre (cellule {j} de la question {i}).",
                    hauteur=hauteur,
                )
    return valeurs

"""The demonstration's register: the real territory, invented members, through the acts of the import."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from django.utils import timezone

from refondation.demo import population
from refondation.membres.actes import appliquer_import, comparer_import, confirmer_import, deposer_import
from refondation.membres.models import Adherent, Compte, Import
from refondation.territoire.actes import importer_territoire
from refondation.territoire.models import Section

NOMBRE, GRAINE = 3000, 2026
Inventer = Callable[[Sequence[Section]], Iterable[population.Personne]]


class RegistreRefuse(RuntimeError):
    """The import did not reach its end: the message says in which state it stands and why."""


def charger(*, par: Compte, au: date, dire: Callable[[str], None], inventer: Inventer | None = None) -> None:
    """Territory and members; nothing when members are there already.

    `inventer` makes people from the sections with their federation; three thousand by default.
    """
    if Adherent.objects.exists():
        return
    dire("Fédérations et sections…")
    importer_territoire(par=par)
    sections = list(Section.objects.select_related("federation").order_by("code"))
    inventer = inventer or (lambda s: (_au(p, au) for p in population.generer(NOMBRE, GRAINE, s)))
    dire("Fichier national des adhérent·es…")
    with tempfile.TemporaryDirectory(prefix="refondation-registre-") as dossier:
        fichier = Path(dossier) / "fichier-national.csv"
        population.ecrire_fichier(fichier, inventer(sections))
        importer(fichier, par=par)


def _au(personne: population.Personne, au: date) -> population.Personne:
    """The same person told on another day: as long a member, as many years late with dues."""
    ecart = au - population.AU
    return replace(
        personne,
        naissance=personne.naissance and personne.naissance + ecart,
        adhesion_le=personne.adhesion_le + ecart,
        a_jour_au=personne.a_jour_au
        and personne.a_jour_au.replace(year=personne.a_jour_au.year + au.year - population.AU.year),
    )


def importer(fichier: Path, *, par: Compte, complet: bool = True) -> Import:
    """Deposit, compare, confirm and apply a national file (or a part of it), as the upload page and its tasks do."""
    with fichier.open("rb") as octets:
        lot = deposer_import(
            morceaux=iter(lambda: octets.read(1 << 16), b""),
            nom=fichier.name,
            complet=complet,
            par=par,
            en_tache=False,
            instant=timezone.now(),
        )
    lot = comparer_import(lot=lot)
    if lot.etat == Import.Etat.PRET:
        lot = appliquer_import(lot=confirmer_import(lot=lot, par=par, en_tache=False), en_tache=False)
    if lot.etat != Import.Etat.APPLIQUE:
        erreurs = "; ".join(f"ligne {e.ligne} : {e.message}" for e in lot.erreurs_lues.all()[:5])
        raise RegistreRefuse(f"Import « {lot.get_etat_display().lower()} ». {erreurs}")
    return lot

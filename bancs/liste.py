"""Freezing the roll of 200,000 members, beside a bare INSERT … SELECT of the same rows."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from bancs import Mesure
from consultation import actes
from consultation.actes.annonce import COLONNES, figer_liste, lignes_de_la_liste
from consultation.controle import empreinte_de_la_liste
from consultation.models import Scrutin
from refondation.demo import population
from refondation.membres.models import Adherent, Compte, Mandat, sans_accents
from refondation.territoire.actes import importer_territoire
from refondation.territoire.models import Section

MEMBRES = 200_000
ESSAIS = 5


def mesurer(taille: float) -> list[Mesure]:
    """The statement that freezes, with its triggers, keys and indexes; the table it fills is emptied each time."""
    nombre = max(1000, int(MEMBRES * taille))
    importer_territoire(par=None)
    _inscrire(nombre)
    scrutin = _brouillon()
    figer, nu, empreinte = [], [], []
    for _ in range(ESSAIS):
        # The yardstick first, in turn: a busy moment weighs on both.
        nu.append(_figer_nu(scrutin, nombre))
        figees, duree = _chronometrer(lambda: figer_liste(scrutin))
        assert figees == nombre
        figer.append(duree)
        _, duree = _chronometrer(lambda: empreinte_de_la_liste(scrutin))
        empreinte.append(duree)
        _vider()
    return [
        Mesure(
            nom="figer la liste",
            valeur=statistics.median(figer),
            etalon=statistics.median(nu),
            objectif="≤ 3 × INSERT … SELECT nu des mêmes lignes",
            sens="max",
            seuil=3,
            unite="s",
            details={
                "membres": nombre,
                "figer_s": [round(d, 3) for d in figer],
                "insert_nu_s": [round(d, 3) for d in nu],
                "empreinte_s": [round(d, 3) for d in empreinte],
            },
        )
    ]


def _chronometrer(faire: Callable[[], object]) -> tuple[object, float]:
    """What it returned, and the seconds that it and its commit took."""
    debut = time.perf_counter()
    with transaction.atomic():
        resultat = faire()
    return resultat, time.perf_counter() - debut


def _figer_nu(scrutin: Scrutin, nombre: int) -> float:
    """The same rows, numbers included, by the same SELECT, into a table without key, index nor trigger."""
    selection, parametres = lignes_de_la_liste(scrutin)
    with connection.cursor() as curseur:
        curseur.execute("DROP TABLE IF EXISTS table_nue")
        curseur.execute("CREATE TABLE table_nue (LIKE consultation_inscription INCLUDING IDENTITY)")

        def inserer() -> None:
            curseur.execute(
                f"INSERT INTO table_nue ({', '.join(COLONNES)}) {selection}",
                parametres,
            )
            assert curseur.rowcount == nombre

        return _chronometrer(inserer)[1]


def _vider() -> None:
    """An empty roll again, as new: the next run must not find the pages of this one."""
    with connection.cursor() as curseur:
        curseur.execute("SET session_replication_role = replica")
        curseur.execute("TRUNCATE consultation_inscription CASCADE")
        curseur.execute("SET session_replication_role = origin")


def _inscrire(nombre: int) -> None:
    sections = list(Section.objects.order_by("code"))
    Adherent.objects.bulk_create(
        (
            Adherent(
                numero=p.numero,
                nom=p.nom,
                prenom=p.prenom,
                courriel=p.courriel,
                naissance=p.naissance,
                genre=p.genre,
                section=p.section,
                adhesion_le=p.adhesion_le,
                a_jour_au=p.a_jour_au,
                statut=p.statut,
                recherche=sans_accents(f"{p.prenom} {p.nom}"),
            )
            for p in population.generer(nombre, 1, sections)
        ),
        batch_size=5000,
    )
    with connection.cursor() as curseur:
        curseur.execute("VACUUM ANALYZE")


def _brouillon() -> Scrutin:
    """Every criterion is asked for, sympathisers in a college of their own."""
    admin = Compte.objects.create(email="admin@exemple.fr", nom="Admin")
    Mandat.objects.create(compte=admin, role=Mandat.Role.ADMINISTRATEUR, debut=timezone.localdate())
    demain = timezone.now() + timedelta(days=1)
    return actes.creer_scrutin(
        par=admin,
        slug="banc",
        nom="Banc",
        ouvre_le=demain,
        ferme_le=demain + timedelta(days=1),
        reference_le=timezone.localdate(),
        cotisation_au=timezone.localdate(),
        sympathisants=Scrutin.Sympathisants.CONSULTATIFS,
    )

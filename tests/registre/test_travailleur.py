"""A real worker, killed in the middle of an application: nothing is written, and the next one does it all."""

from __future__ import annotations

import os
import signal

import pytest
from django.conf import settings
from django.db import connection, connections

from refondation.membres import actes, tasks
from refondation.membres.models import Adherent, Import
from tests.consultation.test_travailleurs import attendre, broker, travailleur  # noqa: F401 - fixtures
from tests.registre.scene import comparer, csv_de, importer, personne, registre, territoire

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not settings.REDIS_URL, reason="REDIS_URL manque : pas de Redis"),
]


def en_attente_d_un_verrou() -> bool:
    """Whether the worker, past its INSERT, waits for the line that this test holds."""
    with connections["default"].cursor() as curseur:
        curseur.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE %s",
            ["%UPDATE membres_adherent%"],
        )
        return curseur.fetchone()[0] > 0


def test_un_travailleur_tue_pendant_l_application_ne_laisse_rien(travailleur) -> None:  # noqa: F811
    territoire()
    importer([personne(i) for i in range(1, 40)])
    lot = comparer([personne(1, Nom="Autre"), *(personne(i) for i in range(2, 60))])
    avant = registre()
    tenue = connection.copy("tenue")
    connections["tenue"] = tenue
    try:
        with tenue.cursor() as curseur:
            tenue.set_autocommit(False)
            curseur.execute("SELECT 1 FROM membres_adherent WHERE numero = 'A1' FOR UPDATE")
            premier = travailleur()
            actes.confirmer_import(lot=lot, par=None)
            attendre(en_attente_d_un_verrou)
            os.killpg(premier.pid, signal.SIGKILL)
            premier.wait()
            tenue.rollback()
    finally:
        tenue.close()
        del connections["tenue"]
    attendre(lambda: not en_attente_d_un_verrou())
    assert registre() == avant
    assert Import.objects.get(pk=lot.pk).etat == "confirme"
    travailleur()
    tasks.reprendre_les_imports.delay()
    attendre(lambda: Import.objects.get(pk=lot.pk).etat == "applique")
    assert Adherent.objects.count() == 59
    assert Adherent.objects.get(numero="A1").nom == "Autre"


def test_du_depot_a_la_comparaison_par_un_travailleur(travailleur) -> None:  # noqa: F811
    territoire()
    travailleur()
    lot = actes.deposer_import(
        morceaux=[csv_de([personne(i) for i in range(1, 50)])], nom="fichier.csv", par=None
    )
    attendre(lambda: Import.objects.get(pk=lot.pk).etat == "pret")
    actes.confirmer_import(lot=Import.objects.get(pk=lot.pk), par=None)
    attendre(lambda: Import.objects.get(pk=lot.pk).etat == "applique")
    assert Adherent.objects.count() == 49

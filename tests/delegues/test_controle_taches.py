"""The tasks of the control: a whole campaign with its progress, what a lost task left, mails not sent."""

from __future__ import annotations

import pytest
from django.core import mail
from django.utils import timezone

from delegues import progres, tasks, tasks_controle
from delegues.models import Anomalie, Avertissement, Campagne, Designation
from refondation.celery import app
from refondation.journal.models import Ligne
from refondation.membres.regles import ActeImpossible
from tests.delegues import scene
from tests.delegues.scene_controle import (
    Dossier,
    campagne_du_jour,
    changer,
    decider_ce_jour,
    recevoir,
    recevoir_ce_jour,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def campagne() -> Campagne:
    return campagne_du_jour()


@pytest.fixture
def dossier(campagne: Campagne) -> Dossier:
    return recevoir_ce_jour(campagne)


def test_la_reception_calcule_cette_designation_seule(campagne: Campagne) -> None:
    dossiers = [recevoir(campagne, code) for code in ("31001", "32001")]
    for dossier in dossiers:
        changer(dossier, a_jour_au=None)
    tasks.calculer_anomalies(dossiers[0].designation.pk)
    assert list(Anomalie.objects.values_list("designation", "regle")) == [
        (dossiers[0].designation.pk, "cotisation")
    ]


def test_la_campagne_entiere_puis_plus_de_progres(campagne: Campagne, dossier: Dossier) -> None:
    changer(dossier, a_jour_au=None)
    assert progres.annoncer(campagne)
    assert not progres.annoncer(campagne)
    tasks_controle.calculer_les_anomalies(campagne.pk)
    assert Anomalie.objects.count() == 1
    assert progres.lire(campagne) is None


def test_un_calcul_refuse_ne_laisse_pas_de_progres(campagne: Campagne) -> None:
    Campagne.objects.filter(pk=campagne.pk).update(etat="close")
    progres.annoncer(campagne)
    with pytest.raises(ActeImpossible):
        tasks_controle.calculer_les_anomalies(campagne.pk)
    assert progres.lire(campagne) is None


def test_chaque_heure_ce_qui_s_est_perdu_est_repris(campagne: Campagne) -> None:
    """Minutes whose computation never ran, and a request whose mail never left."""
    dossier = recevoir_ce_jour(campagne)
    demande = decider_ce_jour(dossier, "completer")
    Designation.objects.update(anomalies_le=None)
    tasks_controle.suivre_le_controle()
    assert Designation.objects.get().anomalies_le is not None
    assert [m.to for m in mail.outbox] == [[dossier.secretaire.email]]
    assert Avertissement.objects.get().echange == demande
    tasks_controle.suivre_le_controle()
    assert len(mail.outbox) == 1


def test_hors_du_controle_rien_ne_se_calcule(campagne: Campagne, dossier: Dossier) -> None:
    avant = Ligne.objects.count()
    scene.faire_campagne(slug="passee")
    Campagne.objects.filter(pk=campagne.pk).update(etat="close")
    tasks_controle.suivre_le_controle()
    assert Ligne.objects.count() == avant
    assert list(Campagne.objects.au_controle(timezone.now())) == []


def test_les_taches_sont_connues_des_travailleurs() -> None:
    app.loader.import_default_modules()
    assert {
        "delegues.tasks.calculer_anomalies",
        "delegues.tasks_controle.avertir",
        "delegues.tasks_controle.calculer_les_anomalies",
        "delegues.tasks_controle.suivre_le_controle",
    } <= set(app.tasks)

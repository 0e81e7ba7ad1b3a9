"""Counting by real Celery workers on a real Redis: killed, replaced, and the same total."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import connection

from consultation import actes
from consultation.actes import depouillement
from consultation.models import Evenement, Tranche
from refondation.celery import app
from tests.consultation.scene import creer_adherents, faire_scrutin, ouvrir_le_vote
from tests.consultation.test_depouillement import dechiffrer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not settings.REDIS_URL, reason="REDIS_URL manque : pas de Redis"),
]


@pytest.fixture
def broker() -> Iterator[None]:
    """Tasks go to Redis instead of running in place."""
    app.conf.task_always_eager = False
    app.control.purge()
    yield
    app.control.purge()
    app.conf.task_always_eager = True


@pytest.fixture
def travailleur(broker: None) -> Iterator[Callable[[], subprocess.Popen]]:
    """Start a worker on the test database, as often as asked; all are killed at the end."""
    s = connection.settings_dict
    options = "&".join(f"{k}={v}" for k, v in s["OPTIONS"].items() if k == "host")
    identite = s["USER"] + (f":{s['PASSWORD']}" if s["PASSWORD"] else "")
    adresse = f"{s['HOST']}:{s['PORT']}" if s["PORT"] else s["HOST"]
    if s["HOST"].startswith("/"):
        options, adresse = f"host={s['HOST']}", ""
    environnement = {
        **os.environ,
        "DATABASE_URL": f"postgres://{identite}@{adresse}/{s['NAME']}?{options}",
        "REDIS_URL": settings.REDIS_URL,
        "REFONDATION_MODE": "test",
    }
    processus: list[subprocess.Popen] = []

    def demarrer() -> subprocess.Popen:
        processus.append(
            subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "refondation", "worker", "-c", "1", "--without-mingle"]
                + ["--without-gossip", "--loglevel", "ERROR"],
                env=environnement,
                cwd=settings.BASE_DIR,
                start_new_session=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        return processus[-1]

    yield demarrer
    for p in processus:
        if p.poll() is None:
            os.killpg(p.pid, signal.SIGKILL)
        p.wait()


def attendre(condition: Callable[[], bool], secondes: int = 60) -> None:
    fin = time.monotonic() + secondes
    while not condition():
        assert time.monotonic() < fin, "rien ne vient"
        time.sleep(0.05)


def faites() -> int:
    return Tranche.objects.filter(faite_le__isnull=False).count()


def test_un_travailleur_tue_pendant_le_depouillement_est_remplace(territoire, travailleur, monkeypatch):
    monkeypatch.setattr(depouillement, "BULLETINS_PAR_TRANCHE", 4)
    creer_adherents(territoire[0], 72)
    vote = ouvrir_le_vote(faire_scrutin(maillage="national"))
    for rang, electeur in enumerate(vote.electeurs()):
        vote.voter(electeur, [[1, 0, 0]] if rang % 3 else [[0, 1, 0]])
    vote.clore()
    actes.decouper(scrutin=vote.scrutin)
    assert Tranche.objects.count() == 30
    from consultation import tasks

    premier = travailleur()
    tasks.verifier_des_tranches.delay(vote.scrutin.pk)
    attendre(lambda: faites() >= 3)
    os.killpg(premier.pid, signal.SIGKILL)
    premier.wait()
    interrompu = faites()
    assert 3 <= interrompu < 30
    travailleur()
    tasks.depouiller.delay(vote.scrutin.pk)
    attendre(lambda: Evenement.objects.filter(type="EncryptedTally").exists())
    assert faites() == 30
    dechiffrer(vote)
    attendre(lambda: vote.scrutin.__class__.objects.get(pk=vote.scrutin.pk).etat == "depouille")
    urne = vote.scrutin.urnes.get()
    assert urne.evenements.get(type="Result").donnees == ['{"result":[[80,40,0]]}']


def test_l_horloge_ouvre_scelle_envoie_et_clot(territoire, travailleur, mailoutbox):
    """Beat's task alone, with real workers: from the announcement to the count, at the hours set."""
    from datetime import timedelta

    from django.utils import timezone

    from consultation import tasks

    maintenant = timezone.now()
    vote = faire_scrutin(
        maillage="national",
        ouvre_le=maintenant + timedelta(seconds=1),
        ferme_le=maintenant + timedelta(seconds=12),
        reference_le=maintenant.date(),
        cotisation_au=None,
    )
    travailleur()
    actes.annoncer_scrutin(scrutin=vote.scrutin, par=vote.admin, instant=maintenant)
    attendre(lambda: vote.scrutin.urnes.filter(hauteur=0).count() == 1)
    time.sleep(max(0, 1.1 - (timezone.now() - maintenant).total_seconds()))
    tasks.tenir_l_horaire.delay()
    attendre(lambda: vote.scrutin.urnes.filter(codes__envoye_le__isnull=False).distinct().count() == 1)
    vote.scrutin.refresh_from_db()
    vote.voter(vote.electeurs()[0], instant=timezone.now())
    attendre(lambda: timezone.now() >= vote.scrutin.ferme_le)
    tasks.tenir_l_horaire.delay()
    attendre(lambda: Evenement.objects.filter(type="EncryptedTally").exists())
    vote.scrutin.refresh_from_db()
    assert vote.scrutin.etat == "clos"

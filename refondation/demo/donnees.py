"""Loading the demonstration, once, through the acts: territory, register, people, votes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

from django.utils import timezone

from refondation.demo import comptes, histoire, registre
from refondation.demo.horloge import a_l_instant
from refondation.demo.monde import Monde
from refondation.journal.models import Ligne


class BaseOccupee(RuntimeError):
    """The database holds data that are not the demonstration's; the message is French."""


def charger(dire: Callable[[str], None]) -> None:
    """Load what is missing; `dire` is told where it stands.

    Each part is left as it is when it is there: interrupted, it goes on from where it was; once
    whole, it is never touched again.  Who, what and how many are always the same; dates follow
    from the first start.  Raises `BaseOccupee`.
    """
    fiche = comptes.fiche()
    if not Ligne.objects.exists():
        fiche = {"debut": timezone.now().isoformat(), "comptes": {}, "charge": False}
        comptes.noter(fiche)
    elif fiche is None:
        raise BaseOccupee(
            "Cette base contient déjà autre chose que la démonstration : rien n'y est chargé. "
            "Donnez une base vide dans DATABASE_URL, ou lancez « demo --sans-donnees »."
        )
    if fiche["charge"]:
        return
    with sans_taches():
        _charger(fiche, datetime.fromisoformat(fiche["debut"]), dire)
    fiche["charge"] = True
    comptes.noter(fiche)


def _charger(fiche: dict, debut: datetime, dire: Callable[[str], None]) -> None:
    with a_l_instant(debut - timedelta(days=75)) as instant:
        admin = comptes.installer_l_administration()
        importe_le = timezone.localdate(instant)
        registre.charger(par=admin, au=importe_le, dire=dire)
    # Chosen once: the register changes afterwards, and would not give the same people again.
    if not fiche["comptes"]:
        with a_l_instant(debut - timedelta(days=74)):
            dire("Comptes et mandats…")
            ouverts = comptes.ouvrir_les_comptes(comptes.choisir(importe_le), par=admin)
            comptes.nommer_tout_le_monde(ouverts, par=admin, debut=importe_le)
            fiche["comptes"] = {cle: c.pk for cle, c in {**ouverts, "administrateur": admin}.items()}
            comptes.noter(fiche)
    histoire.charger(
        Monde(
            debut=debut,
            cotisation_au=comptes.fin_d_annee(importe_le),
            admin=admin,
            comptes=comptes.relire(fiche),
            dire=dire,
        )
    )


@contextmanager
def sans_taches() -> Iterator[None]:
    """What tasks would do after the acts is done here, on the day it is said to have happened."""
    with patch("celery.app.task.Task.apply_async"):
        yield

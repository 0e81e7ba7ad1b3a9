"""Who plays the demonstration's past and when: the first day, the people, what tells how it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from refondation.demo.horloge import a_l_instant
from refondation.journal.models import Ligne
from refondation.membres.models import Compte

PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class Monde:
    """The first day, the people by their key in `comptes`, and what is told where it stands."""

    debut: datetime
    # The last day that this year's dues pay for, as the national file tells it.
    cotisation_au: date
    admin: Compte
    comptes: dict[str, Compte]
    dire: Callable[[str], None]

    @property
    def recolement(self) -> Compte:
        return self.comptes["recolement"]

    @property
    def gardien(self) -> Compte:
        return self.comptes["gardien"]

    @property
    def autres_gardiens(self) -> tuple[Compte, Compte]:
        return self.comptes["gardien_2"], self.comptes["gardien_3"]

    @property
    def reserves(self) -> frozenset[int]:
        """Members who must find everything as a visitor would: not voted, not candidates, nobody's secretary."""
        return frozenset(c.adherent_id for c in self.comptes.values() if c.adherent_id)

    def le(self, jours: int, heure: int = 18, minute: int = 0) -> datetime:
        """That many days after (before) the first start, at that time of Paris."""
        jour = self.debut.astimezone(PARIS).date() + timedelta(days=jours)
        return datetime.combine(jour, time(heure, minute), PARIS)

    def jour(self, jours: int) -> date:
        return self.le(jours).date()

    def une_fois(self, instant: datetime, geste: Callable[[], object]) -> None:
        """Do it on that clock, whole or not at all; nothing when the journal has it at that very moment."""
        if Ligne.objects.filter(instant=instant).exists():
            return
        with a_l_instant(instant), transaction.atomic():
            geste()

"""Which minutes a computation of anomalies looks at, and the rows that belong to them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from delegues.models import Campagne, Designation, Elu, Presence, ProcesVerbal
from refondation.membres.models import Adherent, AdherentQuerySet


@dataclass(frozen=True)
class Portee:
    """The minutes in force looked at: those of a campaign, or of one of its designations."""

    campagne: Campagne
    designation: Designation | None = None

    def proces_verbaux(self) -> QuerySet[ProcesVerbal]:
        return ProcesVerbal.objects.filter(self._en_vigueur(""))

    def elus(self) -> QuerySet[Elu]:
        return Elu.objects.filter(self._en_vigueur("proces_verbal__")).order_by()

    def de_la_campagne(self) -> QuerySet[Elu]:
        """All the elected, even when one designation is looked at: what a person is elsewhere."""
        return Portee(self.campagne).elus()

    def presences(self) -> QuerySet[Presence]:
        return Presence.objects.filter(self._en_vigueur("proces_verbal__"))

    def adherents(self) -> AdherentQuerySet:
        """The members of the sections that sent these minutes."""
        sections = self.proces_verbaux().order_by().values("designation__section")
        return Adherent.objects.filter(section__in=sections, statut=Adherent.Statut.ADHERENT).order_by()

    def _en_vigueur(self, chemin: str) -> Q:
        portee = Q(**{f"{chemin}etat": ProcesVerbal.Etat.VERROUILLE})
        if self.designation is not None:
            return portee & Q(**{f"{chemin}designation": self.designation})
        return portee & Q(**{f"{chemin}designation__campagne": self.campagne})

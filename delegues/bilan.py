"""What a campaign has received so far: by federation, and by section, as the signed minutes say it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, FilteredRelation, Q, Sum
from django.urls import reverse

from delegues.models import Campagne, Designation
from refondation.interface.formats import nombre
from refondation.interface.trame import TRAME, niveau

E = Designation.Etat


@dataclass(frozen=True)
class Bilan:
    """Counts of the sections of one federation (or of all): `recues` holds all that was received, decided or not."""

    code: str
    nom: str
    sections: int
    sieges: int
    recues: int
    controlees: int
    contestees: int
    rejetees: int
    inscrits: int
    votants: int

    @property
    def part(self) -> float:
        """Sections received, between 0 and 1."""
        return self.recues / self.sections

    @property
    def participation(self) -> float | None:
        """Voters among those on the rolls of the sections received."""
        return self.votants / self.inscrits if self.inscrits else None


def par_federation(campagne: Campagne) -> list[Bilan]:
    """By federation code, those with seats; one query."""
    lignes = (
        Designation.objects.filter(campagne=campagne, sieges__gt=0)
        .alias(pv=FilteredRelation("proces_verbaux", condition=Q(proces_verbaux__etat="verrouille")))
        .order_by("section__federation__code")
        .values_list("section__federation__code", "section__federation__nom")
        .annotate(
            Count("pk"),
            Sum("sieges"),
            recues=Count("pk", filter=~Q(etat=E.ATTENDUE)),
            controlees=Count("pk", filter=Q(etat=E.VALIDEE)),
            contestees=Count("pk", filter=Q(etat=E.CONTESTEE)),
            rejetees=Count("pk", filter=Q(etat=E.REJETEE)),
            inscrits=Sum("pv__inscrits", default=0),
            votants=Sum("pv__votants", default=0),
        )
    )
    return [Bilan(*ligne) for ligne in lignes]


def national(bilans: Iterable[Bilan]) -> Bilan | None:
    """The sum of all; None when there is nothing to sum."""
    bilans = list(bilans)
    if not bilans:
        return None
    chiffres = zip(
        *(
            (b.sections, b.sieges, b.recues, b.controlees, b.contestees, b.rejetees, b.inscrits, b.votants)
            for b in bilans
        ),
        strict=True,
    )
    return Bilan("", "Toutes les fédérations", *map(sum, chiffres))


def cases(campagne: Campagne, bilans: Iterable[Bilan]) -> list[dict]:
    """What the tag `trame` takes: how much of each federation was received, for those that it draws."""
    return [
        {
            "code": bilan.code,
            "niveau": niveau(bilan.part),
            "texte": f"{bilan.nom} : {nombre(bilan.recues)} section{'s' if bilan.recues > 1 else ''} "
            f"reçue{'s' if bilan.recues > 1 else ''} sur {nombre(bilan.sections)}",
            "url": reverse("delegues:federation", args=[campagne.slug, bilan.code]),
        }
        for bilan in bilans
        if bilan.code in TRAME
    ]

"""Where the control of a campaign stands: states by federation, as figures, a map and a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from delegues.anomalies import GRAVITES
from delegues.models import Anomalie, Avis, Designation
from refondation.interface import trame
from refondation.interface.formats import nombre

Etat = Designation.Etat


@dataclass
class LigneDeSuivi:
    """A federation: how many of its designations are in each state."""

    code: str
    nom: str
    par_etat: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Etat.values, 0))

    @property
    def total(self) -> int:
        return sum(self.par_etat.values())

    @property
    def recues(self) -> int:
        return self.total - self.par_etat[Etat.ATTENDUE]

    @property
    def decidees(self) -> int:
        return self.par_etat[Etat.VALIDEE] + self.par_etat[Etat.REJETEE]

    @property
    def etats(self) -> list[tuple[str, str, int]]:
        """(state, its words, how many), in the order of the life of a designation."""
        return [(etat.value, etat.label, self.par_etat[etat]) for etat in Etat]


def par_federation(designations: QuerySet[Designation]) -> list[LigneDeSuivi]:
    """One line for each federation, by code.  One query."""
    cles = ("section__federation__code", "section__federation__nom", "etat")
    comptes = designations.order_by(*cles).values_list(*cles).annotate(nombre=Count("pk"))
    lignes: dict[str, LigneDeSuivi] = {}
    for code, nom, etat, combien in comptes:
        lignes.setdefault(code, LigneDeSuivi(code, nom)).par_etat[etat] = combien
    return [lignes[code] for code in sorted(lignes)]


def ensemble(lignes: Iterable[LigneDeSuivi]) -> LigneDeSuivi:
    """All of them together."""
    somme = LigneDeSuivi("", "Ensemble")
    for ligne in lignes:
        for etat, combien in ligne.par_etat.items():
            somme.par_etat[etat] += combien
    return somme


def sur_la_carte(lignes: Iterable[LigneDeSuivi]) -> list[dict]:
    """What the tag `trame` takes: the share of minutes received, the same words on tile and list."""
    return [
        {
            "code": ligne.code,
            "niveau": trame.niveau(ligne.recues / ligne.total),
            "texte": (
                f"{ligne.nom} : {nombre(ligne.recues)} section{'s' if ligne.recues > 1 else ''} reçue"
                f"{'s' if ligne.recues > 1 else ''} sur {nombre(ligne.total)}, {nombre(ligne.decidees)} décidée"
                f"{'s' if ligne.decidees > 1 else ''}"
            ),
            "url": f"?federation={ligne.code}",
        }
        for ligne in lignes
        if ligne.code in trame.TRAME
    ]


@dataclass
class Annotations:
    """What the queue says of one designation besides its state."""

    par_gravite: dict[str, int] = field(default_factory=dict)
    avis: int = 0

    @property
    def gravites(self) -> list[tuple[str, int]]:
        """(gravity, how many), the gravest first."""
        return [(g, self.par_gravite[g]) for g in GRAVITES if g in self.par_gravite]


def annoter(designations: Iterable[Designation]) -> dict[int, Annotations]:
    """For a page of the queue: anomalies by gravity, opinions that await a second one.  Two queries."""
    notes = {d.pk: Annotations() for d in designations}
    anomalies = Anomalie.objects.filter(designation__in=notes).order_by()
    for cle, gravite, combien in anomalies.values_list("designation", "gravite").annotate(n=Count("pk")):
        notes[cle].par_gravite[gravite] = combien
    avis = Avis.objects.filter(
        proces_verbal__designation__in=notes,
        proces_verbal__etat="verrouille",
        perime=False,
        decision=None,
    ).order_by()
    for cle, combien in avis.values_list("proces_verbal__designation").annotate(n=Count("pk")):
        notes[cle].avis = combien
    return notes

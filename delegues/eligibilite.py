"""Whether a member may stand in a section: dates and criteria, in exact words and in one SQL expression.

Both say the same thing (a test compares them): `criteres` explains it to one person, `motifs`
reads it over any set of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable

from consultation.regles import jour
from delegues.models import Campagne
from refondation.membres.models import Adherent
from refondation.territoire.models import Section


class Motif(models.IntegerChoices):
    """What keeps a member from standing; one bit each, so that one number says all that is missing."""

    SORTI = 1, "Être membre à la date de référence, et l'être resté·e"
    STATUT = 2, "Être adhérent·e"
    ANCIENNETE = 4, "Avoir l'ancienneté demandée"
    COTISATION = 8, "Être à jour de cotisation"
    SECTION = 16, "Appartenir à la section"
    SUSPENDUE = 32, "Appartenir à une section active"


@dataclass(frozen=True)
class Critere:
    """One line for the reader: what is asked, met or not, what the register says, what to do if it is unmet."""

    code: str
    libelle: str
    rempli: bool
    explication: str
    remede: str = ""


def reculer(le: date, *, mois: int) -> date:
    """The day `mois` months before `le`; where that month has no such day, its last one."""
    annee, rang = divmod(le.year * 12 + le.month - 1 - mois, 12)
    jour = le.day
    while True:
        try:
            return date(annee, rang + 1, jour)
        except ValueError:  # 31 → 30 → 29 → 28
            jour -= 1


# --- Over a set ------------------------------------------------------------------------------------


def motifs(campagne: Campagne, *, section: Combinable | Any, adherent: str = "") -> Combinable:
    """The sum of the unmet criteria (0: may stand), as an expression to annotate rows with.

    `section`: the section where they stand, or the expression that names it in the row
    (`F("proces_verbal__designation__section")`); `adherent`: the path to the member, "" when the
    rows are members.  Merged sections stand for those that they replace only once the
    register has moved their members.
    """

    def ou(**conditions: Any) -> Q:
        return Q(**{f"{adherent}__{nom}" if adherent else nom: v for nom, v in conditions.items()})

    cotisation = (
        ou(statut="adherent") & (ou(a_jour_au=None) | ou(a_jour_au__lt=campagne.cotisation_au))
        if campagne.cotisation_au
        else ou(pk__in=())
    )
    anciennete = ou(adhesion_le__gt=adhesion_limite(campagne)) if campagne.anciennete_mois else ou(pk__in=())
    manques = {
        Motif.SORTI: ou(sorti_le__isnull=False) | ou(adhesion_le__gt=campagne.reference_le),
        Motif.STATUT: ~ou(statut="adherent"),
        Motif.ANCIENNETE: anciennete,
        Motif.COTISATION: cotisation,
        Motif.SECTION: ~ou(section=section),
        Motif.SUSPENDUE: ~ou(section__etat="active"),
    }
    somme: Combinable = Value(0)
    for motif, condition in manques.items():
        somme += Case(When(condition, then=Value(int(motif))), default=Value(0), output_field=IntegerField())
    return somme


def adhesion_limite(campagne: Campagne) -> date:
    """The latest joining date that gives the seniority asked at the reference date."""
    return reculer(campagne.reference_le, mois=campagne.anciennete_mois)


# --- For one person --------------------------------------------------------------------------------


def criteres(adherent: Adherent, campagne: Campagne, section: Section) -> list[Critere]:
    """Each criterion that the campaign asks, in the order of `Motif`; no query beyond `adherent.section`."""
    lignes = [_presence(adherent, campagne), _statut(adherent)]
    if campagne.anciennete_mois:
        lignes.append(_anciennete(adherent, campagne))
    if campagne.cotisation_au is not None and adherent.statut == Adherent.Statut.ADHERENT:
        lignes.append(_cotisation(adherent, campagne))
    return [*lignes, _section(adherent, section), _section_active(adherent)]


def motifs_de(adherent: Adherent, campagne: Campagne, section: Section) -> int:
    """The same sum as `motifs`, for one person."""
    return sum(Motif[c.code] for c in criteres(adherent, campagne, section) if not c.rempli)


def _critere(motif: Motif, rempli: bool, libelle: str, explication: str, remede: str) -> Critere:
    return Critere(motif.name, libelle, rempli, explication, "" if rempli else remede)


def _presence(adherent: Adherent, campagne: Campagne) -> Critere:
    constat = f"Le registre date votre adhésion du {jour(adherent.adhesion_le)}."
    if adherent.sorti_le:
        constat += f" Il vous compte sorti·e le {jour(adherent.sorti_le)}."
    return _critere(
        Motif.SORTI,
        adherent.adhesion_le <= campagne.reference_le and adherent.sorti_le is None,
        f"Être membre le {jour(campagne.reference_le)}, date de référence, et l'être resté·e.",
        constat,
        "Si ces dates sont fausses, demandez à votre fédération de les corriger, puis revenez ici.",
    )


def _statut(adherent: Adherent) -> Critere:
    return _critere(
        Motif.STATUT,
        adherent.statut == Adherent.Statut.ADHERENT,
        "Être adhérent·e.",
        f"Le registre vous connaît comme {adherent.get_statut_display().lower()}.",
        "Demandez votre adhésion à votre section : vous pourrez être candidat·e aux prochaines désignations.",
    )


def _anciennete(adherent: Adherent, campagne: Campagne) -> Critere:
    limite = adhesion_limite(campagne)
    return _critere(
        Motif.ANCIENNETE,
        adherent.adhesion_le <= limite,
        f"Avoir adhéré au plus tard le {jour(limite)} ({campagne.anciennete_mois} mois d'ancienneté).",
        f"Le registre date votre adhésion du {jour(adherent.adhesion_le)}.",
        (
            "Si cette date est fausse, demandez à votre fédération de la corriger. Sinon, vous pouvez voter "
            "et soutenir une candidature."
        ),
    )


def _cotisation(adherent: Adherent, campagne: Campagne) -> Critere:
    if adherent.a_jour_au:
        constat = f"Votre cotisation est enregistrée jusqu'au {jour(adherent.a_jour_au)}."
    else:
        constat = "Aucune cotisation n'est enregistrée à votre nom."
    return _critere(
        Motif.COTISATION,
        adherent.a_jour_au is not None and adherent.a_jour_au >= campagne.cotisation_au,
        f"Être à jour de cotisation le {jour(campagne.cotisation_au)}.",
        constat,
        (
            "Si vous l'avez payée, apportez votre reçu à votre trésorier·e : le registre sera corrigé. "
            "Sinon, réglez-la avant la fin des candidatures, puis revenez ici."
        ),
    )


def _section(adherent: Adherent, section: Section) -> Critere:
    return _critere(
        Motif.SECTION,
        adherent.section_id == section.pk,
        f"Appartenir à la section de {section.nom}.",
        f"Votre section : {adherent.section.nom}.",
        "On est candidat·e dans sa section, et dans une seule. Présentez-vous dans la vôtre.",
    )


def _section_active(adherent: Adherent) -> Critere:
    return _critere(
        Motif.SUSPENDUE,
        adherent.section.etat == Section.Etat.ACTIVE,
        "Appartenir à une section active.",
        f"Votre section est {adherent.section.get_etat_display().lower()}.",
        "Demandez à votre fédération de vous rattacher à une section active.",
    )

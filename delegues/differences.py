"""What a sharing of seats would change, section by section, beside what is in force."""

from __future__ import annotations

from dataclasses import dataclass

from delegues.models import Campagne, Designation, Repartition
from refondation.territoire.models import Section


@dataclass(frozen=True)
class Difference:
    """One section before and after; `recue`: its minutes are received, so that it may keep its seats."""

    section: Section
    effectif_avant: int
    effectif: int
    sieges_avant: int
    sieges: int
    recue: bool = False

    @property
    def ecart(self) -> int:
        return self.sieges - self.sieges_avant


def differences(repartition: Repartition) -> tuple[list[Difference], Repartition | None]:
    """(the sections whose members or seats differ, in the order of codes; the sharing in force, if any).

    An announced campaign is compared with its designations, which may have kept other seats than
    the sharing in force; a draft, with the sharing adopted before this one.
    """
    campagne = repartition.campagne
    en_vigueur = campagne.repartitions.adoptees().exclude(pk=repartition.pk).first()
    recues: set[int] = set()
    avant: dict[Section, tuple[int, int]] = {}
    if campagne.etat != Campagne.Etat.PREPARATION:
        designations = campagne.designations.select_related("section__federation")
        avant = {d.section: (d.effectif, d.sieges) for d in designations}
        recues = {d.section_id for d in designations if d.etat != Designation.Etat.ATTENDUE}
    elif en_vigueur is not None:
        avant = {part.section: (part.effectif, part.sieges) for part in en_vigueur.parts.des_sections()}
    apres = {part.section: (part.effectif, part.sieges) for part in repartition.parts.des_sections()}
    sections = sorted({*avant, *apres}, key=lambda section: section.code)
    lignes = [
        Difference(
            section, *_melees(avant.get(section, (0, 0)), apres.get(section, (0, 0))), section.pk in recues
        )
        for section in sections
        if avant.get(section, (0, 0)) != apres.get(section, (0, 0))
    ]
    return lignes, en_vigueur


def _melees(avant: tuple[int, int], apres: tuple[int, int]) -> tuple[int, int, int, int]:
    return avant[0], apres[0], avant[1], apres[1]

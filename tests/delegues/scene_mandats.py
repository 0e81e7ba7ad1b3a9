"""Delegates who sit: what the tests of mandates, doors and messages start from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from delegues import actes
from delegues.models import Assemblee, Campagne, Delegation, Designation, ProcesVerbal
from refondation.membres.models import Adherent, Compte
from refondation.territoire.models import Section
from tests.delegues import scene


@dataclass
class Delegues:
    """A section whose two holders, a woman and a man, have a substitute each; one substitute backs nobody."""

    campagne: Campagne
    section: Section
    designation: Designation
    pv: ProcesVerbal
    personnes: list[Adherent]

    def mandat(self, rang: int) -> Delegation:
        """The latest mandate of the n-th person, from 0."""
        adherent = self.personnes[rang]
        return Delegation.objects.avec_leur_monde().filter(adherent=adherent).order_by("-pk").first()

    def compte(self, rang: int) -> Compte:
        return scene.compte_de(self.personnes[rang])


def faire_delegues(
    code: str = "31001",
    federation: str = "31",
    campagne: Campagne | None = None,
    instant: datetime = scene.CONTROLE,
    **reglages: Any,
) -> Delegues:
    """Holders F and H, their substitutes F and H, and a third substitute (F) attached to nobody.

    `instant`: when their designation is validated.
    """
    campagne = campagne or faire_campagne_de_delegues(**reglages)
    section = scene.faire_section(code, federation)
    designation = scene.faire_designation(campagne, section)
    personnes = [scene.faire_adherent(section, genre=genre) for genre in "FHFHF"]
    redacteur = scene.compte_de(personnes[0])
    c = [
        scene.faire_liste(designation, p, par=redacteur, rang=i).candidatures.get()
        for i, p in enumerate(personnes, 1)
    ]
    pv = scene.faire_proces_verbal(
        designation,
        c[:2],
        [(c[2], c[0]), (c[3], c[1]), (c[4], None)],
        redacteur=redacteur,
        contresignataire=personnes[1],
    )
    scene.mener_a(designation, "validee")
    actes.ouvrir_les_mandats(proces_verbal=pv, instant=instant, prevenir=False)
    return Delegues(campagne, section, designation, pv, personnes)


def faire_campagne_de_delegues(**reglages: Any) -> Campagne:
    return scene.faire_campagne(**reglages)


def responsable(delegues: Delegues, role: str = "secretaire_federal") -> Compte:
    """Whoever manages the mandates of the federation (or of all)."""
    perimetre = {} if role == "administrateur" else {"federation": delegues.section.federation}
    return scene.faire_compte(role, **perimetre)


# The evening of an assembly, while the mandates run.
SOIR = datetime(2026, 10, 20, 17, 30, tzinfo=UTC)


def assemblee_de(delegues: Delegues, par: Compte | None = None, **champs: object) -> Assemblee:
    valeurs = {
        "campagne": delegues.campagne,
        "nom": "Assemblée fédérale",
        "tenue_le": SOIR,
        "lieu": "Bourse du travail",
        "federation": delegues.section.federation,
        "par": par or responsable(delegues),
        **champs,
    }
    return actes.ouvrir_une_assemblee(**valeurs)

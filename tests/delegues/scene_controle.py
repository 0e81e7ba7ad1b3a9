"""What the tests of the control add to the scene: sections whose minutes are received, a commission, browsers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from delegues.models import Campagne, Designation, Presence, ProcesVerbal
from refondation.membres.models import Adherent, Compte
from refondation.territoire.models import Section
from tests.delegues import scene


@dataclass
class Dossier:
    """One section that sent its minutes: two women and two men stood, the first two are elected."""

    section: Section
    designation: Designation
    membres: list[Adherent]
    secretaire: Compte
    pv: ProcesVerbal

    def relire(self) -> Designation:
        self.designation.refresh_from_db()
        return self.designation


def faire_campagne(**champs: Any) -> Campagne:
    return scene.faire_campagne(**{"cotisation_au": date(2026, 6, 30), **champs})


def recevoir(
    campagne: Campagne,
    code: str = "31001",
    *,
    membres: int = 6,
    genres: str = "FHFH",
    elus: int = 2,
    presents: int = 0,
    etat: str = "recue",
    designation: dict[str, Any] | None = None,
    **proces_verbal: Any,
) -> Dossier:
    """A section, its members (the first: secretary, the second: second signatory), its signed minutes.

    `genres`: those who stood, in the order of votes; the first `elus` are elected.
    """
    section = scene.faire_section(code, code[:2])
    gens = [scene.faire_adherent(section, genre=g) for g in genres.ljust(membres, "F")]
    secretaire = scene.faire_compte("secretaire_section", gens[0], section=section)
    objet = scene.faire_designation(campagne, section, **{"effectif": membres, **(designation or {})})
    listes = [
        scene.faire_liste(objet, personne, par=secretaire, rang=rang)
        for rang, personne in enumerate(gens[: len(genres)], 1)
    ]
    pv = scene.faire_proces_verbal(
        objet,
        [liste.candidatures.get() for liste in listes[:elus]],
        redacteur=secretaire,
        contresignataire=gens[1],
        voix={liste: 10 - rang for rang, liste in enumerate(listes)},
        signe=False,
        **{"inscrits": 60, "votants": 30, **proces_verbal},
    )
    Presence.objects.bulk_create(
        Presence(proces_verbal=pv, adherent=a, present=True, marque=1) for a in gens[:presents]
    )
    scene.signer(pv)
    if etat != "attendue":
        scene.mener_a(objet, etat)
    return Dossier(section, objet, gens, secretaire, pv)


def membre_de_la_commission(federation: str | None = "75") -> Compte:
    """A member of the commission, of the party in that federation (None: an account without a member)."""
    if federation is None:
        return scene.faire_compte("recolement")
    section = scene.faire_section(f"{federation}900", federation)
    return scene.faire_compte("recolement", scene.faire_adherent(section))

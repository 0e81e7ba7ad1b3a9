"""Partial files of the register that give the control something to find: a roll that grew, a move, unpaid dues."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from django.db.models import Count

from refondation.demo import campagne, population, registre
from refondation.demo.distribution import FEDERATION, PREMIER_NUMERO
from refondation.demo.monde import Monde
from refondation.membres.models import Adherent
from refondation.territoire.models import Section

ENTREES = 6
DOMAINE = "entrepot-du-port.example"


def gonfler_une_section(monde: Monde) -> None:
    """A large section gets newcomers just before the reference date, all with addresses of one company."""

    def geste() -> None:
        section = (
            Section.objects.exclude(federation__code__in=(FEDERATION, "75"))
            .annotate(n=Count("adherents"))
            .order_by("-n", "code")
            .select_related("federation")
        )[1]
        nouveaux = [
            replace(
                personne,
                numero=f"{PREMIER_NUMERO[0]}{rang:07d}",
                courriel=f"equipe{rang}@{DOMAINE}",
                adhesion_le=monde.jour(-66),
                a_jour_au=monde.cotisation_au,
                statut="adherent",
            )
            for rang, personne in enumerate(
                population.generer(ENTREES, registre.GRAINE + 1, [section], au=monde.jour(-66)), 1
            )
        ]
        _importer(monde, "complement-adhesions.csv", nouveaux)

    monde.une_fois(monde.le(-61, 9), geste)


def corriger_le_registre(monde: Monde) -> None:
    """After candidacies closed: a candidate moves to another section, another's cheque was refused."""

    def geste() -> None:
        mute = campagne.premier_candidat(monde, "mutation")
        impaye = campagne.premier_candidat(monde, "impaye")
        ailleurs = Section.objects.filter(federation=mute.section.federation).exclude(pk=mute.section_id)
        _importer(
            monde,
            "complement-corrections.csv",
            [
                replace(_personne(mute), section=ailleurs.order_by("code")[0]),
                replace(_personne(impaye), a_jour_au=monde.cotisation_au - timedelta(days=365)),
            ],
        )

    monde.une_fois(monde.le(-14, 9), geste)


def _personne(adherent: Adherent) -> population.Personne:
    """The line of the national file that this member is."""
    return population.Personne(
        numero=adherent.numero,
        nom=adherent.nom,
        prenom=adherent.prenom,
        courriel=adherent.courriel,
        naissance=adherent.naissance,
        genre=adherent.genre,
        section=adherent.section,
        adhesion_le=adherent.adhesion_le,
        a_jour_au=adherent.a_jour_au,
        statut=adherent.statut,
    )


def _importer(monde: Monde, nom: str, personnes: Iterable[population.Personne]) -> None:
    with tempfile.TemporaryDirectory(prefix="refondation-complement-") as dossier:
        fichier = Path(dossier) / nom
        population.ecrire_fichier(fichier, personnes)
        registre.importer(fichier, par=monde.admin, complet=False)

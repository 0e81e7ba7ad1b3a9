"""Export 10,000 delegates to XLSX, through the resource, against the bare library writing the same rows."""

from __future__ import annotations

import gc
import io
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import openpyxl

from bancs import Mesure
from delegues.exports import PROFILS, fichier, lisez_moi
from delegues.models import Campagne, Delegation, Designation
from refondation.membres.models import Adherent
from refondation.territoire.actes import importer_territoire
from refondation.territoire.models import Section

DELEGUES, SECTIONS, ESSAIS = 10_000, 2_500, 5
JOUR = date(2026, 10, 20)


def mesurer(taille: float) -> list[Mesure]:
    nombre = max(500, int(DELEGUES * taille))
    campagne = _peupler(nombre)
    delegations = campagne.delegations.en_exercice(au=JOUR).avec_leur_monde().dans_l_ordre()
    delegations = delegations.select_related("elu__proces_verbal")
    explication = lisez_moi(
        profil="federation",
        campagne=campagne.nom,
        par="Banc",
        perimetre="Tout",
        au=JOUR,
        nombre=nombre,
        instant=datetime(2026, 10, 20, tzinfo=UTC),
    )
    # The very rows of the file, ready for the yardstick: it reads no database.
    donnees = PROFILS["federation"][1]().export(delegations.all())
    lignes = [donnees.headers, *donnees]
    assert len(lignes) == nombre + 1
    exports, nus, par_forme = [], [], {}
    for _ in range(ESSAIS):
        exports.append(_chronometrer(lambda: _exporter(delegations, "xlsx", explication)))
        nus.append(_chronometrer(lambda: _ecrire_nu(lignes)))
    for forme in ("ods", "csv"):
        par_forme[f"{forme}_s"] = round(
            _chronometrer(lambda forme=forme: _exporter(delegations, forme, explication)), 3
        )
    return [
        Mesure(
            nom="export de 10 000 délégué·es en XLSX",
            valeur=statistics.median(exports),
            etalon=statistics.median(nus),
            objectif="≤ 2 × les mêmes lignes écrites par openpyxl nu",
            sens="max",
            seuil=2,
            unite="s",
            details={
                "delegues": nombre,
                "colonnes": len(donnees.headers),
                "exports_s": [round(d, 3) for d in exports],
                "openpyxl_s": [round(d, 3) for d in nus],
                **par_forme,
            },
        )
    ]


def _peupler(nombre: int) -> Campagne:
    """Four delegates a section, all over the real territory."""
    importer_territoire(par=None)
    instant = datetime(2026, 1, 1, tzinfo=UTC)
    dates = [instant.replace(month=mois) for mois in range(1, 9)]
    campagne = Campagne.objects.create(
        slug="banc",
        nom="Banc",
        etat=Campagne.Etat.OUVERTE,
        annoncee_le=instant,
        graine="banc",
        mandat_debut=date(2026, 10, 10),
        mandat_fin=date(2027, 6, 30),
        reference_le=date(2026, 6, 30),
        **dict(
            zip(
                (
                    "candidatures_du",
                    "candidatures_au",
                    "retraits_au",
                    "assemblees_du",
                    "assemblees_au",
                    "enregistrement_au",
                    "controle_au",
                    "recours_au",
                ),
                dates,
                strict=True,
            )
        ),
    )
    sections = list(Section.objects.order_by("code")[: max(1, nombre // (DELEGUES // SECTIONS))])
    designations = Designation.objects.bulk_create(
        Designation(campagne=campagne, section=s, mode="assemblee", effectif=60, sieges=4, etat="attendue")
        for s in sections
    )
    adherents = Adherent.objects.bulk_create(
        Adherent(
            numero=f"B{rang:06d}",
            nom=f"Nom{rang}",
            prenom=f"Prénom{rang}",
            courriel=f"b{rang}@exemple.fr",
            section=sections[rang % len(sections)],
            adhesion_le=date(2020, 1, 1),
        )
        for rang in range(nombre)
    )
    Delegation.objects.bulk_create(
        Delegation(
            campagne=campagne,
            designation=designations[rang % len(designations)],
            adherent=adherent,
            qualite="titulaire" if rang % 2 else "suppleant",
            rang=rang // len(designations) + 1,
            debut=date(2026, 10, 10),
            acceptee_le=datetime(2026, 10, 12, 9, 30, tzinfo=UTC) if rang % 3 else None,
            courriel=adherent.courriel if rang % 2 else "",
        )
        for rang, adherent in enumerate(adherents)
    )
    return campagne


def _exporter(delegations: Any, forme: str, explication: list[tuple[str, Any]]) -> None:
    contenu, _ = fichier(delegations.all(), profil="federation", forme=forme, explication=explication)
    assert len(contenu) > 10_000


def _ecrire_nu(lignes: list[Any]) -> None:
    """openpyxl in its fastest mode, which is also what tablib and django-import-export write with."""
    livre = openpyxl.Workbook(write_only=True)
    feuille = livre.create_sheet("Délégué·es")
    for ligne in lignes:
        feuille.append(ligne)
    livre.save(io.BytesIO())


def _chronometrer(faire: Callable[[], Any]) -> float:
    gc.collect()
    debut = time.perf_counter()
    faire()
    return time.perf_counter() - debut

"""Figures of each section as they were signed, published as soon as received: CSV and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from delegues.models import Campagne, Designation, ProcesVerbal, Voix

FORMAT = "refondation.designations/1"
ENTETE = (
    "federation",
    "section",
    "nom",
    "mode",
    "sieges",
    "etat",
    "marque",
    "procès-verbal",
    "tenue le",
    "reçu le",
    "inscrits",
    "votants",
    "blancs",
    "nuls",
    "exprimés",
    "empreinte",
)
PAR_LOT = 500


def _publiees(campagne: Campagne) -> Iterator[Designation]:
    return (
        campagne.designations.avec_leur_section()
        .avec_chiffres()
        .order_by("section__federation__code", "section__code")
        .iterator(PAR_LOT)
    )


def exprimes(designation: Designation) -> int | None:
    """Votes for somebody; None before the minutes are received."""
    if designation.votants is None:
        return None
    return designation.votants - designation.blancs - designation.nuls


def lignes(campagne: Campagne) -> Iterator[tuple[Any, ...]]:
    """One line for each section; figures are empty before its minutes are received."""
    for d in _publiees(campagne):
        yield (
            d.section.federation.code,
            d.section.code,
            d.section.nom,
            d.mode,
            d.sieges,
            d.get_etat_display(),
            d.marque,
            d.numero,
            d.tenue_le.isoformat() if d.tenue_le else None,
            d.recu_le.isoformat() if d.recu_le else None,
            d.inscrits,
            d.votants,
            d.blancs,
            d.nuls,
            exprimes(d),
            d.empreinte,
        )


def morceaux_json(campagne: Campagne) -> Iterator[str]:
    """The same as a JSON document, in pieces, with the votes of each candidacy and who is elected."""
    tete = {"format": FORMAT, "campagne": campagne.slug, "nom": campagne.nom}
    yield json.dumps(tete, ensure_ascii=False)[:-1] + ', "sections": ['
    lot: list[Designation] = []
    debut = ""
    for designation in _publiees(campagne):
        lot.append(designation)
        if len(lot) == PAR_LOT:
            yield debut + _en_json(lot)
            lot, debut = [], ", "
    if lot:
        yield debut + _en_json(lot)
    yield "]}\n"


def _en_json(lot: list[Designation]) -> str:
    voix: dict[int, list[dict]] = {}
    comptees = Voix.objects.filter(
        proces_verbal__designation__in=[d.pk for d in lot], proces_verbal__etat=ProcesVerbal.Etat.VERROUILLE
    ).select_related("liste", "proces_verbal")
    for v in comptees.prefetch_related("liste__candidatures__adherent", "liste__candidatures__elections"):
        candidats = [
            {
                "nom": f"{c.adherent.prenom} {c.adherent.nom}",
                "qualite": next(
                    (e.qualite for e in c.elections.all() if e.proces_verbal_id == v.proces_verbal_id), None
                ),
            }
            for c in v.liste.candidatures.all()
        ]
        voix.setdefault(v.proces_verbal.designation_id, []).append(
            {"voix": v.nombre, "liste": v.liste.nom or None, "candidats": candidats}
        )
    return ", ".join(json.dumps(_section(d, voix.get(d.pk, [])), ensure_ascii=False) for d in lot)


def _section(d: Designation, voix: list[dict]) -> dict[str, Any]:
    return {
        "federation": d.section.federation.code,
        "section": d.section.code,
        "nom": d.section.nom,
        "mode": d.mode,
        "sieges": d.sieges,
        "etat": d.etat,
        "marque": d.marque or None,
        "proces_verbal": d.numero,
        "empreinte": d.empreinte,
        "tenue_le": d.tenue_le.isoformat() if d.tenue_le else None,
        "recu_le": d.recu_le.isoformat() if d.recu_le else None,
        "inscrits": d.inscrits,
        "votants": d.votants,
        "blancs": d.blancs,
        "nuls": d.nuls,
        "exprimes": exprimes(d),
        "voix": voix,
    }

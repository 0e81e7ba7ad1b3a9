"""What is published of a campaign, as JSON values: figures as they were signed, names of who stood and sits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Sum

from delegues.models import Campagne, Candidature, Delegation, Designation, Elu, ProcesVerbal, Voix

VERSION = 1
# The calendar of a campaign that everyone may read.
DATES = (
    "candidatures_du",
    "candidatures_au",
    "retraits_au",
    "assemblees_du",
    "assemblees_au",
    "enregistrement_au",
    "controle_au",
    "recours_au",
    "mandat_debut",
    "mandat_fin",
    "reference_le",
)


def campagne(objet: Campagne) -> dict[str, Any]:
    """The calendar, the rules and how many sections are in each state.  Two queries."""
    etats = dict(objet.designations.order_by().values_list("etat").annotate(Count("pk")))
    totaux = objet.designations.aggregate(sieges=Sum("sieges"), effectif=Sum("effectif"))
    return {
        "version": VERSION,
        "slug": objet.slug,
        "nom": objet.nom,
        "etat": objet.etat,
        "calendrier": {nom: getattr(objet, nom).isoformat() for nom in DATES},
        "regles": {
            "sieges": objet.regle,
            "candidatures": objet.candidatures,
            "parite": objet.parite,
            "departage": objet.departage,
            "engagement_empreinte": objet.engagement_empreinte,
        },
        "totaux": {
            "sections": sum(etats.values()),
            "sieges": totaux["sieges"] or 0,
            "adherents": totaux["effectif"] or 0,
            "par_etat": {etat.value: etats.get(etat.value, 0) for etat in Designation.Etat},
        },
    }


def sections(designations: Iterable[Designation]) -> list[dict[str, Any]]:
    """One entry a section, with its minutes in force; four queries whatever their number."""
    designations = list(designations)
    pvs = {
        pv.designation_id: pv for pv in ProcesVerbal.objects.en_vigueur().filter(designation__in=designations)
    }
    voix: dict[int, list[Voix]] = defaultdict(list)
    for ligne in Voix.objects.filter(proces_verbal__in=pvs.values()).select_related("liste"):
        voix[ligne.proces_verbal_id].append(ligne)
    listes = {ligne.liste_id for lignes in voix.values() for ligne in lignes}
    noms: dict[int, list[str]] = defaultdict(list)
    candidates = Candidature.objects.filter(liste__in=listes, etat=Candidature.Etat.ACCEPTEE)
    for candidature in candidates.select_related("adherent").order_by("liste", "rang"):
        adherent = candidature.adherent
        noms[candidature.liste_id].append(f"{adherent.prenom} {adherent.nom}")
    elus: dict[int, list[Elu]] = defaultdict(list)
    for elu in Elu.objects.filter(proces_verbal__in=pvs.values()).select_related("candidature__adherent"):
        elus[elu.proces_verbal_id].append(elu)
    return [_section(d, pvs.get(d.pk), voix, noms, elus) for d in designations]


def _section(
    d: Designation,
    pv: ProcesVerbal | None,
    voix: dict[int, list[Voix]],
    noms: dict[int, list[str]],
    elus: dict[int, list[Elu]],
) -> dict[str, Any]:
    return {
        "code": d.section.code,
        "nom": d.section.nom,
        "federation": d.section.federation.code,
        "mode": d.mode,
        "adherents": d.effectif,
        "sieges": d.sieges,
        "etat": d.etat,
        "marque": d.marque,
        "proces_verbal": None
        if pv is None
        else {
            "numero": pv.numero,
            "empreinte": pv.empreinte,
            "tenue_le": _iso(pv.tenue_le),
            "inscrits": pv.inscrits,
            "votants": pv.votants,
            "blancs": pv.blancs,
            "nuls": pv.nuls,
            "voix": [
                {"nom": ligne.liste.nom or " et ".join(noms[ligne.liste_id]), "voix": ligne.nombre}
                for ligne in voix[pv.pk]
            ],
            "elus": [
                {
                    "nom": f"{e.candidature.adherent.prenom} {e.candidature.adherent.nom}",
                    "qualite": e.qualite,
                    "rang": e.rang,
                    "explication": e.explication,
                }
                for e in elus[pv.pk]
            ],
        },
    }


def delegues(delegations: Iterable[Delegation]) -> list[dict[str, Any]]:
    """Names, sections and dates: never an address, an age nor a gender."""
    return [
        {
            "nom": d.adherent.nom,
            "prenom": d.adherent.prenom,
            "section": d.designation.section.code,
            "federation": d.designation.section.federation.code,
            "qualite": d.qualite,
            "rang": d.rang,
            "debut": d.debut.isoformat(),
            "fin": d.fin.isoformat() if d.fin else None,
            "remplace": f"{d.remplace.adherent.prenom} {d.remplace.adherent.nom}" if d.remplace else None,
        }
        for d in delegations
    ]


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None

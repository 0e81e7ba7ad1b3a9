"""Roles given from a table: tried whole and undone to be shown, then written whole, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q
from import_export.results import RowResult

from refondation.membres.actes.mandats import attendre_son_tour, nommer
from refondation.membres.codes import normaliser
from refondation.membres.colonnes import texte
from refondation.membres.models import Adherent, Compte, Mandat
from refondation.membres.nominations import COLONNES, Examen, Ligne, lire_le_tableau
from refondation.membres.regles import ActeImpossible, exiger
from refondation.membres.ressources_nominations import NominationRessource
from refondation.tableaux import FichierIllisible


def examiner_des_nominations(*, octets: bytes, par: Compte) -> Examen:
    """What a CSV or XLSX table would do, line by line; nothing stays of it.

    Each line is really given its role, in a transaction that is then undone: what only the database
    knows (a role held twice, a thirtieth seat) is found too.  Raises `ActeInterdit`, or
    `ActeImpossible` (`fichier_illisible`).
    """
    exiger(par, "membres.nommer")
    with transaction.atomic():
        examen = _essayer(octets, par)
        transaction.set_rollback(True)
    return examen


def importer_des_nominations(*, octets: bytes, apercu: str, par: Compte) -> Examen:
    """Give all the roles of the table, one `nommer` and one line in the journal each, or none.

    `apercu` is the fingerprint of the examination that was confirmed.  Raises `ActeInterdit`, or
    `ActeImpossible`: `fichier_illisible`, `apercu_perime` (what would be done is not what was
    shown), `lignes_en_erreur`.
    """
    exiger(par, "membres.nommer")
    with transaction.atomic():
        examen = _essayer(octets, par)
        if examen.empreinte != apercu:
            raise ActeImpossible(
                "Cet aperçu n'est plus à jour : les rôles ou le registre ont changé depuis. Rien n'est écrit. "
                "Relisez le nouvel aperçu, puis confirmez.",
                code="apercu_perime",
            )
        if examen.fautives:
            raise ActeImpossible(
                "Des lignes sont en erreur : rien n'est écrit. Corrigez le tableau et déposez-le de nouveau.",
                code="lignes_en_erreur",
            )
    return examen


def _essayer(octets: bytes, par: Compte) -> Examen:
    """Write every line that can be, in the transaction of the caller, and say what became of each."""
    try:
        lignes, ignorees = lire_le_tableau(octets)
    except FichierIllisible as defaut:
        raise ActeImpossible(
            f"Ligne {defaut.ligne} : {defaut}" if defaut.ligne else str(defaut),
            code="fichier_illisible",
            statut=422,
        ) from defaut
    numeros = {normaliser(texte(numero)) for numero in lignes["numero"]} - {""}
    adresses = {normaliser(texte(adresse)) for adresse in lignes["courriel"]} - {""}
    attendre_son_tour(Adherent.objects.filter(Q(numero__in=numeros) | Q(courriel__in=adresses)))
    resultat = NominationRessource().import_data(
        lignes, use_transactions=False, ecrire=partial(nommer, par=par)
    )
    for defaut in (*resultat.base_errors, *(e for rang in resultat.rows for e in rang.errors)):
        raise defaut.error  # a defect of ours, not of the table
    return Examen(tuple(map(_dire, resultat.rows)), ignorees)


def _dire(rang: RowResult) -> Ligne:
    lues = rang.row_values
    if rang.validation_error is not None:
        return Ligne(
            numero=lues["ligne"],
            etat="erreur",
            personne=texte(lues["numero"]) or texte(lues["courriel"]) or texte(lues["nom"]),
            role=texte(lues["role"]),
            lieu=texte(lues["section"]) or texte(lues["federation"]),
            dates="",
            erreurs=tuple(
                (_colonne(champ, lues), message)
                for champ, messages in rang.validation_error.message_dict.items()
                for message in messages
            ),
        )
    mandat: Mandat = rang.instance
    personne = mandat.personne
    depuis = f"à partir du {mandat.debut:%d/%m/%Y}"
    return Ligne(
        numero=lues["ligne"],
        etat="inchange" if rang.import_type == RowResult.IMPORT_TYPE_SKIP else "nouveau",
        personne=str(personne),
        role=mandat.get_role_display(),
        lieu=str(mandat.section or mandat.federation or "Tout le pays"),
        dates=f"{depuis}, jusqu'au {mandat.fin:%d/%m/%Y} exclu" if mandat.fin else depuis,
        cle=f"{personne._meta.model_name}:{personne.pk}",
    )


def _colonne(champ: str, lues: Mapping[str, Any]) -> str:
    if champ == "personne":
        champ = "courriel" if not texte(lues["numero"]) and texte(lues["courriel"]) else "numero"
    return COLONNES[champ][0]

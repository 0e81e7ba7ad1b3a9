"""Accounts (who logs in), the register (who is a member), mandates (who may do what), imports."""

from refondation.membres.models.comptes import Compte, DemandeDeCode, GestionnaireDesComptes
from refondation.membres.models.imports import ErreurDImport, Import, LigneImport
from refondation.membres.models.mandats import Mandat, MandatQuerySet
from refondation.membres.models.registre import (
    Adherent,
    AdherentQuerySet,
    Changement,
    VersionDuRegistre,
    date_du_jour,
    sans_accents,
)

__all__ = [
    "Adherent",
    "AdherentQuerySet",
    "Changement",
    "Compte",
    "DemandeDeCode",
    "ErreurDImport",
    "GestionnaireDesComptes",
    "Import",
    "LigneImport",
    "Mandat",
    "MandatQuerySet",
    "VersionDuRegistre",
    "date_du_jour",
    "sans_accents",
]

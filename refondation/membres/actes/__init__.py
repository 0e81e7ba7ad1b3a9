"""What can be done with members, accounts and mandates: log in, open, close, appoint, end, import, export."""

from refondation.membres.actes.comptes import (
    fermer_les_sessions,
    ouvrir_compte,
    ouvrir_compte_hors_registre,
)
from refondation.membres.actes.connexion import demander_un_code, envoyer_les_codes, reconnaitre_le_code
from refondation.membres.actes.mandats import installer_administrateur, nommer, terminer_mandat

__all__ = [
    "demander_un_code",
    "envoyer_les_codes",
    "fermer_les_sessions",
    "installer_administrateur",
    "nommer",
    "ouvrir_compte",
    "ouvrir_compte_hors_registre",
    "reconnaitre_le_code",
    "terminer_mandat",
]

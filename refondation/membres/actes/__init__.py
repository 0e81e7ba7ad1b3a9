"""What can be done with members, accounts and mandates: log in, open, close, appoint, end, import, export."""

from refondation.membres.actes.application import (
    annuler_import,
    appliquer_import,
    confirmer_import,
    empechements,
    rouvrir_import,
    sorties_a_confirmer,
    trancher_conflits,
)
from refondation.membres.actes.comptes import (
    fermer_les_sessions,
    ouvrir_compte,
    ouvrir_compte_hors_registre,
)
from refondation.membres.actes.connexion import demander_un_code, envoyer_les_codes, reconnaitre_le_code
from refondation.membres.actes.imports import (
    abandonner_import,
    comparer_import,
    deposer_import,
    purger_imports,
)
from refondation.membres.actes.mandats import installer_administrateur, nommer, terminer_mandat
from refondation.membres.actes.nominations import examiner_des_nominations, importer_des_nominations
from refondation.membres.actes.registre import exporter_adherents, telecharger_differences

__all__ = [
    "abandonner_import",
    "annuler_import",
    "appliquer_import",
    "comparer_import",
    "confirmer_import",
    "demander_un_code",
    "deposer_import",
    "empechements",
    "envoyer_les_codes",
    "examiner_des_nominations",
    "exporter_adherents",
    "fermer_les_sessions",
    "importer_des_nominations",
    "installer_administrateur",
    "nommer",
    "ouvrir_compte",
    "ouvrir_compte_hors_registre",
    "purger_imports",
    "reconnaitre_le_code",
    "rouvrir_import",
    "sorties_a_confirmer",
    "telecharger_differences",
    "terminer_mandat",
    "trancher_conflits",
]

"""All that the secret vote can do, in the order of its life."""

from consultation.actes.annonce import annoncer_scrutin, deplacer_dates
from consultation.actes.cycle import annuler_scrutin, clore_scrutin, ouvrir_scrutin, proclamer_resultat, publier_scrutin
from consultation.actes.depot import Recu, deposer_bulletin
from consultation.actes.depouillement import decouper, deposer_dechiffrement, totaliser_urne, verifier_une_tranche
from consultation.actes.preparation import envoyer_codes, preparer_urne, renvoyer_mon_code
from consultation.actes.redaction import (
    creer_scrutin,
    deposer_cle,
    designer_gardiens,
    ecrire_question,
    modifier_scrutin,
    rediger_document,
    retirer_question,
)

__all__ = [
    "Recu",
    "annoncer_scrutin",
    "annuler_scrutin",
    "clore_scrutin",
    "creer_scrutin",
    "decouper",
    "deplacer_dates",
    "deposer_bulletin",
    "deposer_cle",
    "deposer_dechiffrement",
    "designer_gardiens",
    "ecrire_question",
    "envoyer_codes",
    "modifier_scrutin",
    "ouvrir_scrutin",
    "preparer_urne",
    "proclamer_resultat",
    "publier_scrutin",
    "rediger_document",
    "renvoyer_mon_code",
    "retirer_question",
    "totaliser_urne",
    "verifier_une_tranche",
]

"""All that the secret vote can do, in the order of its life."""

from consultation.actes.annonce import annoncer_scrutin, deplacer_dates
from consultation.actes.cycle import (
    annuler_scrutin,
    clore_scrutin,
    ouvrir_scrutin,
    proclamer_resultat,
    publier_scrutin,
)
from consultation.actes.depot import Recu, deposer_bulletin
from consultation.actes.depouillement import (
    decouper,
    deposer_dechiffrement,
    totaliser_urne,
    verifier_une_tranche,
)
from consultation.actes.gardiens import (
    appeler_au_dechiffrement,
    deposer_cle,
    designer_gardiens,
    prevenir_de_la_designation,
    remplacer_la_cle,
)
from consultation.actes.preparation import (
    adresser_mon_code,
    envoyer_codes,
    preparer_urne,
    renvoyer_mon_code,
)
from consultation.actes.redaction import (
    creer_scrutin,
    deplacer_question,
    ecrire_question,
    modifier_scrutin,
    rediger_document,
    retirer_question,
)
from consultation.actes.releve import alerter_la_commission, controler_scrutin, relever_participation

__all__ = [
    "Recu",
    "adresser_mon_code",
    "alerter_la_commission",
    "annoncer_scrutin",
    "annuler_scrutin",
    "appeler_au_dechiffrement",
    "clore_scrutin",
    "controler_scrutin",
    "creer_scrutin",
    "decouper",
    "deplacer_dates",
    "deplacer_question",
    "deposer_bulletin",
    "deposer_cle",
    "deposer_dechiffrement",
    "designer_gardiens",
    "ecrire_question",
    "envoyer_codes",
    "modifier_scrutin",
    "ouvrir_scrutin",
    "preparer_urne",
    "prevenir_de_la_designation",
    "proclamer_resultat",
    "publier_scrutin",
    "rediger_document",
    "relever_participation",
    "remplacer_la_cle",
    "renvoyer_mon_code",
    "retirer_question",
    "totaliser_urne",
    "verifier_une_tranche",
]

"""All that the designation of delegates can do, in the order of its life."""

from delegues.actes.anomalies import recalculer_anomalies
from delegues.actes.assemblees import convoquer_assemblee, envoyer_convocations
from delegues.actes.avertissements import avertir
from delegues.actes.campagne import (
    annoncer_campagne,
    annuler_campagne,
    changer_de_mode,
    clore_campagne,
    creer_campagne,
    regler_campagne,
)
from delegues.actes.candidatures import presenter_ma_candidature, proposer_candidature, se_porter_candidat
from delegues.actes.controle import declarer_deport, donner_avis
from delegues.actes.engagements import (
    declarer_candidature_gouvernance,
    lever_les_engagements,
    retirer_candidature_gouvernance,
)
from delegues.actes.incompatibilites import (
    accorder_derogation,
    ecrire_incompatibilite,
    supprimer_incompatibilite,
)
from delegues.actes.mandats import fermer_les_mandats, ouvrir_les_mandats
from delegues.actes.ordre import tirer_l_ordre
from delegues.actes.pieces import joindre_piece, retirer_piece
from delegues.actes.proces_verbaux import (
    Pointage,
    abandonner_le_brouillon,
    commencer_proces_verbal,
    designer_le_bureau,
    noter_la_seance,
    noter_le_depouillement,
    noter_les_incidents,
    pointer_presences,
)
from delegues.actes.recours import (
    arbitrer_recours,
    contester_designation,
    former_recours,
    repondre_a_la_commission,
)
from delegues.actes.reponses import (
    inviter_a_repondre,
    renvoyer_la_proposition,
    repondre_a_la_proposition,
    retirer_candidature,
)
from delegues.actes.sieges import adopter_repartition, calculer_repartition
from delegues.actes.signatures import (
    contresigner_proces_verbal,
    demander_contresignature,
    presenter_proces_verbal,
    rectifier_proces_verbal,
    reprendre_proces_verbal,
)

__all__ = [
    "Pointage",
    "abandonner_le_brouillon",
    "accorder_derogation",
    "adopter_repartition",
    "annoncer_campagne",
    "annuler_campagne",
    "arbitrer_recours",
    "avertir",
    "calculer_repartition",
    "changer_de_mode",
    "clore_campagne",
    "commencer_proces_verbal",
    "contester_designation",
    "contresigner_proces_verbal",
    "convoquer_assemblee",
    "creer_campagne",
    "declarer_candidature_gouvernance",
    "declarer_deport",
    "demander_contresignature",
    "designer_le_bureau",
    "donner_avis",
    "ecrire_incompatibilite",
    "envoyer_convocations",
    "fermer_les_mandats",
    "former_recours",
    "inviter_a_repondre",
    "joindre_piece",
    "lever_les_engagements",
    "noter_la_seance",
    "noter_le_depouillement",
    "noter_les_incidents",
    "ouvrir_les_mandats",
    "pointer_presences",
    "presenter_ma_candidature",
    "presenter_proces_verbal",
    "proposer_candidature",
    "recalculer_anomalies",
    "rectifier_proces_verbal",
    "regler_campagne",
    "renvoyer_la_proposition",
    "repondre_a_la_commission",
    "repondre_a_la_proposition",
    "reprendre_proces_verbal",
    "retirer_candidature",
    "retirer_candidature_gouvernance",
    "retirer_piece",
    "se_porter_candidat",
    "supprimer_incompatibilite",
    "tirer_l_ordre",
]

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
from delegues.actes.en_ligne import preparer_le_scrutin, reporter_le_resultat
from delegues.actes.engagements import (
    declarer_candidature_gouvernance,
    lever_les_engagements,
    retirer_candidature_gouvernance,
)
from delegues.actes.exports import exporter_les_delegues
from delegues.actes.imports import (
    OCTETS_AU_PLUS,
    abandonner_un_import,
    annuler_un_import,
    appliquer_un_import,
    deposer_un_import,
    empechements_d_annulation,
    purger_les_imports_de_delegations,
)
from delegues.actes.incompatibilites import (
    accorder_derogation,
    ecrire_incompatibilite,
    supprimer_incompatibilite,
)
from delegues.actes.mandats import fermer_les_mandats, ouvrir_les_mandats
from delegues.actes.messages import (
    MESSAGES_PAR_JOUR,
    confirmer_un_message,
    destinataires,
    ecrire_un_message,
    envoyer_a_un_delegue,
    reprendre_les_incertains,
)
from delegues.actes.ordre import tirer_l_ordre
from delegues.actes.pieces import joindre_piece, retirer_piece
from delegues.actes.portes import ouvrir_une_assemblee, pointer
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
from delegues.actes.suivi_des_mandats import (
    clore_au_terme,
    constater_le_registre,
    decider_un_constat,
    prevenir_un_delegue,
)
from delegues.actes.vie_des_mandats import (
    accepter_mandat,
    choix_du_remplacant,
    demande_l_engagement,
    demissionner,
    partager_coordonnees,
    remplacer,
    terminer_mandat,
)

__all__ = [
    "MESSAGES_PAR_JOUR",
    "OCTETS_AU_PLUS",
    "Pointage",
    "abandonner_le_brouillon",
    "abandonner_un_import",
    "accepter_mandat",
    "accorder_derogation",
    "adopter_repartition",
    "annoncer_campagne",
    "annuler_campagne",
    "annuler_un_import",
    "appliquer_un_import",
    "arbitrer_recours",
    "avertir",
    "calculer_repartition",
    "changer_de_mode",
    "choix_du_remplacant",
    "clore_au_terme",
    "clore_campagne",
    "commencer_proces_verbal",
    "confirmer_un_message",
    "constater_le_registre",
    "contester_designation",
    "contresigner_proces_verbal",
    "convoquer_assemblee",
    "creer_campagne",
    "decider_un_constat",
    "declarer_candidature_gouvernance",
    "declarer_deport",
    "demande_l_engagement",
    "demander_contresignature",
    "demissionner",
    "deposer_un_import",
    "designer_le_bureau",
    "destinataires",
    "donner_avis",
    "ecrire_incompatibilite",
    "ecrire_un_message",
    "empechements_d_annulation",
    "envoyer_a_un_delegue",
    "envoyer_convocations",
    "exporter_les_delegues",
    "fermer_les_mandats",
    "former_recours",
    "inviter_a_repondre",
    "joindre_piece",
    "lever_les_engagements",
    "noter_la_seance",
    "noter_le_depouillement",
    "noter_les_incidents",
    "ouvrir_les_mandats",
    "ouvrir_une_assemblee",
    "partager_coordonnees",
    "pointer",
    "pointer_presences",
    "preparer_le_scrutin",
    "presenter_ma_candidature",
    "presenter_proces_verbal",
    "prevenir_un_delegue",
    "proposer_candidature",
    "purger_les_imports_de_delegations",
    "recalculer_anomalies",
    "rectifier_proces_verbal",
    "regler_campagne",
    "remplacer",
    "renvoyer_la_proposition",
    "repondre_a_la_commission",
    "repondre_a_la_proposition",
    "reporter_le_resultat",
    "reprendre_les_incertains",
    "reprendre_proces_verbal",
    "retirer_candidature",
    "retirer_candidature_gouvernance",
    "retirer_piece",
    "se_porter_candidat",
    "supprimer_incompatibilite",
    "terminer_mandat",
    "tirer_l_ordre",
]

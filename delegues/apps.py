"""Designation of the délégué·es à la refondation, section by section."""

from django.apps import AppConfig


class Configuration(AppConfig):
    name = "delegues"
    label = "delegues"
    verbose_name = "Délégué·es à la refondation"
    actes_en_mots = {
        "creer_campagne": "Création d'une campagne",
        "regler_campagne": "Réglage d'une campagne",
        "calculer_repartition": "Calcul des sièges",
        "adopter_repartition": "Adoption des sièges",
        "annoncer_campagne": "Annonce d'une campagne, règles figées",
        "changer_de_mode": "Choix du mode d'une section",
        "clore_campagne": "Clôture d'une campagne",
        "annuler_campagne": "Annulation d'une campagne",
        "candidater": "Dépôt d'une candidature",
        "presenter": "Présentation d'une candidature",
        "proposer": "Proposition d'une candidature",
        "repondre": "Réponse à une proposition de candidature",
        "retirer_candidature": "Retrait d'une candidature",
        "tirer_l_ordre": "Tirage de l'ordre des candidatures",
        "lever_les_engagements": "Levée d'engagements",
        "declarer_gouvernance": "Candidature à la gouvernance",
        "retirer_gouvernance": "Retrait d'une candidature à la gouvernance",
        "regler": "Règle d'incompatibilité",
        "deroger": "Dérogation à une incompatibilité",
        "preparer_le_scrutin": "Préparation du vote en ligne d'une section",
        "reporter_le_resultat": "Report d'un résultat dans le procès-verbal",
        "recalculer_anomalies": "Calcul des anomalies",
        "donner_avis": "Avis d'un membre de la commission",
        "declarer_deport": "Déport d'un membre de la commission",
        "repondre_a_la_commission": "Réponse d'une section à la commission",
        "contester_designation": "Contestation d'une désignation",
        "former_recours": "Recours contre une décision",
        "arbitrer_recours": "Avis sur un recours",
        "ouvrir_les_mandats": "Ouverture des mandats d'une section",
        "fermer_les_mandats": "Fermeture des mandats d'une section",
        "accepter_mandat": "Acceptation d'un mandat",
        "partager_coordonnees": "Partage ou retrait de coordonnées",
        "demissionner": "Démission d'un mandat",
        "terminer_mandat": "Fin d'un mandat de délégué·e",
        "remplacer": "Remplacement d'un·e délégué·e",
        "constater_le_registre": "Constats du registre sur les délégué·es",
        "decider_un_constat": "Décision sur un constat du registre",
        "clore_au_terme": "Fin des mandats au terme",
        "ouvrir_une_assemblee": "Annonce d'une assemblée de délégué·es",
        "ecrire_un_message": "Rédaction d'un message aux délégué·es",
        "confirmer_un_message": "Envoi d'un message aux délégué·es",
        "reprendre_les_incertains": "Reprise d'un envoi interrompu",
        "deposer_un_import": "Dépôt d'un fichier de délégations",
        "appliquer_un_import": "Import de délégations",
        "annuler_un_import": "Annulation d'un import de délégations",
        "abandonner_un_import": "Abandon d'un import de délégations",
        "purger_les_imports_de_delegations": "Destruction des fichiers de délégations",
        "exporter_les_delegues": "Export de délégué·es",
    }

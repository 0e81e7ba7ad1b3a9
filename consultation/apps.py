"""The secret vote."""

from django.apps import AppConfig


class Configuration(AppConfig):
    name = "consultation"
    label = "consultation"
    actes_en_mots = {
        "rediger": "Rédaction d'un scrutin",
        "designer_gardiens": "Désignation des gardien·nes",
        "deposer_cle": "Dépôt d'une clé de gardien·ne",
        "annoncer": "Annonce d'un scrutin, liste figée",
        "deplacer_dates": "Déplacement des dates d'un scrutin",
        "preparer_urne": "Préparation d'une urne",
        "ouvrir": "Ouverture d'un scrutin",
        "renvoyer_codes": "Renvoi de codes de vote",
        "relever": "Relevé des têtes d'urnes",
        "controler": "Contrôle des urnes",
        "clore": "Clôture d'un scrutin",
        "depouiller": "Départ du dépouillement",
        "totaliser": "Addition d'une urne, sans l'ouvrir",
        "dechiffrer": "Part de déchiffrement d'un·e gardien·ne",
        "resultat": "Résultat d'une urne",
        "proclamer": "Fin du dépouillement",
        "publier": "Publication d'un résultat",
        "annuler": "Annulation d'un scrutin",
    }

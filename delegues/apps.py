"""Designation of the délégué·es à la refondation, section by section."""

from django.apps import AppConfig


class Configuration(AppConfig):
    name = "delegues"
    label = "delegues"
    verbose_name = "Délégué·es à la refondation"
    actes_en_mots = {
        "recalculer_anomalies": "Calcul des anomalies",
        "donner_avis": "Avis d'un membre de la commission",
        "declarer_deport": "Déport d'un membre de la commission",
        "repondre_a_la_commission": "Réponse d'une section à la commission",
        "contester_designation": "Contestation d'une désignation",
        "former_recours": "Recours contre une décision",
        "arbitrer_recours": "Avis sur un recours",
    }

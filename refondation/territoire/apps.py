"""The room `territoire`."""

from django.apps import AppConfig


class Configuration(AppConfig):
    name = "refondation.territoire"
    label = "territoire"
    actes_en_mots = {
        "importer": "Import du territoire",
        "fusionner": "Fusion de sections",
        "scinder": "Scission d'une section",
    }

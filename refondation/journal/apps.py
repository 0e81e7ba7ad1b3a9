"""The room `journal`."""

from django.apps import AppConfig


class Configuration(AppConfig):
    name = "refondation.journal"
    label = "journal"

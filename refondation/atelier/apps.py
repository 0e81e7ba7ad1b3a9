"""The room `atelier`."""

from django.apps import AppConfig


class Configuration(AppConfig):
    name = "refondation.atelier"
    label = "atelier"

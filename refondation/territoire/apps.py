"""The room `territoire`."""

from django.apps import AppConfig


class Configuration(AppConfig):
    name = "refondation.territoire"
    label = "territoire"

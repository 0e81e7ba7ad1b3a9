"""The room `demo`."""

from django.apps import AppConfig


class Configuration(AppConfig):
    name = "refondation.demo"
    label = "demo"

"""The room `membres`."""

from django.apps import AppConfig


class Configuration(AppConfig):
    name = "refondation.membres"
    label = "membres"

    def ready(self) -> None:
        from refondation.membres import regles  # noqa: F401 - declares who may do what

"""Designation of the délégué·es à la refondation, section by section."""

from django.apps import AppConfig


class Configuration(AppConfig):
    name = "delegues"
    label = "delegues"
    verbose_name = "Délégué·es à la refondation"

"""The secret vote."""

from django.apps import AppConfig


class Configuration(AppConfig):
    name = "consultation"
    label = "consultation"

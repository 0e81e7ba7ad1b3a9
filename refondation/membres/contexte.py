"""What every page knows of who looks at it."""

from django.conf import settings
from django.http import HttpRequest


def espace(request: HttpRequest) -> dict:
    return {"mode_demo": settings.MODE_DEMO, "menu": []}

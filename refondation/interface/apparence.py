"""Light or dark, when one prefers to choose for this site: a cookie that holds one word."""

from django.http import HttpRequest

TEMOIN = "apparence"
CHOIX = ("claire", "sombre")
DUREE = 365 * 24 * 3600


def apparence_choisie(request: HttpRequest) -> str:
    choix = request.COOKIES.get(TEMOIN, "")
    return choix if choix in CHOIX else ""

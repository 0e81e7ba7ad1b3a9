"""What the pages of minutes read out of their JSON content."""

from __future__ import annotations

from datetime import datetime

from django import template

register = template.Library()


@register.filter
def instant(texte: str) -> datetime | None:
    """An ISO moment of the content, None when there is none yet."""
    return datetime.fromisoformat(texte) if texte else None


@register.filter
def titulaire(contenu: dict, rang: int) -> str:
    """The name of the holder of that rank."""
    return contenu["titulaires"][rang - 1]["nom"]

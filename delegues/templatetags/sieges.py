"""Filters of the pages of seats."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django import template

from delegues.models import Campagne
from delegues.repartition import TRANCHE, Parametres
from refondation.interface.formats import nombre

register = template.Library()


@register.filter
def decimale(valeur: Fraction | float, chiffres: int = 1) -> str:
    """A figure to compare with another: 12.345 → "12,3"."""
    exacte = Fraction(valeur)
    arrondie = Decimal(exacte.numerator) / Decimal(exacte.denominator)
    return nombre(arrondie.quantize(Decimal(1).scaleb(-chiffres), ROUND_HALF_UP))


@register.filter
def regle_courte(regles: Parametres) -> str:
    """ "Tranche de 50", "Sainte-Laguë"."""
    if regles.regle == TRANCHE:
        return f"Tranche de {nombre(regles.tranche)}"
    return Campagne.Methode(regles.methode).label

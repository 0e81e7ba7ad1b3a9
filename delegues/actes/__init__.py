"""All that the designation of delegates can do, in the order of its life."""

from delegues.actes.mandats import fermer_les_mandats, ouvrir_les_mandats

__all__ = [
    "fermer_les_mandats",
    "ouvrir_les_mandats",
]

"""What the journal's page says of its lines."""

from django import template

from refondation.journal import mots

register = template.Library()
register.filter("acte_en_mots", mots.acte_en_mots)
register.filter("objet_en_mots", mots.objet_en_mots)

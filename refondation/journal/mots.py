"""How the journal is read aloud: acts and objects in words.  Each room names its own acts in its `apps.py`."""

from __future__ import annotations

from django.apps import apps


def acte_en_mots(acte: str) -> str:
    """ "consultation.clore" → "Clôture d'un scrutin"; the act itself while its room gives it no words."""
    salle, _, verbe = acte.partition(".")
    mots = getattr(apps.app_configs.get(salle), "actes_en_mots", {})
    return mots.get(verbe, acte)


def objet_en_mots(objet: str) -> str:
    """ "consultation.scrutin:3" → "scrutin n° 3"; what names no model of today is left as it is."""
    etiquette, _, cle = objet.partition(":")
    try:
        modele = apps.get_model(etiquette)
    except (LookupError, ValueError):
        return objet
    return f"{modele._meta.verbose_name} n°\u00a0{cle}"

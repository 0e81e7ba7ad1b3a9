"""How a count is said in words and shown in bars."""

from __future__ import annotations

from django import template

from consultation.resultats import Decompte
from refondation.interface.formats import nombre, pourcentage

register = template.Library()


@register.filter
def barres_de(decompte: Decompte) -> list[tuple[str, int, float]]:
    """What `{% barres %}` takes."""
    return [(r.texte, r.voix, r.part) for r in decompte.reponses]


@register.filter
def en_une_phrase(decompte: Decompte) -> str:
    """The sentence to paste: the answer in the lead, with its base."""
    if not decompte.exprimes:
        return "Aucun suffrage n'a été exprimé."
    tetes = decompte.en_tete
    if not tetes:
        return "Aucune réponse n'a reçu de voix."
    voix = f"{nombre(tetes[0].voix)} voix sur {nombre(decompte.exprimes)} suffrages exprimés"
    if len(tetes) > 1:
        noms = ", ".join(f"« {r.texte} »" for r in tetes)
        return f"Égalité entre {noms} : {voix} ({pourcentage(tetes[0].part)}) chacune."
    return f"« {tetes[0].texte} » arrive en tête : {voix} ({pourcentage(tetes[0].part)})."

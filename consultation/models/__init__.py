"""Scrutin and its document, the roll and its émargements, the boxes and their chained events."""

from consultation.models.depouillement import Tranche
from consultation.models.liste import CodeScelle, Emargement, Inscription, Rattachement, TrousseauDeCodes
from consultation.models.scrutin import Document, Gardien, Option, Question, Scrutin
from consultation.models.urne import Credentiel, Evenement, Urne

__all__ = [
    "CodeScelle",
    "Credentiel",
    "Document",
    "Emargement",
    "Evenement",
    "Gardien",
    "Inscription",
    "Option",
    "Question",
    "Rattachement",
    "Scrutin",
    "Tranche",
    "TrousseauDeCodes",
    "Urne",
]

"""Scrutin and its document, the roll and its émargements, the boxes and their events, what is read of them."""

from consultation.models.depouillement import Tranche
from consultation.models.liste import CodeScelle, Emargement, Inscription, Rattachement, TrousseauDeCodes
from consultation.models.releve import Controle, Releve
from consultation.models.scrutin import AvisAuGardien, Document, Gardien, Option, Question, Scrutin
from consultation.models.urne import Credentiel, Evenement, Urne

__all__ = [
    "AvisAuGardien",
    "CodeScelle",
    "Controle",
    "Credentiel",
    "Document",
    "Emargement",
    "Evenement",
    "Gardien",
    "Inscription",
    "Option",
    "Question",
    "Rattachement",
    "Releve",
    "Scrutin",
    "Tranche",
    "TrousseauDeCodes",
    "Urne",
]

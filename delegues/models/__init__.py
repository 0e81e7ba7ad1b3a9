"""Campaigns, seats, candidacies, minutes, control, mandates."""

from delegues.models.campagne import Campagne, Designation
from delegues.models.candidatures import Candidature, Engagement, Liste
from delegues.models.controle import Anomalie, Avertissement, Avis, Deport, Echange
from delegues.models.incompatibilites import CandidatureALaGouvernance, Derogation, Incompatibilite
from delegues.models.mandats import Delegation, Envoi, MessageAuxDelegues
from delegues.models.proces_verbaux import Elu, Piece, Presence, ProcesVerbal, Voix
from delegues.models.sieges import Part, Repartition

__all__ = [
    "Anomalie",
    "Avertissement",
    "Avis",
    "Campagne",
    "Candidature",
    "CandidatureALaGouvernance",
    "Delegation",
    "Deport",
    "Derogation",
    "Designation",
    "Echange",
    "Elu",
    "Engagement",
    "Envoi",
    "Incompatibilite",
    "Liste",
    "MessageAuxDelegues",
    "Part",
    "Piece",
    "Presence",
    "ProcesVerbal",
    "Repartition",
    "Voix",
]

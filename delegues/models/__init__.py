"""Campaigns, seats, candidacies, minutes, control, mandates."""

from delegues.models.assemblees import Assemblee, Passage
from delegues.models.campagne import Campagne, Convocation, Designation
from delegues.models.candidatures import Candidature, Engagement, Liste
from delegues.models.controle import Anomalie, Avertissement, Avis, Deport, Echange
from delegues.models.imports import ImportDeDelegations
from delegues.models.incompatibilites import CandidatureALaGouvernance, Derogation, Incompatibilite
from delegues.models.mandats import Constat, Delegation, Envoi, MessageAuxDelegues
from delegues.models.proces_verbaux import Elu, Piece, Presence, ProcesVerbal, Voix
from delegues.models.sieges import Part, Repartition

__all__ = [
    "Anomalie",
    "Assemblee",
    "Avertissement",
    "Avis",
    "Campagne",
    "Candidature",
    "CandidatureALaGouvernance",
    "Constat",
    "Convocation",
    "Delegation",
    "Deport",
    "Derogation",
    "Designation",
    "Echange",
    "Elu",
    "Engagement",
    "Envoi",
    "ImportDeDelegations",
    "Incompatibilite",
    "Liste",
    "MessageAuxDelegues",
    "Part",
    "Passage",
    "Piece",
    "Presence",
    "ProcesVerbal",
    "Repartition",
    "Voix",
]

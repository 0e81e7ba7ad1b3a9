"""The attendance list of an assembly: who may sign it, who did."""

from __future__ import annotations

import hashlib

from django.db.models import Q
from django.db.models.functions import Lower

from delegues.eligibilite import motifs
from delegues.models import Designation, ProcesVerbal
from refondation.membres.models import Adherent, AdherentQuerySet


def liste_d_emargement(designation: Designation) -> AdherentQuerySet:
    """The members of the section whom the campaign counts: same dates, dues and seniority as its seats."""
    return _dans_l_ordre(_avec_leurs_manques(designation).filter(manques=0, section=designation.section_id))


def liste_de_presence(proces_verbal: ProcesVerbal) -> AdherentQuerySet:
    """The same, and who was ticked before the register moved them: they were there, and can be unticked."""
    inscrits = Q(manques=0, section=proces_verbal.designation.section_id)
    pointes = Q(pk__in=proces_verbal.presences.values("adherent"))
    return _dans_l_ordre(_avec_leurs_manques(proces_verbal.designation).filter(inscrits | pointes))


def _avec_leurs_manques(designation: Designation) -> AdherentQuerySet:
    return Adherent.objects.annotate(manques=motifs(designation.campagne, section=designation.section_id))


def _dans_l_ordre(membres: AdherentQuerySet) -> AdherentQuerySet:
    return membres.order_by(Lower("nom"), Lower("prenom"), "pk")


def presents(proces_verbal: ProcesVerbal) -> int:
    return proces_verbal.presences.filter(present=True).count()


def empreinte_des_presences(proces_verbal: ProcesVerbal) -> str:
    """SHA-256 (hex) of the member numbers of those present, sorted, one a line: the minutes seal
    the attendance list without naming anybody."""
    numeros = proces_verbal.presences.filter(present=True).order_by("adherent__numero")
    lignes = "".join(f"{n}\n" for n in numeros.values_list("adherent__numero", flat=True))
    return hashlib.sha256(lignes.encode()).hexdigest()

"""The attendance list of an assembly: who may sign it, who did."""

from __future__ import annotations

import hashlib

from delegues.eligibilite import motifs
from delegues.models import Designation, ProcesVerbal
from refondation.membres.models import Adherent, AdherentQuerySet


def liste_d_emargement(designation: Designation) -> AdherentQuerySet:
    """The members of the section whom the campaign counts: same dates, dues and seniority as its seats."""
    return (
        Adherent.objects.filter(section=designation.section_id)
        .annotate(manques=motifs(designation.campagne, section=designation.section_id))
        .filter(manques=0)
        .order_by("recherche", "pk")
    )


def presents(proces_verbal: ProcesVerbal) -> int:
    return proces_verbal.presences.filter(present=True).count()


def empreinte_des_presences(proces_verbal: ProcesVerbal) -> str:
    """SHA-256 (hex) of the member numbers of those present, sorted, one a line: the minutes seal
    the attendance list without naming anybody."""
    numeros = proces_verbal.presences.filter(present=True).order_by("adherent__numero")
    lignes = "".join(f"{n}\n" for n in numeros.values_list("adherent__numero", flat=True))
    return hashlib.sha256(lignes.encode()).hexdigest()

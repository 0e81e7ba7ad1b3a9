"""The register: move members when their section is replaced, hand over a perimeter as a file."""

from __future__ import annotations

from datetime import datetime

from refondation.membres.models import AdherentQuerySet, Changement
from refondation.territoire.models import Section


def deplacer_des_membres(
    membres: AdherentQuerySet, *, vers: Section, cause: Changement.Cause, instant: datetime
) -> int:
    """A step of the acts on sections: move these members and keep where each one was; how many they are."""
    de = dict(membres.order_by("pk").select_for_update(of=("self",)).values_list("pk", "section_id"))
    Changement.objects.bulk_create(
        [
            Changement(adherent_id=membre, cause=cause, le=instant, avant={"section_id": section})
            for membre, section in de.items()
        ],
        batch_size=2000,
    )
    membres.filter(pk__in=de).update(section=vers)
    return len(de)

"""The register: move members when their section is replaced, hand over a perimeter as a file."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from refondation.journal.actes import journaliser
from refondation.membres.models import AdherentQuerySet, Changement, Compte, Import
from refondation.membres.regles import exiger
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


def exporter_adherents(
    *, adherents: AdherentQuerySet, filtres: dict[str, str], forme: str, par: Compte
) -> tuple[AdherentQuerySet, int]:
    """What of `adherents` this account may take away, and how many; the journal says so, with the filters.

    `filtres` are the words of the filters, without what was searched: it may be a name.  Raises
    `ActeInterdit`.
    """
    exiger(par, "membres.exporter")
    with transaction.atomic():
        exportables = adherents.exportables_par(par)
        nombre = exportables.count()
        journaliser(
            acte="membres.exporter", par=par, details={"forme": forme, "filtres": filtres, "lignes": nombre}
        )
    return exportables, nombre


def telecharger_differences(*, lot: Import, quoi: str, par: Compte) -> int:
    """Note in the journal that a category of lines of an import is taken away; how many they are."""
    exiger(par, "membres.importer")
    nombre = lot.lignes_lues.de_categorie(quoi).count()
    with transaction.atomic():
        journaliser(
            acte="membres.telecharger_differences",
            par=par,
            objet=lot,
            details={"categorie": quoi, "lignes": nombre},
        )
    return nombre

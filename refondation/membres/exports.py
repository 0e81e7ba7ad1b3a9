"""Members as files: the columns, the sheet that explains the file, CSV and XLSX."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import IO, Any

from django.utils import timezone

from refondation.membres import historique
from refondation.membres.models import Adherent, AdherentQuerySet, Changement, Import, LigneImport
from refondation.membres.models.imports import LigneImportQuerySet
from refondation.tableaux import ecrire_classeur
from refondation.territoire.models import Section

# The file that comes out can come in again: these are headers that the import understands.
ENTETE = (
    "Numéro d'adhérent·e", "Nom", "Prénom", "Courriel", "Date de naissance", "Genre", "Fédération", "Section",
    "Nom de la section", "Date d'adhésion", "À jour jusqu'au", "Statut", "Date de sortie",
)  # fmt: skip
ENTETE_DES_DIFFERENCES = (
    "Ligne du fichier", "Numéro d'adhérent·e", "Nom", "Prénom", "Courriel", "Date de naissance", "Genre",
    "Section", "Date d'adhésion", "À jour jusqu'au", "Statut", "Ce qui change", "Conflit", "Précision",
    "Décision",
)  # fmt: skip
ENTETE_DES_ERREURS = ("Ligne", "Colonne", "Ce qui ne va pas")


def lignes(adherents: AdherentQuerySet) -> Iterator[tuple[Any, ...]]:
    for a in adherents.avec_leur_section().order_by("numero").iterator(chunk_size=2000):
        yield (
            a.numero, a.nom, a.prenom, a.courriel, a.naissance, a.genre, a.section.federation.code,
            a.section.code, a.section.nom, a.adhesion_le, a.a_jour_au, a.get_statut_display(), a.sorti_le,
        )  # fmt: skip


def classeur(
    adherents: AdherentQuerySet, *, par: str, filtres: Mapping[str, str], nombre: int, instant: datetime
) -> IO[bytes]:
    """A workbook whose first sheet says who made it, when, with which filters and how many lines it has."""
    explication = [
        ("Fichier", "Membres du registre, plateforme Refondation"),
        ("Établi par", par),
        ("Le", timezone.localtime(instant).replace(tzinfo=None)),
        ("Nombre de membres", nombre),
        *((f"Filtre : {nom}", valeur) for nom, valeur in filtres.items()),
        ("", ""),
        (
            "À savoir",
            "Ce fichier révèle des opinions politiques (RGPD, article 9). Gardez-le le moins possible,",
        ),
        ("", "sept jours au plus, et ne le transmettez à personne hors de votre périmètre."),
        ("", "L'export est inscrit au journal de la plateforme."),
    ]
    fichier = tempfile.SpooledTemporaryFile(max_size=5_000_000)  # noqa: SIM115 - the response closes it
    ecrire_classeur(fichier, [("Lisez-moi", (), explication), ("Membres", ENTETE, lignes(adherents))])
    fichier.seek(0)
    return fichier


# --- Comparisons ------------------------------------------------------------------------------


def lignes_differentes(lot: Import, choisies: LigneImportQuerySet) -> Iterator[tuple[Any, ...]]:
    """The lines of a comparison with what each one changes in words, a thousand at a time."""
    sections = noms_des_sections()
    paquet: list[LigneImport] = []
    for ligne in choisies.order_by("ligne", "numero").iterator(chunk_size=1000):
        paquet.append(ligne)
        if len(paquet) == 1000:
            yield from _paquet(lot, paquet, sections)
            paquet = []
    yield from _paquet(lot, paquet, sections)


def _paquet(lot: Import, paquet: list[LigneImport], sections: Mapping[int, str]) -> Iterator[tuple[Any, ...]]:
    for ligne in avec_differences(lot, paquet, sections):
        changements = "; ".join(
            f"{d.libelle} : {d.avant or '(vide)'} → {d.apres or '(vide)'}" for d in ligne.differences
        )
        decision = "" if not ligne.conflit else "acceptée" if ligne.accepte else "laissée de côté"
        yield (
            ligne.ligne, ligne.numero, ligne.nom, ligne.prenom, ligne.courriel, ligne.naissance, ligne.genre,
            sections.get(ligne.section_id, ""), ligne.adhesion_le, ligne.a_jour_au, ligne.statut,
            changements, ligne.get_conflit_display() if ligne.conflit else "", ligne.precision, decision,
        )  # fmt: skip


def avec_differences(
    lot: Import, paquet: list[LigneImport], sections: Mapping[int, str] | None = None
) -> list[LigneImport]:
    """These lines, each with `differences`: from the register, or from what the import changed in it."""
    sections = noms_des_sections() if sections is None else sections
    membres = [ligne.adherent_id for ligne in paquet if ligne.adherent_id]
    if lot.etat == Import.Etat.APPLIQUE:
        changes = Changement.objects.filter(lot=lot, adherent__in=membres)
        avant: dict[int, Mapping[str, Any]] = {c.adherent_id: c.avant for c in changes}
    else:
        avant = {pk: historique.valeurs(a) for pk, a in Adherent.objects.in_bulk(membres).items()}
    for ligne in paquet:
        change = ligne.adherent_id in avant and ligne.nature != LigneImport.Nature.SORTI
        ligne.differences = (
            historique.differences(
                ligne.changees, avant[ligne.adherent_id], historique.valeurs(ligne), sections
            )
            if change
            else []
        )
    return paquet


def noms_des_sections() -> dict[int, str]:
    return {s.pk: str(s) for s in Section.objects.only("pk", "nom", "code")}

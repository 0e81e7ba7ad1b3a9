"""The register: who is a member, and what changed."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

if TYPE_CHECKING:
    from refondation.membres.models.comptes import Compte
    from refondation.membres.models.imports import Import
    from refondation.territoire.models import Federation


def date_du_jour() -> date:
    return timezone.localdate()


# Letters that Unicode does not decompose, and the apostrophes of word processors.
_SIMPLES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "’": "'", "ʼ": "'"})


def sans_accents(texte: str) -> str:
    """Lower case without diacritics, for search columns: the embedded server has no unaccent."""
    if texte.isascii():
        return " ".join(texte.lower().split())
    decompose = unicodedata.normalize("NFKD", texte.casefold().translate(_SIMPLES))
    return " ".join("".join(c for c in decompose if not unicodedata.combining(c)).split())


class AdherentQuerySet(models.QuerySet["Adherent"]):
    def presents(self) -> AdherentQuerySet:
        return self.filter(sorti_le=None)

    def chercher(self, texte: str) -> AdherentQuerySet:
        resultat = self
        for mot in sans_accents(texte).split():
            resultat = resultat.filter(Q(recherche__contains=mot) | Q(numero__iexact=mot))
        return resultat

    def visibles_par(self, compte: Compte) -> AdherentQuerySet:
        """Those in the perimeter of the mandates that open the register; a member, self."""
        from refondation.membres.regles import DROITS

        return self._du_perimetre(compte.perimetres(DROITS["membres.lire"]), Q(pk=compte.adherent_id))

    def exportables_par(self, compte: Compte) -> AdherentQuerySet:
        """Those in the perimeter of the mandates that open the export: perhaps fewer than are read."""
        from refondation.membres.regles import DROITS

        return self._du_perimetre(compte.perimetres(DROITS["membres.exporter"]), Q(pk__in=()))

    def _du_perimetre(self, perimetres: tuple[list[int], list[int], bool], ou: Q) -> AdherentQuerySet:
        federations, sections, national = perimetres
        if national:
            return self
        return self.filter(Q(section__federation__in=federations) | Q(section__in=sections) | ou)

    def a_jour(self, *, au: date) -> AdherentQuerySet:
        """Dues paid until that day at least; sympathisers pay none."""
        return self.filter(statut=Adherent.Statut.ADHERENT, a_jour_au__gte=au)

    def en_retard(self, *, au: date) -> AdherentQuerySet:
        return self.filter(Q(a_jour_au=None) | Q(a_jour_au__lt=au), statut=Adherent.Statut.ADHERENT)

    def par_federation(self) -> dict[int, int]:
        """How many in each federation (ids)."""
        return dict(self.order_by().values_list("section__federation").annotate(models.Count("pk")))

    def par_section(self) -> dict[int, int]:
        """How many in each section (ids)."""
        return dict(self.order_by().values_list("section").annotate(models.Count("pk")))

    def avec_leur_section(self) -> AdherentQuerySet:
        return self.select_related("section__federation")


class Adherent(models.Model):
    """A line of the national register; the member number is the key, since a couple may share an address."""

    class Statut(models.TextChoices):
        ADHERENT = "adherent", "Adhérent·e"
        SYMPATHISANT = "sympathisant", "Sympathisant·e"

    class Genre(models.TextChoices):
        FEMME = "F", "Femme"
        HOMME = "H", "Homme"
        AUTRE = "A", "Autre"
        NON_PRECISE = "", "Non précisé"

    numero = models.CharField("numéro d'adhérent·e", max_length=20)
    nom = models.CharField("nom", max_length=80)
    prenom = models.CharField("prénom", max_length=80)
    courriel = models.CharField("adresse électronique", max_length=254, blank=True)
    naissance = models.DateField("date de naissance", null=True, blank=True)
    genre = models.CharField("genre déclaré", max_length=1, choices=Genre.choices, blank=True, default="")
    # The key is checked by triggers, set by set (migration 0007): line by line, it would take a third
    # of the time of an import.
    section = models.ForeignKey(
        "territoire.Section", models.PROTECT, db_constraint=False, related_name="adherents"
    )
    adhesion_le = models.DateField("date d'adhésion")
    a_jour_au = models.DateField("cotisation à jour jusqu'au", null=True, blank=True)
    statut = models.CharField("statut", max_length=12, choices=Statut.choices, default=Statut.ADHERENT)
    sorti_le = models.DateField("date de sortie", null=True, blank=True)
    recherche = models.CharField(max_length=180, editable=False, default="")
    # Which import brought this line (None: none did).  No foreign key in SQL: an import of 200,000
    # members would check it as many times.
    inscrit_par = models.ForeignKey(
        "membres.Import",
        models.DO_NOTHING,
        null=True,
        blank=True,
        editable=False,
        db_constraint=False,
        db_index=False,
        related_name="entrees",
        verbose_name="inscrit·e par l'import",
    )

    objects = AdherentQuerySet.as_manager()

    class Meta:
        verbose_name = "adhérent·e"
        verbose_name_plural = "adhérent·es"
        ordering = ("numero",)
        # Addresses are looked up whole: a hash costs an import a third less than a tree would.
        indexes = (HashIndex(name="adherent_par_adresse", fields=("courriel",)),)
        constraints = (
            models.UniqueConstraint(
                name="adherent_numero_unique",
                fields=("numero",),
                violation_error_message="Ce numéro d'adhérent·e est déjà pris.",
            ),
            models.CheckConstraint(
                name="adherent_numero_forme",
                condition=Q(numero__regex=r"^[A-Z0-9][A-Z0-9-]{0,19}$"),
                violation_error_message=(
                    "Le numéro d'adhérent·e contient des majuscules, des chiffres et des tirets."
                ),
            ),
            models.CheckConstraint(
                name="adherent_courriel_minuscules",
                condition=Q(courriel=Lower("courriel")),
                violation_error_message="L'adresse électronique s'écrit en minuscules.",
            ),
            models.CheckConstraint(
                name="adherent_statut_connu",
                condition=Q(statut__in=("adherent", "sympathisant")),
                violation_error_message="Le statut est adhérent·e ou sympathisant·e.",
            ),
            models.CheckConstraint(
                name="adherent_genre_connu",
                condition=Q(genre__in=("F", "H", "A", "")),
                violation_error_message="Le genre déclaré est F, H, A ou vide.",
            ),
            models.CheckConstraint(
                name="adherent_sorti_apres_adhesion",
                condition=Q(sorti_le=None) | Q(sorti_le__gte=models.F("adhesion_le")),
                violation_error_message="La sortie précède l'adhésion.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.prenom} {self.nom} ({self.numero})"

    def get_absolute_url(self) -> str:
        return reverse("registre:fiche", args=(self.pk,))

    @property
    def federation(self) -> Federation:
        return self.section.federation


class ChangementQuerySet(models.QuerySet["Changement"]):
    def posterieurs(self, lot: Import) -> ChangementQuerySet:
        """Those made since that import was applied, by anything else."""
        return self.filter(le__gte=lot.applique_le).exclude(lot=lot)


class Changement(models.Model):
    """What a line of the register was before something changed it: the member's history, and the way back.

    `avant` holds the former value of each column that changed, as JSON ({"section_id": 12}).
    """

    class Cause(models.TextChoices):
        IMPORT = "import", "Import du fichier national"
        FUSION = "fusion", "Fusion de sections"
        SCISSION = "scission", "Scission d'une section"
        CORRECTION = "correction", "Correction"

    adherent = models.ForeignKey(Adherent, models.PROTECT, related_name="changements")
    lot = models.ForeignKey("membres.Import", models.PROTECT, null=True, related_name="changements")
    cause = models.CharField("cause", max_length=10, choices=Cause.choices)
    le = models.DateTimeField("le")
    avant = models.JSONField("valeurs précédentes")

    objects = ChangementQuerySet.as_manager()

    class Meta:
        ordering = ("-le", "-pk")
        constraints = (
            models.CheckConstraint(
                name="changement_cause_connue",
                condition=Q(cause__in=("import", "fusion", "scission", "correction")),
                violation_error_message="La cause est import, fusion, scission ou correction.",
            ),
            models.CheckConstraint(
                name="changement_import_nomme",
                condition=Q(cause="import", lot__isnull=False) | (~Q(cause="import") & Q(lot__isnull=True)),
                violation_error_message="Un changement par import nomme cet import, les autres n'en ont pas.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_cause_display()} du {self.le:%d/%m/%Y}"


class VersionDuRegistre(models.Model):
    """One row, one more at each write on members or sections: what a comparison was made against.

    Triggers count (migration 0003); since they lock the row, writers of the register wait in line.
    """

    version = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (models.CheckConstraint(name="version_du_registre_unique", condition=Q(id=1)),)

    def __str__(self) -> str:
        return f"version {self.version}"

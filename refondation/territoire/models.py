"""Federations, their sections, and the dated history of merges and splits."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q


class Federation(models.Model):
    """A département, an overseas territory or the French abroad."""

    class Nature(models.TextChoices):
        METROPOLE = "metropole", "Métropole"
        OUTRE_MER = "outre-mer", "Outre-mer"
        ETRANGER = "etranger", "Étranger"

    code = models.CharField("code", max_length=5, unique=True)
    nom = models.CharField("nom", max_length=80)
    nature = models.CharField("nature", max_length=10, choices=Nature.choices)
    chef_lieu = models.CharField("chef-lieu", max_length=80, blank=True)
    region = models.CharField("région", max_length=80, blank=True)
    population = models.PositiveIntegerField("population", null=True, blank=True)

    class Meta:
        verbose_name = "fédération"
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                name="federation_nature_connue",
                condition=Q(nature__in=("metropole", "outre-mer", "etranger")),
                violation_error_message="La nature est métropole, outre-mer ou étranger.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.nom} ({self.code})"

    @property
    def federation(self) -> Federation:
        return self


class SectionQuerySet(models.QuerySet["Section"]):
    def actives(self) -> SectionQuerySet:
        return self.filter(etat=Section.Etat.ACTIVE)

    def descendantes(self, section: Section, *, au: date) -> SectionQuerySet:
        """The sections that stand for `section` on that day: itself, or those that its merges and splits led to."""
        courantes, vues = {section.pk}, {section.pk}
        while True:
            paires = Equivalence.objects.filter(ancienne__in=courantes, date_effet__lte=au).values_list(
                "ancienne_id", "nouvelle_id"
            )
            remplacees = {a for a, _ in paires}
            suivantes = {n for _, n in paires} - vues
            if not remplacees:
                return self.filter(pk__in=courantes)
            courantes = (courantes - remplacees) | suivantes
            vues |= suivantes


class Section(models.Model):
    """The basic structure of the party, in one federation."""

    class Etat(models.TextChoices):
        ACTIVE = "active", "Active"
        SUSPENDUE = "suspendue", "Suspendue"
        REMPLACEE = "remplacee", "Fusionnée ou scindée"

    code = models.CharField("code", max_length=12, unique=True)
    nom = models.CharField("nom", max_length=120)
    federation = models.ForeignKey(Federation, models.PROTECT, related_name="sections", verbose_name="fédération")
    etat = models.CharField("état", max_length=10, choices=Etat.choices, default=Etat.ACTIVE)
    creee_le = models.DateField("créée le", null=True, blank=True)
    population = models.PositiveIntegerField("population de la commune", null=True, blank=True)

    objects = SectionQuerySet.as_manager()

    class Meta:
        ordering = ("federation__code", "code")
        constraints = (
            models.CheckConstraint(
                name="section_etat_connu",
                condition=Q(etat__in=("active", "suspendue", "remplacee")),
                violation_error_message="L'état d'une section est active, suspendue ou remplacée.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.nom} ({self.code})"

    @property
    def section(self) -> Section:
        return self


class Equivalence(models.Model):
    """From `date_effet` on, `ancienne` is counted in `nouvelle`: two lines old→new make a split, or a merge."""

    class Nature(models.TextChoices):
        FUSION = "fusion", "Fusion"
        SCISSION = "scission", "Scission"

    ancienne = models.ForeignKey(Section, models.PROTECT, related_name="equivalences_suivantes")
    nouvelle = models.ForeignKey(Section, models.PROTECT, related_name="equivalences_precedentes")
    nature = models.CharField("nature", max_length=8, choices=Nature.choices)
    date_effet = models.DateField("date d'effet")

    class Meta:
        verbose_name = "équivalence"
        constraints = (
            models.UniqueConstraint(
                name="equivalence_unique",
                fields=("ancienne", "nouvelle"),
                violation_error_message="Cette équivalence est déjà enregistrée.",
            ),
            models.CheckConstraint(
                name="equivalence_entre_deux_sections",
                condition=~Q(ancienne=F("nouvelle")),
                violation_error_message="Une section ne se remplace pas elle-même.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.ancienne} → {self.nouvelle} ({self.date_effet:%d/%m/%Y})"

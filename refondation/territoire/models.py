"""Federations, their sections, and the dated history of merges and splits."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, F, Q
from django.db.models.expressions import RawSQL
from django.urls import reverse

if TYPE_CHECKING:
    from refondation.membres.models import Compte


class FederationQuerySet(models.QuerySet["Federation"]):
    def visibles_par(self, compte: Compte) -> FederationQuerySet:
        """Those where the account's mandates open something to reading."""
        federations, sections, national = compte.perimetres()
        if national:
            return self
        return self.filter(
            Q(pk__in=federations) | Q(pk__in=Section.objects.filter(pk__in=sections).values("federation"))
        )

    def avec_nombre_de_sections(self) -> FederationQuerySet:
        """With `nombre_de_sections`: those that have not been replaced."""
        vivantes = Count("sections", filter=~Q(sections__etat=Section.Etat.REMPLACEE))
        return self.annotate(nombre_de_sections=vivantes).order_by("code")


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

    objects = FederationQuerySet.as_manager()

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

    def get_absolute_url(self) -> str:
        return reverse("registre:federation", args=(self.code,))

    @property
    def federation(self) -> Federation:
        return self


class SectionQuerySet(models.QuerySet["Section"]):
    def actives(self) -> SectionQuerySet:
        return self.filter(etat=Section.Etat.ACTIVE)

    def vivantes(self) -> SectionQuerySet:
        """Those that may have members: active or suspended, not replaced."""
        return self.exclude(etat=Section.Etat.REMPLACEE)

    def visibles_par(self, compte: Compte) -> SectionQuerySet:
        """Those whose members the account's mandates open to reading."""
        federations, sections, national = compte.perimetres()
        return self if national else self.filter(Q(federation__in=federations) | Q(pk__in=sections))

    def descendantes(self, section: Section, *, au: date) -> SectionQuerySet:
        """Those that stand for `section` on that day: itself, or what its merges and splits led to."""
        return self.filter(pk__in=RawSQL(_DESCENDANTES, [section.pk, au, au]))  # noqa: S611

    def ascendantes(self, section: Section, *, au: date) -> SectionQuerySet:
        """Those whose past is that of `section` on that day: itself, and all that merged or split into it.

        The past of a section that was split belongs to all its parts: it is counted for the parts
        together, not for one of them.
        """
        return self.filter(pk__in=RawSQL(_ASCENDANTES, [section.pk, au]))  # noqa: S611


_DESCENDANTES = """
    WITH RECURSIVE suite(id) AS (
        SELECT %s::bigint
        UNION
        SELECT e.nouvelle_id FROM territoire_equivalence e
        JOIN suite ON e.ancienne_id = suite.id AND e.date_effet <= %s
    )
    SELECT id FROM suite WHERE NOT EXISTS (
        SELECT 1 FROM territoire_equivalence e WHERE e.ancienne_id = suite.id AND e.date_effet <= %s)
"""
_ASCENDANTES = """
    WITH RECURSIVE passe(id) AS (
        SELECT %s::bigint
        UNION
        SELECT e.ancienne_id FROM territoire_equivalence e
        JOIN passe ON e.nouvelle_id = passe.id AND e.date_effet <= %s
    )
    SELECT id FROM passe
"""


class Section(models.Model):
    """The basic structure of the party, in one federation."""

    class Etat(models.TextChoices):
        ACTIVE = "active", "Active"
        SUSPENDUE = "suspendue", "Suspendue"
        REMPLACEE = "remplacee", "Fusionnée ou scindée"

    code = models.CharField("code", max_length=12, unique=True)
    nom = models.CharField("nom", max_length=120)
    federation = models.ForeignKey(
        Federation, models.PROTECT, related_name="sections", verbose_name="fédération"
    )
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

    def get_absolute_url(self) -> str:
        return reverse("registre:section", args=(self.code,))

    @property
    def section(self) -> Section:
        return self


class Equivalence(models.Model):
    """From `date_effet` on, `ancienne` is counted in `nouvelle`: two lines old→new make a split, or a merge.

    Triggers (migration 0002) keep the history coherent: one federation, one date and one nature
    for an old section, dates in order along a chain, no cycle, at least two parts for a split,
    and nothing rewritten.
    """

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
            models.CheckConstraint(
                name="equivalence_nature_connue",
                condition=Q(nature__in=("fusion", "scission")),
                violation_error_message="La nature est fusion ou scission.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.ancienne} → {self.nouvelle} ({self.date_effet:%d/%m/%Y})"

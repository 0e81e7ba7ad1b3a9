"""How many delegates each section has: a computation kept whole, adopted by an act."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from delegues.models.campagne import Campagne


class RepartitionQuerySet(models.QuerySet["Repartition"]):
    def adoptees(self) -> RepartitionQuerySet:
        """The one in force first."""
        return self.exclude(adoptee_le=None).order_by("-numero")


class Repartition(models.Model):
    """One computation of the seats of a campaign, with all that it was made from; never rewritten.

    `parametres`: {"regle", "tranche", "total", "methode", "plancher", "egalite", "graine"} and what
    makes a member count: {"reference_le", "anciennete_mois", "cotisation_au"}.
    `egalites`: ties met, each {"niveau": "federations" or a federation's code, "codes": [...],
    "sieges": left to share, "tranchee_par": rule, "retenus": [...]}; empty `retenus`: not settled.
    `empreinte`: SHA-256 of `delegues.repartition.table`.
    """

    campagne = models.ForeignKey(Campagne, models.PROTECT, related_name="repartitions")
    numero = models.PositiveSmallIntegerField("numéro")
    parametres = models.JSONField("paramètres")
    egalites = models.JSONField("égalités", default=list)
    calculee_le = models.DateTimeField("calculée le")
    par = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="par")
    adoptee_le = models.DateTimeField("adoptée le", null=True)
    motif = models.CharField("adoptée parce que", max_length=300, blank=True)
    empreinte = models.CharField("empreinte", max_length=64)

    objects = RepartitionQuerySet.as_manager()

    class Meta:
        verbose_name = "répartition"
        ordering = ("-numero",)
        constraints = (
            models.UniqueConstraint(
                name="repartition_numero_unique",
                fields=("campagne", "numero"),
                violation_error_message="Cette répartition existe déjà.",
            ),
        )

    def __str__(self) -> str:
        return f"Répartition n° {self.numero} – {self.campagne}"

    @property
    def est_complete(self) -> bool:
        """Whether every tie was settled, hence every seat shared."""
        return all(egalite["retenus"] for egalite in self.egalites)


class PartQuerySet(models.QuerySet["Part"]):
    def des_sections(self) -> PartQuerySet:
        return self.filter(section__isnull=False).select_related("section__federation")

    def des_federations(self) -> PartQuerySet:
        return self.filter(section__isnull=True).select_related("federation")


class Part(models.Model):
    """A line of a computation: a federation's share (section None) or a section's.

    `detail` holds the steps as the entitlement page shows them: exact fractions as "a/b" text.
    """

    repartition = models.ForeignKey(Repartition, models.CASCADE, related_name="parts")
    federation = models.ForeignKey("territoire.Federation", models.PROTECT, related_name="+")
    section = models.ForeignKey("territoire.Section", models.PROTECT, null=True, related_name="+")
    effectif = models.PositiveIntegerField("effectif")
    sieges = models.PositiveSmallIntegerField("sièges")
    detail = models.JSONField("calcul", default=dict)

    objects = PartQuerySet.as_manager()

    class Meta:
        ordering = ("federation__code", "section__code")
        constraints = (
            models.UniqueConstraint(
                name="part_de_section_unique",
                fields=("repartition", "section"),
                condition=Q(section__isnull=False),
            ),
            models.UniqueConstraint(
                name="part_de_federation_unique",
                fields=("repartition", "federation"),
                condition=Q(section__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.section or self.federation} : {self.sieges}"

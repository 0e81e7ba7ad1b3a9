"""The append-only, hash-chained journal of acts."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from refondation.membres.models import Compte


class LigneQuerySet(models.QuerySet["Ligne"]):
    def visibles_par(self, compte: Compte) -> LigneQuerySet:
        """National roles see every line, federal and section roles those of their perimeter, others none."""
        federations, sections, national = compte.perimetres()
        if national:
            return self
        return self.filter(Q(federation__in=federations) | Q(section__in=sections))


class Ligne(models.Model):
    """One act: who, what, on which object, in which perimeter; never a secret, never a choice.

    `empreinte` is the SHA-256 (hex) of the previous line's `empreinte` followed by `corps()`.
    """

    rang = models.PositiveBigIntegerField("rang", unique=True)
    instant = models.DateTimeField("instant", db_index=True)
    acte = models.CharField("acte", max_length=60, db_index=True)
    acteur = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="par"
    )
    objet = models.CharField("objet", max_length=120, blank=True, db_index=True)
    federation = models.ForeignKey("territoire.Federation", models.PROTECT, null=True, related_name="+")
    section = models.ForeignKey("territoire.Section", models.PROTECT, null=True, related_name="+")
    details = models.JSONField("détails", default=dict)
    precedente = models.CharField("empreinte précédente", max_length=64)
    empreinte = models.CharField("empreinte", max_length=64, unique=True)

    objects = LigneQuerySet.as_manager()

    class Meta:
        verbose_name = "ligne du journal"
        verbose_name_plural = "lignes du journal"
        ordering = ("-rang",)
        constraints = (
            models.CheckConstraint(
                name="journal_rang_positif",
                condition=Q(rang__gte=1),
                violation_error_message="Le premier rang du journal est 1.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.rang}. {self.acte} {self.objet}"

    def corps(self) -> str:
        """What the fingerprint covers besides the previous line: canonical JSON of every other column."""
        return json.dumps(
            [
                self.rang,
                self.instant.timestamp(),
                self.acte,
                self.acteur_id,
                self.objet,
                self.federation_id,
                self.section_id,
                self.details,
            ],
            ensure_ascii=False,
            separators=(",", ":"),
            sort_keys=True,
        )

    def empreinte_attendue(self) -> str:
        return hashlib.sha256((self.precedente + self.corps()).encode()).hexdigest()

"""Assemblies of delegates: a door where cards are checked, and who passed it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from delegues.models.campagne import Campagne
from delegues.models.mandats import Delegation, DelegationQuerySet
from refondation.membres.regles import DROITS

if TYPE_CHECKING:
    from refondation.membres.models import Compte


class AssembleeQuerySet(models.QuerySet["Assemblee"]):
    def visibles_par(self, compte: Compte) -> AssembleeQuerySet:
        """Those whose door the account's mandates open."""
        federations, sections, national = compte.perimetres(DROITS["delegues.verifier_cartes"])
        if national:
            return self
        return self.filter(
            Q(federation__in=federations) | Q(section__federation__in=federations) | Q(section__in=sections)
        )

    def avec_leur_lieu(self) -> AssembleeQuerySet:
        return self.select_related("campagne", "federation", "section__federation")

    def proches(self, *, instant: datetime) -> AssembleeQuerySet:
        """Those of yesterday, today and tomorrow."""
        return self.filter(
            tenue_le__range=(instant - timedelta(days=2), instant + timedelta(days=1))
        ).avec_leur_lieu()

    def avec_leurs_entrees(self) -> AssembleeQuerySet:
        """With `entrees`: how many delegates came."""
        return self.annotate(entrees=models.Count("passages")).order_by("-tenue_le", "-pk")


class Assemblee(models.Model):
    """A meeting of the delegates of a section, of a federation, or of all."""

    cle = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    campagne = models.ForeignKey(Campagne, models.PROTECT, related_name="assemblees")
    federation = models.ForeignKey("territoire.Federation", models.PROTECT, null=True, related_name="+")
    section = models.ForeignKey("territoire.Section", models.PROTECT, null=True, related_name="+")
    nom = models.CharField("nom", max_length=120)
    tenue_le = models.DateTimeField("date et heure")
    lieu = models.CharField("lieu", max_length=200, blank=True)
    par = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    creee_le = models.DateTimeField("créée le")

    objects = AssembleeQuerySet.as_manager()

    class Meta:
        verbose_name = "assemblée de délégué·es"
        verbose_name_plural = "assemblées de délégué·es"
        ordering = ("-tenue_le", "-pk")
        constraints = (
            models.CheckConstraint(
                name="assemblee_un_perimetre",
                condition=Q(federation=None) | Q(section=None),
                violation_error_message="Une assemblée est celle d'une section, d'une fédération, ou de tous.",
            ),
        )

    def __str__(self) -> str:
        return self.nom

    def get_absolute_url(self) -> str:
        return reverse("delegues:porte", args=[self.cle])

    def invite(self) -> DelegationQuerySet:
        """The mandates whose holders this assembly is for, whenever they sat."""
        delegations = self.campagne.delegations.all()
        if self.section_id:
            return delegations.filter(designation__section=self.section_id)
        if self.federation_id:
            return delegations.filter(designation__section__federation=self.federation_id)
        return delegations


class Passage(models.Model):
    """A delegate came through the door; `le` is the clock of who checked, `recu_le` ours."""

    assemblee = models.ForeignKey(Assemblee, models.PROTECT, related_name="passages")
    delegation = models.ForeignKey(Delegation, models.PROTECT, related_name="passages")
    le = models.DateTimeField("à")
    recu_le = models.DateTimeField("reçu le")
    par = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-le", "-pk")
        constraints = (
            models.UniqueConstraint(
                name="passage_unique",
                fields=("assemblee", "delegation"),
                violation_error_message="Cette personne est déjà entrée.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.delegation} : {self.assemblee}"

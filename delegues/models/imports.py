"""Delegations typed in a spreadsheet by a federation that works on paper."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from delegues.models.campagne import Campagne
from refondation.membres.regles import DROITS

if TYPE_CHECKING:
    from refondation.membres.models import Compte


class ImportDeDelegationsQuerySet(models.QuerySet["ImportDeDelegations"]):
    def visibles_par(self, compte: Compte) -> ImportDeDelegationsQuerySet:
        federations, _, national = compte.perimetres(DROITS["delegues.importer"])
        return self if national else self.filter(federation__in=federations)

    def delaisses(self, *, depuis: datetime) -> ImportDeDelegationsQuerySet:
        """Deposited before that instant, neither applied nor given up."""
        return self.filter(etat__in=ImportDeDelegations.OUVERTS, depose_le__lt=depuis)


class ImportDeDelegations(models.Model):
    """A file read whole, shown, then applied or given up; drafts of minutes come from it.

    `lignes`: what the file says, [[line, {field: text}], …], emptied once nothing is expected of it.
    `erreurs`: [[line or None, column, message], …].  `apercu`: what applying would write, section
    by section, as the page shows it; applied only while it is still true.  `produits`: ids of what
    was written, {"proces_verbaux": […], "listes": […]}, so that it can be undone.
    """

    class Etat(models.TextChoices):
        PRET = "pret", "À confirmer"
        REFUSE = "refuse", "Fichier à corriger"
        APPLIQUE = "applique", "Appliqué"
        ANNULE = "annule", "Annulé"
        ABANDONNE = "abandonne", "Abandonné"

    # act → (states it starts from, state it leads to).
    TRANSITIONS: dict[str, tuple[tuple[str, ...], str]] = {
        "appliquer": ((Etat.PRET,), Etat.APPLIQUE),
        "annuler": ((Etat.APPLIQUE,), Etat.ANNULE),
        "abandonner": ((Etat.PRET, Etat.REFUSE), Etat.ABANDONNE),
    }
    OUVERTS = ("pret", "refuse")

    cle = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    campagne = models.ForeignKey(Campagne, models.PROTECT, related_name="imports")
    federation = models.ForeignKey("territoire.Federation", models.PROTECT, related_name="+")
    etat = models.CharField("état", max_length=9, choices=Etat.choices)
    fichier = models.CharField("nom du fichier", max_length=120)
    octets = models.PositiveIntegerField("taille")
    empreinte = models.CharField("empreinte SHA-256", max_length=64)
    par = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    depose_le = models.DateTimeField("déposé le")
    applique_le = models.DateTimeField("appliqué le", null=True)
    annule_le = models.DateTimeField("annulé le", null=True)
    lignes = models.JSONField(default=list)
    erreurs = models.JSONField(default=list)
    ignorees = models.JSONField(default=list)
    apercu = models.JSONField(default=list)
    produits = models.JSONField(default=dict)

    objects = ImportDeDelegationsQuerySet.as_manager()

    class Meta:
        verbose_name = "import de délégations"
        verbose_name_plural = "imports de délégations"
        ordering = ("-depose_le", "-pk")
        constraints = (
            models.CheckConstraint(
                name="import_de_delegations_etat_date",
                condition=Q(etat__in=("pret", "refuse", "abandonne"), applique_le=None, annule_le=None)
                | Q(etat="applique", applique_le__isnull=False, annule_le=None)
                | Q(etat="annule", applique_le__isnull=False, annule_le__isnull=False),
                violation_error_message="L'état d'un import dit depuis quand.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.fichier} ({self.get_etat_display()})"

    def get_absolute_url(self) -> str:
        return reverse("delegues:import", args=[self.cle])

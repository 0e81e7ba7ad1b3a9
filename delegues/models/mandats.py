"""The life of a delegate's mandate, with its history, the contact details consented to, and messages."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from delegues.models.campagne import Campagne, Designation
from delegues.models.proces_verbaux import Elu
from refondation.membres.regles import DROITS

if TYPE_CHECKING:
    from refondation.membres.models import Compte
    from refondation.territoire.models import Federation, Section


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def visibles_par(self, compte: Compte) -> DelegationQuerySet:
        """The directory: the perimeter of the account's mandates, and one's own line."""
        federations, sections, national = compte.perimetres(DROITS["delegues.lire"])
        if national:
            return self
        return self.filter(
            Q(designation__section__federation__in=federations)
            | Q(designation__section__in=sections)
            | Q(adherent=compte.adherent_id, adherent__isnull=False)
        )

    def ouvertes(self) -> DelegationQuerySet:
        """No end is written: sitting, or about to."""
        return self.filter(fin=None)

    def en_exercice(self, *, au: date) -> DelegationQuerySet:
        """Who sat on that day: begun, not ended, and the campaign's term not reached."""
        return self.filter(
            Q(fin=None, campagne__mandat_fin__gt=au) | Q(fin__isnull=False, fin__gt=au), debut__lte=au
        )

    def avec_leur_monde(self) -> DelegationQuerySet:
        return self.select_related("adherent", "designation__campagne", "designation__section__federation")


class Delegation(models.Model):
    """A delegate's mandate: from `debut`, until `fin` (that day excluded).

    A substitute who replaces a holder begins another row that names the one it `remplace`.
    """

    class Qualite(models.TextChoices):
        TITULAIRE = "titulaire", "Titulaire"
        SUPPLEANT = "suppleant", "Suppléant·e"

    class Cause(models.TextChoices):
        TERME = "terme", "Terme du mandat"
        DEMISSION = "demission", "Démission"
        EXCLUSION = "exclusion", "Exclusion"
        DECES = "deces", "Décès"
        DEPART = "depart", "Changement de section"
        INVALIDATION = "invalidation", "Désignation rejetée"
        REMPLACEMENT = "remplacement", "Devenu·e titulaire"

    cle = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    campagne = models.ForeignKey(Campagne, models.PROTECT, related_name="delegations")
    designation = models.ForeignKey(Designation, models.PROTECT, related_name="delegations")
    elu = models.ForeignKey(Elu, models.PROTECT, null=True, related_name="delegations")
    adherent = models.ForeignKey("membres.Adherent", models.PROTECT, related_name="delegations")
    qualite = models.CharField("qualité", max_length=9, choices=Qualite.choices)
    rang = models.PositiveSmallIntegerField("rang")
    titulaire = models.ForeignKey("self", models.PROTECT, null=True, related_name="suppleances")
    remplace = models.OneToOneField("self", models.PROTECT, null=True, related_name="remplacee_par")
    debut = models.DateField("début")
    fin = models.DateField("fin, ce jour exclu", null=True)
    cause = models.CharField("cause de la fin", max_length=12, choices=Cause.choices, blank=True)
    acceptee_le = models.DateTimeField("acceptée le", null=True)
    # Contact details given to other delegates, empty without consent.
    courriel = models.EmailField("adresse partagée", blank=True)
    telephone = models.CharField("téléphone partagé", max_length=20, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = "délégué·e"
        verbose_name_plural = "délégué·es"
        ordering = ("designation", "-qualite", "rang", "debut")
        constraints = (
            models.UniqueConstraint(
                name="delegation_une_par_personne",
                fields=("campagne", "adherent"),
                condition=Q(fin=None),
                violation_error_message="Cette personne a déjà un mandat dans cette campagne.",
            ),
            models.CheckConstraint(
                name="delegation_fin_motivee",
                condition=Q(fin=None, cause="") | (Q(fin__gte=F("debut")) & ~Q(cause="")),
                violation_error_message="Une fin de mandat a une date, après son début, et une cause.",
            ),
        )
        indexes = (models.Index(name="delegation_par_dates", fields=("campagne", "debut", "fin")),)

    def __str__(self) -> str:
        return f"{self.adherent} – {self.designation.section}"

    @property
    def section(self) -> Section:
        return self.designation.section

    @property
    def federation(self) -> Federation:
        return self.designation.federation


class MessageAuxDelegues(models.Model):
    """A message to the delegates of a perimeter, sent once to each."""

    campagne = models.ForeignKey(Campagne, models.PROTECT, related_name="messages")
    federation = models.ForeignKey("territoire.Federation", models.PROTECT, null=True, related_name="+")
    objet = models.CharField("objet", max_length=120)
    corps = models.TextField("message", max_length=10000)
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ecrit_le = models.DateTimeField("écrit le")
    confirme_le = models.DateTimeField("confirmé le", null=True)
    destinataires = models.PositiveIntegerField("destinataires", default=0)

    class Meta:
        verbose_name = "message aux délégué·es"
        ordering = ("-ecrit_le",)

    def __str__(self) -> str:
        return self.objet


class Envoi(models.Model):
    """One message to one delegate: at most one line, whatever is tried again."""

    message = models.ForeignKey(MessageAuxDelegues, models.CASCADE, related_name="envois")
    delegation = models.ForeignKey(Delegation, models.PROTECT, related_name="+")
    envoye_le = models.DateTimeField("envoyé le", null=True)

    class Meta:
        constraints = (models.UniqueConstraint(name="envoi_unique", fields=("message", "delegation")),)

    def __str__(self) -> str:
        return f"{self.message} → {self.delegation}"

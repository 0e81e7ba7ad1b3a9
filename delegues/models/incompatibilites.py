"""Incompatibilities as data, the exceptions granted, and candidacies to the party's governance."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from delegues.models.campagne import Campagne


class Incompatibilite(models.Model):
    """A rule that keeps some members from being delegates; `genre` says how it is checked.

    `parametres` by kind: fonction {"roles": [role codes of Mandat]}; successifs {"au_plus": n};
    cumul {} (one delegate's mandate at a time, all campaigns together).
    """

    class Genre(models.TextChoices):
        FONCTION = "fonction", "Exercer une fonction dans le parti"
        SUCCESSIFS = "successifs", "Trop de mandats identiques à la suite"
        CUMUL = "cumul", "Exercer un autre mandat de délégué·e"

    campagne = models.ForeignKey(Campagne, models.CASCADE, related_name="incompatibilites")
    nom = models.CharField("nom", max_length=120)
    fondement = models.CharField("fondement", max_length=200)
    genre = models.CharField("règle", max_length=10, choices=Genre.choices)
    parametres = models.JSONField("paramètres", default=dict, blank=True)
    du = models.DateField("à partir du", null=True, blank=True)
    au = models.DateField("jusqu'au", null=True, blank=True)
    exception = models.CharField("exception prévue", max_length=300, blank=True)

    class Meta:
        verbose_name = "incompatibilité"
        ordering = ("campagne", "pk")
        constraints = (
            models.UniqueConstraint(
                name="incompatibilite_nom_unique",
                fields=("campagne", "nom"),
                violation_error_message="Une incompatibilité porte déjà ce nom.",
            ),
            models.CheckConstraint(
                name="incompatibilite_genre_connu",
                condition=Q(genre__in=("fonction", "successifs", "cumul")),
                violation_error_message="Règle d'incompatibilité inconnue.",
            ),
            models.CheckConstraint(
                name="incompatibilite_dates",
                condition=Q(du=None) | Q(au=None) | Q(au__gt=F("du")),
                violation_error_message="La fin de la règle vient après son début.",
            ),
        )

    def __str__(self) -> str:
        return self.nom


class Derogation(models.Model):
    """An exception that the rule foresees, granted to one person with its reason."""

    incompatibilite = models.ForeignKey(Incompatibilite, models.PROTECT, related_name="derogations")
    adherent = models.ForeignKey("membres.Adherent", models.PROTECT, related_name="+")
    motif = models.CharField("motif", max_length=300)
    accordee_le = models.DateTimeField("accordée le")
    par = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "dérogation"
        constraints = (
            models.UniqueConstraint(
                name="derogation_unique",
                fields=("incompatibilite", "adherent"),
                violation_error_message="Cette dérogation est déjà accordée.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.adherent} : {self.incompatibilite}"


class CandidatureALaGouvernance(models.Model):
    """A member declares a candidacy to an office of governance; a commitment in force forbids it (trigger)."""

    class Instance(models.TextChoices):
        NATIONALE = "nationale", "Direction nationale"
        FEDERALE = "federale", "Direction d'une fédération"
        SECTION = "section", "Direction d'une section"

    adherent = models.ForeignKey("membres.Adherent", models.PROTECT, related_name="+")
    instance = models.CharField("instance", max_length=9, choices=Instance.choices)
    fonction = models.CharField("fonction", max_length=120)
    election_le = models.DateField("date de l'élection")
    declaree_le = models.DateTimeField("déclarée le")
    retiree_le = models.DateTimeField("retirée le", null=True)

    class Meta:
        verbose_name = "candidature à la gouvernance"
        ordering = ("-declaree_le",)
        constraints = (
            models.UniqueConstraint(
                name="gouvernance_candidature_unique",
                fields=("adherent", "instance", "fonction", "election_le"),
                condition=Q(retiree_le=None),
                violation_error_message="Cette candidature est déjà déclarée.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.adherent} : {self.fonction}"

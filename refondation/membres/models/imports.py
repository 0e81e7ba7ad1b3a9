"""Imports of the national file: a batch, what it would change line by line, and what is wrong in it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

if TYPE_CHECKING:
    from refondation.membres.models.comptes import Compte


class ImportQuerySet(models.QuerySet["Import"]):
    def visibles_par(self, compte: Compte) -> ImportQuerySet:
        from refondation.membres.regles import peut

        return self if peut(compte, "membres.importer") else self.none()

    def en_attente_de_tache(self) -> ImportQuerySet:
        """What a worker must do: compare what was deposited, apply what was confirmed."""
        return self.filter(etat__in=(Import.Etat.DEPOSE, Import.Etat.CONFIRME))

    def ouverts(self) -> ImportQuerySet:
        return self.filter(etat__in=Import.OUVERTS)

    def delaisses(self, *, depuis: datetime) -> ImportQuerySet:
        """Deposited before that instant and neither applied nor given up."""
        return self.filter(etat__in=("depose", "pret", "refuse"), depose_le__lt=depuis)

    def appliques_apres(self, lot: Import) -> ImportQuerySet:
        return self.filter(etat=Import.Etat.APPLIQUE, applique_le__gte=lot.applique_le).exclude(pk=lot.pk)


class Import(models.Model):
    """A file of members, from its deposit to its application, which can be undone as a whole."""

    class Etat(models.TextChoices):
        DEPOSE = "depose", "Comparaison en cours"
        PRET = "pret", "À confirmer"
        REFUSE = "refuse", "Fichier à corriger"
        CONFIRME = "confirme", "Application en cours"
        APPLIQUE = "applique", "Appliqué"
        ANNULE = "annule", "Annulé"
        ABANDONNE = "abandonne", "Abandonné"

    # act → (states it starts from, state it leads to); the trigger import_transition knows the same pairs.
    TRANSITIONS = {
        "preparer": (("depose",), "pret"),
        "refuser": (("depose",), "refuse"),
        "confirmer": (("pret",), "confirme"),
        "appliquer": (("confirme",), "applique"),
        "recomparer": (("pret", "confirme"), "depose"),
        "rouvrir": (("confirme",), "pret"),
        "annuler": (("applique",), "annule"),
        "abandonner": (("depose", "pret", "refuse"), "abandonne"),
    }
    OUVERTS = ("depose", "pret", "refuse", "confirme")

    cle = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    etat = models.CharField("état", max_length=10, choices=Etat.choices, default=Etat.DEPOSE)
    par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="déposé par"
    )
    confirme_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="confirmé par"
    )
    fichier = models.CharField("nom du fichier", max_length=120)
    octets = models.PositiveBigIntegerField("taille")
    empreinte = models.CharField("empreinte SHA-256", max_length=64)
    complet = models.BooleanField("fichier complet", default=True)
    depose_le = models.DateTimeField("déposé le", db_index=True)
    applique_le = models.DateTimeField("appliqué le", null=True)
    annule_le = models.DateTimeField("annulé le", null=True)
    remarque = models.CharField("remarque", max_length=300, blank=True, default="")

    genre = models.CharField(max_length=4, blank=True, default="")
    encodage = models.CharField(max_length=9, blank=True, default="")
    separateur = models.CharField(max_length=120, blank=True, default="")
    colonnes = ArrayField(models.CharField(max_length=20), default=list)
    ignorees = ArrayField(models.CharField(max_length=80), default=list)
    version = models.PositiveBigIntegerField(null=True)
    lignes = models.PositiveIntegerField("lignes", default=0)
    nouveaux = models.PositiveIntegerField("nouveaux", default=0)
    modifies = models.PositiveIntegerField("modifiés", default=0)
    deplaces = models.PositiveIntegerField("déplacés", default=0)
    inchanges = models.PositiveIntegerField("inchangés", default=0)
    sortis = models.PositiveIntegerField("sorties proposées", default=0)
    conflits = models.PositiveIntegerField("conflits", default=0)
    erreurs = models.PositiveIntegerField("erreurs", default=0)
    par_colonne = models.JSONField(default=dict)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ("-depose_le", "-pk")
        constraints = (
            models.CheckConstraint(
                name="import_etat_connu",
                condition=Q(
                    etat__in=("depose", "pret", "refuse", "confirme", "applique", "annule", "abandonne")
                ),
                violation_error_message="L'état de l'import n'est pas l'un des sept états.",
            ),
            models.CheckConstraint(
                name="import_applique_date",
                condition=Q(etat__in=("applique", "annule"), applique_le__isnull=False)
                | (~Q(etat__in=("applique", "annule")) & Q(applique_le=None)),
                violation_error_message="Un import appliqué, et lui seul, dit quand.",
            ),
            models.CheckConstraint(
                name="import_annule_date",
                condition=Q(etat="annule", annule_le__gte=F("applique_le"))
                | (~Q(etat="annule") & Q(annule_le=None)),
                violation_error_message="Un import annulé, et lui seul, dit quand.",
            ),
            models.CheckConstraint(
                name="import_pret_sans_erreur",
                condition=~Q(etat__in=("pret", "confirme", "applique", "annule"))
                | Q(erreurs=0, version__isnull=False),
                violation_error_message="Un fichier qui a des erreurs ne s'applique pas.",
            ),
            models.CheckConstraint(
                name="import_refuse_avec_erreurs",
                condition=~Q(etat="refuse") | Q(erreurs__gt=0),
                violation_error_message="Un fichier refusé dit pourquoi.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.fichier} ({self.get_etat_display().lower()})"

    def get_absolute_url(self) -> str:
        return reverse("registre:import", args=(self.cle,))

    @property
    def en_attente_de_tache(self) -> bool:
        return self.etat in (self.Etat.DEPOSE, self.Etat.CONFIRME)


class LigneImportQuerySet(models.QuerySet["LigneImport"]):
    def de_categorie(self, categorie: str) -> LigneImportQuerySet:
        """Those of a category of the comparison; a line in conflict is in that one only."""
        if categorie == "conflits":
            return self.en_conflit()
        return self.filter(conflit="", nature=CATEGORIES[categorie])

    def en_conflit(self) -> LigneImportQuerySet:
        return self.exclude(conflit="")

    def comptes_des_conflits(self) -> list[tuple[str, int, int]]:
        """(kind, lines, lines accepted), one for each kind of conflict."""
        acceptees = models.Count("pk", filter=Q(accepte=True))
        groupes = self.en_conflit().order_by("conflit").values_list("conflit")
        return list(groupes.annotate(nombre=models.Count("pk"), acceptees=acceptees))


# What a comparison counts → the nature of the lines.
CATEGORIES = {"nouveaux": "nouveau", "modifies": "modifie", "deplaces": "deplace", "sortis": "sorti"}


class LigneImport(models.Model):
    """What one line of the file would do to the register; lines that change nothing are only counted.

    The values are those of the file, ready for the register.  A line in conflict does nothing
    unless it is accepted; nobody in conflict is proposed to leave.  No foreign key in SQL: lines
    come by the hundred thousand, live a week, and are checked again when they are applied.
    """

    class Nature(models.TextChoices):
        NOUVEAU = "nouveau", "Nouveau membre"
        MODIFIE = "modifie", "Modification"
        DEPLACE = "deplace", "Changement de section"
        SORTI = "sorti", "Sortie"

    class Conflit(models.TextChoices):
        DOUBLON = "doublon", "Numéro présent plusieurs fois dans le fichier"
        IDENTITE = "identite", "Numéro qui désignait une autre personne"
        RETOUR = "retour", "Retour d'une personne sortie"
        HOMONYME = "homonyme", "Même personne sous un autre numéro"

    # A number that stands on several lines is to be corrected in the file: nothing tells which line is right.
    A_TRANCHER = ("identite", "retour", "homonyme")

    lot = models.ForeignKey(
        Import, models.CASCADE, related_name="lignes_lues", db_constraint=False, db_index=False
    )
    ligne = models.PositiveIntegerField("ligne", null=True)
    nature = models.CharField(max_length=8, choices=Nature.choices)
    conflit = models.CharField(max_length=8, choices=Conflit.choices, blank=True, default="")
    accepte = models.BooleanField(default=False)
    precision = models.CharField(max_length=200, blank=True, default="")
    changees = ArrayField(models.CharField(max_length=20), default=list)
    adherent = models.ForeignKey(
        "membres.Adherent",
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    numero = models.CharField(max_length=20)
    nom = models.CharField(max_length=80)
    prenom = models.CharField(max_length=80)
    courriel = models.CharField(max_length=254, blank=True, default="")
    naissance = models.DateField(null=True)
    genre = models.CharField(max_length=1, blank=True, default="")
    section = models.ForeignKey(
        "territoire.Section", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    adhesion_le = models.DateField()
    a_jour_au = models.DateField(null=True)
    statut = models.CharField(max_length=12)
    recherche = models.CharField(max_length=180)

    objects = LigneImportQuerySet.as_manager()

    class Meta:
        ordering = ("ligne", "pk")
        indexes = (models.Index(name="ligne_d_import", fields=("lot", "nature", "conflit")),)

    def __str__(self) -> str:
        return f"ligne {self.ligne} : {self.get_nature_display()}"


class ErreurDImport(models.Model):
    """A defect of the file: where, what, and what to do about it."""

    lot = models.ForeignKey(Import, models.CASCADE, related_name="erreurs_lues")
    ligne = models.PositiveIntegerField("ligne", null=True)
    colonne = models.CharField("colonne", max_length=80, blank=True)
    message = models.CharField("message", max_length=300)

    class Meta:
        ordering = ("ligne", "pk")

    def __str__(self) -> str:
        return f"ligne {self.ligne}, {self.colonne} : {self.message}"

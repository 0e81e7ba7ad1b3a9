"""Minutes: who came, what was counted, who is elected, and the paper that proves it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from delegues.models.campagne import Designation
from delegues.models.candidatures import Candidature, Liste
from refondation.membres.regles import DROITS

if TYPE_CHECKING:
    from refondation.membres.models import Compte
    from refondation.territoire.models import Federation, Section


class ProcesVerbalQuerySet(models.QuerySet["ProcesVerbal"]):
    def visibles_par(self, compte: Compte) -> ProcesVerbalQuerySet:
        """Those of the perimeter of the account's mandates, and those that it signs."""
        federations, sections, national = compte.perimetres(DROITS["delegues.lire"])
        if national:
            return self
        return self.filter(
            Q(designation__section__federation__in=federations)
            | Q(designation__section__in=sections)
            | Q(redacteur=compte)
            | Q(contresignataire=compte.adherent_id, contresignataire__isnull=False)
        )

    def verrouilles(self) -> ProcesVerbalQuerySet:
        return self.filter(etat__in=(ProcesVerbal.Etat.VERROUILLE, ProcesVerbal.Etat.RECTIFIE))

    def en_vigueur(self) -> ProcesVerbalQuerySet:
        """Locked and not replaced: at most one for a designation."""
        return self.filter(etat=ProcesVerbal.Etat.VERROUILLE)


class ProcesVerbal(models.Model):
    """The minutes of one designation, drafted step by step, signed by two, then locked for good.

    `contenu` is what both signed, as canonical JSON text (sorted keys, no spaces), and
    `empreinte` its SHA-256 (hex).  A correction is another row that names the one it `rectifie`.
    """

    class Etat(models.TextChoices):
        BROUILLON = "brouillon", "En cours de rédaction"
        A_CONTRESIGNER = "a-contresigner", "À contresigner"
        VERROUILLE = "verrouille", "Signé"
        RECTIFIE = "rectifie", "Remplacé par un procès-verbal rectificatif"

    # act → (states it starts from, state it leads to); the trigger `proces_verbal_transition` says the same.
    TRANSITIONS: dict[str, tuple[tuple[str, ...], str]] = {
        "presenter": ((Etat.BROUILLON,), Etat.A_CONTRESIGNER),
        "reprendre": ((Etat.A_CONTRESIGNER,), Etat.BROUILLON),
        "contresigner": ((Etat.A_CONTRESIGNER,), Etat.VERROUILLE),
        "rectifier": ((Etat.VERROUILLE,), Etat.RECTIFIE),
    }

    cle = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    designation = models.ForeignKey(Designation, models.PROTECT, related_name="proces_verbaux")
    etat = models.CharField("état", max_length=14, choices=Etat.choices, default=Etat.BROUILLON)
    numero = models.CharField("numéro", max_length=40, blank=True)
    rectifie = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="rectificatif", verbose_name="rectifie"
    )
    motif_de_rectification = models.CharField("motif de la rectification", max_length=300, blank=True)
    redacteur = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="rédigé par"
    )
    contresignataire = models.ForeignKey(
        "membres.Adherent", models.PROTECT, null=True, related_name="+", verbose_name="second signataire"
    )
    president = models.ForeignKey(
        "membres.Adherent", models.PROTECT, null=True, related_name="+", verbose_name="président·e de séance"
    )
    # A draft that somebody else changed meanwhile is told by this number, which each write raises.
    version = models.PositiveIntegerField(default=1)

    tenue_le = models.DateTimeField("date et heure de l'assemblée", null=True)
    lieu = models.CharField("lieu", max_length=200, blank=True)
    inscrits = models.PositiveIntegerField("inscrit·es", default=0)
    votants = models.PositiveIntegerField("votant·es", null=True)
    blancs = models.PositiveIntegerField("blancs", null=True)
    nuls = models.PositiveIntegerField("nuls", null=True)
    incidents = models.TextField("incidents", blank=True, max_length=4000)
    sans_incident = models.BooleanField("aucun incident", default=False)

    commence_le = models.DateTimeField("commencé le")
    presente_le = models.DateTimeField("signé par le ou la secrétaire le", null=True)
    verrouille_le = models.DateTimeField("contresigné le", null=True)
    # Why the second signatory gave the draft back, until it is presented again.
    renvoi = models.CharField("renvoyé parce que", max_length=300, blank=True)
    contenu = models.TextField("ce qui est signé", blank=True)
    empreinte = models.CharField("empreinte", max_length=64, blank=True)

    objects = ProcesVerbalQuerySet.as_manager()

    class Meta:
        verbose_name = "procès-verbal"
        verbose_name_plural = "procès-verbaux"
        ordering = ("-commence_le",)
        constraints = (
            models.UniqueConstraint(
                name="proces_verbal_en_cours_unique",
                fields=("designation",),
                condition=Q(etat__in=("brouillon", "a-contresigner")),
                violation_error_message="Un procès-verbal est déjà en cours pour cette section.",
            ),
            models.UniqueConstraint(
                name="proces_verbal_en_vigueur_unique",
                fields=("designation",),
                condition=Q(etat="verrouille"),
                violation_error_message="Un procès-verbal signé est déjà en vigueur pour cette section.",
            ),
            models.UniqueConstraint(
                name="proces_verbal_numero_unique",
                fields=("numero",),
                condition=~Q(numero=""),
                violation_error_message="Ce numéro de procès-verbal est déjà pris.",
            ),
            models.CheckConstraint(
                name="proces_verbal_compte_juste",
                condition=Q(votants=None)
                | Q(blancs=None)
                | Q(nuls=None)
                | Q(votants__gte=F("blancs") + F("nuls")),
                violation_error_message="Il y a plus de bulletins blancs et nuls que de votant·es.",
            ),
            models.CheckConstraint(
                name="proces_verbal_signe_complet",
                condition=Q(etat="brouillon")
                | (
                    Q(
                        votants__isnull=False,
                        blancs__isnull=False,
                        nuls__isnull=False,
                        tenue_le__isnull=False,
                        presente_le__isnull=False,
                        contresignataire__isnull=False,
                    )
                    & ~Q(contenu="")
                    & ~Q(empreinte="")
                ),
                violation_error_message="Un procès-verbal signé est complet.",
            ),
            models.CheckConstraint(
                name="proces_verbal_verrouille_numerote",
                condition=Q(etat__in=("brouillon", "a-contresigner"), verrouille_le=None, numero="")
                | (Q(etat__in=("verrouille", "rectifie"), verrouille_le__isnull=False) & ~Q(numero="")),
                violation_error_message="Un procès-verbal contresigné a un numéro et une date, et lui seul.",
            ),
            models.CheckConstraint(
                name="proces_verbal_rectification_motivee",
                condition=Q(rectifie=None, motif_de_rectification="")
                | (Q(rectifie__isnull=False) & ~Q(motif_de_rectification="")),
                violation_error_message="Un procès-verbal rectificatif dit pourquoi.",
            ),
        )

    def __str__(self) -> str:
        return self.numero or f"Procès-verbal de {self.designation.section}"

    def get_absolute_url(self) -> str:
        return reverse("delegues:proces_verbal", args=[self.cle])

    @property
    def section(self) -> Section:
        return self.designation.section

    @property
    def federation(self) -> Federation:
        return self.designation.federation


class Presence(models.Model):
    """A tick of the attendance list.  `marque` orders the ticks of one device, sent late or twice."""

    proces_verbal = models.ForeignKey(ProcesVerbal, models.CASCADE, related_name="presences")
    adherent = models.ForeignKey("membres.Adherent", models.PROTECT, related_name="+")
    present = models.BooleanField("présent·e")
    marque = models.BigIntegerField("horloge de l'appareil (ms)")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="presence_unique",
                fields=("proces_verbal", "adherent"),
                violation_error_message="Cette personne est déjà pointée.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.adherent} : {'présent·e' if self.present else 'absent·e'}"


class Voix(models.Model):
    """Votes of one candidate, duo or list in the minutes."""

    proces_verbal = models.ForeignKey(ProcesVerbal, models.CASCADE, related_name="voix")
    liste = models.ForeignKey(Liste, models.PROTECT, related_name="voix")
    nombre = models.PositiveIntegerField("voix")

    class Meta:
        verbose_name_plural = "voix"
        ordering = ("proces_verbal", "-nombre", "liste__rang")
        constraints = (
            models.UniqueConstraint(
                name="voix_unique",
                fields=("proces_verbal", "liste"),
                violation_error_message="Cette candidature a déjà ses voix.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.liste} : {self.nombre}"


class Elu(models.Model):
    """Whom the campaign's rule elects from the minutes: computed, never typed.

    `explication` says why in one sentence, ties included.
    """

    class Qualite(models.TextChoices):
        TITULAIRE = "titulaire", "Titulaire"
        SUPPLEANT = "suppleant", "Suppléant·e"

    proces_verbal = models.ForeignKey(ProcesVerbal, models.CASCADE, related_name="elus")
    candidature = models.ForeignKey(Candidature, models.PROTECT, related_name="elections")
    qualite = models.CharField("qualité", max_length=9, choices=Qualite.choices)
    rang = models.PositiveSmallIntegerField("rang")
    titulaire = models.OneToOneField("self", models.CASCADE, null=True, related_name="suppleant")
    explication = models.CharField("explication", max_length=300, blank=True)

    class Meta:
        verbose_name = "élu·e"
        ordering = ("proces_verbal", "-qualite", "rang")
        constraints = (
            models.UniqueConstraint(name="elu_unique", fields=("proces_verbal", "candidature")),
            models.UniqueConstraint(name="elu_rang_unique", fields=("proces_verbal", "qualite", "rang")),
            models.CheckConstraint(
                name="elu_suppleance",
                condition=Q(qualite="titulaire", titulaire=None) | Q(qualite="suppleant"),
                violation_error_message="Une personne titulaire ne supplée personne.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.candidature} ({self.get_qualite_display()})"


class Piece(models.Model):
    """A photo or a scan of the signed paper: cleaned, named by its content, kept outside the web root."""

    cle = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    proces_verbal = models.ForeignKey(ProcesVerbal, models.PROTECT, related_name="pieces")
    nom = models.CharField("nom donné", max_length=120)
    fichier = models.FileField("fichier", upload_to="proces-verbaux")
    genre = models.CharField("type", max_length=20)
    octets = models.PositiveIntegerField("taille")
    empreinte = models.CharField("empreinte", max_length=64)
    deposee_le = models.DateTimeField("déposée le")
    par = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "pièce"
        ordering = ("proces_verbal", "pk")
        constraints = (
            models.UniqueConstraint(
                name="piece_unique",
                fields=("proces_verbal", "empreinte"),
                violation_error_message="Cette pièce est déjà jointe.",
            ),
            models.CheckConstraint(
                name="piece_genre_connu",
                condition=Q(genre__in=("application/pdf", "image/jpeg", "image/png")),
                violation_error_message="Une pièce est un PDF ou une image.",
            ),
        )

    def __str__(self) -> str:
        return self.nom

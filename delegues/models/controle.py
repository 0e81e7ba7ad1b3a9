"""What the control commission looks at, says and decides; what a section answers; appeals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from delegues.models.campagne import Campagne, Designation
from delegues.models.proces_verbaux import ProcesVerbal

if TYPE_CHECKING:
    from refondation.territoire.models import Federation, Section


class Anomalie(models.Model):
    """What a rule found in a designation, with its evidence; computed again as a whole, never typed.

    `regle` is a key of `delegues.anomalies.REGLES`; `preuve` holds JSON values that its sentence names.
    """

    class Gravite(models.TextChoices):
        BLOQUANTE = "bloquante", "À lever avant de valider"
        ALERTE = "alerte", "À regarder"
        INDICE = "indice", "Indice, jamais une preuve"

    designation = models.ForeignKey(Designation, models.CASCADE, related_name="anomalies")
    regle = models.CharField("règle", max_length=30)
    gravite = models.CharField("gravité", max_length=9, choices=Gravite.choices)
    adherent = models.ForeignKey("membres.Adherent", models.PROTECT, null=True, related_name="+")
    preuve = models.JSONField("preuve", default=dict)
    calculee_le = models.DateTimeField("calculée le")

    class Meta:
        ordering = ("designation", "gravite", "regle", "pk")
        indexes = (models.Index(name="anomalie_par_regle", fields=("regle", "designation")),)

    def __str__(self) -> str:
        return f"{self.regle} – {self.designation}"


class Avis(models.Model):
    """What one member of the commission says of one signed minutes; two that agree decide."""

    class Sens(models.TextChoices):
        VALIDER = "valider", "Valider"
        COMPLETER = "completer", "Demander un complément"
        REJETER = "rejeter", "Rejeter"

    class Motif(models.TextChoices):
        """The list of reasons; a text says the rest."""

        SIGNATURE = "signature", "Signature manquante ou douteuse"
        PIECE = "piece", "Pièce manquante ou illisible"
        COMPTE = "compte", "Compte qui ne tombe pas juste"
        ELIGIBILITE = "eligibilite", "Personne non éligible"
        PARITE = "parite", "Parité non respectée"
        CONVOCATION = "convocation", "Convocation irrégulière"
        LISTE = "liste", "Liste d'émargement irrégulière"
        AUTRE = "autre", "Autre motif"

    proces_verbal = models.ForeignKey(ProcesVerbal, models.PROTECT, related_name="avis")
    compte = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sens = models.CharField("avis", max_length=9, choices=Sens.choices)
    motifs = ArrayField(
        models.CharField(max_length=12, choices=Motif.choices), default=list, verbose_name="motifs"
    )
    texte = models.TextField("explication", blank=True, max_length=2000)
    donne_le = models.DateTimeField("donné le")
    # Opinions given before a contest or an answer no longer count towards the decision.
    perime = models.BooleanField("périmé", default=False)
    # The decision that it made with another one; the appeal that it is about, if any.
    decision = models.ForeignKey("Echange", models.PROTECT, null=True, related_name="avis")
    recours = models.ForeignKey("Echange", models.PROTECT, null=True, related_name="opinions")

    class Meta:
        verbose_name_plural = "avis"
        ordering = ("proces_verbal", "donne_le")
        constraints = (
            models.UniqueConstraint(
                name="avis_du_controle_unique",
                fields=("proces_verbal", "compte"),
                condition=Q(perime=False),
                violation_error_message="Vous avez déjà donné votre avis.",
            ),
            models.CheckConstraint(
                name="avis_motive",
                condition=Q(sens="valider") | ~Q(motifs=[]),
                violation_error_message="Choisissez au moins un motif.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_sens_display()} – {self.proces_verbal}"


class Deport(models.Model):
    """A member of the commission who steps aside for a federation, besides their own."""

    compte = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="deports")
    federation = models.ForeignKey("territoire.Federation", models.PROTECT, related_name="+")
    motif = models.CharField("motif", max_length=200)
    declare_le = models.DateTimeField("déclaré le")

    class Meta:
        verbose_name = "déport"
        constraints = (
            models.UniqueConstraint(
                name="deport_unique",
                fields=("compte", "federation"),
                violation_error_message="Ce déport est déjà déclaré.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.compte} – {self.federation}"


class EchangeQuerySet(models.QuerySet["Echange"]):
    def a_avertir(self, campagne: Campagne) -> list[int]:
        """Ids of the lines of a campaign that the section should know and that nobody was told of."""
        return list(
            self.filter(designation__campagne=campagne, genre__in=Echange.A_DIRE, avertissements=None)
            .order_by("pk")
            .values_list("pk", flat=True)
        )


class Echange(models.Model):
    """A line of the file of a designation: request, answer, contest, appeal, decision; never rewritten."""

    class Genre(models.TextChoices):
        DEMANDE = "demande", "Demande de complément"
        REPONSE = "reponse", "Réponse de la section"
        CONTESTATION = "contestation", "Contestation"
        DECISION = "decision", "Décision de la commission"
        RECOURS = "recours", "Recours"
        ARBITRAGE = "arbitrage", "Décision sur un recours"

    # What the section is told by mail; its own answers it knows.
    A_DIRE = ("demande", "contestation", "decision", "recours", "arbitrage")

    designation = models.ForeignKey(Designation, models.PROTECT, related_name="echanges")
    proces_verbal = models.ForeignKey(ProcesVerbal, models.PROTECT, null=True, related_name="echanges")
    genre = models.CharField("genre", max_length=12, choices=Genre.choices)
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    motifs = ArrayField(
        models.CharField(max_length=12, choices=Avis.Motif.choices), default=list, verbose_name="motifs"
    )
    texte = models.TextField("texte", max_length=4000)
    le = models.DateTimeField("le")
    # An appeal names the decision it is against; an arbitration names the appeal it settles.
    sur = models.OneToOneField("self", models.PROTECT, null=True, related_name="suite")
    accueilli = models.BooleanField("accueilli", null=True)
    # What a decision decides; empty for what decides nothing.
    sens = models.CharField("sens", max_length=9, choices=Avis.Sens.choices, blank=True)

    objects = EchangeQuerySet.as_manager()

    class Meta:
        verbose_name = "échange"
        ordering = ("designation", "le", "pk")
        constraints = (
            models.CheckConstraint(
                name="echange_arbitrage_tranche",
                condition=Q(genre="arbitrage", sur__isnull=False, accueilli__isnull=False)
                | (~Q(genre="arbitrage") & Q(accueilli=None)),
                violation_error_message="Une décision sur un recours dit s'il est accueilli.",
            ),
            models.CheckConstraint(
                name="echange_recours_vise",
                condition=~Q(genre="recours") | Q(sur__isnull=False),
                violation_error_message="Un recours vise une décision.",
            ),
            models.CheckConstraint(
                name="echange_sens_de_la_decision",
                condition=Q(genre__in=("decision", "arbitrage"), sens__in=("valider", "rejeter"))
                | Q(genre="demande", sens="completer")
                | (~Q(genre__in=("decision", "arbitrage", "demande")) & Q(sens="")),
                violation_error_message="Une décision dit son sens, et elle seule.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_genre_display()} – {self.designation}"

    @property
    def motifs_en_mots(self) -> list[str]:
        return [Avis.Motif(motif).label for motif in self.motifs]

    @property
    def section(self) -> Section:
        return self.designation.section

    @property
    def federation(self) -> Federation:
        return self.designation.federation


class Avertissement(models.Model):
    """A line of a file told by mail to one account, so that it is told once."""

    echange = models.ForeignKey(Echange, models.PROTECT, related_name="avertissements")
    compte = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    envoye_le = models.DateTimeField("envoyé le")

    class Meta:
        constraints = (models.UniqueConstraint(name="avertissement_unique", fields=("echange", "compte")),)

    def __str__(self) -> str:
        return f"{self.echange} → {self.compte}"

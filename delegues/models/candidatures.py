"""Who stands: a list of one person, of two (a duo) or of several, and what each one committed to."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from delegues.models.campagne import Campagne, Designation

if TYPE_CHECKING:
    from refondation.membres.models import Compte
    from refondation.territoire.models import Federation, Section


class ListeQuerySet(models.QuerySet["Liste"]):
    def avec_leurs_candidatures(self) -> ListeQuerySet:
        return self.prefetch_related(
            models.Prefetch("candidatures", Candidature.objects.select_related("adherent"))
        )

    def publiees(self) -> ListeQuerySet:
        """Those that stand: each of their candidates has accepted and none has withdrawn."""
        return self.filter(etat=Liste.Etat.DEPOSEE)


class Liste(models.Model):
    """What voters choose: a person, a duo or a list, according to the campaign.

    `rang` is the drawn order of the public list, replayable from the seed that the campaign
    published; None until the draw.
    """

    class Etat(models.TextChoices):
        EN_ATTENTE = "en-attente", "En attente d'acceptation"
        DEPOSEE = "deposee", "Déposée"
        RETIREE = "retiree", "Retirée"

    designation = models.ForeignKey(Designation, models.PROTECT, related_name="listes")
    nom = models.CharField("nom", max_length=120, blank=True)
    etat = models.CharField("état", max_length=10, choices=Etat.choices, default=Etat.EN_ATTENTE)
    rang = models.PositiveSmallIntegerField("rang tiré", null=True)
    proposee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="proposée par"
    )
    creee_le = models.DateTimeField("créée le")
    deposee_le = models.DateTimeField("déposée le", null=True)
    retiree_le = models.DateTimeField("retirée le", null=True)

    objects = ListeQuerySet.as_manager()

    class Meta:
        ordering = ("designation", "rang", "pk")
        constraints = (
            models.UniqueConstraint(
                name="liste_rang_unique",
                fields=("designation", "rang"),
                condition=Q(rang__isnull=False),
                violation_error_message="Deux candidatures ont le même rang.",
            ),
            models.CheckConstraint(
                name="liste_etat_date",
                condition=Q(etat="en-attente", deposee_le=None, retiree_le=None)
                | Q(etat="deposee", deposee_le__isnull=False, retiree_le=None)
                | Q(etat="retiree", retiree_le__isnull=False),
                violation_error_message="L'état d'une candidature dit depuis quand.",
            ),
        )

    def __str__(self) -> str:
        return self.nom or " et ".join(map(str, self.presentes())) or f"Candidature {self.pk}"

    @property
    def section(self) -> Section:
        return self.designation.section

    @property
    def federation(self) -> Federation:
        return self.designation.federation

    def presentes(self) -> list[Candidature]:
        """Those who stand on it or have still to answer, in their order."""
        retires = (Candidature.Etat.DECLINEE, Candidature.Etat.RETIREE)
        return [c for c in self.candidatures.all() if c.etat not in retires]


class CandidatureQuerySet(models.QuerySet["Candidature"]):
    def actives(self) -> CandidatureQuerySet:
        return self.exclude(etat__in=(Candidature.Etat.DECLINEE, Candidature.Etat.RETIREE))

    def a_inviter(self, instant: datetime) -> CandidatureQuerySet:
        """Proposed, still able to answer, and no mail has gone yet."""
        return self.filter(
            etat=Candidature.Etat.PROPOSEE,
            jeton="",
            campagne__etat=Campagne.Etat.OUVERTE,
            campagne__retraits_au__gt=instant,
        )

    def avec_leur_monde(self) -> CandidatureQuerySet:
        return self.select_related(
            "adherent", "campagne", "liste__designation__section__federation", "liste__proposee_par"
        )

    def de(self, compte: Compte) -> CandidatureQuerySet:
        return self.filter(adherent=compte.adherent_id) if compte.adherent_id else self.none()


class Candidature(models.Model):
    """One person on a list.  `jeton` is the SHA-256 (hex) of the secret of the acceptance mail."""

    class Etat(models.TextChoices):
        PROPOSEE = "proposee", "À accepter"
        ACCEPTEE = "acceptee", "Acceptée"
        DECLINEE = "declinee", "Déclinée"
        RETIREE = "retiree", "Retirée"

    cle = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    campagne = models.ForeignKey(Campagne, models.PROTECT, related_name="+")
    liste = models.ForeignKey(Liste, models.PROTECT, related_name="candidatures")
    adherent = models.ForeignKey("membres.Adherent", models.PROTECT, related_name="candidatures")
    rang = models.PositiveSmallIntegerField("place sur la liste", default=1)
    etat = models.CharField("état", max_length=8, choices=Etat.choices, default=Etat.PROPOSEE)
    profession = models.TextField("ce que je veux porter (Markdown)", blank=True, max_length=3000)
    photo = models.FileField("photo", upload_to="candidatures", blank=True)
    jeton = models.CharField(max_length=64, blank=True, editable=False)
    repondue_le = models.DateTimeField("répondue le", null=True)
    retiree_le = models.DateTimeField("retirée le", null=True)

    objects = CandidatureQuerySet.as_manager()

    class Meta:
        ordering = ("liste", "rang")
        constraints = (
            models.UniqueConstraint(
                name="candidature_active_unique",
                fields=("campagne", "adherent"),
                condition=~Q(etat__in=("declinee", "retiree")),
                violation_error_message="Cette personne est déjà candidate dans cette campagne.",
            ),
            models.UniqueConstraint(
                name="candidature_place_unique",
                fields=("liste", "rang"),
                violation_error_message="Deux personnes ont la même place sur la liste.",
            ),
            models.CheckConstraint(
                name="candidature_etat_date",
                condition=Q(etat="proposee", repondue_le=None, retiree_le=None)
                | Q(etat__in=("acceptee", "declinee"), repondue_le__isnull=False, retiree_le=None)
                | Q(etat="retiree", retiree_le__isnull=False),
                violation_error_message="L'état d'une candidature dit depuis quand.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.adherent.prenom} {self.adherent.nom}"

    @property
    def section(self) -> Section:
        return self.liste.section

    @property
    def federation(self) -> Federation:
        return self.liste.federation


class EngagementQuerySet(models.QuerySet["Engagement"]):
    def en_vigueur(self, *, au: date) -> EngagementQuerySet:
        return self.filter(leve_le=None, jusqu_au__gt=au)


class Engagement(models.Model):
    """A public promise not to stand for governance, with the fingerprint of the text accepted.

    It is never rewritten, only lifted, for who withdraws or is not designated.
    """

    class Levee(models.TextChoices):
        RETRAIT = "retrait", "Candidature retirée"
        NON_DESIGNE = "non-designe", "Non désigné·e"

    campagne = models.ForeignKey(Campagne, models.PROTECT, related_name="engagements")
    adherent = models.ForeignKey("membres.Adherent", models.PROTECT, related_name="engagements")
    empreinte = models.CharField("empreinte du texte", max_length=64)
    accepte_le = models.DateTimeField("accepté le")
    jusqu_au = models.DateField("jusqu'au")
    leve_le = models.DateTimeField("levé le", null=True)
    levee = models.CharField("cause de la levée", max_length=11, choices=Levee.choices, blank=True)

    objects = EngagementQuerySet.as_manager()

    class Meta:
        ordering = ("adherent__nom", "adherent__prenom", "pk")
        constraints = (
            models.CheckConstraint(
                name="engagement_levee_motivee",
                condition=Q(leve_le=None, levee="") | (Q(leve_le__isnull=False) & ~Q(levee="")),
                violation_error_message="Une levée d'engagement a une date et une cause.",
            ),
            models.UniqueConstraint(
                name="engagement_unique",
                fields=("campagne", "adherent"),
                condition=Q(leve_le=None),
                violation_error_message="Cet engagement est déjà pris.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.adherent}, jusqu'au {self.jusqu_au:%d/%m/%Y}"

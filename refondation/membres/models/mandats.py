"""Mandates: who may do what, where and when."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from refondation.membres.models.registre import sans_accents


class MandatQuerySet(models.QuerySet["Mandat"]):
    def en_cours(self, *, au: date) -> MandatQuerySet:
        """In force on that day: begun, not ended, and held by someone who has not left the party."""
        return self.filter(
            Q(fin=None) | Q(fin__gt=au),
            Q(compte__adherent=None) | Q(compte__adherent__sorti_le=None),
            debut__lte=au,
        )

    def finis(self, *, au: date) -> MandatQuerySet:
        return self.filter(fin__lte=au)

    def non_finis(self, *, au: date) -> MandatQuerySet:
        return self.filter(Q(fin=None) | Q(fin__gt=au))

    def avec_leur_monde(self) -> MandatQuerySet:
        """With holder and place, most recent first."""
        return self.select_related("compte__adherent", "federation", "section__federation").order_by(
            "-debut", "-pk"
        )

    def chercher(self, texte: str) -> MandatQuerySet:
        """By each word of a name, a member number or an address."""
        resultat = self
        for mot in sans_accents(texte).split():
            resultat = resultat.filter(
                Q(compte__adherent__recherche__contains=mot)
                | Q(compte__adherent__numero__iexact=mot)
                | Q(compte__nom__icontains=mot)
                | Q(compte__email__contains=mot)
            )
        return resultat


class Mandat(models.Model):
    """A role held by an account in a perimeter, from `debut` on and until `fin`, that day excluded."""

    class Role(models.TextChoices):
        SECRETAIRE_SECTION = "secretaire_section", "Secrétaire de section"
        SECRETAIRE_FEDERAL = "secretaire_federal", "Secrétaire fédéral·e"
        GESTIONNAIRE_FEDERAL = "gestionnaire_federal", "Gestionnaire fédéral·e"
        DIRECTION = "direction", "Direction collégiale"
        RECOLEMENT = "recolement", "Commission de récolement"
        ADMINISTRATEUR = "administrateur", "Administrateur·rice national·e"
        OBSERVATEUR = "observateur", "Observateur·rice"

    ROLES_DE_SECTION = ("secretaire_section",)
    ROLES_FEDERAUX = ("secretaire_federal", "gestionnaire_federal")
    ROLES_NATIONAUX = ("direction", "recolement", "administrateur", "observateur")

    compte = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="mandats")
    role = models.CharField("rôle", max_length=20, choices=Role.choices)
    federation = models.ForeignKey(
        "territoire.Federation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    section = models.ForeignKey("territoire.Section", models.PROTECT, null=True, blank=True, related_name="+")
    debut = models.DateField("début")
    fin = models.DateField("prend fin le", null=True, blank=True)

    objects = MandatQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="mandat_perimetre_du_role",
                condition=(
                    Q(role__in=("secretaire_section",), section__isnull=False, federation__isnull=True)
                    | Q(
                        role__in=("secretaire_federal", "gestionnaire_federal"),
                        section__isnull=True,
                        federation__isnull=False,
                    )
                    | Q(
                        role__in=("direction", "recolement", "administrateur", "observateur"),
                        section__isnull=True,
                        federation__isnull=True,
                    )
                ),
                violation_error_message=(
                    "Le périmètre ne convient pas au rôle : une section, une fédération ou rien."
                ),
            ),
            models.CheckConstraint(
                name="mandat_fin_apres_debut",
                condition=Q(fin=None) | Q(fin__gte=models.F("debut")),
                violation_error_message="La fin du mandat précède son début.",
            ),
        )

    def __str__(self) -> str:
        lieu = self.section or self.federation
        return f"{self.get_role_display()}{f' – {lieu}' if lieu else ''}"

    def couvre(self, objet: Any) -> bool:
        """Whether `objet` (anything with .section or .federation) lies within this mandate's perimeter."""
        if self.role in self.ROLES_NATIONAUX:
            return True
        section = getattr(objet, "section", None)
        if self.section_id:
            return section is not None and section.pk == self.section_id
        federation = getattr(objet, "federation", None) or getattr(section, "federation", None)
        return federation is not None and federation.pk == self.federation_id

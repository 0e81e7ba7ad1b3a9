"""Accounts: who logs in, by which one-time codes."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, datetime
from typing import Any, ClassVar

import rules
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from refondation.membres.models.mandats import Mandat
from refondation.membres.models.registre import Adherent, date_du_jour


class GestionnaireDesComptes(BaseUserManager["Compte"]):
    """What Django asks of a user manager; accounts are made by acts only."""

    def get_by_natural_key(self, username: str | None) -> Compte:
        return self.get(identifiant=username)


class Compte(AbstractBaseUser):
    """Who logs in: a member, a citizen or a member of staff.

    No password is ever set: the column holds an unusable value whose random part is what the
    open sessions are tied to.  Rights come from the mandates alone.
    """

    identifiant = models.UUIDField("identifiant", unique=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("adresse électronique", db_index=True)
    nom = models.CharField("nom affiché", max_length=160, blank=True)
    adherent = models.OneToOneField(
        Adherent, models.PROTECT, null=True, blank=True, related_name="compte", verbose_name="adhérent·e"
    )
    is_active = models.BooleanField("actif", default=True)
    date_joined = models.DateTimeField("créé le", auto_now_add=True)

    objects = GestionnaireDesComptes()

    USERNAME_FIELD = "identifiant"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "compte"
        constraints = (
            models.CheckConstraint(
                name="compte_email_minuscules",
                condition=Q(email=Lower("email")),
                violation_error_message="L'adresse électronique s'écrit en minuscules.",
            ),
        )

    def __str__(self) -> str:
        return self.nom or self.email

    @property
    def is_staff(self) -> bool:
        """What Django's admin site asks before it opens."""
        return self.is_active and Mandat.Role.ADMINISTRATEUR in self.roles()

    @property
    def est_presente(self) -> bool:
        """Whether this person may log in: an active account whose member, if any, has not left."""
        return self.is_active and (self.adherent is None or self.adherent.sorti_le is None)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_active and rules.has_perm(perm, self, obj)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff

    def mandats_en_cours(self, au: date | None = None) -> list[Mandat]:
        """The mandates in force, read once per request (`au` None) or for a given day."""
        if au is not None:
            return list(self.mandats.en_cours(au=au).select_related("federation", "section__federation"))
        if not hasattr(self, "_mandats"):
            self._mandats = list(
                self.mandats.en_cours(au=date_du_jour()).select_related("federation", "section__federation")
            )
        return self._mandats

    def oublier_les_mandats(self) -> None:
        """Read them again next time: one has just been given."""
        self.__dict__.pop("_mandats", None)

    def suspendre_les_mandats(self) -> None:
        """For this request, as if none were in force: the account has not proved who holds it."""
        self._mandats = []

    def roles(self) -> set[str]:
        return {m.role for m in self.mandats_en_cours()}

    def perimetres(self, roles: Collection[str] | None = None) -> tuple[list[int], list[int], bool]:
        """(federation ids, section ids, national?) of the mandates in force, those of `roles` if given.

        An observer reads only what names that role: never the register, never the journal.
        """
        mandats = [
            m
            for m in self.mandats_en_cours()
            if (m.role != Mandat.Role.OBSERVATEUR if roles is None else m.role in roles)
        ]
        return (
            [m.federation_id for m in mandats if m.federation_id],
            [m.section_id for m in mandats if m.section_id],
            any(m.role in Mandat.ROLES_NATIONAUX for m in mandats),
        )


class DemandeDeCodeQuerySet(models.QuerySet["DemandeDeCode"]):
    def valables(self, *, instant: datetime) -> DemandeDeCodeQuerySet:
        return self.filter(expire_le__gt=instant)

    def perimees(self, *, instant: datetime) -> DemandeDeCodeQuerySet:
        return self.filter(expire_le__lte=instant)


class DemandeDeCode(models.Model):
    """One request for a log-in code, bound to the session that holds its `cle`.

    The row is written before anyone looks the person up, so that it is the same for somebody
    unknown.  The task that sends the mail fills `codes` with one entry for each person
    reached, [{"adherent": id} or {"compte": id}, plus "empreinte": 64 hex digits]; the codes
    themselves are written nowhere.
    """

    ESSAIS_ADMIS = 3

    cle = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    saisie = models.CharField("ce qui a été saisi", max_length=254, blank=True)
    codes = models.JSONField(default=list)
    demandee_le = models.DateTimeField("demandée le")
    expire_le = models.DateTimeField("expire le", db_index=True)
    essais = models.PositiveSmallIntegerField("essais", default=0)

    objects = DemandeDeCodeQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de code"
        verbose_name_plural = "demandes de code"
        constraints = (
            models.CheckConstraint(
                name="demande_essais_admis",
                condition=Q(essais__lte=3),
                violation_error_message="Un code s'essaie trois fois au plus.",
            ),
        )

    def __str__(self) -> str:
        return f"Demande du {self.demandee_le:%d/%m/%Y %H:%M}"

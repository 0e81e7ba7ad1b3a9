"""Accounts (who logs in), the register (who is a member), mandates (who may do what, where and when)."""

from __future__ import annotations

import unicodedata
import uuid
from datetime import date, datetime
from typing import Any, ClassVar

import rules
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


def sans_accents(texte: str) -> str:
    """Lower case without diacritics, for search columns: the embedded server has no unaccent."""
    decompose = unicodedata.normalize("NFKD", texte.casefold())
    return " ".join("".join(c for c in decompose if not unicodedata.combining(c)).split())


class AdherentQuerySet(models.QuerySet["Adherent"]):
    def presents(self) -> AdherentQuerySet:
        return self.filter(sorti_le=None)

    def chercher(self, texte: str) -> AdherentQuerySet:
        resultat = self
        for mot in sans_accents(texte).split():
            resultat = resultat.filter(Q(recherche__contains=mot) | Q(numero__iexact=mot))
        return resultat

    def visibles_par(self, compte: Compte) -> AdherentQuerySet:
        """National roles see the register; federal and section roles their perimeter; a member, self."""
        federations, sections, national = compte.perimetres()
        if national:
            return self
        return self.filter(
            Q(section__federation__in=federations) | Q(section__in=sections) | Q(pk=compte.adherent_id)
        )


class Adherent(models.Model):
    """A line of the national register; the member number is the key, since a couple may share an address."""

    class Statut(models.TextChoices):
        ADHERENT = "adherent", "Adhérent·e"
        SYMPATHISANT = "sympathisant", "Sympathisant·e"

    class Genre(models.TextChoices):
        FEMME = "F", "Femme"
        HOMME = "H", "Homme"
        AUTRE = "A", "Autre"
        NON_PRECISE = "", "Non précisé"

    numero = models.CharField("numéro d'adhérent·e", max_length=20, unique=True)
    nom = models.CharField("nom", max_length=80)
    prenom = models.CharField("prénom", max_length=80)
    courriel = models.CharField("adresse électronique", max_length=254, blank=True, db_index=True)
    naissance = models.DateField("date de naissance", null=True, blank=True)
    genre = models.CharField("genre déclaré", max_length=1, choices=Genre.choices, blank=True, default="")
    section = models.ForeignKey("territoire.Section", models.PROTECT, related_name="adherents")
    adhesion_le = models.DateField("date d'adhésion")
    a_jour_au = models.DateField("cotisation à jour jusqu'au", null=True, blank=True)
    statut = models.CharField("statut", max_length=12, choices=Statut.choices, default=Statut.ADHERENT)
    sorti_le = models.DateField("date de sortie", null=True, blank=True)
    recherche = models.CharField(max_length=180, editable=False, default="")

    objects = AdherentQuerySet.as_manager()

    class Meta:
        verbose_name = "adhérent·e"
        verbose_name_plural = "adhérent·es"
        ordering = ("numero",)
        constraints = (
            models.CheckConstraint(
                name="adherent_numero_forme",
                condition=Q(numero__regex=r"^[A-Z0-9][A-Z0-9-]{0,19}$"),
                violation_error_message=(
                    "Le numéro d'adhérent·e contient des majuscules, des chiffres et des tirets."
                ),
            ),
            models.CheckConstraint(
                name="adherent_courriel_minuscules",
                condition=Q(courriel=Lower("courriel")),
                violation_error_message="L'adresse électronique s'écrit en minuscules.",
            ),
            models.CheckConstraint(
                name="adherent_statut_connu",
                condition=Q(statut__in=("adherent", "sympathisant")),
                violation_error_message="Le statut est adhérent·e ou sympathisant·e.",
            ),
            models.CheckConstraint(
                name="adherent_genre_connu",
                condition=Q(genre__in=("F", "H", "A", "")),
                violation_error_message="Le genre déclaré est F, H, A ou vide.",
            ),
            models.CheckConstraint(
                name="adherent_sorti_apres_adhesion",
                condition=Q(sorti_le=None) | Q(sorti_le__gte=models.F("adhesion_le")),
                violation_error_message="La sortie précède l'adhésion.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.prenom} {self.nom} ({self.numero})"


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

    def perimetres(self) -> tuple[list[int], list[int], bool]:
        """(federation ids, section ids, national?) that the mandates in force open to reading."""
        mandats = self.mandats_en_cours()
        return (
            [m.federation_id for m in mandats if m.federation_id],
            [m.section_id for m in mandats if m.section_id],
            any(m.role in Mandat.ROLES_NATIONAUX for m in mandats),
        )


def date_du_jour() -> date:
    from django.utils import timezone

    return timezone.localdate()


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

    ROLES_DE_SECTION = ("secretaire_section",)
    ROLES_FEDERAUX = ("secretaire_federal", "gestionnaire_federal")
    ROLES_NATIONAUX = ("direction", "recolement", "administrateur")

    compte = models.ForeignKey(Compte, models.PROTECT, related_name="mandats")
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
                        role__in=("direction", "recolement", "administrateur"),
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

"""The life of a delegate's mandate, its history, the contact details consented to, and messages."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from delegues.models.campagne import Campagne, Designation
from delegues.models.proces_verbaux import Elu
from refondation.membres.models import date_du_jour
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
            | self._d_une_federation_ou_siege(compte)
        )

    def _d_une_federation_ou_siege(self, compte: Compte) -> Q:
        """Delegates of one federation see each other while they sit."""
        sieges = Delegation.objects.en_exercice(au=date_du_jour()).filter(adherent=compte.adherent_id)
        return Q(
            campagne__in=sieges.values("campagne"),
            designation__section__federation__in=sieges.values("designation__section__federation"),
        )

    def de(self, compte: Compte) -> DelegationQuerySet:
        return self.filter(adherent=compte.adherent_id) if compte.adherent_id else self.none()

    def de_la_section(self, section: Section) -> DelegationQuerySet:
        return self.filter(designation__section=section)

    def tenus(self) -> DelegationQuerySet:
        """Those that lasted a day at least: not the ones that ended before they began."""
        return self.filter(Q(fin=None) | Q(fin__gt=F("debut")))

    def dans_l_ordre(self) -> DelegationQuerySet:
        """By section, holders first."""
        return self.order_by(
            "designation__section__federation__code", "designation__section__code", "-qualite", "rang", "pk"
        )

    def cherchees(self, mot: str) -> DelegationQuerySet:
        """By one word of a name, without accents, or a member number."""
        return self.filter(Q(adherent__recherche__contains=mot) | Q(adherent__numero__iexact=mot))

    def a_remplacer(self) -> DelegationQuerySet:
        """Seats of holders who stopped before the term, that nobody took."""
        return self.filter(
            qualite=Delegation.Qualite.TITULAIRE,
            cause__in=("demission", "exclusion", "deces", "depart"),
            remplacee_par=None,
        )

    def ouvertes(self) -> DelegationQuerySet:
        """No end is written: sitting, or about to."""
        return self.filter(fin=None)

    def en_exercice(self, *, au: date) -> DelegationQuerySet:
        """Who sat on that day: begun, not ended, and the campaign's term not reached."""
        return self.filter(
            Q(fin=None, campagne__mandat_fin__gt=au) | Q(fin__isnull=False, fin__gt=au), debut__lte=au
        )

    def a_prevenir(self) -> DelegationQuerySet:
        """Open, never told by mail, and with an address."""
        return self.ouvertes().filter(prevenue_le=None, acceptee_le=None).exclude(adherent__courriel="")

    def avec_leur_monde(self) -> DelegationQuerySet:
        return self.select_related(
            "campagne", "adherent", "designation__campagne", "designation__section__federation"
        )


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
    prevenue_le = models.DateTimeField("prévenue le", null=True)
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

    def get_absolute_url(self) -> str:
        return reverse("delegues:delegue", args=[self.cle])

    @property
    def section(self) -> Section:
        return self.designation.section

    @property
    def federation(self) -> Federation:
        return self.designation.federation

    @property
    def suite(self) -> Delegation | None:
        """The mandate of who sits in this one's place."""
        return getattr(self, "remplacee_par", None)

    def siege(self, *, au: date) -> bool:
        """What `en_exercice` says, of this one."""
        return self.debut <= au < (self.fin or self.campagne.mandat_fin)


class ConstatQuerySet(models.QuerySet["Constat"]):
    def a_decider(self) -> ConstatQuerySet:
        return self.filter(decide_le=None)

    def visibles_par(self, compte: Compte) -> ConstatQuerySet:
        federations, _, national = compte.perimetres(DROITS["delegues.gerer_mandats"])
        return self if national else self.filter(delegation__designation__section__federation__in=federations)

    def de_la_campagne(self, campagne: Campagne) -> ConstatQuerySet:
        return self.filter(delegation__campagne=campagne)

    def avec_leur_monde(self) -> ConstatQuerySet:
        return self.select_related(
            "section",
            "delegation__adherent__section",
            "delegation__campagne",
            "delegation__designation__section__federation",
        )


class Constat(models.Model):
    """What the register shows of a delegate, proposed by a task: somebody decides what follows."""

    class Nature(models.TextChoices):
        SORTIE = "sortie", "N'est plus au registre des membres"
        DEPART = "depart", "Est inscrit·e dans une autre section"

    class Suite(models.TextChoices):
        TERMINE = "termine", "Mandat terminé"
        MAINTENU = "maintenu", "Mandat maintenu"
        CADUC = "caduc", "Sans objet : le registre a changé"

    delegation = models.ForeignKey(Delegation, models.PROTECT, related_name="constats")
    nature = models.CharField("nature", max_length=6, choices=Nature.choices)
    section = models.ForeignKey("territoire.Section", models.PROTECT, null=True, related_name="+")
    constate_le = models.DateTimeField("constaté le")
    decide_le = models.DateTimeField("décidé le", null=True)
    decide_par = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    suite = models.CharField("suite", max_length=8, choices=Suite.choices, blank=True)
    motif = models.CharField("motif", max_length=300, blank=True)

    objects = ConstatQuerySet.as_manager()

    class Meta:
        ordering = ("constate_le", "pk")
        constraints = (
            models.UniqueConstraint(
                name="constat_ouvert_unique",
                fields=("delegation", "nature"),
                condition=Q(decide_le=None),
                violation_error_message="Ce constat attend déjà une décision.",
            ),
            models.CheckConstraint(
                name="constat_decide",
                condition=Q(decide_le=None, suite="") | (Q(decide_le__isnull=False) & ~Q(suite="")),
                violation_error_message="Un constat décidé dit quelle suite il a.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.delegation} : {self.get_nature_display()}"

    @property
    def federation(self) -> Federation:
        return self.delegation.federation


class MessageQuerySet(models.QuerySet["MessageAuxDelegues"]):
    def visibles_par(self, compte: Compte) -> MessageQuerySet:
        federations, _, national = compte.perimetres(DROITS["delegues.ecrire"])
        return self if national else self.filter(federation__in=federations)

    def inacheves(self) -> MessageQuerySet:
        """Confirmed, with letters that nobody has taken up."""
        return self.filter(
            models.Exists(Envoi.objects.a_faire().filter(message=models.OuterRef("pk"))),
            confirme_le__isnull=False,
        )

    def avec_leurs_envois(self) -> MessageQuerySet:
        """With `envoyes` and `echoues`: how many letters left, and how many addresses were refused."""
        return self.annotate(
            envoyes=models.Count("envois", filter=Q(envois__envoye_le__isnull=False)),
            echoues=models.Count("envois", filter=~Q(envois__echec="") & Q(envois__isnull=False)),
        ).order_by("-ecrit_le", "-pk")

    def confirmes_depuis(self, instant: datetime) -> MessageQuerySet:
        return self.filter(confirme_le__gt=instant)


class MessageAuxDelegues(models.Model):
    """A message to the delegates of a perimeter, sent once to each."""

    cle = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    campagne = models.ForeignKey(Campagne, models.PROTECT, related_name="messages")
    federation = models.ForeignKey("territoire.Federation", models.PROTECT, null=True, related_name="+")
    objet = models.CharField("objet", max_length=120)
    corps = models.TextField("message", max_length=10000)
    suppleants = models.BooleanField("aux suppléant·es aussi", default=True)
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ecrit_le = models.DateTimeField("écrit le")
    confirme_le = models.DateTimeField("confirmé le", null=True)
    destinataires = models.PositiveIntegerField("destinataires", default=0)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = "message aux délégué·es"
        ordering = ("-ecrit_le",)

    def __str__(self) -> str:
        return self.objet

    def get_absolute_url(self) -> str:
        return reverse("delegues:message", args=[self.cle])


class EnvoiQuerySet(models.QuerySet["Envoi"]):
    def a_faire(self) -> EnvoiQuerySet:
        return self.filter(pris_le=None)

    def incertains(self, *, instant: datetime) -> EnvoiQuerySet:
        """Taken up and never heard of again: the worker died around the sending."""
        return self.filter(pris_le__lt=instant - Envoi.SILENCE, envoye_le=None, echec="")


class Envoi(models.Model):
    """One message to one delegate: at most one line, whatever is tried again.

    It is taken up (`pris_le`) before the mail leaves and marked after, so that a worker killed in
    between sends nothing twice: what became of that one mail is not known, and said.
    """

    SILENCE = timedelta(minutes=10)

    message = models.ForeignKey(MessageAuxDelegues, models.CASCADE, related_name="envois")
    delegation = models.ForeignKey(Delegation, models.PROTECT, related_name="+")
    pris_le = models.DateTimeField("pris en charge le", null=True)
    envoye_le = models.DateTimeField("envoyé le", null=True)
    echec = models.CharField("échec", max_length=120, blank=True)

    objects = EnvoiQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(name="envoi_unique", fields=("message", "delegation")),)

    def __str__(self) -> str:
        return f"{self.message} → {self.delegation}"

"""A campaign of designation: its calendar, its rules, and the designation that each section owes it."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, FilteredRelation, Q
from django.urls import reverse

from refondation.membres.regles import DROITS, peut

if TYPE_CHECKING:
    from refondation.membres.models import Compte
    from refondation.territoire.models import Federation


class CampagneQuerySet(models.QuerySet["Campagne"]):
    def visibles_par(self, compte: Compte) -> CampagneQuerySet:
        """Drafts are for those who set campaigns and control them; the rest is public."""
        return self if peut(compte, "delegues.observer") else self.publiques()

    def publiques(self) -> CampagneQuerySet:
        return self.exclude(annoncee_le=None)

    def en_cours(self) -> CampagneQuerySet:
        return self.filter(etat=Campagne.Etat.OUVERTE)

    def au_controle(self, instant: datetime) -> CampagneQuerySet:
        """Those whose minutes come in or are looked at."""
        return self.en_cours().filter(assemblees_du__lte=instant, controle_au__gt=instant)


class Campagne(models.Model):
    """The rules are data, frozen when the campaign is announced; the calendar commands the rights."""

    class Etat(models.TextChoices):
        PREPARATION = "preparation", "En préparation"
        OUVERTE = "ouverte", "Ouverte"
        CLOSE = "close", "Close"
        ANNULEE = "annulee", "Annulée"

    # act → (states it starts from, state it leads to); the trigger `campagne_transition` says the same.
    TRANSITIONS: dict[str, tuple[tuple[str, ...], str]] = {
        "annoncer": ((Etat.PREPARATION,), Etat.OUVERTE),
        "clore": ((Etat.OUVERTE,), Etat.CLOSE),
        "annuler": ((Etat.PREPARATION, Etat.OUVERTE), Etat.ANNULEE),
    }

    class Regle(models.TextChoices):
        TRANCHE = "tranche", "Un·e délégué·e par tranche commencée"
        TOTAL = "total", "Un nombre national, réparti"

    class Methode(models.TextChoices):
        RESTES = "plus-forts-restes", "Plus forts restes"
        SAINTE_LAGUE = "sainte-lague", "Sainte-Laguë"
        HONDT = "hondt", "D'Hondt (plus forte moyenne)"

    class Egalite(models.TextChoices):
        REFUSER = "refuser", "Ne pas trancher : la direction décide"
        CODE = "plus-petit-code", "Au plus petit code"
        TIRAGE = "tirage", "Par un tirage rejouable"

    class Presentation(models.TextChoices):
        PERSONNES = "personnes", "Candidatures individuelles"
        DUOS = "duos", "Duos : une femme et un homme"
        LISTES = "listes", "Listes"

    class Parite(models.TextChoices):
        AUCUNE = "aucune", "Aucune règle"
        ALTERNANCE = "alternance", "Alternance femme, homme"
        QUOTA = "quota", "Part minimale de chaque genre"

    class Departage(models.TextChoices):
        AGE = "age", "À l'aîné·e"
        TIRAGE = "tirage", "Par un tirage rejouable"

    class Mode(models.TextChoices):
        ASSEMBLEE = "assemblee", "Assemblée, bulletins en papier"
        EN_LIGNE = "en-ligne", "Vote en ligne"

    # Words that begin other addresses of /delegues/.
    ADRESSES_RESERVEES = frozenset(
        {
            "annuaire", "api", "carte", "constats", "controle", "delegue", "engagements", "exporter", "gouvernance",
            "importer", "imports", "ma-candidature", "ma-section", "messages", "mon-mandat", "nouvelle", "porte", "pv",
            "repondre", "verifier",
        }
    )  # fmt: skip

    slug = models.SlugField("adresse", max_length=60, unique=True)
    nom = models.CharField("nom", max_length=120)
    presentation = models.TextField("présentation (Markdown)", blank=True)
    etat = models.CharField("état", max_length=11, choices=Etat.choices, default=Etat.PREPARATION)
    annoncee_le = models.DateTimeField("annoncée le", null=True, editable=False)
    annulation = models.CharField("annulée parce que", max_length=300, blank=True, editable=False)

    # --- Calendar: each window is [from, until[
    candidatures_du = models.DateTimeField("ouverture des candidatures")
    candidatures_au = models.DateTimeField("fin des candidatures")
    retraits_au = models.DateTimeField("fin des retraits")
    assemblees_du = models.DateTimeField("premières assemblées")
    assemblees_au = models.DateTimeField("dernières assemblées")
    enregistrement_au = models.DateTimeField("dernier jour pour transmettre un procès-verbal")
    controle_au = models.DateTimeField("fin du contrôle")
    recours_au = models.DateTimeField("fin des recours")
    mandat_debut = models.DateField("début des mandats")
    mandat_fin = models.DateField("fin des mandats, ce jour exclu")

    # --- Who counts, who may stand
    reference_le = models.DateField("date de référence des effectifs")
    anciennete_mois = models.PositiveSmallIntegerField("ancienneté demandée (mois)", default=6)
    cotisation_au = models.DateField("cotisation à jour au", null=True, blank=True)

    # --- Seats
    regle = models.CharField("règle des sièges", max_length=7, choices=Regle.choices, default=Regle.TRANCHE)
    tranche = models.PositiveSmallIntegerField("adhérent·es par tranche", default=50)
    total = models.PositiveIntegerField("délégué·es en tout", null=True, blank=True)
    methode = models.CharField(
        "méthode de répartition", max_length=17, choices=Methode.choices, default=Methode.RESTES
    )
    plancher = models.PositiveSmallIntegerField("plancher par section", default=1)
    egalite = models.CharField(
        "égalité de sièges", max_length=15, choices=Egalite.choices, default=Egalite.REFUSER
    )
    graine = models.CharField("graine des tirages", max_length=120, blank=True)

    # --- Candidacies, election and parity
    candidatures = models.CharField(
        "candidatures", max_length=9, choices=Presentation.choices, default=Presentation.PERSONNES
    )
    parite = models.CharField("parité", max_length=10, choices=Parite.choices, default=Parite.ALTERNANCE)
    quota = models.PositiveSmallIntegerField(
        "part minimale de chaque genre (%)", default=50, validators=[MaxValueValidator(50)]
    )
    suppleances = models.BooleanField("suppléant·es", default=True)
    suppleance_meme_genre = models.BooleanField("même genre que la personne titulaire", default=True)
    depart_met_fin = models.BooleanField("changer de section met fin au mandat", default=True)
    departage = models.CharField(
        "égalité de voix", max_length=6, choices=Departage.choices, default=Departage.AGE
    )
    mode = models.CharField("mode habituel", max_length=9, choices=Mode.choices, default=Mode.ASSEMBLEE)

    # --- Control
    croissance_max = models.PositiveSmallIntegerField(
        "croissance de la liste qui alerte (%)", default=20, validators=[MinValueValidator(1)]
    )

    # --- Commitment not to stand for governance
    engagement = models.TextField("engagement des candidat·es (Markdown)", blank=True)
    engagement_jusqu_au = models.DateField("engagement jusqu'au", null=True, blank=True)

    objects = CampagneQuerySet.as_manager()

    class Meta:
        ordering = ("-candidatures_du",)
        constraints = (
            models.CheckConstraint(
                name="campagne_etat_connu",
                condition=Q(etat__in=("preparation", "ouverte", "close", "annulee")),
                violation_error_message="État de campagne inconnu.",
            ),
            models.CheckConstraint(
                name="campagne_annoncee_datee",
                condition=Q(etat__in=("preparation", "annulee")) | Q(annoncee_le__isnull=False),
                violation_error_message="Une campagne annoncée dit depuis quand.",
            ),
            models.CheckConstraint(
                name="campagne_annulation_motivee",
                condition=Q(annulation="") ^ Q(etat="annulee"),
                violation_error_message="Une campagne annulée dit pourquoi, et elle seule.",
            ),
            models.CheckConstraint(
                name="campagne_calendrier_en_ordre",
                condition=Q(candidatures_du__lt=F("candidatures_au"))
                & Q(candidatures_au__lte=F("retraits_au"))
                & Q(retraits_au__lte=F("assemblees_du"))
                & Q(assemblees_du__lt=F("assemblees_au"))
                & Q(assemblees_au__lte=F("enregistrement_au"))
                & Q(enregistrement_au__lt=F("controle_au"))
                & Q(enregistrement_au__lt=F("recours_au"))
                & Q(mandat_debut__lt=F("mandat_fin")),
                violation_error_message=(
                    "Les dates se suivent : candidatures, retraits, assemblées, transmission, "
                    "contrôle et recours, mandats."
                ),
            ),
            models.CheckConstraint(
                name="campagne_sieges_definis",
                condition=Q(regle="tranche", tranche__gte=1) | Q(regle="total", total__gte=1),
                violation_error_message="Donnez la taille de la tranche, ou le nombre total de délégué·es.",
            ),
            models.CheckConstraint(
                name="campagne_quota_au_plus_moitie",
                condition=Q(quota__lte=50),
                violation_error_message="La part minimale de chaque genre ne dépasse pas 50 %.",
            ),
            models.CheckConstraint(
                name="campagne_graine_des_tirages",
                condition=~Q(graine="")
                | ~(Q(egalite="tirage") | Q(departage="tirage"))
                | Q(etat="preparation"),
                violation_error_message="Un tirage demande une graine publiée avant lui.",
            ),
            models.CheckConstraint(
                name="campagne_engagement_date",
                condition=Q(engagement="", engagement_jusqu_au__isnull=True)
                | (~Q(engagement="") & Q(engagement_jusqu_au__isnull=False)),
                violation_error_message="Un engagement a un texte et une date de fin, ou ni l'un ni l'autre.",
            ),
        )

    def __str__(self) -> str:
        return self.nom

    def get_absolute_url(self) -> str:
        return reverse("delegues:campagne", args=[self.slug])

    @property
    def engagement_empreinte(self) -> str:
        """SHA-256 (hex) of the commitment as each candidate reads it, "" when none is asked."""
        if not self.engagement:
            return ""
        texte = f"{self.engagement}\n{self.engagement_jusqu_au:%Y-%m-%d}\n"
        return hashlib.sha256(texte.encode()).hexdigest()


class DesignationQuerySet(models.QuerySet["Designation"]):
    def visibles_par(self, compte: Compte) -> DesignationQuerySet:
        """Those whose inside (minutes, anomalies, candidates' papers) the account's mandates open."""
        federations, sections, national = compte.perimetres(DROITS["delegues.lire"])
        if national:
            return self
        return self.filter(Q(section__federation__in=federations) | Q(section__in=sections))

    def a_ordonner(self, instant: datetime) -> DesignationQuerySet:
        """Withdrawals are over, and a candidacy that stands has no rank yet."""
        return self.filter(
            campagne__etat=Campagne.Etat.OUVERTE,
            campagne__retraits_au__lte=instant,
            campagne__enregistrement_au__gt=instant,
            listes__etat="deposee",
            listes__rang=None,
        ).distinct()

    def chercher(self, texte: str) -> DesignationQuerySet:
        """Sections of that federation (code) or code, or whose name holds these words."""
        return self.filter(
            Q(section__federation__code__iexact=texte)
            | Q(section__code__iexact=texte)
            | Q(section__nom__icontains=texte)
        )

    def avec_leur_section(self) -> DesignationQuerySet:
        return self.select_related("campagne", "section__federation")

    def recues(self) -> DesignationQuerySet:
        """Whose signed minutes have come in, whatever the control says of them."""
        return self.exclude(etat=Designation.Etat.ATTENDUE)

    def selon_les_anomalies(self, lesquelles: str) -> DesignationQuerySet:
        """`lesquelles`: "aucune", "une" (or more), or a gravity of which there is at least one."""
        if lesquelles == "aucune":
            return self.recues().filter(anomalies=None)
        critere = {"anomalies__isnull": False} if lesquelles == "une" else {"anomalies__gravite": lesquelles}
        return self.filter(pk__in=Designation.objects.filter(**critere).values("pk"))

    def avec_chiffres(self) -> DesignationQuerySet:
        """With what the signed minutes in force say, as soon as they are received; None before.

        `numero`, `cle` (of the check page), `empreinte`, `tenue_le`, `recu_le`, `inscrits`,
        `votants`, `blancs`, `nuls`.  `Designation.marque` says how far the control is.
        """
        champs = ("numero", "cle", "empreinte", "tenue_le", "inscrits", "votants", "blancs", "nuls")
        return self.annotate(
            en_vigueur=FilteredRelation("proces_verbaux", condition=Q(proces_verbaux__etat="verrouille")),
            recu_le=F("en_vigueur__verrouille_le"),
            **{champ: F(f"en_vigueur__{champ}") for champ in champs},
        )


class Designation(models.Model):
    """What one section owes one campaign: so many delegates, in such a way, and where the control stands."""

    class Etat(models.TextChoices):
        ATTENDUE = "attendue", "Non reçue"
        RECUE = "recue", "Reçue"
        INCOMPLETE = "incomplete", "Incomplète"
        CONTESTEE = "contestee", "Contestée"
        VALIDEE = "validee", "Validée"
        REJETEE = "rejetee", "Rejetée"

    # act → (states it starts from, state it leads to); the trigger `designation_transition` says the same.
    TRANSITIONS: dict[str, tuple[tuple[str, ...], str]] = {
        "recevoir": ((Etat.ATTENDUE, Etat.INCOMPLETE, Etat.CONTESTEE, Etat.REJETEE), Etat.RECUE),
        "demander_un_complement": ((Etat.RECUE, Etat.CONTESTEE), Etat.INCOMPLETE),
        "contester": ((Etat.RECUE, Etat.INCOMPLETE, Etat.VALIDEE, Etat.REJETEE), Etat.CONTESTEE),
        "valider": ((Etat.RECUE, Etat.CONTESTEE), Etat.VALIDEE),
        "rejeter": ((Etat.RECUE, Etat.INCOMPLETE, Etat.CONTESTEE), Etat.REJETEE),
    }

    # state → what is written beside published figures.
    MARQUES: dict[str, str] = {
        Etat.ATTENDUE: "",
        Etat.RECUE: "reçu",
        Etat.INCOMPLETE: "reçu",
        Etat.CONTESTEE: "contesté",
        Etat.VALIDEE: "contrôlé",
        Etat.REJETEE: "rejeté",
    }

    campagne = models.ForeignKey(Campagne, models.PROTECT, related_name="designations")
    section = models.ForeignKey("territoire.Section", models.PROTECT, related_name="designations")
    mode = models.CharField("mode", max_length=9, choices=Campagne.Mode.choices)
    effectif = models.PositiveIntegerField("adhérent·es à la date de référence")
    sieges = models.PositiveSmallIntegerField("délégué·es à désigner")
    etat = models.CharField("état", max_length=10, choices=Etat.choices, default=Etat.ATTENDUE)
    scrutin = models.OneToOneField(
        "consultation.Scrutin", models.PROTECT, null=True, related_name="designation", verbose_name="scrutin"
    )
    convoquee_le = models.DateTimeField("assemblée convoquée le", null=True)
    assemblee_le = models.DateTimeField("date de l'assemblée", null=True)
    lieu = models.CharField("lieu de l'assemblée", max_length=200, blank=True)
    ordre_du_jour = models.TextField("ordre du jour", max_length=3000, blank=True)
    # When the anomalies were last computed; None before the first time.
    anomalies_le = models.DateTimeField("anomalies calculées le", null=True, editable=False)

    objects = DesignationQuerySet.as_manager()

    class Meta:
        ordering = ("section__federation__code", "section__code")
        constraints = (
            models.UniqueConstraint(
                name="designation_unique",
                fields=("campagne", "section"),
                violation_error_message="Cette section est déjà dans la campagne.",
            ),
            models.CheckConstraint(
                name="designation_mode_connu",
                condition=Q(mode__in=("assemblee", "en-ligne")),
                violation_error_message="Le mode est une assemblée ou un vote en ligne.",
            ),
            models.CheckConstraint(
                name="designation_etat_connu",
                condition=Q(etat__in=("attendue", "recue", "incomplete", "contestee", "validee", "rejetee")),
                violation_error_message="État de désignation inconnu.",
            ),
            models.CheckConstraint(
                name="designation_scrutin_en_ligne",
                condition=Q(scrutin=None) | Q(mode="en-ligne"),
                violation_error_message="Seule une désignation en ligne a un scrutin.",
            ),
        )
        indexes = (models.Index(name="designation_par_etat", fields=("campagne", "etat")),)

    def __str__(self) -> str:
        return f"{self.section} – {self.campagne}"

    def get_absolute_url(self) -> str:
        return reverse("delegues:section", args=[self.campagne.slug, self.section.code])

    @property
    def federation(self) -> Federation:
        return self.section.federation

    @property
    def marque(self) -> str:
        """What is written beside the published figures: "reçu", "contrôlé", "contesté", "rejeté"; "" before."""
        return self.MARQUES[self.etat]

    def est_tenue(self, instant: datetime) -> bool:
        return self.assemblee_le is not None and self.assemblee_le <= instant


class Convocation(models.Model):
    """One member called to one assembly: at most one mail, whatever is tried again.

    `numero` grows when the assembly is called anew, with another date or another place.
    """

    designation = models.ForeignKey(Designation, models.CASCADE, related_name="convocations")
    numero = models.PositiveSmallIntegerField("numéro")
    adherent = models.ForeignKey("membres.Adherent", models.PROTECT, related_name="+")
    envoyee_le = models.DateTimeField("envoyée le", null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="convocation_unique",
                fields=("designation", "numero", "adherent"),
                violation_error_message="Cette personne est déjà convoquée.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.designation} : {self.adherent}"

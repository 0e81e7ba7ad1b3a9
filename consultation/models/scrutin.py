"""The vote itself: its settings, its life, its framing document, its questions and its trustees."""

from __future__ import annotations

import base64
import hashlib
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from refondation.membres.regles import peut

if TYPE_CHECKING:
    from refondation.membres.models import Compte


class ScrutinQuerySet(models.QuerySet["Scrutin"]):
    def visibles_par(self, compte: Compte) -> ScrutinQuerySet:
        """Drafts are for those who write and control them; the rest is for every logged-in account."""
        if peut(compte, "consultation.controler"):
            return self
        return self.exclude(etat=Scrutin.Etat.BROUILLON).exclude(etat=Scrutin.Etat.ANNULE, annonce_le=None)

    def publics(self) -> ScrutinQuerySet:
        """Those whose page needs no log-in: every vote once announced."""
        return self.exclude(annonce_le=None)

    def qui_concernent(self, compte: Compte) -> ScrutinQuerySet:
        """Without the votes of other sections, unless their roll names the account's member."""
        adherent = getattr(compte, "adherent", None)
        listes = self.model.inscriptions.rel.related_model.objects.filter(adherent=adherent).values("scrutin")
        return self.filter(Q(section=None) | Q(section=adherent and adherent.section_id) | Q(pk__in=listes))

    def a_ouvrir(self, instant: datetime) -> ScrutinQuerySet:
        return self.filter(etat=Scrutin.Etat.ANNONCE, ouvre_le__lte=instant)

    def a_clore(self, instant: datetime) -> ScrutinQuerySet:
        return self.filter(etat=Scrutin.Etat.OUVERT, ferme_le__lte=instant)

    def a_depouiller(self) -> ScrutinQuerySet:
        return self.filter(etat=Scrutin.Etat.CLOS)


class Scrutin(models.Model):
    """A vote.  What counts for a right is the pair (state, window), re-read inside each write."""

    class Etat(models.TextChoices):
        BROUILLON = "brouillon", "Brouillon"
        ANNONCE = "annonce", "Annoncé"
        OUVERT = "ouvert", "Ouvert"
        CLOS = "clos", "Clos"
        DEPOUILLE = "depouille", "Dépouillé"
        PUBLIE = "publie", "Publié"
        ANNULE = "annule", "Annulé"

    # act → (states it starts from, state it leads to); the trigger `scrutin_transition` says the same.
    TRANSITIONS: dict[str, tuple[tuple[str, ...], str]] = {
        "annoncer": ((Etat.BROUILLON,), Etat.ANNONCE),
        "ouvrir": ((Etat.ANNONCE,), Etat.OUVERT),
        "clore": ((Etat.OUVERT,), Etat.CLOS),
        "proclamer": ((Etat.CLOS,), Etat.DEPOUILLE),
        "publier": ((Etat.DEPOUILLE,), Etat.PUBLIE),
        "annuler": ((Etat.BROUILLON, Etat.ANNONCE, Etat.OUVERT, Etat.CLOS, Etat.DEPOUILLE), Etat.ANNULE),
    }

    # Pages beside those of the votes: no vote may have their address.
    ADRESSES_RESERVEES = frozenset({"nouveau", "gardes", "tous"})

    class Perimetre(models.TextChoices):
        NATIONAL = "national", "Toutes les fédérations"
        FEDERATIONS = "federations", "Quelques fédérations"
        SECTION = "section", "Une section"

    class Maillage(models.TextChoices):
        SECTION = "section", "Une urne par section"
        FEDERATION = "federation", "Une urne par fédération"
        NATIONAL = "national", "Une urne nationale"

    class Sympathisants(models.TextChoices):
        EXCLUS = "exclus", "Ne votent pas"
        CONSULTATIFS = "consultatifs", "Votent à titre consultatif, dans des urnes à part"
        DELIBERATIFS = "deliberatifs", "Votent comme les adhérent·es"

    class Motif(models.TextChoices):
        """The closed list of reasons to annul."""

        ERREUR_DE_LISTE = "liste", "Erreur dans la liste électorale"
        ERREUR_DE_TEXTE = "texte", "Erreur dans le texte ou les questions"
        INCIDENT_TECHNIQUE = "technique", "Incident technique"
        ATTEINTE_AU_SECRET = "secret", "Doute sur le secret ou la sincérité"
        DECISION_COLLEGIALE = "decision", "Décision de la direction collégiale"
        RECOURS = "recours", "Recours accepté"

    slug = models.SlugField("adresse", max_length=60, unique=True)
    nom = models.CharField("nom", max_length=120)
    presentation = models.TextField("présentation", blank=True)
    etat = models.CharField("état", max_length=10, choices=Etat.choices, default=Etat.BROUILLON)

    ouvre_le = models.DateTimeField("ouverture")
    ferme_le = models.DateTimeField("fermeture")
    annonce_le = models.DateTimeField("annoncé le", null=True, blank=True, editable=False)
    ouvert_le = models.DateTimeField("ouvert le", null=True, blank=True, editable=False)
    clos_le = models.DateTimeField("clos le", null=True, blank=True, editable=False)
    depouille_le = models.DateTimeField("dépouillé le", null=True, blank=True, editable=False)
    publie_le = models.DateTimeField("publié le", null=True, blank=True, editable=False)
    annule_le = models.DateTimeField("annulé le", null=True, blank=True, editable=False)
    motif = models.CharField(
        "motif d'annulation", max_length=10, choices=Motif.choices, blank=True, editable=False
    )

    perimetre = models.CharField(
        "périmètre", max_length=11, choices=Perimetre.choices, default=Perimetre.NATIONAL
    )
    federations = models.ManyToManyField(
        "territoire.Federation", blank=True, related_name="+", verbose_name="fédérations"
    )
    section = models.ForeignKey(
        "territoire.Section", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="section"
    )
    sympathisants = models.CharField(
        "sympathisant·es", max_length=12, choices=Sympathisants.choices, default=Sympathisants.EXCLUS
    )
    reference_le = models.DateField("date de référence de la liste")
    anciennete_mois = models.PositiveSmallIntegerField("ancienneté demandée (mois)", default=6)
    cotisation_au = models.DateField("cotisation à jour au", null=True, blank=True)

    maillage = models.CharField("urnes", max_length=10, choices=Maillage.choices, default=Maillage.FEDERATION)
    seuil = models.PositiveSmallIntegerField(
        "seuil d'anonymat", default=10, validators=[MinValueValidator(3)]
    )
    revote = models.BooleanField("re-vote possible", default=False)

    liste_empreinte = models.CharField("empreinte de la liste", max_length=64, blank=True, editable=False)
    document_fige = models.ForeignKey(
        "consultation.Document", models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    objects = ScrutinQuerySet.as_manager()

    class Meta:
        ordering = ("-ouvre_le",)
        constraints = (
            models.CheckConstraint(
                name="scrutin_etat_connu",
                condition=Q(
                    etat__in=("brouillon", "annonce", "ouvert", "clos", "depouille", "publie", "annule")
                ),
                violation_error_message="État inconnu.",
            ),
            models.CheckConstraint(
                name="scrutin_ferme_apres_ouverture",
                condition=Q(ferme_le__gt=F("ouvre_le")),
                violation_error_message="La fermeture vient après l'ouverture.",
            ),
            models.CheckConstraint(
                name="scrutin_seuil_minimal",
                condition=Q(seuil__gte=3),
                violation_error_message="Le seuil d'anonymat est d'au moins 3.",
            ),
            models.CheckConstraint(
                name="scrutin_section_du_perimetre",
                condition=Q(perimetre="section", section__isnull=False)
                | (~Q(perimetre="section") & Q(section__isnull=True)),
                violation_error_message="Choisissez la section d'un scrutin de section, et d'elle seule.",
            ),
            models.CheckConstraint(
                name="scrutin_annonce_est_complete",
                condition=Q(etat__in=("brouillon", "annule"))
                | (Q(annonce_le__isnull=False, document_fige__isnull=False) & ~Q(liste_empreinte="")),
                violation_error_message="Un scrutin annoncé a une liste figée et un document figé.",
            ),
            models.CheckConstraint(
                name="scrutin_dates_des_etats",
                condition=(
                    Q(ouvert_le__isnull=False) | ~Q(etat__in=("ouvert", "clos", "depouille", "publie"))
                )
                & (Q(clos_le__isnull=False) | ~Q(etat__in=("clos", "depouille", "publie")))
                & (Q(depouille_le__isnull=False) | ~Q(etat__in=("depouille", "publie")))
                & (Q(publie_le__isnull=False) | ~Q(etat="publie")),
                violation_error_message="Chaque état franchi a sa date.",
            ),
            models.CheckConstraint(
                name="scrutin_annule_avec_motif",
                condition=(Q(etat="annule", annule_le__isnull=False) & ~Q(motif=""))
                | (~Q(etat="annule") & Q(motif="", annule_le__isnull=True)),
                violation_error_message="Un scrutin annulé a une date et un motif, et lui seul.",
            ),
        )

    def __str__(self) -> str:
        return self.nom

    def get_absolute_url(self) -> str:
        return reverse("consultation:scrutin", args=[self.slug])

    @property
    def est_annonce(self) -> bool:
        return self.annonce_le is not None

    def accepte_les_bulletins(self, instant: datetime) -> bool:
        return self.etat == self.Etat.OUVERT and self.ouvre_le <= instant < self.ferme_le

    @property
    def adhesion_limite(self) -> date:
        """The latest joining date that gives the seniority asked at the reference date."""
        mois = self.reference_le.year * 12 + self.reference_le.month - 1 - self.anciennete_mois
        annee, rang = divmod(mois, 12)
        jour = self.reference_le.day
        while True:
            try:
                return date(annee, rang + 1, jour)
            except ValueError:  # 31 → 30 → 29 → 28
                jour -= 1


class Document(models.Model):
    """One version of the framing document, in Markdown; a version is never rewritten, the next one replaces it."""

    scrutin = models.ForeignKey(Scrutin, models.PROTECT, related_name="documents")
    numero = models.PositiveSmallIntegerField("version")
    titre = models.CharField("titre", max_length=160)
    texte = models.TextField("texte (Markdown)")
    texte_facile = models.TextField("version facile à lire (Markdown)", blank=True)
    redige_le = models.DateTimeField("rédigé le")
    empreinte = models.CharField("empreinte", max_length=64, editable=False)

    class Meta:
        ordering = ("-numero",)
        constraints = (
            models.UniqueConstraint(
                name="document_version_unique",
                fields=("scrutin", "numero"),
                violation_error_message="Cette version existe déjà.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.titre} (version {self.numero})"

    def empreinte_attendue(self) -> str:
        """SHA-256 (hex) of title, text and easy-to-read text, each ended by a line feed."""
        return hashlib.sha256(f"{self.titre}\n{self.texte}\n{self.texte_facile}\n".encode()).hexdigest()

    @property
    def minutes_de_lecture(self) -> int:
        """At 200 words a minute, rounded up."""
        return max(1, -(-len(self.texte.split()) // 200))


class Question(models.Model):
    """One question; each voter ticks between `minimum` and `maximum` options, or blank where it is allowed."""

    scrutin = models.ForeignKey(Scrutin, models.CASCADE, related_name="questions")
    rang = models.PositiveSmallIntegerField("rang")
    intitule = models.CharField("question", max_length=400)
    minimum = models.PositiveSmallIntegerField("choix minimum", default=1)
    maximum = models.PositiveSmallIntegerField("choix maximum", default=1)
    blanc = models.BooleanField("vote blanc possible", default=True)

    class Meta:
        ordering = ("scrutin", "rang")
        constraints = (
            models.UniqueConstraint(
                name="question_rang_unique", fields=("scrutin", "rang"), deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(
                name="question_bornes",
                condition=Q(maximum__gte=F("minimum")) & Q(maximum__gte=1),
                violation_error_message="Le maximum est au moins 1 et au moins le minimum.",
            ),
        )

    def __str__(self) -> str:
        return self.intitule

    @property
    def blanc_est_une_reponse(self) -> bool:
        """Where exactly one answer is chosen, blank is one more answer; elsewhere the protocol's blank flag."""
        return self.blanc and self.minimum == self.maximum == 1

    @property
    def blanc_est_un_drapeau(self) -> bool:
        return self.blanc and not self.blanc_est_une_reponse

    def reponses(self) -> list[str]:
        """The answers as the ballot lists them."""
        textes = [o.texte for o in self.options.all()]
        return [*textes, "Blanc"] if self.blanc_est_une_reponse else textes


class Option(models.Model):
    question = models.ForeignKey(Question, models.CASCADE, related_name="options")
    rang = models.PositiveSmallIntegerField("rang")
    texte = models.CharField("réponse", max_length=200)

    class Meta:
        ordering = ("question", "rang")
        constraints = (
            models.UniqueConstraint(
                name="option_rang_unique", fields=("question", "rang"), deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(
                name="option_texte_unique",
                fields=("question", "texte"),
                deferrable=models.Deferrable.DEFERRED,
                violation_error_message="Deux réponses ont le même texte.",
            ),
        )

    def __str__(self) -> str:
        return self.texte


class GardienQuerySet(models.QuerySet["Gardien"]):
    def de(self, compte: Compte) -> GardienQuerySet:
        """The keys that this account holds, last vote first."""
        return self.filter(compte=compte).select_related("scrutin").order_by("-scrutin__ouvre_le", "-pk")

    def a_prevenir(self) -> GardienQuerySet:
        """Those whom a mail awaits: to make their key in a draft, to decrypt once all the totals are there."""
        from consultation.models.urne import Urne

        sans_total = Urne.objects.filter(scrutin=OuterRef("scrutin")).exclude(
            evenements__type="EncryptedTally"
        )
        designes = Q(scrutin__etat=Scrutin.Etat.BROUILLON, cle__isnull=True) & ~Q(
            avis__genre=AvisAuGardien.Genre.DESIGNATION
        )
        appeles = Q(~Exists(sans_total), scrutin__etat=Scrutin.Etat.CLOS) & ~Q(
            avis__genre=AvisAuGardien.Genre.DECHIFFREMENT
        )
        return self.filter(designes | appeles).exclude(compte__email="")


class Gardien(models.Model):
    """A trustee: holds one share of the key, in a file that never reaches the server.

    Here every trustee must decrypt (n of n).  A threshold group (Pedersen) would be one more
    kind of line of the protocol's `trustees` list, which `consultation.belenios` already reads.
    """

    scrutin = models.ForeignKey(Scrutin, models.CASCADE, related_name="gardiens")
    compte = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="gardes", null=True, verbose_name="compte"
    )
    nom = models.CharField("nom", max_length=120)
    rang = models.PositiveSmallIntegerField("rang")
    cle = models.JSONField("clé publique et sa preuve", null=True, blank=True, editable=False)
    cle_deposee_le = models.DateTimeField("clé déposée le", null=True, blank=True, editable=False)

    objects = GardienQuerySet.as_manager()

    class Meta:
        ordering = ("scrutin", "rang")
        constraints = (
            models.UniqueConstraint(name="gardien_rang_unique", fields=("scrutin", "rang")),
            models.UniqueConstraint(
                name="gardien_compte_unique",
                fields=("scrutin", "compte"),
                violation_error_message="Cette personne est déjà gardienne de ce scrutin.",
            ),
            models.CheckConstraint(
                name="gardien_cle_datee",
                condition=Q(cle__isnull=True, cle_deposee_le__isnull=True)
                | Q(cle__isnull=False, cle_deposee_le__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.nom

    @property
    def empreinte_de_la_cle(self) -> str:
        """Base64 SHA-256 of the public key's decimal: what the trustee noted when making it."""
        if self.cle is None:
            return ""
        return base64.b64encode(hashlib.sha256(self.cle["public_key"].encode()).digest()).decode().rstrip("=")


class AvisAuGardien(models.Model):
    """A mail sent to a trustee, so that it is sent once."""

    class Genre(models.TextChoices):
        DESIGNATION = "designation", "Désignation"
        DECHIFFREMENT = "dechiffrement", "Appel au déchiffrement"

    gardien = models.ForeignKey(Gardien, models.CASCADE, related_name="avis")
    genre = models.CharField(max_length=13, choices=Genre.choices)
    envoye_le = models.DateTimeField("envoyé le")

    class Meta:
        constraints = (models.UniqueConstraint(name="avis_unique", fields=("gardien", "genre")),)

    def __str__(self) -> str:
        return self.get_genre_display()

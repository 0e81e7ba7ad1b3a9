"""The side of persons: the frozen roll, who has signed it, and the sealed voting codes.

Nothing here refers to a ballot.  Émargements carry no time, no sequence and no order:
their keys are random, and `consultation.actes.emargement` rewrites them in random batches.
"""

from __future__ import annotations

import uuid
from functools import cache
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, CharField, Exists, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce

from consultation.models.scrutin import Scrutin
from refondation.lectures import Lecture

if TYPE_CHECKING:
    from consultation.models.urne import Urne
    from refondation.membres.models import AdherentQuerySet


class College(models.TextChoices):
    DELIBERATIF = "deliberatif", "Voix délibératives"
    CONSULTATIF = "consultatif", "Voix consultatives"


class Critere(models.IntegerChoices):
    """What keeps a member off the roll; one bit each, so that a line says all that is missing."""

    SORTI = 1, "Être membre à la date de référence"
    STATUT = 2, "Avoir le statut demandé"
    ANCIENNETE = 4, "Avoir l'ancienneté demandée"
    COTISATION = 8, "Être à jour de cotisation"
    SECTION = 16, "Appartenir à une section active"


def avec_criteres(adherents: AdherentQuerySet, scrutin: Scrutin) -> AdherentQuerySet:
    """Annotate members of the vote's perimeter with `motifs` (sum of unmet criteria, 0 = on the roll) and `college`.

    The one definition of eligibility: the roll is this query frozen, "Suis-je sur la liste ?" is this query read.
    Sympathisers pay no dues: that criterion is for members.
    """
    if scrutin.perimetre == Scrutin.Perimetre.SECTION:
        adherents = adherents.filter(section=scrutin.section_id)
    elif scrutin.perimetre == Scrutin.Perimetre.FEDERATIONS:
        adherents = adherents.filter(section__federation__in=scrutin.federations.all())

    def manque(critere: Critere, condition: Q) -> Case:
        return Case(When(condition, then=Value(int(critere))), default=Value(0), output_field=IntegerField())

    sympathisant = Q(statut="sympathisant")
    motifs = (
        manque(Critere.SORTI, Q(sorti_le__lte=scrutin.reference_le) | Q(adhesion_le__gt=scrutin.reference_le))
        + manque(
            Critere.STATUT,
            sympathisant if scrutin.sympathisants == Scrutin.Sympathisants.EXCLUS else Q(pk__in=()),
        )
        + manque(Critere.ANCIENNETE, Q(adhesion_le__gt=scrutin.adhesion_limite))
        + manque(
            Critere.COTISATION,
            ~sympathisant & (Q(a_jour_au=None) | Q(a_jour_au__lt=scrutin.cotisation_au))
            if scrutin.cotisation_au
            else Q(pk__in=()),
        )
        + manque(Critere.SECTION, ~Q(section__etat="active"))
    )
    consultatif = (
        sympathisant if scrutin.sympathisants == Scrutin.Sympathisants.CONSULTATIFS else Q(pk__in=())
    )
    college = Case(
        When(consultatif, then=Value(College.CONSULTATIF.value)),
        default=Value(College.DELIBERATIF.value),
        output_field=CharField(),
    )
    return adherents.annotate(motifs=Coalesce(motifs, 0), college=college)


class InscriptionQuerySet(models.QuerySet["Inscription"]):
    def electrices(self) -> InscriptionQuerySet:
        """Those on the roll (the other lines keep the reason why not)."""
        return self.filter(motifs=0)

    def de(self, adherent: int | None) -> InscriptionQuerySet:
        """The lines of one member, with `a_emarge`: has this person signed?"""
        a_emarge = Exists(Emargement.objects.filter(inscription=OuterRef("pk")))
        return self.filter(adherent=adherent).annotate(a_emarge=a_emarge)

    def a_deposer(self, slug: str, adherent: int | None) -> Inscription | None:
        """The line of one member in one vote, with the vote and its box (without the election): what a cast reads."""
        lus = _lecture_a_deposer().premiere(slug, adherent)
        if lus is None:
            return None
        inscription, inscription.scrutin, inscription.urne_lue = lus
        return inscription


@cache
def _lecture_a_deposer() -> Lecture:
    from consultation.models.urne import Urne

    return Lecture(
        """
        FROM consultation_inscription inscription
        JOIN consultation_scrutin scrutin ON scrutin.id = inscription.scrutin_id
        LEFT JOIN consultation_rattachement r
            ON r.scrutin_id = inscription.scrutin_id AND r.section_id = inscription.section_id
            AND r.college = inscription.college
        LEFT JOIN consultation_urne urne ON urne.id = r.urne_id
        WHERE scrutin.slug = %s AND inscription.adherent_id = %s
        """,
        sans=("urne.election",),
        inscription=Inscription,
        scrutin=Scrutin,
        urne=Urne,
    )


class Inscription(models.Model):
    """A line of the frozen roll: every member of the perimeter, and what keeps each one off it (`motifs`, 0: votes).

    Its references are checked by triggers, once for the whole roll: three foreign keys would look
    at each of 200,000 lines in turn, which took most of the announcement's time.
    """

    scrutin = models.ForeignKey(
        Scrutin, models.PROTECT, related_name="inscriptions", db_constraint=False, db_index=False
    )
    adherent = models.ForeignKey(
        "membres.Adherent", models.PROTECT, related_name="inscriptions", db_constraint=False, db_index=False
    )
    section = models.ForeignKey(
        "territoire.Section", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    college = models.CharField("collège", max_length=11, choices=College.choices)
    motifs = models.PositiveSmallIntegerField("critères manquants")

    urne_lue: Urne | None = None  # when `a_deposer` has read it with the line

    objects = InscriptionQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="inscription_unique",
                fields=("adherent", "scrutin"),
                violation_error_message="Cette personne est déjà sur la liste.",
            ),
        )

    def __str__(self) -> str:
        return f"inscription {self.pk}"

    def urne(self) -> Urne:
        """The box that receives this person's ballot; a line that is kept off the roll has none."""
        from consultation.models.urne import Urne

        if self.urne_lue is not None:
            return self.urne_lue
        return Urne.objects.defer("election").get(
            rattachements__scrutin=self.scrutin_id,
            rattachements__section=self.section_id,
            rattachements__college=self.college,
        )


class Rattachement(models.Model):
    """Which box receives the ballots of a section and college; written once, when the roll is frozen."""

    scrutin = models.ForeignKey(Scrutin, models.PROTECT, related_name="rattachements")
    section = models.ForeignKey("territoire.Section", models.PROTECT, related_name="+")
    college = models.CharField("collège", max_length=11, choices=College.choices)
    urne = models.ForeignKey("consultation.Urne", models.PROTECT, related_name="rattachements")
    inscrits = models.PositiveIntegerField("inscrit·es")

    class Meta:
        constraints = (
            models.UniqueConstraint(name="rattachement_unique", fields=("scrutin", "section", "college")),
        )

    def __str__(self) -> str:
        return f"{self.section_id} → {self.urne_id}"


class Emargement(models.Model):
    """A signature on the roll.  No SQL foreign key to the roll: its check would lock, hence stamp, the roll's line."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    urne = models.ForeignKey(
        "consultation.Urne",
        models.PROTECT,
        related_name="emargements",
        db_constraint=False,
        db_index=False,
    )
    inscription = models.OneToOneField(
        Inscription, models.DO_NOTHING, related_name="emargement", db_constraint=False
    )

    class Meta:
        indexes = (models.Index(name="emargement_par_urne", fields=("urne", "id")),)

    def __str__(self) -> str:
        return "émargement"


class TrousseauDeCodes(models.Model):
    """The pair of keys that seals one vote's codes; destroyed at publication, and the codes with it."""

    scrutin = models.OneToOneField(Scrutin, models.PROTECT, related_name="trousseau")
    publique = models.BinaryField()
    privee_scellee = models.BinaryField()

    def __str__(self) -> str:
        return f"trousseau de {self.scrutin_id}"


class CodeScelle(models.Model):
    """A voter's private code in a sealed box, kept to be sent again until closing."""

    inscription = models.OneToOneField(Inscription, models.PROTECT, related_name="code")
    urne = models.ForeignKey("consultation.Urne", models.PROTECT, related_name="codes")
    scelle = models.BinaryField()
    courriel = models.CharField("adresse figée à l'annonce", max_length=254)
    envoye_le = models.DateTimeField("dernier envoi", null=True)
    envois = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return "code scellé"

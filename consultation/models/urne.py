"""The side of ballots: boxes, public credentials and the chain of events.  It knows no voter and no member."""

from __future__ import annotations

import base64

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from consultation.models.scrutin import Gardien, Scrutin


class Urne(models.Model):
    """A ballot box: one election in the protocol's sense, with its own archive.

    `tete` is the hex SHA-256 of the last event, `hauteur` its height (-1 before Setup).  No SQL
    foreign keys to the vote and its places: each ballot would check them, hence lock and stamp those
    lines.  The roll refers to the same ones, and triggers keep it from losing them.
    """

    class Niveau(models.TextChoices):
        SECTION = "section", "Section"
        FEDERATION = "federation", "Fédération"
        NATIONAL = "national", "Nationale"

    scrutin = models.ForeignKey(Scrutin, models.PROTECT, related_name="urnes", db_constraint=False)
    uuid = models.CharField(max_length=30, unique=True)
    nom = models.CharField("nom", max_length=160)
    niveau = models.CharField("niveau", max_length=10, choices=Niveau.choices)
    federation = models.ForeignKey(
        "territoire.Federation", models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    section = models.ForeignKey(
        "territoire.Section", models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    college = models.CharField("collège", max_length=11)
    inscrits = models.PositiveIntegerField("inscrit·es")
    election = models.TextField("élection (JSON du protocole)", blank=True)
    horodatage = models.PositiveBigIntegerField("horodatage de l'archive (s)")
    hauteur = models.IntegerField(default=-1)
    tete = models.CharField(max_length=64, blank=True)
    # Counted by triggers; the constraint compares them at the end of each transaction.
    emarges = models.PositiveIntegerField("émargements", default=0)
    credentiels_utilises = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("scrutin", "-college", "niveau", "nom")
        constraints = (
            models.UniqueConstraint(
                name="urne_unique",
                fields=("scrutin", "niveau", "federation", "section", "college"),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="urne_emarges_au_plus_inscrits",
                condition=Q(emarges__lte=models.F("inscrits")),
                violation_error_message="Plus d'émargements que d'inscrit·es.",
            ),
            models.CheckConstraint(
                name="urne_lieu_du_niveau",
                condition=Q(niveau="section", section__isnull=False, federation__isnull=False)
                | Q(niveau="federation", section__isnull=True, federation__isnull=False)
                | Q(niveau="national", section__isnull=True, federation__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.nom

    @property
    def est_preparee(self) -> bool:
        return self.hauteur >= 0

    @property
    def empreinte(self) -> str:
        """The protocol's fingerprint of the election, as the booth and the archive show it."""
        from consultation.chaine import election_de

        return election_de(self).empreinte if self.est_preparee else ""


class Credentiel(models.Model):
    """A public credential: the public key that signs one voter's ballots.  Which voter, the base does not say."""

    urne = models.ForeignKey(Urne, models.PROTECT, related_name="credentiels")
    empreinte = models.BinaryField("SHA-256 du décimal", max_length=32)
    cle = models.TextField("clé publique (décimal)")

    class Meta:
        constraints = (models.UniqueConstraint(name="credentiel_unique", fields=("urne", "empreinte")),)

    def __str__(self) -> str:
        return bytes(self.empreinte).hex()


class EvenementQuerySet(models.QuerySet["Evenement"]):
    def bulletins(self) -> EvenementQuerySet:
        return self.filter(type=Evenement.Type.BALLOT)

    def comptes(self) -> EvenementQuerySet:
        """The ballots that count: the last one of each credential."""
        derniers = (
            Evenement.objects.filter(credentiel=models.OuterRef("credentiel"))
            .order_by("-hauteur")
            .values("pk")[:1]
        )
        return self.bulletins().filter(pk=models.Subquery(derniers))


class Evenement(models.Model):
    """One event of a box's chain, with the data records that precede it in the archive.

    `charge` is the hex SHA-256 of its payload, `empreinte` that of the event's own JSON,
    which is rebuilt from these columns: an archive is this table read in order.
    """

    class Type(models.TextChoices):
        SETUP = "Setup", "Ouverture de l'archive"
        BALLOT = "Ballot", "Bulletin"
        END_BALLOTS = "EndBallots", "Fin des bulletins"
        ENCRYPTED_TALLY = "EncryptedTally", "Total chiffré"
        PARTIAL_DECRYPTION = "PartialDecryption", "Déchiffrement partiel"
        RESULT = "Result", "Résultat"

    urne = models.ForeignKey(Urne, models.PROTECT, related_name="evenements", db_index=False)
    hauteur = models.PositiveIntegerField()
    type = models.CharField(max_length=20, choices=Type.choices)
    parent = models.CharField(max_length=64, blank=True)
    charge = models.CharField(max_length=64, blank=True)
    empreinte = models.CharField(max_length=64)
    donnees = ArrayField(models.TextField(), default=list)
    credentiel = models.ForeignKey(
        Credentiel, models.PROTECT, null=True, related_name="bulletins", db_index=False
    )
    gardien = models.ForeignKey(Gardien, models.PROTECT, null=True, related_name="dechiffrements")

    objects = EvenementQuerySet.as_manager()

    class Meta:
        ordering = ("urne", "hauteur")
        constraints = (
            models.UniqueConstraint(name="evenement_hauteur_unique", fields=("urne", "hauteur")),
            models.UniqueConstraint(
                name="evenement_bulletin_unique", fields=("urne", "charge"), condition=Q(type="Ballot")
            ),
            models.UniqueConstraint(
                name="evenement_unique_par_type",
                fields=("urne", "type"),
                condition=Q(type__in=("Setup", "EndBallots", "EncryptedTally", "Result")),
            ),
            models.UniqueConstraint(
                name="evenement_part_unique",
                fields=("urne", "gardien"),
                condition=Q(type="PartialDecryption"),
            ),
            models.CheckConstraint(
                name="evenement_credentiel_du_bulletin",
                condition=Q(type="Ballot", credentiel__isnull=False)
                | (~Q(type="Ballot") & Q(credentiel__isnull=True)),
            ),
            models.CheckConstraint(
                name="evenement_gardien_de_la_part",
                condition=Q(type="PartialDecryption", gardien__isnull=False)
                | (~Q(type="PartialDecryption") & Q(gardien__isnull=True)),
            ),
        )
        indexes = (models.Index(name="evenement_par_credentiel", fields=("credentiel", "-hauteur")),)

    def __str__(self) -> str:
        return f"{self.type} {self.hauteur}"

    @property
    def suivi(self) -> str:
        """A ballot's tracker: the payload's hash in the protocol's Base64."""
        return suivi_de(self.charge)


def suivi_de(charge: str) -> str:
    return base64.b64encode(bytes.fromhex(charge)).decode().rstrip("=")


def charge_de(suivi: str) -> str:
    """The inverse of `suivi_de`; raises ValueError for what is not a tracker."""
    octets = base64.b64decode(suivi.strip() + "=", validate=True)
    if len(octets) != 32:
        raise ValueError("longueur")
    return octets.hex()

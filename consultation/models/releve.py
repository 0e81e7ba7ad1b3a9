"""What is read of a vote while it runs: participation as it is published, controls as they were made."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from consultation.models.scrutin import Scrutin


class Releve(models.Model):
    """Participation of one college as published from `pris_le` on, until the next one.

    `lignes` is [{"code", "nom", "federations": [codes], "inscrits", "votants" or null when hidden}],
    `votants` the national figure (null when hidden).  Never rewritten: what is published next
    depends on what was published before (see `consultation.participation`).
    """

    scrutin = models.ForeignKey(Scrutin, models.PROTECT, related_name="releves")
    college = models.CharField("collège", max_length=11)
    pris_le = models.DateTimeField("pris le")
    definitif = models.BooleanField("définitif", default=False)
    inscrits = models.PositiveIntegerField("inscrit·es")
    votants = models.PositiveIntegerField(null=True)
    lignes = models.JSONField()

    class Meta:
        ordering = ("scrutin", "-college", "-pris_le")
        constraints = (
            models.UniqueConstraint(name="releve_unique", fields=("scrutin", "college", "pris_le")),
            models.UniqueConstraint(
                name="releve_definitif_unique", fields=("scrutin", "college"), condition=Q(definitif=True)
            ),
        )

    def __str__(self) -> str:
        return f"relevé du {self.pris_le:%d/%m/%Y %H:%M}"


class Controle(models.Model):
    """One run of the checks on a vote: by the clock (`par` empty) or by someone of the commission.

    `defauts` are French sentences, none when all holds; `tetes` is the fingerprint of all the
    heads at that moment (`consultation.chaine.empreinte_des_tetes`).
    """

    scrutin = models.ForeignKey(Scrutin, models.PROTECT, related_name="controles")
    fait_le = models.DateTimeField("fait le")
    par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="par"
    )
    urnes = models.PositiveIntegerField()
    bulletins = models.PositiveIntegerField()
    emargements = models.PositiveIntegerField("émargements")
    tetes = models.CharField("empreinte des têtes", max_length=64)
    defauts = models.JSONField("défauts", default=list)

    class Meta:
        ordering = ("-fait_le", "-pk")
        indexes = (models.Index(name="controle_dernier", fields=("scrutin", "-fait_le")),)

    def __str__(self) -> str:
        return f"contrôle du {self.fait_le:%d/%m/%Y %H:%M}"

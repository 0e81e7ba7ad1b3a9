"""The work of counting, cut in slices that any worker can redo."""

from django.db import models
from django.db.models import F, Q

from consultation.models.urne import Urne


class Tranche(models.Model):
    """Events of heights `debut`..`fin` (inclusive) of a closed box: re-verified once `faite_le` is set.

    `somme` is the cell-wise product of those of its ballots that count (the protocol's matrix of
    {alpha, beta}), `comptes` their number; `defaut` says what a re-verification found wrong.
    """

    urne = models.ForeignKey(Urne, models.PROTECT, related_name="tranches")
    debut = models.PositiveIntegerField()
    fin = models.PositiveIntegerField()
    comptes = models.PositiveIntegerField("bulletins comptés", null=True)
    somme = models.JSONField(null=True)
    defaut = models.TextField("défaut constaté", blank=True)
    faite_le = models.DateTimeField(null=True)

    class Meta:
        ordering = ("urne", "debut")
        constraints = (
            models.UniqueConstraint(name="tranche_unique", fields=("urne", "debut")),
            models.CheckConstraint(name="tranche_bornes", condition=Q(fin__gte=F("debut"))),
            models.CheckConstraint(
                name="tranche_faite_est_comptee",
                condition=Q(faite_le=None) | Q(somme__isnull=False, comptes__isnull=False) | ~Q(defaut=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.debut}–{self.fin}"

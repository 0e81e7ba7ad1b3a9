"""Anomalies are computed again as a whole, never typed and never edited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from delegues.anomalies import REGLES
from delegues.constats import constats
from delegues.models import Anomalie, Campagne, Designation
from delegues.portee import Portee
from delegues.regles import exiger_calendrier
from refondation.journal.actes import journaliser
from refondation.membres.models import Compte
from refondation.membres.regles import exiger


def recalculer_anomalies(
    *,
    campagne: Campagne | None = None,
    designation: Designation | None = None,
    par: Compte | None = None,
    instant: datetime | None = None,
    suivre: Callable[[int, int], None] | None = None,
) -> int:
    """Replace the anomalies of a campaign, or of one designation (exactly one is given); how many there are.

    `par` is None when the clock or the reception of minutes asks; `suivre(done, total)` is told how
    far the rules are.  Two at once wait for each other: nothing is found twice.
    """
    if (campagne is None) == (designation is None):
        raise TypeError("recalculer_anomalies() prend une campagne ou une désignation.")
    instant = instant or timezone.now()
    objet = campagne or designation
    campagne = campagne or designation.campagne
    if par is not None:
        exiger(par, "delegues.controler", objet)
    with transaction.atomic():
        exiger_calendrier(campagne, "arbitrer", instant)
        touchees = campagne.designations.select_for_update(of=("self",)).order_by("pk")
        if designation is not None:
            touchees = touchees.filter(pk=designation.pk)
        cles = list(touchees.values_list("pk", flat=True))
        trouvees = [
            Anomalie(
                designation_id=c.designation,
                regle=c.regle,
                gravite=REGLES[c.regle].gravite,
                adherent_id=c.adherent,
                preuve=c.preuve,
                calculee_le=instant,
            )
            for c in constats(Portee(campagne, designation), suivre)
        ]
        Anomalie.objects.filter(designation__in=cles).delete()
        Anomalie.objects.bulk_create(trouvees, batch_size=2000)
        Designation.objects.filter(pk__in=cles).update(anomalies_le=instant)
        journaliser(
            acte="delegues.recalculer_anomalies",
            par=par,
            objet=objet,
            details={"designations": len(cles), "par_regle": dict(Counter(a.regle for a in trouvees))},
            instant=instant,
        )
    return len(trouvees)

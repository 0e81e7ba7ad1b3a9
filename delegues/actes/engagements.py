"""The commitment not to stand for governance: taken, lifted, and what it forbids."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from consultation.regles import jour
from delegues.models import (
    Campagne,
    CandidatureALaGouvernance,
    Delegation,
    Designation,
    Elu,
    Engagement,
    ProcesVerbal,
)
from refondation.journal.actes import journaliser
from refondation.membres.models import Adherent, Compte
from refondation.membres.regles import ActeImpossible, refus_de_la_base


def prendre_l_engagement(
    *, campagne: Campagne, adherent: Adherent, empreinte: str, instant: datetime
) -> Engagement | None:
    """Inside an act: record the commitment, if the campaign asks one and `empreinte` is the one of its text.

    Raises `ActeImpossible`: `engagement` (not accepted, or another text than the campaign's),
    `gouvernance` (a candidacy to governance is declared and not withdrawn).
    """
    if empreinte != campagne.engagement_empreinte:
        raise ActeImpossible(
            "Vous n'avez pas accepté l'engagement demandé, ou son texte a changé. "
            "Relisez-le, puis cochez la case.",
            code="engagement",
            statut=400,
        )
    if not campagne.engagement:
        return None
    declaree = _candidatures_qui_empechent(adherent, campagne.engagement_jusqu_au, instant).first()
    if declaree is not None:
        raise ActeImpossible(
            f"Une candidature à la gouvernance est déclarée ({declaree.fonction}, élection du "
            f"{jour(declaree.election_le)}). Retirez-la avant de vous engager.",
            code="gouvernance",
        )
    try:
        with transaction.atomic():
            return Engagement.objects.create(
                campagne=campagne,
                adherent=adherent,
                empreinte=empreinte,
                accepte_le=instant,
                jusqu_au=campagne.engagement_jusqu_au,
            )
    except IntegrityError as erreur:
        raise refus_de_la_base(erreur, Engagement) from erreur


def lever_l_engagement(*, campagne: Campagne, adherent: Adherent, levee: str, instant: datetime) -> None:
    """Inside an act: who withdraws, or is not designated, is free again; nothing when nothing was taken."""
    Engagement.objects.filter(campagne=campagne, adherent=adherent, leve_le=None).update(
        leve_le=instant, levee=levee
    )


def lever_les_engagements(*, campagne: Campagne, instant: datetime | None = None) -> int:
    """The clock's act once appeals are over: lift the commitments of all who are not designated; how many.

    Designated: elected, as holder or substitute, by minutes in force whose designation is not
    rejected, or holding a mandate that was not invalidated.  A section whose control is not over
    keeps its commitments until it is.  An annulled campaign designates nobody, and binds nobody.
    Refused before the end of appeals (`trop_tot`).
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        campagne = Campagne.objects.select_for_update(of=("self",)).get(pk=campagne.pk)
        annulee = campagne.etat == Campagne.Etat.ANNULEE
        if instant < campagne.recours_au and not annulee:
            raise ActeImpossible("Les recours ne sont pas terminés.", code="trop_tot")
        elus = Elu.objects.filter(
            proces_verbal__etat=ProcesVerbal.Etat.VERROUILLE,
            proces_verbal__designation__campagne=campagne,
            candidature__adherent=OuterRef("adherent"),
        ).exclude(proces_verbal__designation__etat=Designation.Etat.REJETEE)
        delegues = Delegation.objects.filter(campagne=campagne, adherent=OuterRef("adherent")).exclude(
            cause=Delegation.Cause.INVALIDATION
        )
        a_lever = Engagement.objects.filter(campagne=campagne, leve_le=None)
        if not annulee:
            a_lever = a_lever.exclude(Exists(elus) | Exists(delegues))
        leves = a_lever.update(leve_le=instant, levee=Engagement.Levee.NON_DESIGNE)
        if leves:
            journaliser(
                acte="delegues.lever_les_engagements",
                par=None,
                objet=campagne,
                instant=instant,
                details={"leves": leves},
            )
    return leves


# --- Standing for governance -------------------------------------------------------------------------


def declarer_candidature_gouvernance(
    *, instance: str, fonction: str, election_le: date, par: Compte, instant: datetime | None = None
) -> CandidatureALaGouvernance:
    """Declare one's candidacy to an office of governance; refused with the reason while a commitment holds.

    Raises `ActeImpossible`: `sans_adhesion`, `sorti`, `dates`, `engagement_tenu`,
    `gouvernance_candidature_unique`.
    """
    instant = instant or timezone.now()
    if par.adherent_id is None:
        raise ActeImpossible(
            "Votre compte n'est relié à aucune adhésion : seul·es les membres se portent candidat·es.",
            code="sans_adhesion",
        )
    if election_le < timezone.localdate(instant):
        raise ActeImpossible("Cette élection est passée.", code="dates", statut=400)
    try:
        with transaction.atomic():
            adherent = Adherent.objects.select_for_update(of=("self",), no_key=True).get(pk=par.adherent_id)
            if adherent.sorti_le is not None:
                raise ActeImpossible("Vous n'êtes plus au registre des membres.", code="sorti")
            tenu = engagement_tenu(adherent, timezone.localdate(instant))
            if tenu is not None:
                raise ActeImpossible(
                    f"Vous vous êtes engagé·e, le {jour(timezone.localtime(tenu.accepte_le))}, à ne pas être "
                    f"candidat·e à la gouvernance avant le {jour(tenu.jusqu_au)} ({tenu.campagne}). "
                    "Cet engagement est public. Il est levé si vous retirez votre candidature à temps, "
                    "ou si vous n'êtes pas désigné·e.",
                    code="engagement_tenu",
                )
            candidature = CandidatureALaGouvernance(
                adherent=adherent,
                instance=instance,
                fonction=" ".join(fonction.split()),
                election_le=election_le,
                declaree_le=instant,
            )
            candidature.clean_fields(exclude=["retiree_le"])
            candidature.save(force_insert=True)
            journaliser(
                acte="delegues.declarer_gouvernance",
                par=par,
                objet=candidature,
                instant=instant,
                details={"instance": instance, "election": election_le.isoformat()},
            )
    except IntegrityError as erreur:
        raise refus_de_la_base(erreur, CandidatureALaGouvernance) from erreur
    return candidature


def retirer_candidature_gouvernance(
    *, candidature: CandidatureALaGouvernance, par: Compte, instant: datetime | None = None
) -> CandidatureALaGouvernance:
    """Withdraw one's own declared candidacy, once (`interdit`, `etat`)."""
    instant = instant or timezone.now()
    with transaction.atomic():
        candidature = CandidatureALaGouvernance.objects.select_for_update(of=("self",)).get(pk=candidature.pk)
        if candidature.adherent_id != par.adherent_id:
            raise ActeImpossible(
                "Cette candidature est celle d'une autre personne.", code="interdit", statut=403
            )
        if candidature.retiree_le is not None:
            raise ActeImpossible("Cette candidature est déjà retirée.", code="etat")
        candidature.retiree_le = instant
        candidature.save(update_fields=["retiree_le"])
        journaliser(acte="delegues.retirer_gouvernance", par=par, objet=candidature, instant=instant)
    return candidature


def engagement_tenu(adherent: Adherent, au: date) -> Engagement | None:
    """The commitment that binds this member longest on that day."""
    tenus = Engagement.objects.en_vigueur(au=au).filter(adherent=adherent)
    return tenus.select_related("campagne").order_by("-jusqu_au").first()


def _candidatures_qui_empechent(
    adherent: Adherent, jusqu_au: date, instant: datetime
) -> models.QuerySet[CandidatureALaGouvernance]:
    return CandidatureALaGouvernance.objects.filter(
        adherent=adherent,
        retiree_le=None,
        election_le__gte=timezone.localdate(instant),
        election_le__lt=jusqu_au,
    )

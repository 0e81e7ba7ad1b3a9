"""What the clock does of mandates: tell the delegates, propose what the register shows, end at the term."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from consultation.regles import jour
from delegues.actes.vie_des_mandats import terminer
from delegues.models import Campagne, Constat, Delegation, Designation
from refondation.journal.actes import journaliser
from refondation.membres.codes import courriel
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible, exiger
from refondation.territoire.models import Section

# --- Tell -------------------------------------------------------------------------------------------


def prevenir_un_delegue(*, designation: Designation, instant: datetime | None = None) -> Delegation | None:
    """Write to one delegate of this section who has not been told; None when there is nobody left.

    The row is held while the mail leaves, so that two workers never write to the same person; an
    error of the mail server leaves it to be tried again.
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        delegation = (
            designation.delegations.a_prevenir()
            .avec_leur_monde()
            .select_for_update(of=("self",), skip_locked=True)
            .first()
        )
        if delegation is None:
            return None
        delegation.prevenue_le = instant
        delegation.save(update_fields=["prevenue_le"])
        lien = f"{settings.ADRESSE_PUBLIQUE}{reverse('delegues:delegue', args=[delegation.cle])}"
        courriel(
            "delegue_mandat",
            delegation.adherent.courriel,
            {
                "delegation": delegation,
                "campagne": delegation.campagne,
                "debut": jour(delegation.debut),
                "fin": jour(delegation.campagne.mandat_fin),
                "lien": lien,
            },
        ).send()
    return delegation


# --- The register -----------------------------------------------------------------------------------


def constater_le_registre(*, instant: datetime | None = None) -> int:
    """Propose what the register shows of delegates: gone, or moved to another section; how many proposals.

    Nothing ends here: somebody decides (`decider_un_constat`).  A merge or a split of sections
    moves nobody.  Where the campaign's rule keeps the mandate of those who move, a move is not
    proposed; nor is what was already decided.  Proposals that the register no longer bears out lapse.
    """
    instant = instant or timezone.now()
    aujourd_hui = timezone.localdate(instant)
    with transaction.atomic():
        for constat in Constat.objects.a_decider().select_for_update(of=("self",)):
            delegation = Delegation.objects.avec_leur_monde().get(pk=constat.delegation_id)
            if delegation.fin is not None or _nature(delegation, aujourd_hui) != constat.nature:
                constat.suite, constat.decide_le = Constat.Suite.CADUC, instant
                constat.save(update_fields=["suite", "decide_le"])
        nouveaux = [
            Constat(
                delegation=delegation,
                nature=nature,
                section=delegation.adherent.section if nature == Constat.Nature.DEPART else None,
                constate_le=instant,
            )
            for delegation in _a_regarder()
            if (nature := _nature(delegation, aujourd_hui)) and not _deja_dit(delegation, nature)
        ]
        Constat.objects.bulk_create(nouveaux)
        if nouveaux:
            journaliser(
                acte="delegues.constater_le_registre",
                par=None,
                details={"constats": len(nouveaux)},
                instant=instant,
            )
    return len(nouveaux)


def _a_regarder() -> list[Delegation]:
    """Open mandates whose holder has left, or is not where they were designated."""
    ouvertes = Delegation.objects.ouvertes().exclude(campagne__etat=Campagne.Etat.ANNULEE)
    partis = ouvertes.exclude(adherent__sorti_le=None)
    ailleurs = ouvertes.filter(adherent__sorti_le=None).exclude(adherent__section=F("designation__section"))
    return list(
        (partis | ailleurs).avec_leur_monde().select_related("adherent__section", "campagne").order_by("pk")
    )


def _nature(delegation: Delegation, au: date) -> str:
    adherent = delegation.adherent
    if adherent.sorti_le is not None:
        return Constat.Nature.SORTIE
    if not delegation.campagne.depart_met_fin or adherent.section_id == delegation.designation.section_id:
        return ""
    suites = Section.objects.descendantes(delegation.designation.section, au=au)
    return "" if suites.filter(pk=adherent.section_id).exists() else Constat.Nature.DEPART


def _deja_dit(delegation: Delegation, nature: str) -> bool:
    """Whether this very fact awaits a decision, or was decided on."""
    dits = Constat.objects.filter(delegation=delegation, nature=nature).exclude(suite=Constat.Suite.CADUC)
    if nature == Constat.Nature.DEPART:
        dits = dits.filter(section=delegation.adherent.section_id) | dits.filter(decide_le=None)
    return dits.exists()


def decider_un_constat(
    *,
    constat: Constat,
    suite: str,
    cause: str = "",
    motif: str = "",
    par: Compte,
    instant: datetime | None = None,
) -> Constat:
    """End the mandate, or keep it and say why.

    A move ends it for that cause; of somebody gone, `cause` says whether they died, resigned or
    were excluded.  Raises `ActeInterdit`, or `ActeImpossible`: `decide`, `suite`, `motif`, `cause`.
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        delegation = constat.delegation
        Designation.objects.select_for_update(of=("self",)).get(pk=delegation.designation_id)
        constat = Constat.objects.select_for_update(of=("self",)).get(pk=constat.pk)
        delegation = Delegation.objects.avec_leur_monde().get(pk=constat.delegation_id)
        exiger(par, "delegues.gerer_mandats", delegation)
        if constat.decide_le is not None:
            raise ActeImpossible("Quelqu'un a déjà décidé de ce constat.", code="decide")
        if suite == Constat.Suite.TERMINE:
            if constat.nature == Constat.Nature.DEPART:
                cause = Delegation.Cause.DEPART
            if delegation.fin is None:
                le = delegation.adherent.sorti_le if constat.nature == Constat.Nature.SORTIE else None
                terminer(
                    delegation,
                    cause=cause,
                    le=min(max(le, delegation.debut), max(timezone.localdate(instant), delegation.debut))
                    if le
                    else None,
                    instant=instant,
                )
        elif suite == Constat.Suite.MAINTENU:
            if not motif.strip():
                raise ActeImpossible("Dites pourquoi ce mandat continue.", code="motif", statut=422)
        else:
            raise ActeImpossible("Choisissez la suite à donner.", code="suite", statut=422)
        constat.suite, constat.motif = suite, motif.strip()
        constat.decide_le, constat.decide_par = instant, par
        constat.save(update_fields=["suite", "motif", "decide_le", "decide_par"])
        journaliser(
            acte="delegues.decider_un_constat",
            par=par,
            objet=delegation,
            details={"constat": constat.pk, "nature": constat.nature, "suite": suite, "cause": cause},
            instant=instant,
        )
    return constat


# --- The term ---------------------------------------------------------------------------------------


def clore_au_terme(*, instant: datetime | None = None) -> int:
    """Write the end of the mandates whose campaign's term has come; how many.  Doing it again does nothing."""
    instant = instant or timezone.now()
    echues = Campagne.objects.filter(
        mandat_fin__lte=timezone.localdate(instant), delegations__fin=None, delegations__isnull=False
    ).distinct()
    total = 0
    for campagne in echues:
        with transaction.atomic():
            list(campagne.designations.order_by("pk").select_for_update(of=("self",)).values_list("pk"))
            finies = campagne.delegations.ouvertes().update(
                fin=campagne.mandat_fin, cause=Delegation.Cause.TERME
            )
            if finies:
                journaliser(
                    acte="delegues.clore_au_terme",
                    par=None,
                    objet=campagne,
                    details={"mandats": finies, "fin": campagne.mandat_fin.isoformat()},
                    instant=instant,
                )
            total += finies
    return total

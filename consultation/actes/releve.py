"""What the clock and the commission write down of a running vote: participation published, controls made."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from consultation import avis, controle, participation
from consultation.chaine import empreinte_des_tetes
from consultation.models import Controle, Releve, Scrutin
from refondation.journal.actes import journaliser
from refondation.membres.models import Compte, Mandat
from refondation.membres.regles import ActeImpossible, exiger


def relever_participation(
    *, scrutin: Scrutin, instant: datetime | None = None, definitif: bool = False
) -> list[Releve]:
    """The clock's act: publish the participation of each college, and the fingerprint of the heads in the journal.

    Called inside the announcement (nobody has voted: the lines are drawn) and the closing
    (`definitif`: exact figures); in between, `participation.est_a_relever` says when.
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        scrutin = Scrutin.objects.select_for_update(of=("self",)).get(pk=scrutin.pk)
        derniers = {r.college: r for r in Releve.objects.filter(scrutin=scrutin).order_by("pris_le")}
        dernier = max((r.pris_le for r in derniers.values()), default=None)
        if any(r.definitif for r in derniers.values()) or (dernier and dernier >= instant and not definitif):
            return list(derniers.values())
        pris_le = max(instant, dernier + timedelta(microseconds=1)) if dernier else instant
        releves = []
        for college in sorted(set(scrutin.urnes.values_list("college", flat=True))):
            national, lignes = participation.compter(
                scrutin, college, derniers.get(college), definitif=definitif
            )
            releves.append(
                Releve(
                    scrutin=scrutin,
                    college=college,
                    pris_le=pris_le,
                    definitif=definitif,
                    inscrits=sum(ligne["inscrits"] for ligne in lignes),
                    votants=national,
                    lignes=lignes,
                )
            )
        Releve.objects.bulk_create(releves)
        journaliser(
            acte="consultation.relever",
            par=None,
            objet=scrutin,
            instant=instant,
            details={"tetes": empreinte_des_tetes(scrutin)},
        )
    return releves


def controler_scrutin(
    *, scrutin: Scrutin, par: Compte | None = None, instant: datetime | None = None
) -> Controle:
    """Run every check of `consultation.controle` and keep what it found; `par` is None for the clock.

    The checks read outside the writing transaction: they lock nothing and hinder no ballot.
    """
    from consultation import tasks

    instant = instant or timezone.now()
    if par is not None:
        exiger(par, "consultation.controler", scrutin)
    # Read again: a control looks at what the database holds, not at what the caller remembers.
    scrutin = Scrutin.objects.get(pk=scrutin.pk)
    if not scrutin.est_annonce:
        raise ActeImpossible("Ce scrutin n'est pas annoncé : il n'y a encore ni liste ni urne.", code="etat")
    etat = controle.examiner(scrutin)
    precedent = Controle.objects.filter(scrutin=scrutin).first()
    nouveaux = set(etat["defauts"]) - set(precedent.defauts if precedent else ())
    with transaction.atomic():
        fait = Controle.objects.create(scrutin=scrutin, fait_le=instant, par=par, **etat)
        # The clock runs every five minutes: only what a person does, or what goes wrong, is an act to remember.
        if par is not None or nouveaux:
            journaliser(
                acte="consultation.controler",
                par=par,
                objet=scrutin,
                instant=instant,
                details={"defauts": len(fait.defauts), "tetes": fait.tetes},
            )
        if nouveaux:
            tasks.alerter_la_commission.delay_on_commit(fait.pk)
    return fait


def alerter_la_commission(*, controle_fait: Controle) -> int:
    """Mail what a control found to the commission and the administration; how many were told."""
    comptes = Compte.objects.filter(
        mandats__in=Mandat.objects.en_cours(au=timezone.localdate()).filter(
            role__in=(Mandat.Role.RECOLEMENT, Mandat.Role.ADMINISTRATEUR)
        ),
        is_active=True,
    ).exclude(email="")
    adresses = sorted(set(comptes.values_list("email", flat=True)))
    if adresses:
        avis.incident(controle_fait, adresses).send()
    return len(adresses)

"""Mandates begin when the commission validates, and stop when it no longer does."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from delegues.models import Delegation, Designation, Elu, ProcesVerbal
from refondation.journal.actes import journaliser
from refondation.membres.regles import ActeImpossible, refus_de_la_base

# What is over for these reasons stays over, whatever minutes are validated again.
DEFINITIVES = frozenset(
    {
        Delegation.Cause.TERME,
        Delegation.Cause.DEMISSION,
        Delegation.Cause.EXCLUSION,
        Delegation.Cause.DECES,
        Delegation.Cause.DEPART,
    }
)


def ouvrir_les_mandats(
    *, proces_verbal: ProcesVerbal, instant: datetime | None = None, prevenir: bool = True
) -> list[Delegation]:
    """Open a mandate for each person whom validated minutes elect; the mandates now open, holders first.

    A mandate begins on the campaign's day, or on the day of the validation when that is later.
    Doing it again changes nothing; after a rectification, those no longer elected stop that day
    and the others keep their mandate.  Who resigned, left or died is not called again, and a
    substitute who became a holder stays one.  Each new delegate is told by mail unless `prevenir`
    is false.

    Raises `ActeImpossible`: `pas_en_vigueur` (minutes not signed, or replaced), `pas_validee`, or
    `delegation_une_par_personne` when somebody already sits for another section.
    """
    from delegues.tasks_mandats import prevenir_les_delegues

    instant = instant or timezone.now()
    try:
        with transaction.atomic():
            designation = Designation.objects.select_for_update(of=("self",)).get(
                pk=proces_verbal.designation_id
            )
            proces_verbal = ProcesVerbal.objects.select_related("designation__campagne").get(
                pk=proces_verbal.pk
            )
            if proces_verbal.etat != ProcesVerbal.Etat.VERROUILLE:
                raise ActeImpossible(
                    "Ce procès-verbal n'est pas en vigueur : aucun mandat n'en vient.", code="pas_en_vigueur"
                )
            if designation.etat != Designation.Etat.VALIDEE:
                raise ActeImpossible(
                    "La commission n'a pas validé cette désignation : aucun mandat ne commence.",
                    code="pas_validee",
                )
            ouverts, fermes, restent = _appliquer(
                proces_verbal, max(designation.campagne.mandat_debut, timezone.localdate(instant))
            )
            if ouverts and prevenir:
                prevenir_les_delegues.delay_on_commit(designation.pk)
            if ouverts or fermes:
                journaliser(
                    acte="delegues.ouvrir_les_mandats",
                    par=None,
                    objet=designation,
                    details={
                        "proces_verbal": proces_verbal.numero,
                        "ouverts": [d.pk for d in ouverts],
                        "fermes": [d.pk for d in fermes],
                    },
                    instant=instant,
                )
    except IntegrityError as erreur:
        raise refus_de_la_base(erreur, Delegation) from erreur
    return restent


def fermer_les_mandats(
    *, designation: Designation, cause: str, instant: datetime | None = None
) -> list[Delegation]:
    """Stop every open mandate of a designation on that day, for that cause; those that were stopped.

    A mandate that had not begun never does.  Doing it again changes nothing.
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        designation = Designation.objects.select_for_update(of=("self",)).get(pk=designation.pk)
        fermes = [
            clore(delegation, cause=cause, le=timezone.localdate(instant))
            for delegation in designation.delegations.ouvertes()
        ]
        if fermes:
            journaliser(
                acte="delegues.fermer_les_mandats",
                par=None,
                objet=designation,
                details={"cause": cause, "fermes": [d.pk for d in fermes]},
                instant=instant,
            )
    return fermes


def clore(delegation: Delegation, *, cause: str, le: date) -> Delegation:
    """Write the end of a mandate, not before it began; within the act's transaction and lock."""
    delegation.fin, delegation.cause = max(le, delegation.debut), cause
    delegation.save(update_fields=["fin", "cause"])
    return delegation


def _appliquer(
    proces_verbal: ProcesVerbal, debut: date
) -> tuple[list[Delegation], list[Delegation], list[Delegation]]:
    """(opened, stopped, open afterwards), so that the mandates are what the minutes say."""
    elus = list(proces_verbal.elus.select_related("candidature").order_by("-qualite", "rang"))
    par_personne: dict[int, list[Delegation]] = {}
    for delegation in proces_verbal.designation.delegations.order_by("debut", "pk"):
        par_personne.setdefault(delegation.adherent_id, []).append(delegation)
    ouverts: list[Delegation] = []
    fermes: list[Delegation] = []
    restent: dict[int, Delegation] = {}
    # By line of the minutes, those over included: a substitute stays attached to who resigned.
    places: dict[int, Delegation] = {}

    elues = {elu.candidature.adherent_id for elu in elus}
    for adherent, delegations in par_personne.items():
        if adherent not in elues and delegations[-1].fin is None:
            fermes.append(clore(delegations[-1], cause=Delegation.Cause.INVALIDATION, le=debut))
    for elu in elus:
        passees = par_personne.get(elu.candidature.adherent_id, [])
        derniere = passees[-1] if passees else None
        if derniere is not None and derniere.fin is None:
            if _a_garder(derniere, elu):
                _rattacher(derniere, elu, places)
                restent[elu.pk] = places[elu.pk] = derniere
                continue
            fermes.append(clore(derniere, cause=Delegation.Cause.INVALIDATION, le=debut))
        elif derniere is not None and derniere.cause in DEFINITIVES:
            places[elu.pk] = derniere
            continue
        restent[elu.pk] = places[elu.pk] = Delegation.objects.create(
            campagne=proces_verbal.designation.campagne,
            designation=proces_verbal.designation,
            elu=elu,
            adherent_id=elu.candidature.adherent_id,
            qualite=elu.qualite,
            rang=elu.rang,
            titulaire=places.get(elu.titulaire_id),
            debut=debut,
        )
        ouverts.append(restent[elu.pk])
    return ouverts, fermes, list(restent.values())


def _a_garder(delegation: Delegation, elu: Elu) -> bool:
    """Whether an open mandate is the one that the minutes give: same quality, or a replacement since."""
    return delegation.qualite == elu.qualite or delegation.remplace_id is not None


def _rattacher(delegation: Delegation, elu: Elu, places: dict[int, Delegation]) -> None:
    """Follow the minutes in force in what a kept mandate says of them."""
    valeurs = {"elu_id": elu.pk}
    if delegation.remplace_id is None:
        titulaire = places.get(elu.titulaire_id)
        valeurs |= {"rang": elu.rang, "titulaire_id": titulaire.pk if titulaire else None}
    changees = [nom for nom, valeur in valeurs.items() if getattr(delegation, nom) != valeur]
    for nom in changees:
        setattr(delegation, nom, valeurs[nom])
    if changees:
        delegation.save(update_fields=changees)

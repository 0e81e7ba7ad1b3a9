"""Rules of incompatibility, written while the campaign is a draft, and the exceptions that they foresee."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from delegues.models import Campagne, Derogation, Incompatibilite
from delegues.regles import exiger_preparation
from refondation.journal.actes import journaliser
from refondation.membres.models import Adherent, Compte, Mandat
from refondation.membres.regles import ActeImpossible, exiger, refus_de_la_base


def ecrire_incompatibilite(
    *, campagne: Campagne, par: Compte, incompatibilite: Incompatibilite | None = None, **champs: Any
) -> Incompatibilite:
    """Add a rule to a draft campaign, or rewrite one: nom, fondement, genre, parametres, du, au, exception.

    Raises `ActeImpossible` (`fige` once announced, `parametres`, a constraint's name) and
    `ValidationError` for fields.
    """
    exiger(par, "delegues.regler", campagne)
    try:
        with transaction.atomic():
            campagne = Campagne.objects.select_for_update(of=("self",)).get(pk=campagne.pk)
            exiger_preparation(campagne)
            regle = incompatibilite or Incompatibilite(campagne=campagne)
            if regle.campagne_id != campagne.pk:
                raise ActeImpossible(
                    "Cette règle est celle d'une autre campagne.", code="campagne", statut=400
                )
            for nom, valeur in champs.items():
                setattr(regle, nom, valeur)
            regle.clean_fields()
            _exiger_des_parametres(regle)
            regle.save()
            journaliser(
                acte="delegues.regler", par=par, objet=campagne, details={"incompatibilite": regle.pk}
            )
    except IntegrityError as erreur:
        raise refus_de_la_base(erreur, Incompatibilite) from erreur
    return regle


def supprimer_incompatibilite(*, incompatibilite: Incompatibilite, par: Compte) -> None:
    """Remove a rule of a draft campaign."""
    exiger(par, "delegues.regler", incompatibilite.campagne)
    with transaction.atomic():
        campagne = Campagne.objects.select_for_update(of=("self",)).get(pk=incompatibilite.campagne_id)
        exiger_preparation(campagne)
        cle = incompatibilite.pk
        incompatibilite.delete()
        journaliser(
            acte="delegues.regler", par=par, objet=campagne, details={"incompatibilite_supprimee": cle}
        )


def accorder_derogation(
    *,
    incompatibilite: Incompatibilite,
    adherent: Adherent,
    motif: str,
    par: Compte,
    instant: datetime | None = None,
) -> Derogation:
    """Grant one member the exception that the rule foresees, with its reason; once.

    Raises `ActeImpossible`: `sans_exception` (the rule foresees none), `campagne` (over),
    `motif`, `derogation_unique`.
    """
    instant = instant or timezone.now()
    exiger(par, "delegues.deroger", incompatibilite.campagne)
    motif = " ".join(motif.split())
    if not motif:
        raise ActeImpossible(
            "Dites pourquoi cette dérogation est accordée : le motif est public.", code="motif", statut=400
        )
    if not incompatibilite.exception:
        raise ActeImpossible(
            "Cette règle ne prévoit aucune exception : personne ne peut en être dispensé.",
            code="sans_exception",
        )
    try:
        with transaction.atomic():
            campagne = Campagne.objects.select_for_update(of=("self",)).get(pk=incompatibilite.campagne_id)
            if campagne.etat not in (Campagne.Etat.PREPARATION, Campagne.Etat.OUVERTE):
                raise ActeImpossible("Cette campagne est terminée.", code="campagne")
            derogation = Derogation.objects.create(
                incompatibilite=incompatibilite, adherent=adherent, motif=motif, accordee_le=instant, par=par
            )
            journaliser(
                acte="delegues.deroger",
                par=par,
                objet=campagne,
                instant=instant,
                details={"incompatibilite": incompatibilite.pk, "adherent": adherent.pk},
            )
    except IntegrityError as erreur:
        raise refus_de_la_base(erreur, Derogation) from erreur
    return derogation


def _exiger_des_parametres(regle: Incompatibilite) -> None:
    """Each kind of rule has its own parameters, and nothing else."""
    genre, parametres = Incompatibilite.Genre(regle.genre), regle.parametres
    if genre == genre.FONCTION:
        roles = parametres.get("roles", [])
        juste = bool(roles) and set(roles) <= set(Mandat.Role.values) and set(parametres) == {"roles"}
        defaut = "Choisissez au moins une fonction."
    elif genre == genre.SUCCESSIFS:
        au_plus = parametres.get("au_plus")
        juste = isinstance(au_plus, int) and 1 <= au_plus <= 10 and set(parametres) == {"au_plus"}
        defaut = "Donnez le nombre de mandats à la suite, de 1 à 10."
    else:
        juste, defaut = parametres == {}, "Cette règle n'a pas de paramètre."
    if not juste:
        raise ActeImpossible(defaut, code="parametres", statut=400)

"""Mandates: appoint, and end."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction

from refondation.journal.actes import journaliser
from refondation.membres.actes.comptes import ouvrir_compte
from refondation.membres.models import Adherent, AdherentQuerySet, Compte, Mandat, date_du_jour
from refondation.membres.regles import ActeImpossible, exiger, refus_de_la_base
from refondation.territoire.models import Federation, Section

# The one that the trigger of mandates takes (migration 0002).
VERROU_DES_NOMINATIONS = 7_104_533_002


def nommer(
    *,
    personne: Adherent | Compte,
    role: str,
    debut: date,
    fin: date | None = None,
    federation: Federation | None = None,
    section: Section | None = None,
    par: Compte,
) -> Mandat:
    """Give a role in a perimeter from `debut` on, until `fin` (that day excluded).

    A member without an account gets one.  Raises `ActeInterdit`, or `ActeImpossible` with the
    name of the constraint as code: `mandat_perimetre_du_role`, `mandat_fin_apres_debut`,
    `mandat_direction_29_sieges`, `mandat_sans_doublon`; or `adherent_sorti`.
    """
    exiger(par, "membres.nommer", section or federation)
    return _donner_un_mandat(
        personne, par, role=role, debut=debut, fin=fin, federation=federation, section=section
    )


def installer_administrateur(*, personne: Adherent | Compte) -> Mandat:
    """Give the first administrator's role from the server's terminal, since nobody can on a new platform."""
    return _donner_un_mandat(personne, None, role=Mandat.Role.ADMINISTRATEUR, debut=date_du_jour())


def attendre_son_tour(adherents: AdherentQuerySet) -> None:
    """Hold these lines of the register, then the turn of appointments that the trigger of mandates takes.

    The journal's turn comes after: taken in this order by all, no two transactions wait for each other.
    """
    list(adherents.order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    with connection.cursor() as curseur:
        curseur.execute("SELECT pg_advisory_xact_lock(%s)", [VERROU_DES_NOMINATIONS])


def _donner_un_mandat(personne: Adherent | Compte, par: Compte | None, **champs: Any) -> Mandat:
    try:
        with transaction.atomic():
            compte = personne
            if isinstance(personne, Adherent):
                attendre_son_tour(Adherent.objects.filter(pk=personne.pk))
                compte = ouvrir_compte(adherent=personne, par=par)
            mandat = Mandat.objects.create(compte=compte, **champs)
            journaliser(
                acte="membres.nommer",
                par=par,
                objet=mandat,
                details={
                    "compte": compte.pk,
                    "role": mandat.role,
                    "debut": mandat.debut.isoformat(),
                    "fin": mandat.fin.isoformat() if mandat.fin else None,
                },
            )
    except IntegrityError as erreur:
        raise refus_de_la_base(erreur, Mandat) from erreur
    compte.oublier_les_mandats()
    return mandat


def terminer_mandat(*, mandat: Mandat, par: Compte, fin: date | None = None) -> Mandat:
    """End a mandate on `fin` (that day excluded; today when not given); before it began, it never will.

    Raises `ActeInterdit`, or `ActeImpossible`: `mandat_fini`, `fin_anterieure` (a past day),
    `dernier_administrateur`.
    """
    exiger(par, "membres.terminer_mandat", mandat.section or mandat.federation)
    aujourd_hui = date_du_jour()
    with transaction.atomic():
        # Always all administrators first: two who end each other at once must wait in line.
        administration = Mandat.objects.filter(role=Mandat.Role.ADMINISTRATEUR)
        list(administration.order_by("pk").select_for_update(of=("self",)))
        mandat = Mandat.objects.select_for_update(of=("self",)).get(pk=mandat.pk)
        fin = max(fin or aujourd_hui, mandat.debut)
        if mandat.fin is not None and mandat.fin <= aujourd_hui:
            raise ActeImpossible("Ce mandat a déjà pris fin.", code="mandat_fini")
        if fin < aujourd_hui:
            raise ActeImpossible(
                "Un mandat ne se termine pas dans le passé. Choisissez aujourd'hui ou plus tard.",
                code="fin_anterieure",
                statut=422,
            )
        autres = administration.en_cours(au=fin).exclude(pk=mandat.pk).filter(compte__is_active=True)
        if mandat.role == Mandat.Role.ADMINISTRATEUR and not autres.exists():
            raise ActeImpossible(
                "Il faut toujours un·e administrateur·rice : nommez d'abord quelqu'un d'autre.",
                code="dernier_administrateur",
            )
        mandat.fin = fin
        mandat.save(update_fields=["fin"])
        journaliser(
            acte="membres.terminer_mandat",
            par=par,
            objet=mandat,
            details={"compte": mandat.compte_id, "role": mandat.role, "fin": fin.isoformat()},
        )
    return mandat

"""Accounts: open one, for a member or for somebody who works here, and log it out everywhere."""

from __future__ import annotations

from django.db import transaction

from refondation.journal.actes import journaliser
from refondation.membres import codes
from refondation.membres.models import Adherent, Compte
from refondation.membres.regles import ActeImpossible, exiger


def ouvrir_compte(*, adherent: Adherent, par: Compte | None = None) -> Compte:
    """Return the account of a present member, opened now if there is none, named after the register.

    `par` is None at the member's own first log-in.  Raises `ActeImpossible` (`adherent_sorti`).
    """
    with transaction.atomic():
        adherent = Adherent.objects.select_for_update(of=("self",)).get(pk=adherent.pk)
        if adherent.sorti_le is not None:
            raise ActeImpossible(
                "Cette personne n'est plus au registre : aucun compte ne peut lui être ouvert. "
                "Si c'est une erreur, la fédération corrige le registre.",
                code="adherent_sorti",
            )
        compte = Compte.objects.filter(adherent=adherent).first()
        nom = f"{adherent.prenom} {adherent.nom}"
        if compte is not None:
            if (compte.nom, compte.email) != (nom, adherent.courriel):
                compte.nom, compte.email = nom, adherent.courriel
                compte.save(update_fields=["nom", "email"])
            return compte
        compte = Compte(adherent=adherent, nom=nom, email=adherent.courriel)
        compte.set_unusable_password()
        compte.save(force_insert=True)
        journaliser(acte="membres.ouvrir_compte", par=par, objet=compte, details={"numero": adherent.numero})
    return compte


def ouvrir_compte_hors_registre(*, courriel: str, nom: str, par: Compte | None) -> Compte:
    """Return the account of somebody who works here without being a member, opened now if there is none.

    Raises `ActeImpossible` (`au_registre`) when a present member has this address: a member is
    known by the number.  `par` is None at the server's terminal.
    """
    if par is not None:
        exiger(par, "membres.nommer")
    courriel = codes.normaliser(courriel)
    with transaction.atomic():
        if Adherent.objects.presents().filter(courriel=courriel).exists():
            raise ActeImpossible(
                "Cette adresse est celle d'une personne du registre. Donnez plutôt son numéro.",
                code="au_registre",
            )
        compte = Compte.objects.filter(adherent=None, email=courriel).first()
        if compte is None:
            compte = Compte(email=courriel, nom=nom)
            compte.set_unusable_password()
            compte.save(force_insert=True)
            journaliser(acte="membres.ouvrir_compte", par=par, objet=compte)
    return compte


def fermer_les_sessions(*, compte: Compte) -> None:
    """Log `compte` out everywhere, this session included; open log-in codes are left to expire."""
    with transaction.atomic():
        compte.set_unusable_password()
        compte.save(update_fields=["password"])
        journaliser(acte="membres.fermer_les_sessions", par=compte, objet=compte)

"""One table says which role may do which act; every act asks `exiger` before anything else."""

from __future__ import annotations

from typing import Any

import rules
from django.db import IntegrityError, models

from refondation.membres.models import Compte, Mandat

R = Mandat.Role


class ActeImpossible(Exception):
    """The act cannot be done now; the message is French, shown as it is, with reason and remedy.

    `code` names the case for machines and tests; `statut` is the HTTP status of the answer.
    """

    def __init__(self, message: str, *, code: str = "impossible", statut: int = 409) -> None:
        super().__init__(message)
        self.code = code
        self.statut = statut


class ActeInterdit(ActeImpossible):
    """The account has no mandate for this act on this object."""

    def __init__(self, acte: str) -> None:
        super().__init__(
            "Votre rôle ne permet pas cet acte ici. "
            "Demandez à l'administration nationale si c'est une erreur.",
            code="interdit",
            statut=403,
        )
        self.acte = acte


def refus_de_la_base(erreur: IntegrityError, *modeles: type[models.Model]) -> ActeImpossible:
    """The refusal that a constraint or a trigger of the database means, its name as code.

    A trigger speaks French itself; a constraint says its words in one of the models.
    """
    diagnostic = erreur.__cause__.diag
    messages = {c.name: c.violation_error_message for modele in modeles for c in modele._meta.constraints}
    nom = diagnostic.constraint_name
    return ActeImpossible(messages.get(nom, diagnostic.message_primary), code=nom)


# act → roles that may do it, each within its own perimeter.
DROITS: dict[str, frozenset[str]] = {
    # Federations, sections and how many they are: the register itself is another right.
    "territoire.lire": frozenset(R) - {R.OBSERVATEUR},
    "territoire.importer": frozenset({R.ADMINISTRATEUR}),
    "territoire.fusionner": frozenset({R.ADMINISTRATEUR}),
    "territoire.scinder": frozenset({R.ADMINISTRATEUR}),
    # Names, addresses, birth dates: those whose work it is; the leadership reads counts.
    "membres.lire": frozenset(
        {
            R.ADMINISTRATEUR,
            R.RECOLEMENT,
            R.SECRETAIRE_FEDERAL,
            R.GESTIONNAIRE_FEDERAL,
            R.SECRETAIRE_SECTION,
        }
    ),
    "membres.importer": frozenset({R.ADMINISTRATEUR}),
    "membres.appliquer_import": frozenset({R.ADMINISTRATEUR}),
    "membres.annuler_import": frozenset({R.ADMINISTRATEUR}),
    "membres.exporter": frozenset({R.ADMINISTRATEUR, R.SECRETAIRE_FEDERAL, R.GESTIONNAIRE_FEDERAL}),
    "membres.nommer": frozenset({R.ADMINISTRATEUR}),
    "membres.terminer_mandat": frozenset({R.ADMINISTRATEUR}),
    "journal.verifier": frozenset({R.ADMINISTRATEUR, R.RECOLEMENT, R.DIRECTION}),
    "consultation.rediger": frozenset({R.ADMINISTRATEUR}),
    "consultation.designer_gardiens": frozenset({R.ADMINISTRATEUR}),
    "consultation.annoncer": frozenset({R.ADMINISTRATEUR}),
    "consultation.deplacer_dates": frozenset({R.ADMINISTRATEUR}),
    "consultation.ouvrir": frozenset({R.ADMINISTRATEUR}),
    "consultation.clore": frozenset({R.ADMINISTRATEUR}),
    "consultation.depouiller": frozenset({R.ADMINISTRATEUR, R.RECOLEMENT}),
    "consultation.publier": frozenset({R.ADMINISTRATEUR, R.RECOLEMENT}),
    "consultation.annuler": frozenset({R.ADMINISTRATEUR}),
    "consultation.controler": frozenset({R.ADMINISTRATEUR, R.RECOLEMENT, R.DIRECTION}),
    # How many signed in each box, however few; others read what participation lets out.
    "consultation.lire_les_urnes": frozenset({R.ADMINISTRATEUR, R.RECOLEMENT}),
    "consultation.renvoyer_codes": frozenset({R.ADMINISTRATEUR}),
    # The inside of designations: minutes, anomalies, files of candidates.
    "delegues.lire": frozenset(R),
    "delegues.observer": frozenset({R.ADMINISTRATEUR, R.DIRECTION, R.RECOLEMENT, R.OBSERVATEUR}),
    "delegues.regler": frozenset({R.ADMINISTRATEUR}),
    "delegues.repartir": frozenset({R.ADMINISTRATEUR}),
    "delegues.deroger": frozenset({R.ADMINISTRATEUR}),
    "delegues.conduire": frozenset({R.SECRETAIRE_SECTION}),
    "delegues.importer": frozenset({R.ADMINISTRATEUR, R.SECRETAIRE_FEDERAL, R.GESTIONNAIRE_FEDERAL}),
    "delegues.controler": frozenset({R.RECOLEMENT}),
    "delegues.arbitrer": frozenset({R.RECOLEMENT}),
    "delegues.contester": frozenset({R.ADMINISTRATEUR, R.DIRECTION}),
    "delegues.gerer_mandats": frozenset({R.ADMINISTRATEUR, R.SECRETAIRE_FEDERAL}),
    "delegues.ecrire": frozenset({R.ADMINISTRATEUR, R.DIRECTION, R.SECRETAIRE_FEDERAL}),
    "delegues.exporter": frozenset(
        {R.ADMINISTRATEUR, R.RECOLEMENT, R.SECRETAIRE_FEDERAL, R.GESTIONNAIRE_FEDERAL}
    ),
    "delegues.verifier_cartes": frozenset(
        {R.ADMINISTRATEUR, R.SECRETAIRE_FEDERAL, R.GESTIONNAIRE_FEDERAL, R.SECRETAIRE_SECTION}
    ),
}


def peut(compte: Compte | None, acte: str, objet: Any = None) -> bool:
    """Whether a mandate in force of `compte` opens `acte` on `objet` (None: anywhere in the perimeter)."""
    roles = DROITS[acte]
    if compte is None or not compte.is_active or not compte.is_authenticated:
        return False
    return any(m.role in roles and (objet is None or m.couvre(objet)) for m in compte.mandats_en_cours())


def exiger(compte: Compte, acte: str, objet: Any = None) -> None:
    """Raise `ActeInterdit` unless `peut`."""
    if not peut(compte, acte, objet):
        raise ActeInterdit(acte)


@rules.predicate
def est_administrateur(compte: Compte) -> bool:
    return compte.is_staff


def _predicat(acte: str) -> rules.Predicate:
    return rules.predicate(lambda compte, objet: peut(compte, acte, objet), name=acte)


# The same table for templates ({% has_perm "membres.nommer" user objet %}) and for `Compte.has_perm`.
for _acte in DROITS:
    rules.set_perm(_acte, _predicat(_acte))

# The administration site shows these and changes none: acts do.
for _modele in (
    "membres.view_compte",
    "membres.view_mandat",
    "journal.view_ligne",
    "territoire.view_federation",
    "territoire.view_section",
):
    rules.set_perm(_modele, est_administrateur)

"""The life of an announced vote: opening, closing, proclamation, publication, annulment."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from consultation.actes.emargement import brasser
from consultation.chaine import ajouter_evenement
from consultation.models import CodeScelle, Evenement, Scrutin, TrousseauDeCodes, Urne
from consultation.regles import exiger_transition, heure
from refondation.journal.actes import journaliser
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible, exiger


def _verrouiller(scrutin: Scrutin) -> Scrutin:
    return Scrutin.objects.select_for_update(of=("self",)).get(pk=scrutin.pk)


def ouvrir_scrutin(*, scrutin: Scrutin, par: Compte | None, instant: datetime | None = None) -> Scrutin:
    """Open at the hour; `par` is None when the clock does it.  Refused early, or while a box is not sealed."""
    from consultation import tasks

    instant = instant or timezone.now()
    if par is not None:
        exiger(par, "consultation.ouvrir", scrutin)
    with transaction.atomic():
        scrutin = _verrouiller(scrutin)
        vers = exiger_transition(scrutin, "ouvrir")
        if instant < scrutin.ouvre_le:
            raise ActeImpossible(
                f"L'ouverture est fixée au {heure(scrutin.ouvre_le)}. Déplacez les dates pour ouvrir plus tôt.",
                code="trop_tot",
            )
        restent = scrutin.urnes.filter(hauteur__lt=0).count()
        if restent:
            raise ActeImpossible(
                f"{restent} urne(s) ne sont pas encore scellées. L'ouverture suivra d'elle-même.", code="preparation"
            )
        scrutin.etat, scrutin.ouvert_le = vers, instant
        scrutin.save(update_fields=["etat", "ouvert_le"])
        journaliser(acte="consultation.ouvrir", par=par, objet=scrutin, instant=instant)
        for urne in scrutin.urnes.values_list("pk", flat=True):
            tasks.envoyer_codes.delay_on_commit(urne)
    return scrutin


def clore_scrutin(*, scrutin: Scrutin, par: Compte | None, instant: datetime | None = None) -> Scrutin:
    """Close after the hour: every box gets its EndBallots event, émargements are shuffled, counting starts.

    Locks the boxes in order, as casting locks one: a ballot is before the closing or refused.
    """
    from consultation import tasks

    instant = instant or timezone.now()
    if par is not None:
        exiger(par, "consultation.clore", scrutin)
    with transaction.atomic():
        scrutin = _verrouiller(scrutin)
        vers = exiger_transition(scrutin, "clore")
        if instant < scrutin.ferme_le:
            raise ActeImpossible(
                f"Le scrutin est ouvert jusqu'au {heure(scrutin.ferme_le)}. On ne ferme pas une urne avant l'heure.",
                code="trop_tot",
            )
        urnes = list(Urne.objects.select_for_update(of=("self",)).filter(scrutin=scrutin).order_by("pk"))
        brasser(urnes)
        for urne in urnes:
            ajouter_evenement(urne, "EndBallots")
        scrutin.etat, scrutin.clos_le = vers, instant
        scrutin.save(update_fields=["etat", "clos_le"])
        journaliser(
            acte="consultation.clore",
            par=par,
            objet=scrutin,
            instant=instant,
            details={"tetes": {u.uuid: u.tete for u in urnes}},
        )
        tasks.depouiller.delay_on_commit(scrutin.pk)
    return scrutin


def proclamer_resultat(*, scrutin: Scrutin, instant: datetime | None = None) -> Scrutin:
    """The clock's act once each box holds its Result event: the vote is counted, not yet published."""
    instant = instant or timezone.now()
    with transaction.atomic():
        scrutin = _verrouiller(scrutin)
        vers = exiger_transition(scrutin, "proclamer")
        sans_resultat = scrutin.urnes.exclude(evenements__type=Evenement.Type.RESULT).count()
        if sans_resultat:
            raise ActeImpossible(f"{sans_resultat} urne(s) n'ont pas encore de résultat.", code="depouillement")
        scrutin.etat, scrutin.depouille_le = vers, instant
        scrutin.save(update_fields=["etat", "depouille_le"])
        journaliser(
            acte="consultation.proclamer",
            par=None,
            objet=scrutin,
            instant=instant,
            details={"tetes": dict(scrutin.urnes.values_list("uuid", "tete"))},
        )
    return scrutin


def publier_scrutin(*, scrutin: Scrutin, par: Compte, instant: datetime | None = None) -> Scrutin:
    """Publish the result and destroy the sealed codes with the key that opened them."""
    instant = instant or timezone.now()
    exiger(par, "consultation.publier", scrutin)
    with transaction.atomic():
        scrutin = _verrouiller(scrutin)
        vers = exiger_transition(scrutin, "publier")
        detruits = _detruire_les_codes(scrutin)
        scrutin.etat, scrutin.publie_le = vers, instant
        scrutin.save(update_fields=["etat", "publie_le"])
        journaliser(
            acte="consultation.publier", par=par, objet=scrutin, instant=instant, details={"codes_detruits": detruits}
        )
    return scrutin


def annuler_scrutin(*, scrutin: Scrutin, motif: str, par: Compte, instant: datetime | None = None) -> Scrutin:
    """Annul before publication, with a reason from `Scrutin.Motif`; the boxes stay, the codes are destroyed."""
    instant = instant or timezone.now()
    exiger(par, "consultation.annuler", scrutin)
    if motif not in Scrutin.Motif.values:
        raise ActeImpossible("Choisissez le motif d'annulation dans la liste.", code="motif", statut=400)
    with transaction.atomic():
        scrutin = _verrouiller(scrutin)
        vers = exiger_transition(scrutin, "annuler")
        _detruire_les_codes(scrutin)
        scrutin.etat, scrutin.annule_le, scrutin.motif = vers, instant, motif
        scrutin.save(update_fields=["etat", "annule_le", "motif"])
        journaliser(acte="consultation.annuler", par=par, objet=scrutin, instant=instant, details={"motif": motif})
    return scrutin


def _detruire_les_codes(scrutin: Scrutin) -> int:
    TrousseauDeCodes.objects.filter(scrutin=scrutin).delete()
    detruits, _ = CodeScelle.objects.filter(inscription__scrutin=scrutin).delete()
    return detruits

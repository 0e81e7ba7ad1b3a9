"""The life of an announced vote: opening, closing, proclamation, publication, annulment."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from consultation import controle
from consultation.actes.emargement import brasser
from consultation.actes.releve import relever_participation
from consultation.chaine import ajouter_evenement
from consultation.models import CodeScelle, Evenement, Scrutin, TrousseauDeCodes, Urne
from consultation.regles import exiger_transition, heure
from refondation.journal.actes import journaliser
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible, exiger


def _verrouiller(scrutin: Scrutin) -> Scrutin:
    return Scrutin.objects.select_for_update(of=("self",)).get(pk=scrutin.pk)


def _verrouiller_les_urnes(scrutin: Scrutin) -> list[Urne]:
    """All the boxes, in order; casting locks one of them: a ballot is before us or sees the state that we write."""
    return list(Urne.objects.select_for_update(of=("self",)).filter(scrutin=scrutin).order_by("pk"))


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
                f"{restent} urne(s) ne sont pas encore scellées. L'ouverture suivra d'elle-même.",
                code="preparation",
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
        urnes = _verrouiller_les_urnes(scrutin)
        brasser(urnes)
        for urne in urnes:
            ajouter_evenement(urne, "EndBallots")
        relever_participation(scrutin=scrutin, instant=instant, definitif=True)
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
            raise ActeImpossible(
                f"{sans_resultat} urne(s) n'ont pas encore de résultat.", code="depouillement"
            )
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
    """Publish the result and destroy the sealed codes with the key that opened them.

    Everything is checked once more before: a vote with a defect is not published.
    """
    instant = instant or timezone.now()
    exiger(par, "consultation.publier", scrutin)
    if scrutin.est_annonce:
        defauts = controle.defauts(scrutin)
        if defauts:
            raise ActeImpossible(
                f"Le contrôle trouve {len(defauts)} anomalie(s), le résultat n'est pas publié. {defauts[0]} "
                "Voyez la page de contrôle avec la commission de récolement.",
                code="controle",
            )
    with transaction.atomic():
        scrutin = _verrouiller(scrutin)
        vers = exiger_transition(scrutin, "publier")
        detruits = _detruire_les_codes(scrutin)
        scrutin.etat, scrutin.publie_le = vers, instant
        scrutin.save(update_fields=["etat", "publie_le"])
        journaliser(
            acte="consultation.publier",
            par=par,
            objet=scrutin,
            instant=instant,
            details={"codes_detruits": detruits},
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
        if scrutin.etat == Scrutin.Etat.OUVERT:
            # As at the closing: nobody will vote any more, and the order of signatures is effaced.
            brasser(_verrouiller_les_urnes(scrutin))
        _detruire_les_codes(scrutin)
        scrutin.etat, scrutin.annule_le, scrutin.motif = vers, instant, motif
        scrutin.save(update_fields=["etat", "annule_le", "motif"])
        journaliser(
            acte="consultation.annuler", par=par, objet=scrutin, instant=instant, details={"motif": motif}
        )
    return scrutin


def _detruire_les_codes(scrutin: Scrutin) -> int:
    TrousseauDeCodes.objects.filter(scrutin=scrutin).delete()
    detruits, _ = CodeScelle.objects.filter(inscription__scrutin=scrutin).delete()
    return detruits

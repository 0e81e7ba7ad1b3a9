"""Messages to the delegates of a perimeter: written, confirmed, sent once to each."""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from delegues.models import Campagne, Delegation, Envoi, MessageAuxDelegues
from delegues.models.mandats import DelegationQuerySet
from refondation.journal.actes import journaliser
from refondation.membres.codes import courriel
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible, exiger
from refondation.territoire.models import Federation

# An account confirms so many messages in so long: delegates keep reading what is rare.
MESSAGES_PAR_JOUR = 5
_JOUR = timedelta(days=1)


def ecrire_un_message(
    *,
    campagne: Campagne,
    objet: str,
    corps: str,
    federation: Federation | None = None,
    suppleants: bool = True,
    par: Compte,
    message: MessageAuxDelegues | None = None,
    instant: datetime | None = None,
) -> MessageAuxDelegues:
    """Keep a message to preview; `message` rewrites one that is not confirmed.  Nothing is sent.

    Raises `ActeInterdit`, or `ActeImpossible`: `confirme`, `vide`.
    """
    instant = instant or timezone.now()
    exiger(par, "delegues.ecrire", federation or campagne)
    if not objet.strip() or not corps.strip():
        raise ActeImpossible("Un message a un objet et un texte.", code="vide", statut=422)
    with transaction.atomic():
        if message is None:
            message = MessageAuxDelegues(campagne=campagne)
        else:
            message = MessageAuxDelegues.objects.select_for_update(of=("self",)).get(pk=message.pk)
            exiger(par, "delegues.ecrire", message.federation or message.campagne)
            _exiger_pas_confirme(message)
        message.objet, message.corps = " ".join(objet.split()), corps.strip()
        message.federation, message.suppleants = federation, suppleants
        message.auteur, message.ecrit_le = par, instant
        message.clean_fields(exclude=["federation", "confirme_le"])
        message.save()
        journaliser(acte="delegues.ecrire_un_message", par=par, objet=message, instant=instant)
    return message


def _exiger_pas_confirme(message: MessageAuxDelegues) -> None:
    if message.confirme_le is not None:
        raise ActeImpossible("Ce message est déjà parti : il ne se change plus.", code="confirme")


def destinataires(message: MessageAuxDelegues, *, instant: datetime) -> DelegationQuerySet:
    """Whom the message would reach now: sitting, in the perimeter, with an address."""
    delegations = message.campagne.delegations.en_exercice(au=timezone.localdate(instant)).exclude(
        adherent__courriel=""
    )
    if message.federation_id:
        delegations = delegations.filter(designation__section__federation=message.federation_id)
    if not message.suppleants:
        delegations = delegations.filter(qualite=Delegation.Qualite.TITULAIRE)
    return delegations


def confirmer_un_message(
    *, message: MessageAuxDelegues, nombre: int, par: Compte, instant: datetime | None = None
) -> MessageAuxDelegues:
    """Send to each delegate of the perimeter, by a task; `nombre` is the count that the preview showed.

    Raises `ActeInterdit`, or `ActeImpossible`: `confirme` (sent twice), `nombre` (the count has
    changed since), `personne`, `trop_souvent`.
    """
    from delegues.tasks_mandats import envoyer_un_message

    instant = instant or timezone.now()
    with transaction.atomic():
        # The author first: two confirmations at once must count each other.
        Compte.objects.select_for_update(of=("self",), no_key=True).get(pk=par.pk)
        message = MessageAuxDelegues.objects.select_for_update(of=("self",)).get(pk=message.pk)
        exiger(par, "delegues.ecrire", message.federation or message.campagne)
        _exiger_pas_confirme(message)
        recents = MessageAuxDelegues.objects.confirmes_depuis(instant - _JOUR).filter(auteur=par)
        if recents.count() >= MESSAGES_PAR_JOUR:
            raise ActeImpossible(
                f"Vous avez envoyé {MESSAGES_PAR_JOUR} messages en vingt-quatre heures. Attendez demain.",
                code="trop_souvent",
                statut=429,
            )
        delegations = list(destinataires(message, instant=instant).values_list("pk", flat=True))
        if not delegations:
            raise ActeImpossible("Personne ne recevrait ce message.", code="personne")
        if len(delegations) != nombre:
            raise ActeImpossible(
                f"L'aperçu annonçait {nombre} destinataires ; il y en a maintenant {len(delegations)}. "
                "Relisez l'aperçu, puis confirmez de nouveau.",
                code="nombre",
            )
        Envoi.objects.bulk_create(Envoi(message=message, delegation_id=pk) for pk in delegations)
        message.auteur, message.confirme_le, message.destinataires = par, instant, len(delegations)
        message.save(update_fields=["auteur", "confirme_le", "destinataires"])
        envoyer_un_message.delay_on_commit(message.pk)
        journaliser(
            acte="delegues.confirmer_un_message",
            par=par,
            objet=message,
            details={"destinataires": len(delegations)},
            instant=instant,
        )
    return message


def envoyer_a_un_delegue(*, message: MessageAuxDelegues, instant: datetime | None = None) -> Envoi | None:
    """Send the message to one delegate who has not had it; None when there is nobody left.

    The line is taken up in a transaction of its own, so that nothing leaves twice whatever dies in
    between.  An address refused is noted and hinders nobody else; a mail server that does not
    answer gives the line back and raises `OSError`.
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        envoi = (
            message.envois.a_faire()
            .select_for_update(of=("self",), skip_locked=True)
            .select_related("delegation__adherent", "delegation__designation__section")
            .order_by("pk")
            .first()
        )
        if envoi is None:
            return None
        envoi.pris_le = instant
        envoi.save(update_fields=["pris_le"])
    try:
        _lettre(message, envoi).send()
    except smtplib.SMTPRecipientsRefused:
        envoi.echec = "Adresse refusée par le serveur de courriel."
    except OSError:
        envoi.pris_le = None
        envoi.save(update_fields=["pris_le"])
        raise
    else:
        envoi.envoye_le = timezone.now()
    envoi.save(update_fields=["envoye_le", "echec"])
    return envoi


def _lettre(message: MessageAuxDelegues, envoi: Envoi) -> EmailMessage:
    adherent = envoi.delegation.adherent
    return courriel(
        "delegues_message",
        adherent.courriel,
        {
            "message": message,
            "adherent": adherent,
            "section": envoi.delegation.designation.section,
            "auteur": message.auteur.nom or "L'équipe de la campagne",
            "perimetre": f"fédération {message.federation}" if message.federation_id else "",
        },
    )


def reprendre_les_incertains(
    *, message: MessageAuxDelegues, par: Compte, instant: datetime | None = None
) -> int:
    """Send again to those of whom a dead worker left nothing known; how many.  They may have it twice."""
    from delegues.tasks_mandats import envoyer_un_message

    instant = instant or timezone.now()
    with transaction.atomic():
        message = MessageAuxDelegues.objects.select_for_update(of=("self",)).get(pk=message.pk)
        exiger(par, "delegues.ecrire", message.federation or message.campagne)
        repris = message.envois.incertains(instant=instant).update(pris_le=None)
        if repris:
            envoyer_un_message.delay_on_commit(message.pk)
            journaliser(
                acte="delegues.reprendre_les_incertains",
                par=par,
                objet=message,
                details={"envois": repris},
                instant=instant,
            )
    return repris

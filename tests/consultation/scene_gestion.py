"""Browsers of those who write, control and count a vote; a vote played to its end."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.messages import get_messages
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consultation import actes
from consultation.belenios.depouillement import dechiffrement_partiel, lire_total
from consultation.chaine import election_de
from consultation.models import Evenement, Gardien, Scrutin
from refondation.membres.models import Compte
from refondation.territoire.models import Section
from tests.consultation.scene import Vote, creer_compte
from tests.membres.monde import donner_un_second_facteur

DANS_DIX_JOURS = timedelta(days=10)
ROLES = (None, "secretaire_section", "direction", "recolement", "administrateur")


def navigateur_de(compte: Compte, *, second_facteur: bool = True, **options: Any) -> Client:
    """Logged in; with a second factor given just now where the account has a mandate."""
    client = Client(**options)
    client.force_login(compte, backend="refondation.membres.connexion.ComptesPresents")
    if second_facteur and compte.mandats.exists():
        if not Authenticator.objects.filter(user=compte).exists():
            donner_un_second_facteur(compte)
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa", "at": time.time(), "type": "totp"}]
        session["account_authentication_methods_user"] = str(compte.pk)
        session.save()
    return client


def navigateur(role: str | None) -> Client:
    perimetre = {"section": Section.objects.first()} if role == "secretaire_section" else {}
    return navigateur_de(creer_compte(role, **perimetre))


def route(nom: str, scrutin: Scrutin | None = None, *args: Any) -> str:
    return reverse(f"consultation:{nom}", args=[scrutin.slug, *args] if scrutin else None)


def heure_locale(instant: datetime) -> str:
    """What a date and hour field of the browser sends."""
    return timezone.localtime(instant).strftime("%Y-%m-%dT%H:%M")


def reglages(**champs: Any) -> dict[str, Any]:
    """What the form of a vote's rules sends."""
    ouvre = timezone.now() + DANS_DIX_JOURS
    return {
        "nom": "Document de cadrage",
        "slug": "cadrage",
        "presentation": "",
        "ouvre_le": heure_locale(ouvre),
        "ferme_le": heure_locale(ouvre + timedelta(days=7)),
        "perimetre": "national",
        "section": "",
        "reference_le": "2026-09-01",
        "anciennete_mois": "6",
        "cotisation_au": "2026-09-01",
        "sympathisants": "exclus",
        "maillage": "federation",
        "seuil": "10",
        **champs,
    }


def dit(reponse: HttpResponse) -> list[str]:
    """The last thing that the page will say."""
    return [str(m) for m in get_messages(reponse.wsgi_request)][-1:]


def compter(vote: Vote) -> None:
    """Re-verify every slice and sum the boxes, as the workers do."""
    actes.decouper(scrutin=vote.scrutin)
    while (tranche := actes.verifier_une_tranche(scrutin=vote.scrutin)) is not None:
        actes.totaliser_urne(urne=tranche.urne)


def part_de(vote: Vote, gardien: Gardien, urne: Any) -> bytes:
    election = election_de(urne)
    total = urne.evenements.get(type=Evenement.Type.ENCRYPTED_TALLY).donnees[0].encode()
    return dechiffrement_partiel(election, lire_total(election, total), vote.cles[gardien.pk])


def dechiffrer(vote: Vote) -> None:
    for gardien in Gardien.objects.filter(scrutin=vote.scrutin):
        for urne in vote.scrutin.urnes.all():
            actes.deposer_dechiffrement(
                urne=urne, gardien=gardien, octets=part_de(vote, gardien, urne), par=gardien.compte
            )


def depouiller(vote: Vote) -> Vote:
    """From an open vote to its result, not yet published."""
    vote.clore()
    compter(vote)
    dechiffrer(vote)
    actes.proclamer_resultat(scrutin=vote.scrutin)
    vote.scrutin.refresh_from_db()
    return vote


def publier(vote: Vote) -> Vote:
    depouiller(vote)
    actes.publier_scrutin(scrutin=vote.scrutin, par=vote.admin)
    vote.scrutin.refresh_from_db()
    return vote


def malgre_les_remparts(sql: str, *parametres: Any) -> int:
    """What the owner of the database can do: write past every trigger; how many lines changed."""
    with connection.cursor() as curseur:
        # Checks put off to the end of the transaction are made now: they would judge what comes next.
        curseur.execute("SET CONSTRAINTS ALL IMMEDIATE")
        curseur.execute("SET CONSTRAINTS ALL DEFERRED")
        curseur.execute("SET session_replication_role = replica")
        curseur.execute(sql, parametres)
        nombre = curseur.rowcount
        curseur.execute("SET session_replication_role = origin")
    return nombre

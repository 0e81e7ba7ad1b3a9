"""A vote open today, its voters' accounts, and how their booth talks to the server."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consultation import actes
from consultation.models import Evenement, Inscription, Urne
from consultation.views.isoloir import jeton_de_l_electeur
from refondation.membres.actes import ouvrir_compte
from refondation.membres.models import Adherent, Compte
from tests.consultation.scene import Vote, faire_scrutin

JOUR = timedelta(days=1)


def preparer_le_vote(
    ouvre_le: datetime | None = None, ferme_le: datetime | None = None, **champs: Any
) -> Vote:
    """Announced three days before its opening (two days ago), every box sealed."""
    ouvre_le = ouvre_le or timezone.now() - 2 * JOUR
    vote = faire_scrutin(ouvre_le=ouvre_le, ferme_le=ferme_le or timezone.now() + 5 * JOUR, **champs)
    actes.annoncer_scrutin(scrutin=vote.scrutin, par=vote.admin, instant=ouvre_le - 3 * JOUR)
    for urne in Urne.objects.filter(scrutin=vote.scrutin):
        actes.preparer_urne(urne=urne)
    vote.scrutin.refresh_from_db()
    return vote


def ouvrir_maintenant(**champs: Any) -> Vote:
    """Opened two days ago, for five more days: no clock to move."""
    vote = preparer_le_vote(**champs)
    actes.ouvrir_scrutin(scrutin=vote.scrutin, par=None, instant=vote.scrutin.ouvre_le)
    vote.scrutin.refresh_from_db()
    return vote


def compte_de(inscription: Inscription) -> Compte:
    return ouvrir_compte(adherent=inscription.adherent)


def connecter(inscription: Inscription, **options: Any) -> Client:
    """A browser of that voter."""
    client = Client(**options)
    client.force_login(compte_de(inscription), backend="refondation.membres.connexion.ComptesPresents")
    return client


def adresse(route: str, vote: Vote, *args: Any) -> str:
    return reverse(f"consultation:{route}", args=[vote.scrutin.slug, *args])


def deposer(
    client: Client, vote: Vote, inscription: Inscription, octets: bytes, **entetes: Any
) -> HttpResponse:
    """What the booth of `inscription` sends."""
    entetes = {"X-Electeur": jeton_de_l_electeur(inscription), **entetes}
    # Django's client leaves the content type out with an empty body; browsers do not.
    return client.post(
        adresse("depot", vote),
        octets,
        content_type="application/json",
        headers=entetes,
        CONTENT_TYPE="application/json",
    )


def lu(reponse: HttpResponse) -> tuple[int, str]:
    """(status, code) of a JSON refusal."""
    corps = json.loads(reponse.content)
    assert set(corps) == {"code", "message"}
    assert corps["message"].endswith(".")
    return reponse.status_code, corps["code"]


def suivis(vote: Vote) -> list[str]:
    return [e.suivi for e in Evenement.objects.bulletins().filter(urne__scrutin=vote.scrutin).order_by("pk")]


def ouvrir_session(compte: Compte) -> Client:
    client = Client()
    client.force_login(compte, backend="refondation.membres.connexion.ComptesPresents")
    return client


def compte_de_l_adherent(adherent: Adherent) -> Compte:
    return ouvrir_compte(adherent=adherent)

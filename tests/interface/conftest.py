"""Who looks at the pages: sessions that have just proved what their role asks."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.test import Client

from refondation.membres.models import Compte
from tests.membres.monde import creer_compte, donner_un_second_facteur


def ouvrir_session(compte: Compte, *preuves: str) -> Client:
    """A browser where this account has logged in; `preuves`: "code", "mfa", given just now."""
    client = Client()
    client.force_login(compte, backend="refondation.membres.connexion.ComptesPresents")
    session = client.session
    session["account_authentication_methods"] = [{"method": p, "at": time.time()} for p in preuves]
    session["account_authentication_methods_user"] = str(compte.pk)
    session.save()
    return client


@pytest.fixture
def membre(db: None) -> Compte:
    return creer_compte(prenom="Ada", nom="Lovelace")


@pytest.fixture
def administratrice(db: None) -> Compte:
    compte = creer_compte("administrateur", prenom="Grace", nom="Hopper")
    donner_un_second_facteur(compte)
    return compte


@pytest.fixture
def session() -> Callable[..., Client]:
    return ouvrir_session

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from refondation.membres.models import Compte
from refondation.territoire.models import Section
from tests.registre.scene import compte_de, territoire


@pytest.fixture(autouse=True)
def _media(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files go to a folder of the test, for the workers that it starts too."""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setenv("MEDIA_ROOT", str(tmp_path / "media"))


@pytest.fixture
def sections(db: None) -> dict[str, Section]:
    return territoire()


@pytest.fixture
def sans_second_facteur(settings) -> None:
    settings.SECOND_FACTEUR_OBLIGATOIRE = False


@pytest.fixture
def entrer(client: Client, sections: dict[str, Section]) -> Callable[..., Client]:
    def faire(role: str | None, code: str = "31001") -> Client:
        client.force_login(compte_de(role, sections, code))
        return client

    return faire


@pytest.fixture
def admin(sections: dict[str, Section]) -> Compte:
    compte = Compte.objects.create(email="nationale@exemple.fr", nom="Nationale")
    compte.mandats.create(role="administrateur", debut=date(2020, 1, 1))
    return compte

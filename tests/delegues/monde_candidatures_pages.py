"""A campaign whose clock is ours, a section of four members, their browsers."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from delegues.models import Campagne, Designation
from tests.consultation.scene_gestion import navigateur_de
from tests.delegues.scene import (
    CANDIDATURES,
    faire_designation,
)
from tests.delegues.scene_candidatures import (
    calendrier_ou_l_on_est,
    compte_de,
    faire_campagne,
    peupler,
)


@pytest.fixture(autouse=True)
def _photos_a_part(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


class Monde:
    """A campaign whose clock is ours, a section of four members, their browsers."""

    def __init__(self, phase: Any = CANDIDATURES, **champs: Any) -> None:
        self.campagne: Campagne = faire_campagne(**calendrier_ou_l_on_est(phase) | champs)
        self.section, self.membres = peupler()
        self.designation: Designation = faire_designation(self.campagne, self.section)

    def navigateur(self, rang: int = 0) -> Client:
        return navigateur_de(compte_de(self.membres[rang]))

    def adresse(self, route: str, *args: Any) -> str:
        de_section = {"candidatures", "proposer", "en_ligne", "reporter"}
        base = [self.campagne.slug, self.section.code] if route in de_section else [self.campagne.slug]
        return reverse(f"delegues:{route}", args=[*base, *args])


@pytest.fixture
def monde() -> Monde:
    return Monde()


def texte_de(reponse: Any) -> str:
    """The words of the page's main part, spaces made one."""
    principal = re.search(r"<main.*?</main>", reponse.content.decode(), re.DOTALL).group()
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", principal)))

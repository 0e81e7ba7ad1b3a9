"""Fixtures of the vote; what builds them is in scene.py."""

from __future__ import annotations

import pytest

from refondation.territoire.models import Federation, Section
from tests.consultation.scene import Vote, creer_adherents, creer_section, faire_scrutin, ouvrir_le_vote


@pytest.fixture
def territoire(db: None) -> list[Section]:
    """Two federations of two sections, and twelve members in each section."""
    sections = []
    for code in ("31", "75"):
        federation = Federation.objects.create(code=code, nom=f"Fédération {code}", nature="metropole")
        sections += [creer_section(f"{code}{i:03d}", federation) for i in (1, 2)]
    for section in sections:
        creer_adherents(section, 12)
    return sections


@pytest.fixture
def vote_ouvert(territoire: list[Section]) -> Vote:
    return ouvrir_le_vote(faire_scrutin())

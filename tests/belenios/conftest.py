"""Elections made once for the whole folder: nobody writes to them afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.belenios.fabrique import Atelier, atelier_ordinaire

VECTEURS = Path(__file__).parent.parent / "javascript" / "vecteurs"


@pytest.fixture(scope="session")
def a_single() -> bytes:
    """The reference election made with belenios-tool 2.0, whole archive."""
    return (VECTEURS / "a-single.bel").read_bytes()


@pytest.fixture(scope="session")
def codes_a_single() -> list[str]:
    """Private credentials of `a-single`, in the order of its voters."""
    return [ligne.split()[-1] for ligne in (VECTEURS / "private_creds.txt").read_text().splitlines()]


@pytest.fixture(scope="session")
def atelier() -> Atelier:
    return atelier_ordinaire()


@pytest.fixture(scope="session")
def archive(atelier: Atelier) -> bytes:
    return atelier.archive()

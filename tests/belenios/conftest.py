"""Elections made once for the whole folder: nobody writes to them afterwards."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from consultation.belenios.bulletins import chiffrer
from consultation.belenios.verificateur import ArchiveInvalide, verifier_archive
from tests.belenios.fabrique import CHOIX, Atelier, atelier_ordinaire

VECTEURS = Path(__file__).parent.parent / "javascript" / "vecteurs"


@pytest.fixture(scope="session")
def a_single() -> bytes:
    """The reference election made with belenios-tool 2.0, whole archive."""
    return (VECTEURS / "a-single.bel").read_bytes()


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference elections, sound and altered, as belenios-tool 2.0 made them: one folder each."""
    dossier = tmp_path_factory.mktemp("reference")
    with tarfile.open(Path(__file__).parent / "vecteurs.tar.xz") as paquet:
        paquet.extractall(dossier, filter="data")
    return dossier


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


@pytest.fixture
def verdict(tmp_path):
    """The state of a valid archive, or the code of its refusal; the exception is kept in `verdict.refus`."""

    def juger(octets: bytes, **options) -> str:
        (tmp_path / "a.bel").write_bytes(octets)
        try:
            juger.rapport = verifier_archive(tmp_path / "a.bel", **{"processus": 1, **options})
        except ArchiveInvalide as refus:
            juger.refus = refus
            return refus.code
        return juger.rapport.etat

    return juger


@pytest.fixture(scope="session")
def bulletin(atelier: Atelier) -> bytes:
    """A ballot of `atelier` that is in no archive: of its second voter."""
    return chiffrer(atelier.election, atelier.codes[1], CHOIX[0])

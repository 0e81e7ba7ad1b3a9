from __future__ import annotations

from pathlib import Path

import pytest

from refondation.territoire.models import Section
from tests.registre.scene import territoire


@pytest.fixture(autouse=True)
def _media(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files go to a folder of the test, for the workers that it starts too."""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setenv("MEDIA_ROOT", str(tmp_path / "media"))


@pytest.fixture
def sections(db: None) -> dict[str, Section]:
    return territoire()

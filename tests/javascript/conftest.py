"""Elections made once for the whole folder: nobody writes to them afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.javascript.outil_belenios import QUESTIONS, ElectionClose, ElectionDEssai, appeler


@pytest.fixture(scope="session")
def election_close(tmp_path_factory: pytest.TempPathFactory) -> ElectionClose:
    cles = [appeler("creerCle", scrutin="essai", gardien=nom) for nom in ("Ada", "Élie")]
    election = ElectionDEssai(
        tmp_path_factory.mktemp("close"), QUESTIONS, 5, [cle["publique"] for cle in cles]
    )
    choix = [
        [[0], [1], [0, 4, 5], []],
        [[2], "blanc", [1], "blanc"],
        [[1], [0], [1, 2], [0, 1]],
        [[1], [1], [3], [1]],
    ]
    votes = [{"code": code, "choix": c} for code, c in zip(election.codes, choix, strict=False)]
    # The first voter votes again: the last ballot counts.
    votes.append({"code": election.codes[0], "choix": [[1], "blanc", [5], [0]]})
    bulletins = appeler("chiffrer", election=election.election, votes=votes)["bulletins"]
    for bulletin in bulletins:
        election.deposer(bulletin["bulletin"])
    election.clore()
    return ElectionClose(election, cles, bulletins)


@pytest.fixture(scope="session")
def vecteurs() -> Path:
    """The reference election `a-single`."""
    return Path(__file__).parent / "vecteurs"

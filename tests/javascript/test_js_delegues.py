"""The phone's own arithmetic and its ticks that wait: the first says what the server says."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from random import Random
from typing import Any

from delegues.decompte import Decompte, ecarts

APPELER = Path(__file__).parent / "appeler_delegues.mjs"


def appeler(operation: str, **arguments: Any) -> Any:
    sortie = subprocess.run(
        ["node", APPELER, operation], input=json.dumps(arguments), capture_output=True, text=True, check=True
    )
    return json.loads(sortie.stdout)


def test_la_page_et_le_serveur_disent_la_meme_chose() -> None:
    """Two thousand counts, half of them right: the page objects when, and only when, the server does."""
    hasard = Random(4)
    comptes = []
    for _ in range(2000):
        noms = hasard.choice([1, 1, 2, 3])
        votants, blancs, nuls = hasard.randint(0, 12), hasard.randint(0, 3), hasard.randint(0, 3)
        exprimes = max(0, votants - blancs - nuls)
        voix = [hasard.randint(0, exprimes) for _ in range(hasard.choice([1, 2, 4]))]
        if noms == 1 and hasard.random() < 0.7:
            voix = [exprimes] + [0] * (len(voix) - 1)
        comptes.append(
            {
                "inscrits": 20, "presents": 20, "votants": votants, "blancs": blancs, "nuls": nuls,
                "noms": noms, "voix": voix,
            }
        )  # fmt: skip
    attendus = [ecarts(Decompte(**{**compte, "voix": dict(enumerate(compte["voix"]))})) for compte in comptes]
    dits = appeler("ecarts", comptes=comptes)
    assert [len(phrases) for phrases in dits] == [len(phrases) for phrases in attendus]
    justes = sum(not phrases for phrases in dits)
    assert 400 < justes < 1600


def test_la_page_dit_qu_il_manque_des_presents_avant_de_signer() -> None:
    compte = {"inscrits": 9, "votants": 5, "blancs": 0, "nuls": 0, "noms": 1, "voix": [5]}
    assert appeler("ecarts", comptes=[{**compte, "presents": 4}, {**compte, "presents": 5}]) == [
        ["5 votant·es pour 4 présent·es pointé·es : complétez la liste de présence avant de signer."],
        [],
    ]


def test_les_pointages_attendent_le_reseau_et_survivent_a_la_page() -> None:
    vu = appeler("attente", etapes=[["noter", 1, True, 10], ["noter", 2, True, 11], ["perdre"], ["partir"]])
    assert vu["lots"] == [[[1, True, 10], [2, True, 11]]]
    assert vu["reste"] == vu["lots"][0]
    # Nothing but ids, states and the clock is kept.
    assert json.loads(vu["garde"]) == vu["reste"]


def test_ce_qui_change_pendant_l_envoi_attend_encore() -> None:
    vu = appeler(
        "attente",
        etapes=[
            ["noter", 1, True, 10],
            ["noter", 2, True, 10],
            ["partir"],
            ["noter", 1, False, 20],
            ["arriver"],
        ],
    )
    assert vu["reste"] == [[1, False, 20]]


def test_une_horloge_qui_recule_garde_l_ordre_des_pointages() -> None:
    vu = appeler("attente", etapes=[["noter", 1, True, 50], ["noter", 1, False, 40], ["partir"], ["arriver"]])
    assert vu["lots"] == [[[1, False, 51]]]
    assert (vu["reste"], vu["garde"]) == ([], "")

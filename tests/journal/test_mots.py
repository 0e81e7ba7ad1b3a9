"""The journal in words: every act of the rooms has its own, and nothing unknown breaks the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps

from refondation.journal.mots import acte_en_mots, objet_en_mots

SALLES = ("territoire", "membres", "consultation")


@pytest.mark.parametrize("salle", SALLES)
def test_chaque_acte_journalise_a_ses_mots(salle: str) -> None:
    configuration = apps.get_app_config(salle)
    ecrits = {
        verbe
        for fichier in Path(configuration.path).rglob("*.py")
        for verbe in re.findall(rf'\bacte="{salle}\.(\w+)"', fichier.read_text())
    }
    assert ecrits == set(configuration.actes_en_mots)


def test_deux_actes_ne_portent_pas_les_memes_mots() -> None:
    mots = [m for salle in SALLES for m in apps.get_app_config(salle).actes_en_mots.values()]
    assert len(mots) == len(set(mots))


@pytest.mark.parametrize(
    ("acte", "mots"),
    [
        ("consultation.clore", "Clôture d'un scrutin"),
        ("consultation.inconnu", "consultation.inconnu"),
        ("journal.a", "journal.a"),
        ("essai", "essai"),
    ],
)
def test_un_acte_se_lit(acte: str, mots: str) -> None:
    assert acte_en_mots(acte) == mots


@pytest.mark.parametrize(
    ("objet", "mots"),
    [
        ("consultation.scrutin:3", "scrutin n°\xa03"),
        ("territoire.federation:31", "fédération n°\xa031"),
        ("consultation.disparu:1", "consultation.disparu:1"),
        ("", ""),
    ],
)
def test_un_objet_se_lit(objet: str, mots: str) -> None:
    assert objet_en_mots(objet) == mots

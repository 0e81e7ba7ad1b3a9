"""Invented members: the same for the same seed, and what the register accepts."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from refondation.demo.population import AU, ENTETE, Personne, ecrire_fichier, generer

SECTIONS = [
    SimpleNamespace(code="31555", population=500_000),
    SimpleNamespace(code="48095", population=12_000),
    SimpleNamespace(code="F-LON", population=None),
]


@pytest.fixture(scope="module")
def population() -> list[Personne]:
    return list(generer(5000, 7, SECTIONS))


def test_meme_graine_memes_personnes(population: list[Personne]) -> None:
    assert list(generer(5000, 7, SECTIONS)) == population
    assert list(generer(100, 7, SECTIONS)) == population[:100]
    assert list(generer(100, 8, SECTIONS)) != population[:100]


def test_valeurs_que_le_registre_accepte(population: list[Personne]) -> None:
    assert [p.numero for p in population] == [f"A{i:07d}" for i in range(1, 5001)]
    for p in population:
        assert 0 < len(p.nom) <= 80
        assert 0 < len(p.prenom) <= 80
        assert p.genre in {"F", "H", "A", ""}
        assert re.fullmatch(r"([a-z0-9.-]+@[a-z]+\.example)?", p.courriel), p.courriel
        assert p.adhesion_le < AU
        if p.naissance:
            assert 16 * 365 <= (AU - p.naissance).days <= 98 * 366
            assert p.naissance < p.adhesion_le
        assert (p.statut, p.a_jour_au) == ("sympathisant", None) or p.a_jour_au >= p.adhesion_le


def test_vraisemblance(population: list[Personne]) -> None:
    par_section = Counter(p.section.code for p in population)
    assert par_section["31555"] > 10 * par_section["48095"] > 10 * par_section["F-LON"] > 0
    genres = Counter(p.genre for p in population)
    assert 0.42 < genres["F"] / 5000 < 0.48
    assert genres["A"] > 0 < genres[""]
    partages = sum(1 for a, b in pairwise(population) if a.courriel and a.courriel == b.courriel)
    assert 0.02 < partages / 5000 < 0.04
    assert 0.02 < sum(p.courriel == "" for p in population) / 5000 < 0.06
    assert 0.1 < sum(p.a_jour_au is not None and p.a_jour_au < AU for p in population) / 5000 < 0.2


def test_un_autre_jour() -> None:
    assert all(p.adhesion_le < date(2030, 1, 1) for p in generer(50, 1, SECTIONS, au=date(2030, 1, 1)))
    assert any(p.adhesion_le > AU for p in generer(50, 1, SECTIONS, au=date(2030, 1, 1)))


def test_fichier_national(tmp_path: Path) -> None:
    chemin = tmp_path / "fichier.csv"
    assert ecrire_fichier(chemin, generer(3, 7, SECTIONS)) == 3
    with chemin.open(encoding="utf-8", newline="") as fichier:
        lignes = list(csv.reader(fichier, delimiter=";"))
    assert tuple(lignes[0]) == ENTETE
    assert [ligne[0] for ligne in lignes[1:]] == ["A0000001", "A0000002", "A0000003"]
    assert re.fullmatch(r"\d\d/\d\d/\d{4}", lignes[1][7])

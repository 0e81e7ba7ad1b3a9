"""The tile map is that of the territory; the drawings that are files follow from it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from refondation.interface.cartes import departements_traces
from refondation.interface.dessins import DESSINS, IMAGES
from refondation.interface.trame import COLONNES, ECHELLE_DES_PARTS, RANGEES, TRAME, niveau, valeurs

TERRITOIRE = settings.BASE_DIR / "refondation" / "territoire" / "donnees" / "federations.csv"


@dataclass
class Ligne:
    nom: str
    inscrits: int
    votants: int | None
    federations: tuple[str, ...]

    @property
    def part(self) -> float | None:
        return None if self.votants is None else self.votants / self.inscrits


def test_la_trame_a_une_case_par_federation_du_territoire() -> None:
    with TERRITOIRE.open(encoding="utf-8", newline="") as fichier:
        codes = [ligne["code"] for ligne in csv.DictReader(fichier)]
    assert sorted(TRAME) == sorted(codes)


def test_la_trame_a_cent_huit_cases_sans_chevauchement() -> None:
    assert len(TRAME) == 108
    assert len(set(TRAME.values())) == 108
    assert (COLONNES, RANGEES) == (13, 13)
    assert all(0 <= c < COLONNES and 0 <= r < RANGEES for c, r in TRAME.values())


def test_la_trame_se_lit_comme_une_carte() -> None:
    colonne, rangee = (lambda code: TRAME[code][0]), (lambda code: TRAME[code][1])
    assert rangee("59") < rangee("75") < rangee("63") < rangee("31") < rangee("2A")
    assert colonne("29") < colonne("35") < colonne("75") < colonne("67")
    assert colonne("33") < colonne("63") < colonne("06")


@pytest.mark.parametrize("nom", sorted(DESSINS))
def test_le_fichier_du_dessin_est_a_jour(nom: str) -> None:
    """`python -m refondation.interface.dessins` writes them."""
    assert (IMAGES / nom).read_text(encoding="utf-8") == DESSINS[nom]()


def test_la_carte_a_les_96_departements_de_metropole() -> None:
    assert len(departements_traces()) == 96
    assert departements_traces() < set(TRAME)
    hors_carte = set(TRAME) - departements_traces()
    assert hors_carte == {
        "971", "972", "973", "974", "975", "976", "977", "978", "986", "987", "988", "FFE",
    }  # fmt: skip


def test_la_carte_garde_son_attribution() -> None:
    cartes = Path(settings.BASE_DIR) / "static" / "cartes"
    licence = (cartes / "LICENCE-departements.txt").read_text(encoding="utf-8")
    assert "Victor Cazanave" in licence
    assert "CC BY 4.0" in licence
    assert "LICENCE-departements.txt" in (cartes / "departements.svg").read_text(encoding="utf-8")[:400]


@pytest.mark.parametrize(
    ("part", "attendu"),
    [
        (None, None),
        (0, 0),
        (0.1999, 0),
        (0.2, 1),
        (0.4, 2),
        (0.6, 3),
        (0.7999, 3),
        (0.8, 4),
        (1, 4),
        (1.2, 4),
    ],
)
def test_niveau(part: float | None, attendu: int | None) -> None:
    assert niveau(part) == attendu


def test_les_niveaux_ont_chacun_leurs_mots() -> None:
    assert len(ECHELLE_DES_PARTS) == 5


def test_valeurs_donne_une_case_a_chaque_federation_d_un_groupe() -> None:
    lignes = [Ligne("Haute-Garonne", 1210, 640, ("31",)), Ligne("Lozère, Cantal", 40, None, ("48", "15"))]
    assert valeurs(lignes) == [
        {
            "code": "31",
            "niveau": 2,
            "texte": "Haute-Garonne : 640 votant·es sur 1\u202f210 inscrit·es (52,9\u202f%)",
            "url": "",
        },
        {"code": "48", "niveau": None, "texte": "Lozère, Cantal : non publié", "url": ""},
        {"code": "15", "niveau": None, "texte": "Lozère, Cantal : non publié", "url": ""},
    ]


def test_une_case_de_beaucoup_de_federations_ne_les_nomme_pas_toutes() -> None:
    lignes = [Ligne("Lot, Gers, Tarn, Aude", 40, 12, ("46", "32", "81", "11"))]
    assert [valeur["texte"] for valeur in valeurs(lignes)] == [
        f"Fédération {code}, comptée avec 3 autres : 12 votant·es sur 40 inscrit·es (30,0\u202f%)"
        for code in ("46", "32", "81", "11")
    ]

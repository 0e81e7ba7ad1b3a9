"""What is written is read again as it was, by other programs too, and runs nowhere."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path

import openpyxl

from refondation.tableaux import ecrire_classeur, lignes_csv, lire

JOUR, INSTANT = date(2026, 9, 21), datetime(2026, 9, 21, 18, 30)  # noqa: DTZ001


def test_csv() -> None:
    texte = "".join(
        lignes_csv(
            ("nom", "le"), [("=1+1", JOUR), ('a;"b"\n', None), ("-x", INSTANT), ("@a", 12), ("+3", "")]
        )
    )
    assert texte.startswith("\ufeffnom;le\r\n")
    assert list(csv.reader(io.StringIO(texte[1:]), delimiter=";")) == [
        ["nom", "le"],
        ["'=1+1", "21/09/2026"],
        ['a;"b"\n', ""],
        ["'-x", "21/09/2026 18:30"],
        ["'@a", "12"],
        ["'+3", ""],
    ]


def test_classeur(tmp_path: Path) -> None:
    chemin = tmp_path / "c.xlsx"
    lignes = [
        ("01001", '=HYPERLINK("x")', JOUR, 12),
        ("A2", "Noël & <co>\n", None, 0.5),
        ("A3", "a\x00b\ud800", INSTANT, ""),
    ]
    with chemin.open("wb") as fichier:
        ecrire_classeur(
            fichier,
            [
                ("Lisez-moi", (), [("Fichier", "essai")]),
                ("Adhérent·es", ("Numéro", "Nom", "Ville", "N"), lignes),
            ],
        )
    livre = openpyxl.load_workbook(chemin)
    assert livre.sheetnames == ["Lisez-moi", "Adhérent·es"]
    assert [c.value for c in livre["Lisez-moi"][1]] == ["Fichier", "essai"]
    feuille = livre["Adhérent·es"]
    assert [[c.value for c in ligne] for ligne in feuille.iter_rows()] == [
        ["Numéro", "Nom", "Ville", "N"],
        ["01001", '=HYPERLINK("x")', datetime(2026, 9, 21), 12],  # noqa: DTZ001
        ["A2", "Noël & <co>\n", None, 0.5],
        ["A3", "ab", INSTANT, None],
    ]
    assert {feuille["B2"].data_type, feuille["A2"].data_type} == {"s"} or feuille["B2"].data_type == "s"
    assert feuille.freeze_panes == "A2"
    # And by our own reader, which looks for the sheet that has the header.
    tableau = lire(chemin, {"numero": "numero", "nom": "nom", "ville": "ville"})
    assert [cellules[0] for _, cellules in tableau.lignes] == ["01001", "A2", "A3"]

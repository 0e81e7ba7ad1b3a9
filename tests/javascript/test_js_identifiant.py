"""The group and the voting codes, against the tool's own answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.javascript.outil_belenios import appeler

CODE = "J3t-QtQ-45h-Jpi-swp"


def test_le_groupe_est_celui_du_protocole(vecteurs: Path) -> None:
    groupe = appeler("groupe")
    assert groupe["nom"] == "BELENIOS-2048"
    assert (int(groupe["p"]) - 1) % int(groupe["q"]) == 0
    assert pow(int(groupe["g"]), int(groupe["q"]), int(groupe["p"])) == 1
    assert groupe["g_est_element"]
    assert not groupe["p_moins_1_est_element"]  # an element of order 2, outside the subgroup
    assert groupe["table_juste"]
    assert groupe["extremes"]


def test_les_codes_donnent_les_cles_publiques_de_l_outil(vecteurs: Path) -> None:
    codes = [ligne.split()[1] for ligne in (vecteurs / "private_creds.txt").read_text().splitlines()]
    publiques = json.loads((vecteurs / "public_creds.json").read_text())
    assert len(codes) == 20
    calculees = appeler("credentiels", codes=codes, uuid="kTLHHGojorGc9E")
    assert sorted(calculees) == sorted(p.split(",")[0] for p in publiques)


def test_un_code_saisi_sans_tirets_donne_la_meme_cle() -> None:
    saisies = [CODE, CODE.replace("-", ""), CODE.replace("-", " "), f"  {CODE.replace('-', '–')} "]
    assert len(set(appeler("credentiels", codes=saisies, uuid="kTLHHGojorGc9E"))) == 1


@pytest.mark.parametrize(
    "saisie", ["J3t-QtQ-45h-Jpi-swq", "J3t-QtQ-45h-Jip-swp", "J3t-QtQ-45h-Jpi", "", "0" * 15]
)
def test_un_code_au_mauvais_controle_ne_donne_pas_de_cle(saisie: str) -> None:
    assert appeler("credentiels", codes=[saisie], uuid="kTLHHGojorGc9E") == {
        "erreur": "code",
        "message": "Ce code de vote n'est pas valide.",
    }


@pytest.mark.parametrize(
    ("saisie", "etat", "groupe", "manque"),
    [
        ("", "vide", 0, 15),
        ("  - ", "vide", 0, 15),
        ("J3t-Q", "incomplet", 2, 11),
        ("J3tQtQ45h", "incomplet", 4, 6),
        ("J3t-Qt0-45h", "signe", 2, 6),
        ("J3t-QtQ-45h-Jpi-sw\U0001f642", "signe", 5, 0),
        ("J3t-Qt-45h-Jpi-swp", "groupe", 2, 1),
        ("J3t-QtQQ-45h-Jpi-swp", "groupe", 2, 0),
        ("J3tQtQ45hJpiswpX", "long", 0, 0),
        ("J3t-QtQ-45h-Jpi-swq", "controle", 0, 0),
        (CODE, "valide", 0, 0),
    ],
)
def test_un_code_est_examine_pendant_la_saisie(saisie: str, etat: str, groupe: int, manque: int) -> None:
    (avis,) = appeler("examiner", saisies=[saisie])
    assert (avis["etat"], avis["groupe"], avis["manque"]) == (etat, groupe, manque)
    assert avis["code"] == (CODE if etat == "valide" else "")

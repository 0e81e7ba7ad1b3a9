"""Trustees' keys and partial decryptions made by the browser's modules, judged by belenios-tool."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.javascript.outil_belenios import ElectionClose, appeler


def test_deux_gardiens_dechiffrent_et_l_outil_proclame(election_close: ElectionClose, tmp_path: Path) -> None:
    election = election_close.election.copier(tmp_path / "suite")
    for rang, cle in enumerate(election_close.cles, start=1):
        part = appeler("dechiffrer", archive=str(election.archive), fichier=cle["fichier"])["part"]
        election.recevoir_part(part, rang)
    assert election.proclamer() == [[0, 3, 1], [2, 1, 1], [0, 2, 1, 1, 0, 1], [1, 2, 2]]
    election.verifier()
    lue = appeler("lireArchive", archive=str(election.archive))
    assert (lue["etat"], lue["parts"]) == ("depouillee", [1, 2])


def test_la_cle_publique_est_prouvee_et_l_outil_l_accepte(election_close: ElectionClose) -> None:
    for cle in election_close.cles:
        assert cle["valide"]
        assert list(json.loads(cle["publique"])) == ["pok", "public_key"]


def test_le_fichier_de_la_cle_se_relit(election_close: ElectionClose) -> None:
    (cle, _) = election_close.cles
    contenu = json.loads(cle["fichier"])
    assert (contenu["scrutin"], contenu["gardien"]) == ("essai", "Ada")
    lue = appeler("lireFichier", texte=cle["fichier"])
    assert lue == {"x": contenu["private_key"], "X": json.loads(cle["publique"])["public_key"]}
    assert appeler("lireFichier", texte=json.dumps(contenu["private_key"]) + "\n") == lue


@pytest.mark.parametrize(
    ("alteration", "erreur"),
    [
        (lambda c: "", "fichier"),
        (lambda c: "null", "fichier"),
        (lambda c: '"0"', "fichier"),
        (lambda c: '"-5"', "fichier"),
        (lambda c: '"' + "9" * 78 + '"', "fichier"),
        (lambda c: json.dumps({**c, "type": "photo"}), "fichier"),
        (lambda c: json.dumps({**c, "private_key": "007"}), "fichier"),
        (lambda c: json.dumps({**c, "private_key": str(int(c["private_key"]) ^ 1)}), "fichier_incoherent"),
        (lambda c: json.dumps({**c, "public_key": "4"}), "fichier_incoherent"),
    ],
)
def test_un_fichier_de_cle_abime_est_nomme(
    election_close: ElectionClose, alteration: object, erreur: str
) -> None:
    contenu = json.loads(election_close.cles[0]["fichier"])
    assert appeler("lireFichier", texte=alteration(contenu))["erreur"] == erreur


def test_une_cle_publique_alteree_n_est_pas_prouvee(election_close: ElectionClose) -> None:
    un, deux = (json.loads(cle["publique"]) for cle in election_close.cles)
    p = int(appeler("groupe")["p"])
    fausses = [
        {"pok": un["pok"], "public_key": deux["public_key"]},
        {"pok": {**un["pok"], "challenge": "1"}, "public_key": un["public_key"]},
        {"pok": un["pok"], "public_key": str(p - int(un["public_key"]))},
        {"pok": {**un["pok"], "response": "0" + un["pok"]["response"]}, "public_key": un["public_key"]},
        {"public_key": un["public_key"]},
        None,
    ]
    assert appeler("clesValides", cles=[un, *fausses]) == [True] + [False] * 6


def test_un_total_hors_du_groupe_n_est_pas_dechiffre(election_close: ElectionClose) -> None:
    """An element of order 2 raised to the key would tell its last bit."""
    p = int(appeler("groupe")["p"])
    fichier = election_close.cles[0]["fichier"]
    for alpha, beta in ((p - 1, 1), (1, p - 1), (0, 1)):
        reponse = appeler("dechiffrerCellule", alpha=str(alpha), beta=str(beta), fichier=fichier)
        assert reponse["erreur"] == "total"

"""A vote simulated from the register to the result, judged by the independent tool and by what was cast."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.javascript.outil_belenios import programme

RACINE = Path(__file__).resolve().parents[2]
OPTIONS = "--electeurs 60 --federations 3 --participation 0.5 --graine 7 --revote --questions 4".split()  # noqa: SIM905


def simuler(dossier: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "simuler_scrutin", "--dossier", dossier, *options],
        cwd=RACINE,
        env={**os.environ, "DATABASE_URL": base(), "REFONDATION_LOCAL": str(dossier.parent / "local")},
        capture_output=True,
        text=True,
        check=False,
    )


def base() -> str:
    """The server that the tests run on, whatever its database: the simulation makes its own beside it."""
    from django.db import connection

    reglages = connection.settings_dict
    identite = reglages["USER"] + (f":{reglages['PASSWORD']}" if reglages["PASSWORD"] else "")
    if reglages["HOST"].startswith("/"):
        return f"postgres://{identite}@/postgres?host={reglages['HOST']}"
    port = f":{reglages['PORT']}" if reglages["PORT"] else ""
    return f"postgres://{identite}@{reglages['HOST']}{port}/postgres"


def bases_de_simulation() -> list[str]:
    with psycopg.connect(base().replace("postgres://", "postgresql://")) as lien:
        return [
            nom
            for (nom,) in lien.execute("SELECT datname FROM pg_database WHERE datname LIKE 'simulation_%'")
        ]


def verifier(archives: list[Path], lieu: Path) -> None:
    """belenios-tool wants each archive alone in its folder; ours takes them all."""
    for archive in archives:
        seule = lieu / archive.stem
        seule.mkdir(parents=True)
        shutil.copy(archive, seule)
        outil = subprocess.run(
            [programme("belenios-tool", "belenios-tool"), "election", "verify", "--dir", seule],
            capture_output=True,
            text=True,
            check=False,
        )
        assert outil.returncode == 0, outil.stderr
    notre = subprocess.run(
        [sys.executable, "manage.py", "verifier_archive", *archives],
        cwd=RACINE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert notre.returncode == 0, notre.stdout + notre.stderr


@pytest.fixture(scope="module")
def simulee(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], str]:
    dossier = tmp_path_factory.mktemp("simulation") / "essai"
    sortie = simuler(dossier, *OPTIONS)
    assert sortie.returncode == 0, sortie.stdout + sortie.stderr
    return dossier, json.loads((dossier / "resultat.json").read_text()), sortie.stdout


def test_le_resultat_est_celui_des_bulletins_deposes(simulee: tuple[Path, dict[str, Any], str]) -> None:
    _, rapport, _ = simulee
    assert (rapport["inscrits"], rapport["votants"]) == (60, 30)
    assert rapport["bulletins"] > 30  # some voted again
    assert rapport["resultat"] == rapport["attendu"]
    assert [len(q) for q in rapport["resultat"]] == [3, 6, 3, 3]
    assert all(u["resultat"] == u["attendu"] for u in rapport["urnes"])
    # One choice among three for each voter, blank answer included.
    assert sum(rapport["resultat"][0]) == 30
    assert sum(u["votants"] for u in rapport["urnes"]) == 30


def test_les_archives_passent_les_deux_verificateurs(
    simulee: tuple[Path, dict[str, Any], str], tmp_path: Path
) -> None:
    dossier, rapport, _ = simulee
    archives = sorted(dossier.glob("*.bel"))
    assert [a.name for a in archives] == sorted(u["archive"] for u in rapport["urnes"])
    verifier(archives, tmp_path)
    sommes = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=dossier, check=False)
    assert sommes.returncode == 0
    manifeste = json.loads((dossier / "manifeste.json").read_text())
    assert manifeste["etat"] == "publie"
    assert {u["fichier"] for u in manifeste["urnes"]} == {a.name for a in archives}


def test_la_simulation_dit_ce_qu_elle_fait_et_ne_laisse_que_son_dossier(
    simulee: tuple[Path, dict[str, Any], str],
) -> None:
    dossier, _, dit = simulee
    assert "Graine 7." in dit
    for etape in ("registre", "annonce", "codes et urnes", "bulletins", "vérification et totaux"):
        assert f"{etape} :" in dit
    assert bases_de_simulation() == []
    assert {p.suffix for p in dossier.iterdir()} == {".bel", ".json", ".md", ""}
    assert sorted(p.name for p in dossier.parent.iterdir() if p.name.startswith(".")) == []
    assert not list(dossier.parent.rglob("cles/*.json"))


def test_la_meme_graine_donne_les_memes_choix_et_d_autres_chiffrements(
    simulee: tuple[Path, dict[str, Any], str], tmp_path: Path
) -> None:
    premier, rapport, _ = simulee
    sortie = simuler(tmp_path / "encore", *OPTIONS)
    assert sortie.returncode == 0, sortie.stderr
    second = json.loads((tmp_path / "encore" / "resultat.json").read_text())
    assert [(u["urne"], u["inscrits"], u["resultat"]) for u in second["urnes"]] == [
        (u["urne"], u["inscrits"], u["resultat"]) for u in rapport["urnes"]
    ]
    assert not {a.name for a in premier.glob("*.bel")} & {a.name for a in (tmp_path / "encore").glob("*.bel")}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--electeurs", "3", "--federations", "1", "--participation", "1"), "--electeurs va de 10"),
        (("--electeurs", "50", "--federations", "200", "--participation", "1"), "--federations va de 1"),
        (("--electeurs", "50", "--federations", "1", "--participation", "60"), "--participation va de 0"),
    ],
)
def test_une_demande_hors_bornes_est_refusee(options: tuple[str, ...], message: str, tmp_path: Path) -> None:
    sortie = simuler(tmp_path / "rien", *options)
    assert sortie.returncode == 1
    assert message in sortie.stderr
    assert not (tmp_path / "rien").exists()


def test_un_dossier_plein_n_est_pas_ecrase(tmp_path: Path) -> None:
    (tmp_path / "plein").mkdir()
    (tmp_path / "plein" / "a").write_text("à garder")
    sortie = simuler(tmp_path / "plein", "--electeurs", "50", "--federations", "1", "--participation", "1")
    assert sortie.returncode == 1
    assert "n'est pas vide" in sortie.stderr
    assert (tmp_path / "plein" / "a").read_text() == "à garder"

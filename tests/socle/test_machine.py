"""What the suite and the benchmarks find or bring: programs, a Redis of their own, an empty database."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from redis import Redis

from bancs import Mesure
from refondation.atelier import machine
from refondation.atelier.management.commands import bancs
from refondation.atelier.management.commands.test import base_de_ce_depot


def test_un_programme_se_trouve_par_son_reglage_ou_par_son_nom(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    programme = machine.Programme("Essai", ("essai-absent", "essai-present"), "essai", "rien", "ESSAI")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert programme.chemin() is None
    binaire = tmp_path / "essai-present"
    binaire.write_text("#!/bin/sh\n")
    binaire.chmod(binaire.stat().st_mode | stat.S_IXUSR)
    assert programme.chemin() == str(binaire)
    monkeypatch.setenv("ESSAI", "ailleurs")
    assert programme.chemin() == "ailleurs"


def test_sans_gestionnaire_de_paquets_rien_n_est_tente(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    machine.apporter([machine.Programme("Essai", ("essai-absent",), "essai", "rien")])


def test_les_paquets_manquants_sont_demandes_ensemble(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if os.geteuid() != 0:
        pytest.skip("seul root installe des paquets")
    trace = tmp_path / "trace"
    apt = tmp_path / "apt-get"
    apt.write_text(f'#!/bin/sh\necho "$@" >> {trace}\n')
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    machine.apporter([machine.Programme(n, (n,), n, "rien") for n in ("un-paquet", "deux-paquets")])
    assert trace.read_text().splitlines() == [
        "update -qq",
        "install -qq -y --no-install-recommends un-paquet deux-paquets",
    ]


def test_le_redis_de_la_roue_vit_le_temps_du_bloc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setattr(machine, "REDIS_DE_LA_MACHINE", "redis://127.0.0.1:9")
    monkeypatch.setenv("PATH", str(tmp_path))
    with machine.redis() as url:
        client = Redis.from_url(url)
        client.set("essai", "1")
        assert client.get("essai") == b"1"
        pid = client.info("server")["process_id"]
        client.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_un_redis_annonce_qui_ne_repond_pas_est_nomme_sans_son_mot_de_passe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://:secret@127.0.0.1:9/0")
    with pytest.raises(machine.RedisIntrouvable, match=r"redis://127\.0\.0\.1:9/0") as refus, machine.redis():
        pass
    assert "secret" not in str(refus.value)


@pytest.mark.django_db
def test_une_base_neuve_est_vide_et_disparait() -> None:
    # The database of the tests: the one that DATABASE_URL names may not exist.
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    nom = f"essai_neuve_{os.getpid()}"
    with (
        machine.base_neuve(url, nom) as base,
        psycopg.connect(base.replace("postgres://", "postgresql://")) as lien,
    ):
        assert lien.execute("SELECT current_database()").fetchone() == (nom,)
        tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        assert lien.execute(tables).fetchone() == (0,)
        # The connection is still open when the block ends: the database goes all the same.
    with psycopg.connect(url.replace("postgres://", "postgresql://")) as lien:
        reste = lien.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [nom]).fetchone()
    assert reste == (0,)


def test_la_base_des_essais_porte_le_nom_du_depot() -> None:
    trouvee = base_de_ce_depot("postgres://postgres@/postgres?host=%2Ftmp%2Fx")
    assert trouvee.startswith("postgres://postgres@/refondation_")
    assert trouvee.endswith("?host=%2Ftmp%2Fx")
    assert base_de_ce_depot("postgres://moi@ici/ma_base") == "postgres://moi@ici/ma_base"


def test_le_rapport_d_une_mesure_se_juge_dans_les_deux_sens() -> None:
    vitesse = Mesure("vérifier", 300.0, 100.0, "≥ 3 ×", "min", 3, "bulletins/s")
    assert (vitesse.rapport, vitesse.atteint) == (3.0, True)
    temps = Mesure("importer", 7.0, 1.0, "≤ 6 ×", "max", 6, "s")
    assert (temps.rapport, temps.atteint) == (7.0, False)
    assert Mesure("requêtes", 10, None, "≤ 10", "max", 10, "requêtes").atteint
    with pytest.raises(ValueError, match="étalon"):
        Mesure("nul", 1, 0, "", "max", 1, "s")
    with pytest.raises(ValueError, match="sens"):
        Mesure("sens", 1, 1, "", "moins", 1, "s")  # type: ignore[arg-type]


def test_le_tableau_des_bancs_dit_atteint_manque_ou_non_abouti() -> None:
    commun = {"objectif": "≤ 2 ×", "sens": "max", "seuil": 2, "unite": "s", "details": {}}
    texte = bancs.tableau(
        [
            {
                "banc": "liste",
                "mesures": [
                    {"nom": "figer", "valeur": 1.5, "etalon": 1.0, **commun},
                    {"nom": "compter", "valeur": 5432.1, "etalon": 1000.0, **commun},
                ],
            },
            {"banc": "import", "echec": 1, "mesures": []},
        ]
    )
    lignes = [ligne.split("  ") for ligne in texte.splitlines()]
    mots = [[m.strip() for m in ligne if m.strip()] for ligne in lignes]
    assert mots[2] == ["liste", "figer", "1,5 s", "1 s", "1,5", "≤ 2 ×", "atteint"]
    assert mots[3] == ["liste", "compter", "5 432 s", "1 000 s", "5,43", "≤ 2 ×", "manqué"]
    assert mots[4] == ["import", *["–"] * 5, "n'a pas abouti"]


def test_les_bancs_du_depot_se_nomment_et_se_documentent() -> None:
    dossier = settings.BASE_DIR / "bancs"
    for nom in bancs.noms():
        texte = (dossier / f"{nom}.py").read_text()
        assert texte.startswith('"""'), nom
        assert "def mesurer(taille: float) -> list[Mesure]:" in texte, nom


def test_la_commande_test_rend_le_code_de_pytest() -> None:
    """Arguments go through as they are; pytest's exit code 5 says that nothing was collected."""
    sortie = subprocess.run(
        [
            settings.BASE_DIR / "manage.py",
            "test",
            "tests/socle/test_machine.py",
            "-k",
            "aucun_de_ce_nom",
            "--co",
            "-q",
        ],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert sortie.returncode == 5, sortie.stderr
    assert "deselected" in sortie.stdout

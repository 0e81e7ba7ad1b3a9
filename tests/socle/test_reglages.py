"""Production settings: nothing is assumed, and each missing or weak value stops the start with its name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

RACINE = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "REFONDATION_MODE": "production",
    "SECRET_KEY": "premier-secret-d-essai-" + "0123456789" * 3,
    "CLE_CODES": "second-secret-d-essai-" + "0123456789" * 3,
    "DATABASE_URL": "postgres://refondation:secret@127.0.0.1:9/refondation",
    "REDIS_URL": "redis://127.0.0.1:9/0",
    "ADRESSE_PUBLIQUE": "https://refondation.example",
    "EMAIL_HOST": "courriel.example",
    "COURRIEL_CONTACT": "contact@refondation.example",
    "COURRIEL_RECOLEMENT": "recolement@refondation.example",
}


def charger(environnement: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Load the settings in a fresh process that knows nothing of this one's environment."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", "import django; django.setup(); print('pret')"],
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "refondation.settings", **environnement},
        cwd=RACINE,
        capture_output=True,
        text=True,
        check=False,
    )


def test_les_reglages_complets_demarrent() -> None:
    sortie = charger(PRODUCTION)
    assert (sortie.returncode, sortie.stdout) == (0, "pret\n"), sortie.stderr


def test_un_processus_qui_ne_dit_rien_est_en_production() -> None:
    sortie = charger({})
    assert sortie.returncode != 0
    assert "SECRET_KEY manque" in sortie.stderr


@pytest.mark.parametrize(
    ("changement", "message"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY manque"),
        ({"SECRET_KEY": ""}, "SECRET_KEY manque"),
        ({"SECRET_KEY": "trop-courte"}, "SECRET_KEY manque, est trop courte"),
        ({"SECRET_KEY": "changez-moi-" * 6}, "valeur d'exemple"),
        ({"CLE_CODES": None}, "CLE_CODES manque"),
        ({"CLE_CODES": "x" * 39}, "CLE_CODES manque, est trop courte"),
        ({"CLE_CODES": PRODUCTION["SECRET_KEY"]}, "doivent être différentes"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY"),
        ({"DEBUG": "1"}, "DEBUG=1 est refusé"),
        ({"CONNEXION_DEMO": "1"}, "CONNEXION_DEMO=1 est refusé"),
        ({"DATABASE_URL": None}, "DATABASE_URL"),
        ({"REDIS_URL": None}, "REDIS_URL"),
        ({"ADRESSE_PUBLIQUE": None}, "ADRESSE_PUBLIQUE"),
        ({"ADRESSE_PUBLIQUE": "http://refondation.example"}, "ADRESSE_PUBLIQUE"),
        ({"EMAIL_HOST": None}, "EMAIL_HOST est obligatoire"),
        ({"COURRIEL_CONTACT": None}, "COURRIEL_CONTACT est obligatoire"),
        ({"COURRIEL_CONTACT": "contact"}, "COURRIEL_CONTACT est obligatoire"),
        ({"COURRIEL_RECOLEMENT": None}, "COURRIEL_RECOLEMENT est obligatoire"),
        ({"COURRIEL_RECOLEMENT": "Récolement <r@x.example>"}, "COURRIEL_RECOLEMENT est obligatoire"),
        ({"REFONDATION_MODE": "prod"}, "REFONDATION_MODE inconnu"),
    ],
)
def test_un_reglage_manquant_ou_faible_est_refuse(changement: dict[str, str | None], message: str) -> None:
    environnement = {nom: v for nom, v in {**PRODUCTION, **changement}.items() if v is not None}
    sortie = charger(environnement)
    assert sortie.returncode != 0
    assert "ImproperlyConfigured" in sortie.stderr
    assert message in sortie.stderr


def test_la_verification_de_deploiement_ne_trouve_rien() -> None:
    """Django's own list for production, warnings included."""
    sortie = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "refondation.settings", **PRODUCTION},
        cwd=RACINE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert sortie.returncode == 0, sortie.stderr


def test_chaque_variable_est_documentee() -> None:
    """Every name that the product reads from the environment stands in the operator's guide."""
    motif = re.compile(
        r"""environ(?:\.get\(|\[|\.setdefault\()\s*["']([A-Z_]+)["']|_liste\(["']([A-Z_]+)["']"""
    )
    lues = {
        nom
        for chemin in (
            *RACINE.glob("refondation/**/*.py"),
            *RACINE.glob("consultation/**/*.py"),
            RACINE / "manage.py",
        )
        for trouves in motif.findall(chemin.read_text())
        for nom in trouves
        if nom
    }
    # Django's and pytest's own, or set by our programs and never by who runs them.
    lues -= {"DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"}
    lues -= {"PYTEST_XDIST_WORKER", "REDIS_DES_OUVRIERS"}
    guide = (RACINE / "docs" / "exploitation.md").read_text()
    assert {"SECRET_KEY", "ALLOWED_HOSTS", "PORT"} <= lues
    assert sorted(nom for nom in lues if f"`{nom}`" not in guide) == []

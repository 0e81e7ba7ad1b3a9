"""docker-compose.yml, which no engine runs here: the shape of each service, no secret with a default."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

RACINE = Path(__file__).resolve().parents[2]
TEXTE = (RACINE / "docker-compose.yml").read_text()
DUREE = {"type": "string", "pattern": r"^\d+(ms|s|m|h)$"}
SERVICE = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        "image",
        "healthcheck",
        "restart",
        "networks",
        "user",
        "read_only",
        "cap_drop",
        "security_opt",
    ],
    "properties": {
        "build": {
            "type": "object",
            "additionalProperties": False,
            "required": ["context"],
            "properties": {"context": {"const": "."}, "dockerfile_inline": {"type": "string"}},
        },
        "image": {"type": "string", "pattern": r"^[a-z0-9./_-]+(:[a-z0-9._-]+)?$"},
        "command": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "user": {"type": "string", "not": {"pattern": "^(root|0)(:|$)"}},
        "read_only": {"const": True},
        "cap_drop": {"const": ["ALL"]},
        "security_opt": {"const": ["no-new-privileges:true"]},
        "tmpfs": {"type": "array", "items": {"type": "string", "pattern": "^/"}},
        "shm_size": {"type": "string"},
        "volumes": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]+:/"}},
        "networks": {"type": "array", "items": {"enum": ["interne", "frontal"]}, "minItems": 1},
        # Only this machine's proxy reaches a port.
        "ports": {"type": "array", "items": {"type": "string", "pattern": r"^127\.0\.0\.1:"}},
        "restart": {"const": "unless-stopped"},
        "stop_grace_period": DUREE,
        "environment": {"type": "object", "additionalProperties": {"type": "string"}},
        "depends_on": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"condition": {"const": "service_healthy"}},
                "required": ["condition"],
            },
        },
        "healthcheck": {
            "type": "object",
            "additionalProperties": False,
            "required": ["test", "interval", "timeout", "retries"],
            "properties": {
                "test": {
                    "type": "array",
                    "minItems": 2,
                    "prefixItems": [{"enum": ["CMD", "CMD-SHELL"]}],
                    "items": {"type": "string"},
                },
                "interval": DUREE,
                "timeout": DUREE,
                "start_period": DUREE,
                "retries": {"type": "integer", "minimum": 1},
            },
        },
    },
}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["services", "volumes", "networks"],
    "patternProperties": {"^x-": {}},
    "properties": {
        "services": {
            "type": "object",
            "additionalProperties": SERVICE,
            "required": ["web", "worker", "beat", "postgres", "redis"],
        },
        "volumes": {"type": "object", "additionalProperties": {"type": "null"}},
        "networks": {"type": "object"},
    },
}
SECRETS = ("SECRET_KEY", "CLE_CODES", "POSTGRES_PASSWORD", "REDIS_PASSWORD")


@pytest.fixture(scope="module")
def composition() -> dict[str, Any]:
    return yaml.safe_load(TEXTE)


def test_la_composition_suit_le_schema(composition: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    defauts = [
        f"{'/'.join(map(str, e.absolute_path))} : {e.message}"
        for e in Draft202012Validator(SCHEMA).iter_errors(composition)
    ]
    assert defauts == []
    assert set(composition["services"]) == {"web", "worker", "beat", "postgres", "redis"}


@pytest.mark.parametrize(
    ("service", "changement"),
    [
        ("web", {"healthcheck": None}),
        ("redis", {"user": "root"}),
        ("web", {"ports": ["8000:8000"]}),
        ("web", {"privileged": True}),
        ("postgres", {"volumes": ["/etc:/etc"]}),
    ],
)
def test_le_schema_refuse(composition: dict[str, Any], service: str, changement: dict[str, Any]) -> None:
    services = composition["services"]
    abimee = {**composition, "services": {**services, service: {**services[service], **changement}}}
    assert not Draft202012Validator(SCHEMA).is_valid(abimee)


def test_chaque_volume_et_chaque_dependance_existe(composition: dict[str, Any]) -> None:
    services = composition["services"]
    for nom, service in services.items():
        assert {v.split(":")[0] for v in service.get("volumes", [])} <= set(composition["volumes"]), nom
        assert set(service["networks"]) <= set(composition["networks"]), nom
        assert set(service.get("depends_on", {})) <= set(services), nom
    assert composition["networks"]["interne"] == {"internal": True}
    for nom in ("postgres", "redis"):
        assert services[nom]["networks"] == ["interne"]
        assert services[nom]["volumes"]


def test_aucun_secret_n_a_de_valeur(composition: dict[str, Any]) -> None:
    """A secret appears only as ${NAME:?message}: without a value, compose stops and says which."""
    for nom in SECRETS:
        usages = re.findall(rf"\$\{{{nom}([^}}]*)\}}", TEXTE)
        assert usages, nom
        assert all(u.startswith(":?") and len(u) > 10 for u in usages), (nom, usages)
    # Nothing else that reads like a password is written in clear.
    for nom, service in composition["services"].items():
        for variable, valeur in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|CLE|AUTH", variable):
                assert re.fullmatch(r"\$\{\w+(:\?[^}]+|:-)\}", valeur), (nom, variable)


def test_l_application_recoit_tout_ce_que_la_production_exige(composition: dict[str, Any]) -> None:
    from tests.socle.test_reglages import PRODUCTION

    for nom in ("web", "worker", "beat"):
        donnees = set(composition["services"][nom]["environment"]) | {"REFONDATION_MODE"}
        assert set(PRODUCTION) <= donnees, nom
    assert "REFONDATION_MODE=production" in composition["services"]["web"]["build"]["dockerfile_inline"]


def test_l_image_contient_tout_le_produit(composition: dict[str, Any]) -> None:
    copies = re.findall(
        r"^COPY (?!--from)(.+)$", composition["services"]["web"]["build"]["dockerfile_inline"], re.M
    )
    sources = {source for ligne in copies for source in ligne.split()[:-1]}
    assert {
        "manage.py",
        "refondation",
        "consultation",
        "delegues",
        "enquete",
        "templates",
        "static",
    } <= sources
    assert all((RACINE / source).exists() for source in sources)

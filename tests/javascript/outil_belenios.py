"""Elections run with the real belenios-tool, so that what the browser makes is judged by somebody else."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

UUID = "Essa1DeNavigateur"
ICI = Path(__file__).parent
QUESTIONS = [
    {
        "answers": ["Oui", "Non", "Blanc"],
        "min": 1,
        "max": 1,
        "question": "Approuvez-vous le document-cadre ?",
    },
    {"answers": ["Oui", "Non"], "blank": True, "min": 1, "max": 1, "question": "Faut-il une étape de plus ?"},
    {
        "answers": ["A", "B", "C", "D", "É", "F"],
        "min": 1,
        "max": 3,
        "question": "Qui pour « porter » ce texte ?",
    },
    {"answers": ["Nord", "Sud"], "blank": True, "min": 0, "max": 2, "question": "Où ?"},
]


def programme(nom: str, paquet: str) -> str:
    """Path of a program that the tests need; missing, it fails in CI and is named elsewhere."""
    chemin = shutil.which(nom)
    if chemin is None:
        message = f"« {nom} » est introuvable : installez le paquet {paquet}."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return chemin


def appeler(operation: str, **arguments: object) -> object:
    """Run an operation of appeler.mjs in node; a defect of the script fails the test with its stack."""
    sortie = subprocess.run(
        [programme("node", "nodejs"), ICI / "appeler.mjs", operation],
        input=json.dumps(arguments).encode(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert sortie.returncode == 0, sortie.stderr.decode()
    assert sortie.stderr == b""
    return json.loads(sortie.stdout)


class ElectionDEssai:
    """One election in a directory: questions as the protocol's JSON, `inscrits` voting codes in `codes`.

    `cles` are trustees' public keys made elsewhere (JSON texts); without any, the tool makes one.
    """

    def __init__(
        self, dossier: Path, questions: list[dict], inscrits: int, cles: list[str] | None = None
    ) -> None:
        self.dossier = dossier
        if not cles:
            self.outil("setup", "generate-trustee-key", "--group", "BELENIOS-2048")
            (privee,) = dossier.glob("*.privkey")
            self.cle_privee = privee.read_text()
            cles = [privee.with_suffix(".pubkey").read_text()]
        (dossier / "public_keys.jsons").write_text("".join(cle.strip() + "\n" for cle in cles))
        self.outil("setup", "make-trustees")
        self.outil(
            "setup",
            "generate-credentials",
            "--count",
            str(inscrits),
            "--uuid",
            UUID,
            "--group",
            "BELENIOS-2048",
        )
        (codes,) = dossier.glob("*.privcreds")
        self.codes = [ligne.split()[-1] for ligne in codes.read_text().splitlines()]
        codes.with_suffix(".pubcreds").rename(dossier / "public_creds.json")
        modele = {"description": "Essai", "name": "Scrutin d'essai", "questions": questions}
        (dossier / "modele.json").write_text(
            json.dumps({**modele, "administrator": "A", "credential_authority": "B"}, ensure_ascii=False)
        )
        self.outil(
            "setup", "make-election", "--uuid", UUID, "--group", "BELENIOS-2048", "--template", "modele.json"
        )
        self.outil("archive", "init")

    def copier(self, dossier: Path) -> ElectionDEssai:
        """The same election in another directory, to go on from here without touching this one."""
        shutil.copytree(self.dossier, dossier)
        copie = copy.copy(self)
        copie.dossier = dossier
        return copie

    def outil(self, *arguments: str, entree: str = "") -> str:
        """Standard output of the tool, which must succeed."""
        sortie = subprocess.run(
            [programme("belenios-tool", "belenios-tool"), *arguments],
            cwd=self.dossier,
            input=entree.encode(),
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert sortie.returncode == 0, sortie.stderr.decode()
        return sortie.stdout.decode()

    @property
    def election(self) -> str:
        """The exact election JSON, without the newline that the tool puts at the end of its file."""
        return (self.dossier / "election.json").read_text().rstrip("\n")

    @property
    def archive(self) -> Path:
        (archive,) = self.dossier.glob("*.bel")
        return archive

    def deposer(self, bulletin: str) -> None:
        self.outil("archive", "add-event", "--type", "Ballot", entree=bulletin + "\n")

    def clore(self) -> None:
        self.outil("archive", "add-event", "--type", "EndBallots")
        total = self.outil("election", "compute-encrypted-tally")
        self.outil("archive", "add-event", "--type", "EncryptedTally", entree=total)

    def recevoir_part(self, part: str, proprietaire: int) -> None:
        possedee = {"owner": proprietaire, "payload": hashlib.sha256(part.encode()).hexdigest()}
        entree = part + "\n" + json.dumps(possedee, separators=(",", ":")) + "\n"
        self.outil("archive", "add-event", "--type", "PartialDecryption", entree=entree)

    def proclamer(self) -> list[list[int]]:
        resultat = self.outil("election", "compute-result")
        self.outil("archive", "add-event", "--type", "Result", entree=resultat)
        return json.loads(resultat)["result"]

    def verifier(self) -> None:
        """`belenios-tool election verify`: fails the test unless it accepts the archive."""
        self.outil("election", "verify")


@dataclass(frozen=True)
class ElectionClose:
    """A tallied election whose ballots and two trustees' keys come from the browser's modules."""

    election: ElectionDEssai
    cles: list[dict]
    bulletins: list[dict]

"""A section of six members in an open campaign, and what tests of candidacies ask of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from delegues import actes
from delegues.models import Campagne, Candidature, Designation, Liste
from refondation.membres.models import Adherent
from refondation.membres.regles import ActeImpossible
from tests.delegues.scene import (
    CANDIDATURES,
    faire_designation,
)
from tests.delegues.scene_candidatures import compte_de, faire_campagne, peupler, secretaire_de


class Monde:
    """A section of six members in an open campaign."""

    def __init__(self, *, sieges: int = 3, **champs: Any) -> None:
        self.campagne: Campagne = faire_campagne(**champs)
        self.section, self.membres = peupler(nombre=6)
        self.designation: Designation = faire_designation(self.campagne, self.section, sieges=sieges)
        self.secretaire = secretaire_de(self.section)

    def se_porter(self, membre: Adherent | int = 0, **options: Any) -> Candidature:
        adherent = self.membres[membre] if isinstance(membre, int) else membre
        return actes.se_porter_candidat(
            **{
                "designation": self.designation,
                "par": compte_de(adherent),
                "empreinte": self.campagne.engagement_empreinte,
                "instant": CANDIDATURES,
            }
            | options
        )

    def proposer(self, *rangs: int, **options: Any) -> Liste:
        return actes.proposer_candidature(
            **{
                "designation": self.designation,
                "adherents": [self.membres[r] for r in rangs],
                "par": self.secretaire,
                "instant": CANDIDATURES,
            }
            | options
        )

    def repondre(self, candidature: Candidature, **options: Any) -> Candidature:
        if "par" not in options:
            options["par"] = compte_de(candidature.adherent)
        return actes.repondre_a_la_proposition(
            **{
                "candidature": candidature,
                "accepte": True,
                "empreinte": self.campagne.engagement_empreinte,
                "instant": CANDIDATURES,
            }
            | options
        )


@pytest.fixture
def monde() -> Monde:
    return Monde()


@pytest.fixture
def apres_commit(django_capture_on_commit_callbacks: Any) -> Any:
    """Runs what follows the commit: the mails."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture(autouse=True)
def _maintenant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks read the clock: it is the middle of candidacies."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: CANDIDATURES)


def refus(code: str, appel: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(ActeImpossible) as erreur:
        appel(*args, **options)
    assert erreur.value.code == code
    return str(erreur.value)


def jeton_du_courriel(message: Any) -> str:
    return re.search(r"/repondre/[0-9a-f-]{36}/([\w-]+)/", message.body).group(1)

"""Two requests at the same moment, on real connections: a campaign is announced once, seats change once."""

from __future__ import annotations

import pytest

from delegues import actes
from delegues.models import Designation, Repartition
from tests.delegues.scene import ASSEMBLEES, AVANT, faire_compte, faire_section
from tests.delegues.scene_campagne import annoncee, brouillon
from tests.delegues.test_candidatures_concurrence import ensemble

pytestmark = pytest.mark.django_db(transaction=True)


def test_deux_annonces() -> None:
    admin = faire_compte("administrateur")
    campagne = brouillon(admin)
    fins = ensemble(
        *[lambda: actes.annoncer_campagne(campagne=campagne, par=admin, instant=AVANT) for _ in range(2)]
    )
    assert (fins, Designation.objects.count()) == ({"": 1, "etat": 1}, 3)


def test_deux_calculs_n_en_font_qu_un() -> None:
    admin = faire_compte("administrateur")
    campagne = brouillon(admin)
    faire_section("31003", membres=1)
    fins = ensemble(
        *[lambda: actes.calculer_repartition(campagne=campagne, par=admin, instant=AVANT) for _ in range(3)]
    )
    assert (fins, Repartition.objects.count()) == ({"": 3}, 2)


def test_deux_adoptions() -> None:
    admin = faire_compte("administrateur")
    campagne = annoncee(admin)
    faire_section("31003", membres=1)
    repartition = actes.calculer_repartition(campagne=campagne, par=admin, instant=ASSEMBLEES)
    fins = ensemble(
        *[
            lambda: actes.adopter_repartition(
                repartition=repartition, motif="Oubli.", par=admin, instant=ASSEMBLEES
            )
            for _ in range(2)
        ]
    )
    assert (fins, Designation.objects.count()) == ({"": 1, "adoptee": 1}, 4)


def test_regler_pendant_que_l_on_annonce() -> None:
    """Either the rule changed first and the announcement is refused, or it is frozen: never both."""
    admin = faire_compte("administrateur")
    campagne = brouillon(admin)
    fins = ensemble(
        lambda: actes.annoncer_campagne(campagne=campagne, par=admin, instant=AVANT),
        lambda: actes.regler_campagne(campagne=campagne, par=admin, tranche=3),
    )
    campagne.refresh_from_db()
    assert (campagne.etat, campagne.tranche, dict(fins)) in (
        ("ouverte", 5, {"": 1, "fige": 1}),
        ("preparation", 3, {"": 1, "incomplet": 1}),
    )

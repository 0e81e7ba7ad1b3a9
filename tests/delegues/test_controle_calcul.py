"""Computing anomalies: what is replaced, who asks, when, how many queries, what the evidence never says."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest

from delegues import actes
from delegues.anomalies import (
    BLOQUANTE,
    GRAVITES,
    REGLES,
)
from delegues.constats import CALCULS
from delegues.models import (
    Anomalie,
    Campagne,
)
from refondation.journal.models import Ligne
from refondation.membres.regles import ActeImpossible, ActeInterdit
from tests.delegues import scene
from tests.delegues.scene import ASSEMBLEES, CONTROLE
from tests.delegues.scene_controle import (
    Dossier,
    changer,
    faire_campagne,
    membre_de_la_commission,
    recevoir,
    trouver,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def campagne() -> Campagne:
    return faire_campagne()


@pytest.fixture
def dossier(campagne: Campagne) -> Dossier:
    return recevoir(campagne)


# --- The act -------------------------------------------------------------------------------------------------


def test_recalculer_remplace_et_ne_regarde_que_les_proces_verbaux_signes(campagne: Campagne) -> None:
    fautif, juste = recevoir(campagne), recevoir(campagne, "32001")
    changer(fautif, a_jour_au=None)
    scene.faire_designation(campagne, scene.faire_section("33001", "33"))
    assert [ligne[:2] for ligne in trouver(campagne)] == [("31001", "cotisation")]
    assert [ligne[:2] for ligne in trouver(campagne)] == [("31001", "cotisation")]
    changer(juste, a_jour_au=None)
    # One designation alone: the other one is left as it was.
    assert [ligne[:2] for ligne in trouver(juste.designation)] == [
        ("31001", "cotisation"),
        ("32001", "cotisation"),
    ]
    changer(fautif, a_jour_au=date(2026, 12, 31))
    assert [ligne[:2] for ligne in trouver(campagne)] == [("32001", "cotisation")]
    assert list(Ligne.objects.filter(acte="delegues.recalculer_anomalies").values_list("objet", "details"))[
        -1
    ] == (
        f"delegues.campagne:{campagne.pk}",
        {"designations": 3, "par_regle": {"cotisation": 1}},
    )


def test_un_proces_verbal_rectifie_ne_compte_plus(campagne: Campagne, dossier: Dossier) -> None:
    changer(dossier, a_jour_au=None)
    assert [r for _, r, *_ in trouver(campagne)] == ["cotisation"]
    dossier.pv.etat = "rectifie"
    dossier.pv.save()
    assert trouver(campagne) == []


def test_le_progres_est_dit(campagne: Campagne, dossier: Dossier) -> None:
    dits: list[tuple[int, int]] = []
    actes.recalculer_anomalies(
        campagne=campagne, instant=CONTROLE, suivre=lambda fait, total: dits.append((fait, total))
    )
    assert dits == [(rang, len(CALCULS)) for rang in range(1, len(CALCULS) + 1)]


@pytest.mark.parametrize("role", ["administrateur", "direction", "observateur", None])
def test_seule_la_commission_demande_le_calcul(campagne: Campagne, role: str | None) -> None:
    with pytest.raises(ActeInterdit):
        actes.recalculer_anomalies(campagne=campagne, par=scene.faire_compte(role), instant=CONTROLE)
    assert actes.recalculer_anomalies(campagne=campagne, par=membre_de_la_commission(), instant=CONTROLE) == 0


@pytest.mark.parametrize(
    ("instant", "code"), [(scene.CANDIDATURES, "trop_tot"), (ASSEMBLEES, None), (scene.APRES, None)]
)
def test_quand_le_calcul_est_possible(campagne: Campagne, instant: object, code: str | None) -> None:
    if code is None:
        assert actes.recalculer_anomalies(campagne=campagne, instant=instant) == 0
        return
    with pytest.raises(ActeImpossible) as refus:
        actes.recalculer_anomalies(campagne=campagne, instant=instant)
    assert refus.value.code == code


def test_l_acte_prend_une_campagne_ou_une_designation(campagne: Campagne, dossier: Dossier) -> None:
    with pytest.raises(TypeError):
        actes.recalculer_anomalies()
    with pytest.raises(TypeError):
        actes.recalculer_anomalies(campagne=campagne, designation=dossier.designation)


@pytest.mark.parametrize("nombre", [1, 3])
def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_de_sections(
    campagne: Campagne, nombre: int, django_assert_num_queries: Callable
) -> None:
    for rang in range(nombre):
        changer(recevoir(campagne, f"31{rang:03}", genres="HHFF"), a_jour_au=None)
    with django_assert_num_queries(28):
        actes.recalculer_anomalies(campagne=campagne, instant=CONTROLE)
    assert Anomalie.objects.count() == 2 * nombre


def test_chaque_regle_est_complete() -> None:
    """Every rule has its words, and a gravity that the model knows."""
    assert set(GRAVITES) == set(Anomalie.Gravite.values)
    for code, regle in REGLES.items():
        assert regle.gravite in GRAVITES
        assert len(code) <= Anomalie._meta.get_field("regle").max_length
        assert min(map(len, (regle.titre, regle.explication, regle.lever))) > 10
    assert REGLES["participation"].gravite == "indice"
    assert sum(r.gravite == BLOQUANTE for r in REGLES.values()) == 12


def test_les_preuves_ne_disent_rien_de_la_personne(campagne: Campagne, dossier: Dossier) -> None:
    """Neither names, nor addresses, nor birth dates, nor numbers are kept in the evidence."""
    for champs in (
        {"a_jour_au": None},
        {"section": scene.faire_section("31002")},
        {"statut": "sympathisant"},
    ):
        changer(dossier, **champs)
    trouver(campagne)
    membre = dossier.membres[0]
    preuves = json.dumps(list(Anomalie.objects.values_list("preuve", flat=True)))
    assert Anomalie.objects.count() >= 2
    for secret in (membre.nom, membre.prenom, membre.numero, membre.courriel, "1970-01-01"):
        assert secret not in preuves

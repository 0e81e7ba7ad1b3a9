"""Who may give an opinion: recusal, role by moment, state by state."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from delegues import actes
from delegues.models import (
    Avis,
    Campagne,
    Deport,
)
from refondation.membres.models import Compte, Mandat
from refondation.membres.regles import ActeInterdit
from tests.delegues import scene
from tests.delegues.scene import ASSEMBLEES, CALENDRIER, CONTROLE
from tests.delegues.scene_controle import (
    Dossier,
    donner,
    faire_campagne,
    membre_de_la_commission,
    recevoir,
    recevoir_et_calculer,
    refus,
)

pytestmark = pytest.mark.django_db
SECONDE = timedelta(seconds=1)


@pytest.fixture
def campagne() -> Campagne:
    return faire_campagne()


@pytest.fixture
def dossier(campagne: Campagne) -> Dossier:
    return recevoir_et_calculer(campagne)


@pytest.fixture
def commission() -> list[Compte]:
    return [membre_de_la_commission(f) for f in ("75", "69", "13", "33")]


# --- Recusal -----------------------------------------------------------------------------------------


def test_recusation_pour_sa_federation(dossier: Dossier, commission: list[Compte]) -> None:
    voisin = membre_de_la_commission("31")
    assert refus(lambda: donner(dossier, voisin)) == "recuse"
    # The database says so too, whoever writes.
    with pytest.raises(IntegrityError, match="sa propre fédération"), transaction.atomic():
        Avis.objects.create(proces_verbal=dossier.pv, compte=voisin, sens="valider", donne_le=CONTROLE)


@pytest.mark.parametrize("role", ["secretaire_federal", "secretaire_section"])
def test_recusation_par_un_mandat_dans_la_federation(dossier: Dossier, role: str) -> None:
    membre = membre_de_la_commission("75")
    lieu = (
        {"federation": dossier.section.federation}
        if role == "secretaire_federal"
        else {"section": scene.faire_section("31002")}
    )
    Mandat.objects.create(compte=membre, role=role, debut=date(2026, 1, 1), **lieu)
    assert refus(lambda: donner(dossier, membre)) == "recuse"


def test_deport_declare(dossier: Dossier, commission: list[Compte]) -> None:
    federation = dossier.section.federation
    avis = donner(dossier, commission[0])
    actes.declarer_deport(
        federation=federation, motif="Mon frère y milite", par=commission[0], instant=CONTROLE
    )
    avis.refresh_from_db()
    assert avis.perime
    assert refus(lambda: donner(dossier, commission[0])) == "recuse"
    donner(dossier, commission[1])
    assert dossier.relire().etat == "recue"
    with pytest.raises(IntegrityError, match="sa propre fédération"), transaction.atomic():
        Avis.objects.create(proces_verbal=dossier.pv, compte=commission[0], sens="valider", donne_le=CONTROLE)
    assert (
        refus(lambda: actes.declarer_deport(federation=federation, motif="Encore", par=commission[0]))
        == "deport_unique"
    )


def test_un_deport_dit_pourquoi_et_n_engage_que_la_commission(
    dossier: Dossier, commission: list[Compte]
) -> None:
    federation = dossier.section.federation
    assert (
        refus(lambda: actes.declarer_deport(federation=federation, motif=" ", par=commission[0])) == "motif"
    )
    with pytest.raises(ActeInterdit):
        actes.declarer_deport(federation=federation, motif="Ami", par=scene.faire_compte("administrateur"))
    assert Deport.objects.count() == 0


def test_un_deport_ne_defait_pas_une_decision_prise(dossier: Dossier, commission: list[Compte]) -> None:
    donner(dossier, commission[0])
    donner(dossier, commission[1])
    actes.declarer_deport(federation=dossier.section.federation, motif="Ami", par=commission[0])
    assert dossier.relire().etat == "validee"
    assert Avis.objects.filter(perime=True).count() == 0


# --- Rights, moments, states ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "role",
    [None, "secretaire_section", "secretaire_federal", "gestionnaire_federal", "direction",
     "administrateur", "observateur"],
)  # fmt: skip
@pytest.mark.parametrize("instant", [ASSEMBLEES, CONTROLE, scene.MANDATS])
def test_seule_la_commission_donne_un_avis(dossier: Dossier, role: str | None, instant: object) -> None:
    lieux = {
        "secretaire_section": {"section": dossier.section},
        "secretaire_federal": {"federation": dossier.section.federation},
        "gestionnaire_federal": {"federation": dossier.section.federation},
    }
    compte = scene.faire_compte(role, **lieux.get(role, {}))
    with pytest.raises(ActeInterdit):
        donner(dossier, compte, instant=instant)
    assert Avis.objects.count() == 0


@pytest.mark.parametrize(
    ("instant", "code"),
    [
        (CALENDRIER["assemblees_du"] - SECONDE, "trop_tot"),
        (CALENDRIER["assemblees_du"], None),
        (CALENDRIER["controle_au"] - SECONDE, None),
        (CALENDRIER["controle_au"], "trop_tard"),
    ],
)
def test_avant_pendant_apres_le_controle(
    dossier: Dossier, commission: list[Compte], instant: object, code: str | None
) -> None:
    if code is None:
        donner(dossier, commission[0], instant=instant)
        assert Avis.objects.count() == 1
    else:
        assert refus(lambda: donner(dossier, commission[0], instant=instant)) == code


def test_ce_qui_est_conteste_se_tranche_apres_la_fin_du_controle(campagne: Campagne) -> None:
    dossier = recevoir(campagne, etat="contestee")
    actes.recalculer_anomalies(designation=dossier.designation, instant=CONTROLE)
    for federation in ("75", "69"):
        donner(dossier, membre_de_la_commission(federation), instant=CALENDRIER["controle_au"])
    assert dossier.relire().etat == "validee"


@pytest.mark.parametrize(
    ("etat", "admis"),
    [
        ("recue", {"valider", "completer", "rejeter"}),
        ("incomplete", {"rejeter"}),
        ("contestee", {"valider", "completer", "rejeter"}),
        ("validee", set()),
        ("rejetee", set()),
    ],
)
def test_etat_par_etat(campagne: Campagne, etat: str, admis: set[str]) -> None:
    dossier = recevoir(campagne, etat=etat)
    actes.recalculer_anomalies(designation=dossier.designation, instant=CONTROLE)
    for federation, sens in (("75", "valider"), ("69", "completer"), ("13", "rejeter")):
        membre = membre_de_la_commission(federation)
        if sens in admis:
            donner(dossier, membre, sens)
        else:
            assert refus(lambda membre=membre, sens=sens: donner(dossier, membre, sens)) == "etat"


def test_qui_a_demande_un_complement_peut_ensuite_rejeter(dossier: Dossier, commission: list[Compte]) -> None:
    """The section does not answer: the same two members may say so."""
    for sens in ("completer", "rejeter"):
        donner(dossier, commission[0], sens)
        donner(dossier, commission[1], sens)
    assert dossier.relire().etat == "rejetee"


def test_un_proces_verbal_remplace_n_a_plus_d_avis(dossier: Dossier, commission: list[Compte]) -> None:
    donner(dossier, commission[0])
    ancien = dossier.pv
    ancien.etat = "rectifie"
    ancien.save()
    assert refus(lambda: donner(dossier, commission[1])) == "remplace"
    dossier.pv = scene.faire_proces_verbal(
        dossier.designation,
        [e.candidature for e in ancien.elus.all()],
        redacteur=dossier.secretaire,
        contresignataire=dossier.membres[1],
        rectifie=ancien,
        motif_de_rectification="Erreur de report",
    )
    actes.recalculer_anomalies(designation=dossier.designation, instant=CONTROLE)
    # The opinion given on the former minutes does not count on these.
    donner(dossier, commission[1])
    assert dossier.relire().etat == "recue"
    donner(dossier, commission[0])
    assert dossier.relire().etat == "validee"

"""What a section answers and what its members contest: who, when, how often."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from delegues.models import (
    Campagne,
    Echange,
)
from refondation.membres.models import Compte, Mandat
from refondation.membres.regles import ActeInterdit
from tests.delegues import scene
from tests.delegues.scene import CALENDRIER
from tests.delegues.scene_controle import (
    Dossier,
    contester,
    decider,
    donner,
    faire_campagne,
    membre_de_la_commission,
    recevoir,
    recevoir_et_calculer,
    refus,
    repondre,
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


def membre(dossier: Dossier, rang: int = 3) -> Compte:
    return scene.compte_de(dossier.membres[rang])


# --- The section answers ---------------------------------------------------------------------------


def test_la_reponse_rend_le_dossier_a_la_commission(dossier: Dossier, commission: list[Compte]) -> None:
    decider(dossier, commission, "completer")
    reponse = repondre(dossier)
    assert (reponse.genre, reponse.auteur, reponse.proces_verbal) == (
        "reponse",
        dossier.secretaire,
        dossier.pv,
    )
    assert dossier.relire().etat == "recue"
    # Nothing more is asked.
    assert refus(lambda: repondre(dossier)) == "sans_question"
    # The same two members may now validate.
    decider(dossier, commission, "valider")
    assert dossier.relire().etat == "validee"


def test_une_reponse_perime_les_avis_donnes_avant_elle(dossier: Dossier, commission: list[Compte]) -> None:
    contester(dossier, membre(dossier))
    donner(dossier, commission[0], "rejeter")
    repondre(dossier)
    assert dossier.relire().etat == "contestee"
    donner(dossier, commission[1], "rejeter")
    assert dossier.relire().etat == "contestee"
    # One answer to one contest: a section does not hold a decision back by answering again.
    assert refus(lambda: repondre(dossier)) == "sans_question"
    donner(dossier, commission[0], "rejeter")
    assert dossier.relire().etat == "rejetee"


@pytest.mark.parametrize("etat", ["recue", "validee", "rejetee"])
def test_rien_a_repondre(campagne: Campagne, etat: str) -> None:
    dossier = recevoir(campagne, etat=etat)
    assert refus(lambda: repondre(dossier)) == "sans_question"


def test_seul_le_secretaire_de_la_section_repond(dossier: Dossier, commission: list[Compte]) -> None:
    decider(dossier, commission, "completer")
    autre = recevoir(dossier.designation.campagne, "31002")
    federal = scene.faire_compte("secretaire_federal", federation=dossier.section.federation)
    for compte in (
        autre.secretaire,
        federal,
        membre(dossier),
        commission[2],
        scene.faire_compte("observateur"),
    ):
        with pytest.raises(ActeInterdit):
            repondre(dossier, par=compte)
    assert refus(lambda: repondre(dossier, texte="ok")) == "texte"


@pytest.mark.parametrize(
    ("instant", "code"),
    [(CALENDRIER["recours_au"] - SECONDE, None), (CALENDRIER["recours_au"], "trop_tard")],
)
def test_jusqu_a_quand_repondre(
    dossier: Dossier, commission: list[Compte], instant: object, code: str | None
) -> None:
    decider(dossier, commission, "completer")
    if code is None:
        assert repondre(dossier, instant=instant).le == instant
    else:
        assert refus(lambda: repondre(dossier, instant=instant)) == code


# --- Contests --------------------------------------------------------------------------------------


def test_contester_perime_les_avis(dossier: Dossier, commission: list[Compte]) -> None:
    donner(dossier, commission[0], "valider")
    contester(dossier, membre(dossier))
    assert dossier.relire().etat == "contestee"
    donner(dossier, commission[1], "valider")
    assert dossier.relire().etat == "contestee"
    donner(dossier, commission[0], "valider")
    assert dossier.relire().etat == "validee"


def test_une_contestation_par_personne_et_par_proces_verbal(dossier: Dossier) -> None:
    contester(dossier, membre(dossier))
    assert refus(lambda: contester(dossier, membre(dossier))) == "deja"
    contester(dossier, membre(dossier, 4))
    assert Echange.objects.filter(genre="contestation").count() == 2


@pytest.mark.parametrize(
    ("role", "admis"),
    [("administrateur", True), ("direction", True), ("observateur", False), ("recolement", False),
     ("secretaire_federal", False), (None, False)],
)  # fmt: skip
def test_qui_conteste(dossier: Dossier, role: str | None, admis: bool) -> None:
    lieu = {"federation": dossier.section.federation} if role == "secretaire_federal" else {}
    compte = scene.faire_compte(role, **lieu)
    if admis:
        assert contester(dossier, compte).auteur == compte
        return
    with pytest.raises(ActeInterdit):
        contester(dossier, compte)


@pytest.mark.parametrize(
    "champs", [{"sorti_le": date(2026, 9, 1)}, {"statut": "sympathisant"}, {"section": "31002"}]
)
def test_qui_n_est_pas_membre_de_la_section_ne_conteste_pas(dossier: Dossier, champs: dict) -> None:
    if "section" in champs:
        champs = {"section": scene.faire_section("31002")}
    personne = scene.faire_adherent(**{"section": dossier.section, **champs})
    with pytest.raises(ActeInterdit):
        contester(dossier, scene.compte_de(personne))


@pytest.mark.parametrize(
    ("etat", "code"),
    [("attendue", "etat"), ("recue", None), ("incomplete", None), ("contestee", None),
     ("validee", "decidee"), ("rejetee", "decidee")],
)  # fmt: skip
def test_contester_etat_par_etat(campagne: Campagne, etat: str, code: str | None) -> None:
    dossier = recevoir(campagne, etat=etat)
    if code is None:
        contester(dossier, membre(dossier))
        assert dossier.relire().etat == "contestee"
    else:
        assert refus(lambda: contester(dossier, membre(dossier))) == code


@pytest.mark.parametrize(
    ("instant", "code"),
    [
        (CALENDRIER["assemblees_du"] - SECONDE, "trop_tot"),
        (CALENDRIER["recours_au"] - SECONDE, None),
        (CALENDRIER["recours_au"], "trop_tard"),
    ],
)
def test_quand_contester(dossier: Dossier, instant: object, code: str | None) -> None:
    if code is None:
        assert contester(dossier, membre(dossier), instant=instant).le == instant
    else:
        assert refus(lambda: contester(dossier, membre(dossier), instant=instant)) == code


@pytest.mark.parametrize(
    ("champs", "code"),
    [({"motifs": []}, "motif"), ({"motifs": ["autres"]}, "motif"), ({"texte": "non"}, "texte")],
)
def test_une_contestation_se_motive(dossier: Dossier, champs: dict, code: str) -> None:
    assert refus(lambda: contester(dossier, membre(dossier), **champs)) == code


def test_qui_conteste_ne_decide_pas(dossier: Dossier) -> None:
    membre_national = membre_de_la_commission("75")
    Mandat.objects.create(compte=membre_national, role="direction", debut=date(2026, 1, 1))
    contester(dossier, membre_national)
    assert refus(lambda: donner(dossier, membre_national, "rejeter")) == "recuse"

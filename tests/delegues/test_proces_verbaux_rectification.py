"""Correcting signed minutes by others: both are shown, the first stay in force until two sign again."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import TestCase

from delegues import actes
from delegues.models import Avis, Designation, ProcesVerbal
from delegues.proces_verbal import rediger, relire
from delegues.rectifications import Difference, differences
from tests.delegues.scene import (
    APRES,
    ASSEMBLEES,
    CANDIDATURES,
    CONTROLE,
    faire_compte,
)
from tests.delegues.scene_proces_verbaux import (
    Scene,
    commencer,
    contresigner,
    faire_scene,
    frais,
    photo,
    presenter,
    refus,
    remplir,
    signe_par_deux,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lieux(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def scene() -> Scene:
    return faire_scene()


def elus(pv: ProcesVerbal) -> list[tuple[str, int, int, int | None]]:
    """(quality, rank, place of the list, rank of the holder whom a substitute follows)."""
    lus = pv.elus.select_related("candidature__liste", "titulaire").order_by("-qualite", "rang")
    return [
        (e.qualite, e.rang, e.candidature.liste.rang, e.titulaire.rang if e.titulaire else None) for e in lus
    ]


# --- Correcting ------------------------------------------------------------------------------------


def rectifier(scene: Scene, pv: ProcesVerbal, **champs: object) -> ProcesVerbal:
    return actes.rectifier_proces_verbal(
        **{
            "proces_verbal": pv,
            "motif": "Deux bulletins oubliés.",
            "par": scene.secretaire,
            "instant": CONTROLE,
            **champs,
        }
    )


def test_un_rectificatif_montre_les_deux_et_remplace_a_la_signature(scene: Scene) -> None:
    ancien = remplir(scene, commencer(scene), voix=[5, 4, 3, 2])
    actes.joindre_piece(proces_verbal=ancien, envoi=photo(), par=scene.secretaire, instant=ASSEMBLEES)
    ancien = contresigner(scene, presenter(scene, ancien))
    pv = rectifier(scene, ancien)
    assert rectifier(scene, ancien).pk == pv.pk
    # All was copied, and the former minutes stay in force.
    assert differences(relire(ancien), rediger(frais(pv))[0]) == []
    assert ProcesVerbal.objects.en_vigueur().get() == ancien
    voix = {liste.pk: n for liste, n in zip(scene.listes, [4, 5, 3, 2], strict=True)}
    pv = actes.noter_le_depouillement(
        proces_verbal=pv, votants=8, blancs=0, nuls=1, voix=voix, version=pv.version,
        par=scene.secretaire, instant=CONTROLE,
    )  # fmt: skip
    pv = contresigner(scene, presenter(scene, pv, CONTROLE), CONTROLE)
    ancien.refresh_from_db()
    assert (ancien.etat, pv.etat) == ("rectifie", "verrouille")
    assert pv.numero == f"PV-31001-{scene.campagne.pk}-2"
    contenu = relire(pv)
    assert contenu["rectifie"] == {
        "numero": ancien.numero, "empreinte": ancien.empreinte, "motif": "Deux bulletins oubliés.",
    }  # fmt: skip
    changes = differences(relire(ancien), contenu)
    assert [d.quoi.split(" : ")[0] for d in changes] == [
        "Blancs", "Nuls", "Voix", "Voix", "Titulaire n° 1", "Titulaire n° 2",
        "Suppléance de la ou du titulaire n° 1", "Suppléance de la ou du titulaire n° 2",
    ]  # fmt: skip
    assert changes[0] == Difference("Blancs", "1", "0")
    assert Designation.objects.get().etat == "recue"


def decider(pv: ProcesVerbal, etat: str) -> None:
    """Two members of the commission say so, as the database asks."""
    sens = {"validee": "valider", "rejetee": "rejeter", "incomplete": "completer"}.get(etat)
    for _ in range(2 if sens else 0):
        Avis.objects.create(
            proces_verbal=pv,
            compte=faire_compte("recolement"),
            sens=sens,
            motifs=["piece"],
            donne_le=CONTROLE,
        )
    pv.designation.refresh_from_db()
    pv.designation.etat = etat
    pv.designation.save()


@pytest.mark.parametrize(
    ("etat", "code"),
    [("recue", None), ("incomplete", None), ("contestee", None), ("rejetee", None), ("validee", "valide")],
)
def test_l_etat_du_controle_commande_la_rectification(scene: Scene, etat: str, code: str | None) -> None:
    ancien = signe_par_deux(scene)
    if etat != "recue":
        decider(ancien, etat)
    if code:
        assert refus(rectifier, scene=scene, pv=ancien) == code
        return
    pv = contresigner(scene, presenter(scene, rectifier(scene, ancien), CONTROLE), CONTROLE)
    assert (pv.etat, Designation.objects.get().etat) == ("verrouille", "recue")


@pytest.mark.parametrize(
    ("champs", "code"),
    [
        ({"motif": "  "}, "motif"),
        ({"instant": CANDIDATURES}, "trop_tot"),
        ({"instant": APRES}, "trop_tard"),
    ],
)
def test_rectifier_refuse(scene: Scene, champs: dict, code: str) -> None:
    ancien = signe_par_deux(scene)
    assert refus(rectifier, scene=scene, pv=ancien, **champs) == code
    for role in ("recolement", "administrateur"):
        assert refus(rectifier, scene=scene, pv=ancien, par=faire_compte(role)) == "interdit"
    assert ProcesVerbal.objects.count() == 1


def test_un_rectificatif_abandonne_laisse_l_ancien_et_ses_pieces(scene: Scene) -> None:
    ancien = remplir(scene, commencer(scene), voix=[5, 4, 3, 2])
    piece = actes.joindre_piece(proces_verbal=ancien, envoi=photo(), par=scene.secretaire, instant=ASSEMBLEES)
    ancien = contresigner(scene, presenter(scene, ancien))
    pv = rectifier(scene, ancien)
    with TestCase.captureOnCommitCallbacks(execute=True):
        actes.abandonner_le_brouillon(proces_verbal=pv, par=scene.secretaire, instant=CONTROLE)
    assert ProcesVerbal.objects.get() == ancien
    assert Path(piece.fichier.path).exists()


def test_un_second_proces_verbal_ne_se_commence_pas(scene: Scene) -> None:
    signe_par_deux(scene)
    assert refus(commencer, scene=scene) == "deja_signe"

"""Calling an assembly, once to each member; joining the papers signed in the room."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core import mail
from django.test import TestCase

from delegues import actes
from delegues.models import Convocation, Piece
from refondation.journal.models import Ligne
from tests.delegues.scene import (
    ASSEMBLEES,
    AVANT,
    CANDIDATURES,
    faire_adherent,
    faire_section,
)
from tests.delegues.scene_proces_verbaux import (
    Scene,
    commencer,
    convoquer,
    faire_scene,
    joindre,
    le,
    refus,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lieux(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def scene() -> Scene:
    return faire_scene()


# --- Calling -------------------------------------------------------------------------------------


def test_convoquer_ecrit_une_fois_a_chaque_membre_de_la_liste(scene: Scene) -> None:
    faire_adherent(scene.section, courriel="")
    faire_adherent(scene.section, adhesion_le=le(1).date())
    faire_adherent(faire_section("31002", "31"))
    with TestCase.captureOnCommitCallbacks(execute=True):
        convoquer(scene)
    # The task that follows looks at the real clock; its act is what is tested here.
    mail.outbox.clear()
    Convocation.objects.update(envoyee_le=None)
    assert actes.envoyer_convocations(designation=scene.designation, nombre=5, instant=CANDIDATURES) == 5
    assert actes.envoyer_convocations(designation=scene.designation, instant=CANDIDATURES) == 3
    assert actes.envoyer_convocations(designation=scene.designation, instant=CANDIDATURES) == 0
    assert sorted(m.to[0] for m in mail.outbox) == sorted(m.courriel for m in scene.membres)
    assert mail.outbox[0].subject == (
        "Assemblée de votre section le dimanche 20 septembre 2026 à 20\u00a0h\u00a000, heure de Paris"
    )
    assert "Désigner deux délégué·es" in mail.outbox[0].body
    assert "/delegues/refondation/sections/31001/" in mail.outbox[0].body
    assert Ligne.objects.filter(acte="delegues.convoquer").count() == 1


def test_convoquer_de_nouveau_ne_renvoie_que_si_quelque_chose_change(scene: Scene) -> None:
    convoquer(scene)
    convoquer(scene)
    assert Convocation.objects.count() == 8
    actes.envoyer_convocations(designation=scene.designation, nombre=2, instant=CANDIDATURES)
    convoquer(scene, lieu="Gymnase")
    # Six had not left: they would have said the former place.
    assert sorted(Convocation.objects.values_list("numero", flat=True)) == [1] * 2 + [2] * 8


def test_une_convocation_ne_part_plus_apres_l_assemblee(scene: Scene) -> None:
    convoquer(scene)
    assert actes.envoyer_convocations(designation=scene.designation, instant=le(20, 18)) == 0


@pytest.mark.parametrize(
    ("champs", "code"),
    [
        ({"assemblee_le": le(15)}, "date"),
        ({"assemblee_le": le(28)}, "date"),
        ({"lieu": "  "}, "lieu"),
        ({"instant": AVANT}, "trop_tot"),
        ({"instant": le(28)}, "trop_tard"),
        ({"instant": le(20, 19)}, "passee"),
    ],
)
def test_convoquer_refuse(scene: Scene, champs: dict, code: str) -> None:
    assert refus(convoquer, scene=scene, **champs) == code
    assert Convocation.objects.count() == 0


def test_un_vote_en_ligne_ne_se_convoque_ni_ne_se_redige(scene: Scene) -> None:
    scene.designation.mode = "en-ligne"
    scene.designation.save()
    assert refus(convoquer, scene=scene) == "en_ligne"
    assert refus(commencer, scene=scene) == "en_ligne"


# --- Papers --------------------------------------------------------------------------------------


def test_une_piece_est_gardee_hors_du_web_et_nommee_par_son_contenu(scene: Scene, tmp_path: Path) -> None:
    pv = commencer(scene)
    piece = joindre(scene, pv, nom="Papier de Jeanne.JPG")
    assert joindre(scene, pv, nom="autre.jpg").pk == piece.pk
    chemin = Path(piece.fichier.path)
    assert chemin.parent == tmp_path / "media" / "proces-verbaux"
    assert (chemin.stat().st_mode & 0o777, chemin.stem) == (0o600, piece.empreinte)
    assert (piece.nom, piece.genre, piece.octets) == ("Papier de Jeanne", "image/jpeg", chemin.stat().st_size)


def test_retirer_une_piece_efface_son_fichier_sauf_s_il_sert_ailleurs(scene: Scene) -> None:
    pv = commencer(scene)
    piece = joindre(scene, pv)
    autre = faire_scene("31002")
    copie = Piece.objects.create(
        proces_verbal=commencer(autre), nom="copie", fichier=piece.fichier.name, genre=piece.genre,
        octets=1, empreinte=piece.empreinte, deposee_le=ASSEMBLEES, par=autre.secretaire,
    )  # fmt: skip
    chemin = Path(piece.fichier.path)
    for objet, qui, reste in ((piece, scene, True), (copie, autre, False)):
        with TestCase.captureOnCommitCallbacks(execute=True):
            actes.retirer_piece(piece=objet, par=qui.secretaire, instant=ASSEMBLEES)
        assert chemin.exists() is reste


def test_vingt_pieces_au_plus(scene: Scene) -> None:
    pv = commencer(scene)
    for rang in range(20):
        joindre(scene, pv, couleur=f"#{rang:02x}{rang * 9:02x}00")
    assert refus(joindre, scene=scene, pv=pv, couleur="blue") == "trop_de_pieces"
    assert Piece.objects.count() == 20

"""Drafting minutes: what each step keeps, refuses and lets nobody lose."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from delegues import actes
from delegues.actes import Pointage
from delegues.emargement import liste_de_presence
from delegues.models import Piece, Presence, ProcesVerbal, Voix
from refondation.journal.models import Ligne
from tests.delegues.scene import (
    APRES,
    ASSEMBLEES,
    CANDIDATURES,
    CONTROLE,
    TRANSMISSION,
    faire_adherent,
    faire_compte,
    faire_section,
)
from tests.delegues.scene_proces_verbaux import (
    MS,
    SEANCE,
    Scene,
    commencer,
    convoquer,
    faire_scene,
    joindre,
    le,
    photo,
    pointer,
    presenter,
    refus,
    remplir,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lieux(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def scene() -> Scene:
    return faire_scene()


# --- Who, when ------------------------------------------------------------------------------------


def gestes(scene: Scene, pv: ProcesVerbal) -> dict[str, Callable]:
    """Each act of the draft, as (par, instant) → call."""
    commun = {"proces_verbal": pv, "version": pv.version}
    return {
        "seance": lambda **k: actes.noter_la_seance(**commun, tenue_le=SEANCE, lieu="Salle", **k),
        "presences": lambda **k: actes.pointer_presences(
            proces_verbal=pv, pointages=[Pointage(scene.membres[0].pk, True, MS)], **k
        ),
        "depouillement": lambda **k: actes.noter_le_depouillement(
            **commun, votants=0, blancs=0, nuls=0, voix={x.pk: 0 for x in scene.listes}, **k
        ),
        "incidents": lambda **k: actes.noter_les_incidents(**commun, incidents="", sans_incident=True, **k),
        "bureau": lambda **k: actes.designer_le_bureau(**commun, contresignataire=scene.second, **k),
        "piece": lambda **k: actes.joindre_piece(proces_verbal=pv, envoi=photo(), **k),
        "presenter": lambda **k: actes.presenter_proces_verbal(proces_verbal=pv, empreinte="", **k),
        "abandonner": lambda **k: actes.abandonner_le_brouillon(proces_verbal=pv, **k),
    }


GESTES = (
    "seance", "presences", "depouillement", "incidents", "bureau", "piece", "presenter", "abandonner",
)  # fmt: skip


@pytest.mark.parametrize("geste", GESTES)
@pytest.mark.parametrize(
    ("role", "ou"),
    [
        ("secretaire_section", "31002"),
        ("secretaire_section", "32001"),
        ("secretaire_federal", "federation"),
        ("gestionnaire_federal", "federation"),
        ("recolement", ""),
        ("observateur", ""),
        ("direction", ""),
        ("administrateur", ""),
        (None, "membre"),
    ],
)
def test_seul_le_secretaire_de_la_section_redige(scene: Scene, role: str | None, ou: str, geste: str) -> None:
    pv = commencer(scene)
    if ou == "membre":
        autre = faire_compte(adherent=scene.membres[2])
    elif ou == "federation":
        autre = faire_compte(role, federation=scene.section.federation)
    elif ou:
        autre = faire_compte(role, section=faire_section(ou, ou[:2]))
    else:
        autre = faire_compte(role)
    assert refus(gestes(scene, pv)[geste], par=autre, instant=ASSEMBLEES) == "interdit"
    assert refus(
        actes.commencer_proces_verbal, designation=scene.designation, par=autre, instant=ASSEMBLEES
    ) == ("interdit")
    assert (Presence.objects.count(), Voix.objects.count(), Piece.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("geste", GESTES)
@pytest.mark.parametrize(
    ("instant", "code"),
    [
        (CANDIDATURES, "trop_tot"),
        (ASSEMBLEES, None),
        (TRANSMISSION, None),
        (CONTROLE, "trop_tard"),
        (APRES, "trop_tard"),
    ],
)
def test_le_calendrier_commande_la_redaction(scene: Scene, geste: str, instant, code: str | None) -> None:
    pv = commencer(scene)
    acte = gestes(scene, pv)[geste]
    if code is None and geste != "presenter":
        acte(par=scene.secretaire, instant=instant)
    else:
        attendu = code or "incomplet"
        assert refus(acte, par=scene.secretaire, instant=instant) == attendu


def test_commencer_avant_l_heure_est_refuse(scene: Scene) -> None:
    assert refus(commencer, scene=scene, instant=CANDIDATURES) == "trop_tot"
    assert refus(commencer, scene=scene, instant=CONTROLE) == "trop_tard"


# --- Steps ---------------------------------------------------------------------------------------


def test_commencer_deux_fois_donne_le_meme_brouillon(scene: Scene) -> None:
    convoquer(scene)
    pv = commencer(scene, le(20, 19))
    assert commencer(scene, le(20, 20)).pk == pv.pk
    assert (pv.inscrits, pv.lieu, pv.tenue_le) == (8, "Salle des fêtes", le(20, 18))
    assert Ligne.objects.filter(acte="delegues.commencer_proces_verbal").count() == 1


def test_une_page_perimee_est_refusee(scene: Scene) -> None:
    pv = commencer(scene)
    actes_ = gestes(scene, pv)
    actes_["seance"](par=scene.secretaire, instant=ASSEMBLEES)
    for geste in ("seance", "depouillement", "incidents", "bureau"):
        assert refus(actes_[geste], par=scene.secretaire, instant=ASSEMBLEES) == "perime"
    # Ticks and papers add up: they never overwrite, and never go stale.
    for geste in ("presences", "piece"):
        actes_[geste](par=scene.secretaire, instant=ASSEMBLEES)


@pytest.mark.parametrize(
    ("tenue_le", "lieu", "code"),
    [(le(15), "Salle", "date"), (le(20, 13), "Salle", "a_venir"), (SEANCE, " ", "lieu")],
)
def test_la_seance_refuse(scene: Scene, tenue_le, lieu: str, code: str) -> None:
    pv = commencer(scene)
    assert (
        refus(
            actes.noter_la_seance, proces_verbal=pv, tenue_le=tenue_le, lieu=lieu, version=1,
            par=scene.secretaire, instant=ASSEMBLEES,
        )
        == code
    )  # fmt: skip


def etats(pv: ProcesVerbal) -> dict[int, bool]:
    return dict(pv.presences.values_list("adherent", "present"))


def test_le_dernier_pointage_de_l_appareil_l_emporte_quel_que_soit_l_ordre(scene: Scene) -> None:
    pv = commencer(scene)
    a, b = scene.membres[:2]
    pointer(scene, pv, a, marque=MS)
    pointer(scene, pv, a, present=False, marque=MS + 10)
    pointer(scene, pv, a, marque=MS + 5)  # late, and older
    pointer(scene, pv, a, present=False, marque=MS + 10)  # twice
    assert etats(pv) == {a.pk: False}
    # One batch that says two things of one person: the later one.
    actes.pointer_presences(
        proces_verbal=pv,
        pointages=[Pointage(b.pk, True, MS + 2), Pointage(b.pk, False, MS + 1)],
        par=scene.secretaire,
        instant=ASSEMBLEES,
    )
    assert etats(pv) == {a.pk: False, b.pk: True}
    assert ProcesVerbal.objects.get().version == 1
    assert Ligne.objects.filter(acte="delegues.pointer_presences").count() == 3


def test_une_horloge_en_avance_n_a_pas_le_dernier_mot_pour_toujours(scene: Scene) -> None:
    pv = commencer(scene)
    a = scene.membres[0]
    pointer(scene, pv, a, marque=MS * 2)
    actes.pointer_presences(
        proces_verbal=pv,
        pointages=[Pointage(a.pk, False, MS + 600_000)],
        par=scene.secretaire,
        instant=ASSEMBLEES + timedelta(minutes=10),
    )
    assert etats(pv) == {a.pk: False}


def test_qui_n_est_pas_sur_la_liste_ne_se_pointe_pas(scene: Scene) -> None:
    pv = commencer(scene)
    ailleurs = faire_adherent(faire_section("31002", "31"))
    nouveau = faire_adherent(scene.section, adhesion_le=le(1).date())
    ecartes = actes.pointer_presences(
        proces_verbal=pv,
        pointages=[Pointage(p, True, MS) for p in (ailleurs.pk, nouveau.pk, 999_999, scene.membres[0].pk)],
        par=scene.secretaire,
        instant=ASSEMBLEES,
    )
    assert ecartes == sorted([ailleurs.pk, nouveau.pk, 999_999])
    assert etats(pv) == {scene.membres[0].pk: True}


def test_le_nombre_de_requetes_ne_suit_pas_le_nombre_de_pointages(
    scene: Scene, django_assert_num_queries
) -> None:
    pv = commencer(scene)
    scene.secretaire.mandats_en_cours()
    for debut, fin in ((0, 1), (1, 4)):
        with django_assert_num_queries(10):
            pointer(scene, pv, *scene.membres[debut:fin])


def test_qui_change_de_section_apres_l_assemblee_reste_present_et_se_decoche(scene: Scene) -> None:
    pv = commencer(scene)
    parti, reste = scene.membres[:2]
    pointer(scene, pv, parti, reste)
    parti.section = faire_section("31002", "31")
    parti.save()
    assert list(liste_de_presence(pv)) == sorted(scene.membres, key=lambda m: (m.nom, m.prenom))
    pointer(scene, pv, parti, present=False, marque=MS + 1)
    assert etats(pv) == {parti.pk: False, reste.pk: True}


def depouiller(scene: Scene, pv: ProcesVerbal, voix: list[int], **champs: int) -> ProcesVerbal:
    return actes.noter_le_depouillement(
        **{
            "proces_verbal": pv, "votants": 6, "blancs": 1, "nuls": 0, "version": pv.version,
            "voix": dict(zip([x.pk for x in scene.listes], voix, strict=True)),
            "par": scene.secretaire, "instant": ASSEMBLEES, **champs,
        }
    )  # fmt: skip


def test_le_depouillement_se_corrige(scene: Scene) -> None:
    pv = depouiller(scene, commencer(scene), [5, 0, 0, 0])
    pv = depouiller(scene, pv, [3, 2, 1, 0])
    assert list(pv.voix.values_list("nombre", flat=True)) == [3, 2, 1, 0]
    assert (pv.votants, pv.blancs, pv.nuls, pv.inscrits) == (6, 1, 0, 8)


def test_le_depouillement_qui_ne_tombe_pas_juste_est_refuse(scene: Scene) -> None:
    pv = commencer(scene)
    assert refus(depouiller, scene=scene, pv=pv, voix=[6, 0, 0, 0]) == "decompte"
    assert refus(depouiller, scene=scene, pv=pv, voix=[1, 0, 0, 0]) == "decompte"
    assert refus(depouiller, scene=scene, pv=pv, voix=[5, 5, 0, 0], votants=9, blancs=4) == "decompte"
    assert Voix.objects.count() == 0


def test_une_candidature_retiree_entre_temps_se_voit(scene: Scene) -> None:
    pv = commencer(scene)
    liste = scene.listes[0]
    liste.etat, liste.retiree_le = "retiree", ASSEMBLEES
    liste.save()
    assert refus(depouiller, scene=scene, pv=pv, voix=[5, 0, 0, 0]) == "candidatures"


@pytest.mark.parametrize(("texte", "sans"), [("", False), ("Une urne renversée.", True)])
def test_les_incidents_se_disent_ou_se_nient(scene: Scene, texte: str, sans: bool) -> None:
    pv = commencer(scene)
    assert (
        refus(
            actes.noter_les_incidents, proces_verbal=pv, incidents=texte, sans_incident=sans, version=1,
            par=scene.secretaire, instant=ASSEMBLEES,
        )
        == "incidents"
    )  # fmt: skip


def test_le_second_signataire_est_un_autre_membre_de_la_section(scene: Scene) -> None:
    pv = commencer(scene)
    ailleurs = faire_adherent(faire_section("31002", "31"))
    parti = faire_adherent(scene.section, sorti_le=le(1).date())
    sans_adresse = faire_adherent(scene.section, courriel="")
    codes = [
        refus(
            actes.designer_le_bureau, proces_verbal=pv, contresignataire=qui, version=1,
            par=scene.secretaire, instant=ASSEMBLEES,
        )
        for qui in (scene.membres[0], ailleurs, parti, sans_adresse)
    ]  # fmt: skip
    assert codes == ["secretaire", "hors_section", "hors_section", "sans_adresse"]


def test_abandonner_efface_tout_le_brouillon(scene: Scene) -> None:
    pv = remplir(scene, commencer(scene), voix=[3, 2, 1, 0])
    joindre(scene, pv)
    actes.abandonner_le_brouillon(proces_verbal=pv, par=scene.secretaire, instant=ASSEMBLEES)
    restes = [m.objects.count() for m in (ProcesVerbal, Presence, Voix, Piece)]
    assert restes == [0, 0, 0, 0]


def test_ce_qui_attend_la_seconde_signature_ne_se_modifie_plus(scene: Scene) -> None:
    pv = presenter(scene, remplir(scene, commencer(scene), voix=[3, 2, 1, 0]))
    for nom, geste in gestes(scene, pv).items():
        assert refus(geste, par=scene.secretaire, instant=ASSEMBLEES) == "etat", nom


# --- Two at once ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_deux_clics_ensemble_font_un_brouillon_et_un_pointage() -> None:
    scene = faire_scene()

    def commencer_et_pointer(_: int) -> int:
        try:
            pv = commencer(scene)
            pointer(scene, pv, *scene.membres)
            return pv.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as fils:
        cles = set(fils.map(commencer_et_pointer, range(4)))
    assert len(cles) == 1
    assert (ProcesVerbal.objects.count(), Presence.objects.count()) == (1, 8)

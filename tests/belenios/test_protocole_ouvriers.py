"""Verification shared between processes: the same answers, however many they are, whatever befalls them."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import threading

import pytest

from consultation.belenios import ouvriers
from consultation.belenios.election import Question
from consultation.belenios.groupes import groupe
from consultation.belenios.verificateur import ArchiveInvalide, VerificationInterrompue, verifier_archive
from tests.belenios.archives import compact, ecrire, lire, rang, remplacer
from tests.belenios.fabrique import Atelier, cles_simples

G = groupe("BELENIOS-2048")


@pytest.fixture(scope="module")
def grande() -> tuple[Atelier, bytes]:
    """More ballots than a unit, so that several processes have work."""
    atelier = Atelier((Question("?", ("a", "b"), 1, 1),), (None,) * 90, cles_simples(1))
    for i in range(90):
        atelier.voter(i, [[i % 2, 1 - i % 2]])
    for i in range(0, 90, 30):
        atelier.voter(i, [[1, 0]])
    return atelier, atelier.archive()


@pytest.mark.parametrize("processus", [1, 2, 3, 64])
def test_le_nombre_de_processus_ne_change_rien(verdict, grande, processus):
    avances = []
    assert (
        verdict(grande[1], processus=processus, progres=lambda fait, total: avances.append((fait, total)))
        == "depouillee"
    )
    assert (verdict.rapport.resultat, verdict.rapport.bulletins, verdict.rapport.comptes) == (
        [[48, 42]],
        93,
        90,
    )
    assert avances[-1] == (11, 11)


def opposer(objet):
    chiffre = objet["answers"][0]["choices"][0]
    chiffre["alpha"] = str(G.p - int(chiffre["alpha"]))


def fausser(objet):
    objet["answers"][0]["overall_proof"][0]["response"] = "1"


def deformer(objet):
    objet["answers"][0]["note"] = "x"


def annuler(objet):
    objet["answers"][0]["choices"][0]["alpha"] = "0"


@pytest.mark.parametrize("processus", [1, 2, 3])
@pytest.mark.parametrize(
    "fautes_et_verdict",
    [
        ([(80, opposer)], "bulletin_groupe", 80),
        ([(10, opposer), (11, fausser)], "bulletin_groupe", 10),
        ([(10, fausser), (11, opposer)], "bulletin_preuve_globale", 10),
        ([(10, deformer), (5, opposer)], "bulletin_groupe", 5),
        ([(70, fausser), (30, opposer), (75, opposer)], "bulletin_groupe", 30),
        ([(40, opposer), (41, opposer)], "bulletin_groupe", 40),
        ([(60, annuler), (3, opposer)], "bulletin_groupe", 3),
        ([(60, annuler)], "bulletin_groupe", 60),
        ([(12, annuler), (11, fausser)], "bulletin_preuve_globale", 11),
    ],
)
def test_le_premier_defaut_est_celui_qu_on_nomme(verdict, grande, processus, fautes_et_verdict):
    """Membership is tested for many ballots at once, in processes apart: the answer must not show it."""
    fautes, code, premier = fautes_et_verdict
    atelier, archive = grande
    _, pieces = lire(archive)
    for n, faute in fautes:
        i = rang(pieces, "Ballot", n) - 1
        objet = pieces[i].objet
        faute(objet)
        pieces = remplacer(pieces, i, atelier.signer(atelier.bulletins[n][0], objet))
    assert verdict(ecrire(pieces), processus=processus) == code
    assert verdict.refus.hauteur == premier + 1


def test_un_identifiant_faux_parmi_beaucoup(verdict):
    bons = [str(G.puissance_g(i)) for i in range(2, 4500)]
    _, pieces = lire(Atelier().archive("Setup"))
    assert verdict(ecrire(remplacer(pieces, 2, compact(bons))), processus=2) == "ouverte"
    assert verdict.rapport.inscrits == 4498
    bons[4321] = str(G.p - int(bons[4321]))
    for processus in (1, 2):
        assert verdict(ecrire(remplacer(pieces, 2, compact(bons))), processus=processus) == "credentiels"
        assert bons[4321][:20] in str(verdict.refus)


def test_avec_un_fil_de_plus_les_processus_naissent_neufs(verdict, grande):
    """A fork would copy locks that other threads hold: processes are then spawned."""
    fini = threading.Event()
    fil = threading.Thread(target=fini.wait)
    fil.start()
    try:
        assert ouvriers.contexte().get_start_method() == "spawn"
        assert verdict(grande[1], processus=2) == "depouillee"
    finally:
        fini.set()
        fil.join()


def test_un_processus_sans_enfant_permis_travaille_seul(grande, tmp_path):
    (tmp_path / "a.bel").write_bytes(grande[1])
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(verifier_archive, (tmp_path / "a.bel",)).resultat == [[48, 42]]


def _mourir(*_):
    os._exit(9)


def test_un_processus_tue_se_dit(verdict, grande, monkeypatch):
    monkeypatch.setattr(ouvriers, "_travailler", _mourir)
    with pytest.raises(VerificationInterrompue, match="arrêté"):
        verdict(grande[1], processus=2)


def test_un_fichier_qui_change_pendant_la_lecture_se_voit(tmp_path, grande, monkeypatch):
    fichier = tmp_path / "a.bel"
    fichier.write_bytes(grande[1])

    def executer(travail, *reste):
        octets = bytearray(grande[1])
        octets[travail.bulletins.positions[7] + 300] ^= 1
        fichier.write_bytes(bytes(octets))
        return d_origine(travail, *reste)

    d_origine = ouvriers.executer
    monkeypatch.setattr("consultation.belenios.verificateur.executer", executer)
    with pytest.raises(ArchiveInvalide, match="a changé") as refus:
        verifier_archive(fichier, processus=1)
    assert refus.value.code == "illisible"


def test_un_refus_passe_d_un_processus_a_l_autre():
    refus = ArchiveInvalide("part", "Non.", hauteur=3, proprietaire=2)
    copie = pickle.loads(pickle.dumps(refus))  # noqa: S301
    assert (copie.code, str(copie), copie.hauteur, copie.suivi, copie.proprietaire) == (
        "part",
        "Non.",
        3,
        None,
        2,
    )

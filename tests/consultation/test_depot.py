"""Casting: what is accepted, what is refused and how, and that a refusal writes nothing."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction

from consultation import actes
from consultation.actes.emargement import emarger
from consultation.belenios.bulletins import chiffrer
from consultation.belenios.identifiants import nouveau_code
from consultation.chaine import election_de
from consultation.models import Emargement, Evenement, Urne
from refondation.journal.models import Ligne
from refondation.membres.regles import ActeImpossible
from tests.consultation.scene import FERMETURE, OUVERTURE, PENDANT, faire_scrutin, ouvrir_le_vote


def etat(vote):
    return (
        Emargement.objects.count(),
        Evenement.objects.bulletins().count(),
        list(
            vote.scrutin.urnes.order_by("pk").values_list(
                "hauteur", "tete", "emarges", "credentiels_utilises"
            )
        ),
        Ligne.objects.count(),
    )


def refus(vote, inscription, octets, instant=PENDANT):
    avant = etat(vote)
    with pytest.raises(ActeImpossible) as echec:
        actes.deposer_bulletin(scrutin=vote.scrutin, inscription=inscription, octets=octets, instant=instant)
    assert etat(vote) == avant
    return echec.value.code, echec.value.statut


def test_deposer_bulletin_ecrit_un_emargement_et_un_evenement(vote_ouvert):
    electeur = vote_ouvert.electeurs()[0]
    octets = vote_ouvert.bulletin(electeur)
    lignes = Ligne.objects.count()
    recu = actes.deposer_bulletin(
        scrutin=vote_ouvert.scrutin, inscription=electeur, octets=octets, instant=PENDANT
    )
    urne = vote_ouvert.urne(electeur)
    evenement = Evenement.objects.bulletins().get()
    assert (recu.suivi, recu.hauteur, recu.tete, recu.deja) == (evenement.suivi, 1, urne.tete, False)
    assert evenement.donnees == [octets.decode()]
    assert list(Emargement.objects.values_list("inscription", "urne")) == [(electeur.pk, urne.pk)]
    assert (urne.hauteur, urne.emarges, urne.credentiels_utilises) == (1, 1, 1)
    assert Ligne.objects.count() == lignes


def test_deposer_les_memes_octets_rend_le_meme_recu(vote_ouvert):
    electeur = vote_ouvert.electeurs()[0]
    octets = vote_ouvert.bulletin(electeur)
    depot = {"scrutin": vote_ouvert.scrutin, "inscription": electeur, "octets": octets, "instant": PENDANT}
    premier = actes.deposer_bulletin(**depot)
    avant = etat(vote_ouvert)
    second = actes.deposer_bulletin(**depot)
    assert (second.suivi, second.hauteur, second.tete, second.deja) == (
        premier.suivi,
        premier.hauteur,
        premier.tete,
        True,
    )
    assert etat(vote_ouvert) == avant


@pytest.mark.parametrize(
    ("instant", "attendu"),
    [
        (OUVERTURE - timedelta(seconds=1), ("pas_ouvert", 409)),
        (FERMETURE, ("clos", 410)),
        (FERMETURE + timedelta(seconds=1), ("clos", 410)),
    ],
)
def test_deposer_hors_de_la_fenetre_est_refuse(vote_ouvert, instant, attendu):
    electeur = vote_ouvert.electeurs()[0]
    assert refus(vote_ouvert, electeur, vote_ouvert.bulletin(electeur), instant) == attendu


def test_deposer_deux_fois_sans_revote_est_refuse(vote_ouvert):
    electeur = vote_ouvert.electeurs()[0]
    vote_ouvert.voter(electeur)
    assert refus(vote_ouvert, electeur, vote_ouvert.bulletin(electeur)) == ("deja_vote", 409)


def test_deposer_sans_etre_sur_la_liste_est_refuse(vote_ouvert):
    electeur = vote_ouvert.electeurs()[0]
    assert refus(vote_ouvert, None, vote_ouvert.bulletin(electeur)) == ("hors_liste", 403)


def test_deposer_avec_un_code_inconnu_est_refuse(vote_ouvert):
    electeur = vote_ouvert.electeurs()[0]
    octets = chiffrer(election_de(vote_ouvert.urne(electeur)), nouveau_code(), [[1, 0, 0]])
    assert refus(vote_ouvert, electeur, octets) == ("code_inconnu", 403)


def test_deposer_avec_le_code_deja_utilise_d_une_autre_personne_est_refuse(vote_ouvert):
    un, autre = vote_ouvert.electeurs()[:2]
    vote_ouvert.voter(autre)
    assert refus(vote_ouvert, un, vote_ouvert.bulletin(autre)) == ("code_utilise", 409)


def test_rejouer_le_bulletin_public_d_une_autre_personne_est_refuse(vote_ouvert):
    un, autre = vote_ouvert.electeurs()[:2]
    octets = vote_ouvert.bulletin(autre)
    actes.deposer_bulletin(scrutin=vote_ouvert.scrutin, inscription=autre, octets=octets, instant=PENDANT)
    assert refus(vote_ouvert, un, octets) == ("rejeu", 409)


def test_deposer_dans_une_autre_urne_est_refuse(vote_ouvert):
    electeurs = vote_ouvert.electeurs()
    un = electeurs[0]
    ailleurs = next(e for e in electeurs if vote_ouvert.urne(e) != vote_ouvert.urne(un))
    assert refus(vote_ouvert, un, vote_ouvert.bulletin(ailleurs)) == ("election", 409)


@pytest.mark.parametrize(
    "octets",
    [b"", b"{}", b"null", b"[]", b"\xff\xfe", b'{"election_uuid":1}', b"x" * 1000, b'{"a":' * 500],
)
def test_deposer_un_bulletin_mal_forme_est_refuse(vote_ouvert, octets):
    assert refus(vote_ouvert, vote_ouvert.electeurs()[0], octets) == ("forme", 400)


def test_deposer_un_bulletin_trop_grand_est_refuse(vote_ouvert):
    assert refus(vote_ouvert, vote_ouvert.electeurs()[0], b" " * 2_000_000) == ("taille", 413)


def test_deposer_un_bulletin_altere_est_refuse(vote_ouvert):
    electeur = vote_ouvert.electeurs()[0]
    octets = vote_ouvert.bulletin(electeur)
    i = octets.index(b'"response":"') + len(b'"response":"') + 5
    altere = octets[:i] + (b"1" if octets[i : i + 1] != b"1" else b"2") + octets[i + 1 :]
    assert refus(vote_ouvert, electeur, altere) == ("forme", 400)


class TestRevote:
    @pytest.fixture
    def vote(self, territoire):
        return ouvrir_le_vote(faire_scrutin(revote=True))

    def test_le_dernier_bulletin_compte(self, vote):
        electeur = vote.electeurs()[0]
        vote.voter(electeur, [[1, 0, 0]])
        recu = vote.voter(electeur, [[0, 1, 0]])
        urne = vote.urne(electeur)
        assert Evenement.objects.comptes().get().suivi == recu.suivi
        assert (urne.hauteur, urne.emarges, urne.credentiels_utilises) == (2, 1, 1)

    def test_un_ancien_bulletin_ne_se_rejoue_pas(self, vote):
        electeur = vote.electeurs()[0]
        ancien = vote.bulletin(electeur)
        actes.deposer_bulletin(scrutin=vote.scrutin, inscription=electeur, octets=ancien, instant=PENDANT)
        vote.voter(electeur, [[0, 1, 0]])
        assert refus(vote, electeur, ancien) == ("rejeu", 409)

    def test_un_autre_code_est_refuse(self, vote):
        un, autre = vote.electeurs()[:2]
        vote.voter(un)
        assert refus(vote, un, vote.bulletin(autre)) == ("autre_code", 409)


@pytest.mark.django_db(transaction=True)
def test_deux_depots_en_meme_temps_font_un_seul_bulletin(territoire):
    vote = ouvrir_le_vote(faire_scrutin())
    electeur = vote.electeurs()[0]
    bulletins = [vote.bulletin(electeur) for _ in range(2)]
    depart, issues = threading.Barrier(2), []

    def deposer(octets):
        depart.wait()
        try:
            actes.deposer_bulletin(scrutin=vote.scrutin, inscription=electeur, octets=octets, instant=PENDANT)
            issues.append("ok")
        except ActeImpossible as refus:
            issues.append(refus.code)
        finally:
            connections.close_all()

    fils = [threading.Thread(target=deposer, args=(b,)) for b in bulletins]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert sorted(issues) == ["deja_vote", "ok"]
    assert (Emargement.objects.count(), Evenement.objects.bulletins().count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_deposer_pendant_la_cloture_est_avant_ou_refuse(territoire):
    """The casting waits for the lock that closing holds, then sees the closed state."""
    vote = ouvrir_le_vote(faire_scrutin())
    electeur = vote.electeurs()[0]
    octets = vote.bulletin(electeur)
    issues = []

    def deposer():
        try:
            actes.deposer_bulletin(scrutin=vote.scrutin, inscription=electeur, octets=octets, instant=PENDANT)
            issues.append("ok")
        except ActeImpossible as refus:
            issues.append(refus.code)
        finally:
            connections.close_all()

    fil = threading.Thread(target=deposer)
    with transaction.atomic():
        actes.clore_scrutin(scrutin=vote.scrutin, par=None, instant=FERMETURE)
        fil.start()
        fil.join(2)
        assert fil.is_alive()
    fil.join()
    assert issues == ["clos"]
    assert Emargement.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_clore_pendant_un_depot_l_attend(territoire, monkeypatch):
    """Closing waits for the box of a cast under way; neither may need what the other holds."""
    vote = ouvrir_le_vote(faire_scrutin())
    electeur = vote.electeurs()[0]
    octets = vote.bulletin(electeur)
    emarge, suite, issues = threading.Event(), threading.Event(), []

    def emarger_puis_attendre(urne, inscription):
        emarger(urne, inscription)
        emarge.set()
        suite.wait(10)

    def deposer():
        actes.deposer_bulletin(scrutin=vote.scrutin, inscription=electeur, octets=octets, instant=PENDANT)
        issues.append("depot")
        connections.close_all()

    def clore():
        actes.clore_scrutin(scrutin=vote.scrutin, par=None, instant=FERMETURE)
        issues.append("cloture")
        connections.close_all()

    monkeypatch.setattr("consultation.actes.depot.emarger", emarger_puis_attendre)
    fils = [threading.Thread(target=deposer), threading.Thread(target=clore)]
    fils[0].start()
    assert emarge.wait(10)
    fils[1].start()
    fils[1].join(1)
    assert fils[1].is_alive()
    suite.set()
    for fil in fils:
        fil.join()
    # In either order once the cast has committed: each thread writes its word when it is done.
    assert sorted(issues) == ["cloture", "depot"]
    chaine = vote.urne(electeur).evenements.order_by("hauteur").values_list("type", flat=True)
    assert list(chaine[:3]) == ["Setup", "Ballot", "EndBallots"]
    assert Emargement.objects.count() == 1


def test_un_emargement_sans_bulletin_est_refuse_par_la_base(vote_ouvert):
    electeur = vote_ouvert.electeurs()[0]
    with pytest.raises(IntegrityError, match="émargements"), transaction.atomic():
        Emargement.objects.create(urne=vote_ouvert.urne(electeur), inscription=electeur)
        # Deferred to the end of the transaction: ask for it now.
        with connections["default"].cursor() as curseur:
            curseur.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_un_bulletin_sans_emargement_est_refuse_par_la_base(vote_ouvert, monkeypatch):
    electeur = vote_ouvert.electeurs()[0]
    monkeypatch.setattr("consultation.actes.depot.emarger", lambda urne, inscription: None)
    with pytest.raises(IntegrityError, match="émargements"), transaction.atomic():
        vote_ouvert.voter(electeur)
        with connections["default"].cursor() as curseur:
            curseur.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert Urne.objects.filter(emarges__gt=0).count() == 0

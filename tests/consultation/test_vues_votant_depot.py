"""Casting over HTTP: each refusal its status and its sentence, nothing written, nothing in the logs."""

from __future__ import annotations

import io
import json
import logging
import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connections
from django.test import Client

from consultation import actes
from consultation.actes.depot import TAILLE_MAXIMALE
from consultation.belenios.bulletins import chiffrer
from consultation.belenios.identifiants import nouveau_code
from consultation.chaine import election_de
from consultation.models import Emargement, Evenement, Inscription
from consultation.views.isoloir import DEPOTS_PAR_MINUTE, jeton_de_l_electeur
from refondation.journal.models import Ligne
from tests.consultation.scene import creer_compte
from tests.consultation.scene_votant import (
    adresse,
    compte_de,
    connecter,
    deposer,
    lu,
    ouvrir_maintenant,
    preparer_le_vote,
)


@pytest.fixture
def vote(territoire):
    return ouvrir_maintenant()


def etat(vote):
    return (
        Emargement.objects.count(),
        Evenement.objects.count(),
        list(vote.scrutin.urnes.order_by("pk").values_list("hauteur", "tete", "emarges")),
        Ligne.objects.count(),
    )


def refuse(vote, inscription, octets, client=None, **entetes):
    """(status, code) of a cast that must write nothing."""
    client = client or connecter(inscription)
    avant = etat(vote)
    reponse = deposer(client, vote, inscription, octets, **entetes)
    assert etat(vote) == avant
    assert "no-store" in reponse["Cache-Control"]
    return lu(reponse)


def test_deposer_rend_un_recu_puis_le_meme(vote):
    electeur = vote.electeurs()[0]
    client, octets = connecter(electeur), vote.bulletin(electeur)
    premier, second = (deposer(client, vote, electeur, octets) for _ in range(2))
    urne, evenement = vote.urne(electeur), Evenement.objects.bulletins().get()
    assert (premier.status_code, second.status_code) == (201, 200)
    assert premier.json() == second.json() == {"suivi": evenement.suivi, "hauteur": 1, "tete": urne.tete}
    assert Emargement.objects.get().inscription_id == electeur.pk
    assert "no-store" in premier["Cache-Control"]


def test_le_depot_passe_par_la_session_de_l_electeur(vote):
    """The limit that the secrecy page admits: session and sealed ballot come in one request."""
    electeur = vote.electeurs()[0]
    assert deposer(Client(), vote, electeur, vote.bulletin(electeur)).status_code == 401
    assert deposer(connecter(electeur), vote, electeur, vote.bulletin(electeur)).status_code == 201


def test_sans_session_c_est_401_et_jamais_une_redirection(vote):
    electeur = vote.electeurs()[0]
    assert refuse(vote, electeur, vote.bulletin(electeur), client=Client()) == (401, "session")


def test_une_autre_methode_est_refusee_en_json(vote):
    reponse = connecter(vote.electeurs()[0]).get(adresse("depot", vote))
    assert lu(reponse) == (405, "methode")


def test_un_jeton_csrf_absent_est_dit_en_json(vote):
    electeur = vote.electeurs()[0]
    client = connecter(electeur, enforce_csrf_checks=True)
    assert refuse(vote, electeur, vote.bulletin(electeur), client) == (403, "csrf")


def test_avec_le_jeton_de_l_etat_le_depot_passe(vote):
    """What the booth does after a new log-in: ask the state, take the fresh token, send the same bytes."""
    electeur = vote.electeurs()[0]
    client = connecter(electeur, enforce_csrf_checks=True)
    url = adresse("etat_du_bulletin", vote, vote.urne(electeur).uuid)
    jeton = client.post(url, "A" * 43, content_type="text/plain").json()["jeton"]
    reponse = deposer(client, vote, electeur, vote.bulletin(electeur), **{"X-CSRFToken": jeton})
    assert reponse.status_code == 201


def test_la_session_d_une_autre_personne_ne_depose_pas_ce_bulletin(vote):
    """A couple on one computer: the page was made for one, the other has logged in since."""
    un, autre = vote.electeurs()[:2]
    octets, client = vote.bulletin(un), connecter(autre)
    assert refuse(vote, un, octets, client) == (409, "autre_personne")
    assert refuse(vote, un, octets, **{"X-Electeur": ""}) == (409, "autre_personne")


def test_un_compte_sans_adhesion_n_est_pas_sur_la_liste(vote):
    electeur = vote.electeurs()[0]
    client = Client()
    client.force_login(creer_compte(), backend="refondation.membres.connexion.ComptesPresents")
    assert refuse(vote, electeur, vote.bulletin(electeur), client) == (403, "hors_liste")


def test_une_personne_hors_liste_ne_depose_pas(territoire):
    from tests.consultation.scene import creer_adherents

    creer_adherents(territoire[0], 1, a_jour_au=None)
    vote = ouvrir_maintenant()
    exclue = Inscription.objects.exclude(motifs=0).get()
    assert refuse(vote, exclue, vote.bulletin(vote.electeurs()[0])) == (403, "hors_liste")


def test_une_taille_demesuree_est_refusee_sans_lire_le_corps(vote):
    electeur = vote.electeurs()[0]
    client = connecter(electeur)
    lus = []

    class Corps(io.BytesIO):
        def read(self, *args):
            lus.append(args)
            return super().read(*args)

    reponse = client.generic(
        "POST",
        adresse("depot", vote),
        b"x",
        content_type="application/json",
        headers={"X-Electeur": jeton_de_l_electeur(electeur)},
        CONTENT_LENGTH=str(TAILLE_MAXIMALE + 1),
        **{"wsgi.input": Corps()},
    )
    assert (lu(reponse), lus) == ((413, "taille"), [])


@pytest.mark.parametrize("genre", ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"])
def test_un_autre_genre_de_corps_est_refuse(vote, genre):
    electeur = vote.electeurs()[0]
    reponse = connecter(electeur).generic("POST", adresse("depot", vote), b"x=1", content_type=genre)
    assert lu(reponse) == (415, "forme")


# Each takes the JSON of a good ballot (and its bytes) and returns what is sent instead.
DEFORMATIONS = {
    "vide": lambda d, o: b"",
    "pas du JSON": lambda d, o: o[:-1],
    "une liste": lambda d, o: b"[]",
    "null": lambda d, o: b"null",
    "pas de l'UTF-8": lambda d, o: b"\xff" + o,
    "BOM": lambda d, o: b"\xef\xbb\xbf" + o,
    "espaces": lambda d, o: json.dumps(d).encode(),
    "fin de ligne": lambda d, o: o + b"\n",
    "clé en double": lambda d, o: o[:-1] + b',"credential":"1"}',
    "champ en trop": lambda d, o: compact(d | {"note": "x"}),
    "champ en moins": lambda d, o: compact({c: v for c, v in d.items() if c != "signature"}),
    "ordre des champs": lambda d, o: compact(dict(reversed(d.items()))),
    "sans réponse": lambda d, o: compact(d | {"answers": []}),
    "deux réponses": lambda d, o: compact(d | {"answers": d["answers"] * 2}),
    "une cellule en moins": lambda d, o: retouche(d, lambda r: r["choices"].pop()),
    "une preuve en moins": lambda d, o: retouche(d, lambda r: r["individual_proofs"].pop()),
    "preuve vide": lambda d, o: retouche(d, lambda r: r["overall_proof"].clear()),
    "preuve d'un autre genre": lambda d, o: retouche(d, lambda r: r.update(overall_proof="x")),
    "nombre au lieu d'un texte": lambda d, o: retouche(d, lambda r: r["choices"][0].update(alpha=1)),
    "zéro en tête": lambda d, o: retouche(
        d, lambda r: r["choices"][0].update(alpha="0" + r["choices"][0]["alpha"])
    ),
    "nombre négatif": lambda d, o: retouche(d, lambda r: r["choices"][0].update(alpha="-1")),
    "hors du groupe": lambda d, o: retouche(d, lambda r: r["choices"][0].update(alpha="2")),
    "nombre immense": lambda d, o: retouche(d, lambda r: r["choices"][0].update(alpha="9" * 5000)),
    "cellules échangées": lambda d, o: retouche(d, lambda r: r["choices"].reverse()),
    "défi hors bornes": lambda d, o: retouche(d, lambda r: r["overall_proof"][0].update(challenge="9" * 78)),
    "signature d'un autre texte": lambda d, o: compact(
        d | {"signature": d["signature"] | {"hash": "A" * 43}}
    ),
    "identifiant hors du groupe": lambda d, o: compact(d | {"credential": "2"}),
    "imbrication profonde": lambda d, o: b'{"a":' * 20000,
}


def compact(d):
    return json.dumps(d, separators=(",", ":"), ensure_ascii=False).encode()


def retouche(d, geste):
    geste(d["answers"][0])
    return compact(d)


@pytest.mark.parametrize("nom", DEFORMATIONS)
def test_un_bulletin_mal_forme_est_refuse(vote, nom):
    electeur = vote.electeurs()[0]
    octets = vote.bulletin(electeur)
    deforme = DEFORMATIONS[nom](json.loads(octets), octets)
    assert deforme != octets
    assert refuse(vote, electeur, deforme) == (400, "forme")


def test_le_bulletin_d_une_autre_urne_ou_d_un_autre_scrutin_est_refuse(vote):
    electeurs = vote.electeurs()
    un = electeurs[0]
    ailleurs = next(e for e in electeurs if vote.urne(e) != vote.urne(un))
    assert refuse(vote, un, vote.bulletin(ailleurs)) == (409, "election")
    autre_vote = ouvrir_maintenant(slug="autre")
    autre = Inscription.objects.get(scrutin=autre_vote.scrutin, adherent=un.adherent_id)
    assert refuse(vote, un, autre_vote.bulletin(autre)) == (409, "election")


def test_un_code_invente_est_refuse(vote):
    electeur = vote.electeurs()[0]
    octets = chiffrer(election_de(vote.urne(electeur)), nouveau_code(), [[1, 0, 0]])
    assert refuse(vote, electeur, octets) == (403, "code_inconnu")


def test_voter_deux_fois_rejouer_et_prendre_le_code_d_autrui_sont_refuses(vote):
    un, autre = vote.electeurs()[:2]
    public = vote.bulletin(autre)
    assert deposer(connecter(autre), vote, autre, public).status_code == 201
    assert refuse(vote, autre, vote.bulletin(autre)) == (409, "deja_vote")
    assert refuse(vote, un, public) == (409, "rejeu")
    assert refuse(vote, un, vote.bulletin(autre)) == (409, "code_utilise")


def test_avec_revote_le_dernier_compte_et_l_ancien_ne_revient_pas(territoire):
    vote = ouvrir_maintenant(revote=True)
    un, autre = vote.electeurs()[:2]
    ancien, nouveau = vote.bulletin(un, [[1, 0, 0]]), vote.bulletin(un, [[0, 1, 0]])
    client = connecter(un)
    assert [deposer(client, vote, un, o).status_code for o in (ancien, nouveau)] == [201, 201]
    assert refuse(vote, un, ancien, client) == (409, "rejeu")
    assert refuse(vote, un, vote.bulletin(autre), client) == (409, "autre_code")
    assert Emargement.objects.count() == 1


def test_avant_l_ouverture_et_une_seconde_apres_la_cloture_rien_n_entre(territoire):
    vote = preparer_le_vote()
    electeur = vote.electeurs()[0]
    octets = vote.bulletin(electeur)
    assert refuse(vote, electeur, octets) == (409, "pas_ouvert")
    actes.ouvrir_scrutin(scrutin=vote.scrutin, par=None, instant=vote.scrutin.ouvre_le)
    ferme_le = vote.scrutin.ferme_le
    # The clock alone closes: the state is still "ouvert", as when beat is late.
    for instant in (ferme_le, ferme_le + timedelta(seconds=1)):
        with time_machine.travel(instant, tick=False):
            assert refuse(vote, electeur, octets) == (410, "clos")
    with time_machine.travel(ferme_le - timedelta(seconds=1), tick=False):
        assert deposer(connecter(electeur), vote, electeur, octets).status_code == 201


def test_apres_la_cloture_ou_l_annulation_rien_n_entre(vote):
    electeur = vote.electeurs()[0]
    octets = vote.bulletin(electeur)
    actes.annuler_scrutin(scrutin=vote.scrutin, motif="recours", par=vote.admin)
    assert refuse(vote, electeur, octets) == (410, "annule")


def test_trop_d_essais_en_une_minute_sont_freines(vote):
    electeur = vote.electeurs()[0]
    client = connecter(electeur)
    for _ in range(DEPOTS_PAR_MINUTE):
        assert lu(deposer(client, vote, electeur, b"{}")) == (400, "forme")
    reponse = deposer(client, vote, electeur, vote.bulletin(electeur))
    assert (lu(reponse), reponse["Retry-After"]) == ((429, "trop_vite"), "60")
    assert Emargement.objects.count() == 0


def test_un_scrutin_inconnu_ou_en_brouillon_est_dit_en_json(vote):
    client = connecter(vote.electeurs()[0])
    assert lu(client.post("/scrutins/nulle-part/voter/depot/", b"{}", content_type="application/json")) == (
        404,
        "inconnu",
    )


@pytest.mark.django_db(transaction=True)
def test_deux_depots_en_meme_temps_de_la_meme_personne_font_un_bulletin(territoire):
    vote = ouvrir_maintenant()
    electeur = vote.electeurs()[0]
    clients = [connecter(electeur) for _ in range(2)]
    bulletins = [vote.bulletin(electeur) for _ in range(2)]
    depart, issues = threading.Barrier(2), []

    def voter(client, octets):
        depart.wait()
        try:
            issues.append(deposer(client, vote, electeur, octets).status_code)
        finally:
            connections.close_all()

    fils = [threading.Thread(target=voter, args=paire) for paire in zip(clients, bulletins, strict=True)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert sorted(issues) == [201, 409]
    assert (Emargement.objects.count(), Evenement.objects.bulletins().count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_un_double_clic_sur_le_meme_bulletin_rend_deux_fois_le_meme_recu(territoire):
    vote = ouvrir_maintenant()
    electeur = vote.electeurs()[0]
    octets, depart, recus = vote.bulletin(electeur), threading.Barrier(2), []
    clients = [connecter(electeur) for _ in range(2)]

    def voter(client):
        depart.wait()
        try:
            reponse = deposer(client, vote, electeur, octets)
            recus.append((reponse.status_code, reponse.json()))
        finally:
            connections.close_all()

    fils = [threading.Thread(target=voter, args=(c,)) for c in clients]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert sorted(statut for statut, _ in recus) == [200, 201]
    assert recus[0][1] == recus[1][1]


def test_un_depot_ne_laisse_rien_dans_les_traces(vote, caplog):
    electeur = vote.electeurs()[0]
    compte, adherent = compte_de(electeur), electeur.adherent
    octets = vote.bulletin(electeur)
    client = connecter(electeur)
    for nom in ("", "refondation", "django.request"):
        caplog.set_level(logging.DEBUG, logger=nom)
    lignes = Ligne.objects.count()
    recu = deposer(client, vote, electeur, octets).json()
    deposer(client, vote, electeur, vote.bulletin(electeur))
    deposer(client, vote, electeur, b'{"mal": "forme"}')
    client.post(
        adresse("etat_du_bulletin", vote, vote.urne(electeur).uuid), recu["suivi"], content_type="text/plain"
    )
    traces = "\n".join(
        f"{r.getMessage()} {getattr(r, 'champs', '')}"
        for r in caplog.records
        if not r.name.startswith("django.db")
    )
    assert "consultation:depot" in traces
    secrets = [
        recu["suivi"],
        vote.code(electeur),
        adherent.numero,
        adherent.courriel,
        compte.email,
        adherent.nom,
    ]
    assert [s for s in secrets if s in traces] == []
    assert json.loads(octets)["credential"] not in traces
    assert Ligne.objects.count() == lignes


def test_un_depot_fait_un_nombre_fixe_de_requetes(vote, django_assert_num_queries):
    for electeur in vote.electeurs()[:2]:
        client, octets = connecter(electeur), vote.bulletin(electeur)
        with django_assert_num_queries(8):
            assert deposer(client, vote, electeur, octets).status_code == 201

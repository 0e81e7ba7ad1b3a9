"""The secrecy page: each of its sentences names tests that exist; those that no other holds are here."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from gmpy2 import invert, mpz, powmod

from consultation import actes
from consultation.belenios.groupes import groupe
from consultation.belenios.identifiants import cle_publique
from consultation.chaine import election_de
from consultation.codes import ouvrir
from consultation.models import CodeScelle, Credentiel, Evenement, TrousseauDeCodes
from consultation.promesses import chapitres
from refondation.journal.models import Ligne
from refondation.membres.models import Adherent
from refondation.membres.regles import ActeInterdit
from tests.consultation.scene import creer_compte
from tests.consultation.scene_votant import adresse, connecter, deposer, ouvrir_maintenant
from tests.consultation.test_depouillement import compter, dechiffrer, resultats

RACINE = Path(__file__).resolve().parents[2]
CAS = [{"gardiens": g, "seuil": 10, "revote": r} for g in (1, 3) for r in (False, True)]


@pytest.fixture
def vote(territoire):
    return ouvrir_maintenant()


def fonctions(fichier):
    return {
        n.name for n in ast.walk(ast.parse((RACINE / fichier).read_text())) if isinstance(n, ast.FunctionDef)
    }


@pytest.mark.parametrize("cas", CAS)
def test_chaque_phrase_est_tenue_par_des_essais_qui_existent(cas):
    for chapitre in chapitres(**cas):
        for promesse in chapitre.promesses:
            assert promesse.preuves, promesse.phrase
            assert promesse.phrase.endswith(".")
            for preuve in promesse.preuves:
                fichier, _, nom = preuve.partition("::")
                assert nom in fonctions(fichier), preuve


@pytest.mark.parametrize("gardiens", [1, 3])
def test_la_page_dit_toutes_les_phrases(territoire, gardiens):
    vote = ouvrir_maintenant(gardiens=gardiens)
    page = Client().get(adresse("secret", vote)).content.decode().replace("&#x27;", "'")
    for chapitre in chapitres(gardiens=gardiens, seuil=10, revote=False):
        assert chapitre.titre in page
        for promesse in chapitre.promesses:
            assert promesse.phrase in page
    assert page.count("Limite.") == sum(
        p.limite for c in chapitres(gardiens=gardiens, seuil=10, revote=False) for p in c.promesses
    )


# --- What the sentences say ------------------------------------------------------------------------


def voter(vote, electeur, choix=None):
    octets = vote.bulletin(electeur, choix)
    assert deposer(connecter(electeur), vote, electeur, octets).status_code == 201
    return json.loads(octets)


def test_la_base_ne_contient_aucun_choix_en_clair(vote):
    """Two voters of one box, two choices: no table differs by anything but ciphertexts, keys and hashes."""
    un, autre = vote.electeurs()[:2]
    bulletins = [voter(vote, un, [[1, 0, 0]]), voter(vote, autre, [[0, 1, 0]])]
    with connection.cursor() as curseur:
        curseur.execute(
            "SELECT donnees::text || charge || type FROM consultation_evenement WHERE type = 'Ballot'"
        )
        lignes = [ligne for (ligne,) in curseur.fetchall()]
    assert len(lignes) == 2
    assert not any(mot in ligne for ligne in lignes for mot in ("Oui", "Non", "Blanc"))
    formes = {tuple(sorted(b["answers"][0])) for b in bulletins}
    assert formes == {("choices", "individual_proofs", "overall_proof")}
    with connection.cursor() as curseur:
        curseur.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND table_name LIKE 'consultation%' AND column_name LIKE '%choix%'"
        )
        assert curseur.fetchall() == []


def test_deux_bulletins_du_meme_choix_n_ont_rien_de_commun(vote):
    """Same voter, same choice: tracker and every number differ, so a tracker matches no choice."""
    electeur = vote.electeurs()[0]
    un, autre = (json.loads(vote.bulletin(electeur, [[1, 0, 0]])) for _ in range(2))

    def nombres(reponses):
        return {n for r in reponses for c in r["choices"] for n in c.values()}

    assert nombres(un["answers"]).isdisjoint(nombres(autre["answers"]))
    assert un["signature"]["hash"] != autre["signature"]["hash"]


def dechiffrer_un_bulletin(bulletin, secrets):
    """What whoever holds all these private keys reads: the answers of one ballot."""
    g = groupe("BELENIOS-2048")
    clairs = []
    for cellule in bulletin["answers"][0]["choices"]:
        masque = powmod(mpz(cellule["alpha"]), sum(secrets), g.p)
        m = mpz(cellule["beta"]) * invert(masque, g.p) % g.p
        clairs.append({mpz(1): 0, mpz(g.g): 1}.get(m))
    return clairs


def test_toutes_les_cles_reunies_ouvrent_un_bulletin(territoire):
    vote = ouvrir_maintenant(gardiens=2)
    bulletin = voter(vote, vote.electeurs()[0], [[0, 1, 0]])
    cles = [int(x) for x in vote.cles.values()]
    assert dechiffrer_un_bulletin(bulletin, cles) == [0, 1, 0]
    # One share is missing: nothing but noise.
    assert dechiffrer_un_bulletin(bulletin, cles[:1]) == [None, None, None]


def test_la_plateforme_peut_rouvrir_un_code_qu_elle_a_scelle(vote):
    """Hence it could vote in place of an abstainer, if it also made a session: both limits are said."""
    electeur = vote.electeurs()[0]
    trousseau = TrousseauDeCodes.objects.get(scrutin=vote.scrutin)
    scelle = bytes(CodeScelle.objects.get(inscription=electeur).scelle)
    assert ouvrir(bytes(trousseau.privee_scellee), [scelle]) == [vote.code(electeur)]


def test_une_copie_de_la_base_sans_le_secret_du_serveur_n_ouvre_aucun_code(vote, settings):
    import nacl.exceptions

    electeur = vote.electeurs()[0]
    settings.CLE_CODES = "une autre clé, celle de qui a volé la base et elle seule"
    with pytest.raises(nacl.exceptions.CryptoError):
        vote.code(electeur)


def test_un_code_designe_son_bulletin_et_ne_l_ouvre_pas(vote):
    electeur = vote.electeurs()[0]
    bulletin = voter(vote, electeur, [[1, 0, 0]])
    election = election_de(vote.urne(electeur))
    publique = cle_publique(vote.code(electeur), election.uuid, election.groupe)
    assert bulletin["credential"] == str(publique)
    evenement = Evenement.objects.bulletins().get(credentiel=Credentiel.objects.get(cle=str(publique)))
    assert json.loads(evenement.donnees[0]) == bulletin
    # The code's own secret opens nothing: only the trustees' shares do.
    from consultation.belenios.identifiants import exposant

    secret = int(exposant(vote.code(electeur), election.uuid, election.groupe))
    assert dechiffrer_un_bulletin(bulletin, [secret]) == [None, None, None]


def test_la_publication_detruit_les_codes(vote):
    voter(vote, vote.electeurs()[0])
    actes.clore_scrutin(scrutin=vote.scrutin, par=None, instant=vote.scrutin.ferme_le)
    vote.scrutin.refresh_from_db()
    compter(vote)
    dechiffrer(vote)
    if vote.scrutin.etat == "clos":
        actes.proclamer_resultat(scrutin=vote.scrutin)
    assert CodeScelle.objects.filter(inscription__scrutin=vote.scrutin).exists()
    actes.publier_scrutin(scrutin=vote.scrutin, par=vote.admin)
    assert not CodeScelle.objects.filter(inscription__scrutin=vote.scrutin).exists()
    assert not TrousseauDeCodes.objects.filter(scrutin=vote.scrutin).exists()


def test_une_meme_boite_aux_lettres_porte_les_deux_codes(vote, django_capture_on_commit_callbacks):
    electeur = vote.electeurs()[0]
    mail.outbox.clear()
    actes.renvoyer_mon_code(scrutin=vote.scrutin, inscription=electeur)
    with django_capture_on_commit_callbacks(execute=True):
        Client().post("/compte/connexion/", {"identite": electeur.adherent.numero})
    assert [m.to for m in mail.outbox] == [[electeur.adherent.courriel]] * 2


def test_changer_d_adresse_ne_detourne_pas_le_code(vote):
    electeur = vote.electeurs()[0]
    figee = electeur.adherent.courriel
    Adherent.objects.filter(pk=electeur.adherent_id).update(courriel="ailleurs@exemple.fr")
    mail.outbox.clear()
    actes.renvoyer_mon_code(scrutin=vote.scrutin, inscription=electeur)
    assert [m.to for m in mail.outbox] == [[figee]]


def test_adresser_un_code_demande_un_role_et_laisse_une_ligne(vote):
    electeur = vote.electeurs()[0]
    Adherent.objects.filter(pk=electeur.adherent_id).update(courriel="nouvelle@exemple.fr")
    with pytest.raises(ActeInterdit):
        actes.adresser_mon_code(scrutin=vote.scrutin, inscription=electeur, par=creer_compte("direction"))
    mail.outbox.clear()
    actes.adresser_mon_code(scrutin=vote.scrutin, inscription=electeur, par=vote.admin)
    assert [m.to for m in mail.outbox] == [["nouvelle@exemple.fr"]]
    ligne = Ligne.objects.order_by("-rang").first()
    assert (ligne.acte, ligne.details) == ("consultation.renvoyer_codes", {"inscription": electeur.pk})


def test_une_urne_unanime_dit_le_choix_de_chacun(vote):
    """No encryption hides it: three voters, three times the same answer, and the total says all three."""
    urne = vote.urne(vote.electeurs()[0])
    votants = [e for e in vote.electeurs() if vote.urne(e) == urne][:3]
    for electeur in votants:
        voter(vote, electeur, [[0, 1, 0]])
    actes.clore_scrutin(scrutin=vote.scrutin, par=None, instant=vote.scrutin.ferme_le)
    vote.scrutin.refresh_from_db()
    compter(vote)
    dechiffrer(vote)
    assert resultats(vote)[urne.nom] == [[0, 3, 0]]

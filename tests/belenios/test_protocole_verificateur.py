"""The verifier: valid archives of every kind, and each alteration refused for the right reason."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consultation.belenios.bulletins import chiffrer
from consultation.belenios.election import Election, Question
from consultation.belenios.groupes import groupe
from consultation.belenios.identifiants import cle_publique
from consultation.belenios.verificateur import ArchiveInvalide, verifier_archive
from tests.belenios.alterations import DE_NOTRE_CRU, DE_REFERENCE
from tests.belenios.archives import Piece, b64, compact, ecrire, inserer, lire, rang, remplacer, retirer
from tests.belenios.fabrique import (
    CHOIX,
    RESULTAT_ORDINAIRE,
    Atelier,
    cles_a_seuil,
    cles_simples,
    melanger,
    signer_bulletin,
)

G = groupe("BELENIOS-2048")
VECTEURS = {
    "alterees/00-open-reference": "ouverte",
    "alterees/02-proof-altered-chain-rebuilt": "bulletin_signature",
    "alterees/04-blank-proof-altered-resigned": "bulletin_preuve_blanc",
    "alterees/05-wrong-signature": "bulletin_signature",
    "alterees/07-unknown-credential": "credentiel_inconnu",
    "alterees/08-altered-result": "resultat",
    "alterees/11-duplicate-ballot-open": "bulletin_rejoue",
    "alterees/17-wrong-num-tallied": "total",
    "alterees/19-ballots-after-endballots-open": "ordre",
    "alterees/21-no-endballots-no-encrypted-tally": "ordre",
    "alterees/23-truncated": "tronquee",
    "alterees/25-answer-fields-reordered-resigned": "bulletin_forme",
    "alterees/27-non-member-resigned": "bulletin_groupe",
    "alterees/29-decryption-proof-altered": "dechiffrement",
    "alterees/31-credential-duplicated": "credentiel_double",
    "alterees-seuil/a-three-good-shares": "depouillee",
    "alterees-seuil/d-two-good-one-bad-share": "dechiffrement",
    "a-single": "depouillee",
    "b-threshold": "depouillee",
    "d-seuil-disposition-2.5.1": "depouillee",
}


def signeur(election: Election, codes: list[str]):
    par_identifiant = {str(cle_publique(c, election.uuid, election.groupe)): c for c in codes}
    return lambda bulletin: signer_bulletin(election, par_identifiant[bulletin["credential"]], bulletin)


@pytest.mark.parametrize("dossier", VECTEURS)
def test_les_elections_de_reference(verdict, reference, dossier):
    (fichier,) = (reference / dossier).glob("*.bel")
    assert verdict(fichier.read_bytes(), processus=2) == VECTEURS[dossier]


def test_le_rapport_d_une_archive_de_reference(verdict, a_single):
    assert verdict(a_single) == "depouillee"
    rapport, (_, pieces) = verdict.rapport, lire(a_single)
    assert (rapport.uuid, rapport.nom, rapport.empreinte) == (
        "kTLHHGojorGc9E",
        "Élection d'essai",
        b64(pieces[0].corps),
    )
    assert (rapport.inscrits, rapport.bulletins, rapport.comptes, rapport.poids) == (20, 17, 15, 15)
    assert (rapport.gardiens, rapport.parts, rapport.hauteur) == (1, (1,), 21)
    assert rapport.resultat == [[2, 10, 3], [7, 5, 3, 4, 3, 5], [10, 5]]
    assert rapport.tete == pieces[-1].empreinte


@pytest.mark.parametrize("nom", DE_REFERENCE)
def test_les_alterations_de_reference_refaites_sur_a_single(verdict, a_single, codes_a_single, nom):
    code, alterer = DE_REFERENCE[nom]
    horodatage, pieces = lire(a_single)
    signer = signeur(Election.lire(pieces[0].corps), codes_a_single)
    assert verdict(ecrire(alterer(pieces, signer), horodatage)) == code


@pytest.mark.parametrize("nom", DE_REFERENCE | DE_NOTRE_CRU)
def test_chaque_alteration_est_refusee_pour_sa_raison(verdict, atelier, archive, nom):
    code, alterer = (DE_REFERENCE | DE_NOTRE_CRU)[nom]
    horodatage, pieces = lire(archive)
    assert ecrire(pieces, horodatage) == archive
    alteree = ecrire(alterer(pieces, signeur(atelier.election, atelier.codes)), horodatage)
    assert alteree != archive
    assert verdict(alteree) == code
    phrase = str(verdict.refus)
    assert phrase[0].isupper()
    assert phrase.endswith((".", "…"))


def test_le_refus_nomme_ce_qui_est_en_cause(verdict, atelier, archive):
    _, pieces = lire(archive)
    signer = signeur(atelier.election, atelier.codes)
    faux = DE_REFERENCE["27 hors du groupe"][1](pieces, signer)
    verdict(ecrire(faux))
    suivi = b64(faux[rang(faux, "Ballot", 1) - 1].corps)
    assert (verdict.refus.suivi, verdict.refus.hauteur) == (suivi, 2)
    assert suivi in str(verdict.refus)
    verdict(ecrire(DE_NOTRE_CRU["facteur changé"][1](pieces, signer)))
    assert (verdict.refus.proprietaire, verdict.refus.hauteur) == (1, 8)
    assert "gardien·ne 1" in str(verdict.refus)


def test_chaque_prefixe_qui_finit_par_un_evenement_est_valide(verdict, archive):
    etats = []
    _, pieces = lire(archive)
    for i, piece in enumerate(pieces):
        prefixe = ecrire(pieces[: i + 1])
        assert archive.startswith(prefixe)
        etats.append(verdict(prefixe))
        assert (etats[-1] != "tronquee") == piece.evenement
    assert [e for e in etats if e != "tronquee"] == [
        *["ouverte"] * 6,
        "close",
        *["totalisee"] * 3,
        "depouillee",
    ]
    assert verdict.rapport.resultat == RESULTAT_ORDINAIRE


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_un_octet_change_n_importe_ou_fait_refuser_l_archive(archive, tmp_path_factory, data):
    place = data.draw(st.integers(0, len(archive) - 1))
    octet = data.draw(st.integers(0, 255).filter(lambda o: o != archive[place]))
    fichier = tmp_path_factory.getbasetemp() / "octet.bel"
    fichier.write_bytes(archive[:place] + bytes([octet]) + archive[place + 1 :])
    with pytest.raises(ArchiveInvalide):
        verifier_archive(fichier, processus=1)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_un_bulletin_change_et_rechaine_est_refuse(archive, tmp_path_factory, data):
    """Hashes and chain made again, as a dishonest server would: the ballot itself must give it away."""
    _, pieces = lire(archive)
    i = rang(pieces, "Ballot", data.draw(st.integers(0, 4))) - 1
    corps = pieces[i].corps
    place = data.draw(st.integers(0, len(corps) - 1))
    octet = data.draw(st.sampled_from(b"0123456789").filter(lambda o: o != corps[place]))
    fichier = tmp_path_factory.getbasetemp() / "rechaine.bel"
    fichier.write_bytes(ecrire(remplacer(pieces, i, corps[:place] + bytes([octet]) + corps[place + 1 :])))
    with pytest.raises(ArchiveInvalide):
        verifier_archive(fichier, processus=1)


# Other kinds of elections.


@pytest.mark.parametrize("nouvelle", [False, True], ids=["2.0", "3.0"])
@pytest.mark.parametrize("parts", [(1, 2), (1, 3), (3, 2), (1, 2, 3)])
def test_un_partage_a_seuil(verdict, nouvelle, parts):
    atelier = Atelier(cles=cles_a_seuil(2, 3, nouvelle_disposition=nouvelle), poids=(None,) * 2)
    atelier.voter(0, CHOIX[0])
    assert verdict(atelier.archive(parts=parts)) == "depouillee"
    assert verdict.rapport.resultat == [[0, 1, 0], [1, 1, 0]]
    assert verdict.rapport.parts == tuple(sorted(parts))


def test_une_fausse_part_de_trop_fait_refuser_et_nomme_son_auteur(verdict):
    """Our stated rule, which is also that of belenios-tool 2.0."""
    atelier = Atelier(cles=cles_a_seuil(2, 3), poids=(None,) * 2)
    atelier.voter(0, CHOIX[0])
    _, pieces = lire(atelier.archive())
    i = rang(pieces, "PartialDecryption", 2) - 2
    fausse = pieces[i].objet
    fausse["decryption_proofs"][0][0]["response"] = "1"
    assert verdict(ecrire(remplacer(pieces, i, compact(fausse)))) == "dechiffrement"
    assert verdict.refus.proprietaire == 3
    assert verdict(ecrire(retirer(pieces, i, 3))) == "depouillee"
    une_seule = retirer(retirer(pieces, i, 3), i - 3, 3)
    assert verdict(ecrire(une_seule)) == "parts_manquantes"
    assert "2, 3" in str(verdict.refus)


def test_seuil_et_cle_du_serveur_ensemble(verdict):
    atelier = Atelier(cles=melanger(cles_simples(1), cles_a_seuil(2, 3)), poids=(None,) * 3)
    atelier.voter(2, CHOIX[1])
    assert verdict(atelier.archive(parts=(1, 2, 4))) == "depouillee"
    _, pieces = lire(atelier.archive())
    sans_serveur = retirer(pieces, rang(pieces, "PartialDecryption", 0) - 2, 3)
    assert verdict(ecrire(sans_serveur)) == "parts_manquantes"


def test_une_election_ponderee(verdict):
    atelier = Atelier(poids=(3, 1, 0, 2**40), cles=cles_simples(1))
    for electeur, choix in enumerate((CHOIX[0], CHOIX[1], CHOIX[2])):
        atelier.voter(electeur, choix)
    atelier.voter(0, CHOIX[1])
    archive = atelier.archive()
    assert verdict(archive) == "depouillee"
    assert (verdict.rapport.resultat, verdict.rapport.poids) == ([[4, 0, 0], [0, 0, 4]], 4)
    _, pieces = lire(archive)
    liste = [c.replace(",3", ",4") if c.endswith(",3") else c for c in pieces[2].objet]
    assert verdict(ecrire(remplacer(pieces, 2, compact(liste)))) == "total"


def test_un_poids_immense(verdict):
    atelier = Atelier(poids=(2**33,), cles=cles_simples(1))
    atelier.voter(0, CHOIX[2])
    assert verdict(atelier.archive()) == "depouillee"
    assert verdict.rapport.resultat == [[0, 0, 2**33], [0, 2**33, 2**33]]


def test_une_election_dans_l_autre_groupe(verdict):
    nom = "RFC-3526-2048"
    questions = (Question("?", ("a", "b"), 0, 2, blanc=True),)
    atelier = Atelier(questions, nom=nom, cles=cles_simples(1, nom), poids=(None,) * 2)
    atelier.voter(0, [[0, 1, 1]])
    atelier.voter(1, [[1, 0, 0]])
    archive = atelier.archive()
    assert verdict(archive) == "depouillee"
    assert verdict.rapport.resultat == [[1, 1, 1]]
    _, pieces = lire(archive)
    i = rang(pieces, "Ballot", 1) - 1
    objet = pieces[i].objet
    chiffre = objet["answers"][0]["choices"][0]
    chiffre["beta"] = str(groupe(nom).p - int(chiffre["beta"]))
    faux = signer_bulletin(atelier.election, atelier.codes[1], objet)
    assert verdict(ecrire(remplacer(pieces, i, faux))) == "bulletin_groupe"


def test_une_urne_sans_bulletin_ou_sans_inscrit(verdict):
    for poids in ((None,) * 3, ()):
        atelier = Atelier(poids=poids)
        assert verdict(atelier.archive("Setup")) == "ouverte"
        assert verdict(atelier.archive()) == "depouillee"
        assert (verdict.rapport.resultat, verdict.rapport.inscrits) == ([[0, 0, 0], [0, 0, 0]], len(poids))


def test_les_identifiants_sont_verifies_meme_sans_bulletin(verdict):
    """belenios-tool looks at them with the first ballot only."""
    _, pieces = lire(Atelier().archive("Setup"))
    for liste in (["4"], [str(G.p - int(pieces[2].objet[0]))], [pieces[2].objet[0]] * 2, "x", [4], [["4"]]):
        code = verdict(ecrire(remplacer(pieces, 2, compact(liste))))
        assert code in {"credentiels", "credentiel_double"}


# Attempts at making the verifier accept a wrong archive.


def test_un_vote_copie_sous_son_propre_nom_ne_compte_pas(verdict, atelier, archive):
    """Copying someone's ciphertexts would tell how they voted, by the difference of two totals."""
    _, pieces = lire(archive)
    volee = pieces[rang(pieces, "Ballot", 0) - 1].objet
    volee["credential"] = str(cle_publique(atelier.codes[4], atelier.uuid, G))
    copie = atelier.signer(4, volee)
    assert (
        verdict(
            ecrire(
                inserer(
                    pieces[: rang(pieces, "EndBallots")],
                    rang(pieces, "EndBallots"),
                    Piece(copie),
                    Piece(compact({"type": "Ballot"}), True),
                )
            )
        )
        == "bulletin_preuve"
    )


def test_une_election_qui_change_apres_les_bulletins(verdict, archive):
    """A question reworded after the vote, every reference and the chain being made again."""
    _, pieces = lire(archive)
    corps = pieces[0].corps.replace(b"blanc ?", b"rien ?")
    assert corps != pieces[0].corps
    assert verdict(ecrire(remplacer(pieces, 0, corps))) == "bulletin_election"


def test_deux_archives_bout_a_bout(verdict, archive):
    assert verdict(archive + archive) == "conteneur"
    _, pieces = lire(archive)
    assert verdict(archive + ecrire(pieces)[1024:]) == "chaine"


def test_un_resultat_pour_un_total_modulo(verdict, atelier, archive):
    """log_g is modulo q: a huge figure that decrypts as well is no number of votes."""
    _, pieces = lire(archive)
    i = rang(pieces, "Result") - 1
    objet = json.loads(pieces[i].corps)
    objet["result"][0][0] = str(objet["result"][0][0] + int(G.q))
    assert verdict(ecrire(remplacer(pieces, i, compact(objet)))) == "resultat"


def test_un_bulletin_de_plus_hors_de_la_chaine(verdict, atelier, archive):
    _, pieces = lire(archive)
    neuf = chiffrer(atelier.election, atelier.codes[4], CHOIX[0])
    assert verdict(ecrire([*pieces[:5], Piece(neuf), *pieces[5:]])) == "donnees"

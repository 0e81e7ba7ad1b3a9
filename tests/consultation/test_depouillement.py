"""From closing to publication: order of the life, exact counts, resumption, alterations seen."""

from __future__ import annotations

import json
import subprocess

import pytest
from django.db import connection

from consultation import actes, controle
from consultation.belenios.depouillement import dechiffrement_partiel, lire_total
from consultation.belenios.verificateur import ArchiveInvalide, verifier_archive
from consultation.chaine import election_de, lire_archive
from consultation.models import CodeScelle, Evenement, Gardien, Scrutin, Tranche, TrousseauDeCodes, Urne
from refondation.journal.chaine import verifier as verifier_le_journal
from refondation.membres.regles import ActeImpossible, ActeInterdit
from tests.consultation.scene import (
    APRES,
    FERMETURE,
    OUVERTURE,
    PENDANT,
    creer_compte,
    faire_scrutin,
    ouvrir_le_vote,
)


def ecrire(urne, dossier):
    dossier.mkdir(exist_ok=True)
    fichier = dossier / f"{urne.uuid}.bel"
    fichier.write_bytes(b"".join(lire_archive(urne)))
    return fichier


def accepte(fichier):
    """Both verifiers: the independent tool and ours."""
    outil = subprocess.run(
        ["belenios-tool", "election", "verify", "--dir", str(fichier.parent)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert outil.returncode == 0, outil.stderr
    return verifier_archive(fichier)


def compter(vote):
    actes.decouper(scrutin=vote.scrutin)
    while (tranche := actes.verifier_une_tranche(scrutin=vote.scrutin)) is not None:
        actes.totaliser_urne(urne=tranche.urne)


def dechiffrer(vote):
    for gardien in Gardien.objects.filter(scrutin=vote.scrutin):
        for urne in vote.scrutin.urnes.all():
            election = election_de(urne)
            total = lire_total(
                election, urne.evenements.get(type=Evenement.Type.ENCRYPTED_TALLY).donnees[0].encode()
            )
            octets = dechiffrement_partiel(election, total, vote.cles[gardien.pk])
            actes.deposer_dechiffrement(urne=urne, gardien=gardien, octets=octets, par=gardien.compte)
    vote.scrutin.refresh_from_db()


def resultats(vote):
    return {
        u.nom: json.loads(u.evenements.get(type=Evenement.Type.RESULT).donnees[0])["result"]
        for u in vote.scrutin.urnes.all()
    }


def test_du_premier_bulletin_a_la_publication(territoire, tmp_path):
    """Several questions, blank as an answer and as a flag, re-votes, two trustees; checked at each stage."""
    vote = ouvrir_le_vote(
        faire_scrutin(
            gardiens=2,
            revote=True,
            questions=[
                {"intitule": "Acceptez-vous ?", "options": ["Oui", "Non"]},
                {"intitule": "Priorités ?", "options": ["A", "B", "C"], "minimum": 1, "maximum": 2},
                {"intitule": "Sans blanc ?", "options": ["Oui", "Non"], "blanc": False},
            ],
        )
    )
    par_urne = {u.pk: [] for u in vote.scrutin.urnes.all()}
    for rang, electeur in enumerate(vote.electeurs()[::3]):
        choix = [
            [[1, 0, 0], [0, 1, 0], [0, 0, 1]][rang % 3],
            [[1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]][rang % 3],
            [[1, 0], [0, 1]][rang % 2],
        ]
        if rang % 4 == 0:
            vote.voter(electeur, [[0, 0, 1], [1, 0, 0, 0], [0, 1]])
        vote.voter(electeur, choix)
        par_urne[vote.urne(electeur).pk].append(choix)
    for urne in vote.scrutin.urnes.all():
        assert accepte(ecrire(urne, tmp_path / f"ouvert{urne.pk}")).resultat is None
    vote.clore()
    compter(vote)
    for urne in vote.scrutin.urnes.all():
        assert accepte(ecrire(urne, tmp_path / f"clos{urne.pk}")).resultat is None
    dechiffrer(vote)
    assert vote.scrutin.etat == Scrutin.Etat.CLOS  # the task that follows the commit does it
    actes.proclamer_resultat(scrutin=vote.scrutin)
    scrutin = actes.publier_scrutin(scrutin=vote.scrutin, par=vote.admin)
    assert scrutin.etat == Scrutin.Etat.PUBLIE
    for urne in vote.scrutin.urnes.all():
        attendu = [
            [sum(c[q][i] for c in par_urne[urne.pk]) for i in range(n)] for q, n in enumerate((3, 4, 2))
        ]
        assert accepte(ecrire(urne, tmp_path / f"publie{urne.pk}")).resultat == attendu
    assert controle.defauts(scrutin) == []
    assert (CodeScelle.objects.count(), TrousseauDeCodes.objects.count()) == (0, 0)
    assert verifier_le_journal().est_intacte


def test_une_urne_sans_bulletin_a_un_resultat_nul(vote_ouvert, tmp_path):
    vote_ouvert.clore()
    compter(vote_ouvert)
    dechiffrer(vote_ouvert)
    assert set(map(str, resultats(vote_ouvert).values())) == {"[[0, 0, 0]]"}
    for urne in vote_ouvert.scrutin.urnes.all():
        assert accepte(ecrire(urne, tmp_path / str(urne.pk))).resultat == [[0, 0, 0]]


def test_rien_ne_se_compte_avant_la_cloture(vote_ouvert):
    vote_ouvert.voter(vote_ouvert.electeurs()[0])
    with pytest.raises(ActeImpossible, match="quand le scrutin est clos"):
        actes.decouper(scrutin=vote_ouvert.scrutin)
    urne = vote_ouvert.scrutin.urnes.first()
    assert actes.totaliser_urne(urne=urne).hauteur == Urne.objects.get(pk=urne.pk).hauteur
    gardien = Gardien.objects.get()
    with pytest.raises(ActeImpossible, match="pas encore calculé"):
        actes.deposer_dechiffrement(urne=urne, gardien=gardien, octets=b"{}", par=gardien.compte)


def test_clore_et_ouvrir_refusent_avant_l_heure(territoire):
    vote = ouvrir_le_vote(faire_scrutin())
    with pytest.raises(ActeImpossible, match="avant l'heure"):
        actes.clore_scrutin(scrutin=vote.scrutin, par=vote.admin, instant=PENDANT)
    with pytest.raises(ActeImpossible, match="état"):
        actes.ouvrir_scrutin(scrutin=vote.scrutin, par=None, instant=OUVERTURE)


def test_recompter_ne_change_rien(vote_ouvert):
    for electeur in vote_ouvert.electeurs()[:5]:
        vote_ouvert.voter(electeur)
    vote_ouvert.clore()
    compter(vote_ouvert)
    avant = list(Urne.objects.order_by("pk").values_list("tete", flat=True))
    compter(vote_ouvert)
    assert list(Urne.objects.order_by("pk").values_list("tete", flat=True)) == avant
    assert Tranche.objects.count() == 1


def test_un_bulletin_altere_en_sql_est_vu(vote_ouvert):
    for electeur in vote_ouvert.electeurs()[:3]:
        vote_ouvert.voter(electeur)
    with connection.cursor() as curseur:
        curseur.execute("SET session_replication_role = replica")
        curseur.execute(
            "UPDATE consultation_evenement "
            'SET donnees = ARRAY[replace(donnees[1], \'"response":"\', \'"response":"9\')] '
            "WHERE type = 'Ballot' AND hauteur = 2"
        )
        curseur.execute("SET session_replication_role = origin")
    (defaut,) = controle.defauts(vote_ouvert.scrutin)
    assert "l'événement 2 a été altéré" in defaut
    vote_ouvert.clore()
    compter(vote_ouvert)
    tranche = Tranche.objects.exclude(defaut="").get()
    assert "hauteur 2" in tranche.defaut
    assert tranche.urne.evenements.filter(type=Evenement.Type.ENCRYPTED_TALLY).count() == 0


def test_une_liste_changee_en_sql_est_vue(vote_ouvert):
    with connection.cursor() as curseur:
        curseur.execute("SET session_replication_role = replica")
        curseur.execute(
            "UPDATE consultation_inscription SET motifs = 8 "
            "WHERE id = (SELECT min(id) FROM consultation_inscription)"
        )
        curseur.execute("SET session_replication_role = origin")
    assert controle.defauts(vote_ouvert.scrutin) == [
        "La liste électorale n'est plus celle de l'annonce.",
        "Fédération Fédération 31 (31) : 24 inscrit·es à l'annonce, 23 aujourd'hui.",
    ]


def test_un_dechiffrement_faux_ou_d_un_autre_est_refuse(territoire):
    vote = ouvrir_le_vote(faire_scrutin(gardiens=2))
    vote.voter(vote.electeurs()[0])
    vote.clore()
    compter(vote)
    un, deux = Gardien.objects.all()
    urne = vote.scrutin.urnes.first()
    election = election_de(urne)
    total = lire_total(election, urne.evenements.get(type="EncryptedTally").donnees[0].encode())
    faux = dechiffrement_partiel(election, total, vote.cles[deux.pk])
    hauteur = Urne.objects.get(pk=urne.pk).hauteur
    for octets in (faux, b"{}", b"", b"[1]"):
        with pytest.raises(ActeImpossible, match="ne correspond pas"):
            actes.deposer_dechiffrement(urne=urne, gardien=un, octets=octets, par=un.compte)
    with pytest.raises(ActeInterdit):
        actes.deposer_dechiffrement(urne=urne, gardien=un, octets=faux, par=deux.compte)
    assert Urne.objects.get(pk=urne.pk).hauteur == hauteur


def test_un_gardien_manque_et_rien_n_est_dechiffre(territoire):
    vote = ouvrir_le_vote(faire_scrutin(gardiens=2))
    vote.voter(vote.electeurs()[0])
    vote.clore()
    compter(vote)
    un = Gardien.objects.first()
    for urne in vote.scrutin.urnes.all():
        election = election_de(urne)
        total = lire_total(election, urne.evenements.get(type="EncryptedTally").donnees[0].encode())
        octets = dechiffrement_partiel(election, total, vote.cles[un.pk])
        actes.deposer_dechiffrement(urne=urne, gardien=un, octets=octets, par=un.compte)
    assert Evenement.objects.filter(type="Result").count() == 0
    with pytest.raises(ActeImpossible, match="n'ont pas encore de résultat"):
        actes.proclamer_resultat(scrutin=vote.scrutin)


def test_annuler_demande_un_motif_et_detruit_les_codes(vote_ouvert):
    with pytest.raises(ActeImpossible, match="motif"):
        actes.annuler_scrutin(scrutin=vote_ouvert.scrutin, motif="envie", par=vote_ouvert.admin)
    scrutin = actes.annuler_scrutin(scrutin=vote_ouvert.scrutin, motif="technique", par=vote_ouvert.admin)
    assert (scrutin.etat, CodeScelle.objects.count()) == ("annule", 0)
    with pytest.raises(ActeImpossible, match="annulé"):
        actes.deposer_bulletin(
            scrutin=scrutin, inscription=vote_ouvert.electeurs()[0], octets=b"{}", instant=PENDANT
        )


def test_publier_demande_le_role(vote_ouvert):
    for role in (None, "direction"):
        with pytest.raises(ActeInterdit):
            actes.publier_scrutin(scrutin=vote_ouvert.scrutin, par=creer_compte(role))


def test_une_archive_ouverte_est_un_prefixe_de_la_close(vote_ouvert, tmp_path):
    electeurs = vote_ouvert.electeurs()
    vote_ouvert.voter(electeurs[0])
    urne = vote_ouvert.urne(electeurs[0])
    avant = b"".join(lire_archive(urne))
    for electeur in electeurs[1:4]:
        vote_ouvert.voter(electeur)
    vote_ouvert.clore()
    apres = b"".join(lire_archive(Urne.objects.get(pk=urne.pk)))
    assert apres.startswith(avant)
    assert len(apres) > len(avant)
    abimee = tmp_path / "abimee.bel"
    abimee.write_bytes(apres[:-512])
    with pytest.raises(ArchiveInvalide):
        verifier_archive(abimee)
    assert FERMETURE < APRES

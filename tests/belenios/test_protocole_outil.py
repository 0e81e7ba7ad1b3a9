"""Judged by somebody else: what we make, `belenios-tool` accepts; what it makes, we accept; byte for byte."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path

import pytest

from consultation.belenios.archive import Ecrivain
from consultation.belenios.bulletins import chiffrer, verifier
from consultation.belenios.depouillement import dechiffrement_partiel, lire_total
from consultation.belenios.election import Election, Question, construire_election
from consultation.belenios.gardiens import lire_gardiens
from consultation.belenios.verificateur import ArchiveInvalide, verifier_archive
from tests.belenios.alterations import DE_NOTRE_CRU, DE_REFERENCE
from tests.belenios.archives import ecrire, lire
from tests.belenios.fabrique import (
    CHOIX,
    QUESTIONS,
    Atelier,
    cles_a_seuil,
    cles_simples,
    melanger,
    signer_bulletin,
)
from tests.javascript.outil_belenios import ElectionDEssai, programme

LARGES = (
    *QUESTIONS,
    Question("Rien d'obligé ?", ("é", '\t«»\\"', "c"), 0, 3, blanc=True),
    Question("Une seule", ("seule",), 0, 1),
)


def outil(dossier: Path) -> bool:
    """Does the tool accept the one archive of this folder?"""
    sortie = subprocess.run(
        [programme("belenios-tool", "belenios-tool"), "election", "verify", "--dir", dossier],
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert sortie.returncode in {0, 124}, sortie.stderr.decode()
    return sortie.returncode == 0


def accepter(octets: bytes, dossier: Path) -> list[list[int]] | None:
    """Both verifiers accept; the result."""
    dossier.mkdir(exist_ok=True)
    (dossier / "a.bel").write_bytes(octets)
    assert outil(dossier)
    return verifier_archive(dossier / "a.bel").resultat


@pytest.mark.parametrize(
    "jusqu_a", ["Setup", "Ballot", "EndBallots", "EncryptedTally", "PartialDecryption", "Result"]
)
def test_nos_archives_sont_acceptees_a_chaque_etape(tmp_path, atelier, jusqu_a):
    resultat = accepter(atelier.archive(jusqu_a), tmp_path)
    assert (resultat is not None) == (jusqu_a == "Result")


def test_nos_elections_larges_ponderees_et_a_seuil_sont_acceptees(tmp_path):
    choix = [[0, 1, 0], [0, 1, 1], [0, 1, 1, 1], [0]], [[1, 0, 0], [1, 0, 0], [1, 0, 0, 0], [1]]
    for n, cles in enumerate(
        (
            cles_simples(3),
            cles_a_seuil(2, 3),
            cles_a_seuil(2, 3, nouvelle_disposition=True),
            melanger(cles_simples(1), cles_a_seuil(2, 2, nouvelle_disposition=True)),
        )
    ):
        atelier = Atelier(LARGES, (3, None, 2**31), cles)
        for electeur in range(3):
            atelier.voter(electeur, choix[electeur % 2])
        atelier.voter(0, choix[1])
        assert accepter(atelier.archive(), tmp_path / str(n)) == [
            [4, 2**31, 0],
            [4, 2**31, 2**31],
            [4, 2**31, 2**31, 2**31],
            [4],
        ]


def test_nos_elections_dans_l_autre_groupe_sont_acceptees(tmp_path):
    atelier = Atelier(nom="RFC-3526-2048", cles=cles_simples(1, "RFC-3526-2048"), poids=(None,) * 2)
    atelier.voter(1, CHOIX[2])
    assert accepter(atelier.archive(), tmp_path) == [[0, 0, 1], [0, 1, 1]]


@pytest.mark.parametrize("parts", [(1, 3), (2, 3), (1, 2, 3)])
def test_deux_gardiens_sur_trois_dechiffrent_pour_l_outil_aussi(tmp_path, parts):
    atelier = Atelier(cles=cles_a_seuil(2, 3, nouvelle_disposition=True), poids=(None,) * 2)
    atelier.voter(0, CHOIX[0])
    assert accepter(atelier.archive(parts=parts), tmp_path) == [[0, 1, 0], [1, 1, 0]]


# Where we are stricter than belenios-tool 2.0, and know it; everything else, it refuses too.
PLUS_STRICTS = {
    "11 bulletin répété",
    "17 nombre de bulletins faux",
    "19 fin au milieu des bulletins",
    "21 ni fin ni total",
    "25 champs d'une réponse dans un autre ordre",
}


@pytest.mark.parametrize("nom", DE_REFERENCE)
def test_les_alterations_de_reference_ont_le_verdict_annonce_de_l_outil(tmp_path, atelier, archive, nom):
    """Our remade alterations are those of the reference: the tool answers as it did there."""
    _, pieces = lire(archive)
    codes = {str(verifier(atelier.election, b).identifiant): atelier.codes[e] for e, b in atelier.bulletins}
    alteree = DE_REFERENCE[nom][1](
        pieces, lambda b: signer_bulletin(atelier.election, codes[b["credential"]], b)
    )
    (tmp_path / "a.bel").write_bytes(ecrire(alteree))
    # With a result, ballots that it leaves out show to the tool as well: it counts again.
    assert outil(tmp_path) == (nom in PLUS_STRICTS - {"19 fin au milieu des bulletins"})
    with pytest.raises(ArchiveInvalide):
        verifier_archive(tmp_path / "a.bel")


def test_tout_ce_que_l_outil_refuse_nous_le_refusons(tmp_path, atelier, archive):
    """Over all our alterations: we refuse each of them, the tool lets some pass, never the reverse."""
    _, pieces = lire(archive)
    codes = {str(verifier(atelier.election, b).identifiant): atelier.codes[e] for e, b in atelier.bulletins}
    laxiste = set()
    for nom, (_, alterer) in DE_NOTRE_CRU.items():
        alteree = alterer(pieces, lambda b: signer_bulletin(atelier.election, codes[b["credential"]], b))
        (tmp_path / "a.bel").write_bytes(ecrire(alteree))
        if outil(tmp_path):
            laxiste.add(nom)
    assert {
        "fin absente",
        "total absent",
        "zéro devant un chiffré",
        "poids du total",
        "identifiant 1",
    } <= laxiste
    assert len(laxiste) < len(DE_NOTRE_CRU) / 2


def test_les_bulletins_de_l_outil_sont_acceptes_et_les_notres_par_lui(tmp_path):
    """generate-ballot, add-event, compute-result and our own functions, step by step on one election."""
    questions = [
        {"answers": ["Oui", "Non"], "blank": True, "min": 1, "max": 1, "question": "Un ?"},
        {"answers": ["A", "B", "É"], "min": 1, "max": 2, "question": "Deux ?"},
    ]
    essai = ElectionDEssai(tmp_path, questions, 4)
    election = Election.lire(essai.election.encode())
    assert (
        construire_election(
            uuid=election.uuid,
            nom=election.nom,
            description=election.description,
            questions=election.questions,
            cle_publique=election.cle,
            administrateur="A",
            autorite="B",
        )
        == essai.election.encode()
    )
    for electeur in (0, 1):
        (tmp_path / "code.txt").write_text(essai.codes[electeur])
        (tmp_path / "choix.json").write_text(json.dumps(CHOIX[electeur]))
        bulletin = essai.outil(
            "election", "generate-ballot", "--privcred", "code.txt", "--ballot", "choix.json"
        ).strip()
        assert verifier(election, bulletin.encode()).octets == bulletin.encode()
        essai.deposer(bulletin)
    for electeur, choix in ((2, CHOIX[2]), (0, CHOIX[2])):
        essai.deposer(chiffrer(election, essai.codes[electeur], choix).decode())
    essai.verifier()
    assert verifier_archive(essai.archive).comptes == 3
    essai.clore()
    _, pieces = lire(essai.archive.read_bytes())
    part = dechiffrement_partiel(
        election, lire_total(election, pieces[-3].corps), int(json.loads(essai.cle_privee))
    )
    essai.recevoir_part(part.decode(), 1)
    assert essai.proclamer() == [[1, 0, 2], [0, 2, 3]]
    essai.verifier()
    assert verifier_archive(essai.archive).resultat == [[1, 0, 2], [0, 2, 3]]
    assert len(lire_gardiens(pieces[1].corps, election.groupe).proprietaires) == 1


def test_l_archive_que_l_outil_construit_est_la_notre_octet_pour_octet(tmp_path, atelier):
    """Same data given to both: `archive init` and `add-event` against our writer."""
    _, pieces = lire(atelier.archive())
    (tmp_path / "election.json").write_bytes(pieces[0].corps)
    (tmp_path / "trustees.json").write_bytes(pieces[1].corps)
    (tmp_path / "public_creds.json").write_bytes(pieces[2].corps)

    def lancer(*arguments: str, entree: bytes = b"") -> None:
        subprocess.run(
            [programme("belenios-tool", "belenios-tool"), "archive", *arguments],
            cwd=tmp_path,
            input=entree,
            capture_output=True,
            timeout=60,
            check=True,
        )

    lancer("init")
    donnees = b""
    for piece in pieces[5:]:
        if piece.evenement:
            lancer("add-event", "--type", piece.type, entree=donnees)
            donnees = b""
        else:
            donnees += piece.corps + b"\n"
    (archive,) = tmp_path.glob("*.bel")
    de_l_outil = archive.read_bytes()
    # The tool dates its archive itself: our writer is given that date.
    date, de_lui = lire(de_l_outil)
    fichier = io.BytesIO()
    ecrivain = Ecrivain(fichier, date)
    attente: list[bytes] = []
    for piece in pieces:
        if piece.evenement:
            ecrivain.ajouter(piece.type, *attente)
            attente = []
        else:
            attente.append(piece.corps)
    assert de_lui == pieces
    assert fichier.getvalue() == de_l_outil

"""The container: written byte for byte as the tool does, read back strictly, in constant memory."""

from __future__ import annotations

import io
import tarfile
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consultation.belenios.archive import (
    ConteneurInvalide,
    Ecrivain,
    Lecteur,
    enregistrement,
    entete,
    evenement_json,
)
from tests.belenios import archives


def parcourir(octets: bytes):
    return list(Lecteur(io.BytesIO(octets)))


def test_reecrire_l_archive_de_reference_la_rend_octet_pour_octet(a_single):
    horodatage, pieces = archives.lire(a_single)
    fichier = io.BytesIO()
    ecrivain = Ecrivain(fichier, horodatage)
    donnees = []
    for piece in pieces:
        if piece.evenement:
            ecrivain.ajouter(piece.type, *donnees)
            donnees = []
        else:
            donnees.append(piece.corps)
    assert fichier.getvalue() == a_single
    assert (ecrivain.hauteur, ecrivain.tete) == (21, pieces[-1].empreinte)


def test_lire_l_archive_de_reference(a_single):
    lecteur = Lecteur(io.BytesIO(a_single))
    lus = list(lecteur)
    horodatage, pieces = archives.lire(a_single)
    assert [(e.contenu, e.est_evenement, e.empreinte) for e in lus] == [
        (p.corps, p.evenement, p.empreinte) for p in pieces
    ]
    assert all(a_single[e.position : e.position + len(e.contenu)] == e.contenu for e in lus)
    assert (lecteur.horodatage, lecteur.position) == (horodatage, len(a_single))


def test_tar_lit_ce_que_nous_ecrivons():
    octets = entete(1_790_000_000) + enregistrement("é".encode(), "data", 1_790_000_000)
    with tarfile.open(fileobj=io.BytesIO(octets)) as tar:
        premier, second = tar.getmembers()
        assert (premier.name, premier.mtime, premier.mode) == ("BELENIOS", 1_790_000_000, 0o644)
        assert tar.extractfile(second).read() == "é".encode()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=1500), max_size=6), st.integers(0, 8**11 - 1))
def test_ce_qui_est_ecrit_se_relit(contenus, horodatage):
    octets = entete(horodatage) + b"".join(enregistrement(c, "data", horodatage) for c in contenus)
    assert len(octets) % 512 == 0
    assert [e.contenu for e in parcourir(octets)] == contenus


def test_un_evenement_a_une_seule_ecriture():
    assert evenement_json(None, 0, "Setup", "a") == b'{"height":0,"type":"Setup","payload":"a"}'
    assert evenement_json("p", 3, "EndBallots", None) == b'{"parent":"p","height":3,"type":"EndBallots"}'


@pytest.mark.parametrize("horodatage", [-1, 8**11])
def test_un_horodatage_hors_du_champ_ne_s_ecrit_pas(horodatage):
    with pytest.raises(ValueError, match="bornes"):
        entete(horodatage)


def remplacer(debut: int, octets: bytes):
    return lambda a: a[:debut] + octets + a[debut + len(octets) :]


@pytest.mark.parametrize(
    ("alterer", "code"),
    [
        pytest.param(lambda a: b"", "vide", id="vide"),
        pytest.param(lambda a: a[:300], "tronquee", id="300 octets"),
        pytest.param(lambda a: a[:512], "tronquee", id="un en-tête seul"),
        pytest.param(lambda a: a[:-512], "tronquee", id="un bloc de moins"),
        pytest.param(lambda a: a[:-1], "tronquee", id="un octet de moins"),
        pytest.param(lambda a: a + b"\0", "tronquee", id="un octet de plus"),
        pytest.param(lambda a: a + b"\0" * 1024, "conteneur", id="fin d'archive tar"),
        pytest.param(lambda a: b"\0" * 512 + a, "conteneur", id="zéros devant"),
        pytest.param(lambda a: a[1024:], "conteneur", id="sans BELENIOS"),
        pytest.param(lambda a: a[:1024] + a, "conteneur", id="deux fois BELENIOS"),
        pytest.param(lambda a: b"PK\x03\x04" + a, "conteneur", id="zip"),
        pytest.param(lambda a: b"<!doctype html>" + b" " * 2000, "conteneur", id="page web"),
        pytest.param(remplacer(0, b"belenios"), "conteneur", id="nom en minuscules"),
        pytest.param(remplacer(8, b"\0x"), "conteneur", id="octet après le nom"),
        pytest.param(remplacer(100, b"0000755"), "conteneur", id="mode"),
        pytest.param(remplacer(257, b"ustar"), "conteneur", id="ustar"),
        pytest.param(remplacer(511, b"x"), "conteneur", id="fin de l'en-tête"),
        pytest.param(remplacer(1023, b"x"), "conteneur", id="bourrage"),
        pytest.param(remplacer(124, b"77777777777"), "trop_gros", id="taille de BELENIOS"),
        pytest.param(remplacer(1024 + 124, b"77777777777"), "trop_gros", id="taille"),
        pytest.param(remplacer(1024 + 124, b"07777777777"), "tronquee", id="taille au-delà du fichier"),
        pytest.param(remplacer(1024 + 124, b"0000000000 "), "conteneur", id="taille mal écrite"),
        pytest.param(remplacer(1024 + 136, b"00000000001"), "conteneur", id="heure"),
        pytest.param(remplacer(1024 + 148, b"000000"), "conteneur", id="somme de contrôle"),
        pytest.param(remplacer(1024, b"0" * 64), "empreinte", id="nom d'un autre"),
        pytest.param(remplacer(1024, b"A" * 64), "conteneur", id="hexadécimal en majuscules"),
        pytest.param(remplacer(1024, b"../../etc/passwd\0"), "conteneur", id="chemin"),
        pytest.param(remplacer(1024 + 64, b".evenement"), "conteneur", id="genre inconnu"),
        pytest.param(remplacer(1024 + 512 + 20, b"X"), "empreinte", id="contenu"),
    ],
)
def test_un_conteneur_abime_est_nomme(archive, alterer, code):
    alteree = alterer(archive)
    if code == "empreinte" and alteree[1024:1088] != archive[1024:1088]:
        # The header's own sum is put right, so that the name alone is wrong.
        bloc = bytearray(alteree[1024:1536])
        bloc[148:156] = b" " * 8
        bloc[148:156] = b"%06o\0 " % sum(bloc)
        alteree = alteree[:1024] + bytes(bloc) + alteree[1536:]
    with pytest.raises(ConteneurInvalide) as refus:
        parcourir(alteree)
    assert refus.value.code == code


@pytest.mark.parametrize(
    "corps",
    [
        b'{"version":2,"timestamp":"1790000000"}',
        b'{"version":1,"timestamp":1790000000}',
        b'{"version":1,"timestamp":"01790000000"}',
        b'{"version":1,"timestamp":"-1"}',
        b'{"version":1,"timestamp":"9999999999999999999"}',
        b'{"version":1, "timestamp":"1790000000"}',
        b'{"timestamp":"1790000000","version":1}',
        b'{"version":1,"timestamp":"1790000000"}\n',
        b"",
    ],
)
def test_un_en_tete_d_une_autre_forme_est_refuse(corps):
    with pytest.raises(ConteneurInvalide) as refus:
        parcourir(archives.ecrire([], 1_790_000_000, corps))
    assert refus.value.code == "entete"


def test_chaque_troncature_se_voit_ou_tombe_entre_deux_enregistrements(archive):
    bornes = {1024}
    for e in parcourir(archive):
        bornes.add(e.position + len(e.contenu) + -len(e.contenu) % 512)
    for taille in range(0, len(archive), 256):
        if taille in bornes:
            parcourir(archive[:taille])
            continue
        with pytest.raises(ConteneurInvalide) as refus:
            parcourir(archive[:taille])
        assert refus.value.code == ("vide" if taille == 0 else "tronquee")


def test_lire_une_grande_archive_ne_la_garde_pas_en_memoire(tmp_path):
    with (tmp_path / "grande.bel").open("wb") as fichier:
        ecrivain = Ecrivain(fichier, 1)
        for i in range(400):
            ecrivain.ajouter("Ballot", b"%d" % i * 25_000)
    assert (tmp_path / "grande.bel").stat().st_size > 20_000_000
    tracemalloc.start()
    with (tmp_path / "grande.bel").open("rb") as fichier:
        assert sum(1 for _ in Lecteur(fichier)) == 800
    pointe = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert pointe < 1_000_000

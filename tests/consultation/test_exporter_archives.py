"""`exporter_archives`, at every moment of a vote: all or nothing, and archives that others verify."""

from __future__ import annotations

import hashlib
import itertools
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from consultation.models import Scrutin
from tests.consultation.scene import Vote, annoncer, faire_scrutin
from tests.javascript.outil_belenios import programme


def verifier(dossier: Path, lieu: Path) -> None:
    for archive in sorted(dossier.glob("*.bel")):
        seule = lieu / f"{dossier.name}-{archive.stem}"
        seule.mkdir()
        shutil.copy(archive, seule)
        subprocess.run(
            [programme("belenios-tool", "belenios-tool"), "election", "verify", "--dir", seule],
            check=True,
            capture_output=True,
        )


@pytest.mark.django_db
def test_avant_l_annonce_il_n_y_a_rien_a_exporter(territoire: list, tmp_path: Path) -> None:
    vote = faire_scrutin()
    with pytest.raises(CommandError, match="pas encore d'urne scellée"):
        call_command("exporter_archives", vote.scrutin.slug, dossier=tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_un_scrutin_inconnu_est_nomme(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="inconnu"):
        call_command("exporter_archives", "inconnu", dossier=tmp_path / "a")


@pytest.mark.django_db
def test_un_dossier_plein_n_est_pas_ecrase(vote_ouvert: Vote, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("à garder")
    with pytest.raises(CommandError, match="n'est pas vide"):
        call_command("exporter_archives", vote_ouvert.scrutin.slug, dossier=tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


@pytest.mark.django_db
def test_a_chaque_moment_les_archives_se_verifient_et_s_allongent(territoire: list, tmp_path: Path) -> None:
    vote = annoncer(faire_scrutin())
    lieux = []

    def exporter(nom: str) -> None:
        lieux.append(tmp_path / nom)
        call_command("exporter_archives", vote.scrutin.slug, dossier=lieux[-1])
        verifier(lieux[-1], tmp_path)

    exporter("annonce")
    from consultation import actes
    from tests.consultation.scene import OUVERTURE
    from tests.consultation.test_depouillement import dechiffrer

    actes.ouvrir_scrutin(scrutin=vote.scrutin, par=None, instant=OUVERTURE)
    vote.scrutin.refresh_from_db()
    for electeur in vote.electeurs()[:3]:
        vote.voter(electeur)
    exporter("ouvert")
    vote.clore()
    exporter("clos")
    actes.decouper(scrutin=vote.scrutin)
    while actes.verifier_une_tranche(scrutin=vote.scrutin):
        pass
    for urne in vote.scrutin.urnes.all():
        actes.totaliser_urne(urne=urne)
    dechiffrer(vote)
    actes.proclamer_resultat(scrutin=vote.scrutin)
    actes.publier_scrutin(scrutin=Scrutin.objects.get(pk=vote.scrutin.pk), par=vote.admin)
    exporter("publie")
    noms = {p.name for p in lieux[0].glob("*.bel")}
    assert len(noms) == 2
    for avant, apres in itertools.pairwise(lieux):
        for nom in noms:
            assert (apres / nom).read_bytes().startswith((avant / nom).read_bytes())
    manifeste = json.loads((lieux[-1] / "manifeste.json").read_text())
    vote.scrutin.refresh_from_db()
    assert manifeste["liste"] == vote.scrutin.liste_empreinte
    assert {u["tete"] for u in manifeste["urnes"]} == set(vote.scrutin.urnes.values_list("tete", flat=True))
    for fiche in manifeste["urnes"]:
        octets = (lieux[-1] / fiche["fichier"]).read_bytes()
        assert (len(octets), hashlib.sha256(octets).hexdigest()) == (fiche["octets"], fiche["sha256"])


@pytest.mark.django_db
def test_les_urnes_qui_ne_sont_pas_scellees_sont_comptees(
    territoire: list, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from consultation import actes
    from tests.consultation.scene import ANNONCE

    vote = faire_scrutin()
    actes.annoncer_scrutin(scrutin=vote.scrutin, par=vote.admin, instant=ANNONCE)
    actes.preparer_urne(urne=vote.scrutin.urnes.first())
    call_command("exporter_archives", vote.scrutin.slug, dossier=tmp_path / "a")
    sorties = capsys.readouterr()
    assert "1 archive(s)" in sorties.out
    assert "1 urne(s) ne sont pas encore scellées" in sorties.err
    assert len(list((tmp_path / "a").glob("*.bel"))) == 1

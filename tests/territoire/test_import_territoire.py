"""Import of the territory: the shipped files, the same twice, every defect named, all or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from refondation.journal.models import Ligne
from refondation.membres.regles import ActeInterdit
from refondation.territoire.actes import TerritoireRefuse, importer_territoire
from refondation.territoire.models import Federation, Section
from tests.membres.monde import creer_compte

pytestmark = pytest.mark.django_db

FEDERATIONS = (
    "code,nom,chef_lieu,region,nature,population\n31,Haute-Garonne,Toulouse,Occitanie,metropole,1400000\n"
)
SECTIONS = "federation,code,nom,population\n31,31555,Toulouse,500000\n31,31149,Colomiers,\n"


@pytest.fixture
def fichiers(tmp_path: Path):
    def ecrire(federations: str | bytes = FEDERATIONS, sections: str | bytes = SECTIONS) -> dict[str, Path]:
        chemins = {"federations": tmp_path / "f.csv", "sections": tmp_path / "s.csv"}
        for nom, contenu in (("federations", federations), ("sections", sections)):
            chemins[nom].write_bytes(contenu.encode() if isinstance(contenu, str) else contenu)
        return chemins

    return ecrire


def test_les_fichiers_livres(capsys: pytest.CaptureFixture) -> None:
    call_command("importer_territoire", "--simulation")
    assert Federation.objects.count() == 0
    call_command("importer_territoire")
    sortie = capsys.readouterr().out
    assert "108 fédérations : 108 nouvelles" in sortie
    assert "2343 sections : 2343 nouvelles" in sortie
    assert (Federation.objects.count(), Section.objects.count()) == (108, 2343)
    assert Federation.objects.get(code="2A").nom == "Corse-du-Sud"
    assert Section.objects.get(code="31555").federation.code == "31"
    assert dict(Ligne.objects.get().details["sections"]) == {
        "lues": 2343, "nouvelles": 2343, "modifiees": 0, "absentes": 0,
    }  # fmt: skip
    bilan = importer_territoire(par=None)
    assert (bilan.federations.nouvelles, bilan.sections.modifiees) == (0, 0)
    assert Ligne.objects.count() == 1


def test_corrige_et_garde_ce_que_le_fichier_ne_nomme_pas(fichiers) -> None:
    importer_territoire(**fichiers(), par=None)
    Section.objects.filter(code="31149").update(etat="suspendue")
    bilan = importer_territoire(
        **fichiers(sections="federation;code;nom;population\n31;31149;Colomiers-Ouest;39000\n"), par=None
    )
    assert (bilan.sections.modifiees, bilan.sections.nouvelles, bilan.sections.absentes) == (1, 0, 1)
    section = Section.objects.get(code="31149")
    assert (section.nom, section.population, section.etat) == ("Colomiers-Ouest", 39000, "suspendue")
    assert Section.objects.get(code="31555").nom == "Toulouse"


def test_reserve_a_l_administration(fichiers) -> None:
    with pytest.raises(ActeInterdit):
        importer_territoire(**fichiers(), par=creer_compte("secretaire_federal"))
    importer_territoire(**fichiers(), par=creer_compte("administrateur"))
    assert Ligne.objects.filter(acte="territoire.importer").get().acteur is not None


@pytest.mark.parametrize(
    ("federations", "sections", "attendus"),
    [
        (b"", SECTIONS, ["f.csv : Le fichier est vide", "s.csv, ligne 2, colonne « federation » : aucune"]),
        (
            FEDERATIONS,
            "federation,code\n31,31555\n",
            ["s.csv, ligne 1, colonne « nom » : cette colonne manque."],
        ),
        (FEDERATIONS, "federation,code,nom,nom\n31,31555,a,b\n", ["colonne « nom » : deux colonnes"]),
        (
            FEDERATIONS.replace("metropole", "montagne"),
            SECTIONS.replace("31149", "31555"),
            [
                "f.csv, ligne 2, colonne « nature » : « montagne »",
                "ligne 3, colonne « code » : le code « 31555 » est",
            ],
        ),
        (
            FEDERATIONS,
            "federation,code,nom,population\n99,a b,,beaucoup\n",
            [
                "ligne 2, colonne « nom » : à remplir.",
                "ligne 2, colonne « population » : « beaucoup »",
                "ligne 2, colonne « code » : « a b »",
                "ligne 2, colonne « federation » : aucune fédération",
            ],
        ),
        (
            FEDERATIONS,
            f"federation,code,nom\n31,31555,{'x' * 121}\n",
            ["colonne « nom » : 121 caractères, 120"],
        ),
        (FEDERATIONS, b"federation,code,nom\n31,31555,\x81\n", ["s.csv, ligne 2 : L'encodage"]),
        (FEDERATIONS, "federation,code,nom\n31,31555,a\u200bb\n", ["un caractère invisible"]),
    ],
)
def test_defauts_nommes_et_rien_d_ecrit(federations, sections, attendus, fichiers) -> None:
    with pytest.raises(TerritoireRefuse) as refus:
        importer_territoire(**fichiers(federations, sections), par=None)
    messages = [str(defaut) for defaut in refus.value.defauts]
    assert all(any(a in m for m in messages) for a in attendus), messages
    assert (Federation.objects.count(), Section.objects.count(), Ligne.objects.count()) == (0, 0, 0)


def test_une_section_ne_change_pas_de_federation(fichiers) -> None:
    importer_territoire(**fichiers(), par=None)
    f2 = FEDERATIONS + "32,Gers,Auch,Occitanie,metropole,190000\n"
    with pytest.raises(TerritoireRefuse) as refus:
        importer_territoire(**fichiers(f2, SECTIONS.replace("31,31149", "32,31149")), par=None)
    assert "31149 est dans la fédération 31" in str(refus.value.defauts[0])
    assert not Federation.objects.filter(code="32").exists()


def test_commande_dit_chaque_defaut(fichiers, capsys: pytest.CaptureFixture) -> None:
    chemins = fichiers(sections="federation,code,nom\n99,A1,a\n99,A2,b\n")
    with pytest.raises(CommandError, match="2 défauts"):
        call_command("importer_territoire", **chemins)
    erreurs = capsys.readouterr().err
    assert "s.csv, ligne 2" in erreurs
    assert "s.csv, ligne 3" in erreurs
    with pytest.raises(CommandError, match="1 défaut dans"):
        call_command("importer_territoire", sections=Path("nulle-part.csv"))
    assert "nulle-part.csv : ce fichier n'existe pas" in capsys.readouterr().err

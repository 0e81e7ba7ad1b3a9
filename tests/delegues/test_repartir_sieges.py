"""The command `repartir_sieges`: its interface is stable, its refusals name what is wrong."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


def ecrire(dossier: Path, texte: str) -> str:
    chemin = dossier / "sections.csv"
    chemin.write_text(texte)
    return str(chemin)


def lancer(*arguments: str) -> tuple[str, str]:
    sortie, dit = StringIO(), StringIO()
    call_command("repartir_sieges", *arguments, stdout=sortie, stderr=dit)
    return sortie.getvalue(), dit.getvalue()


TROIS = "code,effectif\n31B,10\n31A,10\n31C,20\n"


@pytest.mark.parametrize(
    ("options", "attendu"),
    [
        (("--sieges", "5"), "31B,1\n31A,1\n31C,3\n"),
        (("--sieges", "4", "--methode", "plus-forts-restes"), "31B,1\n31A,1\n31C,2\n"),
        (("--sieges", "6", "--methode", "sainte-lague", "--plancher", "2"), "31B,2\n31A,2\n31C,2\n"),
        (("--sieges", "9", "--methode", "hondt"), "31B,2\n31A,2\n31C,5\n"),
    ],
)
def test_repartit_dans_l_ordre_du_fichier(tmp_path: Path, options: tuple[str, ...], attendu: str) -> None:
    assert lancer(ecrire(tmp_path, TROIS), *options) == ("code,sieges\n" + attendu, "")


def test_une_egalite_refusee_nomme_les_codes(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refus:
        lancer(ecrire(tmp_path, TROIS), "--sieges", "6")
    assert str(refus.value) == ("Égalité : 1 siège(s) pour 31A, 31B. Choisissez une règle avec --egalite.")
    assert refus.value.returncode == 1


def test_une_egalite_tranchee_le_dit(tmp_path: Path) -> None:
    sortie, dit = lancer(ecrire(tmp_path, TROIS), "--sieges", "6", "--egalite", "plus-petit-code")
    assert sortie == "code,sieges\n31B,1\n31A,2\n31C,3\n"
    assert dit == "Égalité : 1 siège(s) pour 31A, 31B. Retenu(s) par « plus-petit-code » : 31A.\n"


def test_un_tirage_depend_de_la_graine_seule(tmp_path: Path) -> None:
    fichier = ecrire(tmp_path, TROIS)
    tirages = {
        lancer(fichier, "--sieges", "6", "--egalite", "tirage", "--graine", str(graine))[0]
        for graine in range(12)
    }
    assert tirages == {"code,sieges\n31B,1\n31A,2\n31C,3\n", "code,sieges\n31B,2\n31A,1\n31C,3\n"}


@pytest.mark.parametrize(
    ("texte", "options", "motif"),
    [
        (TROIS, ("--sieges", "2", "--plancher", "1"), "Le plancher demande 3 sièges, il n'y en a que 2"),
        (TROIS, ("--sieges", "-1"), "positifs ou nuls"),
        (TROIS, ("--sieges", "6", "--egalite", "tirage"), "demande --graine"),
        ("code,effectif\nA,1\nA,2\n", ("--sieges", "1"), "Ligne 3 : le code A est déjà dans le fichier"),
        ("code,effectif\nA,-1\n", ("--sieges", "1"), "Ligne 2 : l'effectif « -1 » n'est pas un nombre"),
        ("code,effectif\nA,1.5\n", ("--sieges", "1"), "Ligne 2 : l'effectif « 1.5 » n'est pas un nombre"),
        ("code,effectif\n,3\n", ("--sieges", "1"), "Ligne 2 : le code est vide"),
        ("code,effectif\nA,0\n", ("--sieges", "1"), "aucun·e adhérent·e"),
        ("nom,ville\nA,B\n", ("--sieges", "1"), "Aucune ligne d'en-tête"),
        ("", ("--sieges", "1"), "vide"),
    ],
)
def test_un_refus_dit_ce_qui_ne_va_pas(
    tmp_path: Path, texte: str, options: tuple[str, ...], motif: str
) -> None:
    with pytest.raises(CommandError, match=motif):
        lancer(ecrire(tmp_path, texte), *options)


def test_un_fichier_absent(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"absent\.csv ne s'ouvre pas"):
        lancer(str(tmp_path / "absent.csv"), "--sieges", "1")


def test_un_tableur_francais_se_lit(tmp_path: Path) -> None:
    fichier = tmp_path / "sections.csv"
    fichier.write_bytes("\ufeffCode section;Adhérents\r\n31A;12\r\n31B;24\r\n".encode())
    assert lancer(str(fichier), "--sieges", "3")[0] == "code,sieges\n31A,1\n31B,2\n"

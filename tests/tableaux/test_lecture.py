"""Files that somebody made: every form that is read, every defect that is said."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from refondation.tableaux import FichierIllisible, classeur, cle_d_entete, lire

SYNONYMES = {"numero": "numero", "n": "numero", "nom": "nom", "ne le": "naissance", "ville": "ville"}
TEXTE = "Numéro;Nom;Né le\nA1;Éloïse;01/02/1980\nA2;Noël;\n"


@pytest.fixture
def fichier(tmp_path: Path) -> Any:
    def ecrire(contenu: bytes | str, nom: str = "f") -> Path:
        chemin = tmp_path / nom
        chemin.write_bytes(contenu.encode() if isinstance(contenu, str) else contenu)
        return chemin

    return ecrire


def tout(chemin: Path) -> list[tuple[int, list[Any]]]:
    return list(lire(chemin, SYNONYMES).lignes)


def refus(chemin: Path) -> FichierIllisible:
    with pytest.raises(FichierIllisible) as exc:
        tout(chemin)
    return exc.value


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("N° d'adhérent·e ", "n d adherent e"),
        ("DATE DE NAISSANCE", "date de naissance"),
        ("À  jour\nau", "a jour au"),
    ],
)
def test_entetes_equivalentes(a: str, b: str) -> None:
    assert cle_d_entete(a) == b


@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("fin", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separateur", [";", ",", "\t"])
def test_formes_de_csv(encodage: str, fin: str, separateur: str, fichier: Any) -> None:
    contenu = TEXTE.replace("\n", fin).replace(";", separateur).encode(encodage)
    tableau = lire(fichier(contenu), SYNONYMES)
    assert (tableau.genre, tableau.separateur) == ("csv", separateur)
    assert tableau.champs == ["numero", "nom", "naissance"]
    assert list(tableau.lignes) == [(2, ["A1", "Éloïse", "01/02/1980"]), (3, ["A2", "Noël", ""])]


def test_titre_colonnes_inconnues_doublons_et_lignes_vides(fichier: Any) -> None:
    tableau = lire(fichier("Liste au 1er mai\n\nN°;Nom;Téléphone;NOM\n\n;;;\nA1;b;c;d\n"), SYNONYMES)
    assert tableau.ligne_d_entete == 3
    assert (tableau.ignorees, tableau.doublons) == (["Téléphone"], ["nom"])
    assert list(tableau.lignes) == [(6, ["A1", "b", "c", "d"])]


def test_guillemets_et_retours_a_la_ligne(fichier: Any) -> None:
    assert tout(fichier('Numéro,Nom\nA1,"Le ""Grand"",\nsuite"\nA2,x\n')) == [
        (2, ["A1", 'Le "Grand",\nsuite']),
        (4, ["A2", "x"]),
    ]


@pytest.mark.parametrize(
    ("contenu", "mot", "ligne"),
    [
        (b"", "vide", None),
        (b"Nom;Numero\nA;\0\n", "octets nuls", 2),
        (bytes(range(256)) * 50, "octets nuls", 1),
        ("bonjour\nle monde\n", "en-tête", None),
        ("Téléphone;Ville\n1;2\n", "en-tête", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, ".xls", None),
        (b"PK\x03\x04" + b"x" * 600, "abîmé", None),
        (b"Numero;Nom\nA1;\xe9t\xe9\nA2;\x81\n", "encodage", 3),
        ('Numero;Nom\nA1;"ouvert\nA2;b\n', "guillemet", 2),
        ('Numero;Nom\nA1;"a"b\nA2;b\n', "guillemet", 2),
        (b"Numero;Nom\nA1;" + b"x" * 50_000_000, "n'en finit plus", 2),
        (b'Numero;Nom\nA1;"' + b"x\n" * 25_000_000, "n'en finit plus", 2),
    ],
    ids=[
        "vide", "nul", "binaire", "prose", "sans en-tête connu", "xls", "faux zip", "encodage", "non fermé",
        "mal placé", "cellule de 50 Mo", "lignes sans fin",
    ],
)  # fmt: skip
def test_fichiers_illisibles(contenu: bytes | str, mot: str, ligne: int | None, fichier: Any) -> None:
    defaut = refus(fichier(contenu))
    assert mot in str(defaut)
    assert defaut.ligne == ligne


# --- XLSX -------------------------------------------------------------------------------------


def classeur_de(tmp_path: Path, *lignes: list[Any], avant: bool = False, **cellules: Any) -> Path:
    livre = openpyxl.Workbook()
    if avant:
        livre.active["A1"] = "Ce fichier contient…"
        feuille = livre.create_sheet("Adhérents")
    else:
        feuille = livre.active
    for ligne in lignes:
        feuille.append(ligne)
    for nom, valeur in cellules.items():
        feuille[nom] = valeur
    livre.save(tmp_path / "c.xlsx")
    return tmp_path / "c.xlsx"


@pytest.mark.parametrize("avant", [False, True])
def test_classeur(avant: bool, tmp_path: Path) -> None:
    chemin = classeur_de(
        tmp_path,
        ["Numéro", "Nom", "Né le"],
        [12, "Éloïse", date(1980, 2, 1)],
        [None, None, None],
        ["A2", "Noël", datetime(1990, 1, 1, 0, 0)],  # noqa: DTZ001
        avant=avant,
    )
    tableau = lire(chemin, SYNONYMES)
    assert (tableau.genre, tableau.separateur) == ("xlsx", "Adhérents" if avant else "Sheet")
    assert list(tableau.lignes) == [
        (2, [12.0, "Éloïse", date(1980, 2, 1)]),
        (4, ["A2", "Noël", date(1990, 1, 1)]),
    ]


def test_cellule_tres_loin_du_tableau(tmp_path: Path) -> None:
    assert "très loin" in str(refus(classeur_de(tmp_path, ["Numéro", "Nom"], XFD1048576="x")))
    assert "très loin" in str(refus(classeur_de(tmp_path, ["Numéro", "Nom"], B1048576="x")))
    assert "très loin" in str(refus(classeur_de(tmp_path, ["Numéro", "Nom"], XFD2000="x")))


@pytest.mark.parametrize("formule", ["=A1", "=1/0"])
def test_formule_sans_resultat(formule: str, tmp_path: Path) -> None:
    defaut = refus(classeur_de(tmp_path, ["Numéro", "Nom"], ["A1", formule]))
    assert "B2" in str(defaut)
    assert defaut.ligne == 2


def test_cellule_en_erreur(tmp_path: Path) -> None:
    chemin = classeur_de(tmp_path, ["Numéro", "Nom"], ["A1", "#N/A"])
    assert "B2" in str(refus(chemin))


def recrire(chemin: Path, entree: str, contenu: bytes) -> Path:
    """The same workbook with one part replaced."""
    autre = chemin.with_name("autre.xlsx")
    with zipfile.ZipFile(chemin) as avant, zipfile.ZipFile(autre, "w", zipfile.ZIP_DEFLATED) as apres:
        for nom in avant.namelist():
            apres.writestr(nom, contenu if nom == entree else avant.read(nom))
    return autre


def test_bombe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classeur, "OCTETS_GONFLES", 5_000_000)
    chemin = classeur_de(tmp_path, ["Numéro", "Nom"], ["A1", "b"])
    bombe = recrire(chemin, "xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * 6_000_000)
    assert bombe.stat().st_size < 50_000
    assert "600 Mo" in str(refus(bombe))


def test_bombe_qui_ment_sur_sa_taille(tmp_path: Path) -> None:
    chemin = recrire(
        classeur_de(tmp_path, ["Numéro", "Nom"], ["A1", "b"]), "docProps/app.xml", b" " * 6_000_000
    )
    # The size once inflated, in the local header and in the central directory.
    octets, vraie = chemin.read_bytes(), (6_000_000).to_bytes(4, "little")
    assert octets.count(vraie) == 2
    chemin.write_bytes(octets.replace(vraie, (100).to_bytes(4, "little")))
    assert "abîmé" in str(refus(chemin))


def test_classeur_abime_ou_autre_chose(tmp_path: Path) -> None:
    chemin = classeur_de(tmp_path, ["Numéro", "Nom"], ["A1", "b"])
    octets = chemin.read_bytes()
    chemin.write_bytes(octets[: len(octets) // 2])
    assert "abîmé" in str(refus(chemin))
    chemin.write_bytes(octets[:200] + bytes(100) + octets[300:])
    assert "abîmé" in str(refus(chemin))
    with zipfile.ZipFile(tmp_path / "z.xlsx", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert "n'est pas un classeur" in str(refus(tmp_path / "z.xlsx"))
    sain = classeur_de(tmp_path, ["Numéro", "Nom"], ["A1", "b"])
    assert "abîmé" in str(refus(recrire(sain, "xl/worksheets/sheet1.xml", b"<worksheet><oups")))
    assert "abîmé" in str(refus(recrire(sain, "xl/workbook.xml", b"rien")))


def test_utf8_a_un_caractere_pres(fichier: Any) -> None:
    contenu = "Numéro;Nom\nA1;Éloïse\nA2;No\n".encode().replace(b"No\n", b"No\xebl\n")
    defaut = refus(fichier(contenu))
    assert "sauf un caractère" in str(defaut)
    assert defaut.ligne == 3
    assert "sauf un caractère" in str(refus(fichier("Numéro;Nom\nA1;é".encode()[:-1])))
    # A few bytes that UTF-8 would accept do not make a file of Windows-1252 a broken one.
    windows = "Numéro;Nom\nA1;Café «CAFÉ»\nA2;Noël\n".encode("cp1252")
    assert tout(fichier(windows))[0][1] == ["A1", "Café «CAFÉ»"]

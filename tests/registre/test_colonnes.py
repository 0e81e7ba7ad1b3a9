"""Each cell: what is understood, what is refused and in which words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refondation.membres.colonnes import (
    LECTEURS,
    SYNONYMES,
    Annuaire,
    LecteurDeLignes,
    SectionConnue,
    lire_a_jour,
    lire_adhesion,
    lire_courriel,
    lire_date,
    lire_genre,
    lire_naissance,
    lire_nom,
    lire_numero,
    lire_statut,
)
from refondation.tableaux import cle_d_entete


@pytest.mark.parametrize(
    ("lecteur", "cellule", "valeur"),
    [
        (lire_numero, " a 012-b\u00a0", "A012-B"),
        (lire_numero, 12345.0, "12345"),
        (lire_nom, "  Le\u00a0 Goff\n", "Le Goff"),
        (lire_nom, "E\u0301loi\u0308se", "Éloïse"),
        (lire_nom, "d’Arc-N'Guyen", "d’Arc-N'Guyen"),
        (lire_nom, "Müller (née Ñandú)", "Müller (née Ñandú)"),
        (lire_courriel, " Louise.D@EXEMPLE.Fr ", "louise.d@exemple.fr"),
        (lire_courriel, "", ""),
        (lire_genre, "Féminin", "F"),
        (lire_genre, "Mme", "F"),
        (lire_genre, "M.", "H"),
        (lire_genre, "h", "H"),
        (lire_genre, "Non-binaire", "A"),
        (lire_genre, "AUTRE", "A"),
        (lire_genre, " ", ""),
        (lire_statut, "Adhérent(e)", "adherent"),
        (lire_statut, "SYMPATHISANTE", "sympathisant"),
        (lire_statut, "", "adherent"),
        (lire_date, "1/2/2020", date(2020, 2, 1)),
        (lire_date, "01.02.2020", date(2020, 2, 1)),
        (lire_date, "01-02-2020 00:00", date(2020, 2, 1)),
        (lire_date, "2020-02-01", date(2020, 2, 1)),
        (lire_date, "2020-02-01T00:00:00", date(2020, 2, 1)),
        (lire_date, datetime(2020, 2, 1, 0, 0), date(2020, 2, 1)),  # noqa: DTZ001
        (lire_date, date(2020, 2, 1), date(2020, 2, 1)),
        (lire_date, 43862.0, date(2020, 2, 1)),
        (lire_date, "", None),
        (lire_a_jour, 2026.0, date(2026, 12, 31)),
        (lire_a_jour, "2026", date(2026, 12, 31)),
        (lire_a_jour, "30/06/2026", date(2026, 6, 30)),
        (lire_naissance, "29/02/2000", date(2000, 2, 29)),
    ],
)
def test_valeurs_comprises(lecteur: Any, cellule: Any, valeur: Any) -> None:
    assert lecteur(cellule) == (valeur, "")


@pytest.mark.parametrize(
    ("lecteur", "cellule", "mot"),
    [
        (lire_numero, "", "à remplir"),
        (lire_numero, "A 1/2", "n'est pas un numéro"),
        (lire_numero, "É12", "n'est pas un numéro"),
        (lire_numero, "-12", "n'est pas un numéro"),
        (lire_numero, "1" * 21, "n'est pas un numéro"),
        (lire_nom, "", "à remplir"),
        (lire_nom, "x" * 81, "80 au plus"),
        (lire_nom, "=1+1", "formule"),
        (lire_nom, "@SOMME(A1)", "formule"),
        (lire_nom, "+33 6", "formule"),
        (lire_nom, "ValÃ©rie", "accents sont abîmés"),
        (lire_nom, "Ã‰lise", "accents sont abîmés"),
        (lire_nom, "Val\ufffdrie", "accents sont abîmés"),
        (lire_nom, "a\x00b", "inattendu"),
        (lire_nom, "a\ud800b", "inattendu"),
        (lire_nom, "a\u202eb", "inattendu"),
        (lire_nom, "<script>", "inattendu"),
        (lire_nom, "_", "inattendu"),
        (lire_courriel, "louise", "n'est pas une adresse"),
        (lire_courriel, "louise@exemple", "n'est pas une adresse"),
        (lire_courriel, "lou ise@exemple.fr", "n'est pas une adresse"),
        (lire_courriel, "louise..d@exemple.fr", "n'est pas une adresse"),
        (lire_courriel, "éloïse@exemple.fr", "n'est pas une adresse"),
        (lire_courriel, "a@exemple.fr;b@exemple.fr", "une seule adresse"),
        (lire_courriel, f"{'a' * 250}@exemple.fr", "n'est pas une adresse"),
        (lire_genre, "Z", "F, H, autre"),
        (lire_statut, "parti", "adhérent ou sympathisant"),
        (lire_date, "31/02/2020", "calendrier"),
        (lire_date, "2020-13-01", "calendrier"),
        (lire_date, "01/02/20", "JJ/MM/AAAA"),
        (lire_date, "hier", "JJ/MM/AAAA"),
        (lire_date, "01/02/2020 14:30", "JJ/MM/AAAA"),
        (lire_date, 12.0, "JJ/MM/AAAA"),
        (lire_naissance, "01/01/1899", "hors des dates"),
        (lire_adhesion, "", "à remplir"),
        (lire_a_jour, "01/01/2101", "hors des dates"),
    ],
)
def test_valeurs_refusees(lecteur: Any, cellule: Any, mot: str) -> None:
    valeur, defaut = lecteur(cellule)
    assert valeur is None
    assert mot in defaut
    assert defaut.isprintable()


@given(st.one_of(st.text(), st.floats(), st.booleans(), st.dates(), st.datetimes()))
def test_aucune_cellule_ne_fait_tomber_la_lecture(cellule: Any) -> None:
    """Whatever the cell, a value that the COPY of `lots` can write as it is, or a refusal."""
    for lecteur in LECTEURS.values():
        valeur, defaut = lecteur(cellule)
        assert isinstance(defaut, str)
        assert len(defaut) < 300
        if valeur is not None:
            assert not set("\t\n\r\\\0") & set(str(valeur))
            str(valeur).encode()


@pytest.mark.parametrize(
    ("entete", "champ"),
    [
        ("N° d'adhérent·e", "numero"), ("NUMERO ADHERENT(E)", "numero"), ("Matricule", "numero"),
        ("NOM", "nom"), ("Prénom(s)", None), ("prenoms", "prenom"), ("E-mail", "courriel"),
        ("Adresse électronique", "courriel"), ("Né(e) le", "naissance"), ("Civilité", "genre"),
        ("Code section", "section"), ("Fédération", "federation"), ("Adhésion le", "adhesion_le"),
        ("À jour jusqu’au", "a_jour_au"), ("Téléphone", None), ("Statut", "statut"),
    ],
)  # fmt: skip
def test_synonymes(entete: str, champ: str | None) -> None:
    assert SYNONYMES.get(cle_d_entete(entete)) == champ


# --- Sections ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def annuaire() -> Annuaire:
    def section(i: int, code: str, nom: str, suites: tuple[int, ...] = (), f: str = "31") -> SectionConnue:
        return SectionConnue(i, code, nom, f, {"31": "Haute-Garonne", "01": "Ain"}[f], suites or (i,))

    return Annuaire(
        [
            section(1, "31001", "Toulouse Centre"),
            section(2, "31002", "Colomiers"),
            section(3, "31003", "Colomiers"),
            section(4, "01053", "Bourg-en-Bresse", f="01"),
            section(5, "31005", "Fusionnée", (1,)),
            section(6, "31006", "Scindée", (1, 2)),
            section(7, "31007", "Ramonville", (1,)),
            section(8, "31008", "Ramonville"),
        ]
    )


@pytest.mark.parametrize(
    ("section", "nom", "federation", "trouvee"),
    [
        ("31001", "", "", 1),
        (" 31001 ", "", "", 1),
        (31001.0, "", "", 1),
        ("1053", "", "", 4),
        (1053.0, "", "", 4),
        ("", "toulouse centre", "31", 1),
        ("Toulouse  CENTRE", "", "haute garonne", 1),
        ("", "Bourg en Bresse", "1", 4),
        ("31005", "", "", 1),
        ("", "Ramonville", "31", 8),
    ],
)
def test_section_trouvee(annuaire: Annuaire, section: Any, nom: str, federation: str, trouvee: int) -> None:
    assert annuaire.trouver(section, nom, federation) == (trouvee, "")


@pytest.mark.parametrize(
    ("section", "nom", "federation", "mot"),
    [
        ("", "", "31", "à remplir"),
        ("99999", "", "", "aucune section n'a le code « 99999 »"),
        ("Toulouse Centre", "", "", "ajoutez la fédération"),
        ("", "Toulouse Centre", "99", "aucune fédération"),
        ("", "Nulle part", "31", "aucune section « Nulle part »"),
        ("", "Colomiers", "31", "31002, 31003"),
        ("31006", "", "", "a été scindée : donnez la nouvelle (31001, 31002)"),
    ],
)
def test_section_introuvable(annuaire: Annuaire, section: Any, nom: str, federation: str, mot: str) -> None:
    valeur, defaut = annuaire.trouver(section, nom, federation)
    assert valeur is None
    assert mot in defaut


# --- Lines ------------------------------------------------------------------------------------


def test_ligne(annuaire: Annuaire) -> None:
    champs = ["numero", None, "nom", "prenom", "section", "adhesion_le", "naissance"]
    lecteur = LecteurDeLignes(champs, annuaire, jour=date(2026, 9, 1))
    assert lecteur.manquantes() == []
    assert lecteur.presents == ["numero", "nom", "prenom", "naissance", "adhesion_le"]
    valeurs, defauts = lecteur.lire(["a1", "x", "Œuvrard", "Zoé", "31001", "01/02/2020", ""])
    assert defauts == []
    assert valeurs == {
        "numero": "A1", "nom": "Œuvrard", "prenom": "Zoé", "naissance": None, "section_id": 1,
        "adhesion_le": date(2020, 2, 1), "recherche": "zoe oeuvrard",
    }  # fmt: skip
    # A line that stops early has empty cells; one that goes on has a separator inside a value.
    assert lecteur.lire(["a1", "x", "B", "C", "31001", "01/02/2020"])[1] == []
    assert "plus de cellules" in lecteur.lire(["a1", "x", "B", "C", "31001", "01/02/2020", "", "z"])[1][0][1]
    assert lecteur.lire(["a1", "x", "B", "C", "31001", "01/02/2020", "", "", " "])[1] == []


def test_ligne_dit_tous_ses_defauts(annuaire: Annuaire) -> None:
    champs = ["numero", "nom", "prenom", "federation", "section_nom", "adhesion_le"]
    lecteur = LecteurDeLignes(champs, annuaire, jour=date(2026, 9, 1))
    _, defauts = lecteur.lire(["", "", "=x", "31", "Nulle part", "hier"])
    assert [colonne for colonne, _ in defauts] == [
        "Numéro d'adhérent·e", "Nom", "Prénom", "Date d'adhésion", "Section",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("adhesion", "naissance", "mot"),
    [
        ("02/09/2026", "", "est à venir"),
        ("01/01/2020", "02/09/2026", "est à venir"),
        ("01/01/2020", "02/01/2020", "précède la naissance"),
    ],
)
def test_dates_incoherentes(annuaire: Annuaire, adhesion: str, naissance: str, mot: str) -> None:
    champs = ["numero", "nom", "prenom", "section", "adhesion_le", "naissance"]
    lecteur = LecteurDeLignes(champs, annuaire, jour=date(2026, 9, 1))
    _, defauts = lecteur.lire(["A1", "B", "C", "31001", adhesion, naissance])
    assert mot in defauts[0][1]


def test_colonnes_manquantes(annuaire: Annuaire) -> None:
    lecteur = LecteurDeLignes(["numero", "federation"], annuaire, jour=date(2026, 9, 1))
    assert lecteur.manquantes() == [
        "Nom", "Prénom", "Date d'adhésion", "Section (ou Fédération et Nom de la section)",
    ]  # fmt: skip

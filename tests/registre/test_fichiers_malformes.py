"""Malformed national files: each error named by line and column, counted, and nothing kept."""

from __future__ import annotations

from typing import Any

import pytest

from refondation.journal.models import Ligne
from refondation.membres import depots
from refondation.membres.actes import imports
from refondation.membres.models import Import, LigneImport
from refondation.membres.regles import ActeImpossible
from tests.registre.scene import (
    ENTETE,
    comparer,
    csv_de,
    deposer,
    erreurs,
    importer,
    personne,
    registre,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sections")]


@pytest.mark.parametrize(
    ("contenu", "attendues"),
    [
        (b"", [(None, "", "vide")]),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), [(3, "", "octets nuls")]),
        (b"PK\x03\x04" + bytes(200), [(None, "", "abîmé")]),
        (csv_de([]), [(None, "", "que des en-têtes")]),
        ("Prénom;Nom\nA;B\n".encode(), [
            (1, "Numéro", "manque"), (1, "Date d'adhésion", "manque"), (1, "Section (ou", "manque"),
        ]),
        (
            csv_de([personne(1) | {"E-mail": "x"}], [*ENTETE, "E-mail"]),
            [(1, "Courriel", "Deux colonnes disent la même chose")],
        ),
        (csv_de([personne(1), personne(2, Section="99")]), [(3, "Section", "n'a le code « 99 »")]),
        (csv_de([personne(1, Courriel="louise@")]), [(2, "Courriel", "n'est pas une adresse")]),
        (csv_de([personne(1, Nom="=HYPERLINK(1)")]), [(2, "Nom", "formule")]),
        (csv_de([personne(1, **{"Date d'adhésion": "31/02/2020"})]), [(2, "Date d'adhésion", "calendrier")]),
        (
            csv_de([personne(1, Genre="Z", Statut="?", Numéro="")]),
            [(2, "Numéro", "à remplir"), (2, "Genre", "« Z »"), (2, "Statut", "« ? »")],
        ),
        (csv_de([personne(1, Nom="ValÃ©rie")]), [(2, "Nom", "accents sont abîmés")]),
        # A lone surrogate, as some programs write it in UTF-8, is not UTF-8.
        (csv_de([personne(1, Nom="Nol")]).replace(b"Nol", b"No\xed\xa0\x80l"), [(2, "", "en UTF-8, sauf")]),
        (csv_de([personne(1)]).replace(b"A1", b"A\x00"), [(2, "", "octets nuls")]),
        (csv_de([personne(1)]) + b'A2;"ouvert\n' + b"x\n" * 300_000, [(3, "", "ne se ferme pas")]),
        (csv_de([personne(1)]) + b"A2;" + b"x" * 2_000_000, [(3, "", "n'en finit plus")]),
        (csv_de([personne(1)])[:-1] + b";;x\n", [(2, "", "plus de cellules que l'en-tête")]),
        (b"\n" * 50, [(None, "", "en-tête")]),
    ],
)  # fmt: skip
def test_fichiers_malformes(contenu: bytes, attendues: list[tuple[Any, ...]]) -> None:
    importer([personne(50)])
    avant = registre()
    lot = comparer(contenu)
    assert lot.etat == "refuse"
    lues = erreurs(lot)
    assert lot.erreurs == len(lues)
    for ligne, colonne, mot in attendues:
        assert any(e[0] == ligne and e[1].startswith(colonne) and mot in e[2] for e in lues), lues
    assert LigneImport.objects.filter(lot=lot).count() == 0
    assert registre() == avant
    assert not depots.chemin(lot.cle).exists()


def test_toutes_les_erreurs_sont_comptees_les_premieres_gardees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "ERREURS_GARDEES", 10)
    lot = comparer([personne(i, Genre="Z", Section="99") for i in range(20)])
    assert (lot.etat, lot.erreurs, len(erreurs(lot))) == ("refuse", 40, 10)
    assert [e[0] for e in erreurs(lot)] == [2, 2, 3, 3, 4, 4, 5, 5, 6, 6]


def test_trop_de_lignes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "LIGNES_MAX", 3)
    assert comparer([personne(i) for i in range(1, 4)]).etat == "pret"
    lot = comparer([personne(i) for i in range(1, 6)])
    assert lot.etat == "refuse"
    assert erreurs(lot)[0][0] == 5
    assert "plus de 3 lignes" in erreurs(lot)[0][2]


def test_fichier_trop_gros_n_est_pas_garde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(depots, "TAILLE_MAX", 100)
    with pytest.raises(ActeImpossible) as refus:
        deposer(b"x" * 101)
    assert (refus.value.code, refus.value.statut) == ("trop_gros", 413)
    assert list(depots.dossier().iterdir()) == []
    assert (Import.objects.count(), Ligne.objects.count()) == (0, 0)


def test_colonnes_inconnues_dites() -> None:
    lot = comparer(csv_de([personne(1) | {"Téléphone": "0612345678"}], [*ENTETE, "Téléphone"]))
    assert (lot.etat, lot.ignorees) == ("pret", ["Téléphone"])

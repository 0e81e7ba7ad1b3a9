"""What a file would change: categories, conflicts, malformed files; the register never moves."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
import pytest

from refondation.journal.models import Ligne
from refondation.membres import actes, depots
from refondation.membres.models import Adherent, Import, LigneImport
from refondation.membres.regles import ActeImpossible, ActeInterdit
from refondation.territoire.actes import NouvelleSection, fusionner_sections, scinder_section
from refondation.territoire.models import Section
from tests.membres.monde import creer_compte
from tests.registre.scene import (
    comparer,
    comptes,
    conflits,
    csv_de,
    deposer,
    erreurs,
    importer,
    personne,
    registre,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sections")]


def test_tout_est_nouveau_dans_un_registre_vide() -> None:
    lot = comparer([personne(i) for i in range(1, 4)])
    assert (lot.etat, lot.lignes, comptes(lot)) == ("pret", 3, {"nouveaux": 3})
    assert (lot.genre, lot.encodage, lot.separateur) == ("csv", "utf-8-sig", ";")
    assert registre() == []
    ligne = LigneImport.objects.get(lot=lot, numero="A2")
    assert (ligne.ligne, ligne.nature, ligne.adherent_id, ligne.section.code) == (3, "nouveau", None, "31001")


def test_rien_ne_change_quand_le_fichier_dit_la_meme_chose() -> None:
    lignes = [personne(i) for i in range(1, 4)]
    importer(lignes)
    autrement = [
        ligne
        | {"Courriel": f"  {ligne['Courriel'].upper()} ", "Genre": "Femme", "Numéro": ligne["Numéro"].lower()}
        for ligne in lignes
    ]
    lot = comparer(autrement)
    assert comptes(lot) == {"inchanges": 3}
    assert LigneImport.objects.filter(lot=lot).count() == 0


def test_chaque_categorie() -> None:
    importer([personne(i) for i in range(1, 8)])
    lot = comparer(
        [
            personne(1),
            personne(2, **{"Courriel": "autre@exemple.fr", "À jour jusqu'au": "31/12/2027"}),
            personne(3, Section="32001"),
            personne(4, Section="31002", Statut="sympathisant", Courriel=""),
            personne(9),
            personne(10),
        ]
    )
    assert comptes(lot) == {"nouveaux": 2, "modifies": 1, "deplaces": 2, "inchanges": 1, "sortis": 3}
    assert lot.par_colonne == {
        "courriel": 2, "a_jour_au": 1, "section_id": 2, "statut": 1,
    }  # fmt: skip
    lignes = LigneImport.objects.filter(lot=lot)
    assert set(lignes.de_categorie("modifies").get().changees) == {"courriel", "a_jour_au"}
    assert set(lignes.de_categorie("deplaces").values_list("numero", flat=True)) == {"A3", "A4"}
    assert [(s.numero, s.ligne) for s in lignes.de_categorie("sortis").order_by("numero")] == [
        ("A5", None), ("A6", None), ("A7", None),
    ]  # fmt: skip
    assert Adherent.objects.presents().count() == 7


def test_un_fichier_partiel_ne_fait_sortir_personne() -> None:
    importer([personne(i) for i in range(1, 4)])
    lot = comparer([personne(2, Nom="Autre"), personne(9)], complet=False)
    assert comptes(lot) == {"nouveaux": 1, "modifies": 1}


def test_une_colonne_absente_ne_change_rien() -> None:
    importer([personne(1), personne(2, Statut="sympathisant", Genre="A")])
    entete = ["Numéro", "Nom", "Prénom", "Section", "Date d'adhésion"]
    lignes = [personne(1), personne(2, Nom="Nouveau"), personne(3)]
    avant = registre()
    lot = comparer(csv_de(lignes, entete))
    assert comptes(lot) == {"nouveaux": 1, "modifies": 1, "inchanges": 1}
    importer(csv_de(lignes, entete))
    apres = {ligne[0]: ligne for ligne in registre()}
    assert apres["A1"] == avant[0]
    # Courriel, birth date, gender, dues, status: as they were; by default for somebody new.
    assert apres["A2"][3:6] + apres["A2"][8:10] == avant[1][3:6] + avant[1][8:10]
    assert apres["A3"][3:6] + apres["A3"][8:10] == ("", None, "", None, "adherent")


def test_une_cellule_vide_vide() -> None:
    importer([personne(1)])
    importer([personne(1, **{"Courriel": "", "Date de naissance": "", "Genre": "", "À jour jusqu'au": ""})])
    adherent = Adherent.objects.get()
    assert (adherent.courriel, adherent.naissance, adherent.genre, adherent.a_jour_au) == ("", None, "", None)


def test_un_couple_partage_une_adresse() -> None:
    importer([personne(1, Courriel="foyer@exemple.fr"), personne(2, Courriel="foyer@exemple.fr")])
    assert Adherent.objects.filter(courriel="foyer@exemple.fr").count() == 2


# --- Conflicts --------------------------------------------------------------------------------


def test_conflit_meme_numero_deux_fois() -> None:
    importer([personne(1), personne(2)])
    lot = comparer(
        [personne(1), personne(2, Nom="Premier"), personne(3), personne(2, Nom="Second"), personne(3)]
    )
    assert conflits(lot) == {"doublon": ["A2", "A3", "A2", "A3"]}
    assert comptes(lot) == {"conflits": 4, "inchanges": 1}
    assert LigneImport.objects.filter(lot=lot, numero="A2").first().precision == "lignes 3, 5"
    for genre in ("doublon", *LigneImport.A_TRANCHER):
        assert actes.trancher_conflits(lot=lot, genre=genre, accepter=True, par=None) == 0
    importer([personne(1), personne(2, Nom="Premier"), personne(2, Nom="Second")])
    assert Adherent.objects.get(numero="A2").nom == personne(2)["Nom"]


def test_conflit_numero_qui_designait_quelqu_un_d_autre() -> None:
    importer([personne(1), personne(2), personne(3), personne(4)])
    lot = comparer(
        [
            personne(1, **{"Nom": "Lopez", "Prénom": "Carmen", "Date de naissance": "01/01/2000"}),
            # Married names, corrected dates, accents: the same person.
            personne(2, Nom="Nouveau-Nom", **{"Date de naissance": "01/01/2000"}),
            personne(3, **{"Date de naissance": "01/01/2000"}),
            personne(4, Nom="Lopez", Prénom="Carmen"),
        ]
    )
    assert conflits(lot) == {"identite": ["A1"]}
    assert comptes(lot) == {"conflits": 1, "modifies": 3}


def test_conflit_retour_d_une_personne_sortie() -> None:
    importer([personne(1), personne(2)])
    importer([personne(2)])
    assert Adherent.objects.get(numero="A1").sorti_le is not None
    lot = comparer([personne(1), personne(2)])
    assert conflits(lot) == {"retour": ["A1"]}
    assert "sortie le" in LigneImport.objects.get(lot=lot).precision
    # Left aside, the member stays out; accepted, comes back.
    importer([personne(1), personne(2)])
    assert Adherent.objects.presents().count() == 1
    lot = comparer([personne(1, Nom="Retour"), personne(2)])
    assert actes.trancher_conflits(lot=lot, genre="retour", accepter=True, par=None) == 1
    actes.confirmer_import(lot=lot, par=None, en_tache=False)
    actes.appliquer_import(lot=lot)
    revenu = Adherent.objects.get(numero="A1")
    assert (revenu.sorti_le, revenu.nom) == (None, "Retour")


def test_conflit_meme_personne_sous_deux_numeros() -> None:
    importer([personne(1), personne(2)])
    jumelle = {"Nom": "Dùpond", "Prénom": "Ève", "Date de naissance": "01/01/1980"}
    lot = comparer(
        [
            personne(2),
            # Renumbered: known under A1, which the file no longer has.
            personne(1) | {"Numéro": "B1"},
            personne(5, **jumelle),
            personne(6, **jumelle | {"Nom": "DUPOND"}),
            personne(7, **jumelle | {"Date de naissance": "02/01/1980"}),
            personne(8, **jumelle | {"Date de naissance": ""}),
        ]
    )
    assert conflits(lot) == {"homonyme": ["B1", "A5", "A6"]}
    precisions = dict(LigneImport.objects.filter(lot=lot).en_conflit().values_list("numero", "precision"))
    assert precisions == {"B1": "n° A1", "A5": "n° A6", "A6": "n° A5"}
    assert comptes(lot) == {"conflits": 3, "nouveaux": 2, "inchanges": 1, "sortis": 1}


def test_trancher_ligne_par_ligne() -> None:
    importer([personne(1), personne(2), personne(3)])
    importer([personne(3)])
    lot = comparer([personne(i) for i in (1, 2, 3)])
    un, deux = LigneImport.objects.filter(lot=lot).order_by("numero")
    assert actes.trancher_conflits(lot=lot, lignes=[un.pk, deux.pk], accepter=True, par=None) == 2
    assert actes.trancher_conflits(lot=lot, lignes=[un.pk], accepter=False, par=None) == 1
    assert actes.trancher_conflits(lot=lot, lignes=[un.pk], accepter=False, par=None) == 0
    assert [ligne.details for ligne in Ligne.objects.filter(acte="membres.trancher_conflits")] == [
        {"genre": "", "ecartes": 1},
        {"genre": "", "acceptes": 2},
    ]
    actes.confirmer_import(lot=lot, par=None, en_tache=False)
    actes.appliquer_import(lot=lot)
    assert set(Adherent.objects.presents().values_list("numero", flat=True)) == {"A2", "A3"}
    with pytest.raises(ActeImpossible, match="avant la confirmation"):
        actes.trancher_conflits(lot=lot, lignes=[un.pk], accepter=True, par=None)


# --- XLSX and sections ------------------------------------------------------------------------


def classeur(entete: list[str], *lignes: list[Any]) -> bytes:
    livre = openpyxl.Workbook()
    livre.active.append(entete)
    for ligne in lignes:
        livre.active.append(ligne)
    tampon = io.BytesIO()
    livre.save(tampon)
    return tampon.getvalue()


def test_classeur_avec_nombres_et_dates() -> None:
    lot = importer(
        classeur(
            [
                "Matricule",
                "Nom",
                "Prénom",
                "Fédération",
                "Nom de la section",
                "Adhésion",
                "Cotisation",
                "Né(e) le",
            ],
            [1234, "Curie", "Irène", 31, "Colomiers", date(2015, 3, 1), 2026, date(1950, 9, 12)],
            [1235, "Noether", "Emmy", "Ain", "Bourg en Bresse", 42064, "31/12/2025", None],
        )
    )
    assert lot.genre == "xlsx"
    assert [(a[0], a[4], a[6], a[7], a[8]) for a in registre()] == [
        ("1234", date(1950, 9, 12), "31002", date(2015, 3, 1), date(2026, 12, 31)),
        ("1235", None, "01053", date(2015, 3, 1), date(2025, 12, 31)),
    ]


def test_sections_fusionnees_et_scindees(sections: dict[str, Section]) -> None:
    admin = creer_compte("administrateur", section=sections["01053"], numero="ADMIN")
    fusionner_sections(
        anciennes=[sections["31001"]], vers=sections["31002"], date_effet=date(2026, 1, 1), par=admin
    )
    scinder_section(
        section=sections["32001"],
        parts=[NouvelleSection("32N", "Auch nord"), NouvelleSection("32S", "Auch sud")],
        reste="32N",
        date_effet=date(2026, 1, 1),
        par=admin,
    )
    lot = comparer([personne(1), personne(2, Section="32S")], complet=False)
    assert dict(LigneImport.objects.filter(lot=lot).values_list("numero", "section__code")) == {
        "A1": "31002", "A2": "32S",
    }  # fmt: skip
    assert "32N, 32S" in erreurs(comparer([personne(3, Section="32001")]))[0][2]


# --- Rights, states, traces -------------------------------------------------------------------


@pytest.mark.parametrize(
    "role", ["secretaire_section", "secretaire_federal", "direction", "recolement", None]
)
def test_reserve_a_l_administration(role: str | None, sections: dict[str, Section]) -> None:
    autre = creer_compte(role, section=sections["31001"])
    with pytest.raises(ActeInterdit):
        deposer(csv_de([personne(1)]), par=autre)
    lot = comparer([personne(1)])
    for acte, champs in (
        (actes.trancher_conflits, {"genre": "retour", "accepter": True}),
        (actes.confirmer_import, {}),
        (actes.abandonner_import, {}),
        (actes.annuler_import, {}),
    ):
        with pytest.raises(ActeInterdit):
            acte(lot=lot, par=autre, **champs)
    assert list(Import.objects.visibles_par(autre)) == []
    assert Import.objects.get().etat == "pret"


def test_le_journal_ne_dit_que_des_nombres_et_l_empreinte() -> None:
    lot = importer([personne(1)])
    texte = str(list(Ligne.objects.values("acte", "objet", "details")))
    assert lot.empreinte in texte
    for donnee in personne(1).values():
        assert donnee not in texte or donnee in {"F", "A1"}
    assert Ligne.objects.first().details == {
        "empreinte": lot.empreinte, "lignes": 1, "entres": 1, "modifies": 0, "deplaces": 0, "sortis": 0,
    }  # fmt: skip


def test_le_fichier_ne_reste_que_le_temps_qu_il_faut() -> None:
    lot = deposer(csv_de([personne(1)]))
    chemin = depots.chemin(lot.cle)
    assert (chemin.stat().st_mode & 0o777, chemin.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    lot = actes.comparer_import(lot=lot)
    assert chemin.exists()
    actes.confirmer_import(lot=lot, par=None, en_tache=False)
    actes.appliquer_import(lot=lot)
    assert not chemin.exists()


def test_fichier_disparu() -> None:
    lot = deposer(csv_de([personne(1)]))
    depots.retirer(lot.cle)
    assert "Déposez-le de nouveau" in erreurs(actes.comparer_import(lot=lot))[0][2]


def test_abandonner() -> None:
    lot = comparer([personne(1)])
    chemin = depots.chemin(lot.cle)
    assert actes.abandonner_import(lot=lot, par=None).etat == "abandonne"
    assert LigneImport.objects.count() == 0
    assert not chemin.exists()
    with pytest.raises(ActeImpossible, match="ne s'abandonne plus"):
        actes.abandonner_import(lot=lot, par=None)
    # Nothing starts again.
    assert actes.comparer_import(lot=lot).etat == "abandonne"
    assert actes.appliquer_import(lot=lot).etat == "abandonne"

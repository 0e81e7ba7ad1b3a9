"""Undo an import as a batch, as long as nothing depends on it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from consultation import actes as scrutins
from refondation.journal.models import Ligne
from refondation.membres import actes
from refondation.membres.models import Adherent, Changement, Compte
from refondation.territoire.actes import fusionner_sections
from tests.registre.scene import (
    appliquer,
    comparer,
    importer,
    personne,
    refus,
    registre,
)

pytestmark = [pytest.mark.django_db]


def test_annuler_rend_le_registre_d_avant(admin: Compte) -> None:
    importer([personne(i) for i in range(1, 6)])
    importer([personne(i) for i in range(1, 5)])
    avant = registre()
    lot = comparer(
        [
            personne(1, Nom="Autre", **{"Courriel": "", "Date de naissance": "", "Genre": "A"}),
            personne(2, Section="32001", Statut="sympathisant"),
            personne(3),
            personne(5),
            personne(9),
        ]
    )
    actes.trancher_conflits(lot=lot, genre="retour", accepter=True, par=None)
    lot = appliquer(lot)
    assert registre() != avant
    assert actes.empechements(lot) == []
    lot = actes.annuler_import(lot=lot, par=admin)
    assert lot.etat == "annule"
    assert registre() == avant
    assert Changement.objects.filter(lot=lot).count() == 0
    assert Ligne.objects.first().details == {"empreinte": lot.empreinte, "retires": 1, "retablis": 4}
    assert refus(actes.annuler_import, lot=lot, par=admin).code == "etat"


def test_annuler_seulement_le_dernier(admin: Compte) -> None:
    premier, second = importer([personne(1)]), importer([personne(1), personne(2)])
    echec = refus(actes.annuler_import, lot=premier, par=admin)
    assert echec.code == "depend"
    assert "import(s) appliqué(s) depuis" in str(echec)
    actes.annuler_import(lot=second, par=admin)
    actes.annuler_import(lot=premier, par=admin)
    assert Adherent.objects.count() == 0


def test_un_compte_ouvert_empeche_d_annuler(admin: Compte) -> None:
    lot = importer([personne(1), personne(2)])
    actes.ouvrir_compte(adherent=Adherent.objects.get(numero="A1"))
    assert actes.empechements(lot) == ["1 membres entrés par lui ont depuis un lien avec : compte."]
    refus(actes.annuler_import, lot=lot, par=admin)
    assert Adherent.objects.count() == 2


def test_un_compte_d_avant_n_empeche_rien(admin: Compte) -> None:
    importer([personne(1)])
    actes.ouvrir_compte(adherent=Adherent.objects.get(numero="A1"))
    lot = importer([personne(1, Courriel="autre@exemple.fr")])
    actes.annuler_import(lot=lot, par=admin)
    assert Adherent.objects.get(numero="A1").courriel == "membre1@exemple.fr"


def test_un_deplacement_depuis_empeche_d_annuler(admin: Compte, sections) -> None:
    importer([personne(1)])
    lot = importer([personne(1, Section="31002"), personne(2)])
    fusionner_sections(
        anciennes=[sections["31001"], sections["31002"]], vers=sections["31001"], date_effet=date(2026, 1, 1),
        par=admin,
    )  # fmt: skip
    assert actes.empechements(lot) == ["1 de ses membres ont changé depuis (fusion de sections)."]


@pytest.mark.parametrize("qui", ["entré", "modifié", "sorti"])
def test_une_liste_figee_empeche_d_annuler(qui: str, admin: Compte) -> None:
    importer([personne(i) for i in range(1, 30)])
    lignes = {
        "entré": [personne(i) for i in range(1, 31)],
        "modifié": [personne(1, **{"À jour jusqu'au": "31/12/2030"}), *(personne(i) for i in range(2, 30))],
        "sorti": [personne(i) for i in range(1, 29)],
    }[qui]
    lot = importer(lignes)
    assert actes.empechements(lot) == []
    _annoncer_un_scrutin(admin)
    assert [
        r.startswith("1 de ses membres sont sur la liste, figée depuis") for r in actes.empechements(lot)
    ] == [True]
    assert refus(actes.annuler_import, lot=lot, par=admin).code == "depend"


def test_une_liste_figee_avant_n_empeche_rien_sauf_pour_qui_est_entre(admin: Compte) -> None:
    importer([personne(i) for i in range(1, 30)])
    _annoncer_un_scrutin(admin)
    lot = importer([personne(1, Courriel="x@exemple.fr"), *(personne(i) for i in range(2, 30))])
    assert actes.empechements(lot) == []


def _annoncer_un_scrutin(admin: Compte) -> None:
    from consultation.belenios.gardiens import nouvelle_cle
    from consultation.belenios.groupes import groupe
    from consultation.models import Gardien

    maintenant = timezone.now()
    scrutin = scrutins.creer_scrutin(
        par=admin,
        slug="essai",
        nom="Essai",
        ouvre_le=maintenant + timedelta(days=10),
        ferme_le=maintenant + timedelta(days=20),
        reference_le=maintenant.date(),
        maillage="national",
    )
    scrutins.rediger_document(scrutin=scrutin, titre="Cadre", texte="# Cadre\n\nTexte.", par=admin)
    scrutins.ecrire_question(scrutin=scrutin, par=admin, intitule="Oui ?", options=["Oui", "Non"])
    scrutins.designer_gardiens(scrutin=scrutin, comptes=[admin], par=admin)
    gardien = Gardien.objects.get(scrutin=scrutin)
    scrutins.deposer_cle(gardien=gardien, cle=nouvelle_cle(groupe("BELENIOS-2048"))[1], par=admin)
    scrutins.annoncer_scrutin(scrutin=scrutin, par=admin)

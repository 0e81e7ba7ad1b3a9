"""Two acts on the register at once, on real connections: one of them waits, then is right."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import connection

from refondation.journal.models import Ligne
from refondation.membres import actes
from refondation.membres.models import Adherent, Compte, VersionDuRegistre
from refondation.membres.regles import ActeImpossible
from tests.registre.scene import (
    comparer,
    comptes,
    csv_de,
    deposer,
    importer,
    personne,
    refus,
    territoire,
)

pytestmark = [pytest.mark.django_db(transaction=True)]


def ensemble(*gestes) -> list[str]:
    """Run these at the same time, each on a connection of its own; what became of each, sorted."""
    issues: list[str] = []
    depart = threading.Barrier(len(gestes))

    def jouer(geste) -> None:
        depart.wait()
        try:
            issues.append(str(geste()))
        except ActeImpossible as refuse:
            issues.append(refuse.code)
        finally:
            connection.close()

    fils = [threading.Thread(target=jouer, args=(geste,)) for geste in gestes]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    return sorted(issues)


def test_deux_confirmations_et_deux_applications_en_meme_temps() -> None:
    territoire()
    lot = comparer([personne(i) for i in range(1, 200)])
    confirmer = lambda: actes.confirmer_import(lot=lot, par=None, en_tache=False).etat  # noqa: E731
    assert ensemble(confirmer, confirmer) == ["confirme", "etat"]
    appliquer_ = lambda: actes.appliquer_import(lot=lot, en_tache=False).etat  # noqa: E731
    issues = ensemble(appliquer_, appliquer_, appliquer_)
    assert "applique" in issues
    assert set(issues) <= {"applique", "confirme"}
    assert Adherent.objects.count() == 199
    assert Ligne.objects.filter(acte="membres.appliquer_import").count() == 1


def test_deux_imports_appliques_en_meme_temps() -> None:
    territoire()
    importer([personne(1)])
    un, deux = comparer([personne(1), personne(2)]), comparer([personne(1), personne(3)])
    for lot in (un, deux):
        actes.confirmer_import(lot=lot, par=None, en_tache=False)
    issues = ensemble(
        *(lambda lot=lot: actes.appliquer_import(lot=lot, en_tache=False).etat for lot in (un, deux))
    )
    assert issues == ["applique", "depose"]
    assert Adherent.objects.presents().count() == 2


def test_annuler_et_ouvrir_un_compte_en_meme_temps() -> None:
    """A first log-in while the import that brought the member is undone: one of the two wins."""
    territoire()
    admin = Compte.objects.create(email="nationale@exemple.fr")
    admin.mandats.create(role="administrateur", debut=date(2020, 1, 1))
    lot = importer([personne(i) for i in range(1, 60)])
    membre = Adherent.objects.get(numero="A7")

    def ouvrir() -> str:
        try:
            actes.ouvrir_compte(adherent=membre)
        except Adherent.DoesNotExist:
            return "parti"
        return "ouvert"

    issues = ensemble(ouvrir, lambda: actes.annuler_import(lot=lot, par=admin).etat)
    assert issues in (["annule", "parti"], ["depend", "ouvert"])
    assert Compte.objects.filter(adherent__isnull=False).count() == (issues == ["depend", "ouvert"])


def test_comparer_pendant_que_le_registre_change() -> None:
    """Whatever the interleaving, what is applied is what was compared."""
    territoire()
    importer([personne(i) for i in range(1, 50)])
    lot = deposer(csv_de([personne(i) for i in range(1, 50)]))
    ensemble(
        lambda: actes.comparer_import(lot=lot).etat,
        lambda: Adherent.objects.filter(numero="A9").update(nom="Change"),
    )
    lot.refresh_from_db()
    if lot.version == VersionDuRegistre.objects.get().version:
        assert comptes(lot) == {"inchanges": 48, "modifies": 1}
    else:
        assert refus(actes.confirmer_import, lot=lot, par=None, en_tache=False).code == "registre_change"

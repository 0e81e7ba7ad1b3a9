"""Confirm, apply, purge: all or nothing, once, on the register that was compared; the command."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from refondation.journal.models import Ligne
from refondation.membres import actes, depots, tasks
from refondation.membres.actes import application, lots
from refondation.membres.models import Adherent, Changement, Compte, Import, LigneImport
from refondation.territoire.actes import fusionner_sections
from refondation.territoire.models import Section
from tests.membres.monde import creer_compte, creer_section
from tests.registre.scene import (
    appliquer,
    comparer,
    comptes,
    csv_de,
    deposer,
    importer,
    personne,
    refus,
    registre,
    territoire,
)

pytestmark = [pytest.mark.django_db]


# --- Apply ------------------------------------------------------------------------------------


def test_appliquer_fait_ce_que_la_comparaison_disait(sections) -> None:
    importer([personne(i) for i in range(1, 5)])
    lignes = [personne(1), personne(2, Courriel="b@exemple.fr"), personne(3, Section="32001"), personne(9)]
    lot = appliquer(comparer(lignes))
    assert lot.etat == "applique"
    assert comptes(lot) == {"nouveaux": 1, "modifies": 1, "deplaces": 1, "inchanges": 1, "sortis": 1}
    apres = {ligne[0]: ligne for ligne in registre()}
    assert apres["A2"][3] == "b@exemple.fr"
    assert apres["A3"][6] == "32001"
    assert apres["A4"][10] == timezone.localdate()
    assert Adherent.objects.get(numero="A9").inscrit_par == lot
    avant = dict(Changement.objects.filter(lot=lot).values_list("adherent__numero", "avant"))
    assert avant == {
        "A2": {"courriel": "membre2@exemple.fr"},
        "A3": {"section_id": sections["31001"].pk},
        "A4": {"sorti_le": None},
    }
    # And the same file again changes nothing.
    assert comptes(comparer(lignes)) == {"inchanges": 4}


def test_recherche_sans_accents_suit_le_nom(sections) -> None:
    importer([personne(1, Nom="Œuvrard", Prénom="Zoé-Élise")])
    assert [a.numero for a in Adherent.objects.chercher("zoe oeuvr")] == ["A1"]
    importer([personne(1, Nom="Müller", Prénom="Zoé-Élise")])
    assert [a.numero for a in Adherent.objects.chercher("ELISE muller")] == ["A1"]
    assert list(Adherent.objects.chercher("oeuvrard")) == []


def test_la_sortie_ne_precede_jamais_l_adhesion(sections) -> None:
    importer([personne(1), personne(2)])
    Adherent.objects.filter(numero="A1").update(adhesion_le=date(2099, 1, 1))
    importer([personne(2)])
    assert Adherent.objects.get(numero="A1").sorti_le == date(2099, 1, 1)


def test_confirmer_deux_fois(admin: Compte) -> None:
    lot = comparer([personne(1)])
    actes.confirmer_import(lot=lot, par=admin, en_tache=False)
    assert refus(actes.confirmer_import, lot=lot, par=admin, en_tache=False).code == "etat"
    assert actes.appliquer_import(lot=lot).etat == "applique"
    assert actes.appliquer_import(lot=lot).etat == "applique"
    assert Ligne.objects.filter(acte="membres.appliquer_import").count() == 1
    assert Ligne.objects.first().acteur == admin


def test_la_tache_fait_la_suite(admin: Compte, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        lot = actes.deposer_import(morceaux=[csv_de([personne(1)])], nom="f.csv", par=admin)
    lot.refresh_from_db()
    assert lot.etat == "pret"
    with django_capture_on_commit_callbacks(execute=True):
        actes.confirmer_import(lot=lot, par=admin)
    lot.refresh_from_db()
    assert (lot.etat, Adherent.objects.count()) == ("applique", 1)


def test_beaucoup_de_sorties_se_confirment_par_leur_nombre(sections, monkeypatch) -> None:
    monkeypatch.setattr(application, "SORTIES_SANS_CONFIRMATION", 2)
    importer([personne(i) for i in range(1, 7)])
    assert actes.sorties_a_confirmer(comparer([personne(i) for i in range(3, 7)])) is False
    lot = comparer([personne(i) for i in range(4, 7)])
    assert actes.sorties_a_confirmer(lot) is True
    for sorties in (None, 0, 2, 4):
        echec = refus(actes.confirmer_import, lot=lot, sorties=sorties, par=None, en_tache=False)
        assert (echec.code, echec.statut) == ("sorties_a_confirmer", 422)
        assert "3 membres" in str(echec)
    assert appliquer(lot, sorties=3).etat == "applique"
    assert Adherent.objects.presents().count() == 3


def test_peu_de_sorties_dans_un_grand_registre_ne_se_saisissent_pas(sections, monkeypatch) -> None:
    monkeypatch.setattr(application, "SORTIES_SANS_CONFIRMATION", 0)
    importer([personne(i) for i in range(1, 201)])
    assert actes.sorties_a_confirmer(comparer([personne(i) for i in range(3, 201)])) is False
    assert actes.sorties_a_confirmer(comparer([personne(i) for i in range(4, 201)])) is True


@pytest.mark.parametrize("moment", ["avant la confirmation", "entre la confirmation et l'application"])
def test_un_registre_qui_a_change_est_compare_de_nouveau(moment: str, sections) -> None:
    importer([personne(1), personne(2)])
    lignes = [personne(1, Courriel="un@exemple.fr"), personne(2), personne(3)]
    lot, autre = comparer(lignes), comparer(lignes)
    if moment == "avant la confirmation":
        appliquer(autre)
        assert refus(actes.confirmer_import, lot=lot, par=None, en_tache=False).code == "registre_change"
    else:
        actes.confirmer_import(lot=lot, par=None, en_tache=False)
        appliquer(autre)
        avant = registre()
        assert actes.appliquer_import(lot=lot, en_tache=False).etat == "depose"
        assert registre() == avant
    lot.refresh_from_db()
    assert (lot.etat, lot.confirme_par) == ("depose", None)
    assert "a changé depuis la comparaison" in lot.remarque
    lot = actes.comparer_import(lot=lot)
    assert (lot.etat, comptes(lot)) == ("pret", {"inchanges": 3})
    assert appliquer(lot).remarque == ""


def test_une_section_qui_change_perime_la_comparaison(admin: Compte, sections) -> None:
    lot = comparer([personne(1)])
    fusionner_sections(
        anciennes=[sections["31001"]], vers=sections["31002"], date_effet=date(2026, 1, 1), par=admin
    )
    assert refus(actes.confirmer_import, lot=lot, par=None, en_tache=False).code == "registre_change"
    appliquer(actes.comparer_import(lot=lot))
    assert Adherent.objects.get(numero="A1").section.code == "31002"


@pytest.mark.parametrize("etape", ["INSCRIRE", "GARDER_LES_VALEURS", "MODIFIER", "SORTIR"])
def test_une_panne_a_chaque_etape_n_ecrit_rien(etape: str, sections, monkeypatch) -> None:
    importer([personne(i) for i in range(1, 4)])
    lot = comparer([personne(1, Nom="Autre"), personne(2, Section="32001"), personne(9)])
    actes.confirmer_import(lot=lot, par=None, en_tache=False)
    avant, changements = registre(), Changement.objects.count()
    monkeypatch.setattr(lots, etape, getattr(lots, etape) + "; SELECT 1/0")
    with pytest.raises(Exception, match="division by zero"), transaction.atomic():
        tasks.appliquer_import(lot.pk)
    assert (registre(), Changement.objects.count()) == (avant, changements)
    monkeypatch.undo()


@pytest.mark.django_db(transaction=True)
def test_une_panne_rend_l_import_a_confirmer(monkeypatch) -> None:
    territoire()
    lot = comparer([personne(1)])
    actes.confirmer_import(lot=lot, par=None, en_tache=False)
    with monkeypatch.context() as panne:
        panne.setattr(lots, "SORTIR", "SELECT 1/0")
        with pytest.raises(Exception, match="division by zero"):
            tasks.appliquer_import(lot.pk)
    lot.refresh_from_db()
    assert (lot.etat, Adherent.objects.count()) == ("pret", 0)
    assert "rien n'a été écrit" in lot.remarque
    assert appliquer(lot).etat == "applique"


def test_les_transitions_sont_celles_de_la_table(sections) -> None:
    permises = {(de, vers) for departs, vers in Import.TRANSITIONS.values() for de in departs}
    with connection.cursor() as curseur:
        # Only the order of the states is looked at here.
        for nom in ("applique_date", "annule_date", "pret_sans_erreur", "refuse_avec_erreurs"):
            curseur.execute(f"ALTER TABLE membres_import DROP CONSTRAINT import_{nom}")
        for de in Import.Etat.values:
            for vers in Import.Etat.values:
                lot = deposer(b"x")
                curseur.execute("SET session_replication_role = replica")
                curseur.execute("UPDATE membres_import SET etat = %s WHERE id = %s", [de, lot.pk])
                curseur.execute("SET session_replication_role = origin")
                try:
                    with transaction.atomic():
                        Import.objects.filter(pk=lot.pk).update(etat=vers)
                    refusee = ""
                except IntegrityError as erreur:
                    refusee = erreur.__cause__.diag.constraint_name
                permise = de == vers or (de, vers) in permises
                assert refusee == ("" if permise else "import_transition"), (de, vers)


def test_contraintes_d_un_import(sections) -> None:
    lot = comparer([personne(1)])
    pour = Import.objects.filter(pk=lot.pk)
    maintenant = timezone.now()
    for nom, valeurs in {
        "import_etat_connu": {"etat": "oublie"},
        "import_applique_date": {"applique_le": maintenant},
        "import_annule_date": {"annule_le": maintenant},
        "import_pret_sans_erreur": {"erreurs": 1},
        "import_fige": {"empreinte": "0" * 64},
    }.items():
        with pytest.raises(IntegrityError) as exc, transaction.atomic():
            pour.update(**valeurs)
        assert exc.value.__cause__.diag.constraint_name in {nom, "import_transition"}, nom
    actes.confirmer_import(lot=lot, par=None, en_tache=False)
    with pytest.raises(IntegrityError, match="import_applique_date"), transaction.atomic():
        pour.update(etat="applique")


def test_la_base_garde_le_lien_des_membres_a_leur_section(sections) -> None:
    importer([personne(1)])
    for geste in (
        lambda: Adherent.objects.update(section_id=999_999),
        lambda: Section.objects.filter(code="31001")._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError) as exc, transaction.atomic():
            geste()
        assert exc.value.__cause__.diag.constraint_name == "adherent_dans_une_section"


# --- Purge ------------------------------------------------------------------------------------


def test_purger(sections) -> None:
    jadis = datetime(2026, 1, 1, tzinfo=UTC)
    importer([personne(1)])
    applique = importer([personne(1, Nom="Autre")])
    oublie = actes.comparer_import(lot=deposer(csv_de([personne(2)]), instant=jadis))
    refuse = actes.comparer_import(lot=deposer(b"", instant=jadis))
    assert depots.chemin(oublie.cle).exists()
    # Today's lines are kept; the forgotten imports are given up, with their files, lines and errors.
    assert actes.purger_imports() == {"abandonnes": 2, "lignes": 0, "erreurs": 0, "fichiers": 0}
    assert not depots.chemin(oublie.cle).exists()
    assert {lot.etat for lot in Import.objects.filter(pk__in=(oublie.pk, refuse.pk))} == {"abandonne"}
    assert LigneImport.objects.filter(lot=applique).count() == 1
    plus_tard = timezone.now() + timedelta(days=8)
    assert actes.purger_imports(instant=plus_tard)["lignes"] == 2
    assert LigneImport.objects.count() == 0
    # What undoes an import is not purged with it.
    assert Changement.objects.filter(lot=applique).count() == 1
    assert actes.purger_imports(instant=plus_tard) == dict.fromkeys(
        ("abandonnes", "lignes", "erreurs", "fichiers"), 0
    )


def test_purger_les_fichiers_orphelins(sections) -> None:
    import os

    vivant = deposer(csv_de([personne(1)]))
    vieux, recent = depots.dossier() / "orphelin", depots.dossier() / "en-cours"
    vieux.write_text("x")
    recent.write_text("x")
    os.utime(vieux, (0, 0))
    os.utime(depots.chemin(vivant.cle), (0, 0))
    assert actes.purger_imports()["fichiers"] == 1
    assert {f.name for f in depots.dossier().iterdir()} == {str(vivant.cle), "en-cours"}


# --- Command ----------------------------------------------------------------------------------


@pytest.fixture
def fichier(tmp_path, sections):
    def ecrire(lignes) -> str:
        chemin = tmp_path / "national.csv"
        chemin.write_bytes(lignes if isinstance(lignes, bytes) else csv_de(lignes))
        return str(chemin)

    return ecrire


def test_commande(fichier, capsys: pytest.CaptureFixture) -> None:
    call_command("importer_adherents", fichier([personne(1), personne(2)]), "--simulation")
    assert "2 nouveaux membres" in (sortie := capsys.readouterr().out)
    assert "rien n'est écrit" in sortie
    assert (Adherent.objects.count(), Import.objects.get().etat) == (0, "abandonne")
    assert list(depots.dossier().iterdir()) == []
    call_command("importer_adherents", fichier([personne(1), personne(2)]))
    assert "L'import est appliqué." in capsys.readouterr().out
    call_command("importer_adherents", fichier([personne(3)]), "--partiel")
    assert Adherent.objects.presents().count() == 3
    call_command("importer_adherents", fichier([personne(1)]))
    call_command("importer_adherents", fichier([personne(1), personne(2)]), "--accepter", "retour")
    assert set(Adherent.objects.presents().values_list("numero", flat=True)) == {"A1", "A2"}


def test_commande_refuse(fichier, capsys: pytest.CaptureFixture, monkeypatch) -> None:
    with pytest.raises(CommandError, match=r"2 erreur\(s\)"):
        call_command("importer_adherents", fichier([personne(1, Section="99"), personne(2, Genre="Z")]))
    assert "ligne 2, colonne « Section » : aucune section" in capsys.readouterr().err
    with pytest.raises(CommandError, match="ne s'ouvre pas"):
        call_command("importer_adherents", "nulle-part.csv")
    call_command("importer_adherents", fichier([personne(i) for i in range(1, 5)]))
    monkeypatch.setattr(application, "SORTIES_SANS_CONFIRMATION", 2)
    with pytest.raises(CommandError, match="fait sortir 3 membres"):
        call_command("importer_adherents", fichier([personne(1)]))
    call_command("importer_adherents", fichier([personne(1)]), "--sorties", "3")
    assert Adherent.objects.presents().count() == 1
    assert not Import.objects.ouverts().exists()


def test_le_secretaire_d_une_section_n_importe_pas(sections) -> None:
    secretaire = creer_compte("secretaire_section", section=creer_section("31001"))
    assert refus(deposer, contenu=b"x", par=secretaire).code == "interdit"

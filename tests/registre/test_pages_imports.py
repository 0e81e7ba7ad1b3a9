"""The pages of imports: from the deposit to the undoing, progress, errors, differences, conflicts."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse

from refondation.journal.models import Ligne
from refondation.membres import actes
from refondation.membres.models import Adherent, Import, LigneImport
from tests.membres.monde import creer_adherent
from tests.registre.scene import comparer, csv_de, importer, personne

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sans_second_facteur")]


def fichier(contenu: bytes, nom: str = "national.csv") -> io.BytesIO:
    tampon = io.BytesIO(contenu)
    tampon.name = nom
    return tampon


def test_du_depot_a_l_annulation(entrer, sections, django_capture_on_commit_callbacks) -> None:
    importer([personne(1), personne(2), personne(3)])
    client = entrer("administrateur")
    contenu = csv_de([personne(1, Nom="Change"), personne(2, Section="32001"), personne(9)])
    with django_capture_on_commit_callbacks(execute=True):
        reponse = client.post(reverse("registre:deposer"), {"fichier": fichier(contenu), "complet": "1"})
    lot = Import.objects.first()
    assert reponse["Location"] == lot.get_absolute_url()
    page = client.get(lot.get_absolute_url()).content.decode()
    assert "Relire et confirmer" in page
    assert "Nom : 1 membre" in " ".join(page.split())
    lignes = client.get(reverse("registre:lignes", args=[lot.cle, "modifies"])).content.decode()
    assert personne(1)["Nom"] in lignes
    assert "Change" in lignes
    confirmer = reverse("registre:confirmer", args=[lot.cle])
    assert "Appliquer au registre" in client.get(confirmer).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(confirmer).status_code == 302
    lot.refresh_from_db()
    assert lot.etat == "applique"
    # What changed can still be read, with the values of before.
    lignes = client.get(reverse("registre:lignes", args=[lot.cle, "modifies"])).content.decode()
    assert personne(1)["Nom"] in lignes
    assert "Annuler l" in client.get(lot.get_absolute_url()).content.decode()
    assert client.post(reverse("registre:annuler", args=[lot.cle])).status_code == 302
    assert "a été annulé" in client.get(lot.get_absolute_url()).content.decode()
    assert set(Adherent.objects.presents().values_list("numero", flat=True)) == {"A1", "A2", "A3"}


def test_depot_sans_fichier_ou_sans_choix(entrer) -> None:
    client = entrer("administrateur")
    reponse = client.post(reverse("registre:deposer"), {"complet": "0"})
    assert reponse.status_code == 422
    page = reponse.content.decode()
    assert 'value="0"' in page
    assert "checked" in page
    reponse = client.post(reverse("registre:deposer"), {"fichier": fichier(b"x")})
    assert "Dites si le fichier contient tous les membres" in reponse.content.decode()
    assert Import.objects.count() == 0


def test_fichier_vide_refuse_en_mots(entrer, django_capture_on_commit_callbacks) -> None:
    client = entrer("administrateur")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("registre:deposer"), {"fichier": fichier(b""), "complet": "1"})
    page = client.get(Import.objects.get().get_absolute_url()).content.decode()
    assert "Le fichier est vide (0 octet)" in page
    assert "Déposer le fichier corrigé" in page


def test_progression(entrer, sections) -> None:
    from refondation.membres import progres
    from tests.registre.scene import deposer

    lot = deposer(csv_de([personne(1)]))
    client = entrer("administrateur")
    page = client.get(lot.get_absolute_url()).content.decode()
    assert "En attente d'un travailleur" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    progres.dire(lot, "lecture", 45_000)
    morceau = client.get(reverse("registre:progression", args=[lot.cle]))
    assert "lignes lues" in morceau.content.decode()
    assert "<html" not in morceau.content.decode()
    actes.comparer_import(lot=lot)
    fini = client.get(reverse("registre:progression", args=[lot.cle]))
    assert (fini.content, fini["HX-Refresh"]) == (b"", "true")
    assert "http-equiv" not in client.get(lot.get_absolute_url()).content.decode()


def test_erreurs_montrees_et_telechargees(entrer, sections) -> None:
    lot = comparer([personne(1, Genre="Z"), personne(2, Nom="=1+1")])
    client = entrer("administrateur")
    page = client.get(lot.get_absolute_url()).content.decode()
    assert "2 erreurs dans le fichier" in page
    assert "« Z » n&#x27;est pas compris" in page
    reponse = client.post(reverse("registre:telecharger_erreurs", args=[lot.cle]))
    lignes = b"".join(reponse.streaming_content).decode("utf-8-sig").splitlines()
    assert lignes[0] == "Ligne;Colonne;Ce qui ne va pas"
    assert lignes[1].startswith("2;Genre;« Z »")
    assert len(lignes) == 3


def test_differences_telechargees(entrer, sections) -> None:
    importer([personne(1), personne(2), personne(3)])
    lot = comparer([personne(1, Courriel=""), personne(2, Section="32001"), personne(9)])
    client = entrer("administrateur")

    def lignes(categorie: str) -> list[str]:
        reponse = client.post(reverse("registre:telecharger", args=[lot.cle, categorie]))
        return b"".join(reponse.streaming_content).decode("utf-8-sig").splitlines()[1:]

    assert "Courriel : membre1@exemple.fr → (vide)" in lignes("modifies")[0]
    assert "Section : Toulouse (31001) → Auch (32001)" in lignes("deplaces")[0]
    assert lignes("nouveaux")[0].startswith("4;A9;")
    assert lignes("sortis")[0].startswith(";A3;")
    assert lignes("conflits") == []
    assert Ligne.objects.first().details == {"categorie": "conflits", "lignes": 0}
    assert client.post(reverse("registre:telecharger", args=[lot.cle, "secrets"])).status_code == 404
    assert client.get(reverse("registre:lignes", args=[lot.cle, "secrets"])).status_code == 404


def test_trancher_par_genre_et_par_ligne(entrer, sections) -> None:
    importer([personne(1), personne(2), personne(3)])
    importer([personne(3)])
    lot = comparer([personne(1), personne(2), personne(3)])
    client = entrer("administrateur")
    adresse = reverse("registre:trancher", args=[lot.cle])
    page = client.get(reverse("registre:lignes", args=[lot.cle, "conflits"])).content.decode()
    assert page.count('value="accepter"') == 2
    client.post(adresse, {"genre": "retour", "decision": "accepter"})
    assert LigneImport.objects.filter(lot=lot, accepte=True).count() == 2
    ligne = LigneImport.objects.filter(lot=lot).first()
    reponse = client.post(adresse, {"ligne": ligne.pk, "decision": "ecarter", "page": "1"})
    assert reponse["Location"].endswith(f"/lignes/conflits/?page=1#ligne-{ligne.pk}")
    assert LigneImport.objects.filter(lot=lot, accepte=True).count() == 1
    assert "dont 1 acceptée" in client.get(reverse("registre:confirmer", args=[lot.cle])).content.decode()


def test_beaucoup_de_sorties_se_saisissent(entrer, sections, monkeypatch) -> None:
    from refondation.membres.actes import application

    monkeypatch.setattr(application, "SORTIES_SANS_CONFIRMATION", 1)
    importer([personne(i) for i in range(1, 5)])
    lot = comparer([personne(1)])
    client, adresse = entrer("administrateur"), reverse("registre:confirmer", args=[lot.cle])
    assert "Cet import fait sortir 3 personnes" in client.get(adresse).content.decode()
    for sorties in ("", "2", "beaucoup"):
        reponse = client.post(adresse, {"sorties": sorties})
        assert reponse.status_code == 422
        assert f'value="{sorties}"' in reponse.content.decode() or not sorties
    lot.refresh_from_db()
    assert lot.etat == "pret"
    assert client.post(adresse, {"sorties": "3"}).status_code == 302
    lot.refresh_from_db()
    assert lot.etat == "confirme"


def test_registre_change_renvoie_a_la_comparaison(entrer, sections) -> None:
    lot = comparer([personne(1)])
    creer_adherent(section=sections["31001"])
    client = entrer("administrateur")
    reponse = client.post(reverse("registre:confirmer", args=[lot.cle]), follow=True)
    assert "Le registre a changé depuis la comparaison" in reponse.content.decode()
    lot.refresh_from_db()
    assert lot.etat == "depose"

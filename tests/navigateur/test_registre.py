"""The register in a browser: deposit, compare, confirm, undo; phone, desk, keyboard, no JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings as reglages
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from refondation.celery import app
from refondation.membres import actes
from refondation.membres.models import Adherent, Compte, Import
from tests.navigateur.conftest import BUREAU, MOBILE
from tests.registre.scene import csv_de, importer, personne, territoire

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _lieux(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SECOND_FACTEUR_OBLIGATOIRE = False


@pytest.fixture
def admin(transactional_db: None) -> Compte:
    territoire()
    compte = Compte.objects.create(email="nationale@exemple.fr", nom="Équipe nationale")
    compte.mandats.create(role="administrateur", debut=date(2020, 1, 1))
    return compte


@pytest.fixture
def entrer(nouveau_contexte: Callable[..., BrowserContext], admin: Compte, live_server):
    """A page where the national staff is logged in."""

    def ouvrir(taille: dict, **options: object) -> Page:
        contexte = nouveau_contexte(taille, **options)
        client = Client()
        client.force_login(admin)
        biscuit = client.cookies[reglages.SESSION_COOKIE_NAME]
        contexte.add_cookies([{"name": biscuit.key, "value": biscuit.value, "url": live_server.url}])
        return contexte.new_page()

    return ouvrir


@pytest.fixture
def national(tmp_path: Path) -> Path:
    """A file that changes one member, moves one, brings two, has one leave and one come back."""
    importer([personne(i) for i in range(1, 8)])
    importer([personne(i) for i in range(1, 7)])
    chemin = tmp_path / "national.csv"
    chemin.write_bytes(
        csv_de(
            [
                personne(1, Nom="De La Tour-Charpentier"),
                personne(2, Section="32001"),
                *(personne(i) for i in (3, 4, 5)),
                personne(7),
                personne(8),
                personne(9),
            ]
        )
    )
    return chemin


@pytest.mark.parametrize("taille", [MOBILE, BUREAU], ids=["mobile", "bureau"])
@pytest.mark.parametrize("scripts", [True, False], ids=["avec JavaScript", "sans JavaScript"])
def test_du_depot_a_l_annulation(taille, scripts: bool, entrer, national: Path, sans_defaut_axe) -> None:
    page = entrer(taille, java_script_enabled=scripts)
    verifier = sans_defaut_axe if scripts else lambda page: None
    page.goto("/membres/imports/")
    verifier(page)
    page.get_by_role("link", name="Déposer un fichier").click()
    # Nothing chosen: the errors are said beside the fields, and above the form.
    page.get_by_role("button", name="Déposer et comparer").click()
    expect(page.get_by_role("alert")).to_contain_text("À corriger avant de continuer")
    verifier(page)
    page.get_by_label("Fichier des membres").set_input_files(national)
    page.get_by_label("Tous les membres").check()
    page.get_by_role("button", name="Déposer et comparer").click()
    expect(page.get_by_role("heading", name="Ce qui va changer")).to_be_visible()
    ligne = page.get_by_role("row", name="Nouveaux membres")
    expect(ligne.get_by_role("cell").first).to_have_text("2")
    verifier(page)
    page.get_by_role("link", name="Voir : Membres modifiés").click()
    expect(page.get_by_role("cell", name="De La Tour-Charpentier").or_(
        page.get_by_text("De La Tour-Charpentier").first
    ).first).to_be_visible()  # fmt: skip
    verifier(page)
    page.get_by_role("link", name="Revenir à l'import").click()
    page.get_by_role("button", name="Tout accepter : Retour d'une personne sortie").click()
    expect(page.get_by_role("status").filter(has_text="Décision prise pour 1 ligne")).to_be_visible()
    verifier(page)
    page.get_by_role("link", name="Voir : Lignes en conflit").click()
    expect(page.get_by_text("Acceptée", exact=True)).to_be_visible()
    verifier(page)
    page.go_back()
    page.get_by_role("link", name="Continuer vers la confirmation").click()
    verifier(page)
    page.get_by_role("button", name="Appliquer au registre").click()
    expect(page.get_by_role("heading", name="Annuler cet import")).to_be_visible()
    verifier(page)
    assert Import.objects.first().etat == "applique"
    assert set(Adherent.objects.presents().values_list("numero", flat=True)) == {
        f"A{i}" for i in (1, 2, 3, 4, 5, 7, 8, 9)
    }
    page.get_by_role("link", name="Annuler l'import").click()
    verifier(page)
    page.get_by_role("button", name="Annuler l'import").click()
    expect(page.get_by_text("Cet import a été annulé")).to_be_visible()
    verifier(page)
    assert set(Adherent.objects.presents().values_list("numero", flat=True)) == {f"A{i}" for i in range(1, 7)}


@pytest.fixture
def sans_travailleur() -> Iterator[None]:
    """Tasks wait on Redis, and nobody takes them."""
    app.conf.task_always_eager = False
    app.control.purge()
    yield
    app.control.purge()
    app.conf.task_always_eager = True


@pytest.mark.skipif(not reglages.REDIS_URL, reason="REDIS_URL manque : pas de Redis")
def test_la_page_suit_le_travail_sans_qu_on_la_recharge(
    entrer, national: Path, sans_defaut_axe, sans_travailleur
) -> None:
    page = entrer(BUREAU)
    page.goto("/membres/imports/deposer/")
    page.get_by_label("Fichier des membres").set_input_files(national)
    page.get_by_label("Tous les membres").check()
    page.get_by_role("button", name="Déposer et comparer").click()
    expect(page.get_by_text("En attente d'un travailleur")).to_be_visible()
    sans_defaut_axe(page)
    actes.comparer_import(lot=Import.objects.first())
    expect(page.get_by_role("heading", name="Ce qui va changer")).to_be_visible()


def test_au_clavier_seul(entrer, national: Path) -> None:
    page = entrer(BUREAU)
    page.goto("/membres/imports/deposer/")

    def avancer_jusqu_a(nom: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            actif = page.evaluate(
                "(e => (e.labels?.[0]?.innerText || e.innerText || '').trim())(document.activeElement)"
            )
            if actif.startswith(nom):
                return
        pytest.fail(f"« {nom} » ne s'atteint pas au clavier")

    page.get_by_label("Fichier des membres").set_input_files(national)
    avancer_jusqu_a("Tous les membres")
    page.keyboard.press("Space")
    avancer_jusqu_a("Déposer et comparer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ce qui va changer")).to_be_visible()
    avancer_jusqu_a("Continuer vers la confirmation")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Confirmer l'import")).to_be_visible()
    avancer_jusqu_a("Appliquer au registre")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Annuler cet import")).to_be_visible()
    assert Import.objects.first().etat == "applique"


@pytest.mark.parametrize("taille", [MOBILE, BUREAU], ids=["mobile", "bureau"])
def test_fichier_a_corriger(taille, entrer, tmp_path: Path, sans_defaut_axe) -> None:
    chemin = tmp_path / "national.csv"
    chemin.write_bytes(csv_de([personne(1, Genre="Z"), personne(2, Courriel="louise@", Section="99")]))
    page = entrer(taille)
    page.goto("/membres/imports/deposer/")
    page.get_by_label("Fichier des membres").set_input_files(chemin)
    page.get_by_label("Quelques membres").check()
    page.get_by_role("button", name="Déposer et comparer").click()
    expect(page.get_by_text("3 erreurs dans le fichier.")).to_be_visible()
    sans_defaut_axe(page)
    with page.expect_download() as attente:
        page.get_by_role("button", name="Télécharger les erreurs en CSV").click()
    texte = Path(attente.value.path()).read_text("utf-8-sig")
    assert texte.count("\n") == 4
    assert Adherent.objects.count() == 0


@pytest.mark.parametrize("taille", [MOBILE, BUREAU], ids=["mobile", "bureau"])
def test_registre_fiche_et_territoire(taille, entrer, national: Path, sans_defaut_axe) -> None:
    importer([personne(1, Nom="Élie"), personne(2, Section="31002"), *(personne(i) for i in range(3, 70))])
    page = entrer(taille)
    page.goto("/membres/")
    sans_defaut_axe(page)
    page.get_by_label("Nom ou numéro").fill("elie")
    page.get_by_role("button", name="Chercher").click()
    expect(page.get_by_text("1 personne, selon vos filtres")).to_be_visible()
    assert "elie" not in page.url
    sans_defaut_axe(page)
    with page.expect_download() as attente:
        page.get_by_role("button", name="Télécharger en CSV").click()
    assert Path(attente.value.path()).read_text("utf-8-sig").count("\n") == 2
    page.get_by_role("link", name="Élie").click()
    expect(page.get_by_role("heading", name="Histoire")).to_be_visible()
    sans_defaut_axe(page)
    page.get_by_role("link", name="Toulouse (31001)").click()
    sans_defaut_axe(page)
    page.get_by_role("link", name="Scinder cette section").click()
    sans_defaut_axe(page)
    page.goto("/membres/territoire/")
    sans_defaut_axe(page)
    page.get_by_role("link", name="Haute-Garonne").click()
    sans_defaut_axe(page)
    page.get_by_role("link", name="Réunir des sections").click()
    sans_defaut_axe(page)
    page.get_by_label("Toulouse (31001)").check()
    page.get_by_label("Colomiers (31002)").check()
    page.get_by_role("button", name="Réunir ces sections").click()
    expect(page.get_by_role("alert")).to_contain_text("À remplir pour créer une section")
    sans_defaut_axe(page)
    page.get_by_label("Code de la nouvelle section").fill("31GAR")
    page.get_by_label("Nom de la nouvelle section").fill("Garonne")
    page.get_by_role("button", name="Réunir ces sections").click()
    expect(page.get_by_text("Les sections sont réunies dans Garonne (31GAR)")).to_be_visible()
    sans_defaut_axe(page)

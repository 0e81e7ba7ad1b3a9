"""The control in a browser: the queue, a file, two opinions, an answer, an appeal; phone, desk, keyboard, dark."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.conf import settings as reglages
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from delegues import actes
from delegues.models import Avis, Campagne
from refondation.membres.models import Compte
from tests.delegues import scene
from tests.delegues.scene_controle import (
    Dossier,
    campagne_du_jour,
    changer,
    decider_ce_jour,
    membre_de_la_commission,
    recevoir,
)
from tests.navigateur.conftest import BUREAU, MOBILE

pytestmark = [pytest.mark.django_db(transaction=True)]
TAILLES = pytest.mark.parametrize("taille", [MOBILE, BUREAU], ids=["mobile", "bureau"])
POURQUOI = "La feuille de présence manque, et deux signatures se ressemblent."


@pytest.fixture(autouse=True)
def _sans_second_facteur(settings) -> None:
    settings.SECOND_FACTEUR_OBLIGATOIRE = False


@pytest.fixture
def campagne(transactional_db: None) -> Campagne:
    return campagne_du_jour()


@pytest.fixture
def dossier(campagne: Campagne) -> Dossier:
    """One section at fault among several federations, with every gravity of anomaly."""
    dossier = recevoir(campagne, "31001", votants=57, designation={"sieges": 2})
    changer(dossier, a_jour_au=None)
    changer(dossier, 1, section=scene.faire_section("31002"))
    for rang in range(6):
        recevoir(campagne, f"31{rang + 3:03}", votants=28 + rang)
    recevoir(campagne, "32001", etat="contestee")
    recevoir(campagne, "33001", etat="validee")
    recevoir(campagne, "75001", etat="incomplete")
    scene.faire_designation(campagne, scene.faire_section("69001", "69"))
    scene.faire_section("31001", membres=9, adhesion_le=date(2026, 3, 1), courriel="mairie@gmail.com")
    actes.recalculer_anomalies(campagne=campagne)
    return dossier


@pytest.fixture
def entrer(nouveau_contexte: Callable[..., BrowserContext], live_server) -> Callable[..., Page]:
    """A page where this account is logged in."""

    def ouvrir(compte: Compte, taille: dict, **options: object) -> Page:
        contexte = nouveau_contexte(taille, **options)
        client = Client()
        client.force_login(compte)
        biscuit = client.cookies[reglages.SESSION_COOKIE_NAME]
        contexte.add_cookies([{"name": biscuit.key, "value": biscuit.value, "url": live_server.url}])
        return contexte.new_page()

    return ouvrir


@TAILLES
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_la_file_et_un_dossier(taille, theme, entrer, dossier: Dossier, sans_defaut_axe) -> None:
    page = entrer(membre_de_la_commission("13"), taille, color_scheme=theme)
    page.goto("/delegues/controle/")
    expect(page.get_by_role("heading", name="Récolement", level=1)).to_be_visible()
    sans_defaut_axe(page)
    page.get_by_label("Anomalies").select_option("bloquante")
    page.get_by_role("button", name="Filtrer").click()
    expect(page.get_by_role("status").filter(has_text="1 désignation, selon vos filtres")).to_be_visible()
    sans_defaut_axe(page)
    page.get_by_role("link", name="Ville 31001").click()
    expect(page.get_by_role("heading", name="Ce qui manque pour décider")).to_be_visible()
    expect(page.get_by_text("À lever avant de valider").first).to_be_visible()
    expect(page.get_by_text("Indice, jamais une preuve").first).to_be_visible()
    sans_defaut_axe(page)


@TAILLES
@pytest.mark.parametrize("scripts", [True, False], ids=["avec JavaScript", "sans JavaScript"])
def test_deux_avis_rejettent(taille, scripts, entrer, dossier: Dossier, sans_defaut_axe) -> None:
    verifier = sans_defaut_axe if scripts else lambda page: None
    for federation in ("75", "69"):
        page = entrer(membre_de_la_commission(federation), taille, java_script_enabled=scripts)
        page.goto("/delegues/refondation/controle/31001/")
        page.get_by_role("link", name="Donner mon avis").click()
        page.get_by_label("Rejeter").check()
        page.get_by_role("button", name="Donner mon avis").click()
        expect(page.get_by_role("alert")).to_contain_text("Choisissez au moins un motif.")
        verifier(page)
        page.get_by_label("Pièce manquante ou illisible").check()
        page.get_by_label("Explication").fill(POURQUOI)
        page.get_by_role("button", name="Donner mon avis").click()
        expect(page.get_by_text("Votre avis est enregistré.")).to_be_visible()
        verifier(page)
    expect(page.get_by_text("Décision de la commission : désignation rejetée")).to_be_visible()
    assert dossier.relire().etat == "rejetee"


@TAILLES
def test_la_section_repond(taille, entrer, dossier: Dossier, sans_defaut_axe) -> None:
    decider_ce_jour(dossier, "completer")
    page = entrer(dossier.secretaire, taille)
    page.goto("/delegues/refondation/sections/31001/repondre-a-la-commission/")
    expect(page.get_by_text(POURQUOI)).to_be_visible()
    sans_defaut_axe(page)
    page.get_by_label("Réponse de la section").fill("Voici la feuille, elle était restée dans la salle.")
    page.get_by_role("button", name="Envoyer la réponse").click()
    expect(page.get_by_text("Votre réponse est transmise")).to_be_visible()
    expect(page.get_by_text("Rien à répondre")).to_be_visible()
    sans_defaut_axe(page)
    assert dossier.relire().etat == "recue"


@TAILLES
def test_de_la_decision_au_recours(taille, entrer, dossier: Dossier, sans_defaut_axe) -> None:
    decider_ce_jour(dossier, "rejeter")
    page = entrer(scene.compte_de(dossier.membres[3]), taille)
    page.goto("/delegues/refondation/sections/31001/recours/")
    sans_defaut_axe(page)
    page.get_by_label("Compte qui ne tombe pas juste").check()
    page.get_by_label("Ce que vous contestez").fill("Les bulletins nuls ne l'étaient pas, nous étions trois.")
    page.get_by_role("button", name="Former le recours").click()
    expect(page.get_by_text("Un recours est en cours")).to_be_visible()
    sans_defaut_axe(page)
    juge = entrer(membre_de_la_commission("13"), taille)
    juge.goto("/delegues/refondation/controle/31001/")
    juge.get_by_role("link", name="Donner mon avis sur le recours").click()
    sans_defaut_axe(juge)
    juge.get_by_label("Fondé : la décision est renversée", exact=True).check()
    juge.get_by_label("Explication").fill("Trois témoignages concordent avec la feuille.")
    juge.get_by_role("button", name="Donner mon avis sur le recours").click()
    expect(juge.get_by_text("Votre avis sur le recours est enregistré.")).to_be_visible()
    assert dossier.relire().etat == "contestee"


@TAILLES
def test_un_membre_conteste_et_un_membre_se_deporte(
    taille, entrer, dossier: Dossier, sans_defaut_axe
) -> None:
    page = entrer(scene.compte_de(dossier.membres[3]), taille)
    page.goto("/delegues/refondation/sections/31001/contester/")
    sans_defaut_axe(page)
    page.get_by_label("Convocation irrégulière").check()
    page.get_by_label("Ce que vous contestez").fill("Aucun courriel n'a été envoyé avant l'assemblée.")
    page.get_by_role("button", name="Envoyer ma contestation").click()
    expect(page.get_by_text("Contestée", exact=True)).to_be_visible()
    sans_defaut_axe(page)
    membre = entrer(membre_de_la_commission("13"), taille)
    membre.goto("/delegues/refondation/controle/deport/")
    sans_defaut_axe(membre)
    membre.get_by_label("Fédération").select_option("31")
    membre.get_by_label("Pourquoi").fill("Mon frère y milite")
    membre.get_by_role("button", name="Me déporter").click()
    expect(membre.get_by_text("Fédération 31 (31) : Mon frère y milite")).to_be_visible()
    membre.goto("/delegues/refondation/controle/31001/")
    expect(membre.get_by_text("Vous lisez ce dossier sans donner d'avis.")).to_be_visible()


def test_un_observateur_lit_tout_et_n_a_aucun_bouton(entrer, dossier: Dossier, sans_defaut_axe) -> None:
    page = entrer(scene.faire_compte("observateur"), BUREAU)
    page.goto("/delegues/refondation/controle/")
    expect(page.get_by_role("button", name="Recalculer toutes les anomalies")).to_have_count(0)
    page.get_by_role("link", name="Ville 31001").click()
    sans_defaut_axe(page)
    main = page.get_by_role("main")
    expect(main.get_by_role("button")).to_have_count(0)
    expect(main.get_by_role("link", name="Donner mon avis")).to_have_count(0)


def test_au_clavier_seul(entrer, dossier: Dossier) -> None:
    page = entrer(membre_de_la_commission("13"), BUREAU)
    page.goto("/delegues/refondation/controle/31001/avis/")

    def avancer_jusqu_a(nom: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            actif = page.evaluate(
                "(e => (e.labels?.[0]?.innerText || e.innerText || '').trim())(document.activeElement)"
            )
            if actif.startswith(nom):
                return
        pytest.fail(f"« {nom} » ne s'atteint pas au clavier")

    avancer_jusqu_a("Valider")
    page.keyboard.press("ArrowDown")
    avancer_jusqu_a("Pièce manquante")
    page.keyboard.press("Space")
    avancer_jusqu_a("Explication")
    page.keyboard.type(POURQUOI)
    avancer_jusqu_a("Donner mon avis")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Votre avis est enregistré.")).to_be_visible()
    dernier = Avis.objects.latest("pk")
    assert (dernier.sens, dernier.motifs, dernier.texte) == ("completer", ["piece"], POURQUOI)

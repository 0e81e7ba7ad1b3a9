"""A campaign in a browser: written, compared, computed, adopted, announced, then read by everyone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings as reglages
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from delegues import actes
from delegues.models import Campagne
from refondation.membres.models import Compte
from tests.delegues.scene import (
    compte_de,
    faire_compte,
    faire_proces_verbal,
    faire_section,
    membres_de,
    mener_a,
)
from tests.navigateur.conftest import BUREAU, MOBILE

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _sans_second_facteur(settings) -> None:
    settings.SECOND_FACTEUR_OBLIGATOIRE = False


@pytest.fixture
def admin(transactional_db: None) -> Compte:
    faire_section("31001", "31", membres=12)
    faire_section("31002", "31", membres=4)
    faire_section("29001", "29", membres=1)
    return faire_compte("administrateur")


@pytest.fixture
def entrer(nouveau_contexte: Callable[..., BrowserContext], live_server):
    """A page, logged in as that account if one is given."""

    def ouvrir(taille: dict, compte: Compte | None = None, **options: object) -> Page:
        contexte = nouveau_contexte(taille, **options)
        if compte is not None:
            client = Client()
            client.force_login(compte)
            biscuit = client.cookies[reglages.SESSION_COOKIE_NAME]
            contexte.add_cookies([{"name": biscuit.key, "value": biscuit.value, "url": live_server.url}])
        return contexte.new_page()

    return ouvrir


def dates() -> dict[str, object]:
    """Assemblies are under way; the reference date was last week."""
    ici, jour = timezone.now().replace(minute=0, second=0, microsecond=0), timedelta(days=1)
    return {
        "candidatures_du": ici - 9 * jour,
        "candidatures_au": ici + 2 * jour,
        "retraits_au": ici + 3 * jour,
        "assemblees_du": ici + 4 * jour,
        "assemblees_au": ici + 9 * jour,
        "enregistrement_au": ici + 11 * jour,
        "controle_au": ici + 15 * jour,
        "recours_au": ici + 18 * jour,
        "mandat_debut": timezone.localdate() + 20 * jour,
        "mandat_fin": timezone.localdate() + 300 * jour,
        "reference_le": timezone.localdate() - 7 * jour,
    }


def annoncee(admin: Compte) -> Campagne:
    campagne = actes.creer_campagne(
        par=admin,
        slug="assises",
        nom="Assises",
        presentation="Pour **neuf mois**.",
        regle="total",
        total=9,
        methode="sainte-lague",
        egalite="plus-petit-code",
        engagement="Je ne me présente pas à la gouvernance.",
        engagement_jusqu_au=timezone.localdate() + timedelta(days=700),
        **dates(),
    )
    repartition = actes.calculer_repartition(campagne=campagne, par=admin)
    actes.adopter_repartition(repartition=repartition, par=admin)
    campagne = actes.annoncer_campagne(campagne=campagne, par=admin)
    for code, etat in (("31001", "validee"), ("31002", "contestee")):
        designation = campagne.designations.get(section__code=code)
        membres = membres_de(designation.section)
        faire_proces_verbal(
            designation,
            (),
            redacteur=compte_de(membres[0]),
            contresignataire=membres[1],
            inscrits=12,
            votants=6,
        )
        mener_a(designation, etat)
    return campagne


@pytest.mark.parametrize("taille", [MOBILE, BUREAU], ids=["mobile", "bureau"])
@pytest.mark.parametrize("scripts", [True, False], ids=["avec JavaScript", "sans JavaScript"])
def test_du_brouillon_a_l_annonce(taille: dict, scripts: bool, admin, entrer, sans_defaut_axe) -> None:
    page = entrer(taille, admin, java_script_enabled=scripts)
    verifier = sans_defaut_axe if scripts else lambda page: None
    page.goto("/delegues/")
    verifier(page)
    page.get_by_role("link", name="Préparer une campagne").click()
    # Nothing but a name: each error is beside its field, and above the form.
    page.get_by_label("Nom", exact=True).fill("Assises")
    page.get_by_role("button", name="Créer le brouillon").click()
    expect(page.get_by_role("alert")).to_contain_text("À corriger avant de continuer")
    expect(page.get_by_label("Nom", exact=True)).to_have_value("Assises")
    verifier(page)
    page.get_by_label("Adresse de la page").fill("assises")
    for nom, valeur in dates().items():
        champ = f"{timezone.localtime(valeur):%Y-%m-%dT%H:%M}" if hasattr(valeur, "hour") else str(valeur)
        page.locator(f"[name={nom}]").fill(champ)
    page.get_by_label("Adhérent·es par tranche").fill("5")
    page.get_by_role("button", name="Créer le brouillon").click()
    expect(page.get_by_role("heading", name="Ce qui manque")).to_be_visible()
    expect(page.get_by_text("Calculez les sièges, puis adoptez la répartition.")).to_be_visible()
    verifier(page)
    page.get_by_role("link", name="Comparer les règles").click()
    page.get_by_label("Délégué·es en tout").fill("2")
    page.get_by_role("button", name="Comparer").click()
    expect(
        page.get_by_role("cell", name="Le plancher demande 3 sièges, il n'y en a que 2.").first
    ).to_be_visible()
    verifier(page)
    page.get_by_role("link", name="Revenir à la campagne").click()
    page.get_by_role("link", name="Calculer et adopter").click()
    verifier(page)
    page.get_by_role("button", name="Calculer maintenant").click()
    expect(page.get_by_role("heading", name="Répartition n° 1")).to_be_visible()
    verifier(page)
    page.get_by_role("button", name="Adopter cette répartition").click()
    expect(page.get_by_text("Rien ne manque.")).to_be_visible()
    page.get_by_role("link", name="Annoncer la campagne").click()
    verifier(page)
    page.get_by_label("J'ai relu ce qui sera figé").check()
    page.get_by_role("button", name="Annoncer et tout figer").click()
    expect(page.get_by_role("status").filter(has_text="La campagne est annoncée.")).to_be_visible()
    verifier(page)
    page.get_by_role("link", name="Le mode de chaque section").click()
    verifier(page)
    page.get_by_role("button", name="Vote en ligne pour Ville 31001").click()
    expect(page.get_by_role("row", name="Ville 31001")).to_contain_text("Vote en ligne")
    assert list(Campagne.objects.get().designations.values_list("section__code", "sieges", "mode")) == [
        ("29001", 1, "assemblee"),
        ("31001", 3, "en-ligne"),
        ("31002", 1, "assemblee"),
    ]


@pytest.mark.parametrize("taille", [MOBILE, BUREAU], ids=["mobile", "bureau"])
@pytest.mark.parametrize("apparence", ["light", "dark"])
def test_ce_que_tout_le_monde_lit(taille: dict, apparence: str, admin, entrer, sans_defaut_axe) -> None:
    annoncee(admin)
    page = entrer(taille, color_scheme=apparence)
    page.goto("/delegues/")
    sans_defaut_axe(page)
    page.get_by_role("link", name="Assises").click()
    expect(page.get_by_role("heading", name="Le calendrier")).to_be_visible()
    page.get_by_text("Lire le tableau des 2 fédérations").click()
    expect(page.get_by_role("row", name="Ensemble")).to_contain_text("9")
    sans_defaut_axe(page)
    page.get_by_role("link", name="Fédération 31 (31)").click()
    expect(page.get_by_role("row", name="Ville 31001")).to_contain_text("contrôlé")
    expect(page.get_by_role("row", name="Ville 31002")).to_contain_text("contesté")
    sans_defaut_axe(page)
    page.get_by_role("row", name="Ville 31001").get_by_title("Voir le calcul").click()
    expect(page.get_by_role("listitem").filter(has_text="Total : 6 sièges.")).to_be_visible()
    sans_defaut_axe(page)
    page.get_by_role("link", name="Voir toutes les sections").click()
    expect(page.get_by_role("heading", name="Refaire le calcul")).to_be_visible()
    sans_defaut_axe(page)


def test_la_carte_et_son_tableau_au_clavier(admin, entrer) -> None:
    """The table is opened and read without a mouse; the map's own links are not in the way."""
    annoncee(admin)
    page = entrer(BUREAU)
    page.goto("/delegues/assises/")
    page.get_by_text("Lire le tableau des 2 fédérations").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("region", name="Ce qui est reçu, par fédération")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Fédération 29 (29)")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url("/delegues/assises/federations/29/")


@pytest.mark.parametrize("taille", [MOBILE, BUREAU], ids=["mobile", "bureau"])
def test_une_difference_apres_l_annonce(taille: dict, admin, entrer, sans_defaut_axe) -> None:
    annoncee(admin)
    faire_section("29001", membres=9)
    page = entrer(taille, admin)
    page.goto("/delegues/assises/gestion/repartitions/")
    page.get_by_role("button", name="Calculer maintenant").click()
    expect(page.get_by_text("3 sections changent.")).to_be_visible()
    expect(page.get_by_role("row", name="Ville 31001")).to_contain_text("reçu : garde ses sièges")
    sans_defaut_axe(page)
    page.get_by_role("button", name="Adopter cette répartition").click()
    expect(page.get_by_role("alert")).to_contain_text("À corriger avant de continuer")
    sans_defaut_axe(page)
    page.get_by_label("Pourquoi les sièges changent").fill("Neuf adhésions oubliées.")
    page.get_by_role("button", name="Adopter cette répartition").click()
    expect(page.get_by_role("status").filter(has_text="La répartition n° 2 est adoptée.")).to_be_visible()
    page.goto("/delegues/assises/sieges/")
    expect(page.get_by_text("Neuf adhésions oubliées.")).to_be_visible()


@pytest.mark.parametrize("taille", [MOBILE, BUREAU], ids=["mobile", "bureau"])
def test_annuler_dit_pourquoi(taille: dict, admin, entrer, sans_defaut_axe) -> None:
    annoncee(admin)
    page = entrer(taille, admin)
    page.goto("/delegues/assises/gestion/")
    page.get_by_role("link", name="Annuler la campagne").click()
    sans_defaut_axe(page)
    page.get_by_label("Pourquoi cette campagne est annulée").fill("Les dates tombaient mal.")
    page.get_by_label("J'annule cette campagne, sans retour possible").check()
    page.get_by_role("button", name="Annuler la campagne").click()
    expect(page.get_by_text("Motif : Les dates tombaient mal.")).to_be_visible()
    sans_defaut_axe(page)

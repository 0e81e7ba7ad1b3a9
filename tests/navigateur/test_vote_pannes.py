"""Back, reload, two tabs, session lost, network lost: the voter always knows, and never votes twice."""

from __future__ import annotations

import time

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from consultation import actes
from consultation.models import Emargement, Evenement
from tests.consultation.scene_votant import adresse, ouvrir_maintenant, suivis
from tests.navigateur.conftest import MOBILE
from tests.navigateur.scene_vote import avancer, entrer, incident, ouvrir_l_isoloir, recu, sceller

pytestmark = pytest.mark.django_db(transaction=True)

DEPOT, ETAT = "**/voter/depot/", "**/etat/"


@pytest.fixture
def vote(territoire):
    return ouvrir_maintenant()


@pytest.fixture
def electeur(vote):
    return vote.electeurs()[0]


@pytest.fixture
def isoloir(vote, electeur, page_mobile):
    """A phone in the booth, code already there."""
    entrer(page_mobile.context, electeur)
    ouvrir_l_isoloir(page_mobile, vote, electeur)
    return page_mobile


def reessayer(page):
    page.get_by_role("button", name="Déposer ce même bulletin").click()


def un_seul_bulletin(vote, suivi):
    assert suivis(vote) == [suivi]
    assert Emargement.objects.count() == 1


def test_recharger_efface_les_choix_et_le_dit(isoloir, sans_defaut_axe):
    page = isoloir
    avancer(page, "relire", "Oui")
    page.reload()
    expect(page.get_by_text("La page a été rechargée")).to_be_visible()
    expect(page.get_by_role("heading", name="Ce qui vous est demandé")).to_be_visible()
    sans_defaut_axe(page)
    avancer(page, "choisir")
    expect(page.locator(".choix input:checked")).to_have_count(0)


def test_revenir_et_avancer_gardent_les_choix(isoloir):
    page = isoloir
    avancer(page, "relire", "Non")
    page.go_back()
    expect(page.get_by_role("heading", name="Choisissez")).to_be_visible()
    expect(page.get_by_label("Non")).to_be_checked()
    page.go_back()
    expect(page.get_by_role("heading", name="Ce qui vous est demandé")).to_be_visible()
    page.go_forward()
    page.go_forward()
    expect(page.get_by_role("heading", name="Voici ce que vous allez déposer")).to_be_visible()
    expect(page.locator("[data-relecture] dd")).to_have_text("Non")


def test_revenir_apres_le_recu_ne_rouvre_pas_le_bulletin(isoloir, vote):
    page = isoloir
    avancer(page, "sceller", "Oui")
    sceller(page)
    suivi = recu(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Votre bulletin est dans l'urne")).to_be_visible()
    assert recu(page) == suivi
    # Leaving and coming back: the server says that it is done.
    page.goto(adresse("scrutin", vote))
    page.goto(adresse("isoloir", vote))
    expect(page.get_by_role("heading", name="Vous avez voté")).to_be_visible()
    un_seul_bulletin(vote, suivi)


def test_un_double_clic_depose_un_seul_bulletin(isoloir, vote):
    page = isoloir
    avancer(page, "sceller", "Oui")
    envois = []
    page.on("request", lambda r: envois.append(r) if r.url.endswith("/depot/") else None)
    page.get_by_role("button", name="Sceller et déposer mon bulletin").dblclick()
    suivi = recu(page)
    un_seul_bulletin(vote, suivi)
    assert len(envois) == 1


def test_deux_onglets_font_un_seul_bulletin(isoloir, vote, electeur, sans_defaut_axe):
    page = isoloir
    autre = page.context.new_page()
    ouvrir_l_isoloir(autre, vote, electeur)
    avancer(page, "sceller", "Oui")
    avancer(autre, "sceller", "Non")
    sceller(page)
    suivi = recu(page)
    sceller(autre)
    assert incident(autre) == "Ce bulletin n'a pas été déposé."
    expect(
        autre.get_by_text("Vous avez déjà voté, et ce scrutin ne permet pas de changer de bulletin.")
    ).to_be_visible()
    sans_defaut_axe(autre)
    un_seul_bulletin(vote, suivi)


def test_la_session_expire_puis_le_meme_bulletin_est_depose(isoloir, vote, electeur, sans_defaut_axe):
    page = isoloir
    avancer(page, "sceller", "Oui")
    Session.objects.all().delete()
    sceller(page)
    assert incident(page) == "Vous avez été déconnecté·e avant le dépôt."
    scelle = page.locator("[data-bloc-suivi] output").inner_text()
    expect(page.get_by_role("link", name="Me reconnecter (nouvel onglet)")).to_be_visible()
    sans_defaut_axe(page)
    # Still logged out: nothing changes, and the ballot is not lost.
    reessayer(page)
    assert incident(page) == "Vous avez été déconnecté·e avant le dépôt."
    entrer(page.context, electeur)
    reessayer(page)
    assert recu(page) == scelle
    un_seul_bulletin(vote, scelle)


def test_une_autre_personne_se_connecte_et_le_bulletin_ne_part_pas_sous_son_nom(isoloir, vote, electeur):
    page = isoloir
    avancer(page, "sceller", "Oui")
    autre = vote.electeurs()[1]
    entrer(page.context, autre)
    sceller(page)
    assert incident(page) == "Ce bulletin n'a pas été déposé."
    expect(page.get_by_text("Une autre personne s'est connectée dans ce navigateur")).to_be_visible()
    assert Emargement.objects.count() == 0
    entrer(page.context, electeur)
    reessayer(page)
    suivi = recu(page)
    un_seul_bulletin(vote, suivi)
    assert Emargement.objects.get().inscription_id == electeur.pk


def test_le_reseau_coupe_avant_l_envoi(isoloir, vote, sans_defaut_axe):
    page = isoloir
    avancer(page, "sceller", "Oui")
    page.context.route(DEPOT, lambda route: route.abort())
    page.context.route(ETAT, lambda route: route.abort())
    sceller(page)
    assert incident(page) == "Nous ne savons pas encore si votre bulletin est dans l'urne."
    sans_defaut_axe(page)
    scelle = page.locator("[data-bloc-suivi] output").inner_text()
    # The network is back for questions only: the booth can now say no.
    page.context.unroute(ETAT)
    reessayer(page)
    assert incident(page) == "Votre bulletin n'est pas encore dans l'urne."
    sans_defaut_axe(page)
    assert Emargement.objects.count() == 0
    page.context.unroute(DEPOT)
    reessayer(page)
    assert recu(page) == scelle
    un_seul_bulletin(vote, scelle)


def test_la_reponse_se_perd_et_le_bulletin_est_retrouve(isoloir, vote):
    """The ballot is in, the answer is not: the booth asks the box and shows the receipt, sending once."""
    page = isoloir
    avancer(page, "sceller", "Oui")

    def deposer_puis_couper(route):
        route.fetch()
        route.abort()

    page.context.route(DEPOT, deposer_puis_couper)
    sceller(page)
    suivi = recu(page)
    un_seul_bulletin(vote, suivi)
    expect(page.locator("[data-recu-hauteur]")).to_have_text("1")


def test_le_serveur_tombe_et_le_meme_bulletin_repart(isoloir, vote):
    page = isoloir
    avancer(page, "sceller", "Oui")
    page.context.route(DEPOT, lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    sceller(page)
    assert incident(page) == "Votre bulletin n'est pas encore dans l'urne."
    scelle = page.locator("[data-bloc-suivi] output").inner_text()
    page.context.unroute(DEPOT)
    reessayer(page)
    assert recu(page) == scelle
    un_seul_bulletin(vote, scelle)


def test_hors_ligne_puis_en_ligne_le_bulletin_part_au_bon_moment(isoloir, vote):
    page = isoloir
    avancer(page, "sceller", "Oui")
    page.context.set_offline(True)
    sceller(page)
    assert incident(page) == "Nous ne savons pas encore si votre bulletin est dans l'urne."
    page.context.set_offline(False)
    # Back online, the booth asks by itself, and says no before offering to send again.
    expect(page.locator("[data-incident-titre]")).to_have_text("Votre bulletin n'est pas encore dans l'urne.")
    reessayer(page)
    suivi = recu(page)
    un_seul_bulletin(vote, suivi)


def test_le_jeton_csrf_perime_se_renouvelle_sans_que_l_on_voie_rien(isoloir, vote):
    page = isoloir
    avancer(page, "sceller", "Oui")
    page.context.clear_cookies(name="csrftoken")
    sceller(page)
    suivi = recu(page)
    un_seul_bulletin(vote, suivi)


def test_le_scrutin_ferme_pendant_que_l_on_choisit(isoloir, vote):
    page = isoloir
    avancer(page, "sceller", "Oui")
    actes.clore_scrutin(scrutin=vote.scrutin, par=None, instant=vote.scrutin.ferme_le)
    sceller(page)
    assert incident(page) == "Ce bulletin n'a pas été déposé."
    expect(page.get_by_text("Le scrutin est clos depuis le")).to_be_visible()
    assert Evenement.objects.bulletins().count() == 0


def test_un_code_faux_se_corrige_sans_refaire_ses_choix(isoloir, vote, electeur):
    """The code of another box's voter is well formed, and refused by the server."""
    page = isoloir
    ailleurs = next(e for e in vote.electeurs() if vote.urne(e) != vote.urne(electeur))
    avancer(page, "sceller", "Non")
    page.get_by_role("button", name="Saisir un autre code").click()
    page.get_by_label("Votre code de vote").fill(vote.code(ailleurs))
    sceller(page)
    assert incident(page) == "Ce bulletin n'a pas été déposé."
    expect(page.get_by_text("Ce code de vote n'est pas valable ici.")).to_be_visible()
    page.get_by_role("button", name="Corriger mon code").click()
    page.get_by_label("Votre code de vote").fill(vote.code(electeur))
    sceller(page)
    suivi = recu(page)
    un_seul_bulletin(vote, suivi)


def test_trop_d_essais_font_patienter_puis_le_meme_bulletin_part(isoloir, vote):
    page = isoloir
    avancer(page, "sceller", "Oui")
    corps = '{"code": "trop_vite", "message": "Patientez une seconde, puis réessayez."}'
    page.context.route(
        DEPOT,
        lambda route: route.fulfill(
            status=429, body=corps, content_type="application/json", headers={"Retry-After": "1"}
        ),
    )
    sceller(page)
    incident(page)
    bouton = page.get_by_role("button", name="Déposer ce même bulletin")
    expect(bouton).to_be_disabled()
    page.context.unroute(DEPOT)
    expect(bouton).to_be_enabled()
    bouton.click()
    suivi = recu(page)
    un_seul_bulletin(vote, suivi)


def test_quitter_avec_un_bulletin_scelle_demande_confirmation(isoloir):
    page = isoloir
    avancer(page, "sceller", "Oui")
    page.context.route(DEPOT, lambda route: route.abort())
    sceller(page)
    incident(page)
    # Back keeps the sealed ballot on the screen.
    page.go_back()
    expect(page.locator("[data-bloc-suivi]")).to_be_visible()
    dialogues = []

    def rester(dialogue):
        dialogues.append(dialogue.type)
        dialogue.dismiss()

    page.on("dialog", rester)
    page.close(run_before_unload=True)
    for _ in range(20):
        if dialogues:
            break
        page.wait_for_timeout(100)
    assert dialogues == ["beforeunload"]


def test_une_page_mise_de_cote_par_le_navigateur_ne_revient_pas_avec_ses_choix(isoloir, vote):
    page = isoloir
    avancer(page, "relire", "Oui")
    page.goto(adresse("scrutin", vote))
    page.go_back()
    expect(page.get_by_role("heading", name="Ce qui vous est demandé")).to_be_visible()
    assert page.evaluate("document.querySelector('.choix input:checked')") is None


def test_a_375_px_tout_tient_et_les_cibles_sont_larges(vote, electeur, nouveau_contexte):
    page = nouveau_contexte(MOBILE).new_page()
    entrer(page.context, electeur)
    ouvrir_l_isoloir(page, vote, electeur)

    def mesurer(page):
        time.sleep(0.05)
        petites = page.evaluate(
            """() => [...document.querySelectorAll('main :is(button, input, .choix-option, summary)')]
                .filter((e) => e.offsetParent && !e.closest('.choix-option label') && e.type !== 'radio')
                .filter((e) => e.getBoundingClientRect().height < 44)
                .map((e) => e.textContent || e.id)"""
        )
        assert petites == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 375

    avancer(page, "recu", "Oui", verifier=mesurer)


def test_le_programme_de_scellement_manque_et_on_recommence(vote, electeur, page_mobile):
    """The worker could not be loaded: nothing is sealed, choices stay, and the next try loads it again."""
    page = page_mobile
    entrer(page.context, electeur)
    page.context.route("**/scelleur.js", lambda route: route.abort())
    ouvrir_l_isoloir(page, vote, electeur)
    avancer(page, "sceller", "Oui")
    sceller(page)
    assert incident(page) == "Le programme de scellement n'a pas pu être chargé."
    page.context.unroute("**/scelleur.js")
    sceller(page)
    suivi = recu(page)
    un_seul_bulletin(vote, suivi)

"""A secretary's evening on a phone: call, tick without network, count, sign, be countersigned; keyboard; axe."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as reglages
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from delegues.models import Designation, Presence, ProcesVerbal
from refondation.membres.models import Compte
from tests.delegues.scene_proces_verbaux import (
    Scene,
    calendrier_du_jour,
    commencer,
    contresigner,
    faire_scene,
    frais,
    photo,
    presenter,
    remplir,
)
from tests.delegues.scene_proces_verbaux import entrer as client_de
from tests.navigateur.conftest import BUREAU, MOBILE

pytestmark = pytest.mark.django_db(transaction=True)

# Where to leave pictures of the screens, for who wants to look at them.
IMAGES = os.environ.get("IMAGES", "")


@pytest.fixture(autouse=True)
def _lieux(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SECOND_FACTEUR_OBLIGATOIRE = False


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    return faire_scene(**calendrier_du_jour())


@pytest.fixture
def entrer(nouveau_contexte: Callable[..., BrowserContext], live_server):
    """A page where this account is logged in."""

    def ouvrir(compte: Compte, taille: dict, **options: object) -> Page:
        contexte = nouveau_contexte(taille, **options)
        biscuit = client_de(compte).cookies[reglages.SESSION_COOKIE_NAME]
        contexte.add_cookies([{"name": biscuit.key, "value": biscuit.value, "url": live_server.url}])
        return contexte.new_page()

    return ouvrir


@pytest.fixture
def regarder(sans_defaut_axe: Callable[[Page], None]):
    """axe, and a picture when asked."""

    def voir(page: Page, nom: str) -> None:
        sans_defaut_axe(page)
        if IMAGES:
            largeur = page.viewport_size["width"]
            page.screenshot(path=f"{IMAGES}/{nom}-{largeur}.png", full_page=True)

    return voir


def cocher(page: Page, nom: str) -> None:
    page.locator("[data-nom]").filter(has_text=re.compile(rf"{nom}\b")).locator("label").click()


def rubrique(page: Page, titre: str) -> None:
    expect(page.get_by_role("heading", level=1, name=titre)).to_be_visible()


def suivre(page: Page) -> None:
    page.get_by_role("button", name="Enregistrer et continuer").click()


def convoquer(page: Page, voir: Callable[[Page, str], None]) -> None:
    page.get_by_role("link", name="Convoquer l'assemblée").click()
    rubrique(page, "Convoquer l'assemblée")
    demain = timezone.localtime(timezone.now() + timedelta(days=1))
    page.get_by_label("Jour et heure").fill(f"{demain:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Convoquer et envoyer").click()
    expect(page.get_by_role("alert")).to_contain_text("Lieu")
    voir(page, "02-convoquer")
    page.get_by_label("Lieu").fill("Salle des fêtes, place de la Mairie")
    page.get_by_role("button", name="Convoquer et envoyer").click()
    expect(page.get_by_text("Les membres ont reçu un courriel")).to_be_visible()


def compter(page: Page, scene: Scene, voir: Callable[[Page, str], None], *, scripts: bool) -> None:
    """A count that does not add up, then the right one."""
    rubrique(page, "Que dit l'urne ?")
    for nom, valeur in (("Votant·es", "8"), ("Bulletins blancs", "1"), ("Bulletins nuls", "0")):
        page.get_by_label(nom).fill(valeur)
    candidats = [f"{c.prenom} {c.nom}" for c in scene.membres[-4:]]
    for candidat, voix in zip(candidats, ("8", "4", "3", "2"), strict=True):
        page.get_by_label(candidat).fill(voix)
    if scripts:
        expect(page.locator("[data-compte]")).to_contain_text("Une candidature a 8 voix pour 7 exprimés")
        voir(page, "05-depouillement-faux")
    suivre(page)
    expect(page.get_by_role("alert")).to_contain_text("Une candidature a 8 voix")
    page.get_by_label(candidats[0]).fill("5")
    if scripts:
        expect(page.locator("[data-compte]")).to_have_text("Le compte tombe juste.")
    voir(page, "06-depouillement")
    suivre(page)


def joindre(page: Page, chemin: Path, voir: Callable[[Page, str], None]) -> None:
    rubrique(page, "Photographiez le papier signé")
    chemin.write_bytes(photo().read())
    page.get_by_label("Photo ou PDF").set_input_files(chemin)
    page.get_by_role("button", name="Joindre ce fichier").click()
    expect(page.get_by_role("status").filter(has_text="« papier » est joint")).to_be_visible()
    voir(page, "08-pieces")
    page.get_by_role("link", name="Continuer", exact=True).click()


def signer(page: Page, scene: Scene, voir: Callable[[Page, str], None]) -> None:
    rubrique(page, "Qui signe avec vous ?")
    page.get_by_label("Second signataire").select_option(str(scene.second.pk))
    voir(page, "09-bureau")
    suivre(page)
    rubrique(page, "Voici ce que vous allez signer")
    for elu in scene.membres[-4:-2]:
        expect(page.locator(".pv-elus")).to_contain_text(f"{elu.prenom} {elu.nom}")
    voir(page, "10-relire")
    page.get_by_role("button", name="Signer le procès-verbal").click()
    expect(page.get_by_text("doit le signer à son tour")).to_be_visible()
    voir(page, "11-attente")


def signer_a_son_tour(page: Page, voir: Callable[[Page, str], None]) -> None:
    page.goto(ProcesVerbal.objects.get().get_absolute_url())
    rubrique(page, "Relisez, puis signez")
    voir(page, "12-second")
    page.get_by_role("button", name="Signer à mon tour").click()
    expect(page.get_by_role("status").filter(has_text="est signé sous le numéro")).to_be_visible()
    voir(page, "13-signe")
    pv = ProcesVerbal.objects.get()
    page.goto(f"/delegues/verifier/{pv.cle}/?empreinte={pv.empreinte}")
    expect(page.get_by_text("Même empreinte.")).to_be_visible()
    voir(page, "14-verifier")


@pytest.mark.parametrize("taille", [MOBILE, BUREAU], ids=["mobile", "bureau"])
@pytest.mark.parametrize("scripts", [True, False], ids=["avec JavaScript", "sans JavaScript"])
def test_une_soiree_d_assemblee(taille: dict, scripts: bool, scene: Scene, entrer, regarder) -> None:
    voir = regarder if scripts else lambda page, nom: None
    page = entrer(scene.secretaire, taille, java_script_enabled=scripts)
    page.goto("/delegues/ma-section/")
    rubrique(page, scene.section.nom)
    voir(page, "01-section")
    convoquer(page, voir)
    # The hour comes.
    Designation.objects.update(assemblee_le=timezone.now() - timedelta(hours=1))
    page.reload()
    page.get_by_role("button", name="Commencer le procès-verbal").click()
    rubrique(page, "Quand et où s'est tenue l'assemblée ?")
    voir(page, "03-seance")
    suivre(page)
    rubrique(page, "Qui est là ?")
    for membre in scene.membres:
        page.get_by_label(f"{membre.nom} {membre.prenom}").check()
    if scripts:
        expect(page.locator("[data-reseau]")).to_have_text("Tout est enregistré.")
    voir(page, "04-presences")
    suivre(page)
    compter(page, scene, voir, scripts=scripts)
    assert Presence.objects.filter(present=True).count() == 8
    rubrique(page, "Y a-t-il eu un incident ?")
    page.get_by_label("Aucun incident").check()
    voir(page, "07-incidents")
    suivre(page)
    joindre(page, Path(reglages.MEDIA_ROOT).parent / "papier.jpg", voir)
    signer(page, scene, voir)
    second = entrer(scene.compte_du_second(), taille, java_script_enabled=scripts)
    signer_a_son_tour(second, voir)
    assert (ProcesVerbal.objects.get().etat, Designation.objects.get().etat) == ("verrouille", "recue")
    page.goto("/delegues/ma-section/")
    voir(page, "15-section-signee")


@pytest.fixture
def presences(scene: Scene, entrer) -> Page:
    """A phone on the attendance list."""
    pv = commencer(scene, timezone.now())
    page = entrer(scene.secretaire, MOBILE, has_touch=True)
    page.goto(f"/delegues/pv/{pv.cle}/presences/")
    rubrique(page, "Qui est là ?")
    return page


def presents() -> set[int]:
    return set(Presence.objects.filter(present=True).values_list("adherent", flat=True))


def test_sans_reseau_rien_n_est_perdu(scene: Scene, presences: Page, regarder) -> None:
    page, reseau = presences, presences.locator("[data-reseau]")
    a, b, c = scene.membres[:3]
    cocher(page, a.nom)
    expect(reseau).to_have_text("Tout est enregistré.")
    page.context.set_offline(True)
    cocher(page, b.nom)
    cocher(page, c.nom)
    cocher(page, c.nom)
    cocher(page, a.nom)
    expect(reseau).to_contain_text("Sans réseau : 3 pointages gardés sur cet appareil")
    regarder(page, "20-sans-reseau")
    assert presents() == {a.pk}
    # The button does not leave the page with ticks that the server has not.
    suivre(page)
    rubrique(page, "Qui est là ?")
    gardes = page.evaluate("Object.entries(localStorage)")
    assert len(gardes) == 1
    assert not re.search(rf"{a.nom}|{b.nom}|@", str(gardes))
    page.context.set_offline(False)
    expect(reseau).to_have_text("Tout est enregistré.")
    assert presents() == {b.pk}
    assert page.evaluate("localStorage.length") == 0


def test_les_pointages_survivent_a_la_page_fermee(scene: Scene, presences: Page) -> None:
    page = presences
    page.on("dialog", lambda dialogue: dialogue.accept())
    a, b = scene.membres[:2]
    page.route("**/pointer/", lambda route: route.abort())
    cocher(page, a.nom)
    cocher(page, b.nom)
    expect(page.locator("[data-reseau]")).to_contain_text("2 pointages gardés")
    assert presents() == set()
    page.unroute("**/pointer/")
    page.reload()
    expect(page.locator("[data-reseau]")).to_have_text("Tout est enregistré.")
    expect(page.get_by_label(f"{a.nom} {a.prenom}")).to_be_checked()
    expect(page.locator("output[data-presents]")).to_have_text("2")
    assert presents() == {a.pk, b.pk}


def test_session_perdue_les_pointages_restent_sur_l_appareil(scene: Scene, presences: Page) -> None:
    page = presences
    biscuits = page.context.cookies()
    page.context.clear_cookies(name=reglages.SESSION_COOKIE_NAME)
    cocher(page, scene.membres[0].nom)
    expect(page.locator("[data-reseau]")).to_contain_text("gardé")
    page.context.add_cookies(biscuits)
    cocher(page, scene.membres[1].nom)
    expect(page.locator("[data-reseau]")).to_have_text("Tout est enregistré.")
    assert presents() == {scene.membres[0].pk, scene.membres[1].pk}


def test_chercher_un_nom_sans_reseau(scene: Scene, presences: Page) -> None:
    page = presences
    page.context.set_offline(True)
    cible = scene.membres[4]
    page.get_by_label("Chercher un nom ou un numéro").fill(f"{cible.numero.lower()}")
    expect(page.locator("[data-nom]:visible")).to_have_count(1)
    page.get_by_label("Chercher un nom ou un numéro").fill("personne")
    expect(page.get_by_text("Personne n'a ce nom sur la liste")).to_be_visible()


def test_deux_appareils_pointent_ensemble(scene: Scene, presences: Page, entrer) -> None:
    autre = entrer(scene.secretaire, BUREAU)
    autre.goto(presences.url)
    cocher(presences, scene.membres[0].nom)
    cocher(autre, scene.membres[1].nom)
    for page in (presences, autre):
        expect(page.locator("[data-reseau]")).to_have_text("Tout est enregistré.")
    suivre(presences)
    rubrique(presences, "Que dit l'urne ?")
    assert presents() == {scene.membres[0].pk, scene.membres[1].pk}


def test_les_chiffres_tapes_survivent_a_la_page_fermee(scene: Scene, entrer) -> None:
    pv = commencer(scene, timezone.now())
    page = entrer(scene.secretaire, MOBILE)
    url = f"/delegues/pv/{pv.cle}/depouillement/"
    page.goto(url)
    page.get_by_label("Votant·es").fill("8")
    page.close()
    page = page.context.new_page()
    page.goto(url)
    expect(page.get_by_label("Votant·es")).to_have_value("8")
    page.get_by_label("Bulletins blancs").fill("1")
    page.get_by_label("Bulletins nuls").fill("0")
    for candidat, voix in zip(scene.membres[-4:], "5432", strict=True):
        page.get_by_label(f"{candidat.prenom} {candidat.nom}").fill(voix)
    suivre(page)
    rubrique(page, "Y a-t-il eu un incident ?")
    # Saved: what was kept is forgotten the next time the step is opened, and the server's figures show.
    page.goto(url)
    expect(page.get_by_label("Votant·es")).to_have_value("8")
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_deux_onglets_la_page_perimee_garde_la_saisie(scene: Scene, entrer, regarder) -> None:
    pv = commencer(scene, timezone.now())
    premier = entrer(scene.secretaire, MOBILE)
    second = premier.context.new_page()
    url = f"/delegues/pv/{pv.cle}/incidents/"
    for page in (premier, second):
        page.goto(url)
    premier.get_by_label("Aucun incident").check()
    suivre(premier)
    second.get_by_label("Ce qui s'est passé").fill("Le quorum est contesté.")
    suivre(second)
    expect(second.get_by_role("alert")).to_contain_text("a changé depuis l'ouverture de cette page")
    expect(second.get_by_label("Ce qui s'est passé")).to_have_value("Le quorum est contesté.")
    regarder(second, "30-perimee")
    suivre(second)
    rubrique(second, "Photographiez le papier signé")
    assert ProcesVerbal.objects.get().incidents == "Le quorum est contesté."


def test_tout_au_clavier(scene: Scene, entrer) -> None:
    """From the to-do list to the count, with keys alone."""
    page = entrer(scene.secretaire, BUREAU)

    def aller(role: str, nom: str) -> None:
        cible = page.get_by_role(role, name=nom)
        for _ in range(60):
            page.keyboard.press("Tab")
            if cible.evaluate("e => e === document.activeElement"):
                return
        pytest.fail(f"{nom} ne s'atteint pas au clavier")

    page.goto("/delegues/ma-section/")
    aller("button", "Commencer le procès-verbal")
    page.keyboard.press("Enter")
    rubrique(page, "Quand et où s'est tenue l'assemblée ?")
    # The browser's own field of a date is its own affair: what one types there follows its language.
    instant = timezone.localtime(timezone.now() - timedelta(hours=1))
    page.get_by_label("Ouverture de l'assemblée").fill(f"{instant:%Y-%m-%dT%H:%M}")
    aller("textbox", "Lieu")
    page.keyboard.type("Salle des fêtes")
    aller("button", "Enregistrer et continuer")
    page.keyboard.press("Enter")
    rubrique(page, "Qui est là ?")
    membre = scene.membres[0]
    aller("checkbox", f"{membre.nom} {membre.prenom}")
    page.keyboard.press("Space")
    expect(page.locator("[data-reseau]")).to_have_text("Tout est enregistré.")
    aller("button", "Enregistrer et continuer")
    page.keyboard.press("Enter")
    rubrique(page, "Que dit l'urne ?")
    assert presents() == {membre.pk}


def test_rectifier_dans_un_navigateur(scene: Scene, entrer, regarder) -> None:
    maintenant = timezone.now()
    pv = remplir(
        scene, commencer(scene, maintenant), voix=[5, 4, 3, 2], instant=maintenant, seance=maintenant
    )
    ancien = frais(contresigner(scene, presenter(scene, frais(pv), maintenant), maintenant))
    page = entrer(scene.secretaire, MOBILE)
    page.goto(ancien.get_absolute_url())
    page.get_by_role("link", name="Rectifier").click()
    page.get_by_label("Pourquoi").fill("Un nul oublié.")
    regarder(page, "40-rectifier")
    page.get_by_role("button", name="Commencer le rectificatif").click()
    page.get_by_role("navigation", name="Étapes du procès-verbal").get_by_role(
        "link", name="Dépouillement"
    ).click()
    page.get_by_label("Bulletins blancs").fill("0")
    page.get_by_label("Bulletins nuls").fill("1")
    suivre(page)
    rubrique(page, "Y a-t-il eu un incident ?")
    page.get_by_role("link", name="Relire et signer").click()
    expect(page.get_by_role("row", name="Nuls 0 1")).to_be_visible()
    regarder(page, "41-rectificatif")


@pytest.mark.parametrize("apparence", ["light", "dark"])
def test_clair_et_sombre(scene: Scene, entrer, regarder, apparence: str) -> None:
    maintenant = timezone.now()
    pv = remplir(
        scene, commencer(scene, maintenant), voix=[5, 4, 3, 2], instant=maintenant, seance=maintenant
    )
    page = entrer(scene.secretaire, MOBILE, color_scheme=apparence)
    for nom in ("presences", "depouillement", "pieces", "relire"):
        page.goto(f"/delegues/pv/{pv.cle}/{nom}/")
        regarder(page, f"50-{nom}-{apparence}")

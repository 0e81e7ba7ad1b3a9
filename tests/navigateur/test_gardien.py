"""A trustee in a real browser: the key is made, kept, used on the device and never leaves it; up to the result."""

from __future__ import annotations

import json
import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from consultation import actes
from consultation.belenios.gardiens import nouvelle_cle
from consultation.belenios.groupes import groupe
from consultation.models import Evenement, Gardien, Scrutin
from tests.consultation.scene import ANNONCE, APRES, OUVERTURE, annoncer
from tests.consultation.test_travailleurs import attendre, broker, travailleur  # noqa: F401 - fixtures
from tests.navigateur.scene_gardien import (
    DEPOSER,
    TERMINE,
    creer_la_cle,
    creer_puis_montrer,
    dechiffrer,
    enregistrer,
    fichier_d_une_autre_cle,
    mauvais_fichiers,
)
from tests.navigateur.scene_gestion import (
    Ecoute,
    activer,
    brouillon_sans_cle,
    ecritures_d_une_cle,
    entrer_comme,
    page_de,
    sans_trace,
    sous_toutes_les_apparences,
)

pytestmark = pytest.mark.django_db(transaction=True)

# --- The whole path ---------------------------------------------------------------------------------


@pytest.mark.skipif(not settings.REDIS_URL, reason="REDIS_URL manque : pas de Redis")
def test_de_la_creation_de_la_cle_au_resultat(
    territoire,
    nouveau_contexte,
    sans_defaut_axe,
    tmp_path,
    travailleur,  # noqa: F811
):
    """Two boxes, two trustees with a browser each, one real worker for all that the server does."""
    vote = brouillon_sans_cle(gardiens=2)
    travailleur()
    salles = [
        Salle(gardien, nouveau_contexte(accept_downloads=True), tmp_path)
        for gardien in vote.scrutin.gardiens.select_related("compte", "scrutin")
    ]
    for salle in salles:
        salle.creer_la_cle(sans_defaut_axe)
    voter_et_clore(vote)
    attendre(lambda: Evenement.objects.filter(type="EncryptedTally").count() == 2)
    for salle in salles:
        salle.dechiffrer(sans_defaut_axe)
    attendre(lambda: Scrutin.objects.get().etat == "depouille")

    administration = nouveau_contexte()
    entrer_comme(administration, vote.admin)
    page = administration.new_page()
    page.goto(page_de("publier", vote.scrutin))
    activer(page, "J'ai relu le résultat", touche="Space")
    sans_defaut_axe(page)
    activer(page, "Publier le résultat", dans="main form")
    expect(page.get_by_text("Le résultat est publié. Les codes de vote sont détruits.")).to_be_visible()

    anonyme = nouveau_contexte().new_page()
    anonyme.goto(page_de("resultat", vote.scrutin))
    expect(anonyme.get_by_text("« Oui » arrive en tête").first).to_be_visible()
    sans_defaut_axe(anonyme)
    comptes = [json.loads(e.donnees[0])["result"][0] for e in Evenement.objects.filter(type="Result")]
    assert [sum(c) for c in zip(*comptes, strict=True)] == [16, 0, 8]
    for salle in salles:
        salle.exiger_que_la_cle_soit_restee()


class Salle:
    """One trustee's browser, all of whose requests are kept."""

    def __init__(self, gardien, contexte, dossier):
        self.gardien, self.dossier = gardien, dossier
        entrer_comme(contexte, gardien.compte)
        self.ecoute = Ecoute(contexte)
        self.page = contexte.new_page()

    def creer_la_cle(self, verifier):
        page = self.page
        page.goto(page_de("gardien", self.gardien.scrutin))
        self.fichier = creer_la_cle(page, self.dossier, verifier)
        notee = page.locator("[data-cle-empreinte]").inner_text()
        page.reload()
        expect(page.get_by_role("heading", name="Votre clé est déposée")).to_be_visible()
        self.gardien.refresh_from_db()
        assert self.gardien.empreinte_de_la_cle == notee
        expect(page.locator("main code.suivi")).to_have_text(notee)
        verifier(page)
        sans_trace(page)

    def dechiffrer(self, verifier):
        page = self.page
        page.goto(page_de("gardes"))
        verifier(page)
        activer(page, "Document de cadrage", dans="main")
        expect(page.get_by_role("heading", name="Déchiffrer le total des urnes")).to_be_visible()
        dechiffrer(page, self.fichier, verifier)
        expect(page.locator("[data-urnes] td:last-child")).to_have_text(["Part déposée", "Part déposée"])
        expect(page.locator("[data-urnes] td:nth-child(2)")).to_have_text(["12", "12"])
        page.reload()
        expect(page.get_by_role("heading", name=TERMINE)).to_be_visible()
        sans_trace(page)

    def exiger_que_la_cle_soit_restee(self):
        cle = json.loads(self.fichier.read_text())
        envois, envoyes = self.ecoute.chemins("POST"), self.ecoute.textes()
        # What was listened to is all: the pages, the archives that the worker reads, both kinds of delivery.
        assert sum(u.endswith(".bel") for u in self.ecoute.chemins("GET")) == 2
        assert [re.sub(r".*/gardien/|/.*", "", u.split("/gardien/")[1]) for u in envois] == [
            "cle",
            "urnes",
            "urnes",
        ]
        assert any(cle["public_key"] in texte for texte in envoyes)
        for forme in ecritures_d_une_cle(int(cle["private_key"])):
            assert not any(forme in texte for texte in envoyes)


def voter_et_clore(vote):
    """Announced, sealed by the worker, opened, one voter in two, closed."""
    scrutin = vote.scrutin
    actes.annoncer_scrutin(scrutin=scrutin, par=vote.admin, instant=ANNONCE)
    attendre(lambda: scrutin.urnes.filter(hauteur=0).count() == 2)
    actes.ouvrir_scrutin(scrutin=scrutin, par=None, instant=OUVERTURE)
    scrutin.refresh_from_db()
    for rang, electeur in enumerate(vote.electeurs()[1::2]):
        vote.voter(electeur, [[0, 0, 1]] if rang % 3 == 0 else [[1, 0, 0]])
    actes.clore_scrutin(scrutin=scrutin, par=None, instant=APRES)


# --- Making the key -----------------------------------------------------------------------------------


@pytest.fixture
def brouillon(territoire):
    return brouillon_sans_cle()


@pytest.fixture
def creation(brouillon, page_bureau):
    """(page, draft): a trustee before "Créer ma clé"."""
    entrer_comme(page_bureau.context, brouillon.scrutin.gardiens.get().compte)
    page_bureau.goto(page_de("gardien", brouillon.scrutin))
    return page_bureau, brouillon


def test_un_autre_fichier_que_celui_de_la_cle_ne_la_laisse_pas_partir(creation, tmp_path, sans_defaut_axe):
    page, _ = creation
    activer(page, "Créer ma clé")
    bon = enregistrer(page, tmp_path)
    etat = page.locator("[data-controle-etat]")
    for mauvais, phrase in mauvais_fichiers(tmp_path):
        page.get_by_label("Fichier que vous venez d'enregistrer").set_input_files(mauvais)
        expect(etat).to_have_text(f"{phrase} Enregistrez-le de nouveau, puis choisissez-le.")
        sans_defaut_axe(page)
    page.get_by_label("Fichier que vous venez d'enregistrer").set_input_files(
        fichier_d_une_autre_cle(tmp_path)
    )
    expect(etat).to_have_text(
        "Ce fichier contient une autre clé. Choisissez celui que vous venez d'enregistrer."
    )
    expect(page.get_by_role("button", name=DEPOSER)).to_be_hidden()
    page.get_by_label("Fichier que vous venez d'enregistrer").set_input_files(bon)
    expect(page.get_by_role("button", name=DEPOSER)).to_be_focused()
    assert Gardien.objects.get().cle is None


def test_le_meme_fichier_enregistre_de_nouveau_est_relu(creation, tmp_path):
    """Saved again under the same name, as the page asks: the browser must not take it for the one it has read."""
    page, _ = creation
    activer(page, "Créer ma clé")
    fichier = enregistrer(page, tmp_path)
    bonne = fichier.read_text()
    champ = page.get_by_label("Fichier que vous venez d'enregistrer")
    fichier.write_text(bonne[:-30])
    champ.set_input_files(fichier)
    expect(page.locator("[data-controle-etat]")).to_contain_text("Enregistrez-le de nouveau")
    fichier.write_text(bonne)
    champ.set_input_files(fichier)
    expect(page.get_by_role("button", name=DEPOSER)).to_be_focused()


def test_quitter_avant_d_avoir_depose_est_retenu_et_ne_laisse_rien(creation):
    page, _ = creation
    activer(page, "Créer ma clé")
    expect(page.get_by_role("heading", name="Enregistrer le fichier")).to_be_focused()
    questions = []

    def accepter(question):
        questions.append(question.type)
        question.accept()

    page.once("dialog", accepter)
    page.reload()
    assert questions == ["beforeunload"]
    expect(page.get_by_role("button", name="Créer ma clé")).to_be_visible()
    sans_trace(page)
    assert Gardien.objects.get().cle is None


def test_la_session_finie_pendant_le_depot_de_la_cle_ne_perd_rien(creation, tmp_path, sans_defaut_axe):
    page, _ = creation
    page.route(
        "**/gardien/cle/", lambda r: r.fulfill(status=401, json={"code": "session", "message": "Non."})
    )
    fichier = creer_puis_montrer(page, tmp_path)
    page.keyboard.press("Enter")
    expect(page.locator("[data-incident]")).to_be_focused()
    expect(page.get_by_role("link", name="Me reconnecter (nouvel onglet)")).to_be_visible()
    sans_defaut_axe(page)
    page.unroute("**/gardien/cle/")
    activer(page, DEPOSER)
    expect(page.get_by_role("heading", name="Votre clé publique est déposée")).to_be_focused()
    assert Gardien.objects.get().cle["public_key"] == json.loads(fichier.read_text())["public_key"]


def test_sans_javascript_la_page_dit_pourquoi_et_que_faire(brouillon, nouveau_contexte):
    contexte = nouveau_contexte(java_script_enabled=False)
    entrer_comme(contexte, brouillon.scrutin.gardiens.get().compte)
    page = contexte.new_page()
    page.goto(page_de("gardien", brouillon.scrutin))
    assert "Cette page a besoin de JavaScript." in page.locator("noscript").text_content()
    expect(page.locator("[data-gardien]")).to_be_hidden()


def test_une_annonce_faite_entre_temps_refuse_la_cle_avec_une_phrase(territoire, page_bureau, tmp_path):
    """The other key was enough: this trustee was left out, and the vote announced, while the page was open."""
    vote = brouillon_sans_cle(gardiens=2)
    un, deux = vote.scrutin.gardiens.all()
    entrer_comme(page_bureau.context, un.compte)
    page_bureau.goto(page_de("gardien", vote.scrutin))
    creer_puis_montrer(page_bureau, tmp_path)
    actes.designer_gardiens(scrutin=vote.scrutin, comptes=[deux.compte], par=vote.admin)
    _, cle = nouvelle_cle(groupe("BELENIOS-2048"))
    deux.refresh_from_db()
    actes.deposer_cle(gardien=deux, cle=cle, par=deux.compte)
    annoncer(vote)
    page_bureau.keyboard.press("Enter")
    incident = page_bureau.locator("[data-incident]")
    expect(incident).to_be_focused()
    expect(incident).to_contain_text("Votre clé publique n'a pas été déposée.")
    assert Gardien.objects.count() == 1


# --- How it looks ---------------------------------------------------------------------------------------


def test_la_salle_du_gardien_sous_toutes_les_apparences(
    brouillon, nouveau_contexte, sans_defaut_axe, tmp_path
):
    gardien = brouillon.scrutin.gardiens.get()

    def visite(page, nom):
        page.goto(page_de("gardien", brouillon.scrutin))
        creer_puis_montrer(page, tmp_path)
        sans_defaut_axe(page)

    sous_toutes_les_apparences(nouveau_contexte, gardien.compte, visite)

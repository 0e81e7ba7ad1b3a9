"""Mandates in a browser: accept, show the card, the door with and without network, messages, sheets, directory."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as reglages
from django.core import mail
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from delegues import actes, cartes
from delegues.models import Assemblee, Delegation, ImportDeDelegations, Passage, ProcesVerbal
from refondation.membres.models import Adherent, Compte
from tests.delegues import scene
from tests.delegues.scene_candidatures import calendrier_ou_l_on_est
from tests.delegues.scene_imports import Papier
from tests.delegues.scene_mandats import Delegues, faire_delegues, responsable
from tests.navigateur.conftest import BUREAU, MOBILE

pytestmark = [pytest.mark.django_db(transaction=True)]
TAILLES = pytest.mark.parametrize("taille", [MOBILE, BUREAU], ids=["mobile", "bureau"])


@pytest.fixture(autouse=True)
def _lieux(settings: Any) -> None:
    settings.SECOND_FACTEUR_OBLIGATOIRE = False


@pytest.fixture
def entrer(nouveau_contexte: Callable[..., BrowserContext], live_server: Any) -> Callable[..., Page]:
    """A page where this account is logged in; nobody is where it is None."""

    def ouvrir(taille: dict, compte: Compte | None = None, **options: object) -> Page:
        contexte = nouveau_contexte(taille, **options)
        if compte is not None:
            client = Client()
            client.force_login(compte, backend="refondation.membres.connexion.ComptesPresents")
            biscuit = client.cookies[reglages.SESSION_COOKIE_NAME]
            contexte.add_cookies([{"name": biscuit.key, "value": biscuit.value, "url": live_server.url}])
        return contexte.new_page()

    return ouvrir


@pytest.fixture
def delegues(transactional_db: None) -> Delegues:
    jour = timezone.localdate()
    campagne = scene.faire_campagne(
        **calendrier_ou_l_on_est(scene.MANDATS)
        | {
            "mandat_debut": jour - timedelta(days=10),
            "mandat_fin": jour + timedelta(days=200),
            "engagement": "Je ne me présente pas à la gouvernance.",
            "engagement_jusqu_au": jour + timedelta(days=300),
        }
    )
    return faire_delegues(campagne=campagne, instant=timezone.now() - timedelta(days=9))


def assemblee_de(delegues: Delegues, par: Compte) -> Assemblee:
    return actes.ouvrir_une_assemblee(
        campagne=delegues.campagne,
        nom="Assemblée fédérale",
        tenue_le=timezone.now() + timedelta(hours=1),
        lieu="Bourse du travail",
        federation=delegues.section.federation,
        par=par,
    )


@TAILLES
@pytest.mark.parametrize("scripts", [True, False], ids=["avec JavaScript", "sans JavaScript"])
def test_du_courriel_a_la_porte(taille, scripts: bool, delegues: Delegues, entrer, sans_defaut_axe) -> None:
    """The delegate accepts and shows the card; whoever keeps the door types its code."""
    verifier = sans_defaut_axe if scripts else lambda page: None
    page = entrer(taille, delegues.compte(0), java_script_enabled=scripts)
    page.goto(delegues.mandat(0).get_absolute_url())
    verifier(page)
    page.get_by_role("button", name="Accepter le mandat").click()
    expect(page.get_by_role("alert")).to_contain_text("Cochez la case")
    verifier(page)
    page.get_by_label("J'accepte ce mandat.").check()
    page.get_by_label("Je prends cet engagement.").check()
    page.get_by_role("button", name="Accepter le mandat").click()
    expect(page.get_by_text("Votre mandat est accepté.")).to_be_visible()
    page.get_by_label("Téléphone à partager").fill("06 12 34 56 78")
    page.get_by_role("button", name="Partager ces coordonnées").click()
    expect(page.get_by_text("Vous partagez")).to_contain_text("06 12 34 56 78")
    verifier(page)
    page.get_by_role("link", name="Montrer ma carte").click()
    code = cartes.code_de(delegues.mandat(0))
    expect(page.get_by_text(code)).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("QR code"))).to_be_visible()
    verifier(page)
    par = responsable(delegues)
    assemblee = assemblee_de(delegues, par)
    porte = entrer(taille, par, java_script_enabled=scripts)
    porte.goto(f"/delegues/{delegues.campagne.slug}/assemblees/")
    verifier(porte)
    porte.get_by_role("link", name="Assemblée fédérale").click()
    verifier(porte)
    for saisie, titre in (
        (code.lower().replace("-", " "), "Valide"),
        (code, "Valide, déjà entré·e"),
        ("AAAA-AAAA-AAAA-AAAA", "Carte inconnue"),
    ):
        porte.get_by_label("Code de la carte").fill(saisie)
        porte.get_by_role("button", name="Contrôler la carte").click()
        expect(porte.get_by_role("heading", name=titre, exact=True)).to_be_visible()
        verifier(porte)
        expect(porte.locator("#compte dd").first).to_have_text("1")
    assert Passage.objects.get().assemblee == assemblee
    porte.goto(f"/delegues/porte/{assemblee.cle}/presences/")
    expect(porte.get_by_role("rowheader", name=delegues.personnes[0].nom)).to_be_visible()
    verifier(porte)
    porte.goto(f"/delegues/porte/?code={code}")
    expect(porte.get_by_role("heading", name="Valide", exact=True)).to_be_visible()
    verifier(porte)


def test_la_porte_sans_reseau(delegues: Delegues, entrer, sans_defaut_axe) -> None:
    """Prepared before, the phone checks alone; what it kept goes when the network is back."""
    par = responsable(delegues)
    assemblee = assemblee_de(delegues, par)
    codes = [cartes.code_de(delegues.mandat(rang)) for rang in range(3)]
    page = entrer(MOBILE, par)
    page.goto(assemblee.get_absolute_url())

    def controler(saisie: str, titre: str) -> None:
        page.get_by_label("Code de la carte").fill(saisie)
        page.get_by_role("button", name="Contrôler la carte").click()
        expect(page.get_by_role("heading", name=titre, exact=True)).to_be_visible()

    page.context.set_offline(True)
    controler(codes[0], "Pas de réseau")
    page.context.set_offline(False)
    page.get_by_role("button", name="Préparer ce téléphone").click()
    expect(page.get_by_text("Ce téléphone est prêt : 5 cartes")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Ce téléphone est prêt : 5 cartes")).to_be_visible()
    page.context.set_offline(True)
    controler(codes[0].lower(), "Valide")
    expect(page.get_by_text("Contrôle fait sans réseau.")).to_be_visible()
    controler(codes[0], "Déjà entré·e")
    controler(codes[2], "Suppléant·e")
    controler("ZZZZ-ZZZZ-ZZZZ-ZZZZ", "Pas sur la liste")
    controler("12", "Carte inconnue")
    expect(page.get_by_text("2 entrées attendent le réseau.")).to_be_visible()
    sans_defaut_axe(page)
    assert Passage.objects.count() == 0
    page.context.set_offline(False)
    expect(page.get_by_text("2 entrées envoyées.")).to_be_visible()
    assert set(Passage.objects.values_list("delegation__adherent", flat=True)) == {
        delegues.personnes[0].pk,
        delegues.personnes[2].pk,
    }
    page.get_by_role("button", name="Effacer la liste de ce téléphone").click()
    expect(page.get_by_text("Ce téléphone n'est pas préparé.")).to_be_visible()


def test_une_liste_telechargee_se_charge_et_une_fausse_non(
    delegues: Delegues, entrer, tmp_path: Path
) -> None:
    par = responsable(delegues)
    assemblee = assemblee_de(delegues, par)
    page = entrer(MOBILE, par)
    page.goto(assemblee.get_absolute_url())
    with page.expect_download() as attente:
        page.get_by_role("link", name="Télécharger la liste signée").click()
    liste = Path(attente.value.path()).read_text()
    fausse, autre, vraie = (tmp_path / nom for nom in ("fausse.json", "autre.json", "vraie.json"))
    fausse.write_text(liste.replace("suppleant", "titulaire"))
    autre.write_text("Bonjour")
    vraie.write_text(liste)
    for fichier, phrase in (
        (fausse, "Cette liste n'est pas signée par la plateforme."),
        (autre, "Ce fichier n'est pas une liste de porte."),
        (vraie, "Ce téléphone est prêt : 5 cartes"),
    ):
        page.get_by_label("Charger une liste téléchargée").set_input_files(fichier)
        expect(page.get_by_text(phrase)).to_be_visible()


@TAILLES
def test_federation_annuaire_fin_remplacement_message(
    taille, delegues: Delegues, entrer, sans_defaut_axe
) -> None:
    par = responsable(delegues)
    Adherent.objects.filter(pk=delegues.personnes[1].pk).update(sorti_le=timezone.localdate())
    actes.constater_le_registre()
    page = entrer(taille, par)
    page.goto(f"/delegues/{delegues.campagne.slug}/delegues/")
    sans_defaut_axe(page)
    page.get_by_role("link", name="Constats du registre à décider").click()
    sans_defaut_axe(page)
    page.get_by_role("link", name=re.compile("^Décider")).click()
    sans_defaut_axe(page)
    page.get_by_label("Mettre fin au mandat").check()
    page.get_by_label("Si le mandat prend fin").select_option("deces")
    page.get_by_role("button", name="Enregistrer la décision").click()
    expect(page.get_by_text("Rien à décider")).to_be_visible()
    sans_defaut_axe(page)
    page.goto(delegues.mandat(1).get_absolute_url())
    expect(page.get_by_text("supplée cette personne, d'après le procès-verbal.")).to_be_visible()
    sans_defaut_axe(page)
    page.get_by_role("button", name="Appeler cette personne à siéger").click()
    expect(page.get_by_text("siège à cette place")).to_be_visible()
    assert Delegation.objects.filter(remplace=delegues.mandat(1)).exists()
    page.goto(f"/delegues/{delegues.campagne.slug}/sections/31001/delegues/")
    sans_defaut_axe(page)
    page.goto(f"/delegues/{delegues.campagne.slug}/messages/")
    sans_defaut_axe(page)
    page.get_by_role("link", name="Écrire un message").click()
    page.get_by_label("Objet").fill("Réunion jeudi")
    page.get_by_label("Message").fill("À 18 h 30.")
    sans_defaut_axe(page)
    page.get_by_role("button", name="Voir l'aperçu").click()
    expect(page.get_by_role("button", name="Envoyer à 4 personnes")).to_be_visible()
    sans_defaut_axe(page)
    avant = len(mail.outbox)
    page.get_by_role("button", name="Envoyer à 4 personnes").click()
    expect(page.get_by_text("4 lettres parties sur 4")).to_be_visible()
    sans_defaut_axe(page)
    assert len(mail.outbox) == avant + 4
    page.goto(f"/delegues/{delegues.campagne.slug}/delegues/exporter/")
    sans_defaut_axe(page)
    page.get_by_label("ODS").check()
    with page.expect_download() as attente:
        page.get_by_role("button", name="Télécharger le fichier").click()
    assert attente.value.suggested_filename.endswith(".ods")


@TAILLES
def test_une_federation_importe_ses_papiers(
    taille, transactional_db: None, entrer, sans_defaut_axe, tmp_path: Path
) -> None:
    papier = Papier(**calendrier_ou_l_on_est(scene.ASSEMBLEES))
    for rang in (0, 4):
        papier.lignes[rang]["Date"] = f"{papier.campagne.assemblees_du + timedelta(hours=30):%d/%m/%Y %H:%M}"
    fichier = tmp_path / "delegations.csv"
    fichier.write_bytes(papier.csv().replace(b";3;titulaire", b";trois;titulaire"))
    page = entrer(taille, papier.par)
    page.goto(f"/delegues/{papier.campagne.slug}/importer/")
    sans_defaut_axe(page)
    page.get_by_label("Fichier des délégations").set_input_files(fichier)
    page.get_by_role("button", name="Déposer et vérifier").click()
    expect(page.get_by_text("2 erreurs dans le fichier.")).to_be_visible()
    sans_defaut_axe(page)
    page.get_by_role("link", name="Déposer le fichier corrigé").click()
    fichier.write_bytes(papier.csv())
    page.get_by_label("Fichier des délégations").set_input_files(fichier)
    page.get_by_role("button", name="Déposer et vérifier").click()
    expect(page.get_by_role("heading", name="Ce qui sera écrit")).to_be_visible()
    sans_defaut_axe(page)
    page.get_by_role("button", name="Écrire 2 brouillons").click()
    expect(page.get_by_text("2 brouillons de procès-verbal.")).to_be_visible()
    sans_defaut_axe(page)
    assert ProcesVerbal.objects.count() == 2
    page.get_by_role("button", name="Annuler l'import").click()
    expect(page.get_by_text("L'import est annulé")).to_be_visible()
    sans_defaut_axe(page)
    assert (ProcesVerbal.objects.count(), ImportDeDelegations.objects.first().etat) == (0, "annule")

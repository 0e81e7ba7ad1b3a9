"""National staff and the commission in a real browser, by the keyboard: from an empty draft to the publication."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from consultation import actes, tasks
from consultation.belenios.gardiens import nouvelle_cle
from consultation.belenios.groupes import groupe
from consultation.models import Controle, Gardien, Scrutin
from refondation.membres.models import Adherent
from tests.consultation.scene import Vote, annoncer, creer_compte, faire_scrutin, ouvrir_le_vote
from tests.consultation.scene_gestion import (
    dechiffrer,
    heure_locale,
    malgre_les_remparts,
)
from tests.consultation.scene_votant import ouvrir_maintenant
from tests.navigateur.conftest import MOBILE
from tests.navigateur.scene_gestion import (
    activer,
    aller_a,
    brouillon_sans_cle,
    cocher,
    entrer_comme,
    page_de,
    remplir,
    sous_toutes_les_apparences,
)

pytestmark = pytest.mark.django_db(transaction=True)

TEXTE = """# Se refonder

Un texte de cadrage, en deux paragraphes.

- Une première proposition.
- Une seconde.
"""


def dater(page, nom, valeur):
    """Reach a date field by the keyboard; what is typed there depends on the browser's own language."""
    aller_a(page, nom, dans="input")
    page.locator(":focus").fill(valeur)


@pytest.fixture
def bureau(territoire, page_bureau):
    """A desk where a national administrator is logged in."""
    entrer_comme(page_bureau.context, creer_compte("administrateur"))
    return page_bureau


# --- The whole path ---------------------------------------------------------------------------------


def test_du_brouillon_a_la_publication_au_clavier(bureau, sans_defaut_axe, mailoutbox, monkeypatch):
    scrutin = ecrire_le_brouillon(bureau, sans_defaut_axe)
    vote = designer_et_essayer(bureau, scrutin, sans_defaut_axe)
    annoncer_et_suivre(bureau, vote, sans_defaut_axe)
    clore_et_depouiller(bureau, vote, sans_defaut_axe, monkeypatch)
    publier(bureau, vote, sans_defaut_axe)


def ecrire_le_brouillon(page, verifier):
    """Settings, document and question; each page is checked as it is found."""
    ouvre = timezone.now() + timedelta(days=10)
    page.goto(page_de("tous"))
    verifier(page)
    activer(page, "Préparer un scrutin", vers="Préparer un scrutin")
    verifier(page)
    activer(page, "Créer le brouillon")
    # Nothing was given: each field says what it lacks, and nothing is lost.
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    verifier(page)
    remplir(page, "Nom", "Document de cadrage")
    remplir(page, "Adresse de la page", "cadrage")
    dater(page, "Ouverture", heure_locale(ouvre))
    dater(page, "Fermeture", heure_locale(ouvre + timedelta(days=7)))
    dater(page, "Date de référence de la liste", "2026-09-01")
    remplir(page, "Ancienneté demandée, en mois", "6")
    dater(page, "Cotisation à jour au", "2026-09-01")
    activer(page, "Créer le brouillon")
    expect(page.get_by_text("Brouillon créé : Document de cadrage.")).to_be_visible()
    expect(page.locator(".manques li")).to_have_count(3)
    verifier(page)

    activer(page, "Écrire le document", vers="Écrire le document de cadrage")
    remplir(page, "Titre", "Se refonder")
    remplir(page, "Texte", TEXTE)
    activer(page, "Voir un aperçu")
    expect(page.locator(".apercu-texte").get_by_text("Une première proposition.")).to_be_visible()
    expect(page.get_by_label("Texte", exact=True)).to_have_value(re.compile("^# Se refonder"))
    verifier(page)
    activer(page, "Enregistrer la version")
    expect(page.get_by_text("Version 1 enregistrée.")).to_be_visible()

    activer(page, "Ajouter une question", vers="Ajouter une question")
    verifier(page)
    remplir(page, "Question", "Acceptez-vous ce document ?")
    remplir(page, "Réponses proposées", "Oui\nNon")
    activer(page, "Enregistrer la question")
    expect(page.get_by_text("La question est enregistrée.")).to_be_visible()
    verifier(page)
    return Scrutin.objects.get()


def designer_et_essayer(page, scrutin, verifier):
    """A trustee, whose key is made elsewhere; the roll and the booth, tried before anything is frozen."""
    activer(page, "Désigner les gardien·nes", vers="Désigner les gardien·nes de la clé")
    verifier(page)
    remplir(page, "Numéro d'adhérent·e", "personne")
    activer(page, "Désigner cette personne")
    expect(page.locator(".champ-erreur")).to_contain_text("Personne n'a ce numéro ou cette adresse")
    verifier(page)
    remplir(page, "Numéro d'adhérent·e", Adherent.objects.order_by("numero").first().numero)
    activer(page, "Désigner cette personne")
    expect(page.get_by_text("est gardien·ne de la clé. Un courriel lui est envoyé.")).to_be_visible()
    verifier(page)
    gardien = Gardien.objects.get()
    privee, cle = nouvelle_cle(groupe("BELENIOS-2048"))
    actes.deposer_cle(gardien=gardien, cle=cle, par=gardien.compte)

    page.goto(page_de("gestion", scrutin))
    expect(page.get_by_text("Rien ne manque.")).to_be_visible()
    verifier(page)
    activer(page, "Simuler la liste et les urnes", vers="Si le scrutin était annoncé maintenant")
    verifier(page)
    activer(page, "Revenir au scrutin", vers="Document de cadrage")
    activer(page, "Essayer l'isoloir")
    page.wait_for_url("**/voter/apercu/")
    expect(page.get_by_role("button", name="Choisir ma réponse")).to_be_visible()
    activer(page, "Choisir ma réponse")
    cocher(page, "Oui")
    activer(page, "Relire mon bulletin")
    activer(page, "Confirmer ces choix")
    expect(page.get_by_text("L'aperçu s'arrête ici")).to_be_visible()
    verifier(page)
    return Vote(scrutin, scrutin_admin(), {gardien.pk: privee})


def scrutin_admin():
    from refondation.membres.models import Compte

    return Compte.objects.get(mandats__role="administrateur")


def annoncer_et_suivre(page, vote, verifier):
    """Announced, its dates moved, opened at its hour; participation moves with the hourly figures alone."""
    scrutin = vote.scrutin
    page.goto(page_de("gestion", scrutin))
    activer(page, "Annoncer le scrutin", vers="Annoncer « Document de cadrage »")
    verifier(page)
    activer(page, "Annoncer et figer la liste")
    expect(page.locator(".champ-erreur")).to_contain_text("Relisez ce qui sera figé, puis cochez cette case.")
    verifier(page)
    cocher(page, "J'ai relu ce qui sera figé")
    activer(page, "Annoncer et figer la liste")
    expect(page.get_by_text("La liste est figée, les urnes se préparent.")).to_be_visible()
    expect(page.get_by_text("Toutes les urnes sont scellées.")).to_be_visible()
    verifier(page)
    page.goto(page_de("gestion", scrutin))
    for ecrit in ("Modifier les règles", "Ajouter une question", "Désigner les gardien·nes"):
        expect(page.get_by_role("link", name=ecrit)).to_have_count(0)
    activer(page, "Déplacer les dates", vers="Déplacer les dates")
    verifier(page)
    dater(page, "Fermeture", heure_locale(scrutin.ferme_le + timedelta(days=1)))
    activer(page, "Déplacer les dates", dans="form")
    expect(page.get_by_text("Les dates sont déplacées.")).to_be_visible()

    scrutin.refresh_from_db()
    actes.ouvrir_scrutin(scrutin=scrutin, par=None, instant=scrutin.ouvre_le)
    scrutin.refresh_from_db()
    for electeur in vote.electeurs()[:30]:
        vote.voter(electeur, instant=scrutin.ouvre_le + timedelta(minutes=5))
    page.goto(scrutin.get_absolute_url())
    # Before the first hour nobody knows that thirty have voted.
    expect(page.locator("dl.chiffres").first).to_contain_text("moins de 10 pour l'instant")
    verifier(page)
    actes.relever_participation(scrutin=scrutin, instant=scrutin.ouvre_le + timedelta(hours=1))
    page.reload()
    expect(page.locator("dl.chiffres").first).to_contain_text(re.compile(r"30\s+sur 48"))
    verifier(page)
    page.goto(page_de("gestion", scrutin))
    # A box is not closed before its hour: nothing on the page offers it.
    expect(page.get_by_role("button", name=re.compile("Clore|Fermer le scrutin"))).to_have_count(0)
    verifier(page)


def clore_et_depouiller(page, vote, verifier, monkeypatch):
    """Closed by the clock while no worker runs; the staff starts the count and sees each step done."""
    scrutin = vote.scrutin
    with monkeypatch.context() as sans_travailleur:
        sans_travailleur.setattr(tasks.depouiller, "delay_on_commit", lambda pk: None)
        actes.clore_scrutin(scrutin=scrutin, par=None, instant=scrutin.ferme_le)
        actes.decouper(scrutin=scrutin)
    page.goto(page_de("gestion", scrutin))
    activer(page, "Suivre le dépouillement", vers="Dépouillement de « Document de cadrage »")
    expect(page.locator(".etapes li").first).to_contain_text("0 tranche sur 2")
    expect(page.get_by_text("Après les totaux")).to_be_visible()
    verifier(page)
    actes.totaliser_urne(urne=actes.verifier_une_tranche(scrutin=scrutin).urne)
    activer(page, "Actualiser")
    expect(page.locator(".etapes li").first).to_contain_text("1 tranche sur 2")
    expect(page.get_by_label("Bulletins revérifiés")).to_have_js_property("value", 1)
    expect(page.locator(".etapes li").nth(1)).to_contain_text("1 urne sur 2")
    activer(page, "Relancer le dépouillement")
    expect(page.get_by_text("Ce qui est déjà fait n'est pas refait.")).to_be_visible()
    expect(page.locator(".etapes li").nth(1)).to_contain_text("2 urnes sur 2")
    expect(page.get_by_text("Part attendue")).to_be_visible()
    verifier(page)
    dechiffrer(vote)
    activer(page, "Actualiser")
    expect(page.get_by_text("2 sur 2")).to_be_visible()
    verifier(page)


def publier(page, vote, verifier):
    activer(page, "Publier le résultat", vers="Publier le résultat de « Document de cadrage »")
    verifier(page)
    activer(page, "Publier le résultat", dans="form")
    expect(page.locator(".champ-erreur")).to_contain_text("Relisez le résultat et la page de contrôle")
    cocher(page, "J'ai relu le résultat")
    activer(page, "Publier le résultat", dans="form")
    expect(page.get_by_text("Le résultat est publié. Les codes de vote sont détruits.")).to_be_visible()
    expect(page.get_by_text("« Oui » arrive en tête").first).to_be_visible()
    verifier(page)
    assert Scrutin.objects.get().etat == "publie"


# --- The commission -----------------------------------------------------------------------------------


def test_la_commission_controle_et_n_ecrit_rien(territoire, page_mobile, sans_defaut_axe):
    vote = ouvrir_maintenant()
    for electeur in vote.electeurs()[:3]:
        vote.voter(electeur, instant=timezone.now())
    page = page_mobile
    entrer_comme(page.context, creer_compte("recolement"))
    page.goto(page_de("tous"))
    expect(page.get_by_role("link", name="Préparer un scrutin")).to_have_count(0)
    sans_defaut_axe(page)
    activer(page, "Document de cadrage", dans="main", vers="Document de cadrage")
    sans_defaut_axe(page)
    # Among what the page offers, nothing writes: no form but the one of colours.
    expect(page.locator("main form")).to_have_count(0)
    for ecrit in ("Modifier les règles", "Déplacer les dates", "Suivre les codes", "Annuler ce scrutin"):
        expect(page.get_by_role("link", name=ecrit)).to_have_count(0)
    activer(page, "Contrôler", dans="main", vers="Contrôler « Document de cadrage »")
    expect(page.locator("main form")).to_have_count(1)
    activer(page, "Contrôler maintenant")
    expect(page.get_by_text("Le contrôle n'a trouvé aucune anomalie.")).to_be_visible()
    expect(page.get_by_text("Égaux")).to_have_count(2)
    sans_defaut_axe(page)

    malgre_les_remparts("UPDATE consultation_document SET texte = 'x'")
    activer(page, "Contrôler maintenant")
    expect(page.get_by_text("Le contrôle a trouvé 1 anomalie(s).")).to_be_visible()
    expect(
        page.locator(".notice-alerte").get_by_text("Le document de cadrage n'est plus celui")
    ).to_be_visible()
    sans_defaut_axe(page)
    assert [c.defauts != [] for c in Controle.objects.order_by("fait_le")] == [False, True]
    # Until its result is out, the commission sees participation like everybody.
    page.goto(page_de("resultat", vote.scrutin))
    expect(page.get_by_text("n'est pas publié")).to_be_visible()


def test_annuler_au_clavier_dit_le_motif_a_tous(territoire, bureau, nouveau_contexte, sans_defaut_axe):
    vote = annoncer(faire_scrutin())
    bureau.goto(page_de("gestion", vote.scrutin))
    activer(bureau, "Annuler ce scrutin", vers="Annuler ce scrutin")
    sans_defaut_axe(bureau)
    activer(bureau, "Annuler le scrutin", dans="form")
    expect(bureau.locator(".champ-erreur").last).to_have_text("Cochez cette case pour annuler le scrutin.")
    sans_defaut_axe(bureau)
    aller_a(bureau, "Erreur dans la liste électorale")
    for _ in range(2):
        bureau.keyboard.press("ArrowDown")
    cocher(bureau, "J'annule ce scrutin")
    activer(bureau, "Annuler le scrutin", dans="form")
    expect(bureau.get_by_text("Motif : Incident technique.")).to_be_visible()
    sans_defaut_axe(bureau)
    passant = nouveau_contexte(MOBILE).new_page()
    passant.goto(vote.scrutin.get_absolute_url())
    expect(passant.locator("main")).to_contain_text("Incident technique")
    sans_defaut_axe(passant)


# --- How it looks ---------------------------------------------------------------------------------------

PAGES = {
    "brouillon": (
        "tous",
        "nouveau",
        "gestion",
        "reglages",
        "simulation",
        "rediger_document",
        "ajouter_question",
        "gardiens",
        "annoncer",
    ),
    "ouvert": ("gestion", "preparation", "controle", "depouillement", "annuler"),
    "clos": ("depouillement", "controle"),
    "depouille": ("depouillement", "publier", "resultat"),
}


def jusqu_a(etat):
    """A vote brought to that state, half of its voters having voted; controlled once where it can be."""
    if etat == "brouillon":
        return brouillon_sans_cle(gardiens=2, maillage="section")
    vote = ouvrir_le_vote(faire_scrutin(gardiens=2))
    for electeur in vote.electeurs()[::2]:
        vote.voter(electeur)
    actes.controler_scrutin(scrutin=vote.scrutin)
    if etat != "ouvert":
        vote.clore()
    if etat == "depouille":
        dechiffrer(vote)
    return vote


@pytest.mark.parametrize("etat", PAGES)
def test_les_pages_sous_toutes_les_apparences(territoire, nouveau_contexte, sans_defaut_axe, etat):
    vote = jusqu_a(etat)

    def visite(page, nom):
        for chemin in PAGES[etat]:
            sans_scrutin = chemin in ("tous", "nouveau")
            reponse = page.goto(page_de(chemin, None if sans_scrutin else vote.scrutin))
            assert reponse.status == 200, chemin
            sans_defaut_axe(page)

    sous_toutes_les_apparences(nouveau_contexte, vote.admin, visite)

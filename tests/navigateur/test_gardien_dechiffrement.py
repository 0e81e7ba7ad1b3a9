"""A trustee decrypts in a real browser, after the page has checked each box: what is refused, what can go on."""

from __future__ import annotations

import json

import pytest
from django.db import transaction
from playwright.sync_api import expect

from consultation.belenios import depouillement as protocole
from consultation.chaine import ajouter_evenement, election_de
from consultation.models import Evenement
from tests.consultation.scene import faire_scrutin, ouvrir_le_vote
from tests.consultation.scene_gestion import compter, malgre_les_remparts
from tests.navigateur.scene_gardien import LONG, TERMINE, fichier_d_une_autre_cle, mauvais_fichiers
from tests.navigateur.scene_gestion import (
    Ecoute,
    activer,
    entrer_comme,
    montrer_un_fichier,
    page_de,
    sous_toutes_les_apparences,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clos(territoire):
    """Two federation boxes summed, one trustee who has not decrypted."""
    vote = ouvrir_le_vote(faire_scrutin())
    for electeur in vote.electeurs()[::4]:
        vote.voter(electeur)
    vote.clore()
    compter(vote)
    return vote


@pytest.fixture
def fichier(clos, tmp_path):
    """The key file of that trustee."""
    ((_, privee),) = clos.cles.items()
    chemin = tmp_path / "cle-gardien-cadre-abcd1234.json"
    contenu = fichier_d_une_autre_cle(tmp_path).read_text()
    cle = clos.scrutin.gardiens.get().cle["public_key"]
    chemin.write_text(json.dumps(json.loads(contenu) | {"public_key": cle, "private_key": str(privee)}))
    return chemin


@pytest.fixture
def salle(clos, page_bureau):
    """The page where that trustee decrypts."""
    entrer_comme(page_bureau.context, clos.scrutin.gardiens.get().compte)
    page_bureau.goto(page_de("gardien", clos.scrutin))
    expect(page_bureau.locator("[data-urnes] tr")).to_have_count(2)
    return page_bureau


def parts():
    return Evenement.objects.filter(type="PartialDecryption").count()


def test_un_mauvais_fichier_ne_dechiffre_rien(salle, fichier, tmp_path, sans_defaut_axe):
    etat, bouton = (
        salle.locator("[data-cle-etat]"),
        salle.get_by_role("button", name="Vérifier et déchiffrer"),
    )
    champ = salle.get_by_label("Fichier de votre clé")
    autre_scrutin = (
        "Ce fichier contient une autre clé que celle que vous avez déposée. Cherchez le bon fichier."
    )
    for mauvais, phrase in (*mauvais_fichiers(tmp_path), (fichier_d_une_autre_cle(tmp_path), autre_scrutin)):
        champ.set_input_files(fichier)
        expect(bouton).to_be_enabled()
        champ.set_input_files(mauvais)
        expect(etat).to_have_text(phrase)
        expect(bouton).to_be_disabled()
        sans_defaut_axe(salle)
    assert parts() == 0


TOTAL = """UPDATE consultation_evenement
    SET donnees = ARRAY[replace(donnees[1], '"alpha":"', '"alpha":"1'), donnees[2]]"""
ALTERATIONS = {
    "total chiffré": (
        f"{TOTAL} WHERE type = 'EncryptedTally' AND urne_id = %s",
        "Le total chiffré de l'archive n'est pas le produit de ses bulletins.",
    ),
    "bulletin": (
        'UPDATE consultation_evenement SET donnees = ARRAY[replace(donnees[1], \'"response":"\', \'"response":"9\')] '
        "WHERE type = 'Ballot' AND hauteur = 2 AND urne_id = %s",
        "Les données d'un événement de l'archive ne sont pas celles qu'il annonce.",
    ),
    "bulletin retiré": (
        "DELETE FROM consultation_evenement WHERE type = 'Ballot' AND hauteur = 2 AND urne_id = %s",
        "La chaîne des événements est rompue : un événement manque ou a été remplacé.",
    ),
}


@pytest.mark.parametrize("geste", ALTERATIONS)
def test_une_urne_alteree_est_refusee_et_l_autre_dechiffree(clos, salle, fichier, sans_defaut_axe, geste):
    sql, phrase = ALTERATIONS[geste]
    alteree, saine = clos.scrutin.urnes.order_by("nom")
    assert malgre_les_remparts(sql, alteree.pk) == 1
    ecoute = Ecoute(salle.context)
    montrer_un_fichier(salle, "Fichier de votre clé", fichier)
    activer(salle, "Vérifier et déchiffrer les urnes")
    incident = salle.locator("[data-incident]")
    expect(incident).to_be_focused(timeout=LONG)
    expect(incident).to_contain_text("1 urne n'a pas été déchiffrée.")
    expect(incident).to_contain_text("Prévenez la commission de récolement, et gardez votre fichier.")
    lignes = {
        ligne.locator("th").inner_text(): ligne.locator("td").last.inner_text()
        for ligne in salle.locator("[data-urnes] tr").all()
    }
    assert lignes == {alteree.nom: phrase, saine.nom: "Part déposée"}
    sans_defaut_axe(salle)
    assert [u.split("/")[-2] for u in ecoute.chemins("POST")] == [saine.uuid]
    assert [e.urne_id for e in Evenement.objects.filter(type="PartialDecryption")] == [saine.pk]


def test_un_total_refait_avec_sa_chaine_est_recalcule_et_refuse(clos, salle, fichier, sans_defaut_axe):
    """Whoever holds the database counts every ballot twice and seals it in a chain that holds."""
    urne = clos.scrutin.urnes.order_by("nom").first()
    tranches, election = list(urne.tranches.all()), election_de(urne)
    double = protocole.somme(election, [protocole.depuis_json(t.somme) for t in tranches * 2])
    comptes = sum(t.comptes for t in tranches)
    chiffre, dimensionne = protocole.chiffrer_total(double, nombre=comptes, poids=comptes)
    total = urne.evenements.get(type="EncryptedTally")
    with transaction.atomic():
        malgre_les_remparts("DELETE FROM consultation_evenement WHERE id = %s", total.pk)
        malgre_les_remparts(
            "UPDATE consultation_urne SET hauteur = %s, tete = %s WHERE id = %s",
            total.hauteur - 1,
            total.parent,
            urne.pk,
        )
        urne.refresh_from_db()
        ajouter_evenement(urne, "EncryptedTally", [chiffre.decode(), dimensionne.decode()])
    montrer_un_fichier(salle, "Fichier de votre clé", fichier)
    activer(salle, "Vérifier et déchiffrer les urnes")
    expect(salle.locator("[data-incident]")).to_be_focused(timeout=LONG)
    phrase = "Le total chiffré de l'archive n'est pas le produit de ses bulletins."
    expect(salle.locator("[data-urnes] td:last-child")).to_have_text([phrase, "Part déposée"])
    sans_defaut_axe(salle)
    assert not Evenement.objects.filter(type="PartialDecryption", urne=urne).exists()


def test_l_archive_d_une_autre_urne_est_refusee(clos, salle, fichier):
    une, autre = (page_de("archive", clos.scrutin, u.uuid) for u in clos.scrutin.urnes.order_by("pk"))
    corps = salle.request.get(autre).body()
    salle.route(f"**{une}", lambda route: route.fulfill(body=corps))
    montrer_un_fichier(salle, "Fichier de votre clé", fichier)
    activer(salle, "Vérifier et déchiffrer les urnes")
    expect(salle.locator("[data-incident]")).to_be_focused(timeout=LONG)
    expect(salle.locator("[data-urnes]")).to_contain_text("Cette archive n'est pas celle de l'urne annoncée.")
    assert parts() == 1


def test_le_reseau_coupe_puis_revenu_reprend_ou_on_en_etait(clos, salle, fichier, sans_defaut_axe):
    derniere = clos.scrutin.urnes.order_by("pk").last()
    salle.route(f"**/urnes/{derniere.uuid}.bel", lambda r: r.abort())
    montrer_un_fichier(salle, "Fichier de votre clé", fichier)
    activer(salle, "Vérifier et déchiffrer les urnes")
    expect(salle.locator("[data-incident]")).to_be_focused(timeout=LONG)
    expect(salle.locator("[data-incident]")).to_contain_text("les urnes déjà livrées le restent")
    sans_defaut_axe(salle)
    livrees = parts()
    salle.unroute(f"**/urnes/{derniere.uuid}.bel")
    activer(salle, "Reprendre le déchiffrement")
    expect(salle.get_by_role("heading", name=TERMINE)).to_be_focused(timeout=LONG)
    assert (livrees, parts()) == (1, 2)


def test_le_dechiffrement_sous_toutes_les_apparences(clos, fichier, nouveau_contexte, sans_defaut_axe):
    def visite(page, nom):
        page.goto(page_de("gardien", clos.scrutin))
        page.get_by_label("Fichier de votre clé").set_input_files(fichier)
        expect(page.get_by_role("button", name="Vérifier et déchiffrer")).to_be_enabled()
        sans_defaut_axe(page)

    sous_toutes_les_apparences(nouveau_contexte, clos.scrutin.gardiens.get().compte, visite)

"""Staff pages over HTTP: who sees what in which state, what stays writable, how many queries each costs."""

from __future__ import annotations

import pytest
from django.test import Client

from consultation import actes
from consultation.models import Document, Gardien, Question, Scrutin
from refondation.journal.models import Ligne
from refondation.membres.models import Adherent, Compte
from tests.consultation.scene import annoncer, faire_scrutin, ouvrir_le_vote
from tests.consultation.scene_gestion import (
    ROLES,
    depouiller,
    navigateur,
    navigateur_de,
    publier,
    reglages,
    route,
)

# --- Who sees what, in which state -----------------------------------------------------------------

CONTROLE = {"direction", "recolement", "administrateur"}
ECRITURE = {"administrateur"}
# page → roles that it opens to, in every state of the vote
PAGES = {
    "gestion": CONTROLE,
    "controle": CONTROLE,
    "depouillement": CONTROLE,
    "reglages": ECRITURE,
    "simulation": ECRITURE,
    "rediger_document": ECRITURE,
    "ajouter_question": ECRITURE,
    "gardiens": ECRITURE,
    "annoncer": ECRITURE,
    "dates": ECRITURE,
    "preparation": ECRITURE,
    "annuler": ECRITURE,
    "publier": {"recolement", "administrateur"},
}


def en_l_etat(etat):
    vote = faire_scrutin()
    if etat in ("annonce", "annule"):
        annoncer(vote)
    if etat == "annule":
        actes.annuler_scrutin(scrutin=vote.scrutin, motif="technique", par=vote.admin)
    if etat in ("ouvert", "clos", "depouille", "publie"):
        ouvrir_le_vote(vote)
    if etat == "clos":
        vote.clore()
    if etat == "depouille":
        depouiller(vote)
    if etat == "publie":
        publier(vote)
    return Scrutin.objects.get()


@pytest.mark.parametrize("etat", [e.value for e in Scrutin.Etat])
def test_matrice_role_page_etat(territoire, etat):
    scrutin = en_l_etat(etat)
    assert scrutin.etat == etat
    # A draft is not even there for who may not see it.
    refus = 404 if etat == "brouillon" else 403
    for role in ROLES:
        client = navigateur(role)
        for page, admis in PAGES.items():
            attendu = 200 if role in admis else refus if role not in CONTROLE else 403
            assert client.get(route(page, scrutin)).status_code == attendu, (role, page)
    anonyme = Client()
    for page in PAGES:
        reponse = anonyme.get(route(page, scrutin))
        assert (reponse.status_code, "/compte/connexion/" in reponse.url) == (302, True)


@pytest.mark.parametrize("page", ["tous", "nouveau"])
def test_pages_sans_scrutin(territoire, page):
    admis = {"tous": CONTROLE, "nouveau": ECRITURE}[page]
    for role in ROLES:
        assert navigateur(role).get(route(page)).status_code == (200 if role in admis else 403), role


@pytest.mark.parametrize("etat", ["annonce", "ouvert", "clos", "depouille", "publie", "annule"])
def test_rien_ne_s_ecrit_apres_l_annonce(territoire, etat):
    scrutin = en_l_etat(etat)
    client = navigateur("administrateur")
    avant = (
        Ligne.objects.count(),
        Document.objects.count(),
        Question.objects.count(),
        Gardien.objects.count(),
    )
    adherent = Adherent.objects.first()
    envois = {
        "reglages": reglages(slug="cadre"),
        "rediger_document": {"titre": "T", "texte": "x", "texte_facile": ""},
        "ajouter_question": {"intitule": "?", "options": "a\nb", "minimum": "1", "maximum": "1"},
        "annoncer": {"relu": "on"},
    }
    for page, donnees in envois.items():
        reponse = client.post(route(page, scrutin), donnees)
        assert reponse.status_code == 422, page
    assert client.post(route("gardiens", scrutin), {"personne": adherent.numero}).status_code == 422
    pk = scrutin.questions.get().pk
    assert client.post(route("retirer_question", scrutin, pk)).status_code == 409
    assert client.post(route("deplacer_question", scrutin, pk), {"sens": "haut"}).status_code == 409
    apres = (
        Ligne.objects.count(),
        Document.objects.count(),
        Question.objects.count(),
        Gardien.objects.count(),
    )
    # The account opened for the person that could not be appointed is a line of its own.
    assert (apres[0] - avant[0], apres[1:]) == (1, avant[1:])


def test_le_second_facteur_est_redemande_avant_d_annoncer(territoire):
    vote = faire_scrutin()
    client = navigateur_de(vote.admin)
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 3600
    session.save()
    for page in ("annoncer", "annuler", "dates", "gardiens", "publier", "preparation"):
        reponse = client.get(route(page, vote.scrutin))
        assert (reponse.status_code, reponse.url.split("?")[0]) == (302, "/compte/confirmer/"), page
    # Writing a draft changes nothing for anybody: it asks for nothing more.
    assert client.get(route("rediger_document", vote.scrutin)).status_code == 200


# --- Number of queries ------------------------------------------------------------------------------------


@pytest.mark.parametrize("nombre", [1, 3])
@pytest.mark.parametrize(("page", "requetes"), [("tous", 6)])
def test_requetes_de_la_liste(territoire, nombre, page, requetes, django_assert_num_queries):
    for rang in range(nombre):
        faire_scrutin(slug=f"s{rang}", admin=Compte.objects.first())
    client = navigateur("administrateur")
    with django_assert_num_queries(requetes):
        client.get(route(page))


@pytest.mark.parametrize("nombre", [1, 3])
@pytest.mark.parametrize(
    ("page", "requetes"),
    [("gestion", 10), ("controle", 13), ("depouillement", 13), ("preparation", 10), ("annoncer", 15)],
)
def test_requetes_d_un_scrutin(territoire, nombre, page, requetes, django_assert_num_queries):
    questions = [{"intitule": f"Q{i} ?", "options": ["Oui", "Non"]} for i in range(nombre)]
    vote = faire_scrutin(gardiens=nombre, questions=questions, maillage="section")
    if page != "annoncer":
        ouvrir_le_vote(vote)
    if page == "depouillement":
        vote.clore()
    for _ in range(nombre):
        if page == "controle":
            actes.controler_scrutin(scrutin=vote.scrutin)
    client = navigateur_de(vote.admin)
    with django_assert_num_queries(requetes):
        client.get(route(page, vote.scrutin))

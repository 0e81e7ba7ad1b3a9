"""Staff pages over HTTP, without JavaScript: who sees what in which state; a draft until its announcement."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from consultation import actes
from consultation.models import AvisAuGardien, Document, Gardien, Question, Scrutin, Urne
from refondation.journal.models import Ligne
from refondation.membres.models import Adherent, Compte
from tests.consultation.scene import (
    ANNONCE,
    annoncer,
    creer_adherents,
    creer_compte,
    faire_scrutin,
    ouvrir_le_vote,
)
from tests.consultation.scene_gestion import (
    ROLES,
    depouiller,
    navigateur,
    navigateur_de,
    publier,
    route,
)
from tests.consultation.scene_votant import ouvrir_maintenant

DANS_DIX_JOURS = timedelta(days=10)


def heure_locale(instant):
    return timezone.localtime(instant).strftime("%Y-%m-%dT%H:%M")


def reglages(**champs):
    ouvre = timezone.now() + DANS_DIX_JOURS
    return {
        "nom": "Document de cadrage",
        "slug": "cadrage",
        "presentation": "",
        "ouvre_le": heure_locale(ouvre),
        "ferme_le": heure_locale(ouvre + timedelta(days=7)),
        "perimetre": "national",
        "section": "",
        "reference_le": "2026-09-01",
        "anciennete_mois": "6",
        "cotisation_au": "2026-09-01",
        "sympathisants": "exclus",
        "maillage": "federation",
        "seuil": "10",
        **champs,
    }


def dit(reponse):
    """The last thing that the page will say."""
    return [str(m) for m in get_messages(reponse.wsgi_request)][-1:]


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


ECRITS_DU_BROUILLON = ("reglages", "rediger_document", "ajouter_question", "gardiens", "annoncer")


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


# --- From nothing to the announcement ----------------------------------------------------------------


def test_du_brouillon_vide_a_l_annonce(territoire, mailoutbox, django_capture_on_commit_callbacks):
    client = navigateur("administrateur")
    reponse = client.post(route("nouveau"), reglages())
    scrutin = Scrutin.objects.get()
    assert reponse.url == route("gestion", scrutin)
    page = client.get(reponse.url).content.decode()
    for manque in ("Il manque le document", "Il manque une question", "Désignez au moins un·e gardien·ne"):
        assert manque in page
    assert client.post(route("annoncer", scrutin), {"relu": "on"}).status_code == 422

    ecrit = {"titre": "Cadre", "texte": "# Un titre\r\n\r\nUn texte.", "texte_facile": "Un texte simple."}
    apercu = client.post(route("rediger_document", scrutin), ecrit | {"apercu": "1"})
    assert "Un titre</h" in apercu.content.decode()
    assert Document.objects.count() == 0
    client.post(route("rediger_document", scrutin), ecrit)
    assert Document.objects.get().texte == "# Un titre\n\nUn texte.\n"
    # The same text again makes no version.
    client.post(route("rediger_document", scrutin), ecrit)
    assert Document.objects.count() == 1

    question = {
        "intitule": "Acceptez-vous ?",
        "options": "Oui\nNon",
        "minimum": "1",
        "maximum": "1",
        "blanc": "on",
    }
    client.post(route("ajouter_question", scrutin), question)
    client.post(
        route("ajouter_question", scrutin),
        {"intitule": "Priorités ?", "options": "A\nB\nC", "minimum": "1", "maximum": "2"},
    )
    premiere, seconde = Question.objects.order_by("rang")
    client.post(route("deplacer_question", scrutin, seconde.pk), {"sens": "haut"})
    assert list(Question.objects.order_by("rang").values_list("intitule", "rang")) == [
        ("Priorités ?", 1),
        ("Acceptez-vous ?", 2),
    ]
    client.post(route("ecrire_question", scrutin, premiere.pk), question | {"intitule": "Approuvez-vous ?"})
    client.post(route("retirer_question", scrutin, seconde.pk))
    assert list(Question.objects.values_list("intitule", "rang", "blanc")) == [("Approuvez-vous ?", 1, True)]

    gardien = Adherent.objects.first()
    with django_capture_on_commit_callbacks(execute=True):
        reponse = client.post(route("gardiens", scrutin), {"personne": gardien.numero.lower()})
    assert dit(reponse) == [
        f"{gardien.prenom} {gardien.nom} est gardien·ne de la clé. Un courriel lui est envoyé."
    ]
    assert [(m.bcc, m.to) for m in mailoutbox] == [([gardien.courriel], [])]
    assert route("gardien", scrutin) in mailoutbox[0].body
    with django_capture_on_commit_callbacks(execute=True):
        client.post(route("gardiens", scrutin), {"personne": Adherent.objects.last().numero})
    assert AvisAuGardien.objects.count() == len(mailoutbox) == 2

    from consultation.belenios.gardiens import nouvelle_cle
    from consultation.belenios.groupes import groupe

    for objet in Gardien.objects.all():
        _, cle = nouvelle_cle(groupe("BELENIOS-2048"))
        actes.deposer_cle(gardien=objet, cle=cle, par=objet.compte)
    page = client.get(route("annoncer", scrutin)).content.decode()
    for fige in ("Approuvez-vous ?", Document.objects.get().empreinte, "48", "par fédération"):
        assert fige in page
    assert client.post(route("annoncer", scrutin)).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        reponse = client.post(route("annoncer", scrutin), {"relu": "on"})
    assert reponse.url == route("preparation", scrutin)
    scrutin.refresh_from_db()
    assert (scrutin.etat, Urne.objects.filter(hauteur=0).count()) == ("annonce", 2)
    page = client.get(reponse.url).content.decode()
    assert "Toutes les urnes sont scellées." in page


REFUS = {
    "nom vide": ({"nom": ""}, "nom"),
    "adresse prise": ({"slug": "cadre"}, "slug"),
    "adresse réservée": ({"slug": "nouveau"}, "slug"),
    "adresse mal formée": ({"slug": "a b"}, "slug"),
    "fermeture avant l'ouverture": ({"ferme_le": "2020-01-01T10:00"}, "ferme_le"),
    "date illisible": ({"ouvre_le": "demain"}, "ouvre_le"),
    "seuil trop bas": ({"seuil": "2"}, "seuil"),
    "section absente": ({"perimetre": "section"}, "section"),
    "section inconnue": ({"perimetre": "section", "section": "99999"}, "section"),
    "fédérations absentes": ({"perimetre": "federations"}, "federations"),
    "ancienneté négative": ({"anciennete_mois": "-1"}, "anciennete_mois"),
}


@pytest.mark.parametrize("cas", REFUS)
def test_un_reglage_refuse_est_dit_a_cote_du_champ(territoire, cas):
    faire_scrutin()
    champs, fautif = REFUS[cas]
    reponse = navigateur("administrateur").post(route("nouveau"), reglages(presentation="À garder", **champs))
    form = reponse.context["form"]
    assert reponse.status_code == 422
    assert list(form.errors) == [fautif], form.errors
    assert "À garder" in reponse.content.decode()
    assert Scrutin.objects.count() == 1


def test_le_perimetre_ne_garde_que_ce_qui_le_concerne(territoire):
    client = navigateur("administrateur")
    section = territoire[0]
    client.post(
        route("nouveau"),
        reglages(
            perimetre="federations",
            federations=[section.federation_id],
            section=section.code,
            sympathisants="consultatifs",
        ),
    )
    scrutin = Scrutin.objects.get()
    assert (scrutin.section, list(scrutin.federations.all())) == (None, [section.federation])
    client.post(
        route("reglages", scrutin),
        reglages(perimetre="section", federations=[section.federation_id], section=section.code.lower()),
    )
    scrutin.refresh_from_db()
    assert (scrutin.section, scrutin.federations.count(), scrutin.sympathisants) == (section, 0, "exclus")
    page = client.get(route("reglages", scrutin)).content.decode()
    assert f'value="{section.code}"' in page


QUESTIONS_REFUSEES = {
    "une seule réponse": ({"options": "Oui"}, "options"),
    "réponses identiques": ({"options": "Oui\nOui"}, "options"),
    "aucune réponse": ({"options": " \n "}, "options"),
    "maximum trop grand": ({"maximum": "5"}, "maximum"),
    "minimum au-dessus du maximum": ({"minimum": "2", "maximum": "1"}, None),
    "maximum nul": ({"minimum": "0", "maximum": "0"}, None),
    "intitulé vide": ({"intitule": ""}, "intitule"),
}


@pytest.mark.parametrize("cas", QUESTIONS_REFUSEES)
def test_une_question_refusee_garde_la_saisie(territoire, cas):
    scrutin = faire_scrutin().scrutin
    champs, fautif = QUESTIONS_REFUSEES[cas]
    envoi = {
        "intitule": "À garder ?",
        "options": "Oui\nNon\nPeut-être",
        "minimum": "1",
        "maximum": "1",
    } | champs
    reponse = navigateur("administrateur").post(route("ajouter_question", scrutin), envoi)
    assert reponse.status_code == 422
    erreurs = reponse.context["form"].errors
    assert fautif in erreurs if fautif else "__all__" in erreurs or "maximum" in erreurs
    if "intitule" not in champs:
        assert "À garder ?" in reponse.content.decode()
    assert Question.objects.count() == 1


def test_designer_retirer_oublier_une_cle(territoire):
    vote = faire_scrutin(gardiens=2)
    client, scrutin = navigateur_de(vote.admin), vote.scrutin
    un, deux = scrutin.gardiens.all()
    assert client.post(route("gardiens", scrutin), {"personne": "A999999"}).status_code == 422
    assert client.post(route("gardiens", scrutin), {"personne": un.compte.email}).status_code == 422
    client.post(route("retirer_gardien", scrutin, un.pk), {"geste": "cle"})
    un.refresh_from_db()
    assert un.cle is None
    client.post(route("retirer_gardien", scrutin, un.pk))
    assert list(scrutin.gardiens.values_list("pk", "rang")) == [(deux.pk, 1)]
    # The last one stays.
    assert client.post(route("retirer_gardien", scrutin, deux.pk)).status_code == 400


def test_la_simulation_dit_qui_et_quelles_urnes(territoire):
    creer_adherents(territoire[0], 5, a_jour_au=None)
    creer_adherents(territoire[0], 2, statut="sympathisant", a_jour_au=None)
    scrutin = faire_scrutin(maillage="section", seuil=13).scrutin
    reponse = navigateur("administrateur").get(route("simulation", scrutin))
    simulation = reponse.context["simulation"]
    (college,) = simulation.colleges
    assert (college.inscrits, college.urnes, college.plus_petite) == (48, {"federation": 2}, 24)
    assert simulation.ecartes == 7
    assert {c: (n, seul) for c, n, seul in simulation.par_critere} == {
        "Avoir le statut demandé": (2, 2),
        "Être à jour de cotisation": (5, 5),
    }
    assert [len(lieux) for _, lieux in college.regroupements] == [2, 2]
    # And the announcement does just that.
    actes.annoncer_scrutin(scrutin=scrutin, par=scrutin_admin(), instant=ANNONCE)
    assert sorted(Urne.objects.values_list("niveau", "inscrits")) == [("federation", 24)] * 2


def scrutin_admin():
    return Compte.objects.filter(mandats__role="administrateur").first()


def test_une_simulation_sous_le_seuil_le_dit(territoire):
    creer_adherents(territoire[0], 2, statut="sympathisant", a_jour_au=None)
    scrutin = faire_scrutin(sympathisants="consultatifs").scrutin
    page = navigateur("administrateur").get(route("simulation", scrutin)).content.decode()
    assert "2 inscrit·es, moins que le seuil d&#x27;anonymat" in page


def test_deplacer_les_dates(territoire):
    vote = faire_scrutin()
    client = navigateur_de(vote.admin)
    ouvre = timezone.now() + DANS_DIX_JOURS
    bonnes = {"ouvre_le": heure_locale(ouvre), "ferme_le": heure_locale(ouvre + timedelta(days=1))}
    inverses = {"ouvre_le": bonnes["ferme_le"], "ferme_le": bonnes["ouvre_le"]}
    assert client.post(route("dates", vote.scrutin), inverses).status_code == 422
    assert client.post(route("dates", vote.scrutin), bonnes).status_code == 302
    vote.scrutin.refresh_from_db()
    assert heure_locale(vote.scrutin.ouvre_le) == bonnes["ouvre_le"]


def test_annuler_demande_un_motif_et_une_certitude(vote_ouvert):
    client = navigateur_de(vote_ouvert.admin)
    adresse = route("annuler", vote_ouvert.scrutin)
    for envoi in ({}, {"motif": "technique"}, {"certain": "on"}, {"motif": "envie", "certain": "on"}):
        assert client.post(adresse, envoi).status_code == 422
    assert client.post(adresse, {"motif": "recours", "certain": "on"}).status_code == 302
    vote_ouvert.scrutin.refresh_from_db()
    assert (vote_ouvert.scrutin.etat, vote_ouvert.scrutin.motif) == ("annule", "recours")


def test_adresser_un_code_a_la_main(territoire, mailoutbox):
    vote = ouvrir_maintenant()
    client = navigateur_de(vote.admin)
    electeur = vote.electeurs()[0]
    Adherent.objects.filter(pk=electeur.adherent_id).update(courriel="nouvelle@exemple.fr")
    assert client.post(route("preparation", vote.scrutin), {"numero": "A999999"}).status_code == 422
    reponse = client.post(route("preparation", vote.scrutin), {"numero": electeur.adherent.numero})
    assert dit(reponse) == ["Le code part vers n…@exemple.fr."]
    assert mailoutbox[-1].to == ["nouvelle@exemple.fr"]


# --- Control --------------------------------------------------------------------------------------------


def test_controler_maintenant_se_garde_et_se_lit(vote_ouvert):
    client = navigateur("recolement")
    adresse = route("controle", vote_ouvert.scrutin)
    assert "Aucun contrôle n&#x27;a encore été fait" in client.get(adresse).content.decode().replace(
        "'", "&#x27;"
    )
    assert client.post(adresse).status_code == 302
    page = client.get(adresse).content.decode()
    assert "Aucune anomalie au dernier contrôle" in page
    assert vote_ouvert.scrutin.liste_empreinte in page
    controle = vote_ouvert.scrutin.controles.get()
    assert (controle.defauts, controle.urnes, controle.bulletins, controle.emargements) == ([], 2, 0, 0)
    assert controle.tetes in page
    assert Ligne.objects.filter(acte="consultation.controler").count() == 1


def test_un_incident_nouveau_alerte_la_commission_une_fois(
    vote_ouvert, mailoutbox, django_capture_on_commit_callbacks
):
    from consultation import tasks
    from tests.consultation.scene_gestion import malgre_les_remparts

    commission = creer_compte("recolement")
    malgre_les_remparts("UPDATE consultation_document SET texte = 'x'")
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            tasks.controler_les_urnes()
    (message,) = mailoutbox
    assert commission.email in message.bcc
    assert "Le document de cadrage n'est plus celui de l'annonce." in message.body
    page = navigateur_de(commission).get(route("controle", vote_ouvert.scrutin)).content.decode()
    assert "automatique" in page
    assert "Le document de cadrage n&#x27;est plus celui" in page
    assert vote_ouvert.scrutin.controles.count() == 2
    assert Ligne.objects.filter(acte="consultation.controler").count() == 1


def test_un_brouillon_ne_se_controle_pas(territoire):
    scrutin = faire_scrutin().scrutin
    client = navigateur("recolement")
    assert "Rien à contrôler" in client.get(route("controle", scrutin)).content.decode()
    assert client.post(route("controle", scrutin)).status_code == 409


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

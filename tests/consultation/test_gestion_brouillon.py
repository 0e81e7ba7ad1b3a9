"""A draft over HTTP, without JavaScript: settings, document, questions, trustees, simulation, announcement."""

from __future__ import annotations

import pytest

from consultation import actes
from consultation.models import AvisAuGardien, Document, Gardien, Question, Scrutin, Urne
from refondation.membres.models import Adherent, Compte
from tests.consultation.scene import ANNONCE, creer_adherents, faire_scrutin
from tests.consultation.scene_gestion import dit, navigateur, navigateur_de, reglages, route


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

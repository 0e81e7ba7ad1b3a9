"""The file of a designation over HTTP: what it says to whom, opinions, answers and appeals by the pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse

from delegues import actes
from delegues.models import (
    Avis,
    Campagne,
    Echange,
)
from tests.consultation.scene_gestion import navigateur_de
from tests.delegues import scene
from tests.delegues.scene_controle import (
    LECTEURS,
    POURQUOI,
    Dossier,
    campagne_du_jour,
    compte_au_role,
    decider_ce_jour,
    membre_de_la_commission,
    recevoir,
    recevoir_ce_jour,
    route,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def campagne() -> Campagne:
    return campagne_du_jour()


@pytest.fixture
def dossier(campagne: Campagne) -> Dossier:
    return recevoir_ce_jour(campagne)


# --- The file of a designation -----------------------------------------------------------------------------


@pytest.mark.parametrize("nombre", [1, 3])
def test_requetes_d_un_dossier(campagne: Campagne, nombre: int, django_assert_num_queries: Callable) -> None:
    dossier = recevoir(campagne, designation={"sieges": 4}, genres="FHFH", elus=nombre)
    for membre in dossier.membres[:nombre]:
        membre.a_jour_au = None
        membre.save()
    actes.recalculer_anomalies(campagne=campagne)
    for rang in range(nombre):
        actes.contester_designation(
            designation=dossier.designation, motifs=["piece"], texte=POURQUOI,
            par=scene.compte_de(dossier.membres[3 + rang]),
        )  # fmt: skip
    client = navigateur_de(membre_de_la_commission())
    with django_assert_num_queries(15):
        page = client.get(route("dossier", dossier))
    assert (len(page.context["anomalies"]), len(page.context["echanges"])) == (nombre, nombre)


def test_le_dossier_dit_ce_qui_manque(campagne: Campagne, dossier: Dossier) -> None:
    client = navigateur_de(membre_de_la_commission())

    def restes() -> list[tuple[str, bool]]:
        return [(r.phrase, r.fait) for r in client.get(route("dossier", dossier)).context["restes"]]

    assert restes() == [
        ("Un procès-verbal signé par deux personnes.", True),
        ("Les anomalies calculées sur ce procès-verbal.", True),
        ("Deux avis qui concordent, de deux membres de la commission.", False),
    ]
    dossier.membres[0].a_jour_au = None
    dossier.membres[0].save()
    actes.recalculer_anomalies(campagne=campagne)
    actes.contester_designation(
        designation=dossier.designation, motifs=["piece"], texte=POURQUOI,
        par=scene.compte_de(dossier.membres[3]),
    )  # fmt: skip
    actes.donner_avis(
        proces_verbal=dossier.pv, sens="rejeter", motifs=["piece"], texte=POURQUOI,
        par=membre_de_la_commission("69"),
    )  # fmt: skip
    assert restes()[2:] == [
        ("1 anomalie à lever, ou à expliquer dans l'avis qui valide.", False),
        ("La réponse de la section.", False),
        ("Deux avis qui concordent, de deux membres de la commission : 1 pour « rejeter ».", False),
    ]


def test_qui_conteste_n_est_nomme_qu_au_niveau_national(campagne: Campagne, dossier: Dossier) -> None:
    plaignant = scene.compte_de(dossier.membres[5])
    actes.contester_designation(
        designation=dossier.designation, motifs=["piece"], texte=POURQUOI, par=plaignant
    )
    membre = membre_de_la_commission("69")
    actes.donner_avis(proces_verbal=dossier.pv, sens="valider", texte=POURQUOI, par=membre)
    for role in LECTEURS:
        page = navigateur_de(compte_au_role(role, dossier)).get(route("dossier", dossier)).content.decode()
        national = role in {"direction", "recolement", "administrateur", "observateur"}
        assert (str(plaignant) in page, str(membre) in page) == (national, national), role
        assert POURQUOI in page
    page = navigateur_de(dossier.secretaire).get(route("repondre_a_la_commission", dossier)).content.decode()
    assert (str(plaignant) in page, POURQUOI in page) == (False, True)


def test_le_dossier_ne_dit_ni_adresse_ni_naissance(dossier: Dossier) -> None:
    for role in LECTEURS:
        page = navigateur_de(compte_au_role(role, dossier)).get(route("dossier", dossier)).content.decode()
        for membre in dossier.membres:
            assert membre.courriel not in page
            assert membre.numero not in page
            assert "1970" not in page


# --- Opinions over HTTP --------------------------------------------------------------------------------------


def test_deux_avis_par_la_page_decident(dossier: Dossier) -> None:
    for federation in ("75", "69"):
        client = navigateur_de(membre_de_la_commission(federation))
        page = client.get(route("avis", dossier))
        cle = page.context["form"].initial["proces_verbal"]
        reponse = client.post(route("avis", dossier), {"proces_verbal": str(cle), "sens": "valider"})
        assert (reponse.status_code, reponse.url) == (302, route("dossier", dossier))
        manque = "Ce qui manque pour décider" in client.get(route("dossier", dossier)).content.decode()
        assert manque == (federation == "75")  # until the second opinion decides
    assert dossier.relire().etat == "validee"


def test_une_saisie_refusee_est_gardee_et_dite_a_son_champ(dossier: Dossier) -> None:
    client = navigateur_de(membre_de_la_commission())
    envoi = {"proces_verbal": str(dossier.pv.cle), "sens": "rejeter", "texte": "Ma remarque"}
    reponse = client.post(route("avis", dossier), envoi)
    assert (reponse.status_code, reponse.context["form"].errors) == (
        422,
        {"motifs": ["Choisissez au moins un motif."]},
    )
    assert "Ma remarque" in reponse.content.decode()
    reponse = client.post(route("avis", dossier), envoi | {"motifs": ["piece"]})
    assert list(reponse.context["form"].errors) == ["texte"]
    assert Avis.objects.count() == 0


def test_une_page_perimee_ne_juge_pas_un_autre_proces_verbal(dossier: Dossier) -> None:
    client = navigateur_de(membre_de_la_commission())
    ancien = dossier.pv
    ancien.etat = "rectifie"
    ancien.save()
    scene.faire_proces_verbal(
        dossier.designation,
        [e.candidature for e in ancien.elus.all()],
        redacteur=dossier.secretaire,
        contresignataire=dossier.membres[1],
        rectifie=ancien,
        motif_de_rectification="Erreur",
    )
    reponse = client.post(route("avis", dossier), {"proces_verbal": str(ancien.cle), "sens": "valider"})
    assert reponse.status_code == 422
    assert "plus en vigueur" in reponse.content.decode()
    # Minutes of another section: not found.
    autre = recevoir(dossier.designation.campagne, "31002")
    reponse = client.post(route("avis", dossier), {"proces_verbal": str(autre.pv.cle), "sens": "valider"})
    assert reponse.status_code == 404
    assert Avis.objects.count() == 0


def test_un_membre_recuse_lit_sans_juger(dossier: Dossier) -> None:
    client = navigateur_de(membre_de_la_commission("31"))
    page = client.get(route("dossier", dossier))
    assert page.context["peut_donner_un_avis"] is False
    assert "C&#x27;est votre fédération" in page.content.decode()
    envoi = {"proces_verbal": str(dossier.pv.cle), "sens": "valider"}
    assert client.post(route("avis", dossier), envoi).status_code == 403
    assert Avis.objects.count() == 0


def test_le_second_facteur_est_redemande_avant_un_avis(dossier: Dossier) -> None:
    client = navigateur_de(membre_de_la_commission())
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 3600
    session.save()
    reponse = client.get(route("avis", dossier))
    assert (reponse.status_code, reponse.url.split("?")[0]) == (302, "/compte/confirmer/")
    assert client.get(route("dossier", dossier)).status_code == 200


def test_un_dossier_sans_proces_verbal(campagne: Campagne) -> None:
    section = scene.faire_section("34001", "34")
    scene.faire_designation(campagne, section)
    client = navigateur_de(membre_de_la_commission())
    adresse = reverse("delegues:dossier", args=["refondation", section.code])
    assert "Aucun procès-verbal reçu" in client.get(adresse).content.decode()
    assert client.get(f"{adresse}avis/").status_code == 409


# --- Sections, members, appeals over HTTP -----------------------------------------------------------------------


def test_le_dossier_mene_a_la_reponse_et_aux_recours(dossier: Dossier) -> None:
    """The secretary reads the file, answers when asked, and as a member of the section may appeal."""
    adresse, client = route("dossier", dossier), navigateur_de(dossier.secretaire)
    assert client.get(adresse).context["peut_repondre"] is False
    decider_ce_jour(dossier, "completer")
    page = client.get(adresse)
    assert (page.context["peut_repondre"], page.context["est_concerne"]) == (True, True)
    for role, attendu in (("direction", True), ("observateur", False), ("recolement", False)):
        page = navigateur_de(compte_au_role(role, dossier)).get(adresse)
        assert (page.context["peut_repondre"], page.context["est_concerne"]) == (False, attendu)


def test_du_complement_a_la_reponse(dossier: Dossier) -> None:
    decider_ce_jour(dossier, "completer")
    client = navigateur_de(dossier.secretaire)
    assert client.get(route("repondre_a_la_commission", dossier)).context["ouverte"] is True
    reponse = client.post(route("repondre_a_la_commission", dossier), {"texte": POURQUOI})
    assert (reponse.status_code, dossier.relire().etat) == (302, "recue")
    page = client.get(route("repondre_a_la_commission", dossier))
    assert "Rien à répondre" in page.content.decode()
    # The same answer sent again from a page left open.
    assert client.post(route("repondre_a_la_commission", dossier), {"texte": POURQUOI}).status_code == 422


def test_de_la_decision_au_recours_tranche(dossier: Dossier) -> None:
    decider_ce_jour(dossier, "rejeter")
    client = navigateur_de(scene.compte_de(dossier.membres[3]))
    assert client.get(route("recours", dossier)).context["peut_recourir"] is True
    envoi = {"motifs": ["compte"], "texte": POURQUOI}
    assert client.post(route("recours", dossier), envoi).status_code == 302
    page = client.get(route("recours", dossier)).content.decode()
    assert "Un recours est en cours" in page
    recours = Echange.objects.get(genre="recours")
    for federation in ("13", "33"):
        juge = navigateur_de(membre_de_la_commission(federation))
        assert juge.get(route("dossier", dossier)).context["peut_arbitrer"] is True
        reponse = juge.post(route("arbitrer", dossier, recours.pk), {"accueilli": "1", "texte": POURQUOI})
        assert reponse.status_code == 302
    assert dossier.relire().etat == "validee"
    assert "cette décision est définitive" in client.get(route("recours", dossier)).content.decode()


def test_une_contestation_par_la_page(dossier: Dossier) -> None:
    client = navigateur_de(scene.compte_de(dossier.membres[3]))
    reponse = client.post(route("contester", dossier), {"motifs": ["liste"], "texte": POURQUOI})
    assert (reponse.status_code, dossier.relire().etat) == (302, "contestee")
    assert "Contestation" in client.get(route("recours", dossier)).content.decode()


def test_un_deport_par_la_page(dossier: Dossier) -> None:
    membre = membre_de_la_commission()
    client = navigateur_de(membre)
    assert client.post(route("deport"), {"federation": "31", "motif": "Mon frère"}).status_code == 302
    assert "Mon frère" in client.get(route("deport")).content.decode()
    assert client.post(route("deport"), {"federation": "31", "motif": "Encore"}).status_code == 422
    assert client.get(route("dossier", dossier)).context["peut_donner_un_avis"] is False

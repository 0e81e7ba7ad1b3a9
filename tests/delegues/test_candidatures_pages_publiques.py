"""Pages of candidacies over HTTP: public lists, the secretary, governance, incompatibilities, online votes."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consultation.models import Scrutin
from delegues import actes
from delegues.models import Candidature, Designation, Incompatibilite, Liste
from refondation.membres.models import Compte
from tests.consultation.scene_gestion import heure_locale, navigateur_de
from tests.delegues.monde_candidatures_pages import Monde, _photos_a_part, monde, texte_de
from tests.delegues.scene import (
    faire_adherent,
    faire_compte,
)
from tests.delegues.scene_candidatures import (
    TIRAGE,
    compte_de,
    faire_campagne,
    faire_liste,
    image,
    peupler,
    secretaire_de,
)

__all__ = ["_photos_a_part", "monde"]  # fixtures

pytestmark = pytest.mark.django_db


# --- Public pages ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_liste_publique_et_le_registre(nombre: int, django_assert_num_queries: Any) -> None:
    monde = Monde(TIRAGE)
    listes = [faire_liste(monde.designation, m) for m in monde.membres[:nombre]]
    actes.tirer_l_ordre(designation=monde.designation)
    with django_assert_num_queries(4):  # campaign, designation, lists, candidacies
        page = Client().get(monde.adresse("candidatures"))
    texte = texte_de(page)
    assert "Les candidatures sont dans l'ordre tiré au sort." in texte
    rangs = {str(liste): liste.rang for liste in monde.designation.listes.all()}
    assert sorted(rangs, key=rangs.get) == sorted(
        (str(x) for x in listes), key=lambda n: texte.index(f" {n} ")
    )
    with django_assert_num_queries(3):  # count, page, texts
        page = Client().get(reverse("delegues:engagements"))
    assert texte_de(page).count("Ville 31001, Fédération 31") == nombre


def test_les_commandes_de_la_page_refont_le_tirage() -> None:
    """Copied as they are into a terminal, whatever the seed holds."""
    monde = Monde(TIRAGE, graine="L'été $(date) 2026")
    for membre in monde.membres[:3]:
        faire_liste(monde.designation, membre)
    actes.tirer_l_ordre(designation=monde.designation)
    tirage = Client().get(monde.adresse("candidatures")).context["tirage"]
    attendus = {"commande": tirage["places"][0][0].numero, "commande_empreinte": tirage["empreinte"]}
    for commande, attendu in attendus.items():
        sortie = subprocess.run(["sh", "-c", tirage[commande]], capture_output=True, check=True).stdout
        assert sortie[:64].decode() == attendu


def test_avant_le_tirage_l_ordre_est_alphabetique(monde: Monde) -> None:
    for nom in ("Zola", "Aubrac", "Mendès"):
        faire_liste(monde.designation, faire_adherent(monde.section, prenom=nom, nom="X"))
    texte = texte_de(Client().get(monde.adresse("candidatures")))
    assert "par ordre alphabétique" in texte
    assert texte.index("Aubrac") < texte.index("Mendès") < texte.index("Zola")
    assert "Refaire le tirage" not in texte


def test_la_page_publique_ne_dit_que_le_nom(monde: Monde) -> None:
    faire_liste(monde.designation, monde.membres[0])
    for page in (Client().get(monde.adresse("candidatures")), Client().get(reverse("delegues:engagements"))):
        contenu = page.content.decode()
        assert monde.membres[0].nom in contenu
        for prive in (monde.membres[0].courriel, monde.membres[0].numero, "1970"):
            assert prive not in contenu


def test_une_campagne_en_preparation_n_est_pas_publique() -> None:
    monde = Monde(etat="preparation")
    for route in ("candidatures", "incompatibilites"):
        assert Client().get(monde.adresse(route)).status_code == 404
        assert navigateur_de(faire_compte("administrateur")).get(monde.adresse(route)).status_code == 200


def test_une_photo_n_est_publique_que_d_une_candidature_deposee() -> None:
    monde = Monde(candidatures="duos")
    candidature = faire_liste(monde.designation, *monde.membres[:2]).candidatures.get(rang=1)
    adresse = reverse("delegues:photo", args=[candidature.cle])

    def demander(client: Client) -> HttpResponse:
        reponse = client.get(adresse)
        reponse.getvalue()  # read to its end, so that the file is closed
        return reponse

    def statut(client: Client) -> int:
        return demander(client).status_code

    assert statut(Client()) == 404
    actes.presenter_ma_candidature(
        candidature=candidature, profession="", photo=image(), par=compte_de(monde.membres[0])
    )
    reponse = demander(Client())
    assert (reponse["Content-Type"], reponse["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    Liste.objects.update(etat="en-attente", deposee_le=None)
    assert [statut(c) for c in (Client(), monde.navigateur(1), monde.navigateur(0))] == [404, 404, 200]


# --- The secretary -------------------------------------------------------------------------------------


def comptes(monde: Monde) -> dict[str, Compte]:
    federation = monde.section.federation
    return {
        "secretaire": secretaire_de(monde.section),
        "autre_section": secretaire_de(peupler("31002", 1)[0]),
        "federal": faire_compte("secretaire_federal", federation=federation),
        "direction": faire_compte("direction"),
        "recolement": faire_compte("recolement"),
        "observateur": faire_compte("observateur"),
        "administrateur": faire_compte("administrateur"),
        "membre": compte_de(monde.membres[3]),
    }


def test_chaque_page_s_ouvre_a_son_role(monde: Monde) -> None:
    regle = Incompatibilite.objects.create(
        campagne=monde.campagne, nom="x", fondement="y", genre="cumul", exception="Oui"
    )
    ouvertes: dict[str, set[str] | None] = {
        monde.adresse("proposer"): {"secretaire"},
        monde.adresse("en_ligne"): {"secretaire", "administrateur"},
        monde.adresse("nouvelle_incompatibilite"): {"administrateur"},
        monde.adresse("ecrire_incompatibilite", regle.pk): {"administrateur"},
        monde.adresse("deroger", regle.pk): {"administrateur"},
        monde.adresse("incompatibilites"): None,  # everybody
    }
    for nom, compte in comptes(monde).items():
        client = navigateur_de(compte)
        for adresse, roles in ouvertes.items():
            attendu = 200 if roles is None or nom in roles else 403
            assert (nom, adresse, client.get(adresse).status_code) == (nom, adresse, attendu)


def test_la_secretaire_propose_relance_et_annule(monde: Monde) -> None:
    client = navigateur_de(secretaire_de(monde.section))
    adresse = monde.adresse("proposer")
    assert client.post(adresse, {"personnes": monde.membres[0].numero}).url == adresse
    candidature = Candidature.objects.get()
    assert "n'a pas encore répondu" in texte_de(client.get(adresse))
    reponse = client.post(adresse, {"personnes": monde.membres[0].numero})
    assert "déjà candidate" in texte_de(reponse)
    relancer = reverse("delegues:relancer", args=[candidature.cle])
    autre = navigateur_de(secretaire_de(peupler("31002", 1)[0]))
    assert autre.post(relancer, {"geste": "annuler"}).status_code == 403
    assert client.post(relancer, {"geste": "renvoyer"}).url == adresse
    client.post(relancer, {"geste": "annuler"})
    candidature.refresh_from_db()
    assert candidature.etat == "retiree"


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_page_de_la_secretaire_en_requetes_comptees(
    monde: Monde, nombre: int, django_assert_num_queries: Any
) -> None:
    client = navigateur_de(secretaire_de(monde.section))
    for membre in monde.membres[:nombre]:
        faire_liste(monde.designation, membre)
    client.get(monde.adresse("proposer"))
    with django_assert_num_queries(
        8
    ):  # session, account, mandates, factor, campaign, designation, lists, candidacies
        client.get(monde.adresse("proposer"))


# --- Governance, incompatibilities, online votes ---------------------------------------------------------


def test_la_gouvernance_se_refuse_a_qui_s_est_engage(monde: Monde) -> None:
    adresse = reverse("delegues:gouvernance")
    envoi = {
        "instance": "nationale",
        "fonction": "Conseil national",
        "election_le": (timezone.localdate() + timedelta(days=90)).isoformat(),
    }
    faire_liste(monde.designation, monde.membres[0])
    client = monde.navigateur()
    assert "Vous vous êtes engagé·e à ne pas être candidat·e" in texte_de(client.get(adresse))
    reponse = client.post(adresse, envoi)
    assert (reponse.status_code, "Cet engagement est public" in texte_de(reponse)) == (409, True)
    libre = monde.navigateur(1)
    assert libre.post(adresse, envoi | {"fonction": ""}).status_code == 422
    page = libre.post(adresse, envoi, follow=True)
    assert "Votre candidature est déclarée : Conseil national." in page.content.decode()
    [declaree] = page.context["declarees"]
    retirer = reverse("delegues:retirer_gouvernance", args=[declaree.pk])
    assert client.post(retirer).status_code == 404
    assert "Retirée" in texte_de(libre.post(retirer, follow=True))
    assert "relié à aucune adhésion" in texte_de(navigateur_de(faire_compte()).get(adresse))


def test_les_incompatibilites_s_ecrivent_en_preparation() -> None:
    monde = Monde(etat="preparation")
    client = navigateur_de(faire_compte("administrateur"))
    nouvelle = monde.adresse("nouvelle_incompatibilite")
    envoi = {
        "nom": "Suite",
        "fondement": "Statuts, 5",
        "genre": "successifs",
        "au_plus": "2",
        "exception": "Oui",
    }
    assert client.post(nouvelle, envoi | {"au_plus": ""}).status_code == 422
    assert client.post(nouvelle, envoi).url == monde.adresse("incompatibilites")
    regle = Incompatibilite.objects.get()
    assert regle.parametres == {"au_plus": 2}
    ecrire = monde.adresse("ecrire_incompatibilite", regle.pk)
    assert client.get(ecrire).context["form"]["au_plus"].value() == 2
    fonction = envoi | {"genre": "fonction", "roles": ["direction"], "du": "2026-01-01", "au": "2025-01-01"}
    assert "La fin de la règle vient après son début." in texte_de(client.post(ecrire, fonction))
    client.post(ecrire, fonction | {"au": "2027-01-01"})
    texte = texte_de(client.get(monde.adresse("incompatibilites")))
    assert "Ne pas exercer entre le 1er janvier 2026 et le 1er janvier 2027" in texte
    deroger = monde.adresse("deroger", regle.pk)
    client.post(deroger, {"numero": monde.membres[0].numero, "motif": "Six membres"})
    assert "Six membres" in texte_de(client.get(monde.adresse("incompatibilites")))
    assert "déjà accordée" in texte_de(
        client.post(deroger, {"numero": monde.membres[0].numero, "motif": "x"})
    )


def test_la_regle_se_supprime(monde: Monde) -> None:
    campagne = faire_campagne(slug="prepa", etat="preparation")
    regle = Incompatibilite.objects.create(campagne=campagne, nom="x", fondement="y", genre="cumul")
    adresse = reverse("delegues:supprimer_incompatibilite", args=["prepa", regle.pk])
    client = navigateur_de(faire_compte("administrateur"))
    assert client.get(adresse).status_code == 405
    client.post(adresse)
    assert Incompatibilite.objects.count() == 0


def test_l_administration_prepare_le_vote_en_ligne() -> None:
    monde = Monde(TIRAGE, mode="en-ligne")
    for _ in range(8):
        faire_adherent(monde.section)
    Designation.objects.update(mode="en-ligne")
    for membre in monde.membres[:2]:
        faire_liste(monde.designation, membre)
    actes.tirer_l_ordre(designation=monde.designation)
    client = navigateur_de(faire_compte("administrateur"))
    ouvre = monde.campagne.assemblees_du + timedelta(minutes=1)
    envoi = {
        "ouvre_le": heure_locale(ouvre),
        "ferme_le": heure_locale(ouvre + timedelta(days=2)),
        "gardiens": f"{monde.membres[3].numero}\nINCONNU",
    }
    adresse = monde.adresse("en_ligne")
    assert "Personne n'a ce numéro ou cette adresse : INCONNU." in texte_de(client.post(adresse, envoi))
    envoi["gardiens"] = monde.membres[3].numero
    trop_tot = client.post(adresse, envoi | {"ouvre_le": heure_locale(timezone.now())})
    assert "Le vote s'ouvre et se ferme entre" in texte_de(trop_tot)
    reponse = client.post(adresse, envoi)
    scrutin = Scrutin.objects.get()
    assert reponse.url == reverse("consultation:gestion", args=[scrutin.slug])
    assert scrutin.gardiens.get().compte.adherent == monde.membres[3]
    secretaire = navigateur_de(secretaire_de(monde.section))
    assert "brouillon" in texte_de(secretaire.get(adresse))
    assert secretaire.post(adresse, envoi).status_code == 403
    assert secretaire.post(monde.adresse("reporter")).status_code == 409

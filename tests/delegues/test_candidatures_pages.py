"""Pages of candidacies over HTTP: the screens of a candidacy, the answer from the mail."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from delegues import actes
from delegues.models import Candidature, Engagement, Incompatibilite
from refondation.membres.models import Adherent
from tests.consultation.scene_gestion import navigateur_de
from tests.delegues.monde_candidatures_pages import Monde, _photos_a_part, monde, texte_de
from tests.delegues.scene import (
    AVANT,
    CANDIDATURES,
    RETRAITS,
    faire_compte,
)
from tests.delegues.scene_candidatures import (
    TIRAGE,
    compte_de,
    faire_liste,
    peupler,
    secretaire_de,
)

__all__ = ["_photos_a_part", "monde"]  # fixtures

pytestmark = pytest.mark.django_db


# --- « Me porter candidat·e » ----------------------------------------------------------------------------


def test_de_la_premiere_page_a_la_candidature(monde: Monde) -> None:
    client = monde.navigateur()
    page = client.get(monde.adresse("candidater"))
    assert "Oui. Vous pouvez vous présenter dans la section de Ville 31001" in texte_de(page)
    assert texte_de(page).count("Rempli") == 6
    reponse = client.post(monde.adresse("candidater_etape", "texte"), {"profession": "**Le logement**"})
    assert reponse.url == monde.adresse("candidater_etape", "engagement")
    reponse = client.post(reponse.url, {"empreinte": monde.campagne.engagement_empreinte, "accepte": "on"})
    assert reponse.url == monde.adresse("candidater_etape", "relire")
    relue = client.get(reponse.url)
    assert b"<strong>Le logement</strong>" in relue.content
    reponse = client.post(reponse.url, follow=True)
    assert reponse.redirect_chain == [(monde.adresse("ma_candidature"), 302)]
    assert "Vous êtes candidat·e. Votre section le voit" in reponse.content.decode()
    candidature = Candidature.objects.get()
    assert (candidature.adherent, candidature.profession) == (monde.membres[0], "**Le logement**")
    # A second click, or the page kept open, leads to the candidacy.
    assert client.post(monde.adresse("candidater_etape", "relire")).url == monde.adresse("ma_candidature")
    assert Candidature.objects.count() == 1


def test_sans_cocher_l_engagement_on_n_avance_pas(monde: Monde) -> None:
    client = monde.navigateur()
    adresse = monde.adresse("candidater_etape", "engagement")
    reponse = client.post(adresse, {"empreinte": monde.campagne.engagement_empreinte})
    assert (reponse.status_code, "Cochez la case" in texte_de(reponse)) == (422, True)
    relire = client.get(monde.adresse("candidater_etape", "relire"))
    assert "Il reste à faire : Engagement" in texte_de(relire)
    reponse = client.post(monde.adresse("candidater_etape", "relire"))
    assert (reponse.status_code, "Relisez-le" in texte_de(reponse)) == (400, True)
    assert Candidature.objects.count() == 0


def test_une_empreinte_fabriquee_ne_vaut_rien(monde: Monde) -> None:
    client = monde.navigateur()
    client.post(monde.adresse("candidater_etape", "engagement"), {"empreinte": "0" * 64, "accepte": "on"})
    assert client.post(monde.adresse("candidater_etape", "relire")).status_code == 400
    assert Engagement.objects.count() == 0


def test_ce_qui_manque_se_lit_avec_son_remede(monde: Monde) -> None:
    Adherent.objects.filter(pk=monde.membres[0].pk).update(a_jour_au=None)
    texte = texte_de(monde.navigateur().get(monde.adresse("candidater")))
    assert "Pas aujourd'hui. Il vous manque une condition." in texte
    assert "Aucune cotisation n'est enregistrée à votre nom." in texte
    assert "apportez votre reçu à votre trésorier·e" in texte
    assert "Préparer ma candidature" not in texte


def test_une_derogation_se_lit_dans_les_conditions(monde: Monde) -> None:
    regle = Incompatibilite.objects.create(
        campagne=monde.campagne,
        nom="Fonction",
        fondement="Statuts, article 4",
        genre="fonction",
        parametres={"roles": ["secretaire_section"]},
        exception="Petites sections",
    )
    secretaire_de(monde.section, monde.membres[0])
    client = monde.navigateur()
    assert "Exception prévue : Petites sections." in texte_de(client.get(monde.adresse("candidater")))
    actes.accorder_derogation(
        incompatibilite=regle,
        adherent=monde.membres[0],
        motif="Six membres",
        par=faire_compte("administrateur"),
    )
    texte = texte_de(client.get(monde.adresse("candidater")))
    assert "Une dérogation vous est accordée : Six membres" in texte
    assert "Préparer ma candidature" in texte


@pytest.mark.parametrize(("phase", "ouverte"), [(AVANT, False), (CANDIDATURES, True), (RETRAITS, False)])
def test_hors_du_delai_on_lit_ses_conditions_sans_pouvoir_se_porter(phase: Any, ouverte: bool) -> None:
    monde = Monde(phase)
    texte = texte_de(monde.navigateur().get(monde.adresse("candidater")))
    assert ("Préparer ma candidature" in texte) is ouverte
    assert ("Les candidatures sont ouvertes du" in texte) is not ouverte


def test_qui_n_a_ni_section_ni_adhesion(monde: Monde) -> None:
    ailleurs = peupler("75001", 1)[1][0]
    page = navigateur_de(compte_de(ailleurs)).get(monde.adresse("candidater"))
    assert "Votre section, Ville 75001, ne désigne pas" in texte_de(page)
    page = navigateur_de(faire_compte()).get(monde.adresse("candidater"))
    assert "relié à aucune adhésion" in texte_de(page)
    assert Client().get(monde.adresse("candidater")).url.startswith(reverse("account_login"))


def test_une_etape_qui_n_existe_pas_ici(monde: Monde) -> None:
    client = monde.navigateur()
    assert client.get(monde.adresse("candidater_etape", "equipe")).status_code == 404
    assert client.get(monde.adresse("candidater_etape", "autre")).status_code == 404


def test_un_duo_se_compose_par_le_numero() -> None:
    monde = Monde(candidatures="duos")
    client, adresse = monde.navigateur(), monde.adresse("candidater_etape", "equipe")
    reponse = client.post(adresse, {"personnes": "INCONNU"})
    assert "Aucun membre n'a le numéro « INCONNU »" in texte_de(reponse)
    reponse = client.post(adresse, {"personnes": monde.membres[2].numero})
    assert "Un duo réunit une femme et un homme" in texte_de(reponse)
    assert client.post(adresse, {"personnes": monde.membres[1].numero}).status_code == 302
    client.post(
        monde.adresse("candidater_etape", "engagement"),
        {"empreinte": monde.campagne.engagement_empreinte, "accepte": "on"},
    )
    page = client.get(monde.adresse("candidater_etape", "relire"))
    assert f"{monde.membres[1].prenom} {monde.membres[1].nom}" in texte_de(page)
    page = client.post(monde.adresse("candidater_etape", "relire"), follow=True)
    assert "n'a pas encore répondu" in texte_de(page)


def test_une_liste_se_compose_dans_l_ordre() -> None:
    monde = Monde(candidatures="listes")
    client, adresse = monde.navigateur(), monde.adresse("candidater_etape", "equipe")
    numeros = "\n".join(m.numero for m in monde.membres[1:4])
    assert client.post(adresse, {"nom": "Nous", "personnes": numeros}).status_code == 302
    page = client.get(adresse)
    assert page.context["form"]["personnes"].value().splitlines() == numeros.splitlines()


# --- Answering from the mail ---------------------------------------------------------------------------


@pytest.fixture
def lien(monde: Monde, django_capture_on_commit_callbacks: Any) -> str:
    with django_capture_on_commit_callbacks(execute=True):
        actes.proposer_candidature(
            designation=monde.designation, adherents=[monde.membres[1]], par=secretaire_de(monde.section)
        )
    return re.search(r"http\S+(/delegues/repondre/\S+)", mail.outbox[0].body).group(1)


def test_ouvrir_le_lien_n_accepte_rien(lien: str) -> None:
    """What scanners of mail do: they open each link, with GET and HEAD, as often as they like."""
    for methode in ("get", "head", "get", "options"):
        getattr(Client(), methode)(lien)
    assert (Candidature.objects.get().etat, Engagement.objects.count()) == ("proposee", 0)
    assert Client().put(lien).status_code == 405


def test_accepter_depuis_le_courriel_sans_se_connecter(monde: Monde, lien: str) -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.get(lien)
    assert f"{monde.membres[1].prenom}, acceptez-vous d'être candidat·e ?" in texte_de(page)
    assert "no-store" in page["Cache-Control"]
    envoi = {"reponse": "accepter", "empreinte": monde.campagne.engagement_empreinte}
    assert client.post(lien, envoi).status_code == 403
    envoi["csrfmiddlewaretoken"] = client.cookies["csrftoken"].value
    page = client.post(lien, envoi)
    assert (page.status_code, "Cochez la case" in texte_de(page)) == (422, True)
    page = client.post(lien, envoi | {"accepte": "on"})
    assert "C'est entendu : vous acceptez" in texte_de(page)
    assert Candidature.objects.get().etat == "acceptee"
    assert Engagement.objects.get().adherent == monde.membres[1]
    assert client.get(lien).status_code == client.post(lien, envoi).status_code == 410


def test_decliner_n_engage_a_rien(lien: str) -> None:
    page = Client().post(lien, {"reponse": "decliner"})
    assert "vous n'avez pris aucun engagement" in texte_de(page)
    assert (Candidature.objects.get().etat, Engagement.objects.count()) == ("declinee", 0)


def test_un_lien_faux_ne_dit_rien(monde: Monde, lien: str) -> None:
    faux = re.sub(r"[^/]+/$", "autre-secret/", lien)
    page = Client().get(faux)
    assert page.status_code == 410
    assert monde.membres[1].nom not in page.content.decode()
    assert Client().post(faux, {"reponse": "accepter", "accepte": "on"}).status_code == 410


def test_repondre_depuis_son_compte(monde: Monde, lien: str) -> None:
    cle = Candidature.objects.get().cle
    adresse = reverse("delegues:repondre_connecte", args=[cle])
    assert monde.navigateur(2).get(adresse).status_code == 404
    client = monde.navigateur(1)
    assert "Une proposition vous attend." in texte_de(client.get(monde.adresse("ma_candidature")))
    envoi = {"reponse": "accepter", "accepte": "on", "empreinte": monde.campagne.engagement_empreinte}
    assert "vous acceptez" in texte_de(client.post(adresse, envoi))
    assert client.get(adresse).url == monde.adresse("ma_candidature")


def test_repondre_trop_tard(django_capture_on_commit_callbacks: Any) -> None:
    monde = Monde(TIRAGE)
    candidature = faire_liste(monde.designation, monde.membres[1]).candidatures.get()
    Candidature.objects.update(etat="proposee", repondue_le=None)
    adresse = reverse("delegues:repondre_connecte", args=[candidature.cle])
    page = monde.navigateur(1).get(adresse)
    assert "Le délai pour répondre est passé" in texte_de(page)
    assert "<form" not in re.search(r"<main.*?</main>", page.content.decode(), re.DOTALL).group()


# --- « Ma candidature » ----------------------------------------------------------------------------------


def test_ma_candidature_se_presente_et_se_retire(monde: Monde) -> None:
    candidature = faire_liste(monde.designation, monde.membres[0]).candidatures.get()
    client, adresse = monde.navigateur(), monde.adresse("ma_candidature")
    assert client.post(adresse, {"profession": "Le train"}).url == adresse
    candidature.refresh_from_db()
    assert candidature.profession == "Le train"
    assert client.post(adresse, {"profession": "x" * 3001}).status_code == 422
    retirer = reverse("delegues:retirer", args=[candidature.cle])
    assert "L'engagement que vous avez pris est levé." in texte_de(client.get(retirer))
    assert monde.navigateur(1).post(retirer).status_code == 404
    assert "Vous n'êtes plus candidat·e depuis" in texte_de(client.post(retirer, follow=True))


@pytest.mark.parametrize(
    ("phase", "presente", "retire"),
    [(CANDIDATURES, True, True), (RETRAITS, False, True), (TIRAGE, False, False)],
)
def test_ce_que_la_page_propose_a_chaque_moment(phase: Any, presente: bool, retire: bool) -> None:
    monde = Monde(phase)
    faire_liste(monde.designation, monde.membres[0])
    texte = texte_de(monde.navigateur().get(monde.adresse("ma_candidature")))
    assert ("Enregistrer ce que je présente" in texte) is presente
    assert ("Retirer ma candidature" in texte) is retire

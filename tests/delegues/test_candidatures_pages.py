"""Pages of candidacies over HTTP: the screens of a candidacy, answers, lists, rights, queries."""

from __future__ import annotations

import html
import re
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consultation.models import Scrutin
from delegues import actes
from delegues.models import Campagne, Candidature, Designation, Engagement, Incompatibilite, Liste
from refondation.membres.models import Adherent, Compte
from tests.consultation.scene_gestion import heure_locale, navigateur_de
from tests.delegues.scene import (
    AVANT,
    CANDIDATURES,
    RETRAITS,
    faire_adherent,
    faire_compte,
    faire_designation,
)
from tests.delegues.scene_candidatures import (
    TIRAGE,
    calendrier_ou_l_on_est,
    compte_de,
    faire_campagne,
    faire_liste,
    image,
    peupler,
    secretaire_de,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _photos_a_part(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


class Monde:
    """A campaign whose clock is ours, a section of four members, their browsers."""

    def __init__(self, phase: Any = CANDIDATURES, **champs: Any) -> None:
        self.campagne: Campagne = faire_campagne(**calendrier_ou_l_on_est(phase) | champs)
        self.section, self.membres = peupler()
        self.designation: Designation = faire_designation(self.campagne, self.section)

    def navigateur(self, rang: int = 0) -> Client:
        return navigateur_de(compte_de(self.membres[rang]))

    def adresse(self, route: str, *args: Any) -> str:
        de_section = {"candidatures", "proposer", "en_ligne", "reporter"}
        base = [self.campagne.slug, self.section.code] if route in de_section else [self.campagne.slug]
        return reverse(f"delegues:{route}", args=[*base, *args])


@pytest.fixture
def monde() -> Monde:
    return Monde()


def texte_de(reponse: Any) -> str:
    """The words of the page's main part, spaces made one."""
    principal = re.search(r"<main.*?</main>", reponse.content.decode(), re.DOTALL).group()
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", principal)))


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

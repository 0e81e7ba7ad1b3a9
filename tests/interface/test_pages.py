"""Pages of log-in, of one's account, of roles, of the journal: each is sound and says what it must."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from refondation.journal.models import Ligne
from refondation.membres.models import Compte, Mandat, date_du_jour
from tests.interface.lecture import defauts_de, texte_de
from tests.membres.monde import SECRET_TOTP, creer_compte, donner_un_second_facteur

Session = Callable[..., Client]
Reglages = Any  # pytest-django's `settings`
Compter = Callable[[int], AbstractContextManager]  # its `django_assert_num_queries`


# --- For everybody ------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "nom", ["accueil", "plan", "accessibilite", "donnees_personnelles", "account_login", "style"]
)
def test_les_pages_publiques_sont_saines(client: Client, nom: str) -> None:
    reponse = client.get(reverse(nom))
    assert reponse.status_code == 200
    defauts = defauts_de(reponse)
    # The style page shows both states of the main button.
    assert defauts == (["2 boutons principaux"] if nom == "style" else [])


@pytest.mark.django_db
@pytest.mark.parametrize("nom", ["accessibilite", "donnees_personnelles"])
def test_les_pages_qui_disent_d_ecrire_donnent_l_adresse(client: Client, nom: str) -> None:
    html = client.get(reverse(nom)).content.decode()
    assert html.count('<a href="mailto:contact@refondation.example">contact@refondation.example</a>') == 1


@pytest.mark.django_db
@pytest.mark.parametrize("nom", ["accueil", "plan", "accessibilite", "donnees_personnelles", "account_login"])
def test_chaque_page_a_ses_reperes(client: Client, nom: str) -> None:
    html = client.get(reverse(nom)).content.decode()
    assert '<html lang="fr">' in html
    assert '<a class="evitement" href="#contenu">' in html
    assert '<main id="contenu" tabindex="-1">' in html
    assert "Accessibilité : partiellement conforme" in html
    assert " – Refondation</title>" in html


def test_la_page_de_style_est_interne(client: Client, settings: Reglages, membre: Compte) -> None:
    settings.PRODUCTION = True
    settings.SECURE_SSL_REDIRECT = False
    assert client.get(reverse("style")).status_code == 404
    client.force_login(membre, backend="refondation.membres.connexion.ComptesPresents")
    assert client.get(reverse("style")).status_code == 404


def test_la_page_de_style_s_ouvre_a_l_administration(
    settings: Reglages, administratrice: Compte, session: Session
) -> None:
    settings.PRODUCTION = True
    assert session(administratrice, "mfa").get(reverse("style")).status_code == 200


@pytest.mark.django_db
def test_le_ruban_n_est_que_dans_la_demonstration(client: Client, settings: Reglages) -> None:
    assert "Démonstration" not in texte_de(client.get(reverse("accessibilite")))
    settings.MODE_DEMO = True
    html = client.get(reverse("accessibilite")).content.decode()
    assert "Démonstration : personnes inventées" in html
    assert f'href="{reverse("demo:accueil")}"' in html


# --- Colours ------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("choix", ["claire", "sombre"])
def test_choisir_ses_couleurs(client: Client, choix: str) -> None:
    reponse = client.post(reverse("apparence"), {"apparence": choix, "next": "/accessibilite/"})
    assert reponse["Location"] == "/accessibilite/"
    assert reponse.cookies["apparence"]["samesite"] == "Lax"
    html = client.get("/accessibilite/").content.decode()
    assert f'<html lang="fr" data-apparence="{choix}">' in html
    client.post(reverse("apparence"), {"apparence": ""})
    assert '<html lang="fr">' in client.get("/accessibilite/").content.decode()


@pytest.mark.django_db
def test_choisir_ses_couleurs_ne_mene_pas_ailleurs(client: Client) -> None:
    reponse = client.post(reverse("apparence"), {"apparence": "claire", "next": "https://ailleurs.example/"})
    assert reponse["Location"] == "/"


@pytest.mark.django_db
@pytest.mark.parametrize("valeur", ["rose", '"><script>', "CLAIRE"])
def test_un_temoin_de_couleurs_inconnu_ne_fait_rien(client: Client, valeur: str) -> None:
    client.cookies["apparence"] = valeur
    assert '<html lang="fr">' in client.get("/accessibilite/").content.decode()


def test_choisir_ses_couleurs_se_poste(client: Client) -> None:
    assert client.get(reverse("apparence")).status_code == 405


# --- Log-in -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_la_saisie_fausse_reste_et_le_dit(client: Client) -> None:
    reponse = client.post(reverse("account_login"), {"identite": "pas@une adresse"})
    assert defauts_de(reponse) == []
    assert 'value="pas@une adresse"' in reponse.content.decode()
    assert 'href="#id_identite"' in reponse.content.decode()


@pytest.mark.django_db
def test_la_page_du_code_rappelle_ce_qui_a_ete_saisi_et_garde_la_suite(client: Client) -> None:
    client.post(reverse("account_login"), {"identite": "m99999", "next": "/scrutins/"})
    reponse = client.get(reverse("saisir_le_code"))
    assert defauts_de(reponse) == []
    html = reponse.content.decode()
    assert "<strong>M99999</strong>" in html
    assert 'href="/compte/connexion/?next=/scrutins/"' in html.replace("%2F", "/")
    faux = client.post(reverse("saisir_le_code"), {"code": "12"})
    assert defauts_de(faux) == []
    assert "Le code a six chiffres" in texte_de(faux)


def test_la_seconde_etape_offre_la_cle_et_le_code(
    client: Client, administratrice: Compte, django_capture_on_commit_callbacks: Callable
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_login"), {"identite": administratrice.adherent.numero})
    code = mail.outbox[-1].subject[:7]
    assert client.post(reverse("saisir_le_code"), {"code": code})["Location"] == reverse("mfa_authenticate")
    reponse = client.get(reverse("mfa_authenticate"))
    assert defauts_de(reponse) == []
    assert "Utiliser ma clé d'accès" in texte_de(reponse)
    faux = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert defauts_de(faux) == []
    assert "Ce code n'est pas le bon" in texte_de(faux)


# --- One's account ------------------------------------------------------------------------------

SANS_SECOND_FACTEUR = ["mon_compte", "mfa_index", "mfa_list_webauthn", "account_logout", "connexion_ancienne"]
AVEC_SECOND_FACTEUR = [
    "mon_compte",
    "mfa_index",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_deactivate_totp",
    "mfa_add_webauthn",
    "mfa_reauthenticate",
]


@pytest.mark.parametrize("nom", [*SANS_SECOND_FACTEUR, "mfa_activate_totp", "mfa_add_webauthn"])
def test_les_pages_d_un_membre_sont_saines(membre: Compte, session: Session, nom: str) -> None:
    reponse = session(membre, "code").get(reverse(nom))
    assert reponse.status_code == 200
    assert defauts_de(reponse) == []


@pytest.mark.parametrize("nom", AVEC_SECOND_FACTEUR)
def test_les_pages_d_une_administratrice_sont_saines(
    administratrice: Compte, session: Session, nom: str
) -> None:
    reponse = session(administratrice, "mfa").get(reverse(nom))
    assert reponse.status_code == 200
    assert defauts_de(reponse) == []


def test_mon_compte_dit_le_registre_et_les_roles(administratrice: Compte, session: Session) -> None:
    texte = texte_de(session(administratrice, "mfa").get(reverse("mon_compte")))
    assert administratrice.adherent.numero in texte
    assert "Grace Hopper" in texte
    assert "Administrateur·rice national·e" in texte
    assert "Une seconde preuve protège votre compte." in texte


def test_mon_compte_sans_adhesion(session: Session, db: None) -> None:
    compte = Compte.objects.create(email="permanente@exemple.fr", nom="Rosa")
    reponse = session(compte, "code").get(reverse("mon_compte"))
    assert defauts_de(reponse) == []
    assert "Ce compte n'est relié à aucune adhésion." in texte_de(reponse)


def test_la_cle_de_l_application_est_aussi_ecrite(membre: Compte, session: Session) -> None:
    html = session(membre, "code").get(reverse("mfa_activate_totp")).content.decode()
    secret = html.split('<span class="suivi">')[1].split("<")[0]
    assert len(secret) == len(SECRET_TOTP)
    assert secret not in html.split('alt="')[1].split('"')[0]


def test_un_role_sans_seconde_preuve_est_mene_a_l_ajouter(session: Session, db: None) -> None:
    client = session(creer_compte("recolement"), "code")
    assert client.get(reverse("journal:liste"))["Location"] == reverse("second_facteur")
    assert defauts_de(client.get(reverse("second_facteur"))) == []


def test_fichier_des_codes_de_secours(administratrice: Compte, session: Session) -> None:
    reponse = session(administratrice, "mfa").get(reverse("mfa_download_recovery_codes"))
    lignes = reponse.content.decode().splitlines()
    assert lignes[0].startswith("Codes de secours de votre compte Refondation.")
    assert len([ligne for ligne in lignes[1:] if ligne]) == 10


# --- Roles, journal -------------------------------------------------------------------------------


def creer_mandats(nombre: int) -> None:
    for _ in range(nombre):
        creer_compte("recolement")


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_liste_des_roles(
    administratrice: Compte,
    session: Session,
    nombre: int,
    django_assert_num_queries: Compter,
) -> None:
    creer_mandats(nombre)
    client = session(administratrice, "mfa")
    # session, account, second factor, mandates of the viewer, count, page
    with django_assert_num_queries(6):
        reponse = client.get(reverse("roles:liste"))
    assert defauts_de(reponse) == []
    assert f"{nombre + 1} rôles" in texte_de(reponse)


def test_la_liste_des_roles_vide_propose_de_tout_voir(administratrice: Compte, session: Session) -> None:
    reponse = session(administratrice, "mfa").get(reverse("roles:liste"), {"q": "personne"})
    assert defauts_de(reponse) == []
    assert "Aucun rôle ne correspond" in texte_de(reponse)


def test_nommer_dit_l_erreur_et_garde_la_saisie(administratrice: Compte, session: Session) -> None:
    client = session(administratrice, "mfa")
    assert defauts_de(client.get(reverse("roles:nommer"))) == []
    saisie = {"personne": "Z999", "role": "recolement", "debut": "2026-09-01"}
    reponse = client.post(reverse("roles:nommer"), saisie)
    assert reponse.status_code == 422
    assert defauts_de(reponse) == []
    assert 'value="Z999"' in reponse.content.decode()
    assert Mandat.objects.count() == 1


def test_terminer_demande_confirmation(administratrice: Compte, session: Session) -> None:
    mandat = creer_compte("recolement").mandats.get()
    client = session(administratrice, "mfa")
    reponse = client.get(reverse("roles:terminer", args=[mandat.pk]))
    assert defauts_de(reponse) == []
    mandat.refresh_from_db()
    assert mandat.fin is None
    suite = client.post(reverse("roles:terminer", args=[mandat.pk]), follow=True)
    assert "n'est plus Commission de récolement." in texte_de(suite)
    assert defauts_de(suite) == []


def test_un_refus_est_une_page_saine(administratrice: Compte, membre: Compte, session: Session) -> None:
    interdit = session(membre, "code").get(reverse("roles:liste"))
    assert (interdit.status_code, defauts_de(interdit)) == (403, [])
    assert "Cette page ne vous est pas ouverte" in texte_de(interdit)
    assert "administration nationale : contact@refondation.example" in texte_de(interdit)
    mandat = administratrice.mandats.get()
    impossible = session(administratrice, "mfa").post(reverse("roles:terminer", args=[mandat.pk]))
    assert (impossible.status_code, defauts_de(impossible)) == (409, [])
    assert "nommez d'abord quelqu'un d'autre" in texte_de(impossible)


@pytest.mark.parametrize("nombre", [1, 3])
def test_le_journal(
    administratrice: Compte,
    session: Session,
    nombre: int,
    django_assert_num_queries: Compter,
) -> None:
    creer_mandats(nombre)
    client = session(administratrice, "mfa")
    lignes = Ligne.objects.count()
    # session, account, mandates, second factor, names of acts, federations, count, page
    with django_assert_num_queries(8):
        reponse = client.get(reverse("journal:liste"))
    assert defauts_de(reponse) == []
    assert f"{lignes} ligne" in texte_de(reponse)


def test_verifier_le_journal(administratrice: Compte, session: Session) -> None:
    reponse = session(administratrice, "mfa").post(reverse("journal:verification"))
    assert defauts_de(reponse) == []
    assert "Le journal est intact" in texte_de(reponse)


def test_verifier_un_journal_rompu(
    administratrice: Compte, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ligne, "empreinte_attendue", lambda self: "0" * 64)
    reponse = session(administratrice, "mfa").post(reverse("journal:verification"))
    assert defauts_de(reponse) == []
    assert "Le journal est rompu" in texte_de(reponse)
    assert "la ligne 1 a été modifiée" in texte_de(reponse)


# --- Second factor, menu -------------------------------------------------------------------------


def test_trop_de_secondes_preuves(administratrice: Compte, session: Session) -> None:
    client = session(administratrice, "mfa")
    reponses = [client.post(reverse("mfa_reauthenticate"), {"code": "000000"}) for _ in range(30)]
    derniere = reponses[-1]
    assert defauts_de(derniere) == []
    assert "Trop d" in texte_de(derniere)


def test_le_site_d_administration_s_ouvre(administratrice: Compte, session: Session) -> None:
    client = session(administratrice, "mfa")
    for nom in ("admin:index", "admin:membres_compte_changelist", "admin:journal_ligne_changelist"):
        reponse = client.get(reverse(nom))
        assert reponse.status_code == 200
        assert 'style="' not in reponse.content.decode()


def test_le_menu_dit_ou_l_on_est(administratrice: Compte, session: Session) -> None:
    html = session(administratrice, "mfa").get(reverse("roles:liste")).content.decode()
    assert f'<a href="{reverse("roles:liste")}" aria-current="true">Rôles</a>' in html


def test_un_mandat_a_venir_et_un_mandat_fini_se_distinguent(
    administratrice: Compte, session: Session
) -> None:
    jour = timedelta(days=1)
    Mandat.objects.create(compte=creer_compte(), role="recolement", debut=date_du_jour() + 10 * jour)
    Mandat.objects.create(
        compte=creer_compte(), role="recolement", debut=date_du_jour() - 10 * jour, fin=date_du_jour() - jour
    )
    client = session(administratrice, "mfa")
    assert "À venir" in texte_de(client.get(reverse("roles:liste")))
    finis = texte_de(client.get(reverse("roles:liste"), {"etat": "finis"}))
    assert "Fini le" in finis
    assert "Mettre fin" not in finis


def test_une_cle_d_acces_se_renomme_et_se_retire(administratrice: Compte, session: Session) -> None:
    from allauth.mfa.models import Authenticator

    cle = Authenticator.objects.create(
        user=administratrice,
        type="webauthn",
        data={"name": "Téléphone", "passwordless": True, "credential": {}},
    )
    client = session(administratrice, "mfa")
    for nom, args in (
        ("mfa_list_webauthn", []),
        ("mfa_edit_webauthn", [cle.pk]),
        ("mfa_remove_webauthn", [cle.pk]),
    ):
        reponse = client.get(reverse(nom, args=args))
        assert (reponse.status_code, defauts_de(reponse)) == (200, []), nom
        assert "Téléphone" in reponse.content.decode()
    client.post(reverse("mfa_edit_webauthn", args=[cle.pk]), {"name": "Tablette"})
    assert "Tablette" in texte_de(client.get(reverse("mfa_list_webauthn")))
    client.post(reverse("mfa_remove_webauthn", args=[cle.pk]))
    assert "Aucune clé d'accès" in texte_de(client.get(reverse("mfa_list_webauthn")))


def test_le_second_facteur_ne_se_donne_pas_deux_fois(session: Session, db: None) -> None:
    compte = creer_compte()
    donner_un_second_facteur(compte)
    assert session(compte, "mfa").get(reverse("second_facteur"))["Location"] == reverse("mfa_index")

"""Pages of mandates: who sees whom, who sat when, one's own steps, ends and replacements, queries counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
import time_machine
from django.test import Client

from delegues import actes, cartes
from delegues.models import Constat, Delegation
from refondation.membres.models import Adherent, Compte
from tests.delegues import scene
from tests.delegues.scene_mandats import Delegues, faire_delegues, responsable

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _pendant(settings):
    settings.SECOND_FACTEUR_OBLIGATOIRE = False
    with time_machine.travel(scene.MANDATS, tick=False):
        yield


@pytest.fixture
def delegues() -> Delegues:
    return faire_delegues()


def client_de(compte: Compte | None) -> Client:
    client = Client()
    if compte is not None:
        client.force_login(compte, backend="refondation.membres.connexion.ComptesPresents")
    return client


def annuaire(delegues: Delegues, suite: str = "") -> str:
    return f"/delegues/{delegues.campagne.slug}/delegues/{suite}"


# --- The directory ----------------------------------------------------------------------------------


def noms(client: Client, adresse: str) -> list[str]:
    reponse = client.get(adresse)
    assert reponse.status_code == 200
    return [d.adherent.nom for d in reponse.context["page"]]


def test_qui_voit_qui(delegues: Delegues) -> None:
    """Each role its perimeter; delegates those of their federation; a member nobody; a visitor logs in."""
    ailleurs = faire_delegues("75001", "75", campagne=delegues.campagne)
    ici, la_bas = ({p.nom for p in d.personnes} for d in (delegues, ailleurs))
    section = delegues.section
    attendus: list[tuple[Compte, set[str]]] = [
        (scene.faire_compte("administrateur"), ici | la_bas),
        (scene.faire_compte("recolement"), ici | la_bas),
        (scene.faire_compte("direction"), ici | la_bas),
        (scene.faire_compte("observateur"), ici | la_bas),
        (scene.faire_compte("secretaire_federal", federation=section.federation), ici),
        (scene.faire_compte("gestionnaire_federal", federation=section.federation), ici),
        (scene.faire_compte("secretaire_section", section=section), ici),
        (scene.faire_compte("secretaire_section", section=scene.faire_section("31002")), set()),
        (delegues.compte(0), ici),
        (ailleurs.compte(2), la_bas),
        (scene.compte_de(scene.faire_adherent(section)), set()),
    ]
    for compte, attendu in attendus:
        assert set(noms(client_de(compte), annuaire(delegues))) == attendu, compte
    assert client_de(None).get(annuaire(delegues)).status_code == 302


def test_qui_ne_siege_plus_ne_voit_que_soi(delegues: Delegues) -> None:
    actes.demissionner(delegation=delegues.mandat(0), par=delegues.compte(0))
    vus = noms(client_de(delegues.compte(0)), annuaire(delegues, "?etat=tous"))
    assert vus == [delegues.personnes[0].nom]


def test_les_filtres(delegues: Delegues) -> None:
    par = responsable(delegues)
    client, p = client_de(par), [x.nom for x in delegues.personnes]
    actes.accepter_mandat(delegation=delegues.mandat(1), par=delegues.compte(1))
    actes.terminer_mandat(delegation=delegues.mandat(0), cause="deces", par=par)
    for suite, attendu in {
        "": p[1:],
        "?qualite=titulaire": [p[1]],
        "?etat=a_accepter": p[2:],
        "?etat=a_remplacer": [p[0]],
        "?etat=finis": [p[0]],
        "?etat=tous": p,
        "?au=2026-10-14": p,
        "?au=2026-10-09": [],
        "?section=31001": p[1:],
        "?section=31002": [],
    }.items():
        assert sorted(noms(client, annuaire(delegues, suite))) == sorted(attendu), suite
    assert client.get(annuaire(delegues, "?au=hier")).status_code == 422


def test_ce_qu_on_cherche_ne_va_pas_dans_l_adresse(delegues: Delegues) -> None:
    client, cherche = client_de(responsable(delegues)), delegues.personnes[1]
    reponse = client.post(annuaire(delegues), {"q": cherche.nom, "qualite": "titulaire"})
    assert reponse["Location"] == annuaire(delegues, "?qualite=titulaire&recherche=1")
    assert noms(client, reponse["Location"]) == [cherche.nom]


def test_sans_consentement_aucune_coordonnee(delegues: Delegues) -> None:
    client, p = client_de(responsable(delegues)), delegues.personnes[0]
    assert "@exemple.fr" not in client.get(annuaire(delegues)).content.decode()
    actes.partager_coordonnees(delegation=delegues.mandat(0), courriel=p.courriel, par=delegues.compte(0))
    page = client.get(annuaire(delegues)).content.decode()
    assert page.count("@exemple.fr") == 2  # the link and its words
    assert p.courriel in page
    fiche = client.get(delegues.mandat(1).get_absolute_url()).content.decode()
    assert delegues.personnes[1].courriel not in fiche


@pytest.mark.parametrize("nombre", [1, 3])
def test_nombre_de_requetes_de_l_annuaire(delegues: Delegues, nombre: int, django_assert_num_queries) -> None:
    gardes = [delegues.mandat(rang).pk for rang in range(nombre)]
    Delegation.objects.exclude(pk__in=gardes).update(fin=date(2026, 10, 15), cause="demission")
    client = client_de(responsable(delegues))
    client.get(annuaire(delegues))
    with django_assert_num_queries(7):
        assert len(noms(client, annuaire(delegues))) == nombre


# --- Who sat ----------------------------------------------------------------------------------------


def test_qui_siegeait_le_14_octobre(delegues: Delegues) -> None:
    par, mandat, p = responsable(delegues), delegues.mandat(0), delegues.personnes
    actes.terminer_mandat(delegation=mandat, cause="exclusion", le=date(2026, 10, 15), par=par)
    actes.remplacer(delegation=mandat, par=par)
    adresse = f"/delegues/{delegues.campagne.slug}/sections/31001/delegues/"
    client = client_de(None)
    for au, attendus in {
        "2026-10-09": set(),
        "2026-10-14": {p[0], p[1]},
        "2026-10-15": {p[1]},
        "2026-10-20": {p[2], p[1]},
        "2027-06-29": {p[2], p[1]},
        "2027-06-30": set(),
    }.items():
        page = client.get(adresse, {"au": au})
        siegent = [d for d in page.context["siegent"] if d.qualite == "titulaire"]
        assert {d.adherent for d in siegent} == attendus, au
    texte = page.content.decode()
    assert texte.count(f"<td>{p[2].prenom} {p[2].nom}</td>") == 1  # replaced by
    # Names and days, not why.
    assert "Exclusion" not in texte
    assert p[0].numero not in texte
    for illisible in ("hier", "2026-02-31"):
        page = client.get(adresse, {"au": illisible})
        assert (page.status_code, "Cette date ne se lit pas" in page.content.decode()) == (200, True)
    assert client.get(f"/delegues/{delegues.campagne.slug}/sections/99999/delegues/").status_code == 404


@pytest.mark.parametrize("nombre", [1, 3])
def test_nombre_de_requetes_de_l_histoire(delegues: Delegues, nombre: int, django_assert_num_queries) -> None:
    gardes = [delegues.mandat(rang).pk for rang in range(nombre)]
    autre = scene.faire_designation(delegues.campagne, scene.faire_section("31002"))
    for delegation in Delegation.objects.filter(pk__in=gardes):
        Delegation.objects.create(
            campagne=delegues.campagne,
            designation=autre,
            adherent=scene.faire_adherent(autre.section),
            qualite="titulaire",
            rang=delegation.rang,
            debut=date(2026, 10, 10),
        )
    with django_assert_num_queries(4):
        page = client_de(None).get(f"/delegues/{delegues.campagne.slug}/sections/31002/delegues/")
    assert len(page.context["siegent"]) == nombre


# --- One's own page ----------------------------------------------------------------------------------


def test_accepter_partager_demissionner(delegues: Delegues) -> None:
    client = client_de(delegues.compte(0))
    adresse = delegues.mandat(0).get_absolute_url()
    assert client.get("/delegues/mon-mandat/")["Location"] == adresse
    assert client.post(f"{adresse}accepter/", {}).status_code == 422
    assert client.post(f"{adresse}accepter/", {"accepte": "on"}).status_code == 302
    assert client.post(f"{adresse}accepter/", {"accepte": "on"}).status_code == 302
    assert delegues.mandat(0).acceptee_le == scene.MANDATS
    assert client.post(f"{adresse}coordonnees/", {"telephone": "à la maison"}).status_code == 422
    assert client.post(f"{adresse}coordonnees/", {"telephone": "06 12 34 56 78"}).status_code == 302
    assert delegues.mandat(0).telephone == "06 12 34 56 78"
    client.post(f"{adresse}coordonnees/", {"retirer": "1", "telephone": "06 12 34 56 78"})
    assert delegues.mandat(0).telephone == ""
    assert client.get(f"{adresse}demissionner/").status_code == 200
    assert client.post(f"{adresse}demissionner/", {"le": "2026-10-25"}).status_code == 422
    assert client.post(f"{adresse}demissionner/", {"le": "2026-10-01", "confirme": "on"}).status_code == 422
    assert client.post(f"{adresse}demissionner/", {"le": "2026-10-25", "confirme": "on"}).status_code == 302
    assert delegues.mandat(0).fin == date(2026, 10, 25)
    # A stale page: the mandate is over.
    assert client.post(f"{adresse}demissionner/", {"confirme": "on"}).status_code == 422


def test_l_engagement_se_lit_avant_de_s_accepter() -> None:
    delegues = faire_delegues(engagement="Je ne me présente pas.", engagement_jusqu_au=date(2027, 12, 31))
    client, adresse = client_de(delegues.compte(0)), delegues.mandat(0).get_absolute_url()
    assert "Je ne me présente pas." in client.get(adresse).content.decode()
    assert client.post(f"{adresse}accepter/", {"accepte": "on"}).status_code == 422
    # The text that was read is the one that is accepted.
    donnees = {"accepte": "on", "engagement": "on", "empreinte": "0" * 64}
    assert client.post(f"{adresse}accepter/", donnees).status_code == 400
    donnees["empreinte"] = delegues.campagne.engagement_empreinte
    assert client.post(f"{adresse}accepter/", donnees).status_code == 302
    assert delegues.mandat(0).acceptee_le == scene.MANDATS


def test_la_page_d_un_autre_se_lit_et_ne_s_ecrit_pas(delegues: Delegues) -> None:
    client, adresse = client_de(delegues.compte(1)), delegues.mandat(0).get_absolute_url()
    page = client.get(adresse)
    assert page.status_code == 200
    assert "Accepter ce mandat" not in page.content.decode()
    for suite in ("accepter/", "coordonnees/", "demissionner/", "terminer/", "remplacer/"):
        assert client.post(f"{adresse}{suite}", {"accepte": "on"}).status_code == 403, suite
    assert client.get(f"{adresse}demissionner/").status_code == 403
    etranger = client_de(scene.compte_de(scene.faire_adherent(delegues.section)))
    for suite in ("", "demissionner/", "terminer/"):
        assert etranger.get(f"{adresse}{suite}").status_code == 404
    assert etranger.get("/delegues/mon-mandat/").status_code == 404


def test_la_carte(delegues: Delegues) -> None:
    mandat = delegues.mandat(0)
    adresse, code = f"/delegues/carte/{mandat.cle}/", cartes.code_de(mandat)
    comptes: dict[Callable[[], Compte], int] = {
        lambda: delegues.compte(0): 200,
        lambda: responsable(delegues): 200,
        lambda: delegues.compte(1): 403,
        lambda: scene.faire_compte("gestionnaire_federal", federation=delegues.section.federation): 403,
        lambda: scene.compte_de(scene.faire_adherent(delegues.section)): 404,
    }
    for faire, statut in comptes.items():
        page = client_de(faire()).get(adresse)
        assert page.status_code == statut
        assert (code in page.content.decode()) is (statut == 200)
    client = client_de(delegues.compte(0))
    assert client.get(adresse)["Cache-Control"] == "private, no-store"
    actes.demissionner(delegation=mandat, par=delegues.compte(0))
    page = client.get(adresse).content.decode()
    assert "Mandat terminé" in page
    assert code not in page


# --- Those who manage mandates -----------------------------------------------------------------------


def test_mettre_fin_puis_appeler_la_suite(delegues: Delegues) -> None:
    client, mandat = client_de(responsable(delegues)), delegues.mandat(0)
    adresse = mandat.get_absolute_url()
    assert client.post(f"{adresse}remplacer/").status_code == 409
    assert client.post(f"{adresse}terminer/", {}).status_code == 422
    assert client.post(f"{adresse}terminer/", {"cause": "deces", "le": "2026-10-21"}).status_code == 422
    assert client.post(f"{adresse}terminer/", {"cause": "deces", "le": "2026-10-18"}).status_code == 302
    page = client.get(adresse).content.decode()
    suppleante = delegues.personnes[2]
    assert f"{suppleante.prenom} {suppleante.nom} supplée cette personne" in page
    reponse = client.post(f"{adresse}remplacer/")
    assert reponse["Location"] == delegues.mandat(2).get_absolute_url()
    assert client.post(f"{adresse}remplacer/").status_code == 409
    assert client.get(reponse["Location"]).context["delegation"].remplace == mandat


def test_decider_d_un_constat(delegues: Delegues) -> None:
    Adherent.objects.filter(pk=delegues.personnes[0].pk).update(sorti_le=date(2026, 10, 18))
    actes.constater_le_registre()
    constat = Constat.objects.get()
    client, adresse = client_de(responsable(delegues)), f"/delegues/constats/{constat.pk}/"
    liste = f"/delegues/{delegues.campagne.slug}/constats/"
    assert adresse in client.get(liste).content.decode()
    assert client.get(adresse).status_code == 200
    for refuse in ({}, {"suite": "termine"}, {"suite": "maintenu"}, {"suite": "caduc"}):
        assert client.post(adresse, refuse).status_code == 422, refuse
    assert client.post(adresse, {"suite": "termine", "cause": "deces"}).status_code == 302
    assert client.post(adresse, {"suite": "termine", "cause": "deces"}).status_code == 422
    assert "Rien à décider" in client.get(liste).content.decode()
    autre = client_de(
        scene.faire_compte("secretaire_federal", federation=scene.faire_section("75001", "75").federation)
    )
    assert autre.get(adresse).status_code == 404
    assert client_de(delegues.compte(1)).get(liste).status_code == 403


@pytest.mark.parametrize("nombre", [1, 3])
def test_nombre_de_requetes_des_constats(delegues: Delegues, nombre: int, django_assert_num_queries) -> None:
    partis = [p.pk for p in delegues.personnes[:nombre]]
    Adherent.objects.filter(pk__in=partis).update(sorti_le=date(2026, 10, 18))
    actes.constater_le_registre()
    client = client_de(responsable(delegues))
    adresse = f"/delegues/{delegues.campagne.slug}/constats/"
    client.get(adresse)
    with django_assert_num_queries(6):
        page = client.get(adresse)
    assert len(page.context["page"]) == nombre


@pytest.mark.parametrize(
    "modele",
    ["assemblee", "campagne", "candidature", "delegation", "designation", "engagement", "importdedelegations",
     "incompatibilite", "messageauxdelegues", "procesverbal"],
)  # fmt: skip
def test_l_administration_lit_et_n_ecrit_pas(delegues: Delegues, modele: str) -> None:
    client = client_de(scene.faire_compte("administrateur"))
    assert client.get(f"/admin/delegues/{modele}/").status_code == 200
    assert client.get(f"/admin/delegues/{modele}/add/").status_code == 403
    federal = client_de(responsable(delegues))
    assert federal.get(f"/admin/delegues/{modele}/").status_code in {302, 403}

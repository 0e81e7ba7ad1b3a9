"""The pages of the register: nobody beyond one's perimeter, on any page, in any file; few queries."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from refondation.journal.models import Ligne
from refondation.membres.models import Adherent, Import
from refondation.territoire.actes import fusionner_sections
from refondation.territoire.models import Equivalence, Section
from tests.membres.monde import creer_adherent, donner_un_second_facteur
from tests.registre.scene import comparer, compte_de, importer, personne

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sans_second_facteur")]


@pytest.fixture
def membres(sections: dict[str, Section]) -> dict[str, Adherent]:
    """One member by section, named after it."""
    return {
        code: creer_adherent(
            section=section, nom=f"Nom{code}", prenom="Zoé", numero=f"N{code}", courriel=f"n{code}@exemple.fr"
        )
        for code, section in sections.items()
    }


NATIONAL = {"31001", "31002", "32001", "01053"}
VISIBLES = {
    "secretaire_section": {"31001"},
    "secretaire_federal": {"31001", "31002"},
    "gestionnaire_federal": {"31001", "31002"},
    "recolement": NATIONAL,
    "administrateur": NATIONAL,
}
EXPORTABLES = {
    "secretaire_federal": {"31001", "31002"},
    "gestionnaire_federal": {"31001", "31002"},
    "administrateur": NATIONAL,
}


# --- Perimeter --------------------------------------------------------------------------------


@pytest.mark.parametrize("role", VISIBLES)
def test_personne_hors_de_son_perimetre(role: str, entrer, membres) -> None:
    client, vus = entrer(role), VISIBLES[role]
    page = client.get(reverse("registre:liste") + "?presence=tous").content.decode()
    assert {code for code in membres if f"Nom{code}" in page} == vus
    for code, membre in membres.items():
        assert client.get(membre.get_absolute_url()).status_code == (200 if code in vus else 404)
        section = membre.section
        assert client.get(section.get_absolute_url()).status_code == (200 if code in vus else 404)
        # A filter on a section does not open it.
        page = client.get(reverse("registre:liste"), {"section": code}).content.decode()
        assert (f"Nom{code}" in page) is (code in vus)
    federations = {membres[code].federation.code for code in vus}
    for code in ("31", "32", "01"):
        reponse = client.get(reverse("registre:federation", args=[code]))
        assert reponse.status_code == (200 if code in federations else 404)
    page = client.get(reverse("registre:federations")).content.decode()
    assert {code for code in ("31", "32", "01") if f'/territoire/{code}/"' in page} == federations


def test_la_direction_lit_les_effectifs_et_personne(entrer, membres) -> None:
    client = entrer("direction")
    assert client.get(reverse("registre:liste")).status_code == 403
    assert client.post(reverse("registre:liste"), {"q": "Nom31001"}, follow=True).status_code == 403
    for membre in membres.values():
        assert client.get(membre.get_absolute_url()).status_code == 404
    pages = {
        adresse: client.get(adresse).content.decode()
        for adresse in (
            reverse("registre:federations"),
            reverse("registre:federation", args=["31"]),
            membres["31001"].section.get_absolute_url(),
        )
    }
    for adresse, page in pages.items():
        assert "Zoé" not in page, adresse
        assert f'href="{reverse("registre:liste")}"' not in page, adresse
        assert f'href="{reverse("registre:liste")}?' not in page, adresse
        assert f'href="{reverse("registre:federations")}"' in page, adresse
    ensemble = " ".join(pages[reverse("registre:federations")].split())
    assert '<td class="nombre">4</td></tr></tfoot>' in ensemble
    assert " ".join(pages[reverse("registre:federation", args=["31"])].split()).count('"nombre">1</td>') == 2


def test_un_membre_de_la_direction_lit_sa_propre_fiche(client: Client, sections) -> None:
    compte = compte_de("direction", sections)
    compte.adherent = creer_adherent(section=sections["31001"], nom="Moi")
    compte.save()
    client.force_login(compte)
    assert client.get(compte.adherent.get_absolute_url()).status_code == 200


def test_l_observation_n_ouvre_ni_registre_ni_territoire(entrer, membres) -> None:
    client = entrer("observateur")
    assert client.get(reverse("registre:liste")).status_code == 403
    assert client.get(reverse("registre:federations")).status_code == 403


@pytest.mark.parametrize("role", [*VISIBLES, "direction", None])
@pytest.mark.parametrize("forme", ["csv", "xlsx"])
def test_export_de_son_perimetre_seulement(role: str | None, forme: str, entrer, membres) -> None:
    client = entrer(role)
    reponse = client.post(reverse(f"registre:exporter_{forme}") + "?presence=tous")
    if role not in EXPORTABLES:
        assert reponse.status_code == 403
        assert not Ligne.objects.filter(acte="membres.exporter").exists()
        return
    contenu = b"".join(reponse.streaming_content)
    if forme == "csv":
        numeros = {ligne.split(";")[0] for ligne in contenu.decode("utf-8-sig").splitlines()[1:]}
    else:
        livre = openpyxl.load_workbook(io.BytesIO(contenu))
        numeros = {ligne[0].value for ligne in livre["Membres"].iter_rows(min_row=2)}
        lisez_moi = [ligne[1].value for ligne in livre["Lisez-moi"].iter_rows()]
        assert f"Compte {role}" in lisez_moi
        assert len(numeros) in lisez_moi
        assert "Toutes les personnes" in lisez_moi
    assert numeros == {f"N{code}" for code in EXPORTABLES[role]}
    assert "no-store" in reponse["Cache-Control"]
    assert Ligne.objects.get(acte="membres.exporter").details == {
        "forme": forme, "filtres": {"Voir": "Toutes les personnes"}, "lignes": len(numeros),
    }  # fmt: skip


def test_lire_tout_n_est_pas_exporter_tout(client: Client, sections, membres) -> None:
    """A member of the commission who also keeps a federation reads the country and exports the federation."""
    compte = compte_de("recolement", sections)
    compte.mandats.create(
        role="gestionnaire_federal", debut=date(2020, 1, 1), federation=sections["32001"].federation
    )
    client.force_login(compte)
    assert "Nom01053" in client.get(reverse("registre:liste")).content.decode()
    contenu = b"".join(client.post(reverse("registre:exporter_csv")).streaming_content).decode()
    assert {code for code in membres if f"N{code}" in contenu} == {"32001"}


def test_export_ni_formule_ni_recherche_au_journal(entrer, membres, sections) -> None:
    creer_adherent(
        section=sections["31001"], nom="=cmd()", prenom="Zoé", numero="X1", courriel="x@exemple.fr"
    )
    client = entrer("administrateur")
    client.post(reverse("registre:liste"), {"q": "cmd"})
    contenu = b"".join(
        client.post(reverse("registre:exporter_csv") + "?recherche=1").streaming_content
    ).decode()
    assert ";'=cmd();" in contenu
    assert contenu.count("\r\n") == 2
    ligne = Ligne.objects.get(acte="membres.exporter")
    assert ligne.details["filtres"] == {"Nom ou numéro": "une recherche"}
    assert "cmd" not in str(ligne.details)


def test_un_export_se_reimporte_sans_rien_changer(entrer, sections) -> None:
    importer([personne(1), personne(2, Section="32001", Statut="sympathisant", Courriel="")])
    client = entrer("administrateur")
    for forme in ("csv", "xlsx"):
        contenu = b"".join(client.post(reverse(f"registre:exporter_{forme}")).streaming_content)
        lot = comparer(contenu)
        assert (lot.etat, lot.inchanges, lot.lignes) == ("pret", 2, 2)


@pytest.mark.parametrize(
    "route",
    [
        "liste", "federations", "imports", "deposer",
    ],
)  # fmt: skip
def test_sans_role_rien_ne_s_ouvre(route: str, entrer, client: Client) -> None:
    adresse = reverse(f"registre:{route}")
    assert client.get(adresse).status_code == 302
    assert entrer(None).get(adresse).status_code == 403


@pytest.mark.parametrize("role", [*sorted(set(VISIBLES) - {"administrateur"}), "direction", None])
def test_imports_fermes_aux_autres(role: str | None, entrer, sections) -> None:
    lot = comparer([personne(1)])
    client = entrer(role)
    for nom, args in (
        ("import", []), ("progression", []), ("lignes", ["nouveaux"]), ("confirmer", []), ("annuler", []),
    ):  # fmt: skip
        assert client.get(reverse(f"registre:{nom}", args=[lot.cle, *args])).status_code == 403
    for nom, args in (
        ("telecharger", ["nouveaux"]), ("telecharger_erreurs", []), ("trancher", []), ("confirmer", []),
        ("annuler", []), ("abandonner", []),
    ):  # fmt: skip
        assert client.post(reverse(f"registre:{nom}", args=[lot.cle, *args])).status_code == 403
    assert client.post(reverse("registre:deposer")).status_code == 403
    lot.refresh_from_db()
    assert lot.etat == "pret"


@pytest.mark.parametrize(
    "route", ["exporter_csv", "exporter_xlsx", "deposer", "confirmer", "annuler", "fusionner", "scinder"]
)
def test_second_facteur_demande_avant_les_actes_graves(route: str, client, sections, settings) -> None:
    settings.SECOND_FACTEUR_OBLIGATOIRE = True
    lot = comparer([personne(1)])
    compte = compte_de("administrateur", sections)
    donner_un_second_facteur(compte)
    client.force_login(compte)
    args = {"confirmer": [lot.cle], "annuler": [lot.cle], "fusionner": ["31"], "scinder": ["31001"]}
    reponse = client.post(reverse(f"registre:{route}", args=args.get(route, [])))
    assert reponse.status_code == 302
    assert reponse["Location"].startswith(reverse("mfa_reauthenticate"))
    assert Import.objects.get().etat == "pret"
    assert Ligne.objects.filter(acteur=compte).count() == 0


# --- List and card ----------------------------------------------------------------------------


def test_chercher_sans_accents_et_sans_nom_dans_l_adresse(entrer, membres) -> None:
    client = entrer("administrateur")
    reponse = client.post(reverse("registre:liste"), {"q": "ZOE nom31001", "statut": "adherent"})
    assert reponse["Location"] == reverse("registre:liste") + "?statut=adherent&recherche=1"
    page = client.get(reponse["Location"]).content.decode()
    assert {code for code in membres if f"Nom{code}" in page} == {"31001"}
    assert 'value="ZOE nom31001"' in page
    # Without the mark in the address, what was searched before does not filter.
    assert "Nom32001" in client.get(reverse("registre:liste")).content.decode()


def test_filtres(entrer, sections) -> None:
    s = sections["31001"]
    creer_adherent(section=s, nom="Ajour", a_jour_au=date(2099, 12, 31))
    creer_adherent(section=s, nom="Enretard", a_jour_au=date(2020, 12, 31))
    creer_adherent(section=s, nom="Jamais")
    creer_adherent(section=s, nom="Cassin", statut="sympathisant")
    creer_adherent(section=s, nom="Partie", sorti_le=date(2024, 1, 1))
    creer_adherent(section=sections["32001"], nom="Ailleurs", a_jour_au=date(2099, 12, 31))
    client, tous = entrer("administrateur"), {"Ajour", "Enretard", "Jamais", "Cassin", "Partie", "Ailleurs"}
    for filtre, attendus in {
        "": tous - {"Partie"},
        "cotisation=a_jour": {"Ajour", "Ailleurs"},
        "cotisation=en_retard": {"Enretard", "Jamais"},
        "statut=sympathisant": {"Cassin"},
        "presence=sortis": {"Partie"},
        "presence=tous": tous,
        "federation=32": {"Ailleurs"},
        "section=31001&statut=adherent": {"Ajour", "Enretard", "Jamais"},
    }.items():
        page = client.get(f"{reverse('registre:liste')}?{filtre}").content.decode()
        assert {nom for nom in tous if nom in page} == attendus, filtre
    reponse = client.get(reverse("registre:liste") + "?section=99999")
    assert reponse.status_code == 422
    assert "Aucune section n&#x27;a ce code" in reponse.content.decode()


def test_fiche_et_histoire(entrer, sections) -> None:
    admin = compte_de("direction", sections)
    admin.mandats.create(role="administrateur", debut=date(2020, 1, 1))
    importer([personne(1, Nom="Avant", Courriel="")])
    importer([personne(1, Nom="Après", Courriel="un@exemple.fr")])
    fusionner_sections(
        anciennes=[sections["31001"]], vers=sections["31002"], date_effet=date(2026, 1, 1), par=admin
    )
    page = entrer("administrateur").get(Adherent.objects.get().get_absolute_url()).content.decode()
    texte = " ".join(page.split())
    assert texte.index("Fusion de sections") < texte.index("Import du fichier national")
    assert texte.index("Import du fichier national") < texte.index("Entrée par l&#x27;import")
    assert "Section : Toulouse (31001)" in texte
    assert "Nom : Avant" in texte
    assert "Courriel : (vide)" in texte


@pytest.mark.parametrize("nombre", [1, 3])
def test_requetes_de_la_liste(nombre: int, entrer, sections, django_assert_num_queries) -> None:
    for i in range(nombre):
        creer_adherent(section=list(sections.values())[i])
    client = entrer("administrateur")
    client.get(reverse("registre:liste"))
    # Session, account, mandates, federations (the field, its choices), count, members.
    with django_assert_num_queries(7):
        assert client.get(reverse("registre:liste")).status_code == 200


@pytest.mark.parametrize("nombre", [1, 3])
def test_requetes_de_la_fiche(nombre: int, entrer, sections, django_assert_num_queries) -> None:
    importer([personne(1)])
    for i in range(nombre):
        importer([personne(1, Section=list(sections)[(i + 1) % 4])])
    client = entrer("administrateur")
    adresse = Adherent.objects.get().get_absolute_url()
    # Session, account, mandates, member, changes, sections, account of the member.
    with django_assert_num_queries(7):
        assert client.get(adresse).status_code == 200


@pytest.mark.parametrize("nombre", [1, 3])
def test_requetes_du_territoire(nombre: int, entrer, sections, django_assert_num_queries) -> None:
    for i in range(nombre):
        creer_adherent(section=list(sections.values())[i])
    if nombre == 1:
        Section.objects.exclude(code="31001")._raw_delete("default")
    client = entrer("administrateur")
    client.get(reverse("registre:federations"))
    # Session, account, mandates, federations, members by federation.
    with django_assert_num_queries(5):
        client.get(reverse("registre:federations"))
    # …, federation, sections, members by section.
    with django_assert_num_queries(6):
        client.get(reverse("registre:federation", args=["31"]))


@pytest.mark.parametrize("nombre", [1, 3])
def test_requetes_des_imports(nombre: int, entrer, sections, django_assert_num_queries) -> None:
    importer([personne(i) for i in range(10)])
    for _ in range(nombre):
        lot = comparer([personne(i, Nom="Autre", Section="32001") for i in range(nombre)])
    client = entrer("administrateur")
    client.get(reverse("registre:imports"))
    # Session, account, mandates, count, imports.
    with django_assert_num_queries(5):
        client.get(reverse("registre:imports"))
    # Session, account, mandates, import, errors, conflicts.
    with django_assert_num_queries(6):
        client.get(lot.get_absolute_url())
    # Session, account, mandates, import, count, lines, members, sections.
    with django_assert_num_queries(8):
        client.get(reverse("registre:lignes", args=[lot.cle, "deplaces"]))


# --- Territory --------------------------------------------------------------------------------


def test_reunir_des_sections(entrer, sections, membres) -> None:
    client, adresse = entrer("administrateur"), reverse("registre:fusionner", args=["31"])
    page = client.get(adresse).content.decode()
    assert "Colomiers" in page
    assert "Auch" not in page
    donnees = {"anciennes": ["31001", "31002"], "date_effet": "2026-01-01", "code": "", "nom": "Garonne"}
    reponse = client.post(adresse, donnees)
    assert reponse.status_code == 422
    assert "À remplir pour créer une section" in reponse.content.decode()
    assert 'value="Garonne"' in reponse.content.decode()
    reponse = client.post(adresse, donnees | {"code": "31001"})
    assert "Une section a déjà le code 31001" in reponse.content.decode()
    reponse = client.post(adresse, donnees | {"code": "31ab"}, follow=True)
    assert "Les sections sont réunies dans Garonne (31AB)" in reponse.content.decode()
    assert "Fusion de Toulouse (31001)" in reponse.content.decode()
    ancienne = client.get(sections["31001"].get_absolute_url()).content.decode()
    assert "Cette section n'existe plus" in ancienne
    assert "Garonne (31AB)" in ancienne


def test_scinder_une_section(entrer, sections, membres) -> None:
    client, adresse = entrer("administrateur"), reverse("registre:scinder", args=["31001"])
    donnees = {
        "code_1": "31N", "nom_1": "Nord", "numeros": "inconnu", "code_2": "31S", "nom_2": "Sud",
        "date_effet": "2026-01-01",
    }  # fmt: skip
    reponse = client.post(adresse, donnees)
    assert "Ces numéros ne sont pas ceux de membres de la section : INCONNU" in reponse.content.decode()
    client.post(adresse, donnees | {"numeros": "n31001"})
    assert Adherent.objects.get(numero="N31001").section.code == "31N"
    assert Equivalence.objects.count() == 2


@pytest.mark.parametrize("role", ["secretaire_federal", "direction"])
def test_territoire_change_par_l_administration_seulement(role: str, entrer, sections, membres) -> None:
    client = entrer(role)
    assert (
        "Réunir des sections" not in client.get(reverse("registre:federation", args=["31"])).content.decode()
    )
    for nom, code in (("fusionner", "31"), ("scinder", "31001")):
        assert client.get(reverse(f"registre:{nom}", args=[code])).status_code == 403
    assert Equivalence.objects.count() == 0

"""Exports by profile and by form, what each shows, formulas that stay texts; what is published as JSON."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from xml.etree import ElementTree as ET

import openpyxl
import pytest
import time_machine
from django.test import Client

from delegues import actes
from delegues.exports import FORMES, PROFILS, fichier, lisez_moi, profils_de
from delegues.models import Delegation
from refondation.journal.models import Ligne
from refondation.membres.models import Adherent, Compte
from refondation.membres.regles import ActeImpossible
from refondation.tableaux import ecrire_odf
from tests.delegues import scene
from tests.delegues.scene_mandats import Delegues, faire_delegues, responsable

pytestmark = pytest.mark.django_db
JOUR = date(2026, 10, 20)


@pytest.fixture
def delegues() -> Delegues:
    return faire_delegues()


def exporter(delegues: Delegues, profil: str, forme: str, par: Compte | None = None) -> bytes:
    delegations, nombre = actes.exporter_les_delegues(
        campagne=delegues.campagne,
        profil=profil,
        forme=forme,
        au=JOUR,
        par=par or scene.faire_compte("administrateur"),
        instant=scene.MANDATS,
    )
    explication = lisez_moi(
        profil=profil,
        campagne=delegues.campagne.nom,
        par="Équipe",
        perimetre="Tout",
        au=JOUR,
        nombre=nombre,
        instant=scene.MANDATS,
    )
    return fichier(delegations, profil=profil, forme=forme, explication=explication)[0]


def feuilles_xlsx(contenu: bytes) -> dict[str, list[tuple]]:
    livre = openpyxl.load_workbook(io.BytesIO(contenu))
    return {f.title: list(f.iter_rows(values_only=True)) for f in livre.worksheets}


NS = {
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
}


def feuilles_ods(contenu: bytes) -> dict[str, list[tuple[str, ...]]]:
    with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
        assert archive.infolist()[0].filename == "mimetype"
        assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
        arbre = ET.fromstring(archive.read("content.xml"))  # noqa: S314 - what we have just written
    nom = f"{{{NS['table']}}}name"
    return {
        feuille.get(nom): [
            tuple(
                "".join(p.itertext()) if (p := cellule.find("text:p", NS)) is not None else ""
                for cellule in ligne.iterfind("table:table-cell", NS)
            )
            for ligne in feuille.iterfind(".//table:table-row", NS)
        ]
        for feuille in arbre.iterfind(".//table:table", NS)
    }


def test_trois_formes_disent_la_meme_chose(delegues: Delegues) -> None:
    xlsx = feuilles_xlsx(exporter(delegues, "public", "xlsx"))
    ods = feuilles_ods(exporter(delegues, "public", "ods"))
    csv = exporter(delegues, "public", "csv").decode("utf-8-sig").splitlines()
    assert list(xlsx) == list(ods) == ["Lisez-moi", "Délégué·es"]
    assert list(xlsx["Délégué·es"][0]) == list(ods["Délégué·es"][0]) == csv[0].split(";")
    p = delegues.personnes[0]
    attendue = [
        "31",
        "Fédération 31",
        "31001",
        "Ville 31001",
        p.nom,
        p.prenom,
        "Titulaire",
        "1",
        "10/10/2026",
        "",
    ]
    assert csv[1].split(";") == list(ods["Délégué·es"][1]) == attendue
    assert [c if isinstance(c, str | int) else c and f"{c:%d/%m/%Y}" for c in xlsx["Délégué·es"][1]] == [
        *attendue[:7],
        1,
        "10/10/2026",
        None,
    ]
    assert len(csv) == len(ods["Délégué·es"]) == len(xlsx["Délégué·es"]) == 6
    assert ("Nombre de lignes", 5) in xlsx["Lisez-moi"]
    assert ("Nombre de lignes", "5") in ods["Lisez-moi"]


def test_les_formules_restent_des_textes(delegues: Delegues) -> None:
    piege = '=HYPERLINK("http://x.example";"Cliquez")'
    Adherent.objects.filter(pk=delegues.personnes[0].pk).update(nom=piege, prenom="+33")
    assert f"'{piege}".replace('"', '""') in exporter(delegues, "public", "csv").decode()
    livre = openpyxl.load_workbook(io.BytesIO(exporter(delegues, "public", "xlsx")))
    cellule = livre["Délégué·es"]["E2"]
    # openpyxl reads any text that begins with = as a formula: the file itself says that it is a text.
    assert cellule.value == piege
    with zipfile.ZipFile(io.BytesIO(exporter(delegues, "public", "xlsx"))) as archive:
        feuille = archive.read("xl/worksheets/sheet2.xml").decode()
    assert "<f>" not in feuille
    assert feuille_de_texte(feuille, "HYPERLINK")
    ods = exporter(delegues, "public", "ods")
    with zipfile.ZipFile(io.BytesIO(ods)) as archive:
        assert "table:formula" not in archive.read("content.xml").decode()
    assert feuilles_ods(ods)["Délégué·es"][1][4:6] == (piege, "+33")


def feuille_de_texte(feuille: str, mot: str) -> bool:
    cellule = feuille[: feuille.index(mot)].rpartition("<c ")[2]
    return 't="inlineStr"' in cellule


@pytest.mark.parametrize("profil", PROFILS)
def test_ce_que_chaque_profil_montre(delegues: Delegues, profil: str) -> None:
    p = delegues.personnes[0]
    actes.partager_coordonnees(
        delegation=delegues.mandat(0),
        courriel="partage@exemple.fr",
        telephone="06 11",
        par=delegues.compte(0),
    )
    contenu = exporter(delegues, profil, "csv").decode()
    montre = {
        "numero": p.numero in contenu,
        "partage": "partage@exemple.fr" in contenu,
        "telephone": "06 11" in contenu,
        "registre": p.courriel in contenu,
        "genre": "Femme" in contenu,
        "pv": delegues.pv.numero in contenu,
        "naissance": "1970" in contenu,
    }
    assert montre == {
        "numero": profil != "public",
        "partage": profil == "federation",
        "telephone": profil == "federation",
        "registre": False,  # nobody exports the address of the register from here
        "genre": profil == "commission",
        "pv": profil == "commission",
        "naissance": False,
    }


def test_seuls_ceux_qui_siegent_ce_jour_la(delegues: Delegues) -> None:
    actes.terminer_mandat(
        delegation=delegues.mandat(0), cause="deces", par=responsable(delegues), instant=scene.MANDATS
    )
    assert len(exporter(delegues, "public", "csv").splitlines()) == 5


@pytest.mark.parametrize(
    ("role", "profils", "lignes"),
    [
        ("administrateur", ["public", "federation", "commission"], 10),
        ("recolement", ["public", "commission"], 10),
        ("secretaire_federal", ["public", "federation"], 5),
        ("gestionnaire_federal", ["public", "federation"], 5),
        ("direction", [], 0),
        ("observateur", [], 0),
        ("secretaire_section", [], 0),
    ],
)
def test_qui_exporte_quoi(delegues: Delegues, role: str, profils: list[str], lignes: int) -> None:
    faire_delegues("75001", "75", campagne=delegues.campagne)
    lieux = {
        "secretaire_federal": {"federation": delegues.section.federation},
        "gestionnaire_federal": {"federation": delegues.section.federation},
        "secretaire_section": {"section": delegues.section},
    }
    par = scene.faire_compte(role, **lieux.get(role, {}))
    for profil in PROFILS:
        if profil in profils:
            assert len(exporter(delegues, profil, "csv", par).splitlines()) == lignes + 1
        else:
            with pytest.raises(ActeImpossible) as refus:
                exporter(delegues, profil, "csv", par)
            assert refus.value.code == "interdit"
    if profils:
        assert [nom for nom, _ in profils_de(par)] == profils


def test_l_export_est_au_journal(delegues: Delegues) -> None:
    par = responsable(delegues)
    exporter(delegues, "federation", "xlsx", par)
    ligne = Ligne.objects.latest("rang")
    assert (ligne.acte, ligne.acteur) == ("delegues.exporter_les_delegues", par)
    assert ligne.details == {"profil": "federation", "forme": "xlsx", "au": "2026-10-20", "lignes": 5}


@pytest.mark.parametrize("nombre", [1, 3])
def test_nombre_de_requetes_d_un_export(delegues: Delegues, nombre: int, django_assert_num_queries) -> None:
    Delegation.objects.exclude(pk__in=[delegues.mandat(rang).pk for rang in range(nombre)]).update(
        fin=JOUR, cause="demission"
    )
    for profil in PROFILS:
        delegations = delegues.campagne.delegations.en_exercice(au=JOUR).avec_leur_monde()
        with django_assert_num_queries(1):
            contenu, _ = fichier(
                delegations.select_related("elu__proces_verbal"),
                profil=profil,
                forme="csv",
                explication=[],
            )
        assert len(contenu.splitlines()) == nombre + 1


def test_la_page_d_export(delegues: Delegues, settings) -> None:
    settings.SECOND_FACTEUR_OBLIGATOIRE = False
    client = Client()
    client.force_login(responsable(delegues), backend="refondation.membres.connexion.ComptesPresents")
    adresse = f"/delegues/{delegues.campagne.slug}/delegues/exporter/"
    with time_machine.travel(scene.MANDATS, tick=False):
        page = client.get(adresse)
        assert "<strong>5</strong> personnes siègent" in page.content.decode()
        assert delegues.personnes[0].nom in page.content.decode()
        for forme, ecriture in FORMES.items():
            reponse = client.post(adresse, {"profil": "federation", "forme": forme})
            assert reponse["Content-Type"] == ecriture.GENRE
            assert reponse["Content-Disposition"] == (
                f'attachment; filename="delegues-federation-2026-10-20.{forme}"'
            )
            assert reponse["Cache-Control"] == "private, no-store"
        for refuse in ({"profil": "commission", "forme": "csv"}, {"profil": "public", "forme": "pdf"}):
            assert client.post(adresse, refuse).status_code == 422


def test_un_classeur_ods_garde_les_blancs_et_refuse_les_interdits() -> None:
    sortie = io.BytesIO()
    ecrire_odf(
        sortie,
        [("A & B", ("Un", "Deux"), [("a  b\tc\nd", "<&>"), (" x ", "é\x00\x0b"), (1.5, None), (True, "")])],
    )
    with zipfile.ZipFile(io.BytesIO(sortie.getvalue())) as archive:
        assert archive.testzip() is None
        contenu = archive.read("content.xml").decode()
    assert '<text:p>a<text:s text:c="2"/>b<text:tab/>c<text:line-break/>d</text:p>' in contenu
    assert '<text:p><text:s text:c="1"/>x<text:s text:c="1"/></text:p>' in contenu
    feuille = feuilles_ods(sortie.getvalue())["A & B"]
    assert feuille[0] == ("Un", "Deux")
    assert feuille[1][1] == "<&>"
    assert feuille[2][1] == "é"
    assert feuille[3:] == [("1.5", ""), ("True", "")]

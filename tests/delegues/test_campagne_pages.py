"""Public pages of campaigns: who sees what, with how many queries, and what they say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from hashlib import sha256
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from delegues import actes
from delegues.models import Campagne
from delegues.urls import urlpatterns
from refondation.membres.models import Compte
from tests.delegues.scene import (
    ASSEMBLEES,
    AVANT,
    CALENDRIER,
    faire_campagne,
    faire_compte,
    faire_section,
    membres_de,
)
from tests.delegues.scene_campagne import (
    _sans_second_facteur,
    admin,
    annoncee,
    brouillon,
    entrer,
    lire,
    recevoir,
)

__all__ = ["_sans_second_facteur", "admin", "entrer"]

pytestmark = pytest.mark.django_db

# --- Who sees what ------------------------------------------------------------------------------

PUBLIQUES = [("campagne", ()), ("federation", ("31",)), ("sieges", ()), ("sieges_section", ("31001",))]
# route → the right that opens it
GESTION = {
    "gestion": {"administrateur", "direction", "recolement", "observateur"},
    **{
        route: {"administrateur"}
        for route in ("reglages", "simulation", "repartitions", "annoncer", "modes", "clore", "annuler")
    },
}


@pytest.mark.parametrize(("route", "arguments"), PUBLIQUES)
@pytest.mark.parametrize("etat", ["preparation", "ouverte"])
def test_une_page_publique_attend_l_annonce(
    admin: Compte, entrer: Callable, route: str, arguments: tuple, etat: str
) -> None:
    campagne = annoncee(admin) if etat == "ouverte" else brouillon(admin)
    for compte in (None, faire_compte(), faire_compte("secretaire_section", section=faire_section())):
        lire(entrer(compte), route, campagne.slug, *arguments, statut=200 if etat == "ouverte" else 404)
    lire(entrer(faire_compte("observateur")), route, campagne.slug, *arguments)


@pytest.mark.parametrize("route", GESTION)
def test_les_pages_de_gestion(admin: Compte, entrer: Callable, route: str) -> None:
    campagne = annoncee(admin)
    section = faire_section("31001")
    roles = {
        "administrateur": {}, "direction": {}, "recolement": {}, "observateur": {},
        "secretaire_section": {"section": section}, "secretaire_federal": {"federation": section.federation},
        "gestionnaire_federal": {"federation": section.federation},
    }  # fmt: skip
    adresse = reverse(f"delegues:{route}", args=[campagne.slug])
    for role, perimetre in roles.items():
        statut = entrer(faire_compte(role, **perimetre)).get(adresse).status_code
        assert (role, statut) == (role, 200 if role in GESTION[route] else 403)
    assert entrer(None).get(adresse).status_code == 302


def test_les_adresses_reservees_sont_toutes_la() -> None:
    """No campaign may take the first word of another route of /delegues/."""
    premiers = {str(route.pattern).split("/")[0] for route in urlpatterns}
    fixes = {mot for mot in premiers if mot and not mot.startswith("<")}
    assert fixes - Campagne.ADRESSES_RESERVEES == set()


def test_la_liste_des_campagnes(admin: Compte, entrer: Callable) -> None:
    faire_campagne(slug="cachee", nom="Cachée", etat="preparation")
    assert "Aucune campagne n'est annoncée" in lire(entrer(None), "accueil")
    faire_campagne(nom="Assises de Nantes")
    page = lire(entrer(None), "accueil")
    assert ("Assises de Nantes" in page, "Cachée" in page, "Préparer une campagne" in page) == (
        True,
        False,
        False,
    )
    page = lire(entrer(admin), "accueil")
    assert ("Cachée" in page, "Préparer une campagne" in page) == (True, True)


# --- Public pages -------------------------------------------------------------------------------


@time_machine.travel(ASSEMBLEES, tick=False)
def test_la_page_publique_dit_tout(admin: Compte, entrer: Callable) -> None:
    campagne = annoncee(admin, engagement="Je ne me présente pas.", engagement_jusqu_au=date(2028, 1, 1))
    recevoir(campagne, "31001", "validee")
    recevoir(campagne, "31002", "contestee")
    page = lire(entrer(None), "campagne", campagne.slug)
    for mots in (
        "Un·e délégué·e par tranche commencée de 5 adhérent·es.",
        "Les adhérent·es inscrit·es au registre le 30 juin 2026 au soir",
        'Candidatures <span class="etat etat-fait">Fini</span>',
        'Assemblées et votes en ligne <span class="etat etat-a-faire">En cours</span>',
        "Fédération 31 : 2 sections reçues sur 2",
        "Fédération 09 : 0 section reçue sur 1",
        "Je ne me présente pas.",
        "50,0\u202f%",
    ):
        assert mots in page


@time_machine.travel(ASSEMBLEES, tick=False)
def test_ma_section_est_en_haut(admin: Compte, entrer: Callable) -> None:
    campagne = annoncee(admin)
    membre = faire_compte(adherent=membres_de(faire_section("31001"))[0])
    page = lire(entrer(membre), "campagne", campagne.slug)
    assert "Votre section : Ville 31001" in page
    assert "2 délégué·es" in page
    assert "Me porter candidat·e" not in page
    with time_machine.travel(CALENDRIER["candidatures_du"], tick=False):
        assert "Me porter candidat·e" in lire(entrer(membre), "campagne", campagne.slug)
    assert "Votre section" not in lire(entrer(faire_compte()), "campagne", campagne.slug)


def test_une_campagne_annulee_dit_pourquoi(admin: Compte, entrer: Callable) -> None:
    campagne = annoncee(admin)
    actes.annuler_campagne(campagne=campagne, motif="Les dates tombaient mal.", par=admin, instant=AVANT)
    assert "Les dates tombaient mal." in lire(entrer(None), "campagne", campagne.slug)


@pytest.mark.parametrize(
    ("etat", "marque"),
    [
        ("recue", "reçu"), ("incomplete", "reçu"), ("contestee", "contesté"), ("validee", "contrôlé"),
        ("rejetee", "rejeté"),
    ],
)  # fmt: skip
def test_les_chiffres_et_leur_marque(admin: Compte, entrer: Callable, etat: str, marque: str) -> None:
    campagne = annoncee(admin)
    assert "pas encore reçu" in lire(entrer(None), "federation", campagne.slug, "31")
    recevoir(campagne, "31001", etat)
    recevoir(campagne, "31002")
    page = lire(entrer(None), "federation", campagne.slug, "31")
    assert f">{marque}</span>" in page
    assert "pas encore reçu" not in page
    assert page.count('<td class="nombre">3</td>') == 2


def test_une_federation_que_la_carte_ne_dessine_pas(admin: Compte, entrer: Callable) -> None:
    """It has its line in the table, and no tile."""
    faire_section("ZZ001", "ZZ", membres=1)
    page = lire(entrer(None), "campagne", annoncee(admin).slug)
    assert "Fédération ZZ (ZZ)" in page
    assert "Fédération ZZ : 0 section reçue sur 1" not in page


def test_une_federation_sans_siege(admin: Compte, entrer: Callable) -> None:
    campagne = annoncee(admin)
    faire_section("64001", "64")
    assert "Aucune section à appeler" in lire(entrer(None), "federation", campagne.slug, "64")
    lire(entrer(None), "federation", campagne.slug, "99", statut=404)


def test_le_calcul_d_une_section(admin: Compte, entrer: Callable) -> None:
    campagne = annoncee(admin, regle="total", total=9, methode="hondt")
    page = lire(entrer(None), "sieges_section", campagne.slug, "31002")
    for mots in (
        "9 sièges à partager entre 9 adhérent·es : 8 × 9 ÷ 9 = 8.",
        "8 sièges à partager entre 8 adhérent·es : 2 × 8 ÷ 8 = 2.",
        "2e siège : 2 ÷ 2 = 1, autant que ce quotient : obtenu.",
        "Total : 2 sièges.",
    ):
        assert mots in page
    faire_section("31009")
    assert "elle n'a pas de délégué·e à désigner" in lire(
        entrer(None), "sieges_section", campagne.slug, "31009"
    )
    lire(entrer(None), "sieges_section", campagne.slug, "99999", statut=404)


def test_la_table_se_recalcule(admin: Compte, entrer: Callable, tmp_path: Path) -> None:
    """What is published is enough: its fingerprint is that of the page, and the command reads it."""
    campagne = annoncee(admin, regle="total", total=9, plancher=0, methode="sainte-lague")
    page = lire(entrer(None), "sieges", campagne.slug)
    reponse = entrer(None).get(reverse("delegues:sieges_csv", args=[campagne.slug]))
    assert sha256(reponse.content).hexdigest() in page
    assert reponse["Content-Disposition"] == 'attachment; filename="sieges-refondation-1.csv"'
    fichier, sortie = tmp_path / "sieges.csv", StringIO()
    fichier.write_bytes(reponse.content)
    call_command("repartir_sieges", str(fichier), "--sieges", "9", "--methode", "sainte-lague", stdout=sortie)
    assert sortie.getvalue() == "code,sieges\n09001,1\n31001,6\n31002,2\n"


def test_avant_toute_repartition_il_n_y_a_pas_de_page_des_sieges(admin: Compte, entrer: Callable) -> None:
    campagne = faire_campagne()
    for route, arguments in (("sieges", ()), ("sieges_csv", ()), ("sieges_section", ("31001",))):
        lire(entrer(None), route, campagne.slug, *arguments, statut=404)


@pytest.mark.parametrize("sections", [1, 3])
@pytest.mark.parametrize(
    ("page", "requetes"),
    [(("campagne",), 4), (("federation", "31"), 5), (("sieges",), 6), (("sieges_section", "31000"), 6)],
)
def test_nombre_de_requetes(
    admin: Compte, django_assert_num_queries, sections: int, page: tuple, requetes: int
) -> None:
    for rang in range(sections):
        faire_section(f"3100{rang}", membres=2)
    campagne = faire_campagne(etat="preparation", anciennete_mois=0)
    repartition = actes.calculer_repartition(campagne=campagne, par=admin, instant=AVANT)
    actes.adopter_repartition(repartition=repartition, par=admin, instant=AVANT)
    actes.annoncer_campagne(campagne=campagne, par=admin, instant=AVANT)
    route, *arguments = page
    with django_assert_num_queries(requetes):
        lire(Client(), route, campagne.slug, *arguments)

"""Staff pages of campaigns: what each form does, what it refuses, and where it says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import time_machine
from django.urls import reverse

from delegues.models import Campagne, Designation
from refondation.membres.models import Compte
from tests.delegues.scene import (
    APRES,
    ASSEMBLEES,
    AVANT,
    CALENDRIER,
    faire_campagne,
    faire_section,
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


def saisie(campagne: Campagne | None = None, **champs: object) -> dict[str, object]:
    """What the form of settings sends."""
    base = {nom: f"{valeur:%Y-%m-%dT%H:%M}" for nom, valeur in CALENDRIER.items() if hasattr(valeur, "hour")}
    base |= {nom: f"{valeur:%Y-%m-%d}" for nom, valeur in CALENDRIER.items() if not hasattr(valeur, "hour")}
    return {
        "nom": "Assises", "slug": "assises", "presentation": "", **base, "anciennete_mois": 6,
        "regle": "tranche", "tranche": 50, "methode": "plus-forts-restes", "plancher": 1,
        "egalite": "refuser", "graine": "", "candidatures": "personnes", "parite": "alternance",
        "quota": 50, "suppleances": "on", "suppleance_meme_genre": "on", "departage": "age",
        "mode": "assemblee", "croissance_max": 20, "engagement": "", **champs,
    }  # fmt: skip


def test_creer_par_la_page(admin: Compte, entrer: Callable) -> None:
    client = entrer(admin)
    assert "Créer le brouillon" in lire(client, "nouvelle")
    reponse = client.post(reverse("delegues:nouvelle"), saisie())
    assert (reponse.status_code, reponse["Location"]) == (302, "/delegues/assises/gestion/")
    assert Campagne.objects.get().candidatures_du.isoformat() == "2026-08-31T22:00:00+00:00"
    assert "Ce qui manque" in lire(client, "gestion", "assises")


@pytest.mark.parametrize(
    ("champs", "champ", "motif"),
    [
        ({"slug": "nouvelle"}, "slug", "Cette adresse est celle d'une autre page"),
        ({"assemblees_du": "2026-09-02T00:00"}, "assemblees_du", "vient après « On peut se retirer"),
        ({"regle": "total"}, "total", "Donnez le nombre de délégué·es en tout"),
        ({"tranche": 0}, "tranche", "au moins une personne"),
        ({"regle": "total", "total": 9, "egalite": "tirage"}, "graine", "Donnez la graine"),
        ({"engagement": "Oui."}, "engagement_jusqu_au", "un texte et une date de fin"),
        ({"quota": 60}, "quota", "inférieure ou égale à 50"),
        ({"reference_le": ""}, "reference_le", "Ce champ est obligatoire"),
    ],
)
def test_une_erreur_est_dite_a_cote_du_champ(
    admin: Compte, entrer: Callable, champs: dict, champ: str, motif: str
) -> None:
    reponse = entrer(admin).post(reverse("delegues:nouvelle"), saisie(**champs))
    assert reponse.status_code == 422
    assert motif in " ".join(reponse.context["form"].errors[champ])
    assert Campagne.objects.count() == 0


def test_deux_campagnes_n_ont_pas_la_meme_adresse(admin: Compte, entrer: Callable) -> None:
    faire_campagne(slug="assises")
    reponse = entrer(admin).post(reverse("delegues:nouvelle"), saisie())
    assert (reponse.status_code, list(reponse.context["form"].errors)) == (422, ["slug"])


@time_machine.travel(AVANT, tick=False)
def test_du_brouillon_a_l_annonce(admin: Compte, entrer: Callable) -> None:
    client = entrer(admin)
    faire_section("31001", membres=6)
    client.post(reverse("delegues:nouvelle"), saisie(tranche=5))
    reponse = client.post(reverse("delegues:repartitions", args=["assises"]), follow=True)
    assert "Répartition n° 1" in reponse.content.decode()
    reponse = client.post(reverse("delegues:repartition", args=["assises", 1]), follow=True)
    assert "La répartition n° 1 est adoptée." in reponse.content.decode()
    assert "Annoncer et tout figer" in lire(client, "annoncer", "assises")
    reponse = client.post(reverse("delegues:annoncer", args=["assises"]))
    assert reponse.status_code == 422
    assert "Relisez ce qui sera figé" in reponse.content.decode()
    reponse = client.post(reverse("delegues:annoncer", args=["assises"]), {"relu": "on"}, follow=True)
    assert "La campagne est annoncée." in reponse.content.decode()
    assert Designation.objects.get().sieges == 2
    assert client.post(reverse("delegues:reglages", args=["assises"]), saisie()).status_code == 422


@time_machine.travel(AVANT, tick=False)
def test_annoncer_montre_ce_qui_manque(admin: Compte, entrer: Callable) -> None:
    campagne = faire_campagne(etat="preparation")
    page = lire(entrer(admin), "annoncer", campagne.slug)
    assert "Calculez les sièges, puis adoptez la répartition." in page
    assert "Annoncer et tout figer" not in page


@time_machine.travel(ASSEMBLEES, tick=False)
def test_recalculer_apres_l_annonce_montre_la_difference(admin: Compte, entrer: Callable) -> None:
    campagne = annoncee(admin)
    recevoir(campagne, "31001")
    faire_section("31001", membres=5)
    faire_section("31003", membres=1)
    client = entrer(admin)
    adresse = reverse("delegues:repartition", args=[campagne.slug, 2])
    client.post(reverse("delegues:repartitions", args=[campagne.slug]))
    page = client.get(adresse).content.decode()
    for mots in ("2 sections changent", "reçu : garde ses sièges", "+1"):
        assert mots in page
    assert campagne.designations.get(section__code="31001").sieges == 2
    reponse = client.post(adresse, {"motif": ""})
    assert (reponse.status_code, list(reponse.context["form"].errors)) == (422, ["motif"])
    client.post(adresse, {"motif": "Registre corrigé."})
    assert campagne.designations.get(section__code="31001").sieges == 2
    assert campagne.designations.get(section__code="31003").sieges == 1
    page = lire(client, "sieges_section", campagne.slug, "31001")
    assert "elle garde 2 sièges" in page
    assert "Registre corrigé." in lire(entrer(None), "sieges", campagne.slug)


def test_calculer_trop_tot_le_dit(admin: Compte, entrer: Callable) -> None:
    campagne = faire_campagne(etat="preparation")
    with time_machine.travel(CALENDRIER["reference_le"].isoformat() + "T12:00:00Z", tick=False):
        reponse = entrer(admin).post(reverse("delegues:repartitions", args=[campagne.slug]), follow=True)
    assert "n&#x27;est pas passée" in reponse.content.decode()
    assert campagne.repartitions.count() == 0


def test_la_simulation_compare(admin: Compte, entrer: Callable) -> None:
    campagne = brouillon(admin)
    page = lire(entrer(admin), "simulation", campagne.slug)
    for mots in ("Tranche de 5", "Plus forts restes", "Sainte-Laguë", "D&#x27;Hondt (plus forte moyenne)"):
        assert page.count(f'<th scope="row">{mots}</th>') == 3
    adresse = reverse("delegues:simulation", args=[campagne.slug])
    page = entrer(admin).get(adresse, {"total": 2, "planchers": "1"}).content.decode()
    assert page.count("Le plancher demande 3 sièges, il n&#x27;y en a que 2.") == 3
    reponse = entrer(admin).get(adresse, {"total": 2, "planchers": "un"})
    assert (reponse.status_code, list(reponse.context["form"].errors)) == (422, ["planchers"])


def test_la_simulation_d_un_registre_vide(admin: Compte, entrer: Callable) -> None:
    campagne = faire_campagne(etat="preparation")
    assert "Personne ne remplit les conditions" in lire(entrer(admin), "simulation", campagne.slug)


@time_machine.travel(AVANT, tick=False)
def test_changer_le_mode_d_une_section(admin: Compte, entrer: Callable) -> None:
    campagne = annoncee(admin)
    client = entrer(admin)
    adresse = reverse("delegues:modes", args=[campagne.slug])
    assert client.get(adresse, {"q": "31"}).content.decode().count('<th scope="row">') == 2
    assert client.get(adresse, {"q": "09001"}).content.decode().count('<th scope="row">') == 1
    assert "Aucune section" in client.get(adresse, {"q": "nulle part"}).content.decode()
    reponse = client.post(adresse, {"section": "31001", "mode": "en-ligne"}, follow=True)
    assert "Le mode de Ville 31001 est changé." in reponse.content.decode()
    assert campagne.designations.get(section__code="31001").mode == "en-ligne"
    reponse = client.post(adresse, {"section": "31001", "mode": "pigeon"}, follow=True)
    assert "une assemblée ou un vote en ligne" in reponse.content.decode()
    assert client.post(adresse, {"section": "99999", "mode": "en-ligne"}).status_code == 404


def test_clore_et_annuler_par_la_page(admin: Compte, entrer: Callable) -> None:
    client = entrer(admin)
    campagne = annoncee(admin)
    with time_machine.travel(ASSEMBLEES, tick=False):
        reponse = client.post(reverse("delegues:clore", args=[campagne.slug]), {"certain": "on"})
        assert reponse.status_code == 422
        assert "durent jusqu&#x27;au 12 octobre 2026" in reponse.content.decode()
    with time_machine.travel(APRES, tick=False):
        client.force_login(admin)
        client.post(reverse("delegues:clore", args=[campagne.slug]), {"certain": "on"})
    campagne.refresh_from_db()
    assert campagne.etat == "close"
    autre = faire_campagne(slug="autre", etat="preparation")
    reponse = client.post(reverse("delegues:annuler", args=["autre"]), {"motif": "Non.", "certain": ""})
    assert (reponse.status_code, list(reponse.context["form"].errors)) == (422, ["certain"])
    client.post(reverse("delegues:annuler", args=["autre"]), {"motif": "Non.", "certain": "on"})
    autre.refresh_from_db()
    assert (autre.etat, autre.annulation) == ("annulee", "Non.")

"""Signing and correcting over HTTP, the papers as PDF, and the public page that checks a fingerprint."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from delegues import actes
from delegues.models import ProcesVerbal
from tests.delegues.scene import compte_de
from tests.delegues.scene_proces_verbaux import (
    Scene,
    adresse,
    brouillon,
    calendrier_du_jour,
    contresigner,
    entrer,
    faire_scene,
    frais,
    presenter,
    rempli,
    signe,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lieux(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SECOND_FACTEUR_OBLIGATOIRE = False


@pytest.fixture
def scene() -> Scene:
    return faire_scene(**calendrier_du_jour())


@pytest.fixture
def secretaire(scene: Scene) -> Client:
    return entrer(scene.secretaire)


# --- Signing -----------------------------------------------------------------------------------------


def test_signer_a_deux_depuis_les_pages(scene: Scene, secretaire: Client) -> None:
    pv = rempli(scene)
    page = secretaire.get(adresse("pv_relire", pv))
    assert page.context["manques"] == []
    envoi = {"version": pv.version, "empreinte": page.context["empreinte"]}
    assert secretaire.post(adresse("pv_relire", pv), envoi).status_code == 302
    # A second click: the minutes are read, not signed twice.
    assert secretaire.post(adresse("pv_relire", pv), envoi).status_code == 409
    assert secretaire.get(adresse("pv_relire", pv))["Location"] == pv.get_absolute_url()
    second = entrer(scene.compte_du_second())
    page = second.get(pv.get_absolute_url()).content.decode()
    pv = frais(pv)
    assert pv.empreinte in page
    assert "Signer à mon tour" in page
    assert "Signer à mon tour" not in secretaire.get(pv.get_absolute_url()).content.decode()
    assert second.post(adresse("contresigner", pv), {"empreinte": "0" * 64}).status_code == 409
    for _ in range(2):
        reponse = second.post(adresse("contresigner", pv), {"empreinte": pv.empreinte})
        assert reponse["Location"] == pv.get_absolute_url()
    assert ProcesVerbal.objects.get().etat == "verrouille"


def test_ce_qui_manque_mene_a_son_etape(scene: Scene, secretaire: Client) -> None:
    pv = brouillon(scene)
    assert secretaire.get(pv.get_absolute_url())["Location"] == adresse("pv_seance", pv)
    page = secretaire.get(adresse("pv_relire", pv))
    assert [route for route, _ in page.context["manques"]] == [
        f"delegues:pv_{e}" for e in ("seance", "presences", "depouillement", "incidents", "bureau")
    ]
    assert "Signer le procès-verbal" not in page.content.decode()
    reponse = secretaire.post(
        adresse("pv_relire", pv), {"version": 1, "empreinte": page.context["empreinte"]}
    )
    assert reponse.status_code == 400


def test_renvoyer_puis_corriger(scene: Scene, secretaire: Client) -> None:
    pv = presenter(scene, rempli(scene), timezone.now())
    second = entrer(scene.compte_du_second())
    reponse = second.post(adresse("reprendre", pv), {"motif": "Deux nuls."})
    assert reponse["Location"] == pv.designation.get_absolute_url()
    assert "en cours de rédaction" in second.get(pv.get_absolute_url()).content.decode()
    assert "Deux nuls." in secretaire.get(adresse("pv_relire", pv)).content.decode()


def test_rectifier_montre_les_deux(scene: Scene, secretaire: Client) -> None:
    ancien = signe(scene)
    assert secretaire.post(adresse("rectifier", ancien), {"motif": ""}).status_code == 200
    secretaire.post(adresse("rectifier", ancien), {"motif": "Un nul oublié."})
    pv = ProcesVerbal.objects.get(rectifie=ancien)
    assert "Rien ne change encore" in secretaire.get(adresse("pv_relire", pv)).content.decode()
    maintenant = timezone.now()
    pv = actes.noter_la_seance(
        proces_verbal=pv, tenue_le=maintenant - timedelta(hours=1), lieu="Gymnase", version=1,
        par=scene.secretaire,
    )  # fmt: skip
    pv = contresigner(scene, presenter(scene, pv, maintenant), maintenant)
    page = secretaire.get(pv.get_absolute_url())
    assert ("Lieu", "Salle des fêtes", "Gymnase") in page.context["differences"]
    assert ancien.numero in page.content.decode()
    assert "Remplacé" in secretaire.get(ancien.get_absolute_url()).content.decode()
    assert "Remplacé" in Client().get(adresse("verifier", ancien)).content.decode()
    assert pv.numero in Client().get(adresse("verifier", ancien)).content.decode()


# --- Papers and proof ----------------------------------------------------------------------------------


def texte_du_pdf(reponse) -> str:
    from io import BytesIO

    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(reponse.content)).pages)


def test_le_papier_porte_les_chiffres_les_noms_et_l_empreinte(scene: Scene, secretaire: Client) -> None:
    pv = rempli(scene)
    projet = texte_du_pdf(secretaire.get(adresse("proces_verbal_pdf", pv)))
    assert "n’a pas de valeur avant la signature" in projet.replace("\n", " ")
    maintenant = timezone.now()
    pv = frais(contresigner(scene, presenter(scene, pv, maintenant), maintenant))
    reponse = secretaire.get(adresse("proces_verbal_pdf", pv))
    assert reponse.content == secretaire.get(adresse("proces_verbal_pdf", pv)).content
    from io import BytesIO

    lu = PdfReader(BytesIO(reponse.content))
    assert lu.trailer["/Root"]["/MarkInfo"]["/Marked"] == True  # noqa: E712 - a PDF boolean
    assert lu.trailer["/Root"]["/Lang"] == "fr-FR"
    texte = texte_du_pdf(reponse)
    for attendu in (pv.numero, scene.membres[0].nom, scene.membres[1].nom, scene.membres[-1].nom):
        assert attendu in texte
    assert pv.empreinte in texte.replace("\u200b", "").replace("\n", "")


def test_la_feuille_de_presence_a_tous_les_noms(scene: Scene, secretaire: Client) -> None:
    texte = texte_du_pdf(secretaire.get(adresse("feuille_de_presence", scene)))
    for membre in scene.membres:
        assert membre.numero in texte


@pytest.mark.parametrize(
    ("transformer", "phrase"),
    [
        (lambda e: e, "Même empreinte"),
        (lambda e: e[:16].upper(), "Même empreinte"),
        (lambda e: " ".join([e[:4], e[4:20]]), "Même empreinte"),
        (lambda e: e[:15], "Autre empreinte"),
        (lambda e: "f" * 64, "Autre empreinte"),
        (lambda e: "<script>", "Autre empreinte"),
        (lambda e: "", "Empreinte signée"),
    ],
)
def test_verifier_une_empreinte(scene: Scene, transformer, phrase: str) -> None:
    pv = signe(scene)
    texte = Client().get(adresse("verifier", pv), {"empreinte": transformer(pv.empreinte)}).content.decode()
    assert phrase in texte
    assert ("empreinte." in texte) is (phrase != "Empreinte signée")


def test_un_brouillon_ne_se_verifie_pas(scene: Scene) -> None:
    pv = presenter(scene, rempli(scene), timezone.now())
    assert Client().get(adresse("verifier", pv)).status_code == 404


def test_un_membre_de_la_section_trouve_ou_contester(scene: Scene) -> None:
    pv = signe(scene)
    lien = adresse("recours", scene)
    url = pv.designation.get_absolute_url()
    assert lien in entrer(compte_de(scene.membres[2])).get(url).content.decode()
    assert lien not in Client().get(url).content.decode()
    ailleurs = faire_scene("31002").membres[0]
    assert lien not in entrer(compte_de(ailleurs)).get(url).content.decode()

"""The pages of sections and of drafts over HTTP: who sees what, what a stale page keeps, files."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from delegues import actes
from delegues.models import Designation, Piece, Presence, ProcesVerbal
from tests.delegues.scene import compte_de, faire_compte, faire_section
from tests.delegues.scene_proces_verbaux import (
    Scene,
    adresse,
    brouillon,
    calendrier_du_jour,
    contresigner,
    entrer,
    faire_scene,
    frais,
    photo,
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


# --- Who sees what ---------------------------------------------------------------------------------

QUI = (
    "secretaire", "autre secretaire", "second", "membre", "federation", "gestionnaire",
    "autre federation", "recolement", "observateur", "visiteur",
)  # fmt: skip


def client_de(qui: str, scene: Scene) -> Client:
    if qui == "visiteur":
        return Client()
    compte = {
        "secretaire": lambda: scene.secretaire,
        "autre secretaire": lambda: faire_compte("secretaire_section", section=faire_section("31002", "31")),
        "second": scene.compte_du_second,
        "membre": lambda: compte_de(scene.membres[2]),
        "federation": lambda: faire_compte("secretaire_federal", federation=scene.section.federation),
        "gestionnaire": lambda: faire_compte("gestionnaire_federal", federation=scene.section.federation),
        "autre federation": lambda: faire_compte(
            "secretaire_federal", federation=faire_section("32001", "32").federation
        ),
        "recolement": lambda: faire_compte("recolement"),
        "observateur": lambda: faire_compte("observateur"),
    }[qui]()
    return entrer(compte)


LISENT = {"secretaire", "second", "federation", "gestionnaire", "recolement", "observateur"}


@pytest.mark.parametrize("qui", QUI)
def test_qui_lit_le_proces_verbal_signe(scene: Scene, qui: str) -> None:
    pv = rempli(scene)
    piece = actes.joindre_piece(proces_verbal=pv, envoi=photo(), par=scene.secretaire)
    maintenant = timezone.now()
    pv = frais(contresigner(scene, presenter(scene, pv, maintenant), maintenant))
    client = client_de(qui, scene)
    pages = {
        "page": client.get(pv.get_absolute_url()),
        "pdf": client.get(adresse("proces_verbal_pdf", pv)),
        "json": client.get(adresse("contenu", pv)),
        "piece": client.get(adresse("piece", pv, piece=piece.cle)),
    }
    attendu = 200 if qui in LISENT else 302 if qui == "visiteur" else 404
    assert {nom: reponse.status_code for nom, reponse in pages.items()} == dict.fromkeys(pages, attendu)
    if attendu == 200:
        for reponse in pages.values():
            assert "no-store" in reponse["Cache-Control"]
        assert pages["piece"].content.startswith(b"\xff\xd8\xff")
        assert pages["json"].content.decode() == pv.contenu
        assert pages["piece"]["X-Content-Type-Options"] == "nosniff"
    assert client.get(adresse("verifier", pv)).status_code == 200
    assert client.get(pv.designation.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("qui", QUI)
def test_qui_ecrit_le_proces_verbal(scene: Scene, qui: str) -> None:
    pv = rempli(scene)
    client = client_de(qui, scene)
    pages = [
        f"pv_{e}" for e in ("seance", "presences", "depouillement", "incidents", "pieces", "bureau", "relire")
    ]
    attendu = {"secretaire": 200, "visiteur": 302}.get(qui, 403 if qui in LISENT else 404)
    for nom in [*pages, "abandonner"]:
        assert client.get(adresse(nom, pv)).status_code == attendu, nom
    for nom in ("convoquer", "feuille_de_presence"):
        assert client.get(adresse(nom, scene)).status_code == (attendu if attendu != 404 else 403), nom
    if qui != "secretaire":
        json_ = json.dumps({"pointages": []})
        reponse = client.post(adresse("pointer", pv), json_, content_type="application/json")
        assert reponse.status_code in {302, 403, 404}
        for nom in ("pv_seance", "pv_relire", "rectifier", "contresigner", "reprendre"):
            assert client.post(adresse(nom, pv), {"motif": "x"}).status_code in {302, 403, 404, 409}, nom
        pv.refresh_from_db()
        assert (pv.etat, pv.version) == ("brouillon", 5)


def test_une_page_publique_ne_dit_que_les_candidats_et_les_elus(scene: Scene) -> None:
    pv = signe(scene)
    for url in (adresse("verifier", pv), pv.designation.get_absolute_url()):
        texte = Client().get(url).content.decode()
        for candidat in scene.membres[-4:]:
            assert f"{candidat.prenom} {candidat.nom}" in texte
        for secret in (scene.membres[0].nom, scene.membres[1].nom, "@exemple.fr", "1970"):
            assert f"{secret}<" not in texte
            assert f"{secret}," not in texte
        assert pv.numero in texte


def test_une_campagne_en_preparation_n_a_pas_de_page(scene: Scene) -> None:
    from delegues.models import Campagne

    brouillon_ = Campagne.objects.create(
        slug="secrete", nom="Secrète", graine="", reference_le=timezone.localdate(), **calendrier_du_jour()
    )
    designation = Designation.objects.create(
        campagne=brouillon_, section=scene.section, mode="assemblee", effectif=1, sieges=1
    )
    assert Client().get(designation.get_absolute_url()).status_code == 404


# --- My section --------------------------------------------------------------------------------------


def test_ma_section_mene_a_la_page_de_la_section(scene: Scene, secretaire: Client) -> None:
    reponse = secretaire.get(reverse("delegues:ma_section"))
    assert reponse["Location"] == scene.designation.get_absolute_url()
    autre = entrer(compte_de(scene.membres[2])).get(reverse("delegues:ma_section"))
    assert "celle des secrétaires de section" in autre.content.decode()


@pytest.mark.parametrize("code", ["31001", "31003"])
def test_le_nombre_de_requetes_de_la_page_de_section(
    scene: Scene, django_assert_num_queries, code: str
) -> None:
    """The same for eight candidacies as for four."""
    if code == "31003":
        scene = faire_scene(code, membres=20, genres="FHFHFHFH", sieges=4)
    client = entrer(scene.secretaire)
    client.get(scene.designation.get_absolute_url())
    with django_assert_num_queries(8):
        assert client.get(scene.designation.get_absolute_url()).status_code == 200


def test_la_liste_des_choses_a_faire_suit_l_avancement(scene: Scene, secretaire: Client) -> None:
    def mots() -> list[str]:
        return [t.mot for t in secretaire.get(scene.designation.get_absolute_url()).context["taches"]]

    assert mots() == ["À faire", "Fait", "Au besoin", "À faire", "Plus tard", "Plus tard"]
    reponse = secretaire.post(adresse("commencer", scene))
    pv = ProcesVerbal.objects.get()
    for _ in range(2):
        assert reponse["Location"] == adresse("pv_seance", pv)
        reponse = secretaire.post(adresse("commencer", scene))
    pv = rempli(scene)
    assert secretaire.post(adresse("commencer", scene))["Location"] == pv.get_absolute_url()
    assert mots()[3:] == ["À faire", "Plus tard", "Plus tard"]
    maintenant = timezone.now()
    pv = presenter(scene, pv, maintenant)
    assert mots()[3:] == ["Fait", "En attente", "Plus tard"]
    contresigner(scene, pv, maintenant)
    assert mots()[3:] == ["Fait", "Fait", "En attente"]


def test_ce_qui_manque_aux_candidatures_se_dit(scene: Scene) -> None:
    scene = faire_scene("31004", genres="HH", sieges=4)
    taches = entrer(scene.secretaire).get(scene.designation.get_absolute_url()).context["taches"]
    assert taches[1].phrase == (
        "2 candidatures déposées. Il manque 2 personnes pour pourvoir tous les sièges. "
        "Pour la parité, il manque 2 femmes parmi les candidatures. Sans elles, les places iront aux suivantes "
        "par les voix, et le procès-verbal le dira."
    )


def test_convoquer_depuis_la_page(scene: Scene, secretaire: Client) -> None:
    url = adresse("convoquer", scene)
    demain = timezone.localtime(timezone.now() + timedelta(days=1))
    saisie = {"assemblee_le": f"{demain:%Y-%m-%dT%H:%M}", "lieu": "", "ordre_du_jour": "Désigner"}
    reponse = secretaire.post(url, saisie)
    assert (reponse.status_code, "Désigner" in reponse.content.decode()) == (400, True)
    assert secretaire.post(url, {**saisie, "lieu": "Salle"}).status_code == 302
    assert Designation.objects.get().lieu == "Salle"


# --- Steps -------------------------------------------------------------------------------------------


def saisie_du_depouillement(scene: Scene, *voix: int, **champs: object) -> dict[str, object]:
    return {
        "votants": "8", "blancs": "1", "nuls": "0",
        **{f"voix_{liste.pk}": n for liste, n in zip(scene.listes, voix, strict=True)}, **champs,
    }  # fmt: skip


def test_une_page_perimee_garde_ce_qui_est_saisi_et_montre_ce_qui_est_enregistre(
    scene: Scene, secretaire: Client
) -> None:
    """Two tabs."""
    pv = brouillon(scene)
    url = adresse("pv_depouillement", pv)
    premier = saisie_du_depouillement(scene, 5, 4, 3, 2, version=pv.version)
    assert secretaire.post(url, premier)["Location"] == adresse("pv_incidents", pv)
    second = saisie_du_depouillement(scene, 4, 4, 3, 3, version=pv.version)
    reponse = secretaire.post(url, second)
    texte = reponse.content.decode()
    assert reponse.status_code == 409
    assert "Rien n&#x27;est perdu" in texte
    assert [str(v) for _, v in reponse.context["perime"]] == ["5", "2"]
    form = reponse.context["form"]
    assert [form[f"voix_{liste.pk}"].value() for liste in scene.listes] == ["4", "4", "3", "3"]
    # The page now bears the version that is recorded: pressing again saves.
    assert f'name="version" value="{pv.version + 1}"' in texte
    assert secretaire.post(url, {**second, "version": pv.version + 1}).status_code == 302
    assert list(pv.voix.order_by("liste__rang").values_list("nombre", flat=True)) == [4, 4, 3, 3]


def test_un_compte_faux_se_dit_sans_rien_perdre(scene: Scene, secretaire: Client) -> None:
    pv = brouillon(scene)
    reponse = secretaire.post(
        adresse("pv_depouillement", pv), saisie_du_depouillement(scene, 8, 4, 3, 2, version=pv.version)
    )
    assert reponse.status_code == 400
    assert "Une candidature a 8 voix pour 7 suffrages exprimés" in reponse.content.decode()
    assert 'value="8"' in reponse.content.decode()


@pytest.mark.parametrize("valeur", ["", "-1", "douze", "1.5", "1000000", "٣"])
def test_un_nombre_qui_n_en_est_pas_un(scene: Scene, secretaire: Client, valeur: str) -> None:
    pv = brouillon(scene)
    saisie = saisie_du_depouillement(scene, 5, 4, 3, 2, version=pv.version, nuls=valeur)
    reponse = secretaire.post(adresse("pv_depouillement", pv), saisie)
    # Any decimal digit is a digit for Python: three nulls, and one too many for the count.
    assert reponse.status_code == 400
    assert "nuls" in reponse.context["form"].errors or valeur == "٣"


def test_la_liste_de_presence_sans_script_n_envoie_que_ce_qui_change(
    scene: Scene, secretaire: Client
) -> None:
    pv = brouillon(scene)
    url = adresse("pv_presences", pv)
    a, b, c = (m.pk for m in scene.membres[:3])
    secretaire.post(url, {"present": [a, b]})
    # Another device ticks c; this page, opened before, unticks b.
    secretaire.post(
        adresse("pointer", pv), json.dumps({"pointages": [[c, True, 1]]}), content_type="application/json"
    )
    assert secretaire.post(url, {"avant": [a, b], "present": [a]})["Location"] == url
    assert set(Presence.objects.filter(present=True).values_list("adherent", flat=True)) == {a, c}
    reponse = secretaire.post(url, {"avant": [a], "present": [a], "suite": "continuer"})
    assert reponse["Location"] == adresse("pv_depouillement", pv)


def test_chercher_dans_la_liste_de_presence(scene: Scene, secretaire: Client) -> None:
    url = adresse("pv_presences", brouillon(scene))
    lignes = secretaire.get(url, {"q": scene.membres[3].numero}).context["lignes"]
    assert [m.pk for m, _ in lignes] == [scene.membres[3].pk]
    assert "Personne n'a ce nom" in secretaire.get(url, {"q": "zzz"}).content.decode()


@pytest.mark.parametrize("membres", [5, 15])
def test_le_nombre_de_requetes_de_la_liste_de_presence(membres: int, django_assert_num_queries) -> None:
    scene = faire_scene(membres=membres, **calendrier_du_jour())
    client = entrer(scene.secretaire)
    url = adresse("pv_presences", brouillon(scene))
    client.get(url)
    with django_assert_num_queries(11):
        client.get(url)


@pytest.mark.parametrize(
    "corps",
    ["", "[]", "{}", '{"pointages": 3}', '{"pointages": [[1, 1, 1]]}', '{"pointages": [[1, true]]}',
     '{"pointages": [["1", true, 1]]}', '{"pointages": [[1, true, -1]]}', '{"pointages": [[0, true, 1]]}'],
)  # fmt: skip
def test_des_pointages_illisibles_sont_refuses(scene: Scene, secretaire: Client, corps: str) -> None:
    pv = brouillon(scene)
    reponse = secretaire.post(adresse("pointer", pv), corps, content_type="application/json")
    assert (reponse.status_code, reponse.json()["code"]) == (400, "forme")


def test_pointer_repond_le_total_et_les_inconnus(scene: Scene, secretaire: Client) -> None:
    pv = brouillon(scene)
    corps = json.dumps({"pointages": [[scene.membres[0].pk, True, 1], [999_999, True, 1]]})
    for _ in range(2):
        reponse = secretaire.post(adresse("pointer", pv), corps, content_type="application/json")
        assert reponse.json() == {"presents": 1, "hors_liste": [999_999]}


@pytest.mark.parametrize(
    ("nom", "contenu", "phrase"),
    [
        ("virus.jpg", b"MZ\x90\x00" + b"\0" * 200, "ni un PDF ni une photo"),
        ("vide.jpg", b"", "Ce fichier est vide"),
        ("immense.jpg", b"\xff\xd8\xff" + b"\0" * 10_000_001, "la limite est de 10"),
    ],
)
def test_un_mauvais_fichier_se_dit_dans_la_page(
    scene: Scene, secretaire: Client, nom: str, contenu: bytes, phrase: str
) -> None:
    pv = brouillon(scene)
    reponse = secretaire.post(adresse("pv_pieces", pv), {"fichier": SimpleUploadedFile(nom, contenu)})
    assert reponse.status_code == 400
    assert phrase in reponse.content.decode()
    assert Piece.objects.count() == 0


def test_joindre_ouvrir_puis_retirer_une_photo(scene: Scene, secretaire: Client) -> None:
    pv = brouillon(scene)
    assert secretaire.post(adresse("pv_pieces", pv), {"fichier": photo()})["Location"] == adresse(
        "pv_pieces", pv
    )
    piece = Piece.objects.get()
    assert "papier" in secretaire.get(adresse("pv_pieces", pv)).content.decode()
    reponse = secretaire.get(adresse("piece", pv, piece=piece.cle))
    assert (reponse["Content-Type"], reponse["Content-Disposition"]) == (
        "image/jpeg",
        'inline; filename="papier.jpg"',
    )
    secretaire.post(adresse("retirer_piece", pv, piece=piece.cle))
    assert Piece.objects.count() == 0

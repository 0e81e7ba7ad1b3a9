"""The pages of the demonstration: one click to be somebody, the mailbox, the key file; nothing elsewhere."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from consultation import actes
from consultation.models import Gardien
from refondation.demo import comptes, courriels
from refondation.demo.gardiens import creer_les_cles, fichier_de_cle
from refondation.membres.models import Compte
from tests.consultation.scene import Vote, faire_scrutin
from tests.membres.monde import creer_compte

pytestmark = pytest.mark.django_db
BOITE = "refondation.demo.courriels.BoiteDeDemonstration"


@pytest.fixture
def demo(settings: Any, tmp_path: Path) -> dict[str, Compte]:
    """Demo mode, and three of its people."""
    settings.LOCAL_DIR = tmp_path
    settings.MODE_DEMO = True
    settings.EMAIL_BACKEND = BOITE
    tous = {
        "membre": creer_compte(numero="M42", courriel="membre@exemple.fr"),
        "direction": creer_compte("direction", numero="M43", courriel="direction@exemple.fr"),
        "gardien": creer_compte(numero="M44", courriel="gardien@exemple.fr"),
    }
    comptes.noter({"debut": "", "comptes": {cle: c.pk for cle, c in tous.items()}, "charge": True})
    return tous


def ecrire(destinataire: str, objet: str, texte: str, copie_cachee: str = "") -> None:
    mail.EmailMessage(
        objet, texte, to=[destinataire] if destinataire else [], bcc=[copie_cachee] if copie_cachee else []
    ).send()


@pytest.mark.parametrize(
    ("methode", "chemin"),
    [
        ("get", "/demo/"),
        ("post", "/demo/membre/0/"),
        ("get", "/demo/courriels/"),
        ("get", "/demo/courriels/0000000000000000-00000000-0000000000000000.eml"),
        ("get", "/demo/cles/cadre.json"),
    ],
)
def test_hors_demonstration_il_n_y_a_rien(
    demo: dict[str, Compte], settings: Any, client: Client, methode: str, chemin: str
) -> None:
    settings.MODE_DEMO = False
    reponse = getattr(client, methode)(chemin)
    assert reponse.status_code == 404
    assert "_auth_user_id" not in client.session


def test_un_clic_connecte_et_mene_a_ce_qu_il_y_a_a_essayer(demo: dict[str, Compte], client: Client) -> None:
    reponse = client.post("/demo/membre/1/")
    assert reponse.status_code == 302
    assert reponse.url == "/scrutins/methode-de-la-refondation/liste/"
    assert client.session["_auth_user_id"] == str(demo["membre"].pk)
    # Being somebody else starts from nothing: no trace of the first one in the session.
    client.session["reste"] = "de la première personne"
    premiere = client.session.session_key
    assert client.post("/demo/direction/2/").url == "/journal/"
    assert client.session["_auth_user_id"] == str(demo["direction"].pk)
    assert client.session.session_key != premiere
    assert "reste" not in client.session


def test_on_n_entre_que_par_post_avec_un_jeton_et_par_une_porte(demo: dict[str, Compte]) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.get("/demo/membre/0/").status_code == 405
    assert client.post("/demo/membre/0/").status_code == 403
    assert Client().post("/demo/membre/9/").status_code == 404
    assert Client().post("/demo/personne/0/").status_code == 404
    # Known to the demonstration, but not loaded.
    assert Client().post("/demo/recolement/0/").status_code == 404


def test_l_accueil_montre_chaque_personne_et_ses_portes(demo: dict[str, Compte], client: Client) -> None:
    texte = client.get("/demo/").content.decode()
    for compte in comptes.lire():
        assert compte.nom in texte
        assert compte.identifiant in texte
        for rang, porte in enumerate(compte.personnage.portes):
            assert porte.libelle in texte
            assert reverse("demo:entrer", args=[compte.personnage.cle, rang]) in texte
    assert "M42" in texte
    assert "Les fichiers de clé" not in texte


def test_sans_donnees_l_accueil_le_dit(settings: Any, tmp_path: Path, client: Client) -> None:
    settings.LOCAL_DIR = tmp_path
    settings.MODE_DEMO = True
    assert "sans ses données" in client.get("/demo/").content.decode()


def test_la_boite_montre_les_courriels_du_dernier_au_premier(demo: dict[str, Compte], client: Client) -> None:
    ecrire("membre@exemple.fr", "Premier", "Un texte.")
    ecrire("direction@exemple.fr", "Deuxième", "Un autre.")
    ecrire("", "Troisième", "En copie cachée.", copie_cachee="membre@exemple.fr")
    tous = client.get("/demo/courriels/").content.decode()
    assert tous.index("Troisième") < tous.index("Deuxième") < tous.index("Premier")
    siens = client.get("/demo/courriels/?de=membre").content.decode()
    assert "Troisième" in siens
    assert "Deuxième" not in siens
    assert "None" not in siens
    assert "Aucun courriel" in client.get("/demo/courriels/?de=gardien").content.decode()


def test_un_courriel_se_lit_avec_ses_liens_sans_etre_execute(demo: dict[str, Compte], client: Client) -> None:
    lien = "http://localhost:8000/scrutins/cadre/voter/#code=abc-DEF"
    ecrire(
        "membre@exemple.fr", "Votez <b>", f"Votre code :\n\n    abc-DEF\n\n{lien}\n<script>alert(1)</script>"
    )
    [courriel] = courriels.recus("MEMBRE@exemple.fr")
    texte = client.get(reverse("demo:courriel", args=[courriel.nom])).content.decode()
    assert f'href="{lien}"' in texte
    assert "abc-DEF" in texte
    assert "<script>alert" not in texte
    assert "Votez &lt;b&gt;" in texte


@pytest.mark.parametrize(
    "nom", ["../demo.json", "..%2Fdemo.json", "demo.json", "x.eml", f"{'0' * 16}-{'0' * 8}-{'0' * 16}.eml"]
)
def test_on_ne_lit_rien_d_autre_que_des_courriels(demo: dict[str, Compte], client: Client, nom: str) -> None:
    assert client.get(f"/demo/courriels/{nom}").status_code == 404


def test_les_courriels_ne_sont_lisibles_que_de_leur_proprietaire(demo: dict[str, Compte]) -> None:
    ecrire("membre@exemple.fr", "Objet", "Texte")
    [fichier] = courriels.dossier().iterdir()
    assert fichier.stat().st_mode & 0o077 == 0


@pytest.fixture
def vote(demo: dict[str, Compte]) -> Vote:
    vote = faire_scrutin()
    actes.designer_gardiens(scrutin=vote.scrutin, comptes=[demo["gardien"]], par=vote.admin)
    return vote


def test_le_fichier_de_cle_est_offert_et_va_avec_la_cle_deposee(vote: Vote, client: Client) -> None:
    creer_les_cles(vote.scrutin)
    gardien = Gardien.objects.select_related("scrutin").get(scrutin=vote.scrutin)
    assert fichier_de_cle(gardien).stat().st_mode & 0o077 == 0
    assert reverse("demo:cle", args=[vote.scrutin.slug]) in client.get("/demo/").content.decode()
    reponse = client.get(reverse("demo:cle", args=[vote.scrutin.slug]))
    assert "attachment" in reponse["Content-Disposition"]
    assert "no-store" in reponse["Cache-Control"]
    import json

    contenu = json.loads(b"".join(reponse.streaming_content))
    assert contenu["public_key"] == gardien.cle["public_key"]
    assert (contenu["type"], contenu["scrutin"], contenu["group"]) == (
        "cle-de-gardien",
        vote.scrutin.slug,
        "BELENIOS-2048",
    )


def test_une_cle_que_le_visiteur_a_faite_n_a_pas_de_fichier(vote: Vote, client: Client) -> None:
    assert client.get(reverse("demo:cle", args=[vote.scrutin.slug])).status_code == 404
    assert "Les fichiers de clé" not in client.get("/demo/").content.decode()


def test_une_personne_sortie_n_entre_plus(demo: dict[str, Compte], client: Client) -> None:
    adherent = demo["membre"].adherent
    type(adherent).objects.filter(pk=adherent.pk).update(sorti_le=date(2026, 1, 1))
    client.post("/demo/membre/0/")
    assert "_auth_user_id" not in client.session

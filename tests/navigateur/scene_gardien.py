"""A trustee's two sittings, by the keyboard, and the files that could be shown by mistake."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Page, expect

from consultation.belenios.gardiens import nouvelle_cle
from consultation.belenios.groupes import groupe
from tests.navigateur.scene_gestion import activer, montrer_un_fichier

LONG = 30_000
TERMINE = "Votre part est déposée pour toutes les urnes"
DEPOSER = "Déposer ma clé publique"
Verifier = Callable[[Page], None]


def creer_puis_montrer(page: Page, dossier: Path, verifier: Verifier = lambda page: None) -> Path:
    """From the page of a trustee without a key to the file saved and shown again, ready to deliver; the file."""
    verifier(page)
    activer(page, "Créer ma clé")
    expect(page.get_by_role("heading", name="Enregistrer le fichier")).to_be_focused()
    verifier(page)
    fichier = enregistrer(page, dossier)
    verifier(page)
    montrer_un_fichier(page, "Fichier que vous venez d'enregistrer", fichier)
    expect(page.get_by_text("Fichier complet : il contient bien votre clé.")).to_be_visible()
    expect(page.get_by_role("button", name=DEPOSER)).to_be_focused()
    verifier(page)
    return fichier


def enregistrer(page: Page, dossier: Path) -> Path:
    with page.expect_download() as attente:
        activer(page, "Enregistrer le fichier de ma clé")
    fichier = dossier / attente.value.suggested_filename
    attente.value.save_as(fichier)
    return fichier


def creer_la_cle(page: Page, dossier: Path, verifier: Verifier = lambda page: None) -> Path:
    fichier = creer_puis_montrer(page, dossier, verifier)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Votre clé publique est déposée")).to_be_focused()
    verifier(page)
    return fichier


def dechiffrer(page: Page, fichier: Path, verifier: Verifier = lambda page: None) -> None:
    """From the page of a trustee whose boxes are summed to the last part delivered."""
    verifier(page)
    montrer_un_fichier(page, "Fichier de votre clé", fichier)
    expect(page.get_by_text("C'est bien la clé déposée pour ce scrutin.")).to_be_visible()
    verifier(page)
    activer(page, "Vérifier et déchiffrer les urnes")
    expect(page.get_by_role("heading", name=TERMINE)).to_be_focused(timeout=LONG)
    verifier(page)


# --- Files ----------------------------------------------------------------------------------------


def fichier_d_une_autre_cle(dossier: Path, **champs: str) -> Path:
    """A sound key file of another key, but for `champs`."""
    privee, publique = nouvelle_cle(groupe("BELENIOS-2048"))
    contenu = {
        "type": "cle-de-gardien",
        "version": 1,
        "group": "BELENIOS-2048",
        "scrutin": "cadre",
        "gardien": "Compte",
        "public_key": str(publique["public_key"]),
        "private_key": str(privee),
    } | champs
    chemin = dossier / f"cle-gardien-{secrets.token_hex(4)}.json"
    chemin.write_text(json.dumps(contenu))
    return chemin


PAS_UNE_CLE = "Ce fichier n'est pas une clé de gardien·ne de cette plateforme."
ABIME = "Ce fichier est abîmé : ses deux clés ne vont pas ensemble."


def mauvais_fichiers(dossier: Path) -> Iterator[tuple[Path, str]]:
    """(file, what is said of it) for each file that is no key at all."""
    photo, vide, tronque, autre_json = (
        dossier / n for n in ("photo.jpg", "vide.json", "tronque.json", "liste.json")
    )
    photo.write_bytes(b"\xff\xd8\xff\xe0" + bytes(200))
    vide.write_text("")
    tronque.write_text(fichier_d_une_autre_cle(dossier).read_text()[:-40])
    autre_json.write_text('{"private_key": "12"}')
    yield photo, PAS_UNE_CLE
    yield vide, PAS_UNE_CLE
    yield tronque, PAS_UNE_CLE
    yield autre_json, PAS_UNE_CLE
    yield fichier_d_une_autre_cle(dossier, private_key="12"), ABIME
    yield fichier_d_une_autre_cle(dossier, private_key="0"), PAS_UNE_CLE

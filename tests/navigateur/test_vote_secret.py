"""In a real browser: nothing of the choice leaves the booth, and the booth loads nothing from elsewhere."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.consultation.scene_votant import ouvrir_maintenant
from tests.navigateur.conftest import MOBILE
from tests.navigateur.scene_vote import avancer, entrer, ouvrir_l_isoloir, recu, sceller

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def vote(territoire):
    return ouvrir_maintenant()


@pytest.fixture
def isoloir(vote, page_mobile):
    """(page, voter): a phone in the booth, code already there."""
    electeur = vote.electeurs()[0]
    entrer(page_mobile.context, electeur)
    ouvrir_l_isoloir(page_mobile, vote, electeur)
    return page_mobile, electeur


def test_rien_du_choix_ne_sort_de_la_page(vote, nouveau_contexte):
    """Two voters, two choices: same addresses, same stores, bodies that differ by the ballot alone."""
    traces = []
    for electeur, reponse in zip(vote.electeurs()[:2], ("Oui", "Non"), strict=True):
        page = nouveau_contexte(MOBILE).new_page()
        entrer(page.context, electeur)
        requetes, dits = [], []
        page.on("request", lambda r, liste=requetes: liste.append((r.method, r.url, r.post_data or "")))
        page.on("console", lambda m, liste=dits: liste.append(m.text))
        ouvrir_l_isoloir(page, vote, electeur)
        avancer(page, "sceller", reponse)
        adresses = [page.url]
        sceller(page)
        recu(page)
        adresses.append(page.url)
        etat = page.evaluate(
            "async () => ({local: {...localStorage}, session: {...sessionStorage}, etat: history.state,"
            " bases: await indexedDB.databases(), caches: await caches.keys(), nom: window.name})"
        )
        assert etat == {
            "local": {},
            "session": {},
            "etat": {"etape": "recu"},
            "bases": [],
            "caches": [],
            "nom": "",
        }
        assert dits == []
        envois = [corps for _, _, corps in requetes if corps]
        assert len(envois) == 1
        bulletin = json.loads(envois[0])
        assert set(bulletin) == {"election_uuid", "election_hash", "credential", "answers", "signature"}
        code = vote.code(electeur)
        assert not any(code in url + corps for _, url, corps in requetes)
        assert not any(mot in json.dumps(bulletin) for mot in ("Oui", "Non", "Blanc"))
        # Sheets, fonts and modules load in any order.
        chemins = [(methode, urlsplit(url).path, urlsplit(url).query) for methode, url, _ in requetes]
        chemins = [c for c in chemins if "/static/" not in c[1]]
        traces.append((chemins, [urlsplit(a).fragment for a in adresses], forme(bulletin)))
    # What the server learns (addresses, order, shape of the bodies) is the same whatever the choice.
    assert traces[0] == traces[1]


def forme(valeur):
    """The shape of a JSON value: keys and lengths of lists, without the numbers."""
    if isinstance(valeur, dict):
        return {c: forme(v) for c, v in valeur.items()}
    return [forme(v) for v in valeur] if isinstance(valeur, list) else type(valeur).__name__


def test_l_isoloir_ne_charge_rien_d_ailleurs(vote, page_mobile, live_server):
    electeur = vote.electeurs()[0]
    entrer(page_mobile.context, electeur)
    ailleurs, politiques = [], []
    page_mobile.on(
        "request",
        lambda r: ailleurs.append(r.url) if not r.url.startswith((live_server.url, "data:")) else None,
    )
    page_mobile.on(
        "response",
        lambda r: (
            politiques.append(r.headers.get("content-security-policy")) if r.url.endswith("/voter/") else None
        ),
    )
    ouvrir_l_isoloir(page_mobile, vote, electeur)
    avancer(page_mobile, "recu", "Oui")
    assert ailleurs == []
    (politique,) = politiques
    regles = dict(regle.strip().split(" ", 1) for regle in politique.split(";"))
    assert regles["default-src"] == regles["worker-src"] == regles["form-action"] == "'self'"
    assert regles["frame-ancestors"] == regles["base-uri"] == regles["object-src"] == "'none'"
    assert "unsafe" not in politique


def test_le_choix_est_en_clair_dans_la_page_jusqu_au_depot(isoloir):
    """The limit that the secrecy page admits; after the receipt, the page has forgotten."""
    page, _ = isoloir
    avancer(page, "relire", "Oui")
    assert page.evaluate("document.querySelector('.choix input:checked').value") == "0"
    expect(page.locator("[data-relecture]")).to_contain_text("Oui")
    page.get_by_role("button", name="Confirmer ces choix").click()
    sceller(page)
    recu(page)
    assert page.evaluate("document.querySelector('.choix input:checked')") is None
    assert page.evaluate("document.querySelector('[data-relecture]').textContent") == ""
    assert page.evaluate("document.querySelector('[data-code]').value") == ""

"""A real Chromium on a live server, at the width of a phone and of a desk, with axe at hand."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.consultation.conftest import territoire

__all__ = ["territoire"]  # the same small territory as the tests of the vote

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MOBILE = {"width": 375, "height": 740}
BUREAU = {"width": 1280, "height": 800}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/navigateur/" in item.path.as_posix():
            item.add_marker(pytest.mark.navigateur)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    # The synchronous interface of Playwright runs an event loop in this thread, where Django
    # would refuse to touch the database although nothing here is concurrent.
    avant = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as pilote:
        yield pilote
    if avant is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def navigateur(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for the whole run; each page has a context, hence cookies, of its own."""
    if CHROMIUM is None:
        message = "Chromium est introuvable : installez-le ou donnez son chemin dans CHROMIUM."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield chromium
    chromium.close()


@pytest.fixture
def nouveau_contexte(navigateur: Browser, live_server: object) -> Iterator[Callable[..., BrowserContext]]:
    """Open a context on the live server; a page that breaks the CSP or a script fails the test.

    `nouveau_contexte(taille=MOBILE, **options of Browser.new_context)`; its `defauts` attribute
    lists what the consoles said, so that a test which expects an error can empty it.
    """
    contextes: list[BrowserContext] = []
    defauts: list[str] = []

    def surveiller(page: Page) -> None:
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda e: defauts.append(f"{page.url} : {e}"))
        page.on(
            "console",
            lambda m: (
                defauts.append(f"{page.url} : {m.text}")
                if "Content Security Policy" in m.text or "Content-Security-Policy" in m.text
                else None
            ),
        )

    def ouvrir(taille: dict = BUREAU, **options: object) -> BrowserContext:
        reglages = {"locale": "fr-FR", "timezone_id": "Europe/Paris", "viewport": taille, **options}
        contexte = navigateur.new_context(base_url=live_server.url, **reglages)
        contexte.on("page", surveiller)
        contextes.append(contexte)
        return contexte

    ouvrir.defauts = defauts
    yield ouvrir
    for contexte in contextes:
        contexte.close()
    assert defauts == []


@pytest.fixture
def page_mobile(nouveau_contexte: Callable[..., BrowserContext]) -> Page:
    """A page 375 px wide, with touch."""
    return nouveau_contexte(MOBILE, has_touch=True).new_page()


@pytest.fixture
def page_bureau(nouveau_contexte: Callable[..., BrowserContext]) -> Page:
    """A page 1280 px wide."""
    return nouveau_contexte(BUREAU).new_page()


@pytest.fixture(scope="session")
def sans_defaut_axe() -> Callable[[Page], None]:
    """Fail on each serious or critical defect that axe finds, and on a page wider than its window."""
    axe = Axe()
    # A colour in the middle of its transition is nobody's reading; what turns for ever is not waited for.
    posee = """() => Promise.race([
        Promise.allSettled(document.getAnimations().map(a => a.finished)),
        new Promise(suite => setTimeout(suite, 1000)),
    ]).then(() => null)"""

    def verifier(page: Page) -> None:
        page.evaluate(posee)
        resultat = axe.run(page)
        graves = [
            f"{v['id']} ({v['impact']}) : {v['help']} → {[n['target'] for n in v['nodes']][:5]}"
            for v in resultat.response["violations"]
            if v["impact"] in {"serious", "critical"}
        ]
        assert graves == [], f"{page.url} : {graves}"
        large, fenetre = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert large <= fenetre, f"{page.url} déborde : {large} px pour {fenetre} px"

    return verifier

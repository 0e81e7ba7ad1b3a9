"""Draws the sign and the icon from the tile map: `python -m refondation.interface.dessins` writes them."""

from __future__ import annotations

from pathlib import Path

from refondation.interface.trame import ALLUMEE, COLONNES, COTE, PAS, RANGEES, TRAME

IMAGES = Path(__file__).resolve().parents[2] / "static" / "images"


def chemin(lieux: list[tuple[int, int]], pas: int, cote: int) -> str:
    """Squares as the `d` attribute of one path."""
    return "".join(f"M{c * pas} {r * pas}h{cote}v{cote}h-{cote}z" for c, r in lieux)


def signe() -> str:
    """Every tile in the colour of the text around, one lit; used by `<use href="…#signe">`."""
    autres = chemin([lieu for code, lieu in TRAME.items() if code != ALLUMEE], PAS, COTE)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg">'
        f'<symbol id="signe" viewBox="0 0 {COLONNES * PAS - PAS + COTE} {RANGEES * PAS - PAS + COTE}">'
        f'<path fill="currentColor" d="{autres}"/>'
        f'<path fill="var(--signe-allume, currentColor)" d="{chemin([TRAME[ALLUMEE]], PAS, COTE)}"/>'
        "</symbol></svg>\n"
    )


def icone() -> str:
    """The same for a browser's tab: tiles that touch (a gap would be half a pixel), a larger light."""
    colonne, rangee = TRAME[ALLUMEE]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 15 15">'
        "<style>path{fill:#4A2A6B}rect{fill:#B3123F}"
        "@media (prefers-color-scheme:dark){path{fill:#C7A6F0}rect{fill:#FF7A97}}</style>"
        f'<path d="{chemin(list(TRAME.values()), 1, 1)}"/>'
        f'<rect x="{colonne - 1}" y="{rangee - 1}" width="3" height="3"/></svg>\n'
    )


DESSINS = {"signe.svg": signe, "icone.svg": icone}


def ecrire() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    for nom, dessin in DESSINS.items():
        (IMAGES / nom).write_text(dessin(), encoding="utf-8")


if __name__ == "__main__":
    ecrire()

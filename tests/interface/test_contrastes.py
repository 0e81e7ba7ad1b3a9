"""The colours as the style sheet gives them: each pair in use is readable, in light and in dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

FEUILLE = Path(settings.BASE_DIR) / "static" / "css" / "jetons.css"
TEXTE, CONTROLE = 4.5, 3.0
PAIRES = [
    *(
        (encre, fond, TEXTE)
        for encre in ("encre", "discret", "rose", "aubergine", "vert", "ocre")
        for fond in ("fond", "surface")
    ),
    ("sur-rose", "rose", TEXTE),
    ("sur-rose", "rose-survol", TEXTE),
    ("fond", "encre", TEXTE),
    ("fond", "aubergine", TEXTE),
    ("filet", "fond", CONTROLE),
    ("filet", "surface", CONTROLE),
    ("sur-clair", "n0", TEXTE),
    ("sur-clair", "n1", TEXTE),
    ("sur-clair", "n2", TEXTE),
    ("sur-fonce", "n3", TEXTE),
    ("sur-fonce", "n4", TEXTE),
    ("n3", "fond", CONTROLE),
    ("n4", "fond", CONTROLE),
]


def jetons(*, sombre: bool) -> dict[str, str]:
    texte = FEUILLE.read_text(encoding="utf-8")
    paires = re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", texte)
    assert len(paires) == 19
    return {nom: nuit if sombre else jour for nom, jour, nuit in paires}


def luminance(couleur: str) -> float:
    canaux = [int(couleur[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    lineaires = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in canaux]
    return sum(poids * c for poids, c in zip((0.2126, 0.7152, 0.0722), lineaires, strict=True))


def contraste(a: str, b: str) -> float:
    claire, sombre = sorted((luminance(a), luminance(b)), reverse=True)
    return (claire + 0.05) / (sombre + 0.05)


def test_le_calcul_donne_les_bornes_de_la_norme() -> None:
    assert contraste("#ffffff", "#000000") == pytest.approx(21)
    assert contraste("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("sombre", [False, True], ids=["clair", "sombre"])
@pytest.mark.parametrize(("dessus", "dessous", "minimum"), PAIRES)
def test_chaque_paire_est_lisible(dessus: str, dessous: str, minimum: float, sombre: bool) -> None:
    couleurs = jetons(sombre=sombre)
    assert contraste(couleurs[dessus], couleurs[dessous]) >= minimum


def test_les_niveaux_se_distinguent_par_leur_clarte() -> None:
    for sombre in (False, True):
        couleurs = jetons(sombre=sombre)
        clartes = [luminance(couleurs[f"n{i}"]) for i in range(5)]
        assert clartes == sorted(clartes, reverse=not sombre)
        assert all(contraste(couleurs[f"n{i}"], couleurs[f"n{i + 1}"]) >= 1.4 for i in range(4))


def test_un_navigateur_sans_light_dark_a_les_couleurs_claires() -> None:
    debut = FEUILLE.read_text(encoding="utf-8").split("@supports")[0]
    simples = dict(re.findall(r"--([\w-]+): (#\w+);", debut))
    assert simples == jetons(sombre=False)

"""The rules of a designation, and what parity asks: minimum, gaps and the rule itself in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PERSONNES, DUOS, LISTES = "personnes", "duos", "listes"
AUCUNE, ALTERNANCE, QUOTA = "aucune", "alternance", "quota"
AGE, TIRAGE = "age", "tirage"
FEMME, HOMME = "F", "H"
AUTRE_GENRE = {FEMME: HOMME, HOMME: FEMME}
NOMS = {FEMME: ("femme", "femmes"), HOMME: ("homme", "hommes")}


@dataclass(frozen=True)
class Regles:
    """What the campaign set.  `methode` shares seats between lists: "hondt" or "sainte-lague"."""

    sieges: int
    candidatures: str = PERSONNES
    parite: str = ALTERNANCE
    quota: int = 50
    suppleances: bool = True
    suppleance_meme_genre: bool = True
    departage: str = AGE
    graine: str = ""
    methode: str = "hondt"


def minimum(regles: Regles, places: int) -> int:
    """How many of each gender the rule asks for among `places`: rounded down, which tolerates odd numbers."""
    if regles.parite == AUCUNE and regles.candidatures != DUOS:
        return 0
    part = regles.quota if regles.parite == QUOTA and regles.candidatures != DUOS else 50
    return places * part // 100


def manques(
    regles: Regles, places: int, prises: dict[str, int], disponibles: dict[str, int] | None = None
) -> dict[str, int]:
    """For each gender, how many are still needed: those who declare neither leave that many fewer to share."""
    attendus = minimum(regles, places - prises[""])
    return {
        g: max(0, (attendus if disponibles is None else min(attendus, disponibles[g])) - prises[g])
        for g in NOMS
    }


def combien(nombre: int, genre: str) -> str:
    """ "1 femme", "3 hommes"."""
    return f"{nombre} {NOMS[genre][nombre > 1]}"


def regle_en_mots(regles: Regles) -> list[str]:
    """The rule of election and parity with its tolerances, as campaigns, minutes and builders say it."""
    phrases = {
        PERSONNES: "Les personnes qui ont le plus de voix sont élues.",
        DUOS: "Les duos qui ont le plus de voix sont élus : une femme et un homme chacun. "
        "Pour un nombre impair de sièges, le dernier va à la première personne du duo suivant.",
        LISTES: "Les sièges vont aux listes à la plus forte moyenne, dans l'ordre de chaque liste.",
    }
    textes = [phrases[regles.candidatures]]
    if regles.candidatures != DUOS and regles.parite == ALTERNANCE:
        textes.append(
            "Une femme, un homme, et ainsi de suite, en commençant par le plus grand nombre de voix."
            if regles.candidatures == PERSONNES
            else "Chaque liste alterne une femme et un homme."
        )
    elif regles.candidatures != DUOS and regles.parite == QUOTA:
        textes.append(
            f"Au moins {regles.quota} % de femmes et {regles.quota} % d'hommes, arrondi à l'entier inférieur : "
            f"{combien(minimum(regles, regles.sieges), FEMME)} et {combien(minimum(regles, regles.sieges), HOMME)} "
            f"au moins pour {regles.sieges} siège{'s' if regles.sieges > 1 else ''}."
        )
    if minimum(regles, 100):
        textes.append(
            "Un nombre impair de sièges admet une personne d'écart. Faute de candidatures d'un genre, ses places "
            "vont aux suivantes par les voix, et le procès-verbal le dit. Qui déclare un autre genre, ou aucun, "
            "peut prendre n'importe quelle place."
        )
    textes.append(
        "À égalité de voix, un tirage rejouable décide."
        if regles.departage == TIRAGE
        else "À égalité de voix, l'aîné·e passe d'abord (d'un duo ou d'une liste, sa première personne)."
    )
    return textes


def ecarts_de_parite(
    genres: Sequence[str], regles: Regles, *, candidats: Sequence[str] | None = None
) -> list[str]:
    """What parity lacks among holders in their order, one sentence each; [] when the rule is met.

    Fewer people than seats: what the free places can still mend is not missing.  With `candidats`,
    the genders of all who stood, what nobody could have filled is not missing either.
    """
    prises = {FEMME: 0, HOMME: 0, "": 0}
    for g in genres:
        prises[g if g in NOMS else ""] += 1
    disponibles = None if candidats is None else {g: sum(c == g for c in candidats) for g in NOMS}
    places = max(regles.sieges, len(genres))
    manquent = manques(regles, places, prises, disponibles)
    libres = places - len(genres)
    ecarts = []
    if sum(manquent.values()) > libres:
        present = f"{combien(prises[FEMME], FEMME)} et {combien(prises[HOMME], HOMME)}"
        ecarts += [
            f"Il manque {combien(n, g)} : {present} pour {places} siège{'s' if places > 1 else ''}."
            for g, n in manquent.items()
            if n
        ]
    if regles.candidatures == PERSONNES and regles.parite == ALTERNANCE:
        ecarts += _places_qui_se_suivent(genres, disponibles)
    return ecarts


def _places_qui_se_suivent(genres: Sequence[str], disponibles: dict[str, int] | None) -> list[str]:
    ecarts, dernier, restent = [], None, dict(disponibles or {})
    for place, g in enumerate(genres, 1):
        if g not in NOMS:
            continue
        if dernier and dernier[1] == g and (disponibles is None or restent[AUTRE_GENRE[g]] > 0):
            ecarts.append(
                f"Les places {dernier[0]} et {place} vont à deux {NOMS[g][1]} : la règle est l'alternance."
            )
        if disponibles is not None:
            restent[g] -= 1
        dernier = (place, g)
    return ecarts

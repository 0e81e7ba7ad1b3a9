"""Who is elected from the votes: persons, duos or lists, parity, ties, substitutes; without database nor clock.

Three sentences hold for every rule.  Who received no vote is not elected.  Somebody is passed over for
parity only.  Parity counts women and men; whoever declares another gender, or none, may take any place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from delegues.parite import (
    ALTERNANCE,
    AUCUNE,
    AUTRE_GENRE,
    DUOS,
    FEMME,
    HOMME,
    LISTES,
    NOMS,
    PERSONNES,
    QUOTA,
    TIRAGE,
    Regles,
    combien,
    ecarts_de_parite,
    manques,
    minimum,
    regle_en_mots,
)

__all__ = [
    "Concurrente",
    "Egalite",
    "Elue",
    "Personne",
    "Regles",
    "Resultat",
    "ecarts_de_parite",
    "elire",
    "minimum",
    "rang_tire",
    "regle_en_mots",
]


class Personne(NamedTuple):
    """`cle` is a candidacy's id; `rang` the place on the list, from 1."""

    cle: int
    genre: str
    naissance: date | None
    rang: int = 1


class Concurrente(NamedTuple):
    """What voters choose, with its votes: one person, two (a duo) or several (a list)."""

    cle: int
    voix: int
    personnes: tuple[Personne, ...]


class Elue(NamedTuple):
    """`liste` is the key of the `Concurrente`; `titulaire` the key of the holder whom a substitute follows."""

    personne: int
    liste: int
    rang: int
    titulaire: int | None
    explication: str


class Egalite(NamedTuple):
    """Those who have as many votes as each other, in the order that the rule put them in."""

    voix: int
    cles: tuple[int, ...]
    departage: str


class Resultat(NamedTuple):
    titulaires: tuple[Elue, ...]
    suppleants: tuple[Elue, ...]
    egalites: tuple[Egalite, ...]
    remarques: tuple[str, ...]


def rang_tire(graine: str, cle: int) -> str:
    """What a replayable draw sorts by: SHA-256 (hex) of the published seed, a line break, and the key."""
    return hashlib.sha256(f"{graine}\n{cle}".encode()).hexdigest()


def elire(regles: Regles, concurrentes: Iterable[Concurrente]) -> Resultat:
    """Holders and substitutes in order, ties met, remarks in words; the order of input changes nothing."""
    rangees = sorted(concurrentes, key=lambda c: _ordre(c, regles))
    elisibles = [c for c in rangees if c.voix > 0 and c.personnes]
    election = {PERSONNES: _elire_des_personnes, DUOS: _elire_des_duos, LISTES: _elire_des_listes}
    titulaires = election[regles.candidatures](regles, elisibles)
    elues = {e.personne for e in titulaires}
    suppleants = _suppleants(regles, titulaires, elisibles) if regles.suppleances else []
    return Resultat(
        tuple(titulaires),
        tuple(suppleants),
        tuple(_egalites(regles, elisibles, elues)),
        tuple(_remarques(regles, rangees, elisibles, elues)),
    )


# --- Order and ties ------------------------------------------------------------------------------


def _ordre(concurrente: Concurrente, regles: Regles) -> tuple:
    """Most votes first; then the elder (of a duo or a list, its first person) or the draw."""
    tire = rang_tire(regles.graine, concurrente.cle)
    if regles.departage == TIRAGE:
        return (-concurrente.voix, tire)
    tete = min(concurrente.personnes, key=lambda p: (p.rang, p.cle), default=None)
    naissance = tete.naissance if tete else None
    # Two people born on one day, or on a day unknown: the draw, which anybody can replay.
    return (-concurrente.voix, naissance or date.max, tire)


def _egalites(regles: Regles, elisibles: Sequence[Concurrente], elues: set[int]) -> list[Egalite]:
    """Groups with equal votes of which somebody at least is elected: the rule ordered them."""
    groupes: dict[int, list[Concurrente]] = {}
    for c in elisibles:
        groupes.setdefault(c.voix, []).append(c)
    return [
        Egalite(voix, tuple(c.cle for c in groupe), regles.departage)
        for voix, groupe in groupes.items()
        if len(groupe) > 1 and any(p.cle in elues for c in groupe for p in c.personnes)
    ]


def _a_egalite(concurrente: Concurrente, elisibles: Sequence[Concurrente]) -> bool:
    return sum(c.voix == concurrente.voix for c in elisibles) > 1


# --- Persons -------------------------------------------------------------------------------------


def _elire_des_personnes(regles: Regles, elisibles: Sequence[Concurrente]) -> list[Elue]:
    choisir = {AUCUNE: _par_les_voix, ALTERNANCE: _par_alternance, QUOTA: _par_quota}[regles.parite]
    choisies = choisir(regles, elisibles)
    titulaires = []
    for rang, choisie in enumerate(choisies, 1):
        personne = choisie.personnes[0]
        devancees = [c for c in elisibles if c.voix > choisie.voix and c not in choisies[:rang]]
        titulaires.append(
            Elue(
                personne.cle,
                choisie.cle,
                rang,
                None,
                _phrase_des_voix(regles, choisie, elisibles, pour_la_parite=bool(devancees)),
            )
        )
    return titulaires


def _phrase_des_voix(
    regles: Regles, choisie: Concurrente, elisibles: Sequence[Concurrente], *, pour_la_parite: bool
) -> str:
    phrase = f"{choisie.voix} voix"
    if _a_egalite(choisie, elisibles):
        comment = "un tirage rejouable" if regles.departage == TIRAGE else "l'âge"
        phrase += f", à égalité, ordre donné par {comment}"
    if pour_la_parite:
        genre = NOMS.get(choisie.personnes[0].genre, ("",))[0]
        regle = "l'alternance" if regles.parite == ALTERNANCE else "la part minimale de chaque genre"
        article = {"femme": "à une femme", "homme": "à un homme"}.get(genre, "à cette personne")
        phrase += f" ; {regle} donne cette place {article}"
    return f"{phrase}."


def _par_les_voix(regles: Regles, elisibles: Sequence[Concurrente]) -> list[Concurrente]:
    return list(elisibles[: regles.sieges])


def _genre(concurrente: Concurrente) -> str:
    return concurrente.personnes[0].genre


def _par_alternance(regles: Regles, elisibles: Sequence[Concurrente]) -> list[Concurrente]:
    """The most votes, then each time the most votes of the gender whose turn it is; any, when it has no one left."""
    restent, choisies, attendu = list(elisibles), [], ""
    while restent and len(choisies) < regles.sieges:
        suivante = next(
            (c for c in restent if not attendu or AUTRE_GENRE.get(_genre(c)) != attendu), restent[0]
        )
        restent.remove(suivante)
        choisies.append(suivante)
        attendu = AUTRE_GENRE.get(_genre(suivante), attendu)
    return choisies


def _par_quota(regles: Regles, elisibles: Sequence[Concurrente]) -> list[Concurrente]:
    """By votes, keeping the places that the minimum of each gender still needs and can fill."""
    places = min(regles.sieges, len(elisibles))
    disponibles = {g: sum(_genre(c) == g for c in elisibles) for g in NOMS}
    prises, choisies = {FEMME: 0, HOMME: 0, "": 0}, []
    for c in elisibles:
        if len(choisies) == places:
            break
        cote = _genre(c) if _genre(c) in NOMS else ""
        apres = prises | {cote: prises[cote] + 1}
        reservees = sum(manques(regles, places, apres, disponibles).values())
        if places - len(choisies) - 1 >= reservees:
            prises = apres
            choisies.append(c)
    return choisies


# --- Duos ----------------------------------------------------------------------------------------


def _elire_des_duos(regles: Regles, elisibles: Sequence[Concurrente]) -> list[Elue]:
    """Whole duos by votes; the last seat of an odd number goes to the first person of the next duo."""
    titulaires: list[Elue] = []
    for c in elisibles:
        phrase = _phrase_des_voix(regles, c, elisibles, pour_la_parite=False)
        for personne in _dans_l_ordre(c):
            if len(titulaires) == regles.sieges:
                return titulaires
            titulaires.append(Elue(personne.cle, c.cle, len(titulaires) + 1, None, f"Duo : {phrase}"))
    return titulaires


def _dans_l_ordre(concurrente: Concurrente) -> list[Personne]:
    return sorted(concurrente.personnes, key=lambda p: (p.rang, p.cle))


# --- Lists ---------------------------------------------------------------------------------------


def _partager(regles: Regles, listes: Sequence[Concurrente]) -> tuple[dict[int, int], bool]:
    """Seats of each list (by key), and whether several averages were equal for the last seat."""
    sieges = dict.fromkeys((c.cle for c in listes), 0)
    diviseur = {"hondt": lambda n: n + 1, "sainte-lague": lambda n: 2 * n + 1}[regles.methode]
    premieres: list[Concurrente] = []
    for _ in range(regles.sieges):
        moyennes = {
            c: Fraction(c.voix, diviseur(sieges[c.cle])) for c in listes if sieges[c.cle] < len(c.personnes)
        }
        if not moyennes:
            break
        haute = max(moyennes.values())
        # The first of equals: these are in the order of votes, then of the tie rule.
        premieres = [c for c, moyenne in moyennes.items() if moyenne == haute]
        sieges[premieres[0].cle] += 1
    return sieges, len(premieres) > 1


def _elire_des_listes(regles: Regles, elisibles: Sequence[Concurrente]) -> list[Elue]:
    """Seat after seat to the highest average; equal averages: the most votes, then age or draw.

    A list takes no more seats than it has people: what it cannot fill goes to the next average.
    """
    sieges, _ = _partager(regles, elisibles)
    titulaires: list[Elue] = []
    for c in elisibles:
        obtenus = f"{sieges[c.cle]} siège{'s' if sieges[c.cle] > 1 else ''}"
        for place, personne in enumerate(_dans_l_ordre(c)[: sieges[c.cle]], 1):
            phrase = f"Liste à {c.voix} voix, {obtenus} à la plus forte moyenne ; place {place} de la liste."
            titulaires.append(Elue(personne.cle, c.cle, len(titulaires) + 1, None, phrase))
    return titulaires


# --- Substitutes ---------------------------------------------------------------------------------


def _suppleants(regles: Regles, titulaires: Sequence[Elue], elisibles: Sequence[Concurrente]) -> list[Elue]:
    """To each holder in turn the next person not elected, of the same gender where the rule says so.

    Of the same list where there are lists.  A holder who declares neither gender may be followed by anyone.
    """
    genres = {p.cle: p.genre for c in elisibles for p in c.personnes}
    elues = {e.personne for e in titulaires}
    restent = [(p, c) for c in elisibles for p in _dans_l_ordre(c) if p.cle not in elues]
    suppleants: list[Elue] = []
    for t in titulaires:
        genre = genres[t.personne] if regles.suppleance_meme_genre else ""
        trouve = next(
            (
                (p, c)
                for p, c in restent
                if (genre not in NOMS or p.genre == genre)
                and (regles.candidatures != LISTES or c.cle == t.liste)
            ),
            None,
        )
        if trouve is None:
            continue
        restent.remove(trouve)
        personne, c = trouve
        meme = " du même genre" if genre in NOMS else ""
        d_ou = "de la liste" if regles.candidatures == LISTES else f"({c.voix} voix)"
        phrase = f"Première personne non élue{meme} {d_ou}."
        suppleants.append(Elue(personne.cle, c.cle, len(suppleants) + 1, t.personne, phrase))
    return suppleants


# --- Remarks ---------------------------------------------------------------------------------------


def _remarques(
    regles: Regles, rangees: Sequence[Concurrente], elisibles: Sequence[Concurrente], elues: set[int]
) -> list[str]:
    """What the minutes say beside the names: seats left, candidacies without a vote, parity out of reach."""
    remarques = []
    sans_voix = sum(c.voix == 0 for c in rangees)
    if sans_voix:
        sujet = "Une candidature n'a" if sans_voix == 1 else f"{sans_voix} candidatures n'ont"
        remarques.append(f"{sujet} reçu aucune voix : personne n'y est élu·e.")
    if regles.candidatures == LISTES and _partager(regles, elisibles)[1]:
        remarques.append(
            "Deux listes au moins avaient la même moyenne pour le dernier siège : il va à celle qui a le plus "
            "de voix, ou, à voix égales, à celle que la règle d'égalité place avant."
        )
    vacants = regles.sieges - len(elues)
    if vacants > 0:
        remarques.append(
            "Un siège reste vacant, faute de candidatures élues."
            if vacants == 1
            else f"{vacants} sièges restent vacants, faute de candidatures élues."
        )
    genres = [p.genre for c in elisibles for p in c.personnes if p.cle in elues]
    compte = {g: genres.count(g) for g in NOMS} | {"": sum(g not in NOMS for g in genres)}
    manquent = {g: n for g, n in manques(regles, len(elues), compte).items() if n}
    for g in manquent:
        if regles.candidatures == PERSONNES:
            stand = sum(_genre(c) == g for c in elisibles)
            remarques.append(
                f"La parité n'est pas atteinte : {combien(stand, g)} seulement parmi les candidatures "
                f"qui ont des voix, pour {regles.sieges} siège{'s' if regles.sieges > 1 else ''}. "
                "La règle admet cet écart, et les places vont aux suivantes par les voix."
            )
        else:
            remarques.append(
                f"La délégation compte {combien(compte[FEMME], FEMME)} et {combien(compte[HOMME], HOMME)} : "
                f"la composition des {regles.candidatures} ne permet pas mieux, l'ordre des voix étant respecté."
            )
    return remarques

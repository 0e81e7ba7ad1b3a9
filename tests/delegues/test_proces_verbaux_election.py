"""Who is elected: what holds of every vote, then each rule by hand."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delegues.election import Concurrente, Egalite, Personne, elire, rang_tire
from delegues.parite import (
    ALTERNANCE,
    AUCUNE,
    DUOS,
    LISTES,
    QUOTA,
    TIRAGE,
    Regles,
    ecarts_de_parite,
    minimum,
    regle_en_mots,
)

GENRES = st.sampled_from(["F", "H", "F", "H", "A", ""])
NAISSANCES = st.one_of(st.none(), st.dates(date(1940, 1, 1), date(2008, 1, 1)), st.just(date(1970, 1, 1)))


@st.composite
def votes(draw: st.DrawFn, forme: str = "personnes") -> list[Concurrente]:
    n = draw(st.integers(0, 12))
    cles = iter(range(1, 1000))
    concurrentes = []
    for cle in range(1, n + 1):
        taille = {"personnes": 1, DUOS: 2}.get(forme) or draw(st.integers(1, 6))
        personnes = tuple(
            Personne(next(cles), draw(GENRES), draw(NAISSANCES), rang) for rang in range(1, taille + 1)
        )
        concurrentes.append(Concurrente(cle, draw(st.integers(0, 9)), personnes))
    return concurrentes


regles_des_personnes = st.builds(
    Regles,
    sieges=st.integers(0, 9),
    candidatures=st.just("personnes"),
    parite=st.sampled_from([AUCUNE, ALTERNANCE, QUOTA]),
    quota=st.integers(0, 50),
    suppleances=st.booleans(),
    suppleance_meme_genre=st.booleans(),
    departage=st.sampled_from(["age", TIRAGE]),
    graine=st.text("ab", max_size=2),
)


def personnes_de(concurrentes: list[Concurrente]) -> dict[int, tuple[Personne, Concurrente]]:
    return {p.cle: (p, c) for c in concurrentes for p in c.personnes}


@given(
    st.sampled_from(["personnes", DUOS, LISTES]).flatmap(lambda f: st.tuples(st.just(f), votes(f))),
    regles_des_personnes,
    st.randoms(),
)
def test_toute_election_tient_ses_promesses(
    forme: tuple[str, list[Concurrente]], regles: Regles, hasard: random.Random
) -> None:
    candidatures, concurrentes = forme
    regles = Regles(**{**regles.__dict__, "candidatures": candidatures})
    resultat = elire(regles, concurrentes)

    # The order of input changes nothing, and the same input gives the same answer.
    melangees = list(concurrentes)
    hasard.shuffle(melangees)
    assert elire(regles, melangees) == resultat

    connues = personnes_de(concurrentes)
    titulaires = [e.personne for e in resultat.titulaires]
    suppleants = [e.personne for e in resultat.suppleants]
    avec_voix = [p.cle for c in concurrentes if c.voix for p in c.personnes]
    assert len(titulaires) == min(regles.sieges, len(avec_voix))
    assert len(set(titulaires + suppleants)) == len(titulaires) + len(suppleants)
    assert set(titulaires + suppleants) <= set(avec_voix)
    assert [e.rang for e in resultat.titulaires] == list(range(1, len(titulaires) + 1))
    assert [e.rang for e in resultat.suppleants] == list(range(1, len(suppleants) + 1))
    assert all(e.titulaire is None for e in resultat.titulaires)
    assert all(0 < len(e.explication) <= 300 for e in resultat.titulaires + resultat.suppleants)
    assert all(connues[e.personne][1].cle == e.liste for e in resultat.titulaires + resultat.suppleants)

    # Substitutes: one at most for each holder, of the same gender where the rule says so.
    suivis = [e.titulaire for e in resultat.suppleants]
    assert len(set(suivis)) == len(suivis)
    assert set(suivis) <= set(titulaires)
    assert regles.suppleances or not suppleants
    for e in resultat.suppleants:
        genre = connues[e.titulaire][0].genre
        if regles.suppleance_meme_genre and genre in {"F", "H"}:
            assert connues[e.personne][0].genre == genre
        if candidatures == LISTES:
            assert e.liste == connues[e.titulaire][1].cle


@given(votes(), regles_des_personnes)
def test_on_n_est_devance_que_pour_la_parite(concurrentes: list[Concurrente], regles: Regles) -> None:
    resultat = elire(regles, concurrentes)
    connues = personnes_de(concurrentes)
    elues = {e.personne for e in resultat.titulaires}
    for cle in elues:
        for autre, (personne, concurrente) in connues.items():
            if autre not in elues and concurrente.voix > connues[cle][1].voix:
                assert regles.parite != AUCUNE
                assert personne.genre != connues[cle][0].genre
                assert regles.parite == QUOTA or personne.genre in {"F", "H"}
    genres = [connues[e.personne][0].genre for e in resultat.titulaires]
    candidats = [c.personnes[0].genre for c in concurrentes if c.voix]
    if len(genres) == regles.sieges:
        assert ecarts_de_parite(genres, regles, candidats=candidats) == []
    # The minutes say it when, and only when, the delegation misses the rule.
    complete = Regles(**{**regles.__dict__, "sieges": len(genres)})
    manque = [e for e in ecarts_de_parite(genres, complete) if e.startswith("Il manque")]
    assert bool(manque) == any(r.startswith("La parité") for r in resultat.remarques)


@given(st.lists(GENRES, max_size=9), regles_des_personnes)
def test_le_minimum_de_chaque_genre_tient_toujours_dans_les_sieges(genres: list[str], regles: Regles) -> None:
    assert 2 * minimum(regles, regles.sieges) <= regles.sieges
    if regles.parite == AUCUNE:
        assert ecarts_de_parite(genres, regles) == []


@given(votes(LISTES), st.integers(1, 9))
def test_les_listes_ont_leurs_sieges_a_la_plus_forte_moyenne(
    concurrentes: list[Concurrente], sieges: int
) -> None:
    resultat = elire(Regles(sieges, LISTES), concurrentes)
    obtenus = {c.cle: sum(e.liste == c.cle for e in resultat.titulaires) for c in concurrentes}
    for a in concurrentes:
        rangs = [p.rang for p in a.personnes if p.cle in {e.personne for e in resultat.titulaires}]
        assert rangs == list(range(1, len(rangs) + 1))
        for b in concurrentes:
            if obtenus[a.cle] and obtenus[b.cle] < len(b.personnes):
                # The last seat of a was worth at least the next one of b.
                assert a.voix * (obtenus[b.cle] + 1) >= b.voix * obtenus[a.cle]


# --- By hand -------------------------------------------------------------------------------------


def seule(cle: int, genre: str, voix: int, naissance: date | None = None) -> Concurrente:
    return Concurrente(cle, voix, (Personne(cle, genre, naissance, 1),))


def elues(regles: Regles, *concurrentes: Concurrente) -> list[int]:
    return [e.personne for e in elire(regles, concurrentes).titulaires]


HOMMES_DEVANT = (seule(1, "H", 9), seule(2, "H", 8), seule(3, "H", 7), seule(4, "F", 6), seule(5, "F", 5))


@pytest.mark.parametrize(
    ("parite", "quota", "sieges", "attendues"),
    [
        (AUCUNE, 50, 3, [1, 2, 3]),
        (ALTERNANCE, 50, 3, [1, 4, 2]),
        (ALTERNANCE, 50, 4, [1, 4, 2, 5]),
        (QUOTA, 50, 3, [1, 2, 4]),
        (QUOTA, 50, 4, [1, 2, 4, 5]),
        (QUOTA, 40, 4, [1, 2, 3, 4]),
        (QUOTA, 0, 4, [1, 2, 3, 4]),
    ],
)
def test_la_parite_choisit(parite: str, quota: int, sieges: int, attendues: list[int]) -> None:
    regles = Regles(sieges, parite=parite, quota=quota)
    assert elues(regles, *HOMMES_DEVANT) == attendues


def test_la_parite_se_dit() -> None:
    resultat = elire(Regles(2), HOMMES_DEVANT)
    assert [e.explication for e in resultat.titulaires] == [
        "9 voix.",
        "6 voix ; l'alternance donne cette place à une femme.",
    ]
    assert [(e.personne, e.titulaire) for e in resultat.suppleants] == [(2, 1), (5, 4)]
    assert resultat.suppleants[1].explication == "Première personne non élue du même genre (5 voix)."
    assert (resultat.egalites, resultat.remarques) == ((), ())


def test_la_parite_impossible_est_admise_et_dite() -> None:
    hommes = [seule(n, "H", 10 - n) for n in range(1, 6)]
    resultat = elire(Regles(4), hommes)
    assert [e.personne for e in resultat.titulaires] == [1, 2, 3, 4]
    assert resultat.remarques == (
        "La parité n'est pas atteinte : 0 femme seulement parmi les candidatures qui ont des voix, pour 4 sièges. "
        "La règle admet cet écart, et les places vont aux suivantes par les voix.",
    )
    assert ecarts_de_parite("HHHH", Regles(4), candidats="HHHHH") == []
    assert ecarts_de_parite("HHHH", Regles(4), candidats="HHHHHF") == [
        "Il manque 1 femme : 0 femme et 4 hommes pour 4 sièges.",
        "Les places 1 et 2 vont à deux hommes : la règle est l'alternance.",
        "Les places 2 et 3 vont à deux hommes : la règle est l'alternance.",
        "Les places 3 et 4 vont à deux hommes : la règle est l'alternance.",
    ]


@pytest.mark.parametrize(
    ("genres", "sieges", "attendus"),
    [
        ("", 4, []),
        ("HH", 4, ["Les places 1 et 2 vont à deux hommes : la règle est l'alternance."]),
        ("FHF", 3, []),
        ("FHAF", 4, []),
        ("FHFF", 5, ["Les places 3 et 4 vont à deux femmes : la règle est l'alternance."]),
    ],
)
def test_ce_qui_manque_pendant_la_composition(genres: str, sieges: int, attendus: list[str]) -> None:
    assert ecarts_de_parite(genres, Regles(sieges)) == attendus


def test_ce_qui_manque_au_quota() -> None:
    regles = Regles(5, parite=QUOTA, quota=40)
    assert ecarts_de_parite("HHHH", regles) == ["Il manque 2 femmes : 0 femme et 4 hommes pour 5 sièges."]
    assert ecarts_de_parite("HHH", regles) == []
    assert ecarts_de_parite("HHHFF", regles) == []


@pytest.mark.parametrize("departage", ["age", TIRAGE])
def test_l_egalite_se_departage_et_se_dit(departage: str) -> None:
    concurrentes = [
        seule(1, "F", 5, date(1980, 1, 1)),
        seule(2, "F", 5, date(1950, 1, 1)),
        seule(3, "F", 5),
        seule(4, "F", 2),
    ]
    regles = Regles(1, parite=AUCUNE, suppleances=False, departage=departage, graine="g")
    ordre = sorted([1, 2, 3], key=lambda n: rang_tire("g", n)) if departage == TIRAGE else [2, 1, 3]
    resultat = elire(regles, concurrentes)
    assert [e.personne for e in resultat.titulaires] == ordre[:1]
    assert resultat.egalites == (Egalite(5, tuple(ordre), departage),)
    comment = "un tirage rejouable" if departage == TIRAGE else "l'âge"
    assert resultat.titulaires[0].explication == f"5 voix, à égalité, ordre donné par {comment}."


def test_la_meme_date_de_naissance_renvoie_au_tirage() -> None:
    jumelles = [seule(n, "F", 5, date(1980, 1, 1)) for n in (1, 2, 3)]
    for graine in "abc":
        regles = Regles(1, graine=graine)
        assert elues(regles, *jumelles) == [min((1, 2, 3), key=lambda n: rang_tire(graine, n))]


def test_sans_voix_personne_n_est_elu() -> None:
    resultat = elire(Regles(2, parite=AUCUNE), [seule(1, "F", 3), seule(2, "H", 0)])
    assert [e.personne for e in resultat.titulaires] == [1]
    assert resultat.suppleants == ()
    assert resultat.remarques == (
        "Une candidature n'a reçu aucune voix : personne n'y est élu·e.",
        "Un siège reste vacant, faute de candidatures élues.",
    )


def duo(cle: int, voix: int, genres: str = "FH") -> Concurrente:
    return Concurrente(
        cle, voix, tuple(Personne(cle * 10 + rang, g, None, rang) for rang, g in enumerate(genres, 1))
    )


def test_le_dernier_siege_impair_va_a_la_tete_du_duo_suivant() -> None:
    resultat = elire(Regles(3, DUOS), [duo(1, 9), duo(2, 7, "HF"), duo(3, 4)])
    assert [e.personne for e in resultat.titulaires] == [11, 12, 21]
    # The other half of the last duo comes first among the women not elected.
    assert [(e.personne, e.titulaire) for e in resultat.suppleants] == [(22, 11), (32, 12)]
    assert resultat.remarques == ()


def test_les_listes_se_partagent_les_sieges() -> None:
    longue = Concurrente(1, 60, tuple(Personne(10 + r, "FH"[r % 2], None, r) for r in range(1, 7)))
    courte = Concurrente(2, 40, (Personne(21, "F", None, 1),))
    resultat = elire(Regles(5, LISTES), [courte, longue])
    assert [e.personne for e in resultat.titulaires] == [11, 12, 13, 14, 21]
    assert [(e.personne, e.titulaire) for e in resultat.suppleants] == [(15, 11), (16, 12)]
    assert resultat.titulaires[0].explication == (
        "Liste à 60 voix, 4 sièges à la plus forte moyenne ; place 1 de la liste."
    )


def test_deux_listes_a_la_meme_moyenne() -> None:
    a = Concurrente(1, 60, tuple(Personne(10 + r, "FH"[r % 2], None, r) for r in range(1, 4)))
    b = Concurrente(2, 30, tuple(Personne(20 + r, "FH"[r % 2], None, r) for r in range(1, 4)))
    resultat = elire(Regles(2, LISTES), [b, a])
    assert [e.liste for e in resultat.titulaires] == [1, 1]
    assert [r[:23] for r in resultat.remarques] == ["Deux listes au moins av"]


def test_la_regle_se_dit_en_mots() -> None:
    assert regle_en_mots(Regles(5, parite=QUOTA, quota=40))[1] == (
        "Au moins 40 % de femmes et 40 % d'hommes, arrondi à l'entier inférieur : "
        "2 femmes et 2 hommes au moins pour 5 sièges."
    )
    assert regle_en_mots(Regles(4, parite=AUCUNE)) == [
        "Les personnes qui ont le plus de voix sont élues.",
        "À égalité de voix, l'aîné·e passe d'abord (d'un duo ou d'une liste, sa première personne).",
    ]
    assert len(regle_en_mots(Regles(4, DUOS, departage=TIRAGE))) == 3

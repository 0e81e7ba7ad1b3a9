"""Participation: what is published, and what an attacker who reads everything published can deduce."""

from __future__ import annotations

import itertools
from datetime import timedelta
from itertools import product

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from consultation import actes, participation
from consultation.models import Releve
from consultation.participation import a_publier, groupes, par_urne, tenir
from refondation.journal.models import Ligne
from refondation.territoire.models import Federation
from tests.consultation.scene import (
    ANNONCE,
    APRES,
    OUVERTURE,
    creer_adherents,
    creer_section,
    faire_scrutin,
    ouvrir_le_vote,
)

SEUIL = 4


def publier(votants, anciens=None, inscrits=None, definitif=False, seuil=10):
    return a_publier(
        votants,
        anciens or [None] * len(votants),
        inscrits=inscrits or [100 - i for i in range(len(votants))],
        seuil=seuil,
        definitif=definitif,
    )


# --- Calculation ----------------------------------------------------------------------------------


def test_rien_sous_le_seuil():
    assert publier([9, 0]) == [None, None]
    assert publier([9]) == [None]
    assert publier([10]) == [10]


def test_une_seule_ligne_cachee_en_cache_une_autre():
    # 9 would be the national figure minus the others.
    assert publier([40, 30, 9]) == [40, None, None]
    assert publier([40, 9]) == [None, None]


def test_plusieurs_lignes_cachees_se_protegent():
    assert publier([40, 30, 6, 5]) == [40, 30, None, None]
    assert publier([40, 30, 6, 3]) == [40, None, None, None]


def test_des_lignes_vides_ne_se_deduisent_pas():
    """Two lines at zero: the difference would say that nobody voted there."""
    assert publier([40, 30, 0, 0]) == [40, None, None, None]


def test_une_ligne_publiee_avance_par_le_seuil_puis_devient_exacte():
    assert publier([49, 60], [40, 55]) == [40, 55]
    assert publier([50, 60], [40, 55]) == [50, 55]
    assert publier([49, 60], [40, 55], definitif=True) == [49, 60]


def test_une_ligne_publiee_ne_redevient_pas_cachee():
    assert publier([40, 30, 9], [40, 30, None]) == [40, 30, None]


def test_groupes_une_urne_nationale_regroupe_les_petites_federations():
    parts = [(1, 7, 50), (2, 7, 12), (3, 7, 4), (4, 7, 3)]
    # 3 and 4 are 7 together: the smallest of the others joins them.
    assert groupes(parts, maillage="national", seuil=10) == [(1,), (2, 3, 4)]


def test_groupes_une_urne_commune_reunit_ses_federations():
    """Federation 2 has a section box of its own and a share of the common box."""
    parts = [(1, 10, 50), (2, 11, 20), (2, 12, 12), (3, 12, 4)]
    assert groupes(parts, maillage="section", seuil=10) == [(1,), (2, 3)]


def possibles(publies, inscrits, total):
    """All the true counts that agree with the final table, the bases and the national figure."""
    caches = [i for i, p in enumerate(publies) if p is None]
    reste = total - sum(p for p in publies if p is not None)
    for valeurs in product(*(range(min(inscrits[i], reste) + 1) for i in caches)):
        if sum(valeurs) == reste:
            yield dict(zip(caches, valeurs, strict=True))


@settings(deadline=None, max_examples=400)
@given(
    st.lists(st.integers(SEUIL, 12), min_size=2, max_size=4).flatmap(
        lambda inscrits: st.tuples(st.just(inscrits), st.tuples(*(st.integers(0, n) for n in inscrits)))
    )
)
def test_l_attaquant_ne_deduit_aucun_chiffre_cache(cas):
    """Whoever reads all that is published cannot compute a hidden line's figure, nor a small group's."""
    inscrits, votants = cas[0], list(cas[1])
    total = sum(votants)
    publies = a_publier(votants, [None] * len(votants), inscrits=inscrits, seuil=SEUIL, definitif=True)
    assert all(p is None or p >= SEUIL for p in publies)
    caches = [i for i, p in enumerate(publies) if p is None]
    if not caches or total < SEUIL:
        return
    assert len(caches) >= 2
    assert sum(votants[i] for i in caches) >= SEUIL
    mondes = list(possibles(publies, inscrits, total))
    assert {i: votants[i] for i in caches} in mondes
    for i in caches:
        assert len({m[i] for m in mondes}) > 1


@pytest.mark.parametrize(
    ("emarges", "pendant", "apres"),
    [
        ([30, 20, 10], [30, 20, 10], [30, 20, 10]),
        ([9], [None], [None]),
        ([10], [10], [10]),
        # One hidden box hides another: the national figure is known.
        ([30, 20, 9], [30, None, None], [30, None, None]),
        ([30, 3], [None, None], [None, None]),
        ([30, 20, 0], [30, None, None], [30, None, None]),
        # During the vote, nothing after the first that is hidden; at the closing, what may be.
        ([9, 30, 20, 9], [None] * 4, [None, 30, 20, None]),
    ],
)
def test_par_urne(emarges, pendant, apres):
    champs = {"inscrits": [100 - i for i in range(len(emarges))], "seuil": 10}
    assert par_urne(emarges, definitif=False, **champs) == pendant
    assert par_urne(emarges, definitif=True, **champs) == apres


@settings(deadline=None, max_examples=400)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 8)), min_size=1, max_size=6), st.booleans())
def test_par_urne_ne_revient_pas_sur_ce_qui_est_montre(cas, definitif):
    """Later counts hide no box shown before, and what stays hidden is never a few people together."""
    inscrits = [20] * len(cas)
    avant = par_urne([n for n, _ in cas], inscrits=inscrits, seuil=SEUIL, definitif=False)
    emarges = [n + plus for n, plus in cas]
    apres = par_urne(emarges, inscrits=inscrits, seuil=SEUIL, definitif=definitif)
    assert all(p in (None, n) for p, n in zip(apres, emarges, strict=True))
    assert all(p is None or p >= SEUIL for p in apres)
    assert {i for i, p in enumerate(avant) if p is not None} <= {
        i for i, p in enumerate(apres) if p is not None
    }
    caches = [n for n, p in zip(emarges, apres, strict=True) if p is None]
    assert not caches or sum(caches) >= SEUIL or len(caches) == len(emarges)


@pytest.mark.parametrize(
    ("heures", "attendu"),
    [
        ([9, 10, 11, 19, 20, 21], [None, 10, 10, 10, 20, 20]),
        ([0, 0, 30, 30, 39, 41], [None, None, 30, 30, 30, 41]),
    ],
)
def test_une_seule_ligne_heure_par_heure(heures, attendu):
    """A section's vote: whoever watches the page each hour never sees one person more."""
    publie, vus = [None], []
    for nombre in heures:
        publie = publier([nombre], publie)
        vus += publie
    assert vus == attendu
    assert publier([heures[-1]], publie, definitif=True) == [heures[-1]]


@settings(deadline=None)
@given(
    st.integers(1, 5).flatmap(
        lambda n: st.tuples(
            st.lists(st.integers(8, 60), min_size=n, max_size=n),
            st.lists(st.lists(st.integers(0, 6), min_size=n, max_size=n), min_size=1, max_size=8),
        )
    )
)
def test_releve_apres_releve_le_reste_cache_n_est_jamais_petit(cas):
    """Over the whole vote: no line goes back, none moves by less than the threshold, the rest stays large."""
    inscrits, heures = cas
    seuil, votants, publies = 8, [0] * len(inscrits), [None] * len(inscrits)
    national = None
    for ajouts in heures:
        votants = [min(v + a, n) for v, a, n in zip(votants, ajouts, inscrits, strict=True)]
        suivants = a_publier(votants, publies, inscrits=inscrits, seuil=seuil, definitif=False)
        for avant, apres in zip(publies, suivants, strict=True):
            assert avant is None or (apres is not None and (apres == avant or apres - avant >= seuil))
        caches = [v for v, p in zip(votants, suivants, strict=True) if p is None]
        if len(caches) < len(votants):
            assert caches == [] or (len(caches) >= 2 and sum(caches) >= seuil)
        publies = suivants
        # The national figure is held as lines are: nothing published ever moves by a few.
        suivant = tenir(sum(votants), national, seuil=seuil, definitif=False)
        assert suivant == national or suivant - (national or 0) >= seuil
        assert suivant is None or sum(votants) - suivant < seuil
        national = suivant
    finals = a_publier(votants, publies, inscrits=inscrits, seuil=seuil, definitif=True)
    assert all(p is None or p == v for p, v in zip(finals, votants, strict=True))


# --- On real votes --------------------------------------------------------------------------------


@pytest.fixture
def petite(territoire):
    """A third federation of six members, under the threshold."""
    federation = Federation.objects.create(code="48", nom="Fédération 48", nature="metropole")
    section = creer_section("48001", federation)
    creer_adherents(section, 6)
    return section


def faire_voter(vote, code, nombre):
    electeurs = [e for e in vote.electeurs() if e.section.federation.code == code]
    for electeur in electeurs[:nombre]:
        vote.voter(electeur)


def lignes(scrutin):
    return [(x.code, x.federations, x.inscrits, x.votants) for x in participation.par_federation(scrutin)]


@pytest.mark.parametrize(
    ("maillage", "attendu"),
    [
        ("national", [("75", ("75",), 24), ("", ("31", "48"), 30)]),
        ("federation", [("75", ("75",), 24), ("", ("31", "48"), 30)]),
        # The smallest section box joins the national one, and its whole federation the group.
        ("section", [("75", ("75",), 24), ("", ("31", "48"), 30)]),
    ],
)
def test_les_petites_bases_sont_regroupees_des_l_annonce(petite, maillage, attendu):
    vote = ouvrir_le_vote(faire_scrutin(maillage=maillage))
    trouvees = [(code, federations, inscrits) for code, federations, inscrits, _ in lignes(vote.scrutin)]
    assert sorted(trouvees, key=lambda x: x[1]) == sorted(attendu, key=lambda x: x[1])
    nationale = participation.nationale(vote.scrutin)
    assert (nationale.inscrits, nationale.votants) == (54, None)


@pytest.mark.parametrize("maillage", ["national", "federation", "section"])
def test_pendant_puis_apres(territoire, maillage):
    vote = ouvrir_le_vote(faire_scrutin(maillage=maillage))
    faire_voter(vote, "31", 12)
    faire_voter(vote, "75", 9)
    actes.relever_participation(scrutin=vote.scrutin, instant=OUVERTURE + timedelta(hours=1))
    # 9 is hidden, and 12 with it: 21 is known.
    assert [x[3] for x in lignes(vote.scrutin)] == [None, None]
    assert participation.nationale(vote.scrutin).votants == 21
    vote.voter([e for e in vote.electeurs() if e.section.federation.code == "75"][9])
    # Nothing moves before the next relevé.
    assert participation.nationale(vote.scrutin).votants == 21
    vote.clore()
    lue = participation.lire(vote.scrutin)
    assert [(x.code, x.votants) for x in lue.federations] == [("31", 12), ("75", 10)]
    assert (lue.nationale.votants, lue.definitif, lue.releve_le, lue.masquees) == (22, True, APRES, 0)
    assert lue.federations[0].part == 0.5


@pytest.mark.parametrize("maillage", ["national", "federation", "section"])
def test_l_attaquant_qui_garde_chaque_heure_ne_voit_bouger_personne(petite, maillage):
    """One voter an hour: of all figures ever published, no two differ by fewer than the threshold."""
    vote = ouvrir_le_vote(faire_scrutin(maillage=maillage))
    electeurs = sorted(vote.electeurs(), key=lambda e: e.pk % 7)
    gardes: dict[tuple, list[int]] = {}
    for heure, electeur in enumerate(electeurs[:40], 1):
        vote.voter(electeur)
        actes.relever_participation(scrutin=vote.scrutin, instant=OUVERTURE + timedelta(hours=heure))
        lue = participation.lire(vote.scrutin)
        for ligne in (lue.nationale, *lue.federations):
            if ligne.votants is not None:
                gardes.setdefault(ligne.federations, []).append(ligne.votants)
        # 48 has six members: nothing published ever names it alone.
        assert ("48",) not in gardes
    assert gardes[()] == [10] * 10 + [20] * 10 + [30] * 10 + [40]
    for chiffres in gardes.values():
        assert all(b == a or b - a >= vote.scrutin.seuil for a, b in itertools.pairwise(chiffres))
    # And no subtraction of lines from the national figure of the same hour isolates a few who voted.
    for releve in Releve.objects.exclude(votants=None):
        montrees = [x["votants"] for x in releve.lignes if x["votants"] is not None]
        if montrees and len(montrees) < len(releve.lignes):
            assert releve.votants - sum(montrees) >= vote.scrutin.seuil


def test_un_scrutin_sans_votant_a_la_cloture(vote_ouvert):
    vote_ouvert.clore()
    lue = participation.lire(vote_ouvert.scrutin)
    assert (lue.nationale.votants, lue.masquees, lue.definitif) == (None, 2, True)


def test_relever_deux_fois_la_meme_heure_ne_change_rien(vote_ouvert):
    instant = OUVERTURE + timedelta(hours=2)
    actes.relever_participation(scrutin=vote_ouvert.scrutin, instant=instant)
    avant = (Releve.objects.count(), Ligne.objects.count())
    actes.relever_participation(scrutin=vote_ouvert.scrutin, instant=instant)
    vote_ouvert.clore()
    apres = Releve.objects.count()
    actes.relever_participation(scrutin=vote_ouvert.scrutin, instant=APRES + timedelta(days=1))
    assert (avant[0], apres, Releve.objects.count()) == (2, 3, 3)


def test_l_empreinte_des_tetes_est_au_journal_a_chaque_releve(vote_ouvert):
    from consultation.chaine import empreinte_des_tetes

    vote_ouvert.voter(vote_ouvert.electeurs()[0])
    actes.relever_participation(scrutin=vote_ouvert.scrutin, instant=OUVERTURE + timedelta(hours=2))
    ligne = Ligne.objects.filter(acte="consultation.relever").first()
    assert ligne.details == {"tetes": empreinte_des_tetes(vote_ouvert.scrutin)}


def test_est_a_relever_a_chaque_heure_pleine(vote_ouvert):
    scrutin = vote_ouvert.scrutin
    h14 = OUVERTURE.replace(hour=14)
    assert participation.est_a_relever(scrutin, ANNONCE, h14)
    assert participation.est_a_relever(scrutin, h14 - timedelta(seconds=1), h14)
    assert not participation.est_a_relever(scrutin, h14, h14 + timedelta(minutes=59))
    assert not participation.est_a_relever(scrutin, ANNONCE, APRES)


def test_les_colleges_sont_separes(territoire):
    creer_adherents(territoire[0], 11, statut="sympathisant", a_jour_au=None)
    vote = ouvrir_le_vote(faire_scrutin(sympathisants="consultatifs"))
    assert participation.nationale(vote.scrutin).inscrits == 48
    assert participation.nationale(vote.scrutin, "consultatif").inscrits == 11


def test_lire_demande_une_requete(vote_ouvert, django_assert_num_queries):
    with django_assert_num_queries(1):
        participation.lire(vote_ouvert.scrutin)


@pytest.mark.parametrize(
    "sql", ["UPDATE consultation_releve SET votants = 1", "DELETE FROM consultation_releve"]
)
def test_un_releve_publie_ne_change_plus(vote_ouvert, sql):
    from django.db import connection

    with (
        pytest.raises(DatabaseError, match="ne change plus"),
        transaction.atomic(),
        connection.cursor() as curseur,
    ):
        curseur.execute(sql)


def test_un_brouillon_n_a_pas_de_participation(territoire):
    vote = faire_scrutin()
    assert participation.lire(vote.scrutin) is None
    assert participation.par_federation(vote.scrutin) == []
    assert participation.nationale(vote.scrutin) is None

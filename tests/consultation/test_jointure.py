"""An attacker with the whole base tries to join émargements and ballots by PostgreSQL's own columns."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from django.db import connection

from consultation.actes.emargement import FENETRE
from consultation.models import Evenement, Inscription
from tests.consultation.scene import creer_adherents, faire_scrutin, ouvrir_le_vote

pytestmark = pytest.mark.django_db(transaction=True)  # one real transaction for each cast


def tables():
    with connection.cursor() as curseur:
        curseur.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        return [nom for (nom,) in curseur.fetchall()]


def estampilles(table, cle, colonne, condition="true"):
    with connection.cursor() as curseur:
        curseur.execute(f"SELECT {cle}, {colonne}::text FROM {table} WHERE {condition}")  # noqa: S608
        return curseur.fetchall()


def jointure(colonne_roll, table_roll, cle_roll):
    """stamp → (voters, ballots) for each stamp that a ballot bears."""
    bulletins = defaultdict(list)
    for evenement, xmin in estampilles("consultation_evenement", "hauteur", "xmin", "type = 'Ballot'"):
        bulletins[xmin].append(evenement)
    votants = defaultdict(list)
    for inscription, stamp in estampilles(table_roll, cle_roll, colonne_roll):
        votants[stamp].append(inscription)
    return {x: (votants[x], b) for x, b in bulletins.items() if votants[x]}


# A box bears the stamp of the last ballot, which is public; credentials are public keys, joined to
# ballots by design; émargements have their own test.
SANS_PERSONNE = {
    "consultation_evenement",
    "consultation_emargement",
    "consultation_urne",
    "consultation_credentiel",
}


def jouer(vote):
    """Everyone votes, in the order of the roll: voter of rank i casts the ballot of height i + 1."""
    electeurs = vote.electeurs()
    for electeur in electeurs:
        vote.voter(electeur)
    return {e.pk: rang + 1 for rang, e in enumerate(electeurs)}


@pytest.fixture
def vote(territoire):
    creer_adherents(territoire[0], 62)
    return ouvrir_le_vote(faire_scrutin(maillage="national"))


def test_aucune_estampille_ne_joint_un_emargement_a_un_bulletin(vote):
    verite = jouer(vote)
    assert len(verite) > 3 * FENETRE
    for moment in ("pendant", "apres"):
        if moment == "apres":
            vote.clore()
        groupes = jointure("xmin", "consultation_emargement", "inscription_id")
        # A lone pair must be no better than chance among a window.
        seuls = [(v[0], b[0]) for v, b in groupes.values() if len(v) == 1]
        justes = sum(verite[v] == b for v, b in seuls)
        assert justes <= 8, f"{justes} paires justes sur {len(seuls)} {moment} le scrutin"
        # Guessing at random inside each group finds about one voter in a window, no more.
        esperance = sum(
            sum(verite[v] in b for v in votants) / len(votants) for votants, b in groupes.values()
        )
        assert esperance <= len(verite) / FENETRE * 3
        if moment == "apres":
            assert groupes == {}


def test_aucune_autre_table_ne_porte_l_estampille_d_un_depot(vote):
    """The roll, the sealed codes, the accounts: nothing else may bear the transaction of a ballot."""
    jouer(vote)
    bulletins = {x for _, x in estampilles("consultation_evenement", "hauteur", "xmin", "type = 'Ballot'")}
    bavardes = Counter()
    for table in tables():
        if table in SANS_PERSONNE:
            continue
        for colonne in ("xmin", "xmax"):
            bavardes[table] += sum(x in bulletins for _, x in estampilles(table, "1", colonne))
    assert +bavardes == Counter()


def test_l_ordre_physique_des_emargements_ne_suit_pas_l_ordre_des_depots(vote):
    verite = jouer(vote)
    vote.clore()
    with connection.cursor() as curseur:
        curseur.execute("SELECT inscription_id FROM consultation_emargement ORDER BY ctid")
        rangs = [verite[i] for (i,) in curseur.fetchall()]
    n = len(rangs)
    # Kendall's distance to the order of casting: random permutations stay near one half.
    inversions = sum(a > b for i, a in enumerate(rangs) for b in rangs[i + 1 :])
    assert 0.35 < inversions / (n * (n - 1) / 2) < 0.65


def test_un_emargement_n_a_ni_date_ni_suite(vote):
    champs = {
        f.name: f.get_internal_type() for f in vote.urne(vote.electeurs()[0]).emargements.model._meta.fields
    }
    assert champs == {"id": "UUIDField", "urne": "ForeignKey", "inscription": "OneToOneField"}
    colonnes_des_bulletins = {f.name for f in Evenement._meta.fields}
    assert colonnes_des_bulletins.isdisjoint({"inscription", "adherent", "compte", "date", "instant"})
    assert Inscription._meta.get_field("emargement").related_model.__name__ == "Emargement"

"""The groups, their tables, and membership of many elements at once."""

from __future__ import annotations

import json

import gmpy2
import pytest
from gmpy2 import mpz, powmod
from hypothesis import given, settings
from hypothesis import strategies as st

from consultation.belenios import appartenance, groupes
from consultation.belenios.appartenance import Epreuve, tous_membres
from consultation.belenios.groupes import Groupe, GroupeInconnu, Table, groupe, puissances, table

G = groupe("BELENIOS-2048")
Q = int(G.q)
MODP = groupe("RFC-3526-2048")
# Elements of order 2, 3 and 6: outside the group, as near to it as can be.
MOINS_UN = G.p - 1
ORDRE_3 = next(x for x in (powmod(mpz(a), (G.p - 1) // 3, G.p) for a in range(2, 100)) if x != 1)
ORDRE_6 = MOINS_UN * ORDRE_3 % G.p


@pytest.mark.parametrize("g", [G, MODP], ids=lambda g: g.nom)
def test_les_constantes_sont_celles_d_un_groupe_d_ordre_premier(g):
    assert gmpy2.is_prime(g.p, 40)
    assert gmpy2.is_prime(g.q, 40)
    assert g.p.bit_length() == 2048
    assert (g.p - 1) % g.q == 0
    assert powmod(g.g, g.q, g.p) == 1
    assert g.g != 1


def test_le_groupe_modp_est_celui_de_la_rfc_3526():
    with gmpy2.context(precision=4096):
        pi = gmpy2.floor(gmpy2.const_pi() * mpz(2) ** 1918)
    assert MODP.p == mpz(2) ** 2048 - mpz(2) ** 1984 - 1 + mpz(2) ** 64 * (mpz(pi) + 124476)
    assert MODP.q == (MODP.p - 1) // 2
    assert MODP.g == 2


def test_les_constantes_sont_celles_de_reference(reference):
    attendues = json.loads((reference / "groupe-belenios-2048.json").read_text())
    assert [str(x) for x in (G.p, G.q, G.g)] == [str(attendues[c]) for c in "pqg"]


def test_un_groupe_inconnu_ou_faux_est_refuse():
    for nom in ("Ed25519", "", "belenios-2048"):
        with pytest.raises(GroupeInconnu):
            groupe(nom)
    for p, q, g in ((G.p, G.q, G.g + 1), (G.p, G.q, 1), (G.p + 2, G.q, G.g)):
        with pytest.raises(GroupeInconnu):
            Groupe("faux", str(p), str(q), str(g))


@settings(max_examples=25, deadline=None)
@given(st.integers(-Q, 2 * Q), st.integers(1, Q), st.sampled_from([4, 8, 11]))
def test_une_table_donne_les_memes_puissances(exposant, base, largeur):
    b = powmod(G.g, base, G.p)
    assert Table(b, G.p, G.q, largeur).puissance(exposant) == powmod(b, exposant, G.p)


@pytest.mark.parametrize("exposant", [0, 1, 255, 256, Q - 1, Q, 1 << 255])
def test_une_table_aux_bornes(exposant):
    assert G.puissance_g(exposant) == powmod(G.g, exposant, G.p)
    assert MODP.puissance_g(exposant) == powmod(MODP.g, exposant, MODP.p)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, Q - 1), st.lists(st.integers(0, Q - 1) | st.integers(0, 40), min_size=1, max_size=6))
def test_les_puissances_d_une_base_partagent_leurs_carres_sans_changer(base, exposants):
    b = powmod(G.g, base, G.p)
    assert puissances(b, [mpz(e) for e in exposants], G.p) == [powmod(b, e, G.p) for e in exposants]


def test_les_tables_gardees_sont_en_nombre_borne():
    for i in range(2, 2 + 2 * groupes.TABLES_GARDEES):
        base = powmod(G.g, i, G.p)
        assert table(G, base) is table(G, base)
    assert len(groupes._tables) == groupes.TABLES_GARDEES
    large = table(G, G.g, 9)
    assert large.largeur == 9
    assert table(G, G.g) is large


@pytest.mark.parametrize("x", [0, MOINS_UN, ORDRE_3, ORDRE_6, 2, G.p, G.p + 1, -1])
def test_hors_du_groupe(x):
    assert not G.est_membre(x)
    assert G.est_membre(1)
    assert G.est_membre(G.g)


@pytest.mark.parametrize("x", [0, MODP.p - 1, MODP.p, MODP.p - 2])
def test_hors_du_groupe_modp(x):
    assert not MODP.est_membre(x)
    assert MODP.est_membre(2)
    assert powmod(MODP.puissance_g(12345), MODP.q, MODP.p) == 1


@pytest.fixture(scope="module")
def membres() -> list[mpz]:
    return [G.puissance_g(G.hasard()) for _ in range(300)]


def test_des_membres_passent(membres):
    for nombre in (0, 1, appartenance.PLANCHER - 1, appartenance.PLANCHER, 300):
        assert tous_membres(G, membres[:nombre])


@pytest.mark.parametrize("facteur", [MOINS_UN, ORDRE_3, ORDRE_6, mpz(2), mpz(0)])
@pytest.mark.parametrize("nombre", [10, 300])
def test_un_intrus_est_vu_ou_qu_il_soit(membres, facteur, nombre):
    for place in (0, nombre // 2, nombre - 1):
        liste = membres[:nombre]
        liste[place] = liste[place] * facteur % G.p
        assert not tous_membres(G, liste)


@pytest.mark.parametrize(
    "facteurs", [(MOINS_UN, MOINS_UN), (ORDRE_3, ORDRE_3 * ORDRE_3 % G.p), (MOINS_UN,) * 300]
)
def test_des_intrus_qui_se_compensent_sont_vus(membres, facteurs):
    """Their product is a member: only random subsets tell."""
    liste = list(membres)
    for i, facteur in enumerate(facteurs):
        liste[i] = liste[i] * facteur % G.p
    assert not tous_membres(G, liste)


def test_une_epreuve_se_reprend_apres_sa_conclusion(membres):
    epreuve = Epreuve(G)
    for debut in range(0, 300, 7):
        assert epreuve.ajouter(membres[debut : debut + 7])
    assert epreuve.conclure()
    assert epreuve.conclure()
    assert epreuve.ajouter([*membres, MOINS_UN])
    assert not epreuve.conclure()
    assert epreuve.ajouter(membres)
    assert not epreuve.ajouter([mpz(0)])
    assert epreuve.conclure()


def test_la_meme_epreuve_dans_le_groupe_modp():
    bons = [MODP.puissance_g(i) for i in range(1, 120)]
    assert tous_membres(MODP, bons)
    assert not tous_membres(MODP, [*bons, MODP.p - bons[0]])


def test_hacher_donne_un_exposant():
    assert G.hache("") == mpz(0xE3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855) % G.q
    assert len({G.hasard() for _ in range(50)}) == 50

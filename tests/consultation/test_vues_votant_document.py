"""Comparing two versions: what was added, removed, rewritten; nothing lost on the way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consultation.differences import Morceau, Passage, comparer, resumer

AVANT = "# Titre\n\nUn premier paragraphe qui reste.\n\nLa direction compte vingt membres élus.\n\nÀ retirer."
APRES = (
    "# Titre\n\nUn premier paragraphe qui reste.\n\nLa direction compte vingt-neuf membres élus."
    "\n\n- point un\n- point deux"
)


def test_comparer():
    passages = comparer(AVANT, APRES)
    assert [p.genre for p in passages] == ["garde", "garde", "reecrit", "retrait", "ajout", "ajout"]
    assert passages[2].morceaux == (
        Morceau("garde", "La direction compte"),
        Morceau("retrait", "vingt"),
        Morceau("ajout", "vingt-neuf"),
        Morceau("garde", "membres élus."),
    )
    assert resumer(passages) == {"ajout": 2, "retrait": 1, "reecrit": 1}


def test_deux_textes_egaux_n_ont_que_des_passages_gardes():
    assert comparer("a\n\nb", "a\r\n\r\nb\n") == [
        Passage("garde", (Morceau("garde", "a"),)),
        Passage("garde", (Morceau("garde", "b"),)),
    ]


def mots(texte):
    return texte.split()


TEXTES = st.lists(
    st.lists(st.sampled_from(["un", "deux", "trois", "- quatre", "1. cinq"]), min_size=1, max_size=6).map(
        " ".join
    ),
    max_size=6,
).map("\n\n".join)


@given(TEXTES, TEXTES)
def test_chaque_version_se_retrouve_entiere(ancien, nouveau):
    """Dropping what was added gives the old words in order; dropping what was removed, the new ones."""
    passages = comparer(ancien, nouveau)
    for sans, texte in (("ajout", ancien), ("retrait", nouveau)):
        morceaux = [m.texte for p in passages for m in p.morceaux if m.genre != sans]
        assert mots(" ".join(morceaux)) == mots(texte)

"""What changed between two versions of a text: by paragraph, then by word inside those rewritten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Morceau:
    """A run of words: `genre` is "garde", "ajout" or "retrait"."""

    genre: str
    texte: str


@dataclass(frozen=True)
class Passage:
    """One paragraph of the comparison: `genre` is "garde", "ajout", "retrait" or "reecrit"."""

    genre: str
    morceaux: tuple[Morceau, ...]


# Under this likeness two paragraphs are said replaced, not rewritten: a salad of words helps nobody.
RESSEMBLANCE = 0.6


def comparer(ancien: str, nouveau: str) -> list[Passage]:
    """The passages of both versions in order; those kept are there too, for their context."""
    avant, apres = _paragraphes(ancien), _paragraphes(nouveau)
    passages: list[Passage] = []
    for genre, i, j, k, m in SequenceMatcher(None, avant, apres, autojunk=False).get_opcodes():
        if genre == "equal":
            passages += [_entier("garde", p) for p in avant[i:j]]
        else:
            passages += _remplacer(avant[i:j], apres[k:m])
    return passages


def resumer(passages: list[Passage]) -> dict[str, int]:
    """How many paragraphs were added, removed and rewritten."""
    return {genre: sum(p.genre == genre for p in passages) for genre in ("ajout", "retrait", "reecrit")}


def _paragraphes(texte: str) -> list[str]:
    """Paragraphs, and each line of a list or of a table by itself."""
    blocs = re.split(r"\n\s*\n", texte.replace("\r\n", "\n").strip())
    return [ligne for bloc in blocs for ligne in _lignes(bloc)]


def _lignes(bloc: str) -> list[str]:
    # A heading is said one, rather than shown by its marks.
    lignes = [re.sub(r"^#+\s*", "Titre : ", ligne.strip()) for ligne in bloc.split("\n") if ligne.strip()]
    if any(re.match(r"[-*+|]|\d+[.)]", ligne) for ligne in lignes):
        return lignes
    return [" ".join(lignes)] if lignes else []


def _entier(genre: str, texte: str) -> Passage:
    return Passage(genre, (Morceau(genre, texte),))


def _remplacer(avant: list[str], apres: list[str]) -> Iterator[Passage]:
    """Pair each old paragraph with the first new one that looks like it; the others are out or in."""
    suivant = 0
    for ancien in avant:
        semblable = next((n for n in range(suivant, len(apres)) if _se_ressemblent(ancien, apres[n])), None)
        if semblable is None:
            yield _entier("retrait", ancien)
            continue
        yield from (_entier("ajout", p) for p in apres[suivant:semblable])
        yield Passage("reecrit", tuple(_mots(ancien, apres[semblable])))
        suivant = semblable + 1
    yield from (_entier("ajout", p) for p in apres[suivant:])


def _se_ressemblent(a: str, b: str) -> bool:
    mots = SequenceMatcher(None, a.split(), b.split(), autojunk=False)
    return mots.quick_ratio() >= RESSEMBLANCE and mots.ratio() >= RESSEMBLANCE


def _mots(ancien: str, nouveau: str) -> Iterator[Morceau]:
    avant, apres = ancien.split(), nouveau.split()
    for genre, i, j, k, m in SequenceMatcher(None, avant, apres, autojunk=False).get_opcodes():
        if genre == "equal":
            yield Morceau("garde", " ".join(avant[i:j]))
            continue
        if i < j:
            yield Morceau("retrait", " ".join(avant[i:j]))
        if k < m:
            yield Morceau("ajout", " ".join(apres[k:m]))

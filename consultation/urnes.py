"""Which boxes a vote gets: small rolls merge upward, so that no box nor difference is under the threshold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass


class EffectifInsuffisant(ValueError):
    """The whole college is under the threshold: no box can protect it.  `inscrits` is its size."""

    def __init__(self, inscrits: int) -> None:
        super().__init__(inscrits)
        self.inscrits = inscrits


@dataclass(frozen=True, order=True)
class Boite:
    """A box to make: `sections` are the section ids whose voters it receives."""

    inscrits: int
    niveau: str
    federation: int | None
    section: int | None
    sections: tuple[int, ...]


def repartir(effectifs: Mapping[int, tuple[int, int]], *, maillage: str, seuil: int) -> list[Boite]:
    """Boxes for one college; `effectifs` maps section id → (federation id, voters > 0).

    A section under `seuil` joins its federation's common box, a federation's remainder under
    `seuil` joins the national common box.  A common box that stays under `seuil` takes in the
    smallest box of its level (complementary merging).  Each voter is in exactly one box and only
    whole boxes are ever published, so no difference of published figures isolates fewer than
    `seuil` voters.  Raises `EffectifInsuffisant` when all voters together are under it.
    """
    total = sum(n for _, n in effectifs.values())
    if total < seuil:
        raise EffectifInsuffisant(total)
    if maillage == "national":
        return [Boite(total, "national", None, None, tuple(sorted(effectifs)))]

    par_federation: dict[int, list[int]] = defaultdict(list)
    for section, (federation, _) in effectifs.items():
        par_federation[federation].append(section)

    boites: list[Boite] = []
    reste_national: list[int] = []
    for federation, sections in sorted(par_federation.items()):
        propres: list[int] = []
        if maillage == "section":
            propres = sorted(
                (s for s in sections if effectifs[s][1] >= seuil), key=lambda s: (effectifs[s][1], s)
            )
        communes = [s for s in sections if s not in set(propres)]
        while communes and propres and _taille(communes, effectifs) < seuil:
            communes.append(propres.pop(0))
        boites += [Boite(effectifs[s][1], "section", federation, s, (s,)) for s in propres]
        if communes and _taille(communes, effectifs) >= seuil:
            boites.append(
                Boite(_taille(communes, effectifs), "federation", federation, None, tuple(sorted(communes)))
            )
        else:
            reste_national += communes
    boites.sort()
    while reste_national and _taille(reste_national, effectifs) < seuil:
        reste_national += boites.pop(0).sections
    if reste_national:
        boites.append(
            Boite(_taille(reste_national, effectifs), "national", None, None, tuple(sorted(reste_national)))
        )
    return boites


def _taille(sections: list[int], effectifs: Mapping[int, tuple[int, int]]) -> int:
    return sum(effectifs[s][1] for s in sections)

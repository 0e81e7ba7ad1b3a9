"""What announcing a draft would do today: who would be on the roll, who not and why, which boxes; writes nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count

from consultation.models import Scrutin
from consultation.models.liste import College, Critere, avec_criteres
from consultation.urnes import Boite, EffectifInsuffisant, repartir
from refondation.membres.models import Adherent
from refondation.territoire.models import Federation, Section

# Merges named on the page; the rest is counted.
REGROUPEMENTS_CITES = 30


@dataclass
class CollegeSimule:
    college: str
    inscrits: int
    urnes: dict[str, int] = field(default_factory=dict)
    """Level → number of boxes."""
    plus_petite: int = 0
    regroupements: list[tuple[str, list[str]]] = field(default_factory=list)
    """A common box, and the places that share it."""
    defaut: str = ""

    @property
    def nom(self) -> str:
        return College(self.college).label

    @property
    def nombre_d_urnes(self) -> int:
        return sum(self.urnes.values())


@dataclass(frozen=True)
class Simulation:
    colleges: list[CollegeSimule]
    ecartes: int
    par_critere: list[tuple[str, int, int]]
    """Criterion, people who miss it, people who miss it alone; those who miss several count in each."""

    @property
    def inscrits(self) -> int:
        return sum(c.inscrits for c in self.colleges)

    @property
    def defauts(self) -> list[str]:
        if not any(c.college == College.DELIBERATIF for c in self.colleges):
            return ["Aucun·e adhérent·e ne remplit les critères : la liste serait vide."]
        return [c.defaut for c in self.colleges if c.defaut]


def simuler(scrutin: Scrutin) -> Simulation:
    """Two or three queries: the eligibility query grouped, and the names of the places that merge."""
    comptes = (
        avec_criteres(Adherent.objects.order_by(), scrutin)
        .values("college", "motifs", "section", "section__federation")
        .annotate(n=Count("pk"))
    )
    effectifs: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    ecartes: dict[int, int] = defaultdict(int)
    for ligne in comptes:
        if ligne["motifs"]:
            ecartes[ligne["motifs"]] += ligne["n"]
        else:
            effectifs[ligne["college"]][ligne["section"]] = (ligne["section__federation"], ligne["n"])
    par_critere = [
        (c.label, sum(n for m, n in ecartes.items() if m & c), ecartes.get(int(c), 0)) for c in Critere
    ]
    return Simulation(
        colleges=[_college(scrutin, c, effectifs[c]) for c in sorted(effectifs, reverse=True)],
        ecartes=sum(ecartes.values()),
        par_critere=[ligne for ligne in par_critere if ligne[1]],
    )


def _college(scrutin: Scrutin, college: str, par_section: dict[int, tuple[int, int]]) -> CollegeSimule:
    simule = CollegeSimule(college, sum(n for _, n in par_section.values()))
    try:
        boites = repartir(par_section, maillage=scrutin.maillage, seuil=scrutin.seuil)
    except EffectifInsuffisant as defaut:
        simule.defaut = (
            f"{simule.nom} : {defaut.inscrits} inscrit·es, moins que le seuil d'anonymat ({scrutin.seuil}). "
            "Élargissez le périmètre ou les critères."
        )
        return simule
    simule.plus_petite = min(b.inscrits for b in boites)
    for boite in boites:
        simule.urnes[boite.niveau] = simule.urnes.get(boite.niveau, 0) + 1
    if scrutin.maillage != Scrutin.Maillage.NATIONAL:
        simule.regroupements = _regroupements(scrutin, boites, par_section)
    return simule


def _regroupements(
    scrutin: Scrutin, boites: list[Boite], par_section: dict[int, tuple[int, int]]
) -> list[tuple[str, list[str]]]:
    """Boxes larger than what the vote asks for, with the sections or federations that they gather."""
    par_federation = scrutin.maillage == Scrutin.Maillage.FEDERATION
    communes = [
        b for b in boites if b.niveau == "national" or (b.niveau == "federation" and not par_federation)
    ]
    federations = Federation.objects.in_bulk({f for f, _ in par_section.values()})
    sections = Section.objects.in_bulk({s for b in communes for s in b.sections})
    cites = []
    for boite in communes:
        if par_federation:
            lieux = sorted({str(federations[par_section[s][0]]) for s in boite.sections})
        else:
            lieux = sorted(str(sections[s]) for s in boite.sections)
        nom = f"Fédération {federations[boite.federation]}" if boite.federation else "Urne nationale commune"
        cites.append((f"{nom} : {boite.inscrits} inscrit·es", lieux))
    return cites

"""Participation by federation, as it may be said while people vote: what is published never isolates a few.

Figures are published by *relevés*, each hour and at the closing, never live: a count that moves
under the reader's eyes would say when each person votes.  A line is a group of federations
(most often one) whose base is at least the vote's threshold:

- where boxes are by section or federation, a line is a union of whole boxes, so that it cannot be
  compared with the public archives to isolate what a shared box hides;
- where there is one national box, federations under the threshold are grouped as boxes would be.

A line's number of voters appears once it reaches the threshold, if the lines that stay hidden
have at least as many voters together: the national figure minus the published lines then says
nothing of a smaller group.  Lines are let out from the largest base down, which depends on
nobody's vote, and never go back: no later figure undoes an earlier silence.  Once out, a figure,
the national one included, moves by the threshold at least, until the closing, where it becomes exact.

What this does not hide: a public archive shows how many encrypted ballots its box holds; who knows
this rule can sometimes narrow a hidden figure where almost everybody voted; and in one national
box, subtracting the lines that have just moved from the national figure tells how many voted in
all the others together since the hour before, who or what never.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Sum

from consultation.models import Rattachement, Releve, Scrutin
from consultation.models.liste import College
from consultation.urnes import repartir
from refondation.territoire.models import Federation

INTERVALLE = timedelta(hours=1)


@dataclass(frozen=True)
class LigneParticipation:
    """One federation, or several grouped; `votants` is None while the figure is hidden."""

    code: str
    nom: str
    inscrits: int
    votants: int | None
    federations: tuple[str, ...] = ()

    @property
    def part(self) -> float | None:
        """Between 0 and 1."""
        return None if self.votants is None else self.votants / self.inscrits

    @property
    def est_un_groupe(self) -> bool:
        return len(self.federations) > 1


@dataclass(frozen=True)
class Participation:
    """What is published of one college; `releve_le` is None before the vote opens."""

    nationale: LigneParticipation
    federations: list[LigneParticipation]
    releve_le: datetime | None
    definitif: bool

    @property
    def masquees(self) -> int:
        return sum(ligne.votants is None for ligne in self.federations)


def lire(scrutin: Scrutin, college: str = College.DELIBERATIF) -> Participation | None:
    """The last published figures of an announced vote (one query); None for a draft or an absent college."""
    releve = Releve.objects.filter(scrutin=scrutin, college=college).order_by("-pris_le").first()
    return None if releve is None else de_releve(releve)


def par_federation(scrutin: Scrutin, college: str = College.DELIBERATIF) -> list[LigneParticipation]:
    """The lines of `lire`, by federation code; empty when nothing is published."""
    participation = lire(scrutin, college)
    return participation.federations if participation else []


def nationale(scrutin: Scrutin, college: str = College.DELIBERATIF) -> LigneParticipation | None:
    participation = lire(scrutin, college)
    return participation.nationale if participation else None


def de_releve(releve: Releve) -> Participation:
    return Participation(
        nationale=LigneParticipation("", "Ensemble", releve.inscrits, releve.votants),
        federations=[
            LigneParticipation(x["code"], x["nom"], x["inscrits"], x["votants"], tuple(x["federations"]))
            for x in releve.lignes
        ],
        releve_le=releve.pris_le,
        definitif=releve.definitif,
    )


def est_a_relever(scrutin: Scrutin, dernier: datetime, instant: datetime) -> bool:
    """Whether a full hour has begun since the last relevé of an open vote."""
    heure = instant.replace(minute=0, second=0, microsecond=0)
    return scrutin.accepte_les_bulletins(instant) and dernier < heure


# --- Calculation --------------------------------------------------------------------------------


def a_publier(
    votants: list[int], anciens: list[int | None], *, inscrits: list[int], seuil: int, definitif: bool
) -> list[int | None]:
    """What each line shows now, from the true counts and from what it showed before."""
    montres = {i for i, ancien in enumerate(anciens) if ancien is not None}
    caches = sum(v for i, v in enumerate(votants) if i not in montres)
    reste = len(votants) - len(montres)
    for i in sorted(range(len(votants)), key=lambda i: (-inscrits[i], i)):
        if i in montres or votants[i] < seuil:
            continue
        # The last one, or the only one: the national figure says it already.
        if reste == 1 or caches - votants[i] >= seuil:
            montres.add(i)
            caches -= votants[i]
            reste -= 1
    return [
        tenir(nombre, ancien, seuil=seuil, definitif=definitif) if i in montres else None
        for i, (nombre, ancien) in enumerate(zip(votants, anciens, strict=True))
    ]


def par_urne(emarges: list[int], *, inscrits: list[int], seuil: int, definitif: bool) -> list[int | None]:
    """What each box of one college shows to who follows a vote without controlling it.

    Nothing is kept from one reading to the next, so during the vote boxes are let out from the
    largest base down and stop at the first that must stay hidden: a count never decreases, hence
    what has been shown never goes back.  At the closing, the others that may be shown are.
    """
    ordre = sorted(range(len(emarges)), key=lambda i: (-inscrits[i], i))
    montres: list[int | None] = [None] * len(emarges)
    caches = sum(emarges)
    for rang, i in enumerate(ordre, start=1):
        caches -= emarges[i]
        if emarges[i] < seuil or (rang < len(ordre) and caches < seuil):
            break
        montres[i] = emarges[i]
    if not definitif:
        return montres
    return a_publier(emarges, montres, inscrits=inscrits, seuil=seuil, definitif=True)


def tenir(nombre: int, ancien: int | None, *, seuil: int, definitif: bool) -> int | None:
    """A figure by itself: none under the threshold, then held until it has moved by as much, exact at the end."""
    if ancien is None:
        return nombre if nombre >= seuil else None
    return nombre if definitif or nombre - ancien >= seuil else ancien


def groupes(parts: Iterable[tuple[int, int, int]], *, maillage: str, seuil: int) -> list[tuple[int, ...]]:
    """Federations (ids) that make one line; `parts` are (federation, box, voters on the roll)."""
    effectifs: dict[int, int] = defaultdict(int)
    par_urne: dict[int, set[int]] = defaultdict(set)
    for federation, urne, inscrits in parts:
        effectifs[federation] += inscrits
        par_urne[urne].add(federation)
    if maillage == Scrutin.Maillage.NATIONAL:
        boites = repartir({f: (f, n) for f, n in effectifs.items()}, maillage="federation", seuil=seuil)
        return sorted(b.sections for b in boites)
    communes = {f for federations in par_urne.values() if len(federations) > 1 for f in federations}
    # Boxes of several federations are the national common box, of which there is one.
    seules = [(f,) for f in sorted(effectifs) if f not in communes]
    return sorted([*seules, tuple(sorted(communes))] if communes else seules)


# --- Reading what the relevé is made of -----------------------------------------------------------


def compter(
    scrutin: Scrutin, college: str, ancien: Releve | None, *, definitif: bool
) -> tuple[int | None, list[dict]]:
    """The national figure and the lines of the relevé that follows `ancien` (None: the first).

    Lines are drawn once, at the announcement: a section that changes federation later still
    counts where the roll was frozen.  They move only when the national figure does, so that it is
    never less than what they add up to.
    """
    lignes = [dict(x) for x in ancien.lignes] if ancien else _lignes(scrutin, college)
    votants = _votants(scrutin, college)
    vrais = [sum(votants.get(c, 0) for c in ligne["federations"]) for ligne in lignes]
    precedent = ancien.votants if ancien else None
    national = tenir(sum(vrais), precedent, seuil=scrutin.seuil, definitif=definitif)
    montres = [ligne.get("votants") for ligne in lignes]
    if definitif or national != precedent:
        montres = a_publier(
            vrais,
            montres,
            inscrits=[ligne["inscrits"] for ligne in lignes],
            seuil=scrutin.seuil,
            definitif=definitif,
        )
    return national, [ligne | {"votants": montre} for ligne, montre in zip(lignes, montres, strict=True)]


def _parts(scrutin: Scrutin, college: str) -> list[tuple[int, int, int]]:
    return list(
        Rattachement.objects.filter(scrutin=scrutin, college=college)
        .values_list("section__federation", "urne")
        .annotate(n=Sum("inscrits"))
    )


def _lignes(scrutin: Scrutin, college: str) -> list[dict]:
    parts = _parts(scrutin, college)
    federations = Federation.objects.in_bulk({f for f, _, _ in parts})
    effectifs: dict[int, int] = defaultdict(int)
    for federation, _, inscrits in parts:
        effectifs[federation] += inscrits
    lignes = [
        {
            "code": "" if len(groupe) > 1 else federations[groupe[0]].code,
            "nom": ", ".join(federations[f].nom for f in groupe),
            "federations": [federations[f].code for f in groupe],
            "inscrits": sum(effectifs[f] for f in groupe),
        }
        for groupe in groupes(parts, maillage=scrutin.maillage, seuil=scrutin.seuil)
    ]
    return sorted(lignes, key=lambda ligne: (ligne["code"] == "", ligne["federations"]))


def _votants(scrutin: Scrutin, college: str) -> dict[str, int]:
    """Voters by federation code; a shared box counts for one of its federations, which share a line."""
    with connection.cursor() as curseur:
        if scrutin.maillage == Scrutin.Maillage.NATIONAL:
            curseur.execute(_VOTANTS_PAR_PERSONNE, [scrutin.pk, college])
        else:
            curseur.execute(_VOTANTS_PAR_URNE, [scrutin.pk, college])
        return dict(curseur.fetchall())


_VOTANTS_PAR_PERSONNE = """
SELECT f.code, count(*)
FROM consultation_emargement e
JOIN consultation_inscription i ON i.id = e.inscription_id
JOIN territoire_section s ON s.id = i.section_id
JOIN territoire_federation f ON f.id = s.federation_id
WHERE e.urne_id IN (SELECT id FROM consultation_urne WHERE scrutin_id = %s AND college = %s)
GROUP BY f.code
"""

_VOTANTS_PAR_URNE = """
SELECT code, sum(emarges)::int FROM (
    SELECT u.emarges, min(f.code) AS code
    FROM consultation_urne u
    JOIN consultation_rattachement r ON r.urne_id = u.id
    JOIN territoire_section s ON s.id = r.section_id
    JOIN territoire_federation f ON f.id = s.federation_id
    WHERE u.scrutin_id = %s AND u.college = %s
    GROUP BY u.id
) l GROUP BY code
"""

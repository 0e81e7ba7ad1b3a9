"""The result of a counted vote: national and by federation, from what the boxes' Result events say.

A line is what participation publishes (`consultation.participation`): a federation, or several
that share a box.  Where the vote has one national box there is one result, the national one, and
lines tell participation only.  A line whose participation is hidden shows no result either: its
archive is public and anybody may add it up, so this hides nothing from who looks for it; it keeps
figures about a handful of people from being copied around.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from consultation.models import Question, Releve, Scrutin
from consultation.models.liste import College
from consultation.participation import LigneParticipation, Participation, de_releve

# Box → counts, question by question, cell by cell, as the protocol gives them.
Cellules = list[list[int]]


@dataclass(frozen=True)
class Sujet:
    """What a question asks, and where the protocol's cells put its blank votes."""

    intitule: str
    reponses: tuple[str, ...]
    blanc: str  # "" (no blank vote), "reponse" (last cell), "drapeau" (first cell)
    choix_multiple: bool

    @classmethod
    def de(cls, question: Question) -> Sujet:
        genre = "reponse" if question.blanc_est_une_reponse else "drapeau" if question.blanc else ""
        textes = tuple(o.texte for o in question.options.all())
        return cls(question.intitule, textes, genre, question.maximum > 1)


@dataclass(frozen=True)
class Reponse:
    texte: str
    voix: int
    part: float
    """Of the expressed votes, 0 to 1 (several may be ticked: parts then add up to more)."""


@dataclass(frozen=True)
class Decompte:
    """One question in one place: voters, blank votes (None where there is no blank), expressed, answers."""

    sujet: Sujet
    votants: int
    blancs: int | None
    exprimes: int
    reponses: tuple[Reponse, ...]

    @property
    def en_tete(self) -> list[Reponse]:
        """The answer with most votes; several when they tie, none when nobody expressed a vote."""
        maximum = max((r.voix for r in self.reponses), default=0)
        return [r for r in self.reponses if r.voix == maximum] if maximum else []


@dataclass(frozen=True)
class Ligne:
    """One federation (or group): `decomptes` is None where the result is hidden or not kept apart."""

    participation: LigneParticipation
    decomptes: tuple[Decompte, ...] | None
    urnes: tuple[str, ...]
    """Identifiers of its boxes, whose archives make these figures."""


@dataclass(frozen=True)
class UrneComptee:
    uuid: str
    nom: str
    college: str
    inscrits: int
    votants: int
    hauteur: int
    tete: str
    cellules: Cellules
    federations: tuple[str, ...]


@dataclass(frozen=True)
class Resultat:
    """One college's result; `nationaux` is None when a consultative college is under the threshold."""

    college: str
    inscrits: int
    votants: int
    nationaux: tuple[Decompte, ...] | None
    lignes: tuple[Ligne, ...]
    urnes: tuple[UrneComptee, ...]
    par_federation: bool
    participation: Participation

    @property
    def part(self) -> float:
        return self.votants / self.inscrits if self.inscrits else 0.0

    @property
    def masquees(self) -> list[Ligne]:
        return [x for x in self.lignes if x.participation.votants is None]

    @property
    def est_consultatif(self) -> bool:
        return self.college == College.CONSULTATIF


# --- Calculation --------------------------------------------------------------------------------


def decompter(sujet: Sujet, cellules: Sequence[int], votants: int) -> Decompte:
    """From the protocol's cells of one question to voters, blank, expressed and answers."""
    if sujet.blanc == "drapeau":
        blancs, voix = cellules[0], cellules[1:]
    elif sujet.blanc == "reponse":
        blancs, voix = cellules[-1], cellules[:-1]
    else:
        blancs, voix = None, cellules
    exprimes = votants - (blancs or 0)
    return Decompte(
        sujet=sujet,
        votants=votants,
        blancs=blancs,
        exprimes=exprimes,
        reponses=tuple(
            Reponse(texte, nombre, nombre / exprimes if exprimes else 0.0)
            for texte, nombre in zip(sujet.reponses, voix, strict=True)
        ),
    )


def additionner(tables: Sequence[Cellules], sujets: Sequence[Sujet]) -> Cellules:
    """Cell-wise sum; zeros for no table at all."""
    return [
        [sum(t[q][i] for t in tables) for i in range(len(s.reponses) + bool(s.blanc))]
        for q, s in enumerate(sujets)
    ]


def assembler(
    sujets: Sequence[Sujet],
    urnes: Sequence[UrneComptee],
    participation: Participation,
    *,
    college: str,
    seuil: int,
    par_federation: bool,
) -> Resultat:
    """The result of one college from its counted boxes and its final participation.

    `par_federation` is False where one national box holds all federations.
    """
    votants = sum(u.votants for u in urnes)
    total = additionner([u.cellules for u in urnes], sujets)
    lignes = []
    for ligne in participation.federations:
        siennes = [u for u in urnes if set(u.federations) <= set(ligne.federations)] if par_federation else []
        decomptes = None
        # The boxes found must be those that voted there: a section may have changed federation since.
        if siennes and ligne.votants == sum(u.votants for u in siennes):
            somme = additionner([u.cellules for u in siennes], sujets)
            decomptes = tuple(decompter(s, c, ligne.votants) for s, c in zip(sujets, somme, strict=True))
        lignes.append(Ligne(ligne, decomptes, tuple(u.uuid for u in siennes)))
    # A vote must have its result, however few they were; an opinion of a few may stay unsaid.
    tait = college == College.CONSULTATIF and votants < seuil
    return Resultat(
        college=college,
        inscrits=participation.nationale.inscrits,
        votants=votants,
        nationaux=None
        if tait
        else tuple(decompter(s, c, votants) for s, c in zip(sujets, total, strict=True)),
        lignes=tuple(lignes),
        urnes=tuple(urnes),
        par_federation=par_federation,
        participation=participation,
    )


# --- Reading ------------------------------------------------------------------------------------


_URNES = """
SELECT u.uuid, u.nom, u.college, u.inscrits, u.emarges, u.hauteur, u.tete, e.donnees[1], l.federations
FROM consultation_urne u
JOIN consultation_evenement e ON e.urne_id = u.id AND e.type = 'Result'
JOIN (
    SELECT r.urne_id, array_agg(DISTINCT f.code) AS federations
    FROM consultation_rattachement r
    JOIN territoire_section s ON s.id = r.section_id
    JOIN territoire_federation f ON f.id = s.federation_id
    WHERE r.scrutin_id = %s GROUP BY 1) l ON l.urne_id = u.id
WHERE u.scrutin_id = %s
ORDER BY u.college DESC, u.nom
"""


def lire(scrutin: Scrutin) -> list[Resultat]:
    """The results of a counted vote, deliberative college first; four queries whatever its size."""
    sujets = [Sujet.de(q) for q in scrutin.questions.prefetch_related("options")]
    releves = {r.college: r for r in Releve.objects.filter(scrutin=scrutin, definitif=True)}
    with connection.cursor() as curseur:
        curseur.execute(_URNES, [scrutin.pk, scrutin.pk])
        urnes = [
            UrneComptee(*ligne[:7], json.loads(ligne[7])["result"], tuple(ligne[8]))
            for ligne in curseur.fetchall()
        ]
    return [
        assembler(
            sujets,
            [u for u in urnes if u.college == college],
            de_releve(releves[college]),
            college=college,
            seuil=scrutin.seuil,
            par_federation=scrutin.maillage != Scrutin.Maillage.NATIONAL,
        )
        for college in sorted(releves, reverse=True)
    ]

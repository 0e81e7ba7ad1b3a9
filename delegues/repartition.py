"""From the members of sections to their seats, through federations: the whole computation, kept in figures."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from delegues.sieges import HONDT, RESTES, Repartie, RepartitionImpossible, par_tranche, repartir, trancher

TRANCHE, TOTAL = "tranche", "total"
NATIONAL = "federations"


@dataclass(frozen=True)
class Parametres:
    """The rule of seats: `tranche` members a seat, or `total` seats shared by `methode`; floors and ties."""

    regle: str
    tranche: int = 0
    total: int = 0
    methode: str = RESTES
    plancher: int = 0
    egalite: str = "refuser"
    graine: str = ""


@dataclass(frozen=True)
class Comptee:
    """A section with members who count."""

    code: str
    federation: str
    effectif: int


@dataclass(frozen=True)
class Ligne:
    """What a section or a federation gets; `detail` holds JSON values that `delegues.explications` reads."""

    effectif: int
    sieges: int
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Calcul:
    """`federations` and `sections` by code; `egalites` as `Repartition.egalites` keeps them."""

    federations: dict[str, Ligne]
    sections: dict[str, Ligne]
    egalites: list[dict[str, Any]]

    @property
    def sieges(self) -> int:
        return sum(ligne.sieges for ligne in self.sections.values())


def calculer(sections: Iterable[Comptee], regles: Parametres) -> Calcul:
    """Seats of each section; those of a tie that the rule refuses to settle are shared by nobody.

    With a national total, federations come first, each with the floors of its sections as its
    own floor, then each one shares its seats among its sections.  Raises `RepartitionImpossible`.
    """
    par_federation: dict[str, dict[str, int]] = {}
    for section in sections:
        par_federation.setdefault(section.federation, {})[section.code] = section.effectif
    if not par_federation:
        raise RepartitionImpossible("Personne ne remplit les conditions à la date de référence.")
    if regles.regle == TRANCHE:
        return _par_tranche(par_federation, regles)
    return _par_total(par_federation, regles)


def _par_tranche(par_federation: Mapping[str, Mapping[str, int]], regles: Parametres) -> Calcul:
    federations, lignes = {}, {}
    for federation, effectifs in par_federation.items():
        sieges = par_tranche(effectifs, regles.tranche, regles.plancher)
        for code, effectif in effectifs.items():
            lignes[code] = Ligne(
                effectif,
                sieges[code],
                {
                    "regle": TRANCHE,
                    "tranche": regles.tranche,
                    "tranches": -(-effectif // regles.tranche),
                    "plancher": regles.plancher,
                },
            )
        federations[federation] = Ligne(
            sum(effectifs.values()), sum(sieges.values()), {"regle": TRANCHE, "sections": len(effectifs)}
        )
    return Calcul(federations, lignes, [])


def _par_total(par_federation: Mapping[str, Mapping[str, int]], regles: Parametres) -> Calcul:
    national = repartir(
        {federation: sum(effectifs.values()) for federation, effectifs in par_federation.items()},
        regles.total,
        regles.methode,
        {federation: regles.plancher * len(effectifs) for federation, effectifs in par_federation.items()},
    )
    egalites: list[dict[str, Any]] = []
    national = _trancher(national, NATIONAL, regles, egalites)
    federations = _lignes(national)
    sections: dict[str, Ligne] = {}
    for federation, effectifs in par_federation.items():
        repartie = repartir(effectifs, national.sieges[federation], regles.methode, regles.plancher)
        sections |= _lignes(_trancher(repartie, federation, regles, egalites))
    return Calcul(federations, sections, egalites)


def _trancher(
    repartie: Repartie, niveau: str, regles: Parametres, egalites: list[dict[str, Any]]
) -> Repartie:
    if repartie.egalite is None:
        return repartie
    # A seed serves one tie: the level makes each draw another one.
    tranchee = trancher(repartie, regles.egalite, f"{regles.graine} {niveau}" if regles.graine else "")
    egalites.append(
        {
            "niveau": niveau,
            "codes": list(repartie.egalite.codes),
            "sieges": repartie.egalite.sieges,
            "tranchee_par": regles.egalite,
            "retenus": list(tranchee.retenus),
        }
    )
    return tranchee


def _lignes(repartie: Repartie) -> dict[str, Ligne]:
    """Each claimant's line with the figures that explain it."""
    sieges = sum(repartie.sieges.values())
    if repartie.egalite and not repartie.retenus:
        sieges += repartie.egalite.sieges
    commun = {
        "regle": TOTAL,
        "methode": repartie.methode,
        "sieges": sieges,
        "membres": sum(repartie.effectifs.values()),
        "seuil": _texte(repartie.seuil),
    }
    if repartie.quotients is not None:
        plus_haut = repartie.quotients.keys()
        commun["restants"] = sieges - sum(
            repartie.planchers[c] for c in repartie.effectifs if c not in plus_haut
        )
        commun["membres_restants"] = sum(repartie.effectifs[c] for c in plus_haut)
    a_egalite = set(repartie.egalite.codes) if repartie.egalite else set()
    lignes = {}
    for code, effectif in repartie.effectifs.items():
        detail = {
            **commun,
            "plancher": repartie.planchers[code],
            "au_plancher": code in repartie.au_plancher,
            "a_egalite": code in a_egalite,
            "retenu": code in repartie.retenus,
        }
        if repartie.quotients is not None:
            detail["quotient"] = _texte(repartie.quotients.get(code))
        else:
            pas = 1 if repartie.methode == HONDT else 2
            obtenus = repartie.sieges[code]
            detail["diviseurs"] = [pas * (obtenus - 1) + 1 if obtenus else None, pas * obtenus + 1]
        lignes[code] = Ligne(effectif, repartie.sieges[code], detail)
    return lignes


def _texte(fraction: Fraction | None) -> str | None:
    return None if fraction is None else str(fraction)


# --- What is published --------------------------------------------------------------------------


def table(regles: Mapping[str, Any], sections: Iterable[tuple[str, str, int, int]]) -> str:
    """The published table, as CSV: a line of rules, then code, federation, effectif, sieges.

    Its columns code and effectif are what `repartir_sieges` reads.
    """
    tampon = io.StringIO()
    redacteur = csv.writer(tampon, lineterminator="\n")
    redacteur.writerow(["# règles", *(f"{nom}={valeur}" for nom, valeur in sorted(regles.items()))])
    redacteur.writerow(("code", "federation", "effectif", "sieges"))
    redacteur.writerows(sorted(sections))
    return tampon.getvalue()


def empreinte(texte: str) -> str:
    return hashlib.sha256(texte.encode()).hexdigest()

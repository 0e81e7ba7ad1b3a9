"""Which rules of incompatibility a member falls under, with the facts that say so.

One definition for one person and for ten thousand: each rule is one query over a set of members.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from consultation.regles import jour
from delegues.models import Campagne, Delegation, Derogation, Incompatibilite
from delegues.models.mandats import DelegationQuerySet
from refondation.membres.models import Adherent, Mandat


@dataclass(frozen=True)
class Empechement:
    """A rule that applies to a member: why, and the exception granted if there is one."""

    incompatibilite: Incompatibilite
    constat: str
    derogation: Derogation | None = None

    @property
    def bloque(self) -> bool:
        return self.derogation is None


# Members concerned (ids) → the facts, one sentence for each member.
Constats = dict[int, str]


def incompatibilites_de(adherent: Adherent, campagne: Campagne) -> list[Empechement]:
    """The rules that this member falls under, those with an exception granted included (`bloque` False)."""
    return empechements(campagne, [adherent.pk]).get(adherent.pk, [])


def empechements(campagne: Campagne, adherents: Iterable[int]) -> dict[int, list[Empechement]]:
    """Member id → the rules of the campaign that apply, in their order; members under none are absent.

    `adherents`: ids, or a query set of ids.  At most three queries a rule, and two for all.
    """
    trouves: dict[int, list[Empechement]] = defaultdict(list)
    regles = list(campagne.incompatibilites.all())
    if not regles:
        return {}
    derogations = {
        (d.incompatibilite_id, d.adherent_id): d
        for d in Derogation.objects.filter(incompatibilite__in=regles, adherent__in=adherents)
    }
    for regle in regles:
        for adherent, constat in _CONSTATS[regle.genre](regle, campagne, adherents).items():
            trouves[adherent].append(Empechement(regle, constat, derogations.get((regle.pk, adherent))))
    return dict(trouves)


def periode(regle: Incompatibilite, campagne: Campagne) -> tuple[date, date]:
    """When the rule looks: its own dates, the delegate's mandate where it says none; the last day is out."""
    return regle.du or campagne.mandat_debut, regle.au or campagne.mandat_fin


def en_mots(regle: Incompatibilite, campagne: Campagne) -> str:
    """What the rule forbids, as a sentence for its readers."""
    du, au = periode(regle, campagne)
    quand = f"entre le {jour(du)} et le {jour(au)}"
    if regle.genre == Incompatibilite.Genre.FONCTION:
        fonctions = ", ".join(Mandat.Role(r).label for r in regle.parametres["roles"])
        return f"Ne pas exercer {quand} l'une de ces fonctions : {fonctions}."
    if regle.genre == Incompatibilite.Genre.SUCCESSIFS:
        return f"Ne pas avoir exercé {regle.parametres['au_plus']} mandat(s) de délégué·e à la suite juste avant."
    return f"Ne pas exercer {quand} un autre mandat de délégué·e."


# --- One function for each kind of rule ------------------------------------------------------------


def _fonction(regle: Incompatibilite, campagne: Campagne, adherents: Iterable[int]) -> Constats:
    """Those who hold one of the roles during the period, be it one day."""
    du, au = periode(regle, campagne)
    mandats = Mandat.objects.filter(
        Q(fin=None) | Q(fin__gt=du) & Q(fin__gt=F("debut")),
        debut__lt=au,
        role__in=regle.parametres["roles"],
        compte__adherent__in=adherents,
    ).order_by("debut", "pk")
    faits: dict[int, list[str]] = defaultdict(list)
    for role, debut, fin, adherent in mandats.values_list("role", "debut", "fin", "compte__adherent"):
        jusque = f" jusqu'au {jour(fin)}" if fin else ", sans fin prévue"
        faits[adherent].append(f"{Mandat.Role(role).label} depuis le {jour(debut)}{jusque}")
    return {adherent: f"{' ; '.join(lignes)}." for adherent, lignes in faits.items()}


def _successifs(regle: Incompatibilite, campagne: Campagne, adherents: Iterable[int]) -> Constats:
    """Those who were delegates, as holders, in each of the last `au_plus` campaigns."""
    au_plus = regle.parametres["au_plus"]
    precedentes = list(
        Campagne.objects.publiques()
        .exclude(etat=Campagne.Etat.ANNULEE)
        .filter(mandat_debut__lt=campagne.mandat_debut)
        .order_by("-mandat_debut", "-pk")
        .values_list("pk", "nom")[:au_plus]
    )
    if len(precedentes) < au_plus:
        return {}
    faits: dict[int, set[int]] = defaultdict(set)
    mandats = _tenus().filter(
        campagne__in=[pk for pk, _ in precedentes],
        adherent__in=adherents,
        qualite=Delegation.Qualite.TITULAIRE,
    )
    if regle.du:
        mandats = mandats.filter(debut__gte=regle.du)
    if regle.au:
        mandats = mandats.filter(debut__lt=regle.au)
    for adherent, tenue in mandats.values_list("adherent", "campagne"):
        faits[adherent].add(tenue)
    noms = ", ".join(nom for _, nom in precedentes)
    return {
        adherent: f"Délégué·e à chacune des dernières fois : {noms}."
        for adherent, tenues in faits.items()
        if len(tenues) == au_plus
    }


def _cumul(regle: Incompatibilite, campagne: Campagne, adherents: Iterable[int]) -> Constats:
    """Those whose delegate's mandate in another campaign runs during the period."""
    du, au = periode(regle, campagne)
    mandats = (
        _tenus()
        .exclude(campagne=campagne)
        .annotate(jusqu_a=Coalesce("fin", "campagne__mandat_fin"))
        .filter(debut__lt=au, jusqu_a__gt=du, adherent__in=adherents, qualite=Delegation.Qualite.TITULAIRE)
        .order_by("debut", "pk")
    )
    faits: dict[int, list[str]] = defaultdict(list)
    for adherent, nom, jusqu_a in mandats.values_list("adherent", "campagne__nom", "jusqu_a"):
        faits[adherent].append(f"{nom}, jusqu'au {jour(jusqu_a)}")
    return {adherent: f"Mandat de délégué·e : {' ; '.join(lignes)}." for adherent, lignes in faits.items()}


def _tenus() -> DelegationQuerySet:
    """Mandates that were really held: a rejected designation gave none, nor did one ended the day it began."""
    return Delegation.objects.filter(Q(fin=None) | Q(fin__gt=F("debut"))).exclude(
        cause=Delegation.Cause.INVALIDATION
    )


_CONSTATS: dict[str, Callable[[Incompatibilite, Campagne, Iterable[int]], Constats]] = {
    Incompatibilite.Genre.FONCTION: _fonction,
    Incompatibilite.Genre.SUCCESSIFS: _successifs,
    Incompatibilite.Genre.CUMUL: _cumul,
}

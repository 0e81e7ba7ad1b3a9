"""What the rules of the control find in signed minutes: each rule is a query or two over a whole campaign."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import CharField, Count, F, Func, Q, Value

from consultation.courriels import masquer
from delegues.anomalies import (
    DOMAINES_PUBLICS,
    MEMES_ADRESSES_MIN,
    MEMES_DOMAINES_MIN,
    MOIS_DE_CROISSANCE,
    Constat,
    Participation,
    croissance,
    participations_hors_du_commun,
)
from delegues.constats_personnes import candidatures, doubles, eligibilite, incompatibilites
from delegues.eligibilite import reculer
from delegues.models import Elu, ProcesVerbal, Voix
from delegues.parite import Regles, ecarts_de_parite
from delegues.portee import Portee
from refondation.membres.models import AdherentQuerySet

_TITULAIRE = Elu.Qualite.TITULAIRE


def constats(portee: Portee, suivre: Callable[[int, int], None] | None = None) -> Iterator[Constat]:
    """All that the rules find; `suivre(done, total)` is called after each group of rules."""
    for rang, calcul in enumerate(CALCULS, 1):
        yield from calcul(portee)
        if suivre:
            suivre(rang, len(CALCULS))


# --- Each set of minutes ---------------------------------------------------------------------------


def _sieges(portee: Portee) -> Iterator[Constat]:
    trop = (
        portee.elus()
        .filter(qualite=_TITULAIRE)
        .values("proces_verbal__designation", "proces_verbal__designation__sieges")
        .annotate(elus=Count("pk"))
        .filter(elus__gt=F("proces_verbal__designation__sieges"))
        .values_list("proces_verbal__designation", "proces_verbal__designation__sieges", "elus")
    )
    for designation, sieges, elus in trop:
        yield Constat(designation, "sieges", None, {"elus": elus, "sieges": sieges})


def _parite(portee: Portee) -> Iterator[Constat]:
    """The gaps that those who stood and had votes could have filled."""
    campagne = portee.campagne
    ecarts = {}
    for designation, sieges, genres in (
        portee.elus()
        .filter(qualite=_TITULAIRE)
        .values("proces_verbal__designation", "proces_verbal__designation__sieges")
        .annotate(genres=ArrayAgg("candidature__adherent__genre", order_by="rang"))
        .values_list("proces_verbal__designation", "proces_verbal__designation__sieges", "genres")
    ):
        regles = Regles(sieges, campagne.candidatures, campagne.parite, campagne.quota)
        if ecarts_de_parite(genres, regles):
            ecarts[designation] = genres, regles
    candidats = dict(
        Voix.objects.filter(
            proces_verbal__etat=ProcesVerbal.Etat.VERROUILLE,
            proces_verbal__designation__in=ecarts,
            nombre__gt=0,
        )
        .order_by()
        .values("proces_verbal__designation")
        .annotate(genres=ArrayAgg("liste__candidatures__adherent__genre"))
        .values_list("proces_verbal__designation", "genres")
    )
    for designation, (genres, regles) in ecarts.items():
        phrases = ecarts_de_parite(genres, regles, candidats=candidats.get(designation))
        if phrases:
            yield Constat(designation, "parite", None, {"ecarts": phrases})


def _comptes(portee: Portee) -> Iterator[Constat]:
    """Attendance above the roll; in an assembly, votes above attendance; votes above the roll."""
    presents = dict(
        portee.presences()
        .filter(present=True)
        .values("proces_verbal__designation")
        .annotate(n=Count("pk"))
        .values_list("proces_verbal__designation", "n")
    )
    for designation, votants, inscrits in portee.proces_verbaux().values_list(
        "designation", "votants", "inscrits"
    ):
        pointes = presents.get(designation, 0)
        if pointes > inscrits:
            yield Constat(designation, "presents", None, {"presents": pointes, "inscrits": inscrits})
        # No one is ticked in a vote online.
        base, de = (pointes, "présent·es") if pointes and pointes < inscrits else (inscrits, "inscrit·es")
        if votants > base:
            yield Constat(designation, "votants", None, {"votants": votants, "base": base, "de": de})


def _participation(portee: Portee) -> Iterator[Constat]:
    """Turnout among the minutes of the federation, even when one designation is looked at."""
    lignes = Portee(portee.campagne).proces_verbaux()
    if portee.designation is not None:
        lignes = lignes.filter(designation__section__federation=portee.designation.federation)
    trouves = participations_hors_du_commun(
        Participation(*ligne)
        for ligne in lignes.order_by().values_list(
            "designation", "designation__section__federation", "votants", "inscrits"
        )
    )
    for constat in trouves:
        if portee.designation is None or constat.designation == portee.designation.pk:
            yield constat


# --- The roll of each section -----------------------------------------------------------------------


def _croissance(portee: Portee) -> Iterator[Constat]:
    jusqu_au = portee.campagne.reference_le
    depuis = reculer(jusqu_au, mois=MOIS_DE_CROISSANCE)

    def membres_au(jour: date) -> Q:
        return Q(adhesion_le__lte=jour) & (Q(sorti_le=None) | Q(sorti_le__gt=jour))

    effectifs = (
        portee.adherents()
        .values("section")
        .annotate(
            avant=Count("pk", filter=membres_au(depuis)), apres=Count("pk", filter=membres_au(jusqu_au))
        )
        .filter(apres__gt=F("avant"))
        .values_list("section", "avant", "apres")
    )
    designations = _par_section(portee)
    for section, avant, apres in effectifs:
        pour_cent = croissance(avant, apres, portee.campagne.croissance_max)
        if pour_cent is not None:
            preuve = {
                "avant": avant,
                "apres": apres,
                "pour_cent": pour_cent,
                "max": portee.campagne.croissance_max,
                "depuis_le": depuis.isoformat(),
                "jusqu_au": jusqu_au.isoformat(),
            }
            yield Constat(designations[section], "croissance", None, preuve)


def _adresses(portee: Portee) -> Iterator[Constat]:
    """Many new members with one address; most of them in one domain.  The register has no phone."""
    designations = _par_section(portee)
    nouveaux = _nouveaux(portee)
    groupes = (
        nouveaux.exclude(courriel="")
        .values("section", "courriel")
        .annotate(n=Count("pk"))
        .filter(n__gte=MEMES_ADRESSES_MIN)
        .order_by("section", "courriel")
        .values_list("section", "courriel", "n")
    )
    for section, adresse, n in groupes:
        yield Constat(designations[section], "adresse", None, {"adresse": masquer(adresse), "membres": n})
    domaines = (
        nouveaux.annotate(
            domaine=Func("courriel", Value("@"), Value(2), function="split_part", output_field=CharField())
        )
        .exclude(domaine__in=("", *DOMAINES_PUBLICS))
        .values("section", "domaine")
        .annotate(n=Count("pk"))
        .filter(n__gte=MEMES_DOMAINES_MIN)
        .order_by("section", "domaine")
        .values_list("section", "domaine", "n")
    )
    domaines = list(domaines)
    entrees = dict(
        nouveaux.filter(section__in={s for s, *_ in domaines})
        .values("section")
        .annotate(n=Count("pk"))
        .values_list("section", "n")
    )
    for section, domaine, n in domaines:
        if 2 * n > entrees[section]:
            preuve = {"domaine": domaine, "membres": n, "entrees": entrees[section]}
            yield Constat(designations[section], "domaine", None, preuve)


def _nouveaux(portee: Portee) -> AdherentQuerySet:
    jusqu_au = portee.campagne.reference_le
    depuis = reculer(jusqu_au, mois=MOIS_DE_CROISSANCE)
    return portee.adherents().filter(adhesion_le__gt=depuis, adhesion_le__lte=jusqu_au)


def _par_section(portee: Portee) -> dict[int, int]:
    """Section id → designation id, of the minutes looked at."""
    return dict(portee.proces_verbaux().order_by().values_list("designation__section", "designation"))


CALCULS: tuple[Callable[[Portee], Iterator[Constat]], ...] = (
    eligibilite,
    candidatures,
    incompatibilites,
    doubles,
    _sieges,
    _parite,
    _comptes,
    _participation,
    _croissance,
    _adresses,
)

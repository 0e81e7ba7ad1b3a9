"""What the rules of the control find in signed minutes: each rule is a query or two over a whole campaign."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import CharField, Count, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.utils import timezone

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
from delegues.eligibilite import Motif, adhesion_limite, motifs, motifs_de, reculer
from delegues.incompatibilites import empechements
from delegues.models import Campagne, Candidature, Designation, Elu, Liste, Presence, ProcesVerbal, Voix
from delegues.parite import Regles, ecarts_de_parite
from refondation.membres.models import Adherent, AdherentQuerySet, Changement
from refondation.territoire.models import Section

_TITULAIRE = Elu.Qualite.TITULAIRE


@dataclass(frozen=True)
class Portee:
    """The minutes in force looked at: those of a campaign, or of one of its designations."""

    campagne: Campagne
    designation: Designation | None = None

    def proces_verbaux(self) -> QuerySet[ProcesVerbal]:
        return ProcesVerbal.objects.filter(self._en_vigueur(""))

    def elus(self) -> QuerySet[Elu]:
        return Elu.objects.filter(self._en_vigueur("proces_verbal__")).order_by()

    def de_la_campagne(self) -> QuerySet[Elu]:
        """All the elected, even when one designation is looked at: what a person is elsewhere."""
        return Portee(self.campagne).elus()

    def presences(self) -> QuerySet[Presence]:
        return Presence.objects.filter(self._en_vigueur("proces_verbal__"))

    def adherents(self) -> AdherentQuerySet:
        """The members of the sections that sent these minutes."""
        sections = self.proces_verbaux().order_by().values("designation__section")
        return Adherent.objects.filter(section__in=sections, statut=Adherent.Statut.ADHERENT).order_by()

    def _en_vigueur(self, chemin: str) -> Q:
        portee = Q(**{f"{chemin}etat": ProcesVerbal.Etat.VERROUILLE})
        if self.designation is not None:
            return portee & Q(**{f"{chemin}designation": self.designation})
        return portee & Q(**{f"{chemin}designation__campagne": self.campagne})


def constats(portee: Portee, suivre: Callable[[int, int], None] | None = None) -> Iterator[Constat]:
    """All that the rules find; `suivre(done, total)` is called after each group of rules."""
    for rang, calcul in enumerate(CALCULS, 1):
        yield from calcul(portee)
        if suivre:
            suivre(rang, len(CALCULS))


# --- Each person elected --------------------------------------------------------------------------


def _eligibilite(portee: Portee) -> Iterator[Constat]:
    """Section, dues, seniority, status, exit: as the register stood on the day of the assembly.

    A move recorded afterwards neither mends nor breaks an election; a receipt found does mend it, since
    dues are asked for at the reference date.
    """
    demenage = Changement.objects.filter(
        adherent=OuterRef("candidature__adherent"),
        le__gt=OuterRef("proces_verbal__tenue_le"),
        avant__has_key="section_id",
    )
    suspects = list(
        portee.elus()
        .annotate(
            manque=motifs(
                portee.campagne,
                section=F("proces_verbal__designation__section"),
                adherent="candidature__adherent",
            ),
        )
        .filter(Q(manque__gt=0) | Exists(demenage))
        .values_list(
            "proces_verbal__designation",
            "proces_verbal__designation__section",
            "proces_verbal__tenue_le",
            "candidature__adherent",
        )
    )
    membres = Adherent.objects.in_bulk({adherent for *_, adherent in suspects})
    passe = _changements(membres)
    sections = Section.objects.in_bulk(
        {m.section_id for m in membres.values()}
        | {section for _, section, *_ in suspects}
        | {c.avant["section_id"] for cs in passe.values() for c in cs if "section_id" in c.avant}
    )
    for designation, section, tenue_le, adherent in suspects:
        membre = _tel_qu_alors(membres[adherent], passe.get(adherent, ()), tenue_le)
        membre.section = sections[membre.section_id]
        manque = motifs_de(membre, portee.campagne, sections[section])
        for regle, preuve in _dire_les_motifs(manque, membre, portee.campagne, tenue_le):
            yield Constat(designation, regle, adherent, preuve)


def _changements(membres: dict[int, Adherent]) -> dict[int, list[Changement]]:
    """For each of these members, the changes of the register, newest first."""
    passe: dict[int, list[Changement]] = defaultdict(list)
    for changement in Changement.objects.filter(adherent__in=membres).order_by("-le", "-pk"):
        passe[changement.adherent_id].append(changement)
    return passe


def _tel_qu_alors(membre: Adherent, changements: list[Changement], instant: datetime) -> Adherent:
    """A copy of the member, in the section and with the exit that the register gave at that moment."""
    alors = {"section_id": membre.section_id, "sorti_le": membre.sorti_le}
    for changement in changements:
        if changement.le <= instant:
            break
        alors |= {champ: changement.avant[champ] for champ in alors if champ in changement.avant}
    copie = Adherent(**{f.attname: getattr(membre, f.attname) for f in Adherent._meta.concrete_fields})
    copie.section_id, copie.sorti_le = alors["section_id"], alors["sorti_le"]
    return copie


def _dire_les_motifs(
    manque: int, membre: Adherent, campagne: Campagne, tenue_le: datetime
) -> Iterator[tuple[str, dict]]:
    if manque & Motif.SECTION:
        yield "section", {"code": membre.section.code, "nom": membre.section.nom}
    if manque & Motif.SORTI and membre.sorti_le and membre.sorti_le <= timezone.localdate(tenue_le):
        yield "sorti", {"sorti_le": membre.sorti_le.isoformat()}
    if manque & Motif.STATUT:
        yield "statut", {"statut": membre.get_statut_display()}
    if manque & Motif.ANCIENNETE:
        limite = adhesion_limite(campagne)
        yield (
            "anciennete",
            {"adhesion_le": membre.adhesion_le.isoformat(), "limite_le": limite.isoformat()},
        )
    if manque & Motif.COTISATION:
        a_jour_au = membre.a_jour_au.isoformat() if membre.a_jour_au else None
        yield "cotisation", {"a_jour_au": a_jour_au, "demandee_au": campagne.cotisation_au.isoformat()}


def _candidatures(portee: Portee) -> Iterator[Constat]:
    """Elected without a candidacy that stands in this section."""
    ici = Q(candidature__liste__designation=F("proces_verbal__designation"))
    debout = Q(candidature__etat=Candidature.Etat.ACCEPTEE, candidature__liste__etat=Liste.Etat.DEPOSEE)
    for designation, adherent, etat, liste, ailleurs, code in (
        portee.elus()
        .exclude(ici & debout)
        .values_list(
            "proces_verbal__designation",
            "candidature__adherent",
            "candidature__etat",
            "candidature__liste__etat",
            "candidature__liste__designation",
            "candidature__liste__designation__section__code",
        )
    ):
        preuve = {
            "candidature": Candidature.Etat(etat).label,
            "liste": Liste.Etat(liste).label,
            "ou": "" if ailleurs == designation else f" dans la section {code}",
        }
        yield Constat(designation, "non-candidat", adherent, preuve)


def _incompatibilites(portee: Portee) -> Iterator[Constat]:
    trouves = empechements(portee.campagne, portee.elus().values("candidature__adherent"))
    bloques = {pk: [e for e in liste if e.bloque] for pk, liste in trouves.items()}
    concernes = portee.elus().filter(candidature__adherent__in=[pk for pk, liste in bloques.items() if liste])
    for designation, adherent in concernes.values_list("proces_verbal__designation", "candidature__adherent"):
        for e in bloques[adherent]:
            regle = e.incompatibilite
            preuve = {"nom": regle.nom, "fondement": regle.fondement, "constat": e.constat}
            yield Constat(designation, "incompatible", adherent, preuve)


def _doubles(portee: Portee) -> Iterator[Constat]:
    """The same member, or two lines of the register that look like one person, elected twice."""
    par_membre: dict[int, list[str]] = defaultdict(list)
    par_identite: dict[tuple[str, date], list[tuple[int, str]]] = defaultdict(list)
    elues = portee.de_la_campagne()
    deux_fois = elues.values("candidature__adherent").annotate(n=Count("pk")).filter(n__gt=1)
    pareilles = (
        elues.filter(candidature__adherent__naissance__isnull=False)
        .values("candidature__adherent__recherche", "candidature__adherent__naissance")
        .annotate(n=Count("candidature__adherent", distinct=True))
        .filter(n__gt=1)
    )
    lignes = list(
        elues.filter(
            Q(candidature__adherent__in=deux_fois.values("candidature__adherent"))
            | Q(
                candidature__adherent__recherche__in=[
                    p["candidature__adherent__recherche"] for p in pareilles
                ]
            )
        )
        .order_by("proces_verbal__designation__section__code", "pk")
        .values_list(
            "proces_verbal__designation",
            "proces_verbal__designation__section__code",
            "candidature__adherent",
            "candidature__adherent__recherche",
            "candidature__adherent__naissance",
        )
    )
    for _, code, adherent, nom, naissance in lignes:
        par_membre[adherent].append(code)
        if naissance:
            par_identite[nom, naissance].append((adherent, code))
    for designation, code, adherent, nom, naissance in lignes:
        if portee.designation is not None and designation != portee.designation.pk:
            continue
        autres = list(par_membre[adherent])
        autres.remove(code)
        if autres:
            yield Constat(designation, "double", adherent, {"sections": autres})
        sosies = [c for qui, c in par_identite.get((nom, naissance), ()) if qui != adherent]
        if sosies:
            yield Constat(designation, "homonyme", adherent, {"sections": sosies})


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
    _eligibilite,
    _candidatures,
    _incompatibilites,
    _doubles,
    _sieges,
    _parite,
    _comptes,
    _participation,
    _croissance,
    _adresses,
)

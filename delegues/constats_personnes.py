"""What the rules find of each person elected: eligibility, candidacy, incompatibilities, elected twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

from delegues.anomalies import Constat
from delegues.eligibilite import Motif, adhesion_limite, motifs, motifs_de
from delegues.incompatibilites import empechements
from delegues.models import Campagne, Candidature, Liste
from delegues.portee import Portee
from refondation.membres.models import Adherent, Changement
from refondation.territoire.models import Section


def eligibilite(portee: Portee) -> Iterator[Constat]:
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


def candidatures(portee: Portee) -> Iterator[Constat]:
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


def incompatibilites(portee: Portee) -> Iterator[Constat]:
    trouves = empechements(portee.campagne, portee.elus().values("candidature__adherent"))
    bloques = {pk: [e for e in liste if e.bloque] for pk, liste in trouves.items()}
    concernes = portee.elus().filter(candidature__adherent__in=[pk for pk, liste in bloques.items() if liste])
    for designation, adherent in concernes.values_list("proces_verbal__designation", "candidature__adherent"):
        for e in bloques[adherent]:
            regle = e.incompatibilite
            preuve = {"nom": regle.nom, "fondement": regle.fondement, "constat": e.constat}
            yield Constat(designation, "incompatible", adherent, preuve)


def doubles(portee: Portee) -> Iterator[Constat]:
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

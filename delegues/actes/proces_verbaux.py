"""Drafting the minutes of a section, one step at a time; nothing typed is lost, nothing signed is touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from delegues.actes.assemblees import (
    exiger_une_assemblee,
    exiger_une_date_d_assemblee,
    verrouiller_designation,
)
from delegues.decompte import Decompte, ecarts
from delegues.designes import listes_de, noms_permis
from delegues.emargement import liste_d_emargement, liste_de_presence
from delegues.models import Designation, Presence, ProcesVerbal, Voix
from delegues.regles import exiger_calendrier
from refondation.journal.actes import journaliser
from refondation.membres.models import Adherent, Compte
from refondation.membres.regles import ActeImpossible, exiger

# A device whose clock runs ahead would have the last word for ever: its ticks count as of now.
AVANCE_ADMISE = timedelta(minutes=5)

PERIME = (
    "Ce procès-verbal a changé depuis l'ouverture de cette page : quelqu'un d'autre, ou un autre onglet, "
    "l'a enregistré. Rien n'est perdu : ce que vous avez saisi est encore là. Relisez-le, puis enregistrez."
)


def commencer_proces_verbal(
    *, designation: Designation, par: Compte, instant: datetime | None = None
) -> ProcesVerbal:
    """Begin the draft of a section that holds an assembly, with what its call already said.

    A draft already begun is returned as it is, so that a double click makes one.  Raises
    `ActeImpossible`: `interdit`, the calendar's, `en_ligne`, `deja_signe`.
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        designation = verrouiller_designation(designation)
        exiger(par, "delegues.conduire", designation)
        exiger_calendrier(designation.campagne, "rediger", instant)
        exiger_une_assemblee(designation)
        en_cours = designation.proces_verbaux.filter(
            etat__in=(ProcesVerbal.Etat.BROUILLON, ProcesVerbal.Etat.A_CONTRESIGNER)
        ).first()
        if en_cours is not None:
            return en_cours
        if designation.proces_verbaux.en_vigueur().exists():
            raise ActeImpossible(
                "Le procès-verbal de cette section est signé. Pour le corriger, rédigez un rectificatif.",
                code="deja_signe",
            )
        tenue = designation.est_tenue(instant)
        pv = ProcesVerbal.objects.create(
            designation=designation,
            redacteur=par,
            inscrits=liste_d_emargement(designation).count(),
            tenue_le=designation.assemblee_le if tenue else None,
            lieu=designation.lieu,
            commence_le=instant,
        )
        journaliser(acte="delegues.commencer_proces_verbal", par=par, objet=pv, instant=instant)
    return pv


def verrouiller_le_brouillon(
    proces_verbal: ProcesVerbal, *, par: Compte, instant: datetime, version: int | None
) -> ProcesVerbal:
    """The draft, locked after its designation, for who runs the section and in the window.

    `version`: the one that the page showed; None for what does not overwrite (ticks, papers).
    """
    designation = verrouiller_designation(proces_verbal.designation)
    exiger(par, "delegues.conduire", designation)
    pv = (
        ProcesVerbal.objects.select_for_update(of=("self",))
        .select_related("rectifie", "redacteur__adherent", "president", "contresignataire")
        .get(pk=proces_verbal.pk)
    )
    pv.designation = designation
    exiger_calendrier(designation.campagne, "rectifier" if pv.rectifie_id else "rediger", instant)
    if pv.etat != ProcesVerbal.Etat.BROUILLON:
        raise ActeImpossible(
            f"Ce procès-verbal est « {pv.get_etat_display().lower()} » : il ne se modifie plus ainsi. "
            "Reprenez-le, ou rédigez un rectificatif s'il est signé.",
            code="etat",
        )
    if version is not None and version != pv.version:
        raise ActeImpossible(PERIME, code="perime")
    return pv


def _enregistrer(pv: ProcesVerbal, *champs: str) -> None:
    pv.version += 1
    pv.save(update_fields=["version", *champs])


def noter_la_seance(
    *,
    proces_verbal: ProcesVerbal,
    tenue_le: datetime,
    lieu: str,
    version: int,
    par: Compte,
    instant: datetime | None = None,
) -> ProcesVerbal:
    """When and where the assembly was held.  Raises `date`, `a_venir`, `lieu`, and those of drafts."""
    instant = instant or timezone.now()
    with transaction.atomic():
        pv = verrouiller_le_brouillon(proces_verbal, par=par, instant=instant, version=version)
        exiger_une_assemblee(pv.designation)
        exiger_une_date_d_assemblee(pv.designation.campagne, tenue_le)
        if tenue_le > instant:
            raise ActeImpossible(
                "Cette heure n'est pas encore passée. Notez l'heure à laquelle l'assemblée s'est ouverte.",
                code="a_venir",
                statut=400,
            )
        if not lieu.strip():
            raise ActeImpossible("Donnez le lieu de l'assemblée.", code="lieu", statut=400)
        pv.tenue_le, pv.lieu = tenue_le, lieu.strip()
        _enregistrer(pv, "tenue_le", "lieu")
        journaliser(acte="delegues.noter_la_seance", par=par, objet=pv, instant=instant)
    return pv


class Pointage(NamedTuple):
    """One tick: who (id of a member), present or not, and the clock of the device in milliseconds."""

    adherent: int
    present: bool
    marque: int


def pointer_presences(
    *,
    proces_verbal: ProcesVerbal,
    pointages: Iterable[Pointage],
    par: Compte,
    instant: datetime | None = None,
) -> list[int]:
    """Tick the attendance list, in one batch; the ids that are not on it, which are left out.

    Of two ticks of one person the later by the device's clock stays, whichever arrives last: the
    same batch sent twice, or late after a lost connection, changes nothing.
    """
    instant = instant or timezone.now()
    plafond = int((instant + AVANCE_ADMISE).timestamp() * 1000)
    derniers: dict[int, Pointage] = {}
    for p in pointages:
        borne = p._replace(marque=min(p.marque, plafond))
        if p.adherent not in derniers or derniers[p.adherent].marque <= borne.marque:
            derniers[p.adherent] = borne
    with transaction.atomic():
        pv = verrouiller_le_brouillon(proces_verbal, par=par, instant=instant, version=None)
        exiger_une_assemblee(pv.designation)
        admis = set(liste_de_presence(pv).filter(pk__in=derniers).values_list("pk", flat=True))
        connus = {p.adherent_id: p for p in pv.presences.filter(adherent__in=admis)}
        nouveaux, changes = [], []
        for pk in sorted(admis):
            p = derniers[pk]
            if pk not in connus:
                nouveaux.append(
                    Presence(proces_verbal=pv, adherent_id=pk, present=p.present, marque=p.marque)
                )
            elif connus[pk].marque < p.marque:
                connus[pk].present, connus[pk].marque = p.present, p.marque
                changes.append(connus[pk])
        Presence.objects.bulk_create(nouveaux)
        Presence.objects.bulk_update(changes, ["present", "marque"])
        if nouveaux or changes:
            journaliser(
                acte="delegues.pointer_presences",
                par=par,
                objet=pv,
                instant=instant,
                details={"pointages": len(nouveaux) + len(changes)},
            )
    return sorted(set(derniers) - admis)


def noter_le_depouillement(
    *,
    proces_verbal: ProcesVerbal,
    votants: int,
    blancs: int,
    nuls: int,
    voix: Mapping[int, int],
    version: int,
    par: Compte,
    instant: datetime | None = None,
) -> ProcesVerbal:
    """The count: `voix` for each candidacy that stands (id → votes), none missing and none more.

    Attendance is compared at the signature, since the phone that holds it may still be without
    network.  Raises `decompte` (status 400, the sentences), `candidatures`, and those of drafts.
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        pv = verrouiller_le_brouillon(proces_verbal, par=par, instant=instant, version=version)
        exiger_une_assemblee(pv.designation)
        listes = listes_de(pv.designation)
        if set(voix) != {liste.pk for liste in listes}:
            raise ActeImpossible(
                "La liste des candidatures a changé. Rechargez cette page, puis saisissez les voix.",
                code="candidatures",
            )
        pv.inscrits = liste_de_presence(pv).count()
        noms = noms_permis(pv.designation, listes)
        defauts = ecarts(
            Decompte(
                inscrits=pv.inscrits, presents=None, votants=votants, blancs=blancs, nuls=nuls,
                noms=noms, voix=voix,
            )
        )  # fmt: skip
        if defauts:
            raise ActeImpossible(" ".join(defauts), code="decompte", statut=400)
        pv.votants, pv.blancs, pv.nuls = votants, blancs, nuls
        _enregistrer(pv, "inscrits", "votants", "blancs", "nuls")
        Voix.objects.filter(proces_verbal=pv).exclude(liste__in=voix).delete()
        Voix.objects.bulk_create(
            [Voix(proces_verbal=pv, liste_id=pk, nombre=n) for pk, n in voix.items()],
            update_conflicts=True,
            unique_fields=["proces_verbal", "liste"],
            update_fields=["nombre"],
        )
        journaliser(acte="delegues.noter_le_depouillement", par=par, objet=pv, instant=instant)
    return pv


def noter_les_incidents(
    *,
    proces_verbal: ProcesVerbal,
    incidents: str,
    sans_incident: bool,
    version: int,
    par: Compte,
    instant: datetime | None = None,
) -> ProcesVerbal:
    """What happened, or that nothing did: one of the two.  Raises `incidents`, and those of drafts."""
    instant = instant or timezone.now()
    incidents = incidents.strip()
    if bool(incidents) == sans_incident:
        raise ActeImpossible(
            "Racontez ce qui s'est passé, ou cochez « aucun incident » : l'un des deux, pas les deux.",
            code="incidents",
            statut=400,
        )
    with transaction.atomic():
        pv = verrouiller_le_brouillon(proces_verbal, par=par, instant=instant, version=version)
        pv.incidents, pv.sans_incident = incidents, sans_incident
        _enregistrer(pv, "incidents", "sans_incident")
        journaliser(acte="delegues.noter_les_incidents", par=par, objet=pv, instant=instant)
    return pv


def designer_le_bureau(
    *,
    proces_verbal: ProcesVerbal,
    contresignataire: Adherent,
    president: Adherent | None = None,
    version: int,
    par: Compte,
    instant: datetime | None = None,
) -> ProcesVerbal:
    """Name the second signatory, and who chaired: members of the section, the first one not its secretary.

    Raises `hors_section`, `secretaire`, `sans_adresse` (status 400), and those of drafts.
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        pv = verrouiller_le_brouillon(proces_verbal, par=par, instant=instant, version=version)
        for personne in filter(None, (contresignataire, president)):
            if personne.section_id != pv.designation.section_id or personne.sorti_le is not None:
                raise ActeImpossible(
                    f"{personne.prenom} {personne.nom} n'est pas membre de cette section.",
                    code="hors_section",
                    statut=400,
                )
        exiger_un_autre_signataire(pv, contresignataire, par)
        if not contresignataire.courriel:
            raise ActeImpossible(
                f"Le registre n'a pas d'adresse électronique pour {contresignataire.prenom} {contresignataire.nom}. "
                "Choisissez quelqu'un qui peut se connecter, ou faites enregistrer son adresse par la fédération.",
                code="sans_adresse",
                statut=400,
            )
        pv.contresignataire, pv.president = contresignataire, president
        _enregistrer(pv, "contresignataire", "president")
        journaliser(
            acte="delegues.designer_le_bureau",
            par=par,
            objet=pv,
            instant=instant,
            details={"contresignataire": contresignataire.pk},
        )
    return pv


def exiger_un_autre_signataire(pv: ProcesVerbal, contresignataire: Adherent, par: Compte) -> None:
    """Two signatures are two persons: the second is neither who drafted nor who signs first."""
    if contresignataire.pk in {pv.redacteur.adherent_id, par.adherent_id}:
        raise ActeImpossible(
            "La seconde signature est celle d'une autre personne que la ou le secrétaire.",
            code="secretaire",
            statut=400,
        )


def abandonner_le_brouillon(
    *, proces_verbal: ProcesVerbal, par: Compte, instant: datetime | None = None
) -> Designation:
    """Drop a draft begun by mistake, with all it holds; what was signed before stays in force."""
    from delegues.actes.pieces import effacer_les_pieces

    instant = instant or timezone.now()
    with transaction.atomic():
        pv = verrouiller_le_brouillon(proces_verbal, par=par, instant=instant, version=None)
        designation = pv.designation
        exiger_une_assemblee(designation)
        effacer_les_pieces(list(pv.pieces.all()))
        journaliser(
            acte="delegues.abandonner_le_brouillon",
            par=par,
            objet=pv,
            instant=instant,
            details={"rectifie": pv.rectifie.numero if pv.rectifie else ""},
        )
        pv.delete()
    return designation

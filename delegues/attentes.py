"""What campaigns ask of one person now, for the home page: signatures, answers, the section kept, the control."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from delegues.a_faire import A_FAIRE, taches, taches_en_ligne
from delegues.designes import listes_de
from delegues.models import Avis, Campagne, Candidature, Delegation, Deport, Designation, ProcesVerbal
from delegues.regles import est_possible
from refondation.interface.formats import jour, moment
from refondation.membres.models import Compte
from refondation.membres.regles import DROITS, peut


@dataclass(frozen=True)
class Attente:
    """Something that awaits the person: `etat` is the short words above the title, `action` those of the button."""

    etat: str
    titre: str
    texte: str
    url: str
    action: str


def attentes(compte: Compte, campagnes: Sequence[Campagne], *, instant: datetime) -> list[Attente]:
    """The most personal first: signatures and answers, then the section kept, then the control.

    `campagnes`: the open ones; without any, nothing is read.
    """
    if not campagnes:
        return []
    trouvees: list[Attente] = []
    if compte.adherent_id:
        trouvees += _signatures(compte)
        trouvees += _propositions(compte, instant)
        trouvees += _mandats(compte)
    trouvees += _sections_tenues(compte, campagnes, instant)
    if peut(compte, "delegues.controler"):
        trouvees += _controles(compte, campagnes, instant)
    return trouvees


def _signatures(compte: Compte) -> Iterator[Attente]:
    a_signer = ProcesVerbal.objects.filter(
        etat=ProcesVerbal.Etat.A_CONTRESIGNER,
        contresignataire=compte.adherent_id,
        designation__campagne__etat=Campagne.Etat.OUVERTE,
    ).select_related("designation__campagne", "designation__section")
    for pv in a_signer:
        limite = (
            pv.designation.campagne.controle_au
            if pv.rectifie_id
            else pv.designation.campagne.enregistrement_au
        )
        yield Attente(
            "Votre signature est attendue",
            f"Procès-verbal de {pv.designation.section.nom}",
            f"Relisez-le, puis signez avant le {moment(limite)}, ou dites ce qui ne va pas.",
            pv.get_absolute_url(),
            "Relire et signer",
        )


def _propositions(compte: Compte, instant: datetime) -> Iterator[Attente]:
    proposees = Candidature.objects.de(compte).filter(etat=Candidature.Etat.PROPOSEE).avec_leur_monde()
    for candidature in proposees:
        if est_possible(candidature.campagne, "accepter", instant):
            yield Attente(
                "Votre réponse est attendue",
                "On vous propose d'être candidat·e",
                f"Pour {candidature.section.nom}. Répondez avant le {moment(candidature.campagne.retraits_au)}.",
                reverse("delegues:repondre_connecte", args=[candidature.cle]),
                "Lire et répondre",
            )


def _mandats(compte: Compte) -> Iterator[Attente]:
    a_accepter = Delegation.objects.de(compte).ouvertes().filter(acceptee_le=None).avec_leur_monde()
    for delegation in a_accepter:
        yield Attente(
            "Un mandat vous attend",
            f"Vous êtes délégué·e de {delegation.section.nom}",
            f"{delegation.get_qualite_display()}, jusqu'au {jour(delegation.campagne.mandat_fin)}. "
            "Dites si vous acceptez.",
            delegation.get_absolute_url(),
            "Accepter mon mandat",
        )


def _sections_tenues(compte: Compte, campagnes: Sequence[Campagne], instant: datetime) -> Iterator[Attente]:
    """The first thing to do in each section that the account keeps."""
    _, sections, _ = compte.perimetres(DROITS["delegues.conduire"])
    if not sections:
        return
    tenues = Designation.objects.filter(section__in=sections, campagne__in=campagnes)
    for designation in tenues.avec_leur_section().select_related("scrutin"):
        en_cours = designation.proces_verbaux.select_related("contresignataire", "rectifie").first()
        lire = taches if designation.mode == Campagne.Mode.ASSEMBLEE else taches_en_ligne
        faire = lire(designation, en_cours, listes_de(designation), instant=instant)
        premiere = next((tache for tache in faire if tache.etat == A_FAIRE and tache.url), None)
        if premiere is not None:
            yield Attente(
                "Votre section",
                premiere.titre,
                premiere.phrase,
                designation.get_absolute_url(),
                f"Ouvrir {designation.section.nom}",
            )


def _controles(compte: Compte, campagnes: Sequence[Campagne], instant: datetime) -> Iterator[Attente]:
    """How many files this member of the commission may still give an opinion on."""
    for campagne in campagnes:
        if not est_possible(campagne, "controler", instant):
            continue
        nombre = _a_examiner(compte, campagne).count()
        if nombre:
            s = "s" if nombre > 1 else ""
            yield Attente(
                "Commission de récolement",
                f"{nombre} procès-verba{'ux attendent' if nombre > 1 else 'l attend'} un avis",
                f"Votre avis manque à {'ces' if s else 'ce'} dossier{s}. Deux avis qui concordent décident.",
                reverse("delegues:file", args=[campagne.slug]) + "?etat=recue",
                "Ouvrir la file",
            )


def _a_examiner(compte: Compte, campagne: Campagne) -> QuerySet[Designation]:
    """Received, out of the member's own federation, and without an opinion of theirs that counts."""
    donnes = Avis.objects.filter(
        compte=compte,
        perime=False,
        proces_verbal__designation=OuterRef("pk"),
        proces_verbal__etat=ProcesVerbal.Etat.VERROUILLE,
    )
    deportes = Deport.objects.filter(compte=compte).values("federation")
    designations = campagne.designations.filter(etat=Designation.Etat.RECUE).exclude(
        section__federation__in=deportes
    )
    if compte.adherent_id:
        designations = designations.exclude(section__federation=compte.adherent.section.federation_id)
    return designations.exclude(Exists(donnes))

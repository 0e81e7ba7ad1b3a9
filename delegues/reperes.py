"""Where a campaign stands for a member's own section: one line of their line of time on the home page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse

from delegues.models import Campagne, Candidature, Delegation, Designation
from delegues.regles import est_possible
from refondation.interface.formats import jour, moment
from refondation.membres.models import Compte


@dataclass(frozen=True)
class Repere:
    """`etat` in words, its `aspect` ("fait", "en-cours" or "": to come), one link, and the `date` that sorts it."""

    titre: str
    etat: str
    aspect: str
    detail: str
    url: str
    action: str
    date: datetime


def reperes(compte: Compte, *, instant: datetime) -> list[Repere]:
    """One line for each campaign that counts the member's section; nothing for who is no member."""
    if not compte.adherent_id:
        return []
    designations = list(
        Designation.objects.filter(section=compte.adherent.section_id)
        .exclude(campagne__etat=Campagne.Etat.ANNULEE)
        .avec_leur_section()
    )
    if not designations:
        return []
    candidatures = {c.campagne_id: c for c in Candidature.objects.de(compte).actives()}
    mandats = {d.campagne_id: d for d in Delegation.objects.de(compte).ouvertes().order_by("debut")}
    return [
        _le_mien(repere, designation, mandats[designation.campagne_id])
        if designation.campagne_id in mandats
        else _ma_candidature(repere, designation)
        if designation.campagne_id in candidatures and repere.aspect == "en-cours"
        else repere
        for designation in designations
        for repere in [de_la_section(designation, instant)]
    ]


def de_la_section(d: Designation, instant: datetime) -> Repere:
    """The same for each member of the section.  Reads `d.campagne` and `d.section`."""
    campagne = d.campagne
    base = Repere(
        titre=f"{d.section.nom} désigne {d.sieges} délégué·e{'s' if d.sieges > 1 else ''}",
        etat="En cours",
        aspect="en-cours",
        detail=_quand(d),
        url=reverse("delegues:candidatures", args=[campagne.slug, d.section.code]),
        action="Voir qui se présente",
        date=d.assemblee_le or campagne.assemblees_au,
    )
    if d.etat != Designation.Etat.ATTENDUE:
        detail = f"Procès-verbal {d.marque} : les chiffres et les personnes désignées sont publics."
        return replace(
            base, etat="Assemblée tenue", aspect="fait", detail=detail,
            url=d.get_absolute_url(), action="Lire le résultat",
        )  # fmt: skip
    if instant < campagne.candidatures_du:
        detail = f"Les candidatures ouvrent le {moment(campagne.candidatures_du)}."
        return replace(base, etat="À venir", aspect="", detail=detail, date=campagne.candidatures_du)
    if est_possible(campagne, "candidater", instant):
        return replace(
            base,
            etat="Les candidatures sont ouvertes",
            detail=f"Vous pouvez vous présenter jusqu'au {moment(campagne.candidatures_au)}.",
            url=reverse("delegues:candidater", args=[campagne.slug]),
            action="Puis-je être candidat·e ?",
            date=campagne.candidatures_au,
        )
    if campagne.etat != Campagne.Etat.OUVERTE or instant >= campagne.enregistrement_au:
        detail = "La section n'a rien transmis dans les délais."
        return replace(base, etat="Aucun procès-verbal", aspect="fait", detail=detail)
    return base


def _le_mien(repere: Repere, d: Designation, mandat: Delegation) -> Repere:
    """For a delegate: the card once the mandate is accepted."""
    accepte = mandat.acceptee_le is not None
    return replace(
        repere,
        etat="Vous êtes délégué·e",
        aspect="fait",
        detail=f"{mandat.get_qualite_display()} jusqu'au {jour(d.campagne.mandat_fin)}.",
        url=reverse("delegues:carte", args=[mandat.cle]) if accepte else mandat.get_absolute_url(),
        action="Montrer ma carte" if accepte else "Voir mon mandat",
    )


def _ma_candidature(repere: Repere, d: Designation) -> Repere:
    url = reverse("delegues:ma_candidature", args=[d.campagne.slug])
    return replace(
        repere, etat="Vous êtes candidat·e", url=url, action="Voir ma candidature", detail=_quand(d)
    )


def _quand(d: Designation) -> str:
    if d.mode == Campagne.Mode.EN_LIGNE:
        return "La section vote en ligne."
    if d.assemblee_le is None:
        return f"Assemblée à convoquer avant le {moment(d.campagne.assemblees_au)}."
    return f"Assemblée {moment(d.assemblee_le)}, {d.lieu}."

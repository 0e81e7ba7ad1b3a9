"""The campaign of delegates in the demonstration: the same every time, in mid-course, with something for each role."""

from __future__ import annotations

from collections import Counter

from django.db.models import Count

from delegues.models import (
    Anomalie,
    Assemblee,
    Campagne,
    Constat,
    Delegation,
    Designation,
    Echange,
    Engagement,
    Piece,
    ProcesVerbal,
)
from delegues.proces_verbal import empreinte_de
from delegues.recolement import motif_de_recusation
from delegues.regles import est_possible
from refondation.demo import comptes
from refondation.demo.distribution import SECTION, SLUG
from refondation.membres.models import Compte

ETATS = {"attendue": 1170, "recue": 17, "validee": 8, "contestee": 3, "incomplete": 2, "rejetee": 1}
SIEGES = 1441
ANOMALIES = {
    "croissance": 3,
    "section": 1,
    "domaine": 1,
    "incompatible": 1,
    "participation": 1,
    "cotisation": 1,
}
PROCES_VERBAUX = {"verrouille": 31, "brouillon": 2, "a-contresigner": 1}


def verifier_la_campagne() -> None:
    """Called once the demonstration is loaded, which takes long."""
    campagne = Campagne.objects.get()
    tous = {c.personnage.cle: c.compte for c in comptes.lire()}
    assert (campagne.slug, campagne.etat) == (SLUG, Campagne.Etat.OUVERTE)
    _verifier_les_chiffres(campagne)
    _verifier_ce_qui_est_signe()
    _verifier_la_section_du_visiteur(campagne, tous)
    _verifier_la_commission(campagne, tous)
    _verifier_les_mandats(campagne, tous)


def _verifier_les_chiffres(campagne: Campagne) -> None:
    designations = campagne.designations.select_related("section__federation")
    assert Counter(d.etat for d in designations) == ETATS
    assert sum(d.sieges for d in designations) == campagne.total == SIEGES
    # Every federation where somebody counts: one of the 108 has no member in the demonstration.
    assert len({d.section.federation_id for d in designations}) == 107
    assert Counter(Anomalie.objects.values_list("regle", flat=True)) == ANOMALIES
    assert Counter(ProcesVerbal.objects.values_list("etat", flat=True)) == PROCES_VERBAUX
    genres = set(Echange.objects.values_list("genre", flat=True))
    assert genres == {"demande", "contestation", "decision", "recours"}
    assert Constat.objects.count() == 0
    # Each person who stood took the commitment, and its text is the campaign's.
    assert set(Engagement.objects.values_list("empreinte", flat=True)) == {campagne.engagement_empreinte}


def _verifier_ce_qui_est_signe() -> None:
    for pv in ProcesVerbal.objects.exclude(empreinte="").select_related("redacteur__adherent"):
        assert empreinte_de(pv.contenu) == pv.empreinte
        assert pv.redacteur.adherent != pv.contresignataire
    # In one section all who stood had as many votes: the elder came first, and the minutes tell.
    egales = ProcesVerbal.objects.filter(etat="verrouille").annotate(
        combien=Count("voix__nombre", distinct=True), listes=Count("voix")
    )
    egalite = egales.filter(combien=1, listes__gt=6).get()
    for elu in egalite.elus.filter(qualite="titulaire"):
        assert "à égalité, ordre donné par l'âge" in elu.explication
    assert Piece.objects.count() == 5
    # Online: what the box gave is in the draft, and nobody is named to sign second.
    en_ligne = ProcesVerbal.objects.get(designation__mode=Campagne.Mode.EN_LIGNE)
    assert (en_ligne.etat, en_ligne.contresignataire) == ("brouillon", None)
    assert en_ligne.designation.scrutin.etat == "publie"
    assert sum(en_ligne.voix.values_list("nombre", flat=True)) > 0


def _verifier_la_section_du_visiteur(campagne: Campagne, tous: dict[str, Compte]) -> None:
    """Ready to register: candidates in drawn order, the assembly today, nothing recorded."""
    designation = Designation.objects.get(section__code=SECTION)
    debut = comptes.fiche()["debut"]
    assert designation.sieges == 4
    assert designation.etat == Designation.Etat.ATTENDUE
    assert designation.assemblee_le.isoformat() <= debut
    assert not designation.proces_verbaux.exists()
    listes = list(designation.listes.publiees().order_by("rang"))
    assert [liste.rang for liste in listes] == [1, 2, 3, 4, 5, 6]
    genres = Counter(liste.candidatures.get().adherent.genre for liste in listes)
    assert min(genres["F"], genres["H"]) >= 2
    assert tous["candidat"].adherent in {liste.candidatures.get().adherent for liste in listes}
    for cle in ("secretaire_section", "seconde"):
        assert tous[cle].adherent.section_id == designation.section_id
    assert all(est_possible(campagne, acte, designation.assemblee_le) for acte in ("rediger", "contresigner"))


def _verifier_la_commission(campagne: Campagne, tous: dict[str, Compte]) -> None:
    """The two whom a visitor may be can decide alone what waits, and one file lacks one opinion only."""
    en_attente = campagne.designations.filter(etat=Designation.Etat.RECUE).select_related("section")
    libres = [
        d
        for d in en_attente
        if not any(motif_de_recusation(tous[c], d) for c in ("recolement", "recolement_2"))
    ]
    assert len(libres) >= 15
    assert (
        campagne.designations.filter(etat="recue", proces_verbaux__avis__decision=None)
        .exclude(proces_verbaux__avis=None)
        .count()
        == 1
    )
    assert not tous["observateur"].adherent


def _verifier_les_mandats(campagne: Campagne, tous: dict[str, Compte]) -> None:
    delegation = Delegation.objects.get(adherent=tous["delegue"].adherent)
    assert (delegation.qualite, delegation.fin, delegation.acceptee_le) == ("titulaire", None, None)
    assert delegation.debut == campagne.mandat_debut
    demission = Delegation.objects.get(cause=Delegation.Cause.DEMISSION)
    assert demission.suite.fin is None
    assert demission.suite.debut >= demission.fin
    assert demission.suite.acceptee_le is not None
    assemblee = Assemblee.objects.get()
    assert delegation in assemblee.invite()

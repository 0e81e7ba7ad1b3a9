"""What happened before the first start, told in the order of time so that the journal reads as a history."""

from __future__ import annotations

from refondation.demo import assemblees, campagne, complements, recolement, scrutins, section_en_ligne
from refondation.demo.monde import Monde


def charger(monde: Monde) -> None:
    """Votes and the designation of delegates, from two months ago to today."""
    complements.gonfler_une_section(monde)
    scrutins.publier_les_rencontres(monde)
    campagne.annoncer(monde)
    campagne.recevoir_les_candidatures(monde)
    campagne.convoquer_les_assemblees(monde)
    section_en_ligne.faire_voter(monde)
    rassemblement = scrutins.ouvrir_le_rassemblement(monde)
    complements.corriger_le_registre(monde)
    assemblees.tenir(monde)
    recolement.controler(monde)
    scrutins.annoncer_le_cadre(monde)
    recolement.decider(monde)
    scrutins.ouvrir_le_cadre(monde)
    recolement.ouvrir_la_porte(monde)
    scrutins.ebaucher_le_reglement(monde)
    scrutins.clore_le_rassemblement(monde, rassemblement)

"""Mandates open with the validation, once, and follow a rectification."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from delegues import actes
from delegues.models import Candidature, Delegation, Designation, ProcesVerbal
from refondation.journal.models import Ligne
from refondation.membres.models import Adherent, Compte
from refondation.membres.regles import ActeImpossible
from tests.delegues import scene

pytestmark = pytest.mark.django_db


@dataclass
class Monde:
    designation: Designation
    redacteur: Compte
    personnes: list[Adherent]
    candidatures: list[Candidature]
    pv: ProcesVerbal


@pytest.fixture
def monde() -> Monde:
    """Five candidates; the first two elected, the third and the fourth their substitutes."""
    section = scene.faire_section()
    designation = scene.faire_designation(scene.faire_campagne(), section)
    personnes = [scene.faire_adherent(section, genre="FHFHF"[i]) for i in range(5)]
    redacteur = scene.faire_compte("secretaire_section", personnes[0], section=section)
    candidatures = [
        scene.faire_liste(designation, p, par=redacteur, rang=i).candidatures.get()
        for i, p in enumerate(personnes, 1)
    ]
    pv = scene.faire_proces_verbal(
        designation,
        candidatures[:2],
        [(candidatures[2], candidatures[0]), (candidatures[3], candidatures[1])],
        redacteur=redacteur,
        contresignataire=personnes[1],
    )
    scene.mener_a(designation, "validee")
    return Monde(designation, redacteur, personnes, candidatures, pv)


def etat(designation: Designation) -> list[tuple]:
    return [
        (d.adherent_id, d.qualite, d.titulaire and d.titulaire.adherent_id, d.debut, d.fin, d.cause)
        for d in designation.delegations.order_by("pk")
    ]


def test_les_mandats_commencent_au_jour_de_la_campagne(monde: Monde) -> None:
    a, b, c, d, _ = (p.pk for p in monde.personnes)
    ouverts = actes.ouvrir_les_mandats(proces_verbal=monde.pv, instant=scene.CONTROLE)
    debut = date(2026, 10, 10)
    assert etat(monde.designation) == [
        (a, "titulaire", None, debut, None, ""),
        (b, "titulaire", None, debut, None, ""),
        (c, "suppleant", a, debut, None, ""),
        (d, "suppleant", b, debut, None, ""),
    ]
    assert [o.adherent_id for o in ouverts] == [a, b, c, d]
    ligne = Ligne.objects.latest("rang")
    assert (ligne.acte, ligne.acteur, ligne.section_id) == (
        "delegues.ouvrir_les_mandats",
        None,
        monde.designation.section_id,
    )
    assert ligne.details == {
        "proces_verbal": monde.pv.numero,
        "ouverts": [o.pk for o in ouverts],
        "fermes": [],
    }


def test_une_validation_tardive_commence_ce_jour_la(monde: Monde) -> None:
    # Late in the evening of Paris, already the next day there.
    instant = datetime(2026, 10, 20, 22, 30, tzinfo=UTC)
    actes.ouvrir_les_mandats(proces_verbal=monde.pv, instant=instant)
    assert set(monde.designation.delegations.values_list("debut", flat=True)) == {date(2026, 10, 21)}


def test_deux_fois_ne_change_rien(monde: Monde) -> None:
    premiers = actes.ouvrir_les_mandats(proces_verbal=monde.pv, instant=scene.CONTROLE)
    lignes = Ligne.objects.count()
    seconds = actes.ouvrir_les_mandats(proces_verbal=monde.pv, instant=scene.MANDATS)
    assert [d.pk for d in premiers] == [d.pk for d in seconds]
    assert Ligne.objects.count() == lignes


@pytest.mark.parametrize("etat_voulu", ["recue", "incomplete", "contestee", "rejetee"])
def test_rien_sans_validation(monde: Monde, etat_voulu: str) -> None:
    section = scene.faire_section("31002")
    autre = scene.faire_designation(monde.designation.campagne, section)
    candidate = scene.faire_adherent(section)
    liste = scene.faire_liste(autre, candidate, par=monde.redacteur)
    pv = scene.faire_proces_verbal(
        autre, [liste.candidatures.get()], redacteur=monde.redacteur, contresignataire=candidate
    )
    scene.mener_a(autre, etat_voulu)
    with pytest.raises(ActeImpossible) as refus:
        actes.ouvrir_les_mandats(proces_verbal=pv, instant=scene.CONTROLE)
    assert refus.value.code == "pas_validee"
    assert Delegation.objects.count() == 0


def rectifier(monde: Monde, titulaires: list[int], suppleants: list[tuple[int, int]]) -> ProcesVerbal:
    """Rectifying minutes in force instead of the first."""
    c = monde.candidatures
    nouveau = scene.faire_proces_verbal(
        monde.designation,
        [c[i] for i in titulaires],
        [(c[i], c[j]) for i, j in suppleants],
        redacteur=monde.redacteur,
        contresignataire=monde.personnes[1],
        rectifie=monde.pv,
        motif_de_rectification="Deux noms inversés",
        signe=False,
    )
    monde.pv.etat = ProcesVerbal.Etat.RECTIFIE
    monde.pv.save(update_fields=["etat"])
    return scene.signer(nouveau)


def test_une_rectification_ferme_et_ouvre(monde: Monde) -> None:
    a, b, c, d, e = (p.pk for p in monde.personnes)
    actes.ouvrir_les_mandats(proces_verbal=monde.pv, instant=scene.CONTROLE)
    gardee = monde.designation.delegations.get(adherent=a)
    # B is no longer elected, D becomes a holder, E their substitute.
    nouveau = rectifier(monde, [0, 3], [(2, 0), (4, 3)])
    actes.ouvrir_les_mandats(proces_verbal=nouveau, instant=scene.MANDATS)
    debut, jour = date(2026, 10, 10), date(2026, 10, 20)
    assert etat(monde.designation) == [
        (a, "titulaire", None, debut, None, ""),
        (b, "titulaire", None, debut, jour, "invalidation"),
        (c, "suppleant", a, debut, None, ""),
        (d, "suppleant", b, debut, jour, "invalidation"),
        (d, "titulaire", None, jour, None, ""),
        (e, "suppleant", d, jour, None, ""),
    ]
    gardee.refresh_from_db()
    assert gardee.elu.proces_verbal == nouveau
    with pytest.raises(ActeImpossible) as refus:
        actes.ouvrir_les_mandats(proces_verbal=monde.pv, instant=scene.MANDATS)
    assert refus.value.code == "pas_en_vigueur"


def test_qui_a_demissionne_n_est_pas_rappele(monde: Monde) -> None:
    a, *_ = (p.pk for p in monde.personnes)
    actes.ouvrir_les_mandats(proces_verbal=monde.pv, instant=scene.CONTROLE)
    monde.designation.delegations.filter(adherent=a).update(fin=date(2026, 10, 15), cause="demission")
    avant = etat(monde.designation)
    actes.ouvrir_les_mandats(proces_verbal=monde.pv, instant=scene.MANDATS)
    # The substitute of who resigned stays theirs.
    assert etat(monde.designation) == avant


def test_fermer_une_designation(monde: Monde) -> None:
    actes.ouvrir_les_mandats(proces_verbal=monde.pv, instant=scene.CONTROLE)
    fermes = actes.fermer_les_mandats(
        designation=monde.designation, cause="invalidation", instant=scene.MANDATS
    )
    assert len(fermes) == 4
    assert set(monde.designation.delegations.values_list("fin", "cause")) == {
        (date(2026, 10, 20), "invalidation")
    }
    lignes = Ligne.objects.count()
    assert actes.fermer_les_mandats(designation=monde.designation, cause="invalidation") == []
    assert Ligne.objects.count() == lignes
    # Validated again: the same people sit again, from that day.
    rouverts = actes.ouvrir_les_mandats(proces_verbal=monde.pv, instant=scene.MANDATS)
    assert {d.debut for d in rouverts} == {date(2026, 10, 20)}
    assert len(rouverts) == 4


def test_un_mandat_pas_commence_ne_commence_jamais(monde: Monde) -> None:
    actes.ouvrir_les_mandats(proces_verbal=monde.pv, instant=scene.CONTROLE)
    actes.fermer_les_mandats(designation=monde.designation, cause="invalidation", instant=scene.CONTROLE)
    assert set(monde.designation.delegations.values_list("debut", "fin")) == {
        (date(2026, 10, 10), date(2026, 10, 10))
    }
    assert Delegation.objects.en_exercice(au=date(2026, 10, 10)).count() == 0


def test_en_exercice_a_une_date(monde: Monde) -> None:
    actes.ouvrir_les_mandats(proces_verbal=monde.pv, instant=scene.CONTROLE)
    actes.fermer_les_mandats(designation=monde.designation, cause="demission", instant=scene.MANDATS)
    compte = {
        jour: Delegation.objects.en_exercice(au=date(2026, 10, jour)).count() for jour in (9, 10, 19, 20)
    }
    assert compte == {9: 0, 10: 4, 19: 4, 20: 0}


def test_le_terme_ferme_meme_si_l_horloge_tarde(monde: Monde) -> None:
    actes.ouvrir_les_mandats(proces_verbal=monde.pv, instant=scene.CONTROLE)
    compte = {
        jour: Delegation.objects.en_exercice(au=jour).count()
        for jour in (date(2027, 6, 29), date(2027, 6, 30))
    }
    assert compte == {date(2027, 6, 29): 4, date(2027, 6, 30): 0}


def test_personne_ne_siege_pour_deux_sections(monde: Monde) -> None:
    actes.ouvrir_les_mandats(proces_verbal=monde.pv, instant=scene.CONTROLE)
    autre = scene.faire_designation(monde.designation.campagne, scene.faire_section("31002"))
    Candidature.objects.filter(pk=monde.candidatures[0].pk).update(
        etat="retiree", retiree_le=scene.CANDIDATURES
    )
    liste = scene.faire_liste(autre, monde.personnes[0], par=monde.redacteur)
    pv = scene.faire_proces_verbal(
        autre,
        [liste.candidatures.get()],
        redacteur=monde.redacteur,
        contresignataire=monde.personnes[1],
    )
    scene.mener_a(autre, "validee")
    with pytest.raises(ActeImpossible) as refus:
        actes.ouvrir_les_mandats(proces_verbal=pv, instant=scene.CONTROLE)
    assert refus.value.code == "delegation_une_par_personne"
    assert autre.delegations.count() == 0

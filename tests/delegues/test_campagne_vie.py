"""The life of a campaign: draft, announcement, mode of a section, closing, annulment; rights at each act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from delegues import actes
from delegues.models import Campagne, Delegation, Designation
from refondation.journal.models import Ligne
from refondation.membres.models import Compte, Mandat
from refondation.membres.regles import ActeImpossible, ActeInterdit
from tests.delegues.scene import (
    APRES,
    ASSEMBLEES,
    AVANT,
    CALENDRIER,
    CONTROLE,
    RETRAITS,
    faire_adherent,
    faire_campagne,
    faire_compte,
    faire_designation,
    faire_section,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Compte:
    return faire_compte("administrateur")


def preparer(admin: Compte, **champs: object) -> Campagne:
    """A draft with two sections of 60 and 5 members, its seats computed and adopted."""
    campagne = faire_campagne(etat="preparation", anciennete_mois=0, **champs)
    faire_section("31001", membres=6)
    faire_section("31002", membres=2)
    campagne.tranche = 5
    campagne.save()
    repartition = actes.calculer_repartition(campagne=campagne, par=admin, instant=AVANT)
    actes.adopter_repartition(repartition=repartition, par=admin, instant=AVANT)
    return campagne


def test_creer_puis_regler(admin: Compte) -> None:
    campagne = actes.creer_campagne(par=admin, slug="assises", nom="Assises", **CALENDRIER)
    assert (campagne.etat, campagne.annoncee_le) == ("preparation", None)
    reglee = actes.regler_campagne(campagne=campagne, par=admin, nom="Assises 2026", tranche=30)
    assert (reglee.nom, reglee.tranche) == ("Assises 2026", 30)
    assert [(ligne.acte, ligne.details) for ligne in Ligne.objects.order_by("rang")] == [
        ("delegues.creer_campagne", {"slug": "assises"}),
        ("delegues.regler_campagne", {"champs": ["nom", "tranche"]}),
    ]


def test_une_adresse_reservee_est_refusee(admin: Compte) -> None:
    with pytest.raises(ActeImpossible, match="celle d'une autre page") as refus:
        actes.creer_campagne(par=admin, slug="nouvelle", nom="Assises", **CALENDRIER)
    assert (refus.value.code, refus.value.statut) == ("adresse", 400)


def test_des_dates_en_desordre_sont_refusees(admin: Compte) -> None:
    with pytest.raises(ValidationError, match="Les dates se suivent"):
        actes.creer_campagne(
            par=admin, slug="a", nom="A", **CALENDRIER | {"retraits_au": CALENDRIER["assemblees_au"]}
        )


def test_annoncer_ouvre_les_designations_et_fige_les_regles(admin: Compte) -> None:
    campagne = preparer(admin, graine="", mode="en-ligne")
    annoncee = actes.annoncer_campagne(campagne=campagne, par=admin, instant=AVANT)
    assert (annoncee.etat, annoncee.annoncee_le, len(annoncee.graine)) == ("ouverte", AVANT, 32)
    assert list(annoncee.designations.values_list("section__code", "mode", "effectif", "sieges", "etat")) == [
        ("31001", "en-ligne", 6, 2, "attendue"),
        ("31002", "en-ligne", 2, 1, "attendue"),
    ]
    with pytest.raises(ActeImpossible, match="ses règles ne changent plus"):
        actes.regler_campagne(campagne=annoncee, par=admin, tranche=30)
    annoncee.tranche = 30
    with pytest.raises(IntegrityError, match="ne change plus de règles"), transaction.atomic():
        annoncee.save()
    ligne = Ligne.objects.latest("rang")
    assert (ligne.acte, ligne.details["sections"], ligne.details["sieges"]) == (
        "delegues.annoncer_campagne",
        2,
        3,
    )


def test_annoncer_deux_fois_est_refuse(admin: Compte) -> None:
    campagne = preparer(admin)
    actes.annoncer_campagne(campagne=campagne, par=admin, instant=AVANT)
    with pytest.raises(ActeImpossible, match="L'état est « Ouverte »"):
        actes.annoncer_campagne(campagne=campagne, par=admin, instant=AVANT)
    assert Designation.objects.count() == 2


def test_annoncer_demande_une_repartition_adoptee(admin: Compte) -> None:
    campagne = faire_campagne(etat="preparation")
    faire_section(membres=1)
    with pytest.raises(ActeImpossible, match="Calculez les sièges, puis adoptez la répartition"):
        actes.annoncer_campagne(campagne=campagne, par=admin, instant=AVANT)


def test_annoncer_demande_la_repartition_des_regles_d_aujourd_hui(admin: Compte) -> None:
    campagne = actes.regler_campagne(campagne=preparer(admin), par=admin, plancher=2)
    with pytest.raises(ActeImpossible, match="La répartition n° 1 suit d'autres règles"):
        actes.annoncer_campagne(campagne=campagne, par=admin, instant=AVANT)


def test_annoncer_trop_tard(admin: Compte) -> None:
    campagne = preparer(admin)
    with pytest.raises(ActeImpossible, match="Les candidatures se terminent le 10 septembre 2026"):
        actes.annoncer_campagne(campagne=campagne, par=admin, instant=RETRAITS)


def test_annoncer_avant_la_date_de_reference(admin: Compte) -> None:
    with pytest.raises(ActeImpossible, match="n'est pas passée : les effectifs se comptent le lendemain"):
        actes.annoncer_campagne(
            campagne=faire_campagne(etat="preparation"),
            par=admin,
            instant=datetime(2026, 6, 30, 12, tzinfo=UTC),
        )


# --- The mode of a section ----------------------------------------------------------------------


def test_changer_de_mode(admin: Compte) -> None:
    designation = faire_designation(faire_campagne(), faire_section())
    for mode in ("en-ligne", "en-ligne", "assemblee"):
        designation = actes.changer_de_mode(designation=designation, mode=mode, par=admin, instant=AVANT)
    assert designation.mode == "assemblee"
    with pytest.raises(ActeImpossible, match="une assemblée ou un vote en ligne"):
        actes.changer_de_mode(designation=designation, mode="pigeon", par=admin, instant=AVANT)
    assert [li.details for li in Ligne.objects.order_by("rang")] == [
        {"mode": "en-ligne"},
        {"mode": "assemblee"},
    ]


def test_changer_de_mode_une_fois_convoquee(admin: Compte) -> None:
    designation = faire_designation(faire_campagne(), faire_section(), convoquee_le=AVANT)
    with pytest.raises(ActeImpossible, match="L'assemblée est convoquée") as refus:
        actes.changer_de_mode(designation=designation, mode="en-ligne", par=admin, instant=AVANT)
    assert refus.value.code == "convoquee"


# --- The end ------------------------------------------------------------------------------------


def test_clore_apres_les_recours(admin: Compte) -> None:
    campagne = faire_campagne()
    faire_designation(campagne, faire_section())
    with pytest.raises(ActeImpossible, match="durent jusqu'au 12 octobre 2026"):
        actes.clore_campagne(campagne=campagne, par=admin, instant=CONTROLE)
    assert (
        actes.clore_campagne(campagne=campagne, par=admin, instant=CALENDRIER["recours_au"]).etat == "close"
    )
    assert Ligne.objects.latest("rang").details == {"designations": {"attendue": 1}}
    with pytest.raises(ActeImpossible, match="L'état est « Close »"):
        actes.clore_campagne(campagne=campagne, par=admin, instant=APRES)


@pytest.mark.parametrize("etat", ["preparation", "ouverte"])
def test_annuler_dit_pourquoi(admin: Compte, etat: str) -> None:
    campagne = faire_campagne(etat=etat)
    with pytest.raises(ActeImpossible, match="le motif est public"):
        actes.annuler_campagne(campagne=campagne, motif=" ", par=admin, instant=ASSEMBLEES)
    annulee = actes.annuler_campagne(campagne=campagne, motif="Autre date.", par=admin, instant=ASSEMBLEES)
    assert (annulee.etat, annulee.annulation) == ("annulee", "Autre date.")
    with pytest.raises(ActeImpossible, match="L'état est « Annulée »"):
        actes.annuler_campagne(campagne=campagne, motif="Encore.", par=admin, instant=ASSEMBLEES)


def test_annuler_arrete_les_mandats(admin: Compte) -> None:
    campagne = faire_campagne()
    section = faire_section()
    designation = faire_designation(campagne, section)
    delegation = Delegation.objects.create(
        campagne=campagne,
        designation=designation,
        adherent=faire_adherent(section),
        qualite="titulaire",
        rang=1,
        debut=date(2026, 10, 10),
    )
    instant = datetime(2026, 10, 20, 12, tzinfo=UTC)
    actes.annuler_campagne(campagne=campagne, motif="Autre date.", par=admin, instant=instant)
    delegation.refresh_from_db()
    assert (delegation.fin, delegation.cause) == (date(2026, 10, 20), "invalidation")


# --- Rights -------------------------------------------------------------------------------------

ACTES: dict[str, Callable[[Campagne, Compte], object]] = {
    "creer": lambda campagne, par: actes.creer_campagne(par=par, slug="b", nom="B", **CALENDRIER),
    "regler": lambda campagne, par: actes.regler_campagne(campagne=campagne, par=par, nom="B"),
    "calculer": lambda campagne, par: actes.calculer_repartition(campagne=campagne, par=par, instant=AVANT),
    "adopter": lambda campagne, par: actes.adopter_repartition(
        repartition=campagne.repartitions.get(), par=par, instant=AVANT
    ),
    "annoncer": lambda campagne, par: actes.annoncer_campagne(campagne=campagne, par=par, instant=AVANT),
    "clore": lambda campagne, par: actes.clore_campagne(campagne=campagne, par=par, instant=APRES),
    "annuler": lambda campagne, par: actes.annuler_campagne(
        campagne=campagne, motif="Non.", par=par, instant=AVANT
    ),
}


@pytest.mark.parametrize("role", [r for r in Mandat.Role.values if r != "administrateur"])
def test_seule_l_administration_regle_une_campagne(admin: Compte, role: str) -> None:
    campagne = preparer(admin)
    section = faire_section()
    perimetre = {
        "secretaire_section": {"section": section},
        "secretaire_federal": {"federation": section.federation},
        "gestionnaire_federal": {"federation": section.federation},
    }.get(role, {})
    compte = faire_compte(role, **perimetre)
    for acte in ACTES.values():
        with pytest.raises(ActeInterdit):
            acte(campagne, compte)
    designation = faire_designation(faire_campagne(slug="autre"), section)
    with pytest.raises(ActeInterdit):
        actes.changer_de_mode(designation=designation, mode="en-ligne", par=compte, instant=AVANT)

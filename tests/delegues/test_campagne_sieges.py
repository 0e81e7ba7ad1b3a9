"""Seats computed, adopted, computed again: nothing changes without an act that says what it changes."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from delegues import actes
from delegues.models import Campagne, Part, Repartition
from refondation.journal.models import Ligne
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible
from tests.delegues.scene import (
    APRES,
    ASSEMBLEES,
    AVANT,
    faire_adherent,
    faire_campagne,
    faire_compte,
    faire_designation,
    faire_section,
    mener_a,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Compte:
    return faire_compte("administrateur")


def faire_draft(**champs: object) -> Campagne:
    """A draft with sections of 6, 2 and 1 members in two federations; one seat for each started five."""
    faire_section("31001", membres=6)
    faire_section("31002", membres=2)
    faire_section("09001", "09", membres=1)
    return faire_campagne(etat="preparation", anciennete_mois=0, tranche=5, **champs)


def calculer(campagne: Campagne, admin: Compte) -> Repartition:
    return actes.calculer_repartition(campagne=campagne, par=admin, instant=AVANT)


def test_un_calcul_se_garde_entier(admin: Compte) -> None:
    repartition = calculer(faire_draft(regle="total", total=9, methode="hondt"), admin)
    assert (repartition.numero, repartition.est_complete, repartition.adoptee_le) == (1, True, None)
    assert repartition.parametres == {
        "regle": "total", "tranche": 5, "total": 9, "methode": "hondt", "plancher": 1, "egalite": "refuser",
        "graine": "graine publiée", "reference_le": "2026-06-30", "anciennete_mois": 0, "cotisation_au": None,
    }  # fmt: skip
    assert list(repartition.parts.des_sections().values_list("section__code", "effectif", "sieges")) == [
        ("09001", 1, 1), ("31001", 6, 6), ("31002", 2, 2),
    ]  # fmt: skip
    assert list(repartition.parts.des_federations().values_list("federation__code", "effectif", "sieges")) == [
        ("09", 1, 1), ("31", 8, 8),
    ]  # fmt: skip
    assert Ligne.objects.latest("rang").details == {
        "numero": 1, "empreinte": repartition.empreinte, "sections": 3, "effectif": 9, "sieges": 9,
        "egalites": 0,
    }  # fmt: skip


def test_le_meme_calcul_n_est_pas_garde_deux_fois(admin: Compte) -> None:
    campagne = faire_draft()
    premiere = calculer(campagne, admin)
    assert calculer(campagne, admin) == premiere
    faire_adherent(faire_section("31002"))
    assert calculer(campagne, admin).numero == 2


def test_un_calcul_ne_se_reecrit_pas(admin: Compte) -> None:
    repartition = calculer(faire_draft(), admin)
    part = repartition.parts.des_sections().first()
    part.sieges = 40
    with pytest.raises(IntegrityError, match="ne se réécrit pas"), transaction.atomic():
        part.save()
    with pytest.raises(IntegrityError, match="ne se réécrit pas"), transaction.atomic():
        Part.objects.filter(pk=part.pk).delete()
    repartition.empreinte = "0" * 64
    with pytest.raises(IntegrityError, match="ne se réécrit pas"), transaction.atomic():
        repartition.save()


@pytest.mark.parametrize(
    ("champs", "code", "motif"),
    [
        ({"regle": "total", "total": 2}, "sieges", "Le plancher demande 3 sièges, il n'y en a que 2"),
        ({"anciennete_mois": 240}, "sieges", "Personne ne remplit les conditions"),
        ({"egalite": "tirage", "graine": ""}, "graine", "demande une graine publiée avant lui"),
        ({"reference_le": AVANT.date()}, "trop_tot", "n'est pas passée"),
    ],
)
def test_un_calcul_impossible_dit_pourquoi(admin: Compte, champs: dict, code: str, motif: str) -> None:
    campagne = faire_draft()
    for nom, valeur in champs.items():
        setattr(campagne, nom, valeur)
    campagne.save()
    with pytest.raises(ActeImpossible, match=motif) as refus:
        calculer(campagne, admin)
    assert (refus.value.code, Repartition.objects.count()) == (code, 0)


def test_adopter_une_fois_la_derniere(admin: Compte) -> None:
    campagne = faire_draft()
    ancienne = calculer(campagne, admin)
    faire_adherent(faire_section("31002"))
    derniere = calculer(campagne, admin)
    with pytest.raises(ActeImpossible, match="plus récente a été calculée"):
        actes.adopter_repartition(repartition=ancienne, par=admin, instant=AVANT)
    adoptee = actes.adopter_repartition(repartition=derniere, par=admin, instant=AVANT)
    assert (adoptee.adoptee_le, adoptee.motif) == (AVANT, "")
    with pytest.raises(ActeImpossible, match="déjà adoptée"):
        actes.adopter_repartition(repartition=derniere, par=admin, instant=AVANT)


def test_adopter_d_autres_regles_est_refuse(admin: Compte) -> None:
    campagne = faire_draft()
    repartition = calculer(campagne, admin)
    actes.regler_campagne(campagne=campagne, par=admin, plancher=2)
    with pytest.raises(ActeImpossible, match="Les règles ont changé depuis ce calcul"):
        actes.adopter_repartition(repartition=repartition, par=admin, instant=AVANT)


def test_une_egalite_empeche_d_adopter_jusqu_a_une_regle(admin: Compte) -> None:
    faire_section("31001", membres=3)
    faire_section("31002", membres=3)
    campagne = faire_campagne(etat="preparation", anciennete_mois=0, regle="total", total=3)
    repartition = calculer(campagne, admin)
    assert repartition.egalites == [
        {"niveau": "31", "codes": ["31001", "31002"], "sieges": 1, "tranchee_par": "refuser", "retenus": []}
    ]
    with pytest.raises(ActeImpossible, match=r"1 siège\(s\) pour 31001, 31002") as refus:
        actes.adopter_repartition(repartition=repartition, par=admin, instant=AVANT)
    assert refus.value.code == "egalite"
    campagne = actes.regler_campagne(campagne=campagne, par=admin, egalite="plus-petit-code")
    tranchee = actes.adopter_repartition(repartition=calculer(campagne, admin), par=admin, instant=AVANT)
    assert dict(tranchee.parts.des_sections().values_list("section__code", "sieges")) == {
        "31001": 2,
        "31002": 1,
    }


def test_close_ou_annulee_rien_ne_se_calcule(admin: Compte) -> None:
    campagne = faire_draft()
    actes.annuler_campagne(campagne=campagne, motif="Non.", par=admin, instant=AVANT)
    with pytest.raises(ActeImpossible, match="« annulée » : ses sièges ne changent plus"):
        calculer(campagne, admin)


# --- Once announced -----------------------------------------------------------------------------


def annoncee(admin: Compte) -> Campagne:
    campagne = faire_draft()
    actes.adopter_repartition(repartition=calculer(campagne, admin), par=admin, instant=AVANT)
    return actes.annoncer_campagne(campagne=campagne, par=admin, instant=AVANT)


def sieges(campagne: Campagne) -> dict[str, int]:
    return dict(campagne.designations.values_list("section__code", "sieges"))


def grossir() -> None:
    """Eleven members where there were six, a section with its first members, and one that has lost its own."""
    faire_section("31001", membres=5)
    faire_section("31003", membres=1)
    faire_section("09001", "09").adherents.update(section=faire_section("31002"))


def test_recalculer_montre_sans_rien_changer(admin: Compte) -> None:
    campagne = annoncee(admin)
    grossir()
    repartition = actes.calculer_repartition(campagne=campagne, par=admin, instant=ASSEMBLEES)
    assert (repartition.numero, repartition.adoptee_le) == (2, None)
    assert sieges(campagne) == {"31001": 2, "31002": 1, "09001": 1}


def test_adopter_apres_l_annonce_demande_un_motif(admin: Compte) -> None:
    campagne = annoncee(admin)
    grossir()
    repartition = actes.calculer_repartition(campagne=campagne, par=admin, instant=ASSEMBLEES)
    with pytest.raises(ActeImpossible, match="dites pourquoi ses sièges changent"):
        actes.adopter_repartition(repartition=repartition, par=admin, instant=ASSEMBLEES)
    assert sieges(campagne) == {"31001": 2, "31002": 1, "09001": 1}


@pytest.mark.parametrize(
    ("recues", "attendus", "effets"),
    [
        (False, 2, {"changees": 2, "gardees": 1, "creees": 1}),
        (True, 3, {"changees": 3, "gardees": 0, "creees": 1}),
    ],
)
def test_adopter_apres_l_annonce(admin: Compte, recues: bool, attendus: int, effets: dict) -> None:
    """A designation already received keeps its seats unless the act says otherwise."""
    campagne = annoncee(admin)
    mener_a(campagne.designations.get(section__code="31001"), "recue")
    grossir()
    repartition = actes.calculer_repartition(campagne=campagne, par=admin, instant=ASSEMBLEES)
    adoptee = actes.adopter_repartition(
        repartition=repartition, motif="Registre corrigé.", recues=recues, par=admin, instant=ASSEMBLEES
    )
    assert adoptee.motif == "Registre corrigé."
    assert sieges(campagne) == {"31001": attendus, "31002": 1, "09001": 0, "31003": 1}
    assert Ligne.objects.latest("rang").details == {
        "numero": 2, "empreinte": adoptee.empreinte, "motif": "Registre corrigé.", **effets,
    }  # fmt: skip


def test_une_designation_etrangere_au_calcul_reste(admin: Compte) -> None:
    """Another campaign's designation of the same section is not touched."""
    campagne = annoncee(admin)
    autre = faire_designation(faire_campagne(slug="autre"), faire_section("31001"), sieges=9)
    grossir()
    repartition = actes.calculer_repartition(campagne=campagne, par=admin, instant=ASSEMBLEES)
    actes.adopter_repartition(repartition=repartition, motif="Oui.", par=admin, instant=ASSEMBLEES)
    autre.refresh_from_db()
    assert autre.sieges == 9


def test_apres_la_cloture_rien_ne_s_adopte(admin: Compte) -> None:
    campagne = annoncee(admin)
    grossir()
    repartition = actes.calculer_repartition(campagne=campagne, par=admin, instant=ASSEMBLEES)
    actes.clore_campagne(campagne=campagne, par=admin, instant=APRES)
    with pytest.raises(ActeImpossible, match="« close »"):
        actes.adopter_repartition(repartition=repartition, motif="Oui.", par=admin, instant=APRES)

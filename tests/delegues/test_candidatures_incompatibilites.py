"""Rules of incompatibility: what each looks at, when, for one person and for a set."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from delegues.incompatibilites import empechements, en_mots, incompatibilites_de
from delegues.models import Campagne, Delegation, Derogation, Incompatibilite
from refondation.membres.models import Adherent, Mandat
from tests.delegues.scene import faire_campagne, faire_compte, faire_designation
from tests.delegues.scene_candidatures import compte_de, peupler

FONCTION = {"genre": "fonction", "parametres": {"roles": ["secretaire_federal"]}}


def faire_regle(campagne: Campagne, nom: str = "Règle", **champs: Any) -> Incompatibilite:
    return Incompatibilite.objects.create(
        campagne=campagne, nom=nom, fondement="Statuts, article 3", **champs
    )


def faire_ancienne(annee: int, **champs: Any) -> Campagne:
    """An earlier campaign, its mandates from November to June."""
    debut = datetime(annee, 1, 1, tzinfo=UTC)
    dates = {
        nom: debut.replace(month=mois)
        for mois, nom in enumerate(
            (
                "candidatures_du",
                "candidatures_au",
                "retraits_au",
                "assemblees_du",
                "assemblees_au",
                "enregistrement_au",
                "controle_au",
                "recours_au",
            ),
            1,
        )
    }
    return faire_campagne(
        slug=f"assises-{annee}",
        nom=f"Assises {annee}",
        **{"mandat_debut": date(annee, 11, 1), "mandat_fin": date(annee + 1, 6, 1)} | dates | champs,
    )


def faire_delegation(campagne: Campagne, adherent: Adherent, **champs: Any) -> Delegation:
    designation = campagne.designations.first() or faire_designation(campagne, adherent.section)
    return Delegation.objects.create(
        campagne=campagne,
        designation=designation,
        adherent=adherent,
        **{"qualite": "titulaire", "rang": 1, "debut": campagne.mandat_debut} | champs,
    )


@pytest.fixture
def adherent(db: None) -> Adherent:
    return peupler()[1][0]


def nommer(adherent: Adherent, role: str = "secretaire_federal", **champs: Any) -> Mandat:
    lieu = {"federation": adherent.federation} if role in Mandat.ROLES_FEDERAUX else {}
    return Mandat.objects.create(
        compte=compte_de(adherent), role=role, **{"debut": date(2025, 1, 1)} | lieu | champs
    )


# --- A function ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("regle", "mandat", "empeche"),
    [
        ({}, {}, True),
        ({}, {"fin": date(2026, 10, 10)}, False),  # ends the day the delegate's mandate begins
        ({}, {"fin": date(2026, 10, 11)}, True),
        ({}, {"debut": date(2027, 6, 30)}, False),
        ({}, {"debut": date(2027, 6, 29)}, True),
        ({}, {"role": "gestionnaire_federal"}, False),
        ({"du": date(2026, 1, 1)}, {"fin": date(2026, 2, 1)}, True),
        ({"au": date(2026, 12, 1)}, {"debut": date(2026, 12, 1)}, False),
        ({}, {"debut": date(2027, 1, 1), "fin": date(2027, 1, 1)}, False),  # never in force
    ],
)
def test_une_fonction_exercee_pendant_la_periode(
    adherent: Adherent, regle: dict[str, Any], mandat: dict[str, Any], empeche: bool
) -> None:
    campagne = faire_campagne()
    faire_regle(campagne, **FONCTION, **regle)
    nommer(adherent, **mandat)
    assert [e.bloque for e in incompatibilites_de(adherent, campagne)] == [True] * empeche


def test_le_constat_dit_la_fonction_et_ses_dates(adherent: Adherent) -> None:
    campagne = faire_campagne()
    regle = faire_regle(campagne, **FONCTION)
    nommer(adherent, fin=date(2027, 1, 1))
    [empechement] = incompatibilites_de(adherent, campagne)
    assert empechement.incompatibilite == regle
    assert empechement.constat == "Secrétaire fédéral·e depuis le 1er janvier 2025 jusqu'au 1er janvier 2027."
    assert en_mots(regle, campagne) == (
        "Ne pas exercer entre le 10 octobre 2026 et le 30 juin 2027 l'une de ces fonctions : "
        "Secrétaire fédéral·e."
    )


# --- Successive mandates, several at once ------------------------------------------------------------


@pytest.mark.parametrize(
    ("tenus", "empeche"),
    [
        ([2024, 2025], True),
        ([2025], False),
        ([2023, 2025], False),  # not in a row
        ([2023, 2024], False),  # not the last ones
        ([2023, 2024, 2025], True),
    ],
)
def test_pas_plus_de_deux_mandats_a_la_suite(adherent: Adherent, tenus: list[int], empeche: bool) -> None:
    campagne = faire_campagne()
    faire_regle(campagne, genre="successifs", parametres={"au_plus": 2})
    anciennes = {annee: faire_ancienne(annee) for annee in (2023, 2024, 2025)}
    for annee in tenus:
        faire_delegation(anciennes[annee], adherent)
    assert len(incompatibilites_de(adherent, campagne)) == empeche


def test_une_campagne_annulee_n_interrompt_pas_la_suite(adherent: Adherent) -> None:
    campagne = faire_campagne()
    faire_regle(campagne, genre="successifs", parametres={"au_plus": 2})
    faire_delegation(faire_ancienne(2023), adherent)
    annulee = faire_ancienne(2024)
    annulee.etat, annulee.annulation = "annulee", "Une autre date"
    annulee.save()
    faire_delegation(faire_ancienne(2025), adherent)
    [empechement] = incompatibilites_de(adherent, campagne)
    assert empechement.constat == "Délégué·e à chacune des dernières fois : Assises 2025, Assises 2023."


@pytest.mark.parametrize(
    ("champs", "empeche"),
    [
        ({}, True),
        ({"qualite": "suppleant"}, False),
        ({"fin": date(2025, 12, 1), "cause": "invalidation"}, False),
        ({"fin": date(2025, 12, 1), "cause": "demission"}, True),
        ({"fin": date(2025, 11, 1), "cause": "demission"}, False),
    ],
)
def test_ne_comptent_que_les_mandats_tenus(adherent: Adherent, champs: dict[str, Any], empeche: bool) -> None:
    campagne = faire_campagne()
    faire_regle(campagne, genre="successifs", parametres={"au_plus": 1})
    faire_delegation(faire_ancienne(2025), adherent, **champs)
    assert len(incompatibilites_de(adherent, campagne)) == empeche


@pytest.mark.parametrize(
    ("fin_de_l_autre", "champs", "empeche"),
    [
        (date(2027, 1, 1), {}, True),
        (date(2026, 10, 10), {}, False),
        (date(2027, 1, 1), {"fin": date(2026, 10, 10), "cause": "demission"}, False),
        (date(2027, 1, 1), {"qualite": "suppleant"}, False),
    ],
)
def test_un_seul_mandat_a_la_fois(
    adherent: Adherent, fin_de_l_autre: date, champs: dict[str, Any], empeche: bool
) -> None:
    campagne = faire_campagne()
    faire_regle(campagne, genre="cumul")
    autre = faire_ancienne(2025, mandat_fin=fin_de_l_autre)
    faire_delegation(autre, adherent, **champs)
    faire_delegation(campagne, adherent)  # the campaign's own mandate is no other mandate
    assert len(incompatibilites_de(adherent, campagne)) == empeche


# --- Exceptions, sets --------------------------------------------------------------------------------


def test_une_derogation_leve_l_empechement_et_reste_lisible(adherent: Adherent) -> None:
    campagne = faire_campagne()
    regle = faire_regle(campagne, **FONCTION, exception="Fédérations de moins de cinquante membres")
    nommer(adherent)
    derogation = Derogation.objects.create(
        incompatibilite=regle,
        adherent=adherent,
        motif="Fédération de douze membres",
        accordee_le=datetime(2026, 9, 1, tzinfo=UTC),
        par=faire_compte("administrateur"),
    )
    [empechement] = incompatibilites_de(adherent, campagne)
    assert (empechement.bloque, empechement.derogation) == (False, derogation)


def test_sans_regle_aucune_lecture(adherent: Adherent) -> None:
    with CaptureQueriesContext(
        connection,
    ) as requetes:
        assert incompatibilites_de(adherent, faire_campagne(slug="autre")) == []
    assert len(requetes) == 2  # the campaign's creation, its rules


@pytest.mark.parametrize("nombre", [1, 3])
def test_un_ensemble_se_lit_en_six_requetes(db: None, nombre: int) -> None:
    campagne = faire_campagne()
    faire_regle(campagne, "Fonction", **FONCTION)
    faire_regle(campagne, "Suite", genre="successifs", parametres={"au_plus": 1})
    faire_regle(campagne, "Cumul", genre="cumul")
    ancienne = faire_ancienne(2025, mandat_fin=date(2027, 1, 1))
    adherents = peupler(nombre=nombre + 1)[1][:nombre]
    for adherent in adherents:
        nommer(adherent)
        faire_delegation(ancienne, adherent)
    with CaptureQueriesContext(connection) as requetes:
        trouves = empechements(campagne, Adherent.objects.values("pk"))
    assert len(requetes) == 6  # rules, exceptions, one for each rule, the earlier campaigns
    assert {a: [e.incompatibilite.nom for e in es] for a, es in trouves.items()} == {
        a.pk: ["Fonction", "Suite", "Cumul"] for a in adherents
    }

"""What a commitment forbids and when it ends; rules of incompatibility and their exceptions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from delegues import actes, tasks
from delegues.models import CandidatureALaGouvernance, Delegation, Derogation, Engagement, Incompatibilite
from refondation.journal.models import Ligne
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible
from tests.delegues.scene import (
    CANDIDATURES,
    CONTROLE,
    faire_compte,
    faire_designation,
    faire_proces_verbal,
    mener_a,
)
from tests.delegues.scene_candidatures import (
    RECOURS_PASSES,
    compte_de,
    faire_campagne,
    faire_liste,
    peupler,
)

pytestmark = pytest.mark.django_db


def refus(code: str, appel: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(ActeImpossible) as erreur:
        appel(*args, **options)
    assert erreur.value.code == code
    return str(erreur.value)


def declarer(par: Compte, **options: Any) -> CandidatureALaGouvernance:
    return actes.declarer_candidature_gouvernance(
        **{
            "instance": "nationale",
            "fonction": "Conseil  national",
            "election_le": date(2027, 3, 1),
            "par": par,
            "instant": CONTROLE,
        }
        | options
    )


@pytest.fixture
def monde() -> Any:
    campagne = faire_campagne()
    section, membres = peupler(nombre=6)
    return campagne, faire_designation(campagne, section), membres


# --- Governance ----------------------------------------------------------------------------------------


def test_un_engagement_tenu_refuse_la_candidature_avec_sa_raison(monde: Any) -> None:
    _, designation, membres = monde
    faire_liste(designation, membres[0])
    message = refus("engagement_tenu", declarer, compte_de(membres[0]))
    assert message.startswith(
        "Vous vous êtes engagé·e, le 5 septembre 2026, à ne pas être candidat·e à la gouvernance "
        "avant le 1er janvier 2028 (Délégué·es à la refondation)."
    )
    assert CandidatureALaGouvernance.objects.count() == 0


@pytest.mark.parametrize(
    ("instant", "permise"),
    [
        (datetime(2027, 12, 31, 22, 59, tzinfo=UTC), False),
        (datetime(2027, 12, 31, 23, 0, tzinfo=UTC), True),  # midnight in Paris
    ],
)
def test_l_engagement_vaut_jusqu_a_son_jour(monde: Any, instant: datetime, permise: bool) -> None:
    _, designation, membres = monde
    faire_liste(designation, membres[0])
    champs = {"instant": instant, "election_le": date(2028, 3, 1)}
    if permise:
        assert declarer(compte_de(membres[0]), **champs).declaree_le == instant
    else:
        refus("engagement_tenu", declarer, compte_de(membres[0]), **champs)


@pytest.mark.parametrize("instance", ["nationale", "federale", "section"])
def test_qui_n_est_pas_engage_declare_et_retire(monde: Any, instance: str) -> None:
    _, _, membres = monde
    compte = compte_de(membres[0])
    declaree = declarer(compte, instance=instance)
    assert (declaree.fonction, declaree.declaree_le, declaree.retiree_le) == (
        "Conseil national",
        CONTROLE,
        None,
    )
    refus("gouvernance_candidature_unique", declarer, compte, instance=instance)
    autre = compte_de(membres[1])
    refus("interdit", actes.retirer_candidature_gouvernance, candidature=declaree, par=autre)
    actes.retirer_candidature_gouvernance(candidature=declaree, par=compte, instant=CONTROLE)
    refus("etat", actes.retirer_candidature_gouvernance, candidature=declaree, par=compte)
    assert declarer(compte, instance=instance).pk != declaree.pk


def test_ce_qui_ne_se_declare_pas(monde: Any) -> None:
    _, _, membres = monde
    refus("sans_adhesion", declarer, faire_compte())
    refus("dates", declarer, compte_de(membres[0]), election_le=date(2026, 10, 2))
    compte = compte_de(membres[1])
    membres[1].sorti_le = date(2026, 9, 1)
    membres[1].save()
    refus("sorti", declarer, compte)


def test_la_base_refuse_par_toute_autre_porte(monde: Any) -> None:
    """The triggers, with no act in the way: both sides, and the commitment that nobody rewrites."""
    campagne, designation, membres = monde
    faire_liste(designation, membres[0])
    with pytest.raises(IntegrityError, match="avant le 01/01/2028"), transaction.atomic():
        CandidatureALaGouvernance.objects.create(
            adherent=membres[0],
            instance="nationale",
            fonction="x",
            election_le=date(2027, 3, 1),
            declaree_le=CONTROLE,
        )
    declarer(compte_de(membres[1]))
    with pytest.raises(IntegrityError, match="elle ne peut pas s'engager"), transaction.atomic():
        Engagement.objects.create(
            campagne=campagne,
            adherent=membres[1],
            empreinte=campagne.engagement_empreinte,
            accepte_le=CONTROLE,
            jusqu_au=campagne.engagement_jusqu_au,
        )
    for change in (
        lambda: Engagement.objects.update(jusqu_au=date(2026, 10, 4)),
        lambda: Engagement.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="ne se réécrit pas"), transaction.atomic():
            change()


# --- Lifting -------------------------------------------------------------------------------------------


def test_l_engagement_se_leve_pour_qui_n_est_pas_designe(monde: Any) -> None:
    campagne, designation, membres = monde
    candidatures = [faire_liste(designation, m).candidatures.get() for m in membres[:5]]
    secretaire = faire_compte("secretaire_section", section=designation.section)
    faire_proces_verbal(
        designation,
        candidatures[:2],
        [(candidatures[2], candidatures[0])],
        redacteur=secretaire,
        contresignataire=membres[5],
    )
    mener_a(designation, "recue")
    # Named by a federation that works on paper: a mandate without minutes.
    Delegation.objects.create(
        campagne=campagne,
        designation=designation,
        adherent=membres[3],
        qualite="titulaire",
        rang=3,
        debut=campagne.mandat_debut,
    )
    refus("trop_tot", actes.lever_les_engagements, campagne=campagne, instant=CONTROLE)
    assert actes.lever_les_engagements(campagne=campagne, instant=RECOURS_PASSES) == 1
    [leve] = Engagement.objects.exclude(leve_le=None)
    assert (leve.adherent, leve.levee, leve.leve_le) == (membres[4], "non-designe", RECOURS_PASSES)
    assert Ligne.objects.get(acte="delegues.lever_les_engagements").details == {"leves": 1}
    assert actes.lever_les_engagements(campagne=campagne, instant=RECOURS_PASSES) == 0
    assert Ligne.objects.filter(acte="delegues.lever_les_engagements").count() == 1


def test_l_horloge_leve_apres_les_recours(monde: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _, designation, membres = monde
    faire_liste(designation, membres[0])
    monkeypatch.setattr("delegues.tasks.timezone.now", lambda: CONTROLE)
    tasks.suivre_les_candidatures()
    assert Engagement.objects.filter(leve_le=None).count() == 1
    monkeypatch.setattr("delegues.tasks.timezone.now", lambda: RECOURS_PASSES)
    tasks.suivre_les_candidatures()
    assert Engagement.objects.filter(levee="non-designe").count() == 1


def test_une_campagne_annulee_ne_lie_personne(monde: Any) -> None:
    campagne, designation, membres = monde
    faire_liste(designation, membres[0])
    campagne.etat, campagne.annulation = "annulee", "Congrès reporté"
    campagne.save()
    assert actes.lever_les_engagements(campagne=campagne, instant=CANDIDATURES) == 1
    assert declarer(compte_de(membres[0])).retiree_le is None


# --- Incompatibilities ---------------------------------------------------------------------------------


def ecrire(campagne: Any, par: Compte, **options: Any) -> Incompatibilite:
    return actes.ecrire_incompatibilite(
        campagne=campagne,
        par=par,
        **{
            "nom": "Fonction fédérale",
            "fondement": "Statuts, article 4",
            "genre": "fonction",
            "parametres": {"roles": ["secretaire_federal"]},
        }
        | options,
    )


@pytest.fixture
def admin() -> Compte:
    return faire_compte("administrateur")


def test_une_regle_s_ecrit_se_change_et_se_supprime_en_preparation(admin: Compte) -> None:
    campagne = faire_campagne(etat="preparation")
    regle = ecrire(campagne, admin)
    change = ecrire(campagne, admin, incompatibilite=regle, genre="successifs", parametres={"au_plus": 2})
    assert (change.pk, change.genre, change.parametres) == (regle.pk, "successifs", {"au_plus": 2})
    refus("incompatibilite_nom_unique", ecrire, campagne, admin)
    actes.supprimer_incompatibilite(incompatibilite=change, par=admin)
    assert Incompatibilite.objects.count() == 0
    assert Ligne.objects.filter(acte="delegues.regler").count() == 3


@pytest.mark.parametrize(
    ("genre", "parametres"),
    [
        ("fonction", {}),
        ("fonction", {"roles": []}),
        ("fonction", {"roles": ["roi"]}),
        ("fonction", {"roles": ["direction"], "au_plus": 2}),
        ("successifs", {}),
        ("successifs", {"au_plus": 0}),
        ("successifs", {"au_plus": "2"}),
        ("cumul", {"au_plus": 2}),
    ],
)
def test_chaque_regle_a_ses_parametres(admin: Compte, genre: str, parametres: dict[str, Any]) -> None:
    campagne = faire_campagne(etat="preparation")
    refus("parametres", ecrire, campagne, admin, genre=genre, parametres=parametres)


def test_une_campagne_annoncee_garde_ses_regles(admin: Compte) -> None:
    campagne = faire_campagne()
    regle = Incompatibilite.objects.create(campagne=campagne, nom="x", fondement="y", genre="cumul")
    refus("fige", ecrire, campagne, admin)
    refus("fige", actes.supprimer_incompatibilite, incompatibilite=regle, par=admin)


def test_une_derogation_demande_une_exception_prevue_et_un_motif(monde: Any, admin: Compte) -> None:
    campagne, _, membres = monde
    regle = Incompatibilite.objects.create(campagne=campagne, nom="x", fondement="y", genre="cumul")
    options = {"incompatibilite": regle, "adherent": membres[0], "par": admin, "instant": CANDIDATURES}
    refus("sans_exception", actes.accorder_derogation, motif="Oui", **options)
    regle.exception = "Petites sections"
    regle.save()
    refus("motif", actes.accorder_derogation, motif="  ", **options)
    derogation = actes.accorder_derogation(motif="Section de  six membres", **options)
    assert (derogation.motif, derogation.accordee_le) == ("Section de six membres", CANDIDATURES)
    refus("derogation_unique", actes.accorder_derogation, motif="Encore", **options)
    with pytest.raises(IntegrityError), transaction.atomic():
        Derogation.objects.update(motif="Autre")


def test_qui_ecrit_les_regles_et_accorde_les_derogations(monde: Any) -> None:
    campagne, designation, membres = monde
    preparation = faire_campagne(slug="prepa", etat="preparation")
    regle = Incompatibilite.objects.create(
        campagne=campagne, nom="x", fondement="y", genre="cumul", exception="Oui"
    )
    autre = Incompatibilite.objects.create(campagne=preparation, nom="x", fondement="y", genre="cumul")
    for role, lieu in (
        ("secretaire_section", {"section": designation.section}),
        ("secretaire_federal", {"federation": designation.section.federation}),
        ("gestionnaire_federal", {"federation": designation.section.federation}),
        ("direction", {}),
        ("recolement", {}),
        ("observateur", {}),
        (None, {}),
    ):
        compte = faire_compte(role, **lieu)
        refus("interdit", ecrire, preparation, compte)
        refus("interdit", actes.supprimer_incompatibilite, incompatibilite=autre, par=compte)
        refus(
            "interdit",
            actes.accorder_derogation,
            incompatibilite=regle,
            adherent=membres[0],
            motif="x",
            par=compte,
        )

"""Two concordant opinions decide: who may give one, when, with which reasons, and every way of deciding alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from delegues import actes
from delegues.models import Avis, Campagne, Delegation, Deport, Designation, Echange
from refondation.journal.models import Ligne
from refondation.membres.models import Compte, Mandat
from refondation.membres.regles import ActeImpossible, ActeInterdit
from tests.delegues import scene
from tests.delegues.scene import ASSEMBLEES, CALENDRIER, CONTROLE
from tests.delegues.scene_controle import Dossier, faire_campagne, membre_de_la_commission, recevoir

pytestmark = pytest.mark.django_db

POURQUOI = "La feuille de présence manque, et deux signatures se ressemblent."
SECONDE = timedelta(seconds=1)


@pytest.fixture
def campagne() -> Campagne:
    return faire_campagne()


@pytest.fixture
def dossier(campagne: Campagne) -> Dossier:
    dossier = recevoir(campagne)
    actes.recalculer_anomalies(designation=dossier.designation, instant=CONTROLE)
    return dossier


@pytest.fixture
def commission() -> list[Compte]:
    return [membre_de_la_commission(f) for f in ("75", "69", "13")]


def donner(dossier: Dossier, par: Compte, sens: str = "valider", **champs: Any) -> Avis:
    if sens != "valider":
        champs = {"motifs": ["piece"], "texte": POURQUOI, **champs}
    return actes.donner_avis(proces_verbal=dossier.pv, sens=sens, par=par, **{"instant": CONTROLE, **champs})


def refus(faire: Callable[[], object]) -> str:
    with pytest.raises(ActeImpossible) as erreur:
        faire()
    return erreur.value.code


# --- Deciding --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sens", "attendu"),
    [
        ("valider", ("validee", "decision", 2)),
        ("rejeter", ("rejetee", "decision", 0)),
        ("completer", ("incomplete", "demande", 0)),
    ],
)
def test_deux_avis_concordants_decident(
    dossier: Dossier, commission: list[Compte], sens: str, attendu: tuple[str, str, int]
) -> None:
    etat, genre, mandats = attendu
    donner(dossier, commission[0], sens)
    assert dossier.relire().etat == "recue"
    assert Echange.objects.count() == 0
    donner(dossier, commission[1], sens)
    assert dossier.relire().etat == etat
    decision = Echange.objects.get()
    assert (decision.genre, decision.sens, decision.auteur, decision.proces_verbal, decision.le) == (
        genre, sens, None, dossier.pv, CONTROLE,
    )  # fmt: skip
    assert set(decision.avis.values_list("compte", flat=True)) == {c.pk for c in commission[:2]}
    assert Delegation.objects.filter(fin=None).count() == mandats


def test_la_decision_reunit_les_motifs_et_les_explications(
    dossier: Dossier, commission: list[Compte]
) -> None:
    donner(
        dossier,
        commission[0],
        "rejeter",
        motifs=["piece", "signature"],
        texte="  La pièce est illisible ici.",
    )
    donner(
        dossier, commission[1], "rejeter", motifs=["compte", "piece"], texte="Le compte ne tombe pas juste."
    )
    decision = Echange.objects.get()
    assert decision.motifs == ["signature", "piece", "compte"]
    assert decision.texte == "La pièce est illisible ici.\n\nLe compte ne tombe pas juste."


def test_deux_avis_contraires_ne_decident_pas_et_un_troisieme_departage(
    dossier: Dossier, commission: list[Compte]
) -> None:
    donner(dossier, commission[0])
    donner(dossier, commission[1], "rejeter")
    assert dossier.relire().etat == "recue"
    donner(dossier, commission[2], "rejeter")
    assert dossier.relire().etat == "rejetee"
    assert set(Echange.objects.get().avis.values_list("compte", flat=True)) == {
        commission[1].pk,
        commission[2].pk,
    }


def test_le_journal_dit_chaque_etape(dossier: Dossier, commission: list[Compte]) -> None:
    """One line for each opinion, and one for the mandates that the second opens."""
    donner(dossier, commission[0])
    donner(dossier, commission[1])
    lignes = list(
        Ligne.objects.filter(acte__startswith="delegues.").order_by("rang").values_list("acte", "acteur")
    )
    assert lignes == [
        ("delegues.recalculer_anomalies", None),
        ("delegues.donner_avis", commission[0].pk),
        ("delegues.ouvrir_les_mandats", None),
        ("delegues.donner_avis", commission[1].pk),
    ]
    assert Ligne.objects.filter(acte="delegues.donner_avis").latest("rang").details == {
        "proces_verbal": dossier.pv.numero,
        "sens": "valider",
        "motifs": [],
        "decision": Echange.objects.get().pk,
    }


# --- Deciding alone, through every door -------------------------------------------------------------


def test_le_meme_membre_deux_fois(dossier: Dossier, commission: list[Compte]) -> None:
    donner(dossier, commission[0])
    assert refus(lambda: donner(dossier, commission[0])) == "avis_du_controle_unique"
    assert refus(lambda: donner(dossier, commission[0], "rejeter")) == "avis_du_controle_unique"
    assert (dossier.relire().etat, Avis.objects.count()) == ("recue", 1)


def test_un_avis_d_un_membre_parti_ne_compte_plus(dossier: Dossier, commission: list[Compte]) -> None:
    donner(dossier, commission[0])
    Mandat.objects.filter(compte=commission[0]).update(fin=date(2026, 1, 2))
    donner(dossier, commission[1])
    assert dossier.relire().etat == "recue"
    donner(dossier, commission[2])
    assert dossier.relire().etat == "validee"


@pytest.mark.parametrize("etat", ["validee", "rejetee", "incomplete"])
def test_la_base_refuse_une_decision_a_un_seul(dossier: Dossier, commission: list[Compte], etat: str) -> None:
    """An ORM update, raw SQL, one opinion only, or one that has lapsed: the state does not move."""
    sens = {"validee": "valider", "rejetee": "rejeter", "incomplete": "completer"}[etat]

    def forcer() -> None:
        with pytest.raises(IntegrityError, match="Deux membres"), transaction.atomic():
            Designation.objects.filter(pk=dossier.designation.pk).update(etat=etat)

    forcer()
    donner(dossier, commission[0], sens)
    forcer()
    Avis.objects.create(
        proces_verbal=dossier.pv, compte=commission[1], sens=sens, motifs=["autre"], donne_le=CONTROLE,
        perime=True,
    )  # fmt: skip
    forcer()
    # Somebody who says otherwise is not a second voice.
    autre = "rejeter" if sens == "valider" else "valider"
    Avis.objects.create(
        proces_verbal=dossier.pv, compte=commission[2], sens=autre, motifs=["autre"], donne_le=CONTROLE
    )
    forcer()
    assert dossier.relire().etat == "recue"


def test_un_avis_donne_ne_se_reecrit_pas(dossier: Dossier, commission: list[Compte]) -> None:
    avis = donner(dossier, commission[0], "rejeter")
    for geste in (
        lambda: Avis.objects.filter(pk=avis.pk).update(sens="valider"),
        lambda: Avis.objects.filter(pk=avis.pk).update(compte=commission[1]),
        lambda: Avis.objects.filter(pk=avis.pk).update(texte="Autre chose."),
        avis.delete,
    ):
        with pytest.raises(IntegrityError, match="ne se réécrit pas"), transaction.atomic():
            geste()
    Avis.objects.filter(pk=avis.pk).update(perime=True)
    with pytest.raises(IntegrityError, match="ne se réécrit pas"), transaction.atomic():
        Avis.objects.filter(pk=avis.pk).update(perime=False)


def test_le_dossier_ne_se_reecrit_pas(dossier: Dossier, commission: list[Compte]) -> None:
    donner(dossier, commission[0])
    donner(dossier, commission[1])
    decision = Echange.objects.get()
    for geste in (
        lambda: Echange.objects.filter(pk=decision.pk).update(texte="Autre chose."),
        lambda: Echange.objects.filter(pk=decision.pk)._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError, match="ne se réécrit pas"), transaction.atomic():
            geste()
    with pytest.raises(ProtectedError):
        decision.delete()


# --- Recusal -----------------------------------------------------------------------------------------


def test_recusation_pour_sa_federation(dossier: Dossier, commission: list[Compte]) -> None:
    voisin = membre_de_la_commission("31")
    assert refus(lambda: donner(dossier, voisin)) == "recuse"
    # The database says so too, whoever writes.
    with pytest.raises(IntegrityError, match="sa propre fédération"), transaction.atomic():
        Avis.objects.create(proces_verbal=dossier.pv, compte=voisin, sens="valider", donne_le=CONTROLE)


@pytest.mark.parametrize("role", ["secretaire_federal", "secretaire_section"])
def test_recusation_par_un_mandat_dans_la_federation(dossier: Dossier, role: str) -> None:
    membre = membre_de_la_commission("75")
    lieu = (
        {"federation": dossier.section.federation}
        if role == "secretaire_federal"
        else {"section": scene.faire_section("31002")}
    )
    Mandat.objects.create(compte=membre, role=role, debut=date(2026, 1, 1), **lieu)
    assert refus(lambda: donner(dossier, membre)) == "recuse"


def test_deport_declare(dossier: Dossier, commission: list[Compte]) -> None:
    federation = dossier.section.federation
    avis = donner(dossier, commission[0])
    actes.declarer_deport(
        federation=federation, motif="Mon frère y milite", par=commission[0], instant=CONTROLE
    )
    avis.refresh_from_db()
    assert avis.perime
    assert refus(lambda: donner(dossier, commission[0])) == "recuse"
    donner(dossier, commission[1])
    assert dossier.relire().etat == "recue"
    with pytest.raises(IntegrityError, match="sa propre fédération"), transaction.atomic():
        Avis.objects.create(proces_verbal=dossier.pv, compte=commission[0], sens="valider", donne_le=CONTROLE)
    assert (
        refus(lambda: actes.declarer_deport(federation=federation, motif="Encore", par=commission[0]))
        == "deport_unique"
    )


def test_un_deport_dit_pourquoi_et_n_engage_que_la_commission(
    dossier: Dossier, commission: list[Compte]
) -> None:
    federation = dossier.section.federation
    assert (
        refus(lambda: actes.declarer_deport(federation=federation, motif=" ", par=commission[0])) == "motif"
    )
    with pytest.raises(ActeInterdit):
        actes.declarer_deport(federation=federation, motif="Ami", par=scene.faire_compte("administrateur"))
    assert Deport.objects.count() == 0


def test_un_deport_ne_defait_pas_une_decision_prise(dossier: Dossier, commission: list[Compte]) -> None:
    donner(dossier, commission[0])
    donner(dossier, commission[1])
    actes.declarer_deport(federation=dossier.section.federation, motif="Ami", par=commission[0])
    assert dossier.relire().etat == "validee"
    assert Avis.objects.filter(perime=True).count() == 0


# --- Reasons -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sens", ["rejeter", "completer"])
def test_rejeter_ou_demander_se_motive(dossier: Dossier, commission: list[Compte], sens: str) -> None:
    for champs, code in (
        ({"motifs": []}, "motif"),
        ({"motifs": ["inconnu"]}, "motif"),
        ({"texte": ""}, "texte"),
        ({"texte": "x" * 19 + "   "}, "texte"),
    ):
        assert refus(lambda champs=champs: donner(dossier, commission[0], sens, **champs)) == code
    assert Avis.objects.count() == 0


def test_valider_malgre_une_anomalie_s_explique(dossier: Dossier, commission: list[Compte]) -> None:
    dossier.membres[0].a_jour_au = None
    dossier.membres[0].save()
    actes.recalculer_anomalies(designation=dossier.designation, instant=CONTROLE)
    assert refus(lambda: donner(dossier, commission[0])) == "texte"
    donner(dossier, commission[0], texte="Le reçu du 12 juin est joint au dossier.")
    donner(dossier, commission[1], texte="Vu le reçu, la cotisation était payée.")
    assert dossier.relire().etat == "validee"


def test_un_indice_ne_demande_pas_d_explication(dossier: Dossier, commission: list[Compte]) -> None:
    dossier.designation.anomalies.create(
        regle="participation", gravite="indice", preuve={}, calculee_le=CONTROLE
    )
    donner(dossier, commission[0])
    assert Avis.objects.count() == 1


def test_on_ne_valide_pas_avant_le_calcul(campagne: Campagne, commission: list[Compte]) -> None:
    dossier = recevoir(campagne)
    assert refus(lambda: donner(dossier, commission[0])) == "anomalies"
    Designation.objects.filter(pk=dossier.designation.pk).update(
        anomalies_le=dossier.pv.verrouille_le - SECONDE
    )
    assert refus(lambda: donner(dossier, commission[0])) == "anomalies"
    # Rejecting or asking for more needs no computation.
    donner(dossier, commission[0], "completer")


def test_un_sens_inconnu(dossier: Dossier, commission: list[Compte]) -> None:
    assert refus(lambda: donner(dossier, commission[0], "peut-être")) == "sens"


# --- Rights, moments, states ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "role",
    [None, "secretaire_section", "secretaire_federal", "gestionnaire_federal", "direction",
     "administrateur", "observateur"],
)  # fmt: skip
@pytest.mark.parametrize("instant", [ASSEMBLEES, CONTROLE, scene.MANDATS])
def test_seule_la_commission_donne_un_avis(dossier: Dossier, role: str | None, instant: object) -> None:
    lieux = {
        "secretaire_section": {"section": dossier.section},
        "secretaire_federal": {"federation": dossier.section.federation},
        "gestionnaire_federal": {"federation": dossier.section.federation},
    }
    compte = scene.faire_compte(role, **lieux.get(role, {}))
    with pytest.raises(ActeInterdit):
        donner(dossier, compte, instant=instant)
    assert Avis.objects.count() == 0


@pytest.mark.parametrize(
    ("instant", "code"),
    [
        (CALENDRIER["assemblees_du"] - SECONDE, "trop_tot"),
        (CALENDRIER["assemblees_du"], None),
        (CALENDRIER["controle_au"] - SECONDE, None),
        (CALENDRIER["controle_au"], "trop_tard"),
    ],
)
def test_avant_pendant_apres_le_controle(
    dossier: Dossier, commission: list[Compte], instant: object, code: str | None
) -> None:
    if code is None:
        donner(dossier, commission[0], instant=instant)
        assert Avis.objects.count() == 1
    else:
        assert refus(lambda: donner(dossier, commission[0], instant=instant)) == code


def test_ce_qui_est_conteste_se_tranche_apres_la_fin_du_controle(campagne: Campagne) -> None:
    dossier = recevoir(campagne, etat="contestee")
    actes.recalculer_anomalies(designation=dossier.designation, instant=CONTROLE)
    for federation in ("75", "69"):
        donner(dossier, membre_de_la_commission(federation), instant=CALENDRIER["controle_au"])
    assert dossier.relire().etat == "validee"


@pytest.mark.parametrize(
    ("etat", "admis"),
    [
        ("recue", {"valider", "completer", "rejeter"}),
        ("incomplete", {"rejeter"}),
        ("contestee", {"valider", "completer", "rejeter"}),
        ("validee", set()),
        ("rejetee", set()),
    ],
)
def test_etat_par_etat(campagne: Campagne, etat: str, admis: set[str]) -> None:
    dossier = recevoir(campagne, etat=etat)
    actes.recalculer_anomalies(designation=dossier.designation, instant=CONTROLE)
    for federation, sens in (("75", "valider"), ("69", "completer"), ("13", "rejeter")):
        membre = membre_de_la_commission(federation)
        if sens in admis:
            donner(dossier, membre, sens)
        else:
            assert refus(lambda membre=membre, sens=sens: donner(dossier, membre, sens)) == "etat"


def test_qui_a_demande_un_complement_peut_ensuite_rejeter(dossier: Dossier, commission: list[Compte]) -> None:
    """The section does not answer: the same two members may say so."""
    for sens in ("completer", "rejeter"):
        donner(dossier, commission[0], sens)
        donner(dossier, commission[1], sens)
    assert dossier.relire().etat == "rejetee"


def test_un_proces_verbal_remplace_n_a_plus_d_avis(dossier: Dossier, commission: list[Compte]) -> None:
    donner(dossier, commission[0])
    ancien = dossier.pv
    ancien.etat = "rectifie"
    ancien.save()
    assert refus(lambda: donner(dossier, commission[1])) == "remplace"
    dossier.pv = scene.faire_proces_verbal(
        dossier.designation,
        [e.candidature for e in ancien.elus.all()],
        redacteur=dossier.secretaire,
        contresignataire=dossier.membres[1],
        rectifie=ancien,
        motif_de_rectification="Erreur de report",
    )
    actes.recalculer_anomalies(designation=dossier.designation, instant=CONTROLE)
    # The opinion given on the former minutes does not count on these.
    donner(dossier, commission[1])
    assert dossier.relire().etat == "recue"
    donner(dossier, commission[0])
    assert dossier.relire().etat == "validee"

"""Two concordant opinions decide; every way of deciding alone is refused, down to the database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from delegues import actes
from delegues.models import (
    Avis,
    Campagne,
    Delegation,
    Designation,
    Echange,
)
from refondation.journal.models import Ligne
from refondation.membres.models import Compte, Mandat
from tests.delegues.scene import CONTROLE
from tests.delegues.scene_controle import (
    Dossier,
    donner,
    faire_campagne,
    membre_de_la_commission,
    recevoir,
    recevoir_et_calculer,
    refus,
)

pytestmark = pytest.mark.django_db
SECONDE = timedelta(seconds=1)


@pytest.fixture
def campagne() -> Campagne:
    return faire_campagne()


@pytest.fixture
def dossier(campagne: Campagne) -> Dossier:
    return recevoir_et_calculer(campagne)


@pytest.fixture
def commission() -> list[Compte]:
    return [membre_de_la_commission(f) for f in ("75", "69", "13", "33")]


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

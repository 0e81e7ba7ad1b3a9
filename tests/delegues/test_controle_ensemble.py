"""Two members at once, twice the same member, a contest while one decides: real connections, one outcome."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from delegues import actes
from delegues.models import Anomalie, Avis, Campagne, Delegation, Echange
from refondation.journal.models import Ligne
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible
from tests.delegues import scene
from tests.delegues.scene import CONTROLE
from tests.delegues.scene_controle import Dossier, faire_campagne, membre_de_la_commission, recevoir

pytestmark = pytest.mark.django_db(transaction=True)
POURQUOI = "La feuille de présence manque au dossier."


@pytest.fixture
def dossier() -> Dossier:
    dossier = recevoir(faire_campagne())
    actes.recalculer_anomalies(designation=dossier.designation, instant=CONTROLE)
    return dossier


def ensemble(*gestes: Callable[[], Any]) -> list[Any]:
    """What each gesture returned or raised, all started at the same moment on connections of their own."""
    depart, suites = threading.Barrier(len(gestes)), [None] * len(gestes)

    def faire(rang: int, geste: Callable[[], Any]) -> None:
        try:
            depart.wait(10)
            suites[rang] = geste()
        except ActeImpossible as refus:
            suites[rang] = refus.code
        finally:
            connections.close_all()

    fils = [threading.Thread(target=faire, args=(rang, geste)) for rang, geste in enumerate(gestes)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join(30)
    assert not any(fil.is_alive() for fil in fils)
    return suites


def avis(dossier: Dossier, par: Compte, sens: str = "valider") -> Callable[[], Avis]:
    par = Compte.objects.get(pk=par.pk)
    return lambda: actes.donner_avis(
        proces_verbal=dossier.pv, sens=sens, motifs=["piece"], texte=POURQUOI, par=par, instant=CONTROLE
    )


def test_deux_membres_au_meme_instant_decident_une_fois(dossier: Dossier) -> None:
    membres = [membre_de_la_commission(f) for f in ("75", "69", "13")]
    suites = ensemble(*(avis(dossier, m) for m in membres))
    # The third one arrives after the decision, whoever it is.
    assert sorted(isinstance(s, Avis) for s in suites) == [False, True, True]
    assert "etat" in suites
    assert dossier.relire().etat == "validee"
    assert Echange.objects.filter(genre="decision").count() == 1
    assert Delegation.objects.count() == 2


def test_le_meme_membre_deux_fois_au_meme_instant(dossier: Dossier) -> None:
    membre = membre_de_la_commission("75")
    suites = ensemble(avis(dossier, membre), avis(dossier, membre))
    assert sorted(map(str, (type(s).__name__ for s in suites))) == ["Avis", "str"]
    assert "avis_du_controle_unique" in suites
    assert (dossier.relire().etat, Avis.objects.count()) == ("recue", 1)


def test_une_contestation_pendant_la_decision(dossier: Dossier) -> None:
    """Either the contest comes first and the opinions lapse, or the decision does and an appeal is the way."""
    premier, second = (membre_de_la_commission(f) for f in ("75", "69"))
    avis(dossier, premier)()
    plaignant = scene.compte_de(dossier.membres[3])
    _, contestation = ensemble(
        avis(dossier, second),
        lambda: actes.contester_designation(
            designation=dossier.designation, motifs=["piece"], texte=POURQUOI, par=plaignant, instant=CONTROLE
        ),
    )
    etat = dossier.relire().etat
    assert (etat, contestation if etat == "validee" else contestation.genre) in {
        ("validee", "decidee"),
        ("contestee", "contestation"),
    }


def test_deux_recours_au_meme_instant(dossier: Dossier) -> None:
    for federation in ("75", "69"):
        avis(dossier, membre_de_la_commission(federation), "rejeter")()
    decision = Echange.objects.get()
    comptes = [scene.compte_de(dossier.membres[rang]) for rang in (3, 4)]
    suites = ensemble(
        *(
            lambda compte=compte: actes.former_recours(
                decision=decision, motifs=["piece"], texte=POURQUOI, par=compte, instant=CONTROLE
            )
            for compte in comptes
        )
    )
    assert "deja" in suites
    assert Echange.objects.filter(genre="recours").count() == 1


def test_deux_calculs_au_meme_instant_ne_trouvent_rien_deux_fois(dossier: Dossier) -> None:
    dossier.membres[0].a_jour_au = None
    dossier.membres[0].save()
    campagne = Campagne.objects.get()
    suites = ensemble(
        lambda: actes.recalculer_anomalies(campagne=campagne, instant=CONTROLE),
        lambda: actes.recalculer_anomalies(designation=dossier.designation, instant=CONTROLE),
        lambda: actes.recalculer_anomalies(campagne=campagne, instant=CONTROLE),
    )
    assert suites == [1, 1, 1]
    assert Anomalie.objects.count() == 1
    assert Ligne.objects.filter(acte="delegues.recalculer_anomalies").count() == 4

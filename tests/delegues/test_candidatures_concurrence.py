"""Two requests at the same moment, on real connections: one person stands once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection

from delegues import actes
from delegues.models import Candidature, CandidatureALaGouvernance, Engagement, Liste
from refondation.membres.regles import ActeImpossible
from tests.delegues.scene import CANDIDATURES, faire_designation
from tests.delegues.scene_candidatures import (
    TIRAGE,
    compte_de,
    faire_campagne,
    faire_liste,
    peupler,
    secretaire_de,
)

pytestmark = pytest.mark.django_db(transaction=True)


def ensemble(*appels: Callable[[], object]) -> Counter[str]:
    """Start all at once, each on its own connection; how many ended with each code ("" when done)."""
    depart, fins = threading.Barrier(len(appels)), []

    def jouer(appel: Callable[[], object]) -> None:
        try:
            depart.wait()
            appel()
            fins.append("")
        except ActeImpossible as refus:
            fins.append(refus.code)
        except Exception as erreur:
            fins.append(repr(erreur))
        finally:
            connection.close()

    fils = [threading.Thread(target=jouer, args=(appel,)) for appel in appels]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    return Counter(fins)


@pytest.fixture(autouse=True)
def _sans_courriel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eager tasks would run inside the threads' commits; the mails are tested elsewhere."""
    for tache in ("inviter_les_candidats", "confirmer_la_reponse", "dire_que_le_duo_est_defait"):
        monkeypatch.setattr(f"delegues.tasks.{tache}.delay_on_commit", lambda *_: None)


def test_deux_clics_sur_deposer() -> None:
    campagne = faire_campagne()
    section, membres = peupler()
    designation, compte = faire_designation(campagne, section), compte_de(membres[0])

    def se_porter() -> None:
        actes.se_porter_candidat(
            designation=designation, par=compte, empreinte=campagne.engagement_empreinte, instant=CANDIDATURES
        )

    assert ensemble(se_porter, se_porter) == {"": 1, "candidature_active_unique": 1}
    assert (Liste.objects.count(), Engagement.objects.count()) == (1, 1)


def test_la_meme_personne_accepte_deux_fois_a_la_fois() -> None:
    campagne = faire_campagne()
    section, membres = peupler()
    designation = faire_designation(campagne, section)
    liste = actes.proposer_candidature(
        designation=designation, adherents=[membres[0]], par=secretaire_de(section), instant=CANDIDATURES
    )
    candidature, compte = liste.candidatures.get(), compte_de(membres[0])

    def accepter() -> None:
        actes.repondre_a_la_proposition(
            candidature=candidature,
            accepte=True,
            par=compte,
            empreinte=campagne.engagement_empreinte,
            instant=CANDIDATURES,
        )

    assert ensemble(accepter, accepter) == {"": 1, "etat": 1}
    assert Engagement.objects.count() == 1


def test_deux_secretaires_proposent_la_meme_personne() -> None:
    section, membres = peupler()
    designation = faire_designation(faire_campagne(), section)
    secretaires = [secretaire_de(section), secretaire_de(section)]

    def proposer(rang: int) -> Callable[[], object]:
        return lambda: actes.proposer_candidature(
            designation=designation, adherents=[membres[0]], par=secretaires[rang], instant=CANDIDATURES
        )

    assert ensemble(proposer(0), proposer(1)) == {"": 1, "candidature_active_unique": 1}
    assert Candidature.objects.count() == 1


def test_se_porter_et_etre_propose_en_meme_temps() -> None:
    campagne = faire_campagne()
    section, membres = peupler()
    designation = faire_designation(campagne, section)
    secretaire, compte = secretaire_de(section), compte_de(membres[0])
    fins = ensemble(
        lambda: actes.proposer_candidature(
            designation=designation, adherents=[membres[0]], par=secretaire, instant=CANDIDATURES
        ),
        lambda: actes.se_porter_candidat(
            designation=designation, par=compte, empreinte=campagne.engagement_empreinte, instant=CANDIDATURES
        ),
    )
    assert fins[""] == 1
    assert fins["proposition"] + fins["candidature_active_unique"] == 1
    assert Candidature.objects.actives().count() == 1


def test_s_engager_et_se_porter_a_la_gouvernance_en_meme_temps() -> None:
    """Neither transaction sees the other's row: the member's line orders them."""
    campagne = faire_campagne()
    section, membres = peupler()
    designation, compte = faire_designation(campagne, section), compte_de(membres[0])
    fins = ensemble(
        lambda: actes.se_porter_candidat(
            designation=designation, par=compte, empreinte=campagne.engagement_empreinte, instant=CANDIDATURES
        ),
        lambda: actes.declarer_candidature_gouvernance(
            instance="nationale",
            fonction="Conseil national",
            election_le=date(2027, 3, 1),
            par=compte,
            instant=CANDIDATURES,
        ),
    )
    assert fins[""] == 1
    assert fins["gouvernance"] + fins["engagement_tenu"] == 1
    assert Engagement.objects.count() + CandidatureALaGouvernance.objects.count() == 1


def test_deux_horloges_tirent_un_ordre() -> None:
    section, membres = peupler()
    designation = faire_designation(faire_campagne(), section)
    for membre in membres:
        faire_liste(designation, membre)
    tirer = lambda: actes.tirer_l_ordre(designation=designation, instant=TIRAGE)  # noqa: E731
    assert ensemble(tirer, tirer) == {"": 2}
    assert sorted(Liste.objects.values_list("rang", flat=True)) == [1, 2, 3, 4]

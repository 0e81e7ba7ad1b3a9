"""Standing, alone, in a duo or on a list."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core import mail

from delegues import actes
from delegues.models import Candidature, Engagement, Liste
from refondation.journal.models import Ligne
from refondation.membres.models import Adherent, Mandat
from tests.delegues.monde_candidatures import (
    Monde,
    _maintenant,
    apres_commit,
    monde,
    refus,
)
from tests.delegues.scene import (
    AVANT,
    CANDIDATURES,
    faire_compte,
    faire_designation,
    faire_section,
)
from tests.delegues.scene_candidatures import compte_de

__all__ = ["_maintenant", "apres_commit", "monde"]  # fixtures

pytestmark = pytest.mark.django_db


# --- Standing --------------------------------------------------------------------------------------


def test_se_porter_candidat_depose_la_candidature_et_l_engagement(monde: Monde) -> None:
    candidature = monde.se_porter(profession="Le logement.")
    assert (candidature.etat, candidature.profession, candidature.repondue_le) == (
        "acceptee",
        "Le logement.",
        CANDIDATURES,
    )
    assert (candidature.liste.etat, candidature.liste.deposee_le) == ("deposee", CANDIDATURES)
    engagement = Engagement.objects.get()
    assert engagement.adherent == monde.membres[0]
    assert engagement.empreinte == monde.campagne.engagement_empreinte
    assert (engagement.accepte_le, engagement.jusqu_au) == (CANDIDATURES, date(2028, 1, 1))
    ligne = Ligne.objects.get(acte="delegues.candidater")
    assert (ligne.acte, ligne.section) == ("delegues.candidater", monde.section)
    assert ligne.details == {"candidature": candidature.pk, "avec": []}


def test_sans_engagement_demande_aucun_n_est_pris() -> None:
    monde = Monde(engagement="", engagement_jusqu_au=None)
    assert monde.se_porter(empreinte="").etat == "acceptee"
    assert Engagement.objects.count() == 0


@pytest.mark.parametrize("empreinte", ["", "0" * 64])
def test_un_autre_texte_que_celui_de_la_campagne_n_engage_pas(monde: Monde, empreinte: str) -> None:
    refus("engagement", monde.se_porter, empreinte=empreinte)
    assert (
        Liste.objects.count(),
        Engagement.objects.count(),
        Ligne.objects.filter(acte="delegues.candidater").count(),
    ) == (0, 0, 0)


def test_deux_envois_ne_font_qu_une_candidature(monde: Monde) -> None:
    monde.se_porter()
    refus("candidature_active_unique", monde.se_porter)
    assert Candidature.objects.count() == 1


def test_on_se_porte_dans_sa_section_seulement(monde: Monde) -> None:
    ailleurs = faire_designation(monde.campagne, faire_section("31002"))
    message = refus("eligibilite", monde.se_porter, designation=ailleurs)
    assert "Appartenir à la section de Ville 31002." in message
    assert "Présentez-vous dans la vôtre." in message


def test_un_compte_sans_adhesion_ne_se_porte_pas(monde: Monde) -> None:
    refus("sans_adhesion", monde.se_porter, par=faire_compte())


def test_une_incompatibilite_se_dit_avec_son_fondement(monde: Monde) -> None:
    monde.campagne.incompatibilites.create(
        nom="Fonction fédérale",
        fondement="Statuts, article 4",
        genre="fonction",
        parametres={"roles": ["secretaire_federal"]},
    )
    Mandat.objects.create(
        compte=compte_de(monde.membres[0]),
        role="secretaire_federal",
        federation=monde.section.federation,
        debut=date(2025, 1, 1),
    )
    message = refus("incompatible", monde.se_porter)
    assert message == (
        "Vous ne pouvez pas être candidat·e ici. Incompatibilité : Fonction fédérale (Statuts, article 4). "
        "Secrétaire fédéral·e depuis le 1er janvier 2025, sans fin prévue."
    )


def test_qui_est_candidat_a_la_gouvernance_la_retire_d_abord(monde: Monde) -> None:
    compte = compte_de(monde.membres[0])
    declaree = actes.declarer_candidature_gouvernance(
        instance="nationale",
        fonction="Conseil national",
        election_le=date(2027, 3, 1),
        par=compte,
        instant=AVANT,
    )
    assert "Conseil national" in refus("gouvernance", monde.se_porter)
    actes.retirer_candidature_gouvernance(candidature=declaree, par=compte, instant=CANDIDATURES)
    assert monde.se_porter().etat == "acceptee"


# --- Duos, lists -----------------------------------------------------------------------------------


def test_un_duo_attend_sa_seconde_moitie(apres_commit: Any) -> None:
    monde = Monde(candidatures="duos")
    with apres_commit():
        candidature = monde.se_porter(avec=[monde.membres[1]])
    liste = candidature.liste
    assert liste.etat == "en-attente"
    [message] = mail.outbox
    assert message.to == [monde.membres[1].courriel]
    assert f"Avec vous : {candidature}." in message.body
    autre = liste.candidatures.get(rang=2)
    assert autre.etat == "proposee"
    monde.repondre(autre)
    liste.refresh_from_db()
    assert (liste.etat, Engagement.objects.count()) == ("deposee", 2)


@pytest.mark.parametrize(
    ("genres", "juste"),
    [("FH", True), ("HF", True), ("FF", False), ("HH", False), ("AF", True), ("AA", True), ("H", False)],
)
def test_un_duo_reunit_une_femme_et_un_homme(genres: str, juste: bool) -> None:
    monde = Monde(candidatures="duos")
    for membre, genre in zip(monde.membres, genres, strict=False):
        membre.genre = genre
        membre.save()
    avec = monde.membres[1 : len(genres)]
    if juste:
        assert monde.se_porter(avec=avec).liste.candidatures.count() == 2
    else:
        refus("forme", monde.se_porter, avec=avec)


def test_une_moitie_decline_et_le_duo_est_defait(apres_commit: Any) -> None:
    monde = Monde(candidatures="duos")
    candidature = monde.se_porter(avec=[monde.membres[1]])
    with apres_commit():
        monde.repondre(candidature.liste.candidatures.get(rang=2), accepte=False)
    candidature.refresh_from_db()
    candidature.liste.refresh_from_db()
    assert (candidature.etat, candidature.liste.etat) == ("retiree", "retiree")
    assert Engagement.objects.get().levee == "retrait"
    assert {m.subject: m.to for m in mail.outbox} == {
        "Votre duo ne se présente plus": [monde.membres[0].courriel],
        "Vous avez décliné une candidature": [monde.membres[1].courriel],
    }
    assert monde.se_porter(avec=[monde.membres[3]]).etat == "acceptee"


def test_une_liste_se_depose_quand_chacun_a_repondu() -> None:
    monde = Monde(candidatures="listes")
    tete = monde.se_porter(avec=monde.membres[1:4], nom="  Ensemble ")
    assert tete.liste.nom == "Ensemble"
    for place, accepte in ((2, True), (3, True), (4, False)):
        tete.liste.refresh_from_db()
        assert tete.liste.etat == "en-attente"
        monde.repondre(tete.liste.candidatures.get(rang=place), accepte=accepte)
    tete.liste.refresh_from_db()
    assert (tete.liste.etat, len(tete.liste.presentes())) == ("deposee", 3)


@pytest.mark.parametrize(
    ("options", "rangs", "message"),
    [
        ({"nom": " "}, (1,), "Donnez un nom à la liste."),
        (
            {"nom": "Nous"},
            (2, 1),
            "La liste alterne une femme et un homme : deux personnes du même genre se suivent.",
        ),
        ({"nom": "Nous"}, (0,), "La même personne est citée deux fois."),
    ],
)
def test_une_liste_mal_formee(options: dict[str, str], rangs: tuple[int, ...], message: str) -> None:
    monde = Monde(candidatures="listes")
    assert refus("forme", monde.se_porter, avec=[monde.membres[r] for r in rangs], **options) == message


def test_une_liste_plus_longue_que_les_places() -> None:
    monde = Monde(candidatures="listes", sieges=1)
    message = refus("forme", monde.se_porter, avec=monde.membres[1:3], nom="Nous")
    assert message == "Une liste a 2 personnes au plus dans cette section."


def test_le_dossier_d_un_autre_ne_se_dit_pas(monde: Monde) -> None:
    monde = Monde(slug="duos", candidatures="duos")
    Adherent.objects.filter(pk=monde.membres[1].pk).update(a_jour_au=None)
    message = refus("eligibilite", monde.se_porter, avec=[monde.membres[1]])
    assert "cotisation" not in message
    assert "cotisation" in refus("eligibilite", monde.proposer, 0, 1)

"""Being proposed, answering from the mail, withdrawing, presenting oneself; when each is possible."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from delegues import actes
from delegues.models import Candidature, Engagement, Liste
from refondation.membres.models import Adherent
from tests.delegues.monde_candidatures import (
    Monde,
    _maintenant,
    apres_commit,
    jeton_du_courriel,
    monde,
    refus,
)
from tests.delegues.scene import (
    CALENDRIER,
    CANDIDATURES,
    RETRAITS,
    faire_compte,
    faire_section,
)
from tests.delegues.scene_candidatures import TIRAGE, compte_de, image, secretaire_de

__all__ = ["_maintenant", "apres_commit", "monde"]  # fixtures

pytestmark = pytest.mark.django_db


# --- Proposing, answering ----------------------------------------------------------------------------


def test_une_proposition_s_accepte_par_le_lien_du_courriel(monde: Monde, apres_commit: Any) -> None:
    with apres_commit():
        liste = monde.proposer(2)
    assert liste.etat == "en-attente"
    [message] = mail.outbox
    jeton = jeton_du_courriel(message)
    candidature = liste.candidatures.get()
    assert jeton not in candidature.jeton
    assert Engagement.objects.count() == 0
    with apres_commit():
        monde.repondre(candidature, par=None, jeton=jeton, profession="Oui")
    candidature.refresh_from_db()
    assert (candidature.etat, candidature.jeton, candidature.profession) == ("acceptee", "", "Oui")
    assert mail.outbox[1].subject == "Votre candidature est enregistrée"
    assert Engagement.objects.get().adherent == monde.membres[2]
    refus("lien", monde.repondre, candidature, par=None, jeton=jeton)


@pytest.mark.parametrize("jeton", ["", "faux"])
def test_un_autre_secret_n_accepte_rien(monde: Monde, jeton: str, apres_commit: Any) -> None:
    with apres_commit():
        candidature = monde.proposer(2).candidatures.get()
    refus("lien", monde.repondre, candidature, par=None, jeton=jeton)
    refus("lien", monde.repondre, candidature, par=compte_de(monde.membres[1]), jeton=jeton)
    assert Engagement.objects.count() == 0


def test_avant_l_envoi_aucun_lien_n_accepte(monde: Monde) -> None:
    candidature = monde.proposer(2).candidatures.get()
    assert candidature.jeton == ""
    refus("lien", monde.repondre, candidature, par=None, jeton="")


def test_un_second_courriel_remplace_le_premier(monde: Monde, apres_commit: Any) -> None:
    with apres_commit():
        candidature = monde.proposer(2).candidatures.get()
    with apres_commit():
        actes.renvoyer_la_proposition(candidature=candidature, par=monde.secretaire, instant=CANDIDATURES)
    premier, second = map(jeton_du_courriel, mail.outbox)
    refus("lien", monde.repondre, candidature, par=None, jeton=premier)
    assert monde.repondre(candidature, par=None, jeton=second).etat == "acceptee"


def test_l_invitation_ne_part_qu_une_fois(monde: Monde, apres_commit: Any) -> None:
    with apres_commit():
        candidature = monde.proposer(2).candidatures.get()
    assert actes.inviter_a_repondre(candidature=candidature, instant=CANDIDATURES) is False
    assert len(mail.outbox) == 1


def test_decliner_libere_la_personne(monde: Monde) -> None:
    candidature = monde.proposer(2).candidatures.get()
    monde.repondre(candidature, accepte=False, empreinte="")
    candidature.liste.refresh_from_db()
    assert (candidature.liste.etat, Engagement.objects.count()) == ("retiree", 0)
    assert monde.se_porter(2).etat == "acceptee"


def test_accepter_reverifie_le_registre(monde: Monde) -> None:
    candidature, compte = monde.proposer(2).candidatures.get(), compte_de(monde.membres[2])
    Adherent.objects.filter(pk=candidature.adherent_id).update(sorti_le=date(2026, 9, 4))
    refus("eligibilite", monde.repondre, candidature, par=compte)
    candidature.refresh_from_db()
    assert candidature.etat == "proposee"


def test_deux_propositions_pour_une_personne(monde: Monde) -> None:
    monde.proposer(2)
    message = refus("candidature_active_unique", monde.proposer, 2)
    assert message == "Cette personne est déjà candidate dans cette campagne."
    assert "Ma candidature" in refus("proposition", monde.se_porter, 2)


def test_sans_adresse_on_ne_pourrait_pas_repondre(monde: Monde) -> None:
    Adherent.objects.filter(pk=monde.membres[2].pk).update(courriel="")
    refus("sans_adresse", monde.proposer, 2)


def test_qui_propose_conduit_la_section(monde: Monde) -> None:
    for compte in (
        secretaire_de(faire_section("31002")),
        faire_compte("secretaire_federal", federation=monde.section.federation),
        faire_compte("administrateur"),
        compte_de(monde.membres[3]),
    ):
        refus("interdit", monde.proposer, 2, par=compte)
        refus("interdit", _renvoyer, monde, compte)
    assert Liste.objects.filter(candidatures__etat="proposee").count() == 1


def _renvoyer(monde: Monde, compte: Any) -> None:
    candidature = Candidature.objects.first() or monde.proposer(2).candidatures.get()
    actes.renvoyer_la_proposition(candidature=candidature, par=compte, instant=CANDIDATURES)


# --- Withdrawing -------------------------------------------------------------------------------------


def test_se_retirer_leve_l_engagement_et_permet_de_revenir(monde: Monde) -> None:
    candidature = monde.se_porter()
    actes.retirer_candidature(candidature=candidature, par=compte_de(monde.membres[0]), instant=CANDIDATURES)
    candidature.refresh_from_db()
    candidature.liste.refresh_from_db()
    assert (candidature.etat, candidature.liste.etat) == ("retiree", "retiree")
    leve = Engagement.objects.get()
    assert (leve.levee, leve.leve_le) == ("retrait", CANDIDATURES)
    monde.se_porter()
    assert Engagement.objects.filter(leve_le=None).count() == 1


def test_on_ne_retire_pas_la_candidature_d_un_autre(monde: Monde) -> None:
    candidature = monde.se_porter()
    for compte in (monde.secretaire, compte_de(monde.membres[1]), faire_compte("administrateur")):
        refus(
            "interdit", actes.retirer_candidature, candidature=candidature, par=compte, instant=CANDIDATURES
        )


def test_la_secretaire_annule_une_proposition_sans_reponse(monde: Monde) -> None:
    candidature = monde.proposer(2).candidatures.get()
    autre = secretaire_de(faire_section("31002"))
    refus("interdit", actes.retirer_candidature, candidature=candidature, par=autre, instant=CANDIDATURES)
    actes.retirer_candidature(candidature=candidature, par=monde.secretaire, instant=CANDIDATURES)
    candidature.refresh_from_db()
    assert candidature.etat == "retiree"
    refus(
        "etat",
        actes.retirer_candidature,
        candidature=candidature,
        par=compte_de(monde.membres[2]),
        instant=CANDIDATURES,
    )


def test_une_liste_continue_sans_celle_qui_s_en_va() -> None:
    monde = Monde(candidatures="listes")
    tete = monde.se_porter(avec=[monde.membres[1]], nom="Nous")
    monde.repondre(tete.liste.candidatures.get(rang=2))
    actes.retirer_candidature(candidature=tete, par=compte_de(monde.membres[0]), instant=RETRAITS)
    tete.liste.refresh_from_db()
    assert (tete.liste.etat, [c.rang for c in tete.liste.presentes()]) == ("deposee", [2])


# --- The statement and the photo ---------------------------------------------------------------------


def test_presenter_sa_candidature(monde: Monde, apres_commit: Any, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    candidature, compte = monde.se_porter(), compte_de(monde.membres[0])

    def presenter(**options: Any) -> Candidature:
        with apres_commit():
            return actes.presenter_ma_candidature(
                **{"candidature": candidature, "profession": "x", "par": compte, "instant": CANDIDATURES}
                | options
            )

    def gardees() -> list[Path]:
        return list((tmp_path / "candidatures").iterdir())

    presentee = presenter(profession="Autre texte", photo=image())
    assert (presentee.profession, len(gardees())) == ("Autre texte", 1)
    with Image.open(gardees()[0]) as gardee:
        assert (gardee.size, dict(gardee.getexif())) == ((800, 600), {})
    # One photo at a time, and none left behind.
    assert presenter(photo=image(couleur="green")).photo.path == str(gardees()[0])
    assert len(gardees()) == 1
    assert (presenter(retirer_la_photo=True).photo.name, gardees()) == ("", [])
    presenter(photo=image())
    with apres_commit():
        actes.retirer_candidature(candidature=candidature, par=compte, instant=CANDIDATURES)
    assert gardees() == []


def test_presenter_la_candidature_d_un_autre_ou_un_faux_fichier(monde: Monde) -> None:
    candidature = monde.se_porter()
    presenter = actes.presenter_ma_candidature
    refus(
        "interdit",
        presenter,
        candidature=candidature,
        profession="x",
        par=monde.secretaire,
        instant=CANDIDATURES,
    )
    faux = SimpleUploadedFile("moi.jpg", b"MZ not a photo")
    refus(
        "fichier_inconnu",
        presenter,
        candidature=candidature,
        profession="x",
        photo=faux,
        par=compte_de(monde.membres[0]),
        instant=CANDIDATURES,
    )


# --- The calendar --------------------------------------------------------------------------------------

DU, AU, FIN = (CALENDRIER[n] for n in ("candidatures_du", "candidatures_au", "retraits_au"))
SECONDE = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("instant", "code"), [(DU - SECONDE, "trop_tot"), (DU, None), (AU - SECONDE, None), (AU, "trop_tard")]
)
def test_quand_on_se_porte_ou_propose(monde: Monde, instant: datetime, code: str | None) -> None:
    for appel in (lambda: monde.se_porter(0, instant=instant), lambda: monde.proposer(1, instant=instant)):
        if code:
            refus(code, appel)
        else:
            appel()


@pytest.mark.parametrize(("instant", "code"), [(AU, None), (FIN - SECONDE, None), (FIN, "trop_tard")])
def test_quand_on_repond_et_se_retire(monde: Monde, instant: datetime, code: str | None) -> None:
    portee, proposee = monde.se_porter(0), monde.proposer(1).candidatures.get()
    for appel in (
        lambda: actes.retirer_candidature(
            candidature=portee, par=compte_de(monde.membres[0]), instant=instant
        ),
        lambda: monde.repondre(proposee, instant=instant),
    ):
        if code:
            refus(code, appel)
        else:
            appel()


def test_une_campagne_close_ou_en_preparation_ne_recoit_rien() -> None:
    preparation = Monde(slug="prepa", etat="preparation")
    assert refus("campagne", preparation.se_porter).startswith("La campagne est « en préparation »")
    refus("campagne", preparation.proposer, 1)


def test_apres_les_retraits_plus_rien_ne_part(monde: Monde) -> None:
    candidature = monde.proposer(2).candidatures.get()
    assert actes.inviter_a_repondre(candidature=candidature, instant=TIRAGE) is False
    refus(
        "trop_tard",
        actes.renvoyer_la_proposition,
        candidature=candidature,
        par=monde.secretaire,
        instant=TIRAGE,
    )

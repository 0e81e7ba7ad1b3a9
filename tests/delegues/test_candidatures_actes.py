"""Standing, being proposed, answering from the mail, withdrawing."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from delegues import actes
from delegues.models import Campagne, Candidature, Designation, Engagement, Liste
from refondation.journal.models import Ligne
from refondation.membres.models import Adherent, Mandat
from refondation.membres.regles import ActeImpossible
from tests.delegues.scene import (
    AVANT,
    CALENDRIER,
    CANDIDATURES,
    RETRAITS,
    faire_compte,
    faire_designation,
    faire_section,
)
from tests.delegues.scene_candidatures import TIRAGE, compte_de, faire_campagne, image, peupler, secretaire_de

pytestmark = pytest.mark.django_db


class Monde:
    """A section of six members in an open campaign."""

    def __init__(self, *, sieges: int = 3, **champs: Any) -> None:
        self.campagne: Campagne = faire_campagne(**champs)
        self.section, self.membres = peupler(nombre=6)
        self.designation: Designation = faire_designation(self.campagne, self.section, sieges=sieges)
        self.secretaire = secretaire_de(self.section)

    def se_porter(self, membre: Adherent | int = 0, **options: Any) -> Candidature:
        adherent = self.membres[membre] if isinstance(membre, int) else membre
        return actes.se_porter_candidat(
            **{
                "designation": self.designation,
                "par": compte_de(adherent),
                "empreinte": self.campagne.engagement_empreinte,
                "instant": CANDIDATURES,
            }
            | options
        )

    def proposer(self, *rangs: int, **options: Any) -> Liste:
        return actes.proposer_candidature(
            **{
                "designation": self.designation,
                "adherents": [self.membres[r] for r in rangs],
                "par": self.secretaire,
                "instant": CANDIDATURES,
            }
            | options
        )

    def repondre(self, candidature: Candidature, **options: Any) -> Candidature:
        if "par" not in options:
            options["par"] = compte_de(candidature.adherent)
        return actes.repondre_a_la_proposition(
            **{
                "candidature": candidature,
                "accepte": True,
                "empreinte": self.campagne.engagement_empreinte,
                "instant": CANDIDATURES,
            }
            | options
        )


@pytest.fixture
def monde() -> Monde:
    return Monde()


@pytest.fixture
def apres_commit(django_capture_on_commit_callbacks: Any) -> Any:
    """Runs what follows the commit: the mails."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture(autouse=True)
def _maintenant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks read the clock: it is the middle of candidacies."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: CANDIDATURES)


def refus(code: str, appel: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(ActeImpossible) as erreur:
        appel(*args, **options)
    assert erreur.value.code == code
    return str(erreur.value)


def jeton_du_courriel(message: Any) -> str:
    return re.search(r"/repondre/[0-9a-f-]{36}/([\w-]+)/", message.body).group(1)


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

"""The calendar commands the rights: every act of `CALENDRIER`, before, at the edges of, during and after its window.

An act added to the table of `delegues.regles` gets its line in `ESSAIS`, or the first test fails.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from delegues import actes
from delegues.models import Campagne, Candidature
from delegues.regles import CALENDRIER, est_possible, exiger_calendrier
from refondation.membres.regles import ActeImpossible
from tests.delegues.scene import (
    ASSEMBLEES,
    CANDIDATURES,
    CONTROLE,
    compte_de,
    faire_adherent,
    faire_campagne,
    faire_compte,
    faire_designation,
    faire_liste,
    faire_section,
)
from tests.delegues.scene import (
    CALENDRIER as DATES,
)
from tests.delegues.scene_controle import membre_de_la_commission, recevoir
from tests.delegues.scene_proces_verbaux import (
    commencer,
    contresigner,
    faire_scene,
    presenter,
    remplir,
    signe_par_deux,
)

pytestmark = pytest.mark.django_db

SECONDE = timedelta(seconds=1)
DU_CALENDRIER = {"trop_tot", "trop_tard", "campagne"}
TEXTE = "Le nombre de votants ne correspond pas à la feuille."
# From a campaign, all is made ready, and the act comes back as a function of the moment.
Essai = Callable[[Campagne], Callable[[datetime], object]]


def changer_de_mode(campagne: Campagne) -> Callable[[datetime], object]:
    designation, admin = faire_designation(campagne, faire_section()), faire_compte("administrateur")
    return lambda instant: actes.changer_de_mode(
        designation=designation, mode="en-ligne", par=admin, instant=instant
    )


def candidater(campagne: Campagne) -> Callable[[datetime], object]:
    section = faire_section()
    designation, compte = faire_designation(campagne, section), compte_de(faire_adherent(section))
    return lambda instant: actes.se_porter_candidat(designation=designation, par=compte, instant=instant)


def _proposition(campagne: Campagne) -> tuple[Candidature, Callable[[datetime], object]]:
    section = faire_section()
    designation, personne = faire_designation(campagne, section), faire_adherent(section)
    secretaire = faire_compte("secretaire_section", section=section)

    def proposer(instant: datetime) -> object:
        return actes.proposer_candidature(
            designation=designation, adherents=[personne], par=secretaire, instant=instant
        )

    return personne, proposer


def proposer(campagne: Campagne) -> Callable[[datetime], object]:
    return _proposition(campagne)[1]


def accepter(campagne: Campagne) -> Callable[[datetime], object]:
    personne, proposer = _proposition(campagne)
    proposer(CANDIDATURES)
    candidature, compte = personne.candidatures.get(), compte_de(personne)
    return lambda instant: actes.repondre_a_la_proposition(
        candidature=candidature, accepte=True, par=compte, instant=instant
    )


def retirer(campagne: Campagne) -> Callable[[datetime], object]:
    section = faire_section()
    personne = faire_adherent(section)
    candidature = faire_liste(faire_designation(campagne, section), personne).candidatures.get()
    return lambda instant: actes.retirer_candidature(
        candidature=candidature, par=compte_de(personne), instant=instant
    )


def ordonner(campagne: Campagne) -> Callable[[datetime], object]:
    section = faire_section()
    designation = faire_designation(campagne, section)
    for _ in range(2):
        faire_liste(designation, faire_adherent(section))
    return lambda instant: actes.tirer_l_ordre(designation=designation, instant=instant)


def preparer_le_scrutin(campagne: Campagne) -> Callable[[datetime], object]:
    section = faire_section(membres=25)
    designation, admin = faire_designation(campagne, section, mode="en-ligne"), faire_compte("administrateur")
    for rang, personne in enumerate(section.adherents.all()[:2], 1):
        faire_liste(designation, personne, rang=rang)
    return lambda instant: actes.preparer_le_scrutin(
        designation=designation,
        gardiens=[admin],
        ouvre_le=DATES["assemblees_du"] + timedelta(days=8),
        ferme_le=DATES["assemblees_du"] + timedelta(days=9),
        par=admin,
        instant=instant,
    )


def convoquer(campagne: Campagne) -> Callable[[datetime], object]:
    scene = faire_scene()
    return lambda instant: actes.convoquer_assemblee(
        designation=scene.designation,
        assemblee_le=DATES["assemblees_au"] - timedelta(hours=2),
        lieu="Salle des fêtes",
        ordre_du_jour="Désigner nos délégué·es.",
        par=scene.secretaire,
        instant=instant,
    )


def rediger(campagne: Campagne) -> Callable[[datetime], object]:
    scene = faire_scene()
    return lambda instant: commencer(scene, instant)


def contresigner_(campagne: Campagne) -> Callable[[datetime], object]:
    scene = faire_scene()
    pv = presenter(scene, remplir(scene, commencer(scene), voix=[5, 4, 3, 2]))
    return lambda instant: contresigner(scene, pv, instant)


def rectifier(campagne: Campagne) -> Callable[[datetime], object]:
    scene = faire_scene()
    pv = signe_par_deux(scene)
    return lambda instant: actes.rectifier_proces_verbal(
        proces_verbal=pv, motif="Deux voix inversées.", par=scene.secretaire, instant=instant
    )


def controler(campagne: Campagne) -> Callable[[datetime], object]:
    dossier, membre = recevoir(campagne), membre_de_la_commission()
    return lambda instant: actes.donner_avis(
        proces_verbal=dossier.pv, sens="rejeter", motifs=["compte"], texte=TEXTE, par=membre, instant=instant
    )


def repondre(campagne: Campagne) -> Callable[[datetime], object]:
    dossier = recevoir(campagne)
    actes.contester_designation(
        designation=dossier.designation,
        motifs=["compte"],
        texte=TEXTE,
        par=compte_de(dossier.membres[3]),
        instant=ASSEMBLEES,
    )
    return lambda instant: actes.repondre_a_la_commission(
        designation=dossier.designation, texte=TEXTE, par=dossier.secretaire, instant=instant
    )


def contester(campagne: Campagne) -> Callable[[datetime], object]:
    dossier = recevoir(campagne)
    return lambda instant: actes.contester_designation(
        designation=dossier.designation,
        motifs=["compte"],
        texte=TEXTE,
        par=compte_de(dossier.membres[3]),
        instant=instant,
    )


def _rejetee(campagne: Campagne) -> tuple[object, Callable[[datetime], object]]:
    dossier = recevoir(campagne)
    for federation in ("75", "59"):
        actes.donner_avis(
            proces_verbal=dossier.pv,
            sens="rejeter",
            motifs=["compte"],
            texte=TEXTE,
            par=membre_de_la_commission(federation),
            instant=CONTROLE,
        )
    decision = dossier.designation.echanges.get(genre="decision")
    auteur = compte_de(dossier.membres[3])

    def recourir(instant: datetime) -> object:
        return actes.former_recours(
            decision=decision, motifs=["compte"], texte=TEXTE, par=auteur, instant=instant
        )

    return dossier, recourir


def recourir(campagne: Campagne) -> Callable[[datetime], object]:
    return _rejetee(campagne)[1]


def arbitrer(campagne: Campagne) -> Callable[[datetime], object]:
    _, recourir = _rejetee(campagne)
    recours, membre = recourir(CONTROLE), membre_de_la_commission("33")
    return lambda instant: actes.arbitrer_recours(
        recours=recours, accueilli=False, texte=TEXTE, par=membre, instant=instant
    )


ESSAIS: dict[str, Essai] = {
    "changer_de_mode": changer_de_mode,
    "candidater": candidater,
    "proposer": proposer,
    "accepter": accepter,
    "retirer": retirer,
    "ordonner": ordonner,
    "preparer_le_scrutin": preparer_le_scrutin,
    "convoquer": convoquer,
    "rediger": rediger,
    "contresigner": contresigner_,
    "rectifier": rectifier,
    "controler": controler,
    "repondre": repondre,
    "contester": contester,
    "recourir": recourir,
    "arbitrer": arbitrer,
}


def refus_de(acte: Callable[[datetime], object], instant: datetime) -> str:
    """The code of the refusal at that moment, "" when the act was done."""
    try:
        acte(instant)
    except ActeImpossible as refus:
        return refus.code
    return ""


def bornes(acte: str) -> tuple[datetime | None, datetime | None]:
    fenetre = CALENDRIER[acte]
    return (
        DATES[fenetre.depuis] if fenetre.depuis else None,
        DATES[fenetre.jusqu_a] if fenetre.jusqu_a else None,
    )


def milieu(acte: str) -> datetime:
    depuis, jusqu_a = bornes(acte)
    if depuis is None:
        return jusqu_a - timedelta(days=3)
    return depuis + (jusqu_a - depuis) / 2 if jusqu_a else DATES["recours_au"] + timedelta(days=5)


def test_chaque_acte_du_calendrier_est_essaye() -> None:
    assert set(ESSAIS) == set(CALENDRIER)


@pytest.mark.parametrize("acte", ESSAIS)
def test_pendant_l_acte_se_fait(acte: str) -> None:
    assert refus_de(ESSAIS[acte](faire_campagne()), milieu(acte)) == ""


@pytest.mark.parametrize("acte", [a for a in ESSAIS if CALENDRIER[a].depuis])
def test_avant_l_acte_est_refuse(acte: str) -> None:
    essai, (depuis, _) = ESSAIS[acte](faire_campagne()), bornes(acte)
    assert refus_de(essai, depuis - SECONDE) == "trop_tot"
    assert refus_de(essai, depuis) not in DU_CALENDRIER


@pytest.mark.parametrize("acte", [a for a in ESSAIS if CALENDRIER[a].jusqu_a])
def test_apres_l_acte_est_refuse(acte: str) -> None:
    essai, (_, jusqu_a) = ESSAIS[acte](faire_campagne()), bornes(acte)
    assert refus_de(essai, jusqu_a) == "trop_tard"
    assert refus_de(essai, jusqu_a - SECONDE) not in DU_CALENDRIER


@pytest.mark.parametrize("acte", ESSAIS)
def test_la_campagne_close_tout_est_refuse(acte: str) -> None:
    campagne = faire_campagne()
    essai = ESSAIS[acte](campagne)
    Campagne.objects.filter(pk=campagne.pk).update(etat="close")
    assert refus_de(essai, milieu(acte)) == "campagne"


# --- The table itself ---------------------------------------------------------------------------


@pytest.mark.parametrize("acte", CALENDRIER)
def test_la_table_a_ses_bornes(acte: str) -> None:
    """From the first moment included to the last one excluded, in words that say since or until when."""
    campagne, (depuis, jusqu_a) = faire_campagne(), bornes(acte)
    assert est_possible(campagne, acte, milieu(acte))
    if depuis:
        assert (est_possible(campagne, acte, depuis), est_possible(campagne, acte, depuis - SECONDE)) == (
            True,
            False,
        )
        with pytest.raises(ActeImpossible, match=r"commence le \d+"):
            exiger_calendrier(campagne, acte, depuis - SECONDE)
    if jusqu_a:
        assert (est_possible(campagne, acte, jusqu_a - SECONDE), est_possible(campagne, acte, jusqu_a)) == (
            True,
            False,
        )
        with pytest.raises(ActeImpossible, match=r"est clos depuis le \d+"):
            exiger_calendrier(campagne, acte, jusqu_a)


@pytest.mark.parametrize("etat", ["preparation", "close", "annulee"])
@pytest.mark.parametrize("acte", CALENDRIER)
def test_hors_d_une_campagne_ouverte_rien_n_est_possible(acte: str, etat: str) -> None:
    campagne = Campagne(etat=etat, **DATES)
    assert not est_possible(campagne, acte, milieu(acte))
    with pytest.raises(ActeImpossible, match="cet acte n'y est pas possible"):
        exiger_calendrier(campagne, acte, milieu(acte))

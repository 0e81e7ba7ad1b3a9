"""Each person before each vote, at each moment: one state, in words, with its next step."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from consultation.models import Inscription, Scrutin
from consultation.models.liste import Critere
from consultation.place import exigences, peut_contester, raison_principale, recours
from consultation.situation import situer
from refondation.interface.formats import balise_moment
from refondation.membres.models import Adherent
from refondation.territoire.models import Section
from tests.consultation.scene import APRES, FERMETURE, OUVERTURE, PENDANT

SECONDE = timedelta(seconds=1)
AVANT = OUVERTURE - SECONDE
# name → (state, hour)
MOMENTS = {
    "brouillon": ("brouillon", AVANT),
    "annoncé": ("annonce", AVANT),
    "l'heure est passée, l'horloge est en retard": ("annonce", OUVERTURE),
    "ouvert": ("ouvert", PENDANT),
    "dernière seconde": ("ouvert", FERMETURE - SECONDE),
    "l'heure de clore": ("ouvert", FERMETURE),
    "clos": ("clos", APRES),
    "dépouillé": ("depouille", APRES),
    "publié": ("publie", APRES),
    "annulé": ("annule", PENDANT),
}
# name → what `situer` knows of the visitor
VISITEURS = {
    "anonyme": {"connecte": False, "membre": False, "inscription": None},
    "citoyenne": {"connecte": True, "membre": False, "inscription": None},
    "hors périmètre": {"connecte": True, "membre": True, "inscription": None},
    "hors liste": {"connecte": True, "membre": True, "inscription": 8},
    "électrice": {"connecte": True, "membre": True, "inscription": 0},
    "a voté": {"connecte": True, "membre": True, "inscription": 0, "a_emarge": True},
}
PARTOUT = dict.fromkeys(VISITEURS)
# Written apart from the code: moment → visitor → code.
ATTENDU = {
    "brouillon": dict.fromkeys(VISITEURS, "brouillon"),
    "annoncé": {
        "anonyme": "annonce",
        "citoyenne": "non_membre",
        "hors périmètre": "hors_perimetre",
        "hors liste": "hors_liste",
        "électrice": "a_venir",
        "a voté": "a_venir",
    },
    "ouvert": {
        "anonyme": "ouvert",
        "citoyenne": "non_membre",
        "hors périmètre": "hors_perimetre",
        "hors liste": "hors_liste",
        "électrice": "peut_voter",
        "a voté": "deja_vote",
    },
    "l'heure de clore": dict.fromkeys(VISITEURS, "clos"),
    "clos": dict.fromkeys(VISITEURS, "clos"),
    "dépouillé": dict.fromkeys(VISITEURS, "clos"),
    "publié": dict.fromkeys(VISITEURS, "publie"),
    "annulé": dict.fromkeys(VISITEURS, "annule"),
}
ATTENDU["dernière seconde"] = ATTENDU["ouvert"]
ATTENDU["l'heure est passée, l'horloge est en retard"] = ATTENDU["annoncé"] | {
    "électrice": "ouverture_imminente",
    "a voté": "ouverture_imminente",
}


def scrutin(etat="ouvert", **champs):
    valeurs = {
        "slug": "cadre",
        "nom": "Cadre",
        "etat": etat,
        "ouvre_le": OUVERTURE,
        "ferme_le": FERMETURE,
        "clos_le": FERMETURE if etat in ("clos", "depouille", "publie") else None,
        "reference_le": date(2026, 9, 1),
        "cotisation_au": date(2026, 9, 1),
        "motif": "recours" if etat == "annule" else "",
    }
    return Scrutin(**(valeurs | champs))


def situation(moment, visiteur, **champs):
    etat, instant = MOMENTS[moment]
    connu = dict(VISITEURS[visiteur])
    motifs = connu.pop("inscription")
    inscription = None if motifs is None else Inscription(motifs=motifs, college="deliberatif")
    return situer(scrutin(etat, **champs), instant=instant, inscription=inscription, **connu)


@pytest.mark.parametrize("visiteur", VISITEURS)
@pytest.mark.parametrize("moment", MOMENTS)
def test_situer(moment, visiteur):
    trouvee = situation(moment, visiteur)
    assert trouvee.code == ATTENDU[moment][visiteur]
    assert trouvee.peut_voter == (trouvee.code == "peut_voter")
    assert trouvee.titre
    assert trouvee.titre[0].isupper()
    assert not trouvee.detail or trouvee.detail.endswith(".")


def test_le_revote_se_dit_et_s_ouvre():
    trouvee = situation("ouvert", "a voté", revote=True)
    assert (trouvee.code, trouvee.peut_voter) == ("peut_revoter", True)
    assert trouvee.detail == (
        f"Vous pouvez voter de nouveau jusqu'au {balise_moment(FERMETURE)} : seul le dernier bulletin compte."
    )


@pytest.mark.parametrize(
    ("moment", "visiteur", "titre", "detail"),
    [
        (
            "annoncé",
            "électrice",
            f"Vous pourrez voter à partir du {balise_moment(OUVERTURE)}",
            None,
        ),
        (
            "ouvert",
            "électrice",
            "Vous pouvez voter",
            f"Jusqu'au {balise_moment(FERMETURE)}.",
        ),
        ("ouvert", "a voté", "Vous avez voté", "Votre bulletin est dans l'urne. Il ne peut plus changer."),
        (
            "ouvert",
            "hors liste",
            "Vous n'êtes pas sur la liste",
            "Votre cotisation n'est pas enregistrée à la date demandée.",
        ),
        ("clos", "a voté", None, "Vous avez voté. Le dépouillement est en cours."),
        ("clos", "électrice", None, "Vous n'avez pas voté. Le dépouillement est en cours."),
        ("clos", "anonyme", None, "Le dépouillement est en cours."),
        ("annulé", "électrice", None, "Motif : Recours accepté. Aucun bulletin ne sera dépouillé."),
    ],
)
def test_les_mots(moment, visiteur, titre, detail):
    trouvee = situation(moment, visiteur)
    assert titre is None or trouvee.titre == titre
    assert detail is None or trouvee.detail == detail


def test_une_voix_consultative_se_dit():
    trouvee = situer(
        scrutin(),
        instant=PENDANT,
        connecte=True,
        membre=True,
        inscription=Inscription(motifs=0, college="consultatif"),
    )
    assert trouvee.detail.endswith("Votre voix est consultative.")


# --- « Suis-je sur la liste ? » ------------------------------------------------------------------


def adherent(**champs):
    valeurs = {
        "statut": "adherent",
        "adhesion_le": date(2020, 1, 31),
        "a_jour_au": date(2026, 12, 31),
        "section": Section(nom="Blois", code="41001"),
    }
    return Adherent(**(valeurs | champs))


def remplies(lignes):
    return {ligne.critere: ligne.remplie for ligne in lignes}


def test_toutes_les_exigences_remplies():
    lignes = exigences(scrutin(), adherent(), motifs=0)
    assert remplies(lignes) == dict.fromkeys(Critere, True)
    assert [ligne.remede for ligne in lignes] == [""] * 5


@pytest.mark.parametrize("critere", Critere)
def test_chaque_critere_manquant_a_son_remede(critere):
    lignes = {ligne.critere: ligne for ligne in exigences(scrutin(), adherent(), motifs=int(critere))}
    assert remplies(lignes.values()) == {c: c != critere for c in Critere}
    assert lignes[critere].remede.endswith(".")
    assert lignes[critere].constat.endswith(".")


def test_l_anciennete_dit_a_partir_de_quand():
    recent = adherent(adhesion_le=date(2026, 8, 31))
    (ligne,) = [x for x in exigences(scrutin(), recent, motifs=4) if x.critere == Critere.ANCIENNETE]
    assert ligne.regle == "Avoir adhéré au plus tard le 1er mars 2026 (6 mois d'ancienneté)."
    assert ligne.constat == "Le registre date votre adhésion du 31 août 2026."
    assert "la référence est le 28 février 2027 ou plus tard" in ligne.remede


@pytest.mark.parametrize(
    ("champs", "personne", "absents"),
    [
        ({"anciennete_mois": 0}, {}, {Critere.ANCIENNETE}),
        ({"cotisation_au": None}, {}, {Critere.COTISATION}),
        ({"sympathisants": "deliberatifs"}, {"statut": "sympathisant"}, {Critere.STATUT, Critere.COTISATION}),
        ({}, {"statut": "sympathisant"}, {Critere.COTISATION}),
    ],
)
def test_ce_que_le_scrutin_ne_demande_pas_n_est_pas_affiche(champs, personne, absents):
    lignes = exigences(scrutin(**champs), adherent(**personne), motifs=0)
    assert {ligne.critere for ligne in lignes} == set(Critere) - absents


def test_un_registre_corrige_depuis_l_annonce_se_dit():
    (ligne,) = [
        x
        for x in exigences(scrutin(), adherent(), motifs=8, motifs_actuels=0)
        if x.critere == Critere.COTISATION
    ]
    assert (ligne.remplie, ligne.constat.startswith("Le registre a changé depuis l'annonce")) == (False, True)


def test_le_recours_a_une_date_limite():
    limite = FERMETURE + timedelta(days=8)
    assert f"jusqu'au {balise_moment(limite)}. " in recours(scrutin(), limite)
    assert (peut_contester(scrutin(), limite), peut_contester(scrutin(), limite + SECONDE)) == (True, False)
    assert recours(scrutin(), limite + SECONDE) == (
        f"Le délai pour contester est passé depuis le {balise_moment(limite)}."
    )


def test_la_raison_principale_compte_les_autres():
    assert raison_principale(1 | 4 | 8).endswith("2 autres critères manquent.")
    assert raison_principale(4 | 8) == "Votre adhésion est trop récente. Un autre critère manque."

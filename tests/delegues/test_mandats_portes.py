"""The card and the door: codes that cannot be made up, answers in words, passages kept once."""

from __future__ import annotations

import json
import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import settings as reglages
from hypothesis import strategies as st

from delegues import actes, cartes, listes_de_porte
from delegues.models import Assemblee, Delegation, Passage
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible
from tests.delegues import scene
from tests.delegues.scene_mandats import SOIR, Delegues, assemblee_de, faire_delegues, responsable


@pytest.fixture
def delegues(db: None) -> Delegues:
    return faire_delegues()


# --- Codes ------------------------------------------------------------------------------------------


@reglages(deadline=None)
@given(st.integers(0, 2**25 - 1))
def test_un_code_dit_son_numero(numero: int) -> None:
    code = cartes.code_de(Delegation(pk=numero))
    assert re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", code)
    assert cartes.numero_de(cartes.normaliser(code)) == numero


@reglages(deadline=None)
@given(st.integers(0, 2**25 - 1), st.integers(0, 15), st.sampled_from(cartes.ALPHABET))
def test_un_code_change_d_un_caractere_n_en_est_plus_un(numero: int, place: int, lettre: str) -> None:
    code = cartes.normaliser(cartes.code_de(Delegation(pk=numero)))
    autre = code[:place] + lettre + code[place + 1 :]
    assert (cartes.numero_de(autre) is None) is (autre != code)


def test_ce_qu_on_tape_se_comprend() -> None:
    code = cartes.code_de(Delegation(pk=1234))
    nu = code.replace("-", "")
    for saisie in (
        code,
        nu,
        f" {code.lower()} ",
        code.replace("-", " "),
        f"https://x.example/porte/?code={code}",
    ):
        assert cartes.normaliser(saisie) == nu
    assert cartes.normaliser(nu.replace("1", "I").replace("0", "o")) == nu
    assert [cartes.normaliser(s) for s in ("", "1234", code + "0", "é" * 16)] == [""] * 4


def test_une_autre_cle_ne_fait_pas_de_carte(settings) -> None:
    code = cartes.normaliser(cartes.code_de(Delegation(pk=7)))
    settings.SECRET_KEY = "une autre cle, tout aussi longue que la premiere, et secrete"
    assert cartes.numero_de(code) is None


def test_le_dessin_n_a_ni_style_ni_taille(delegues: Delegues) -> None:
    dessin = cartes.qr(cartes.adresse_de(delegues.mandat(0)))
    assert dessin.startswith("<svg")
    assert "style" not in dessin
    assert "width" not in dessin.split(">")[0]


# --- What a card is worth ---------------------------------------------------------------------------


def titre(delegation: Delegation, assemblee: Assemblee | None = None, instant: datetime = SOIR) -> str:
    relue = cartes.delegation_de(cartes.code_de(delegation))
    return cartes.verdict(relue, au=instant.date(), assemblee=assemblee).titre


def test_valide_remplace_termine(delegues: Delegues) -> None:
    par, ancienne, suppleance = responsable(delegues), delegues.mandat(0), delegues.mandat(2)
    assert (titre(ancienne), titre(suppleance)) == ("Valide", "Suppléant·e")
    assert titre(ancienne, instant=scene.CONTROLE) == "Pas encore"
    assert titre(ancienne, instant=scene.APRES) == "Mandat terminé"
    actes.terminer_mandat(delegation=ancienne, cause="demission", par=par, instant=scene.MANDATS)
    assert titre(ancienne) == "Mandat terminé"
    nouvelle = actes.remplacer(delegation=ancienne, par=par, instant=scene.MANDATS)
    assert (titre(ancienne), titre(suppleance), titre(nouvelle)) == (
        "Remplacé·e",
        "Carte de suppléance",
        "Valide",
    )
    phrase = cartes.verdict(cartes.delegation_de(cartes.code_de(ancienne)), au=SOIR.date()).phrase
    assert nouvelle.adherent.nom in phrase
    assert "20 octobre 2026" in phrase


def test_une_carte_inconnue() -> None:
    assert cartes.delegation_de("AAAA-AAAA-AAAA-AAAA") is None
    assert cartes.verdict(None, au=SOIR.date()) == cartes.INCONNUE


def test_une_carte_d_ailleurs(delegues: Delegues) -> None:
    assemblee = assemblee_de(delegues)
    ailleurs = faire_delegues("75001", "75", campagne=delegues.campagne)
    assert titre(ailleurs.mandat(0), assemblee) == "Valide, d'un autre périmètre"
    autre = faire_delegues("31002", "31", slug="autre")
    assert titre(autre.mandat(0), assemblee) == "Autre campagne"
    nationale = assemblee_de(delegues, federation=None, par=scene.faire_compte("administrateur"))
    assert titre(ailleurs.mandat(0), nationale) == "Valide"


# --- Assemblies, passages ---------------------------------------------------------------------------


def test_une_assemblee_quand_personne_ne_siege(delegues: Delegues) -> None:
    for jour in (datetime(2026, 10, 9, 12, tzinfo=UTC), datetime(2027, 6, 30, 12, tzinfo=UTC)):
        with pytest.raises(ActeImpossible) as refus:
            assemblee_de(delegues, tenue_le=jour)
        assert refus.value.code == "hors_mandat"


PERIMETRES = ("national", "federation", "section", "federation d'ailleurs")


@pytest.mark.parametrize(
    ("role", "ou", "ouvertes"),
    [
        ("administrateur", "national", {"national", "federation", "section", "federation d'ailleurs"}),
        ("secretaire_federal", "federation", {"federation", "section"}),
        ("gestionnaire_federal", "federation", {"federation", "section"}),
        ("secretaire_section", "section", {"section"}),
        ("direction", "national", set()),
        ("recolement", "national", set()),
        ("observateur", "national", set()),
    ],
)
def test_qui_ouvre_une_porte(delegues: Delegues, role: str, ou: str, ouvertes: set[str]) -> None:
    section = delegues.section
    perimetre = {
        "national": {},
        "federation": {"federation": section.federation},
        "section": {"section": section},
    }
    par = scene.faire_compte(role, **perimetre[ou])
    lieux = {
        "national": {"federation": None},
        "federation": {"federation": section.federation},
        "section": {"federation": None, "section": section},
        "federation d'ailleurs": {"federation": scene.faire_section("75001", "75").federation},
    }
    for nom, lieu in lieux.items():
        if nom in ouvertes:
            assemblee = assemblee_de(delegues, par=par, **lieu)
            assert assemblee in Assemblee.objects.visibles_par(par)
            actes.pointer(assemblee=assemblee, delegation=None, par=par, instant=SOIR)
        else:
            with pytest.raises(ActeImpossible) as refus:
                assemblee_de(delegues, par=par, **lieu)
            assert refus.value.code == "interdit", nom


def test_un_passage_se_garde_une_fois(delegues: Delegues) -> None:
    par, mandat = responsable(delegues), delegues.mandat(0)
    assemblee = assemblee_de(delegues, par)
    dit, passage = actes.pointer(assemblee=assemblee, delegation=mandat, par=par, instant=SOIR)
    assert (dit.signe, dit.titre) == ("valide", "Valide")
    encore, meme = actes.pointer(
        assemblee=assemblee, delegation=mandat, par=par, instant=SOIR + timedelta(minutes=5)
    )
    assert (encore.signe, encore.titre, meme) == ("attention", "Valide, déjà entré·e", passage)
    assert "présentée à 19 h 30" in encore.phrase
    assert Passage.objects.get().le == SOIR


def test_qui_n_entre_pas_ne_laisse_rien(delegues: Delegues) -> None:
    par = responsable(delegues)
    assemblee = assemblee_de(delegues, par)
    ailleurs = faire_delegues("75001", "75", campagne=delegues.campagne)
    for delegation in (None, ailleurs.mandat(0)):
        assert actes.pointer(assemblee=assemblee, delegation=delegation, par=par, instant=SOIR)[1] is None
    assert Passage.objects.count() == 0


@pytest.mark.parametrize(
    ("instant", "ouverte"),
    [
        (SOIR - timedelta(days=1, seconds=1), False),
        (SOIR - timedelta(days=1), True),
        (SOIR + timedelta(days=2, seconds=-1), True),
        (SOIR + timedelta(days=2), False),
    ],
)
def test_la_porte_s_ouvre_la_veille(delegues: Delegues, instant: datetime, ouverte: bool) -> None:
    par = responsable(delegues)
    arguments = {
        "assemblee": assemblee_de(delegues, par),
        "delegation": delegues.mandat(0),
        "par": par,
        "instant": instant,
    }
    if ouverte:
        assert actes.pointer(**arguments)[1] is not None
        return
    with pytest.raises(ActeImpossible) as refus:
        actes.pointer(**arguments)
    assert refus.value.code == "porte_fermee"


def test_une_porte_sans_reseau_juge_a_son_heure(delegues: Delegues) -> None:
    par, mandat = responsable(delegues), delegues.mandat(0)
    assemblee = assemblee_de(delegues, par)
    actes.terminer_mandat(delegation=mandat, cause="demission", par=par, instant=SOIR + timedelta(days=1))
    _, passage = actes.pointer(
        assemblee=assemblee, delegation=mandat, le=SOIR, par=par, instant=SOIR + timedelta(days=1)
    )
    assert (passage.le, passage.recu_le) == (SOIR, SOIR + timedelta(days=1))
    # A clock that runs ahead says now.
    _, passage = actes.pointer(
        assemblee=assemblee, delegation=delegues.mandat(1), le=SOIR + timedelta(days=9), par=par, instant=SOIR
    )
    assert passage.le == SOIR


def test_un_passage_ne_se_reecrit_pas(delegues: Delegues) -> None:
    par = responsable(delegues)
    actes.pointer(assemblee=assemblee_de(delegues, par), delegation=delegues.mandat(0), par=par, instant=SOIR)
    for changer in (lambda: Passage.objects.update(le=SOIR), lambda: Passage.objects.all().delete()):
        with pytest.raises(IntegrityError) as refus, transaction.atomic():
            changer()
        assert refus.value.__cause__.diag.constraint_name == "passage_fige"


@pytest.mark.django_db(transaction=True)
def test_deux_portes_a_la_fois() -> None:
    delegues = faire_delegues()
    par, mandat = responsable(delegues), delegues.mandat(0)
    assemblee = assemblee_de(delegues, par)
    depart, titres = threading.Barrier(4), []

    def presenter() -> None:
        try:
            depart.wait(10)
            dit, _ = actes.pointer(
                assemblee=Assemblee.objects.get(pk=assemblee.pk),
                delegation=Delegation.objects.avec_leur_monde().get(pk=mandat.pk),
                par=Compte.objects.get(pk=par.pk),
                instant=SOIR,
            )
            titres.append(dit.titre)
        finally:
            connection.close()

    fils = [threading.Thread(target=presenter) for _ in range(4)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join(30)
    assert sorted(titres) == ["Valide", *["Valide, déjà entré·e"] * 3]
    assert Passage.objects.count() == 1


# --- The list for a lost network --------------------------------------------------------------------


def test_la_liste_signee_dit_qui_siege_et_rien_d_autre(delegues: Delegues) -> None:
    par = responsable(delegues)
    assemblee = assemblee_de(delegues, par)
    faire_delegues("75001", "75", campagne=delegues.campagne)
    actes.terminer_mandat(delegation=delegues.mandat(1), cause="demission", par=par, instant=scene.MANDATS)
    liste = listes_de_porte.liste_signee(assemblee, instant=SOIR)
    assert listes_de_porte.verifier(liste) is True
    contenu = json.loads(liste["contenu"])
    assert set(contenu) == {"assemblee", "nom", "tenue_le", "etablie_le", "delegues"}
    personnes = [delegues.personnes[i] for i in (0, 2, 3, 4)]
    assert sorted(ligne[1:] for ligne in contenu["delegues"]) == sorted(
        [f"{p.prenom} {p.nom}", delegues.section.nom, "titulaire" if i == 0 else "suppleant"]
        for i, p in enumerate(personnes)
    )
    marques = {ligne[0] for ligne in contenu["delegues"]}
    code = cartes.code_de(delegues.mandat(0))
    assert listes_de_porte.empreinte(str(assemblee.cle), code) in marques
    for interdit in (code, cartes.normaliser(code), personnes[0].numero, personnes[0].courriel):
        assert interdit not in liste["contenu"]


def test_une_liste_changee_n_est_plus_signee(delegues: Delegues) -> None:
    liste = listes_de_porte.liste_signee(assemblee_de(delegues), instant=SOIR)
    changee = liste | {"contenu": liste["contenu"].replace("titulaire", "suppleant", 1)}
    assert listes_de_porte.verifier(changee) is False
    assert listes_de_porte.verifier(liste | {"signature": "00" * 64}) is False

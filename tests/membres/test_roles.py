"""Appoint and end: rights, constraints in their own words, twenty-nine seats even in a race."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from refondation.journal.models import Ligne
from refondation.membres import actes
from refondation.membres.models import Compte, Mandat, date_du_jour
from refondation.membres.regles import ActeImpossible, ActeInterdit
from tests.membres.monde import creer_adherent, creer_compte, creer_section

pytestmark = pytest.mark.django_db

JOUR = timedelta(days=1)


@pytest.fixture
def administratrice(db: None) -> Compte:
    return creer_compte("administrateur")


@pytest.fixture
def aujourd_hui() -> date:
    return date_du_jour()


def remplir_la_direction(nombre: int, debut: date, fin: date | None = None) -> list[Mandat]:
    return [
        Mandat.objects.create(
            compte=Compte.objects.create(email=f"d{debut}{i}@exemple.fr"),
            role="direction",
            debut=debut,
            fin=fin,
        )
        for i in range(nombre)
    ]


def refus_de(acte: Callable[..., object], **champs: object) -> ActeImpossible:
    lignes = Ligne.objects.count()
    with pytest.raises(ActeImpossible) as refus:
        acte(**champs)
    assert Ligne.objects.count() == lignes
    return refus.value


def test_nommer(administratrice: Compte, aujourd_hui: date) -> None:
    adherent, section = creer_adherent(), creer_section("75001", "75")
    mandat = actes.nommer(
        personne=adherent,
        role="secretaire_section",
        section=section,
        debut=aujourd_hui,
        fin=aujourd_hui + 30 * JOUR,
        par=administratrice,
    )
    assert mandat.compte.adherent == adherent
    assert mandat.compte.mandats_en_cours() == [mandat]
    ligne = Ligne.objects.first()
    assert (ligne.acte, ligne.acteur, ligne.objet) == (
        "membres.nommer", administratrice, f"membres.mandat:{mandat.pk}",
    )  # fmt: skip
    assert (ligne.section, ligne.federation) == (section, section.federation)
    assert ligne.details == {
        "compte": mandat.compte_id,
        "role": "secretaire_section",
        "debut": aujourd_hui.isoformat(),
        "fin": (aujourd_hui + 30 * JOUR).isoformat(),
    }


@pytest.mark.parametrize("role", ["secretaire_federal", "direction", "recolement", None])
def test_nommer_reserve_a_l_administration(role: str | None, aujourd_hui: date) -> None:
    refus = refus_de(
        actes.nommer, personne=creer_adherent(), role="recolement", debut=aujourd_hui, par=creer_compte(role)
    )
    assert isinstance(refus, ActeInterdit)
    assert Mandat.objects.filter(role="recolement", debut=aujourd_hui).count() == 0


@pytest.mark.parametrize(
    ("role", "lieu"),
    [
        ("secretaire_section", "federation"),
        ("secretaire_section", None),
        ("secretaire_federal", "section"),
        ("gestionnaire_federal", None),
        ("direction", "federation"),
        ("administrateur", "section"),
        ("inconnu", None),
    ],
)
def test_nommer_perimetre_du_role(
    role: str, lieu: str | None, administratrice: Compte, aujourd_hui: date
) -> None:
    section = creer_section()
    lieux = {"section": {"section": section}, "federation": {"federation": section.federation}, None: {}}
    refus = refus_de(
        actes.nommer,
        personne=creer_adherent(),
        role=role,
        debut=aujourd_hui,
        par=administratrice,
        **lieux[lieu],
    )
    assert (refus.code, str(refus)) == (
        "mandat_perimetre_du_role",
        "Le périmètre ne convient pas au rôle : une section, une fédération ou rien.",
    )
    # An account opened on the way is closed with the rest.
    assert Compte.objects.count() == 1


def test_nommer_fin_avant_debut(administratrice: Compte, aujourd_hui: date) -> None:
    refus = refus_de(
        actes.nommer,
        personne=creer_adherent(),
        role="recolement",
        debut=aujourd_hui,
        fin=aujourd_hui - JOUR,
        par=administratrice,
    )
    assert (refus.code, str(refus)) == ("mandat_fin_apres_debut", "La fin du mandat précède son début.")


@pytest.mark.parametrize(
    ("debut", "fin", "admis"),
    [(0, None, False), (-20, -10, True), (-20, -9, False), (5, 6, False), (10, None, True), (9, None, False)],
)
def test_nommer_deux_fois_au_meme_role(
    debut: int, fin: int | None, admis: bool, administratrice: Compte, aujourd_hui: date
) -> None:
    """The role is held from ten days ago until in ten days, that day excluded."""
    champs = {"personne": creer_compte(), "role": "recolement", "par": administratrice}
    actes.nommer(debut=aujourd_hui - 10 * JOUR, fin=aujourd_hui + 10 * JOUR, **champs)
    champs |= {
        "debut": aujourd_hui + debut * JOUR,
        "fin": None if fin is None else aujourd_hui + fin * JOUR,
    }
    if admis:
        actes.nommer(**champs)
    else:
        refus = refus_de(actes.nommer, **champs)
        assert (refus.code, str(refus)) == (
            "mandat_sans_doublon", "Cette personne tient déjà ce rôle à ces dates.",
        )  # fmt: skip


def test_nommer_meme_role_ailleurs(administratrice: Compte, aujourd_hui: date) -> None:
    personne = creer_compte()
    for code in ("31001", "31002"):
        actes.nommer(
            personne=personne,
            role="secretaire_section",
            section=creer_section(code),
            debut=aujourd_hui,
            par=administratrice,
        )
    assert len(personne.mandats_en_cours()) == 2


def test_nommer_trentieme_siege(administratrice: Compte, aujourd_hui: date) -> None:
    remplir_la_direction(29, aujourd_hui - JOUR)
    refus = refus_de(
        actes.nommer, personne=creer_adherent(), role="direction", debut=aujourd_hui, par=administratrice
    )
    assert refus.code == "mandat_direction_29_sieges"
    assert str(refus) == (
        f"La direction collégiale compte 29 sièges, tous occupés le {aujourd_hui:%d/%m/%Y}. "
        "Terminez d'abord un mandat."
    )


@pytest.mark.parametrize(
    ("debut", "fin", "comble_le"),
    [(-40, -30, None), (-40, -29, -30), (-40, None, -30), (0, None, 0), (10, None, None), (-5, 10, -5)],
)
def test_nommer_a_la_direction_selon_les_dates(
    debut: int, fin: int | None, comble_le: int | None, administratrice: Compte, aujourd_hui: date
) -> None:
    """All 29 seats are held from thirty days ago until in ten days, that day excluded."""
    remplir_la_direction(29, aujourd_hui - 30 * JOUR, aujourd_hui + 10 * JOUR)
    champs = {
        "personne": creer_adherent(),
        "role": "direction",
        "debut": aujourd_hui + debut * JOUR,
        "fin": None if fin is None else aujourd_hui + fin * JOUR,
        "par": administratrice,
    }
    if comble_le is None:
        actes.nommer(**champs)
    else:
        assert f"le {aujourd_hui + comble_le * JOUR:%d/%m/%Y}" in str(refus_de(actes.nommer, **champs))


def test_direction_pleine_refusee_aussi_en_sql(aujourd_hui: date) -> None:
    remplir_la_direction(29, aujourd_hui)
    autre = Mandat.objects.create(compte=creer_compte(), role="recolement", debut=aujourd_hui)
    with pytest.raises(IntegrityError, match="29 sièges"), transaction.atomic():
        Mandat.objects.filter(pk=autre.pk).update(role="direction")
    remplacee = Mandat.objects.filter(role="direction").first()
    remplacee.fin = aujourd_hui
    remplacee.save()
    Mandat.objects.filter(pk=autre.pk).update(role="direction")
    with pytest.raises(IntegrityError, match="29 sièges"), transaction.atomic():
        Mandat.objects.filter(pk=remplacee.pk).update(fin=None)


@pytest.mark.django_db(transaction=True)
def test_deux_nominations_en_meme_temps_au_dernier_siege(aujourd_hui: date) -> None:
    administratrice = creer_compte("administrateur")
    remplir_la_direction(28, aujourd_hui)
    candidats = [creer_compte() for _ in range(4)]
    depart, issues = threading.Barrier(4), []

    def nommer(personne: Compte) -> None:
        try:
            depart.wait()
            actes.nommer(personne=personne, role="direction", debut=aujourd_hui, par=administratrice)
            issues.append("nommé")
        except ActeImpossible as refus:
            issues.append(refus.code)
        finally:
            connection.close()

    fils = [threading.Thread(target=nommer, args=(personne,)) for personne in candidats]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert sorted(issues) == ["mandat_direction_29_sieges"] * 3 + ["nommé"]
    assert Mandat.objects.en_cours(au=aujourd_hui).filter(role="direction").count() == 29


def test_terminer_mandat_aujourd_hui(administratrice: Compte, aujourd_hui: date) -> None:
    titulaire = creer_compte("recolement")
    mandat = actes.terminer_mandat(mandat=titulaire.mandats.get(), par=administratrice)
    assert mandat.fin == aujourd_hui
    assert Compte.objects.get(pk=titulaire.pk).mandats_en_cours() == []
    ligne = Ligne.objects.first()
    assert (ligne.acte, ligne.details) == (
        "membres.terminer_mandat",
        {"compte": titulaire.pk, "role": "recolement", "fin": aujourd_hui.isoformat()},
    )


def test_terminer_mandat_plus_tard_ou_avant_son_debut(administratrice: Compte, aujourd_hui: date) -> None:
    titulaire = creer_compte("recolement")
    mandat = titulaire.mandats.get()
    assert actes.terminer_mandat(mandat=mandat, fin=aujourd_hui + 5 * JOUR, par=administratrice).fin == (
        aujourd_hui + 5 * JOUR
    )
    futur = Mandat.objects.create(compte=titulaire, role="direction", debut=aujourd_hui + 9 * JOUR)
    assert actes.terminer_mandat(mandat=futur, par=administratrice).fin == futur.debut
    assert Mandat.objects.en_cours(au=futur.debut).filter(pk=futur.pk).count() == 0


def test_terminer_mandat_refuse(administratrice: Compte, aujourd_hui: date) -> None:
    mandat = creer_compte("recolement").mandats.get()
    assert isinstance(refus_de(actes.terminer_mandat, mandat=mandat, par=mandat.compte), ActeInterdit)
    hier = aujourd_hui - JOUR
    Mandat.objects.filter(pk=mandat.pk).update(debut=aujourd_hui - 9 * JOUR)
    assert (
        refus_de(actes.terminer_mandat, mandat=mandat, fin=hier, par=administratrice).code == "fin_anterieure"
    )
    Mandat.objects.filter(pk=mandat.pk).update(fin=hier)
    assert refus_de(actes.terminer_mandat, mandat=mandat, par=administratrice).code == "mandat_fini"


def test_terminer_mandat_dernier_administrateur(administratrice: Compte, aujourd_hui: date) -> None:
    mandat = administratrice.mandats.get()
    # Neither somebody suspended nor somebody yet to come takes over today.
    suspendue = creer_compte("administrateur")
    Compte.objects.filter(pk=suspendue.pk).update(is_active=False)
    Mandat.objects.create(compte=creer_compte(), role="administrateur", debut=aujourd_hui + JOUR)
    refus = refus_de(actes.terminer_mandat, mandat=mandat, par=administratrice)
    assert refus.code == "dernier_administrateur"
    assert actes.terminer_mandat(mandat=mandat, fin=aujourd_hui + JOUR, par=administratrice).fin == (
        aujourd_hui + JOUR
    )


@pytest.mark.django_db(transaction=True)
def test_deux_administrateurs_qui_se_demettent_en_meme_temps() -> None:
    mandats = [creer_compte("administrateur").mandats.get() for _ in range(2)]
    depart, issues = threading.Barrier(2), []

    def terminer(mien: Mandat, autre: Mandat) -> None:
        try:
            depart.wait()
            actes.terminer_mandat(mandat=autre, par=mien.compte)
            issues.append("terminé")
        except ActeImpossible as refus:
            issues.append(refus.code)
        finally:
            connection.close()

    fils = [threading.Thread(target=terminer, args=(mandats[i], mandats[1 - i])) for i in range(2)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert sorted(issues) in (["dernier_administrateur", "terminé"], ["interdit", "terminé"])
    assert Mandat.objects.en_cours(au=date_du_jour()).filter(role="administrateur").count() == 1

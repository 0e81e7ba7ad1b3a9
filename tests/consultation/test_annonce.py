"""Announcing: eligibility, frozen roll, boxes, checklist."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import pytest

from consultation import actes
from consultation.actes.annonce import manques
from consultation.belenios.gardiens import nouvelle_cle
from consultation.belenios.groupes import groupe
from consultation.models import CodeScelle, Credentiel, Gardien, Inscription, Rattachement, Urne
from consultation.models.liste import College, Critere, avec_criteres
from refondation.membres.models import Adherent
from refondation.membres.regles import ActeImpossible, ActeInterdit
from tests.consultation.scene import (
    ANNONCE,
    OUVERTURE,
    annoncer,
    creer_adherents,
    creer_compte,
    faire_scrutin,
)

ANCIEN = {"adhesion_le": date(2026, 3, 1), "a_jour_au": date(2026, 9, 1)}


@pytest.mark.parametrize(
    ("champs", "reglages", "motifs"),
    [
        (ANCIEN, {}, 0),
        ({**ANCIEN, "adhesion_le": date(2026, 3, 2)}, {}, Critere.ANCIENNETE),
        ({**ANCIEN, "a_jour_au": date(2026, 8, 31)}, {}, Critere.COTISATION),
        ({**ANCIEN, "a_jour_au": None}, {}, Critere.COTISATION),
        ({**ANCIEN, "a_jour_au": None}, {"cotisation_au": None}, 0),
        ({**ANCIEN, "sorti_le": date(2026, 9, 1)}, {}, Critere.SORTI),
        ({**ANCIEN, "sorti_le": date(2026, 9, 2)}, {}, 0),
        ({**ANCIEN, "adhesion_le": date(2026, 9, 2)}, {}, Critere.SORTI + Critere.ANCIENNETE),
        ({**ANCIEN, "statut": "sympathisant", "a_jour_au": None}, {}, Critere.STATUT),
        ({**ANCIEN, "statut": "sympathisant", "a_jour_au": None}, {"sympathisants": "consultatifs"}, 0),
        ({**ANCIEN, "statut": "sympathisant", "a_jour_au": None}, {"sympathisants": "deliberatifs"}, 0),
        (
            {"adhesion_le": date(2026, 8, 1), "a_jour_au": None, "sorti_le": date(2026, 8, 2)},
            {},
            Critere.SORTI + Critere.ANCIENNETE + Critere.COTISATION,
        ),
    ],
)
def test_chaque_critere(territoire, champs, reglages, motifs):
    (adherent,) = creer_adherents(territoire[0], 1, **champs)
    vote = faire_scrutin(anciennete_mois=6, **reglages)
    assert avec_criteres(Adherent.objects.all(), vote.scrutin).get(pk=adherent.pk).motifs == motifs


def test_une_section_inactive_ne_vote_pas(territoire):
    territoire[0].etat = "suspendue"
    territoire[0].save()
    vote = faire_scrutin()
    motifs = avec_criteres(Adherent.objects.all(), vote.scrutin).filter(section=territoire[0])
    assert set(motifs.values_list("motifs", flat=True)) == {int(Critere.SECTION)}


@pytest.mark.parametrize(
    ("reference", "mois", "limite"),
    [
        (date(2026, 9, 1), 6, date(2026, 3, 1)),
        (date(2026, 8, 31), 6, date(2026, 2, 28)),
        (date(2026, 1, 15), 13, date(2024, 12, 15)),
        (date(2026, 9, 1), 0, date(2026, 9, 1)),
    ],
)
def test_adhesion_limite(territoire, reference, mois, limite):
    assert faire_scrutin(reference_le=reference, anciennete_mois=mois).scrutin.adhesion_limite == limite


def test_annoncer_fige_la_liste_et_scelle_les_urnes(territoire):
    creer_adherents(territoire[0], 3, a_jour_au=None)
    vote = annoncer(faire_scrutin())
    assert vote.scrutin.etat == "annonce"
    assert Inscription.objects.count() == 51
    assert Inscription.objects.electrices().count() == 48
    lignes = sorted(
        f"{i.adherent.numero}|{i.section.code}|deliberatif"
        for i in Inscription.objects.electrices().select_related("adherent", "section")
    )
    assert vote.scrutin.liste_empreinte == hashlib.sha256("\n".join(lignes).encode()).hexdigest()
    assert sorted(Urne.objects.values_list("niveau", "inscrits", "hauteur")) == [("federation", 24, 0)] * 2
    assert Credentiel.objects.count() == CodeScelle.objects.count() == 48
    # Public keys stand in the order of their value, which says nothing of the roll's.
    for urne in Urne.objects.all():
        cles = [int(c) for c in urne.credentiels.order_by("pk").values_list("cle", flat=True)]
        assert cles == sorted(cles)


def test_preparer_deux_fois_ne_change_rien(territoire):
    vote = annoncer(faire_scrutin())
    avant = list(Urne.objects.order_by("pk").values_list("tete", flat=True))
    for urne in Urne.objects.filter(scrutin=vote.scrutin):
        actes.preparer_urne(urne=urne)
    assert list(Urne.objects.order_by("pk").values_list("tete", flat=True)) == avant


def test_les_petites_sections_rejoignent_l_urne_de_leur_federation(territoire):
    petite = territoire[0]
    Adherent.objects.filter(section=petite).order_by("-pk")[:8]
    Adherent.objects.filter(pk__in=Adherent.objects.filter(section=petite).values("pk")[:8]).update(
        a_jour_au=None
    )
    vote = annoncer(faire_scrutin(maillage="section"))
    assert sorted(vote.scrutin.urnes.values_list("niveau", "inscrits")) == [
        ("federation", 16),
        ("section", 12),
        ("section", 12),
    ]
    assert Rattachement.objects.get(section=petite).inscrits == 4


def test_les_sympathisants_consultatifs_ont_leurs_urnes(territoire):
    creer_adherents(territoire[0], 11, statut="sympathisant", a_jour_au=None)
    vote = annoncer(faire_scrutin(sympathisants="consultatifs"))
    assert sorted(vote.scrutin.urnes.values_list("college", "niveau", "inscrits")) == [
        (College.CONSULTATIF, "federation", 11),
        (College.DELIBERATIF, "federation", 24),
        (College.DELIBERATIF, "federation", 24),
    ]


def test_un_college_sous_le_seuil_empeche_l_annonce(territoire):
    creer_adherents(territoire[0], 4, statut="sympathisant", a_jour_au=None)
    vote = faire_scrutin(sympathisants="consultatifs")
    with pytest.raises(ActeImpossible, match="4 inscrit·es, moins que le seuil"):
        actes.annoncer_scrutin(scrutin=vote.scrutin, par=vote.admin, instant=ANNONCE)
    assert Inscription.objects.count() == Urne.objects.count() == 0


def test_manques_nomme_chaque_chose(territoire):
    admin = creer_compte("administrateur")
    scrutin = actes.creer_scrutin(
        par=admin,
        slug="vide",
        nom="Vide",
        ouvre_le=OUVERTURE,
        ferme_le=OUVERTURE + timedelta(days=1),
        reference_le=date(2026, 9, 1),
        perimetre="federations",
    )
    assert manques(scrutin, OUVERTURE) == [
        "L'ouverture (20 septembre 2026 à 10\xa0h\xa000, heure de Paris) est passée : choisissez une date à venir.",
        "Il manque le document de cadrage.",
        "Il manque une question.",
        "Choisissez au moins une fédération, ou le périmètre national.",
        "Désignez au moins un·e gardien·ne de la clé.",
    ]
    with pytest.raises(ActeImpossible, match="Il manque une question"):
        actes.annoncer_scrutin(scrutin=scrutin, par=admin, instant=ANNONCE)


def test_annoncer_demande_le_role(territoire):
    vote = faire_scrutin()
    for role in (None, "direction", "recolement"):
        with pytest.raises(ActeInterdit):
            actes.annoncer_scrutin(scrutin=vote.scrutin, par=creer_compte(role), instant=ANNONCE)


def test_une_cle_ne_se_depose_qu_une_fois_et_par_sa_gardienne(territoire):
    vote = faire_scrutin()
    gardien = Gardien.objects.get()
    # The same key again changes nothing; another one is refused.
    assert (
        actes.deposer_cle(gardien=gardien, cle=gardien.cle, par=gardien.compte).cle_deposee_le
        == gardien.cle_deposee_le
    )
    _, autre = nouvelle_cle(groupe("BELENIOS-2048"))
    with pytest.raises(ActeImpossible, match="déjà déposée"):
        actes.deposer_cle(gardien=gardien, cle=autre, par=gardien.compte)
    with pytest.raises(ActeInterdit):
        actes.deposer_cle(gardien=gardien, cle=gardien.cle, par=vote.admin)


def test_une_fausse_cle_est_refusee(territoire):
    vote = faire_scrutin(gardiens=2)
    un, deux = Gardien.objects.all()
    actes.designer_gardiens(scrutin=vote.scrutin, comptes=[un.compte], par=vote.admin)
    actes.designer_gardiens(scrutin=vote.scrutin, comptes=[un.compte, deux.compte], par=vote.admin)
    nouveau = Gardien.objects.get(compte=deux.compte)
    assert Gardien.objects.get(compte=un.compte).cle == un.cle
    fausse = {"pok": deux.cle["pok"], "public_key": un.cle["public_key"]}
    for cle in (fausse, {}, {"pok": {}, "public_key": "4"}, {"pok": deux.cle["pok"], "public_key": "-1"}):
        with pytest.raises(ActeImpossible, match="n'est pas valable"):
            actes.deposer_cle(gardien=nouveau, cle=cle, par=deux.compte)


def test_deplacer_les_dates_avant_l_ouverture(territoire):
    vote = annoncer(faire_scrutin())
    plus_tard = OUVERTURE + timedelta(days=1)
    scrutin = actes.deplacer_dates(
        scrutin=vote.scrutin,
        ouvre_le=plus_tard,
        ferme_le=plus_tard + timedelta(days=3),
        par=vote.admin,
        instant=ANNONCE,
    )
    assert scrutin.ouvre_le == plus_tard
    with pytest.raises(ActeImpossible, match="à venir"):
        actes.deplacer_dates(
            scrutin=scrutin, ouvre_le=plus_tard, ferme_le=plus_tard, par=vote.admin, instant=ANNONCE
        )


def test_changer_de_section_apres_l_annonce_ne_change_pas_la_liste(territoire):
    vote = annoncer(faire_scrutin())
    electeur = vote.electeurs()[0]
    Adherent.objects.filter(pk=electeur.adherent_id).update(section=territoire[3], sorti_le=date(2026, 9, 10))
    assert Inscription.objects.electrices().get(pk=electeur.pk).section_id == territoire[0].pk

"""A federation's sheet: every error by line and column, a preview that must still be true, all or nothing, undo."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest

from delegues import actes
from delegues.feuille import lire_moment
from delegues.models import Candidature, Designation, ImportDeDelegations, Liste, ProcesVerbal
from refondation.membres.models import Adherent
from refondation.membres.regles import ActeImpossible
from tests.delegues import scene
from tests.delegues.scene_imports import ENTETE, Papier, erreurs, rien_d_ecrit

pytestmark = pytest.mark.django_db


@pytest.fixture
def papier() -> Papier:
    return Papier()


# --- What it shows, what it writes ------------------------------------------------------------------


def test_l_apercu_dit_ce_qui_sera_ecrit(papier: Papier) -> None:
    lot = papier.deposer()
    assert (lot.etat, lot.erreurs) == ("pret", [])
    assert rien_d_ecrit()
    premiere = lot.apercu[0]
    f, h, s, _ = papier.membres[0]
    assert (premiere["section"], premiere["votants"], premiere["presents"]) == ("31001", 4, 4)
    assert premiere["tenue_le"] == "2026-09-20T18:30:00+02:00"
    assert [(x["nom"], x["voix"]) for x in premiere["listes"]] == [
        (f"{m.prenom} {m.nom}", voix) for m, voix in zip(papier.membres[0], (4, 3, 1, 0), strict=True)
    ]
    assert [e["nom"] for e in premiere["titulaires"]] == [f"{m.prenom} {m.nom}" for m in (f, h)]
    assert [e["nom"] for e in premiere["suppleants"]] == [f"{s.prenom} {s.nom}"]


def test_appliquer_ecrit_des_brouillons_a_signer(papier: Papier) -> None:
    lot = papier.appliquer(papier.deposer())
    assert lot.etat == "applique"
    brouillons = ProcesVerbal.objects.order_by("pk")
    assert [(pv.etat, pv.designation.section.code) for pv in brouillons] == [
        ("brouillon", "31001"),
        ("brouillon", "31002"),
    ]
    pv = brouillons[0]
    assert (pv.votants, pv.blancs, pv.nuls, pv.inscrits, pv.lieu) == (4, 0, 0, 4, "Salle des fêtes")
    assert (pv.redacteur, pv.contresignataire) == (papier.par, papier.membres[0][3])
    assert pv.tenue_le == datetime(2026, 9, 20, 16, 30, tzinfo=UTC)
    assert dict(pv.voix.values_list("liste__candidatures__adherent", "nombre")) == {
        m.pk: voix for m, voix in zip(papier.membres[0], (4, 3, 1, 0), strict=True)
    }
    assert pv.presences.filter(present=True).count() == 4
    assert set(Designation.objects.values_list("etat", flat=True)) == {"attendue"}
    assert set(Candidature.objects.values_list("etat", flat=True)) == {"acceptee"}
    # What was read of the file is not kept once it is written.
    assert lot.lignes == []


def test_appliquer_deux_fois(papier: Papier) -> None:
    lot = papier.deposer()
    papier.appliquer(lot)
    with pytest.raises(ActeImpossible) as refus:
        papier.appliquer(lot)
    assert refus.value.code == "etat"
    assert ProcesVerbal.objects.count() == 2


def test_un_classeur_vaut_un_csv(papier: Papier) -> None:
    livre = openpyxl.Workbook()
    feuille = livre.active
    entete = ENTETE.split(";")
    feuille.append(entete)
    for ligne in papier.lignes:
        feuille.append(
            [
                lire_moment(ligne[c]).replace(tzinfo=None) if c == "Date" and ligne[c] else
                int(ligne[c]) if c in {"Voix", "Votants", "Blancs", "Nuls"} and ligne[c] else ligne[c] or None
                for c in entete
            ]
        )  # fmt: skip
    fichier = io.BytesIO()
    livre.save(fichier)
    assert papier.deposer(fichier.getvalue(), nom="x.xlsx").apercu == papier.deposer().apercu


def test_les_candidatures_deposees_sont_reprises(papier: Papier) -> None:
    deposees = [
        scene.faire_liste(papier.designations[0], m, rang=rang) for rang, m in enumerate(papier.membres[0], 1)
    ]
    lot = papier.deposer()
    assert [x["existante"] for x in lot.apercu[0]["listes"]] == [liste.pk for liste in deposees]
    papier.appliquer(lot)
    assert papier.designations[0].listes.count() == 4
    actes.annuler_un_import(lot=lot, par=papier.par)
    # The platform's own candidacies stay.
    assert list(Liste.objects.order_by("pk")) == deposees


def test_des_duos(db: None) -> None:
    papier = Papier(candidatures="duos")
    for rang, ligne in enumerate(papier.lignes):
        ligne["Liste"] = "A" if rang % 4 < 2 else "B"
        ligne["Voix"] = "3" if rang % 4 < 2 else "1"
        ligne["Élu·e"] = "titulaire" if rang % 4 < 2 else "suppléant"
    lot = papier.deposer()
    assert lot.erreurs == []
    papier.appliquer(lot)
    assert [liste.candidatures.count() for liste in Liste.objects.all()] == [2] * 4


# --- Each error, by line and column ------------------------------------------------------------------

# (line of the file from 2, what changes) → where the error is said
ERREURS = {
    "section inconnue": ({0: {"Section": "99999"}}, (2, "Section")),
    "section absente": ({1: {"Section": ""}}, (3, "Section")),
    "numéro absent": ({1: {"Numéro": ""}}, (3, "Numéro")),
    "numéro inconnu": ({1: {"Numéro": "ZZZ"}}, (3, "Numéro")),
    "voix absentes": ({1: {"Voix": ""}}, (3, "Voix")),
    "voix illisibles": ({1: {"Voix": "trois"}}, (3, "Voix")),
    "voix négatives": ({1: {"Voix": "-1"}}, (3, "Voix")),
    "voix à virgule": ({1: {"Voix": "1,5"}}, (3, "Voix")),
    "nom d'un autre": ({1: {"Nom": "Durand"}}, (3, "Nom")),
    "prénom d'un autre": ({1: {"Prénom": "Paul"}}, (3, "Prénom")),
    "élu incompris": ({1: {"Élu·e": "peut-être"}}, (3, "Élu·e")),
    "élu que la règle n'élit pas": ({1: {"Élu·e": "suppléant"}}, (3, "Élu·e")),
    "non-élu que la règle élit": ({1: {"Élu·e": ""}}, (3, "Élu·e")),
    "date illisible": ({0: {"Date": "hier"}}, (2, "Date de l'assemblée")),
    "date hors de la fenêtre": ({0: {"Date": "20/08/2026"}}, (2, "Date de l'assemblée")),
    "date absente": ({0: {"Date": ""}}, (2, "Date de l'assemblée")),
    "date contredite": ({1: {"Date": "21/09/2026"}}, (3, "Date de l'assemblée")),
    "votants absents": ({0: {"Votants": ""}}, (2, "Votant·es")),
    "votants illisibles": ({0: {"Votants": "beaucoup"}}, (2, "Votant·es")),
    "plus de votants que de présents": (
        {0: {"Votants": "5"}},
        (2, "Votant·es"),
    ),
    "plus de blancs que de votants": ({0: {"Blancs": "9"}}, (2, "Votant·es")),
    "nuls contredits": ({3: {"Nuls": "2"}}, (5, "Nuls")),
    "second absent": ({0: {"Second signataire": ""}}, (2, "Second signataire (numéro)")),
    "second inconnu": ({0: {"Second signataire": "ZZZ"}}, (2, "Second signataire (numéro)")),
    "présent inconnu": ({0: {"Présents": "ZZZ"}}, (2, "Présent·es (numéros)")),
}


@pytest.mark.parametrize("cas", ERREURS)
def test_chaque_erreur_est_nommee(papier: Papier, cas: str) -> None:
    changements, attendue = ERREURS[cas]
    for rang, valeurs in changements.items():
        papier.lignes[rang] |= valeurs
    lot = papier.deposer()
    assert lot.etat == "refuse"
    assert attendue in erreurs(lot)
    assert all(message.endswith(".") for _, _, message in lot.erreurs)
    # All or nothing: the section without a mistake is not kept either.
    assert (lot.apercu, lot.lignes) == ([], [])
    assert rien_d_ecrit()
    with pytest.raises(ActeImpossible) as refus:
        papier.appliquer(lot)
    assert refus.value.code == "etat"


def test_une_personne_deux_fois(papier: Papier) -> None:
    papier.lignes[2]["Numéro"] = papier.lignes[1]["Numéro"]
    lot = papier.deposer()
    assert (4, "Numéro") in erreurs(lot)
    assert "déjà à la ligne 3" in next(m for n, c, m in lot.erreurs if (n, c) == (4, "Numéro"))


def test_une_personne_d_une_autre_section(papier: Papier) -> None:
    Adherent.objects.filter(pk=papier.membres[0][1].pk).update(section=papier.sections[1])
    assert (3, "Numéro") in erreurs(papier.deposer())


def test_une_personne_sortie(papier: Papier) -> None:
    Adherent.objects.filter(pk=papier.membres[0][1].pk).update(sorti_le=scene.AVANT.date())
    assert (3, "Numéro") in erreurs(papier.deposer())


def test_une_candidature_ailleurs(papier: Papier) -> None:
    scene.faire_liste(papier.designations[1], papier.membres[0][1])
    lot = papier.deposer()
    assert (3, "Numéro") in erreurs(lot)
    # And the section where they stand misses one.
    assert (6, "Numéro") in erreurs(lot)


def test_une_candidature_deposee_qui_manque(papier: Papier) -> None:
    oubliee = scene.faire_adherent(papier.sections[0])
    scene.faire_liste(papier.designations[0], oubliee)
    lot = papier.deposer()
    assert erreurs(lot) == [(2, "Numéro")]
    assert oubliee.nom in lot.erreurs[0][2]


def test_une_section_qui_vote_en_ligne_ou_a_deja_un_proces_verbal(papier: Papier) -> None:
    Designation.objects.filter(pk=papier.designations[0].pk).update(mode="en-ligne")
    papier_signe = papier.designations[1]
    liste = scene.faire_liste(papier_signe, papier.membres[1][0])
    scene.faire_proces_verbal(
        papier_signe,
        [liste.candidatures.get()],
        redacteur=papier.par,
        contresignataire=papier.membres[1][1],
    )
    assert erreurs(papier.deposer()) == [(2, "Section"), (6, "Section")]


def test_une_section_d_une_autre_federation(papier: Papier) -> None:
    autre = scene.faire_section("75001", "75")
    scene.faire_designation(papier.campagne, autre)
    papier.lignes[0]["Section"] = "75001"
    assert (2, "Section") in erreurs(papier.deposer())


@pytest.mark.parametrize(
    ("contenu", "attendue"),
    [
        (b"", (None, "")),
        (b"\x00\x01\x02", (1, "")),
        (b"Bonjour;le;monde\n1;2;3\n", (None, "")),
        (ENTETE.encode(), (None, "")),
        (ENTETE.replace("Voix;", "").encode() + b"\n", (1, "Voix")),
        (ENTETE.replace("Lieu", "Section").encode() + b"\n", (1, "Section")),
        (b"\xd0\xcf\x11\xe0ancien classeur", (None, "")),
    ],
)
def test_un_mauvais_fichier(papier: Papier, contenu: bytes, attendue: tuple) -> None:
    lot = papier.deposer(contenu)
    assert lot.etat == "refuse"
    assert attendue in erreurs(lot)


def test_un_fichier_trop_gros(papier: Papier) -> None:
    with pytest.raises(ActeImpossible) as refus:
        papier.deposer(b"x" * (actes.OCTETS_AU_PLUS + 1))
    assert (refus.value.code, refus.value.statut) == ("trop_gros", 413)
    assert ImportDeDelegations.objects.count() == 0


@pytest.mark.parametrize(
    ("saisie", "attendu"),
    [
        ("20/09/2026 18:30", (2026, 9, 20, 18, 30)),
        ("20/09/2026 à 18 h 30", (2026, 9, 20, 18, 30)),
        ("20.09.2026 18h", (2026, 9, 20, 18, 0)),
        ("2026-09-20 18:30", (2026, 9, 20, 18, 30)),
        ("2026-09-20T18:30:00", (2026, 9, 20, 18, 30)),
        ("20/9/2026", (2026, 9, 20, 12, 0)),
        ("31/02/2026", None),
        ("20/09/26", None),
        ("jeudi", None),
    ],
)
def test_lire_moment(saisie: str, attendu: tuple | None) -> None:
    moment = lire_moment(saisie)
    assert (moment and (moment.year, moment.month, moment.day, moment.hour, moment.minute)) == attendu


# --- Stale preview, calendar, rights -----------------------------------------------------------------


def test_un_apercu_perime_ne_s_applique_pas(papier: Papier) -> None:
    lot = papier.deposer()
    Adherent.objects.filter(pk=papier.membres[0][0].pk).update(nom="Marchand", recherche="marchand")
    with pytest.raises(ActeImpossible) as refus:
        papier.appliquer(lot)
    assert refus.value.code == "apercu_perime"
    assert rien_d_ecrit()
    lot.refresh_from_db()
    # Errors now: the sheet says another name than the register.
    assert (lot.etat, erreurs(lot)) == ("refuse", [(2, "Nom")])


def test_le_nouvel_apercu_se_relit_puis_s_applique(papier: Papier) -> None:
    lot = papier.deposer()
    scene.faire_liste(papier.designations[0], papier.membres[0][0], rang=1)
    with pytest.raises(ActeImpossible) as refus:
        papier.appliquer(lot)
    assert refus.value.code == "apercu_perime"
    lot.refresh_from_db()
    assert lot.apercu[0]["listes"][0]["existante"] is not None
    assert papier.appliquer(lot).etat == "applique"


@pytest.mark.parametrize(
    ("instant", "code"),
    [
        (scene.CANDIDATURES, "trop_tot"),
        (scene.ASSEMBLEES, ""),
        (scene.TRANSMISSION, ""),
        (scene.CONTROLE, "trop_tard"),
    ],
)
def test_la_fenetre_d_import(papier: Papier, instant: datetime, code: str) -> None:
    if not code:
        assert papier.deposer(instant=instant).etat == "pret"
        return
    with pytest.raises(ActeImpossible) as refus:
        papier.deposer(instant=instant)
    assert refus.value.code == code


@pytest.mark.parametrize(
    ("role", "permis"),
    [
        ("administrateur", True),
        ("secretaire_federal", True),
        ("gestionnaire_federal", True),
        ("secretaire_section", False),
        ("direction", False),
        ("recolement", False),
        ("observateur", False),
    ],
)
def test_qui_importe(papier: Papier, role: str, permis: bool) -> None:
    lieux = {
        "secretaire_federal": {"federation": papier.sections[0].federation},
        "gestionnaire_federal": {"federation": papier.sections[0].federation},
        "secretaire_section": {"section": papier.sections[0]},
    }
    par = scene.faire_compte(role, **lieux.get(role, {}))
    lot = papier.deposer()
    ailleurs = scene.faire_section("75001", "75").federation
    if permis:
        assert papier.deposer(par=par).etat == "pret"
        assert papier.appliquer(lot, par).etat == "applique"
        assert actes.annuler_un_import(lot=lot, par=par).etat == "annule"
    else:
        for acte in (lambda: papier.deposer(par=par), lambda: papier.appliquer(lot, par)):
            with pytest.raises(ActeImpossible) as refus:
                acte()
            assert refus.value.code == "interdit"
    if role != "administrateur":
        with pytest.raises(ActeImpossible) as refus:
            papier.deposer(par=par, federation=ailleurs)
        assert refus.value.code == "interdit"
    assert (lot in ImportDeDelegations.objects.visibles_par(par)) is permis


# --- Undo, give up, purge ----------------------------------------------------------------------------


def test_annuler_rend_tout_comme_avant(papier: Papier) -> None:
    lot = papier.appliquer(papier.deposer())
    actes.annuler_un_import(lot=lot, par=papier.par)
    assert rien_d_ecrit()
    with pytest.raises(ActeImpossible) as refus:
        actes.annuler_un_import(lot=lot, par=papier.par)
    assert refus.value.code == "etat"
    assert papier.deposer().etat == "pret"


def test_un_brouillon_repris_ne_s_annule_plus(papier: Papier) -> None:
    lot = papier.appliquer(papier.deposer())
    secretaire = scene.faire_compte("secretaire_section", section=papier.sections[0])
    pv = ProcesVerbal.objects.get(designation=papier.designations[0])
    actes.noter_les_incidents(
        proces_verbal=pv,
        incidents="",
        sans_incident=True,
        version=1,
        par=secretaire,
        instant=scene.ASSEMBLEES + timedelta(days=2),
    )
    with pytest.raises(ActeImpossible) as refus:
        actes.annuler_un_import(lot=lot, par=papier.par)
    assert refus.value.code == "repris"
    assert "Ville 31001" in str(refus.value)
    assert ProcesVerbal.objects.count() == 2


def test_abandonner_et_purger(papier: Papier) -> None:
    ouvert, refuse = papier.deposer(), papier.deposer(b"")
    garde = papier.appliquer(papier.deposer())
    actes.abandonner_un_import(lot=ouvert, par=papier.par)
    ouvert.refresh_from_db()
    assert (ouvert.etat, ouvert.lignes, ouvert.apercu) == ("abandonne", [], [])
    depot = scene.ASSEMBLEES + timedelta(days=1)
    assert actes.purger_les_imports_de_delegations(instant=depot + timedelta(days=7)) == 0
    assert actes.purger_les_imports_de_delegations(instant=depot + timedelta(days=7, seconds=1)) == 1
    for lot, etat in ((refuse, "abandonne"), (garde, "applique")):
        lot.refresh_from_db()
        assert lot.etat == etat

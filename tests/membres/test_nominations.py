"""Roles given from a table: each line said before anything is written, then all of them or none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from refondation.journal.models import Ligne
from refondation.membres import actes
from refondation.membres.models import Adherent, Compte, Mandat, date_du_jour
from refondation.membres.nominations import COLONNES, LIGNES_AU_PLUS, Examen
from refondation.membres.regles import ActeImpossible, ActeInterdit
from refondation.membres.ressources import MandatRessource
from tests.interface.conftest import ouvrir_session
from tests.membres.monde import creer_adherent, creer_compte, creer_section, donner_un_second_facteur
from tests.membres.tableaux_de_roles import csv_de, ligne, xlsx_de

pytestmark = pytest.mark.django_db

JOUR = timedelta(days=1)


@pytest.fixture
def administratrice(db: None) -> Compte:
    compte = creer_compte("administrateur", prenom="Grace", nom="Hopper")
    donner_un_second_facteur(compte)
    return compte


def examiner(par: Compte, *lignes: Sequence[str], **options: Any) -> Examen:
    return actes.examiner_des_nominations(octets=csv_de(*lignes, **options), par=par)


def erreurs(examen: Examen) -> list[tuple[int, str, str]]:
    return [(x.numero, colonne, message) for x in examen.lignes for colonne, message in x.erreurs]


def etat_de_la_base() -> tuple[int, ...]:
    return Mandat.objects.count(), Compte.objects.count(), Ligne.objects.count()


# --- Examination ------------------------------------------------------------------------------


def test_chaque_ligne_dit_ce_qu_elle_fait_et_rien_n_est_ecrit(administratrice: Compte) -> None:
    section = creer_section("31001", "31")
    ada = creer_adherent(numero="A1", prenom="Ada", nom="Lovelace")
    deja = creer_compte(numero="A2", prenom="Rosa", nom="Parks")
    actes.nommer(personne=deja, role="recolement", debut=date(2026, 9, 21), par=administratrice)
    avant = etat_de_la_base()
    examen = examiner(
        administratrice,
        ligne("a1", "secrétaire de SECTION", section="31001", nom="LOVELACE Ada"),
        ligne("A1", "Secrétaire fédérale", federation="31", debut="2026-10-01", fin="2027-10-01"),
        ligne("A2"),
    )
    assert erreurs(examen) == []
    assert [(x.numero, x.etat, x.personne, x.role, x.lieu, x.dates) for x in examen.lignes] == [
        (2, "nouveau", str(ada), "Secrétaire de section", str(section), "à partir du 21/09/2026"),
        (
            3, "nouveau", str(ada), "Secrétaire fédéral·e", str(section.federation),
            "à partir du 01/10/2026, jusqu'au 01/10/2027 exclu",
        ),
        (4, "inchange", str(deja.adherent), "Commission de récolement", "Tout le pays", "à partir du 21/09/2026"),
    ]  # fmt: skip
    assert (examen.nouveaux, examen.inchanges, examen.fautives) == (2, 1, 0)
    assert etat_de_la_base() == avant


@pytest.mark.parametrize("faire", [csv_de, xlsx_de])
def test_csv_et_classeur_disent_la_meme_chose(faire: Callable, administratrice: Compte) -> None:
    creer_adherent(numero="A1")
    octets = faire(ligne("A1"))
    attendu = examiner(administratrice, ligne("A1"))
    assert actes.examiner_des_nominations(octets=octets, par=administratrice) == attendu


def test_un_classeur_a_de_vraies_dates_et_des_nombres(administratrice: Compte) -> None:
    creer_adherent(numero="1234")
    creer_section("31001", "31")
    octets = xlsx_de((1234, "", "Secrétaire de section", 31, 31001, date(2026, 9, 21), date(2027, 9, 21)))
    examen = actes.examiner_des_nominations(octets=octets, par=administratrice)
    assert erreurs(examen) == []
    assert examen.lignes[0].dates == "à partir du 21/09/2026, jusqu'au 21/09/2027 exclu"


INCONNU = "n'a pas d'adresse. Vérifiez"


@pytest.mark.parametrize(
    ("champs", "colonne", "extrait"),
    [
        ({"numero": ""}, "Numéro d'adhérent·e", "À remplir : un numéro"),
        ({"numero": "Z9"}, "Numéro d'adhérent·e", "Personne au registre n'a « Z9 »"),
        ({"numero": "S1"}, "Numéro d'adhérent·e", INCONNU),
        ({"nom": "Marie Curie"}, "Nom", "Le registre dit « Ada Lovelace »"),
        ({"role": "Trésorier"}, "Rôle", "« Trésorier » n'est pas un rôle. Choisissez parmi : Secrétaire"),
        ({"role": ""}, "Rôle", "n'est pas un rôle"),
        ({"debut": ""}, "Depuis le", "À remplir : le premier jour"),
        ({"debut": "30/02/2026"}, "Depuis le", "n'existe pas dans le calendrier"),
        ({"fin": "bientôt"}, "Jusqu'au", "n'est pas une date"),
        ({"fin": "20/09/2026"}, "Jusqu'au", "La fin du mandat précède son début."),
        ({"section": "99999"}, "Section", "Aucune section n'a le code « 99999 »"),
        ({"federation": "99"}, "Fédération", "Aucune fédération n'a le code « 99 »"),
        ({"federation": "31"}, "Fédération", "À vider : ce rôle se tient dans tout le pays."),
        ({"section": "31001"}, "Section", "À vider : ce rôle se tient dans tout le pays."),
        ({"role": "Secrétaire de section"}, "Section", "À remplir : ce rôle se tient dans une section."),
        (
            {"role": "Secrétaire de section", "section": "31001", "federation": "75"},
            "Fédération",
            "La section Section 31001",
        ),
        ({"role": "Secrétaire fédéral·e"}, "Fédération", "À remplir : ce rôle se tient dans une fédération."),
        (
            {"role": "Gestionnaire fédéral·e", "federation": "31", "section": "31001"},
            "Section",
            "À vider : ce rôle se tient dans une fédération entière.",
        ),
    ],
)
def test_une_erreur_nomme_sa_ligne_et_sa_colonne(
    champs: dict[str, str], colonne: str, extrait: str, administratrice: Compte
) -> None:
    creer_section("31001", "31"), creer_section("75001", "75")
    creer_adherent(numero="A1", prenom="Ada", nom="Lovelace")
    creer_adherent(numero="S1", courriel="")
    avant = etat_de_la_base()
    examen = examiner(administratrice, ligne("A1"), ligne(**{"numero": "A1", "debut": "22/09/2030"} | champs))
    [(numero, dite, message)] = erreurs(examen)[-1:]
    assert (numero, dite) == (3, colonne)
    assert extrait in message
    assert etat_de_la_base() == avant


def test_toutes_les_erreurs_d_une_ligne_a_la_fois(administratrice: Compte) -> None:
    examen = examiner(administratrice, ligne("Z9", "Roi", section="0", debut="demain"))
    assert [colonne for _, colonne, _ in erreurs(examen)] == [
        "Numéro d'adhérent·e", "Rôle", "Section", "Depuis le",
    ]  # fmt: skip


def test_ce_que_seule_la_base_sait(administratrice: Compte) -> None:
    """A role held already, twice in the table, and the thirtieth seat that the table itself takes."""
    creer_compte("recolement", numero="A1")
    creer_adherent(numero="A2")
    for rang in range(28):
        titulaire = Compte.objects.create(email=f"d{rang}@exemple.fr")
        Mandat.objects.create(compte=titulaire, role="direction", debut=date(2026, 1, 1))
    debut = f"{date_du_jour() + JOUR:%d/%m/%Y}"
    examen = examiner(
        administratrice,
        ligne("A1", debut=debut),
        ligne("A2", debut=debut),
        ligne("A2", debut=debut, fin="21/09/2090"),
        ligne("A1", "Direction collégiale", debut=debut),
        ligne("A2", "Direction collégiale", debut=debut),
    )
    assert [(n, c, m.partition(",")[0]) for n, c, m in erreurs(examen)] == [
        (2, "Depuis le", "Cette personne tient déjà ce rôle à ces dates."),
        (4, "Depuis le", "Cette personne tient déjà ce rôle à ces dates."),
        (6, "Rôle", "La direction collégiale compte 29 sièges"),
    ]
    assert (examen.nouveaux, examen.fautives) == (2, 3)


def test_un_couple_qui_partage_une_adresse(administratrice: Compte) -> None:
    for numero in ("A1", "A2"):
        creer_adherent(numero=numero, courriel="couple@exemple.fr")
    actes.ouvrir_compte_hors_registre(courriel="salariee@exemple.fr", nom="Zoé Zola", par=administratrice)
    entete = ("Courriel", "Fonction", "Début")
    examen = examiner(
        administratrice,
        ("Couple@exemple.fr", "récolement", "21/09/2026"),
        ("SALARIEE@exemple.fr", "Observatrice", "21/09/2026"),
        entete=entete,
    )
    [(numero, colonne, message)] = erreurs(examen)
    assert (numero, colonne) == (2, COLONNES["courriel"][0])
    assert message.endswith("Donnez le numéro.")
    assert (examen.lignes[1].etat, examen.lignes[1].personne) == ("nouveau", "Zoé Zola")


@pytest.mark.parametrize(
    ("octets", "extrait"),
    [
        (b"", "Le fichier est vide"),
        (b"bonjour\r\n", "Aucune ligne d'en-tête"),
        (csv_de(), "Le tableau n'a que des en-têtes"),
        (csv_de(("A1", "x"), entete=("Numéro", "Rôle")), "Ligne 1 : Il manque au tableau : Depuis le."),
        (
            csv_de(("x", "y"), entete=("Rôle", "Depuis le")),
            "Ligne 1 : Il manque au tableau : Numéro d'adhérent·e.",
        ),
        (
            csv_de(("A1", "A1", "x", "y"), entete=("Numéro", "Matricule", "Rôle", "Depuis le")),
            "Ligne 1 : Deux colonnes disent la même chose : Numéro d'adhérent·e.",
        ),
        (csv_de(*[ligne("A1")] * (LIGNES_AU_PLUS + 1)), f"Ligne {LIGNES_AU_PLUS + 2} : Le tableau a plus de"),
        (b"PK\x03\x04rien", "Ce classeur est abîmé"),
    ],
)
def test_un_fichier_qui_ne_se_lit_pas(octets: bytes, extrait: str, administratrice: Compte) -> None:
    with pytest.raises(ActeImpossible) as refus:
        actes.examiner_des_nominations(octets=octets, par=administratrice)
    assert (refus.value.code, refus.value.statut) == ("fichier_illisible", 422)
    assert extrait in str(refus.value)


def test_l_export_des_roles_se_depose_tel_quel(administratrice: Compte) -> None:
    for role in ("secretaire_section", "secretaire_federal", "direction", "recolement"):
        creer_compte(role)
    octets = MandatRessource().export(Mandat.objects.all()).export("xlsx")
    examen = actes.examiner_des_nominations(octets=octets, par=administratrice)
    assert erreurs(examen) == []
    assert (examen.inchanges, examen.nouveaux) == (5, 0)


# --- Writing ------------------------------------------------------------------------------------


def test_importer_donne_chaque_role_et_l_inscrit(administratrice: Compte) -> None:
    section = creer_section("31001", "31")
    for numero in ("A1", "A2"):
        creer_adherent(numero=numero)
    octets = csv_de(ligne("A1", "Secrétaire de section", section="31001", federation="31"), ligne("A2"))
    apercu = actes.examiner_des_nominations(octets=octets, par=administratrice).empreinte
    examen = actes.importer_des_nominations(octets=octets, apercu=apercu, par=administratrice)
    assert examen.nouveaux == 2
    donnes = Mandat.objects.exclude(compte=administratrice).order_by("pk")
    assert [(m.compte.adherent.numero, m.role, m.section, m.federation, m.debut, m.fin) for m in donnes] == [
        ("A1", "secretaire_section", section, None, date(2026, 9, 21), None),
        ("A2", "recolement", None, None, date(2026, 9, 21), None),
    ]
    lignes = Ligne.objects.filter(acte="membres.nommer").order_by("rang")
    assert [(x.acteur, x.objet) for x in lignes] == [
        (administratrice, f"membres.mandat:{mandat.pk}") for mandat in donnes
    ]
    # Asked again, the same table has nothing left to do: what was confirmed is no more.
    with pytest.raises(ActeImpossible) as refus:
        actes.importer_des_nominations(octets=octets, apercu=apercu, par=administratrice)
    assert refus.value.code == "apercu_perime"


def test_une_ligne_en_erreur_et_rien_n_est_ecrit(administratrice: Compte) -> None:
    creer_adherent(numero="A1")
    octets = csv_de(ligne("A1"), ligne("Z9"))
    apercu = actes.examiner_des_nominations(octets=octets, par=administratrice).empreinte
    avant = etat_de_la_base()
    with pytest.raises(ActeImpossible) as refus:
        actes.importer_des_nominations(octets=octets, apercu=apercu, par=administratrice)
    assert refus.value.code == "lignes_en_erreur"
    assert etat_de_la_base() == avant


@pytest.mark.parametrize(
    "changer",
    [
        lambda admin: Adherent.objects.filter(numero="A1").update(sorti_le=date(2026, 1, 1)),
        lambda admin: Adherent.objects.filter(numero="A1").update(nom="Autre"),
        lambda admin: actes.nommer(
            personne=Adherent.objects.get(numero="A1"), role="recolement", debut=date(2026, 9, 21), par=admin
        ),
    ],
    ids=["la personne est sortie", "elle a changé de nom", "le rôle est déjà donné"],
)
def test_un_apercu_perime_est_refuse(changer: Callable, administratrice: Compte) -> None:
    creer_adherent(numero="A1"), creer_adherent(numero="A2")
    octets = csv_de(ligne("A1"), ligne("A2"))
    apercu = actes.examiner_des_nominations(octets=octets, par=administratrice).empreinte
    changer(administratrice)
    avant = etat_de_la_base()
    with pytest.raises(ActeImpossible) as refus:
        actes.importer_des_nominations(octets=octets, apercu=apercu, par=administratrice)
    assert (refus.value.code, refus.value.statut) == ("apercu_perime", 409)
    assert etat_de_la_base() == avant


@pytest.mark.parametrize("role", ["secretaire_federal", "direction", "recolement", None])
def test_reserve_a_l_administration(role: str | None) -> None:
    par = creer_compte(role)
    creer_adherent(numero="A1")
    for acte, options in (
        (actes.examiner_des_nominations, {}),
        (actes.importer_des_nominations, {"apercu": ""}),
    ):
        with pytest.raises(ActeInterdit):
            acte(octets=csv_de(ligne("A1")), par=par, **options)
    client = ouvrir_session(par, "code")
    for nom in ("importer", "apercu"):
        assert client.get(reverse(f"roles:{nom}")).status_code in (302, 403)
    for nom in ("importer", "confirmer", "abandonner"):
        assert client.post(reverse(f"roles:{nom}")).status_code in (302, 403)
    assert Mandat.objects.filter(role="recolement", debut=date(2026, 9, 21)).count() == 0


@pytest.mark.django_db(transaction=True)
def test_deux_confirmations_en_meme_temps_ecrivent_une_fois() -> None:
    administratrice = creer_compte("administrateur")
    for rang in range(6):
        creer_adherent(numero=f"A{rang}")
    tables = [csv_de(*(ligne(f"A{rang}") for rang in rangs)) for rangs in (range(6), reversed(range(6)))]
    apercus = [actes.examiner_des_nominations(octets=t, par=administratrice).empreinte for t in tables]
    depart, issues = threading.Barrier(2), []

    def confirmer(octets: bytes, apercu: str) -> None:
        try:
            depart.wait()
            actes.importer_des_nominations(octets=octets, apercu=apercu, par=administratrice)
            issues.append("donnés")
        except ActeImpossible as refus:
            issues.append(refus.code)
        finally:
            connection.close()

    fils = [threading.Thread(target=confirmer, args=paire) for paire in zip(tables, apercus, strict=True)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert sorted(issues) == ["apercu_perime", "donnés"]
    assert Mandat.objects.filter(role="recolement").count() == 6


@pytest.mark.django_db(transaction=True)
def test_nommer_un_membre_sans_compte_pendant_une_autre_nomination() -> None:
    """Opening an account takes the journal's turn: that of appointments is taken before it by everybody."""
    administratrice = creer_compte("administrateur")
    avec, sans = creer_compte(), creer_adherent()
    depart, issues = threading.Barrier(2), []

    def nommer(personne: Adherent | Compte) -> None:
        try:
            depart.wait()
            actes.nommer(personne=personne, role="recolement", debut=date(2026, 9, 21), par=administratrice)
            issues.append("nommé")
        finally:
            connection.close()

    fils = [threading.Thread(target=nommer, args=(personne,)) for personne in (avec, sans)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert issues == ["nommé", "nommé"]

"""Accounts: opened once, named after the register, closed to those who left; the terminal's command."""

from __future__ import annotations

import threading
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from refondation.journal.chaine import verifier
from refondation.journal.models import Ligne
from refondation.membres import actes
from refondation.membres.connexion import AdaptateurDuSecondFacteur, ComptesPresents
from refondation.membres.models import Adherent, Compte, Mandat, date_du_jour
from refondation.membres.regles import ActeImpossible, ActeInterdit
from tests.membres.monde import creer_adherent, creer_compte, donner_un_second_facteur, seconds_facteurs

pytestmark = pytest.mark.django_db


def test_ouvrir_compte() -> None:
    adherent = creer_adherent(prenom="Olympe", nom="de Gouges")
    compte = actes.ouvrir_compte(adherent=adherent)
    assert (compte.adherent, compte.nom, compte.email) == (adherent, "Olympe de Gouges", adherent.courriel)
    assert (compte.is_active, compte.is_staff, compte.has_usable_password()) == (True, False, False)
    ligne = Ligne.objects.get()
    assert (ligne.acte, ligne.acteur, ligne.objet) == (
        "membres.ouvrir_compte",
        None,
        f"membres.compte:{compte.pk}",
    )
    assert ligne.details == {"numero": adherent.numero}


def test_ouvrir_compte_deux_fois_rend_le_meme_et_suit_le_registre() -> None:
    adherent = creer_adherent(courriel="avant@exemple.fr")
    compte = actes.ouvrir_compte(adherent=adherent)
    Adherent.objects.filter(pk=adherent.pk).update(courriel="apres@exemple.fr", nom="Veil")
    encore = actes.ouvrir_compte(adherent=adherent)
    assert (encore.pk, encore.email, encore.nom) == (compte.pk, "apres@exemple.fr", "Simone Veil")
    assert Ligne.objects.count() == 1


def test_ouvrir_compte_adherent_sorti() -> None:
    adherent = creer_adherent(sorti_le=date(2026, 1, 1))
    with pytest.raises(ActeImpossible) as refus:
        actes.ouvrir_compte(adherent=adherent)
    assert (refus.value.code, Compte.objects.count(), Ligne.objects.count()) == ("adherent_sorti", 0, 0)


@pytest.mark.django_db(transaction=True)
def test_ouvrir_compte_en_meme_temps_n_en_ouvre_qu_un() -> None:
    adherent = creer_adherent()
    depart, ouverts = threading.Barrier(4), []

    def ouvrir() -> None:
        try:
            depart.wait()
            ouverts.append(actes.ouvrir_compte(adherent=adherent).pk)
        finally:
            connection.close()

    fils = [threading.Thread(target=ouvrir) for _ in range(4)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert ouverts == [Compte.objects.get().pk] * 4
    assert Ligne.objects.count() == 1


def test_ouvrir_compte_hors_registre() -> None:
    administratrice = creer_compte("administrateur")
    compte = actes.ouvrir_compte_hors_registre(
        courriel="Permanent@Exemple.fr", nom="Alex Roy", par=administratrice
    )
    assert (compte.email, compte.nom, compte.adherent) == ("permanent@exemple.fr", "Alex Roy", None)
    assert Ligne.objects.first().acteur == administratrice
    encore = actes.ouvrir_compte_hors_registre(courriel="permanent@exemple.fr", nom="", par=administratrice)
    assert encore == compte


def test_ouvrir_compte_hors_registre_refuse() -> None:
    simple = creer_compte(courriel="membre@exemple.fr")
    with pytest.raises(ActeInterdit):
        actes.ouvrir_compte_hors_registre(courriel="x@exemple.fr", nom="", par=simple)
    with pytest.raises(ActeImpossible, match="numéro") as refus:
        actes.ouvrir_compte_hors_registre(courriel="membre@exemple.fr", nom="", par=None)
    assert refus.value.code == "au_registre"


def test_fermer_les_sessions_change_ce_qui_les_tient() -> None:
    compte = creer_compte()
    avant = compte.get_session_auth_hash()
    actes.fermer_les_sessions(compte=compte)
    compte.refresh_from_db()
    assert compte.get_session_auth_hash() != avant
    assert compte.has_usable_password() is False
    assert Ligne.objects.first().acte == "membres.fermer_les_sessions"


@pytest.mark.parametrize(
    ("adherent", "actif", "presente"),
    [({}, True, True), ({"sorti_le": date(2026, 1, 1)}, True, False), ({}, False, False)],
)
def test_session_d_un_compte(adherent: dict, actif: bool, presente: bool) -> None:
    compte = creer_compte()
    Adherent.objects.filter(pk=compte.adherent_id).update(**adherent or {"nom": "Weil"})
    Compte.objects.filter(pk=compte.pk).update(is_active=actif)
    trouve = ComptesPresents().get_user(compte.pk)
    assert (trouve is not None) is presente


def test_aucun_mot_de_passe_n_ouvre() -> None:
    compte = creer_compte()
    compte.set_password("secret")
    compte.save()
    assert ComptesPresents().authenticate(None, email=compte.email, password="secret") is None


def test_les_secrets_des_seconds_facteurs_sont_scelles() -> None:
    compte = creer_compte()
    codes = donner_un_second_facteur(compte)
    assert seconds_facteurs(compte) == ["recovery_codes", "totp"]
    with connection.cursor() as curseur:
        curseur.execute("SELECT data::text FROM mfa_authenticator")
        stocke = " ".join(texte for (texte,) in curseur.fetchall())
    assert "JBSWY3DP" not in stocke
    assert not any(code in stocke for code in codes)


def test_un_second_facteur_s_ouvre_avec_l_ancienne_cle(settings: object) -> None:
    adaptateur = AdaptateurDuSecondFacteur()
    scelle = adaptateur.encrypt("JBSWY3DP")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "une autre clé de quarante caractères au moins"
    assert adaptateur.decrypt(scelle) == "JBSWY3DP"


# --- manage.py nommer_administrateur ----------------------------------------------------------


def nommer(*arguments: str) -> str:
    sortie = StringIO()
    call_command("nommer_administrateur", *arguments, stdout=sortie)
    return sortie.getvalue()


def test_commande_nommer_administrateur_par_numero() -> None:
    adherent = creer_adherent(numero="A0042", prenom="Flora", nom="Tristan")
    assert nommer(" a0042 ") == (
        "Flora Tristan : Administrateur·rice national·e. Un second facteur sera demandé à la connexion.\n"
    )
    mandat = Mandat.objects.get()
    assert (mandat.compte.adherent, mandat.role, mandat.debut, mandat.fin) == (
        adherent, "administrateur", date_du_jour(), None,
    )  # fmt: skip
    assert list(Ligne.objects.order_by("rang").values_list("acte", "acteur")) == [
        ("membres.ouvrir_compte", None),
        ("membres.nommer", None),
    ]
    assert verifier().est_intacte
    with pytest.raises(CommandError, match="tient déjà ce rôle"):
        nommer("A0042")


def test_commande_nommer_administrateur_par_adresse() -> None:
    adherent = creer_adherent(courriel="flora@exemple.fr")
    nommer("Flora@exemple.fr")
    assert Mandat.objects.get().compte.adherent == adherent


def test_commande_nommer_administrateur_hors_registre() -> None:
    nommer("dsi@exemple.fr", "--nom", "Alex Roy")
    compte = Mandat.objects.get().compte
    assert (compte.nom, compte.email, compte.adherent) == ("Alex Roy", "dsi@exemple.fr", None)


def test_commande_nommer_administrateur_refuse() -> None:
    for prenom in ("Ada", "Zoé"):
        creer_adherent(prenom=prenom, courriel="couple@exemple.fr")
    with pytest.raises(CommandError, match=r"Plusieurs personnes : Ada .*Zoé .*Donnez le numéro"):
        nommer("couple@exemple.fr")
    with pytest.raises(CommandError, match="Personne n'a le numéro X9"):
        nommer("x9")
    assert Mandat.objects.count() == 0

"""One-time codes: whom they reach, how long and how often they serve, what is kept of them."""

from __future__ import annotations

import re
import threading
import uuid
from datetime import date, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.utils import timezone

from refondation.journal.models import Ligne
from refondation.membres import actes, codes
from refondation.membres.models import Adherent, Compte, DemandeDeCode
from refondation.membres.regles import ActeImpossible
from tests.membres.monde import creer_adherent, creer_compte

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def instant() -> datetime:
    return timezone.now()


def demander(saisie: str, instant: datetime) -> DemandeDeCode:
    """Ask, and let the task do its work."""
    demande = actes.demander_un_code(saisie=codes.normaliser(saisie), instant=instant)
    actes.envoyer_les_codes(cle=demande.cle, instant=instant)
    return DemandeDeCode.objects.get(pk=demande.pk)


def codes_recus() -> list[str]:
    """The codes of the last mail, in order."""
    return [f"{a}{b}" for a, b in re.findall(r"^    (\d{3}) (\d{3})\b", mail.outbox[-1].body, re.M)]


def reconnaitre(demande: DemandeDeCode, code: str, instant: datetime) -> Compte | str:
    """The account, or the code of the refusal."""
    try:
        return actes.reconnaitre_le_code(cle=demande.cle, code=code, instant=instant)
    except ActeImpossible as refus:
        return refus.code


@pytest.mark.parametrize(
    ("saisie", "normale"),
    [
        ("  a 0012 ", "A0012"),
        ("A-12", "A-12"),
        (" Jeanne@Exemple.FR ", "jeanne@exemple.fr"),
        ("a\u00a012", "A12"),
    ],
)
def test_normaliser(saisie: str, normale: str) -> None:
    assert codes.normaliser(saisie) == normale


def test_tirer_codes_distincts() -> None:
    tires = codes.tirer_codes(4)
    assert len(set(tires)) == 4
    assert all(re.fullmatch(r"\d{6}", code) for code in tires)


@pytest.mark.parametrize("saisie", ["m42", "Jeanne@exemple.fr"])
def test_premiere_connexion_ouvre_le_compte(saisie: str, instant: datetime) -> None:
    adherent = creer_adherent(numero="M42", courriel="jeanne@exemple.fr", prenom="Jeanne")
    demande = demander(saisie, instant)
    message = mail.outbox[0]
    [code] = codes_recus()
    assert message.to == ["jeanne@exemple.fr"]
    assert message.subject == f"{code[:3]} {code[3:]} : votre code de connexion"
    # Nothing is opened, nor can the code be read, until somebody shows that the mail came.
    assert (Compte.objects.count(), Ligne.objects.count(), demande.saisie) == (0, 0, "")
    assert code not in str(demande.codes)
    compte = reconnaitre(demande, code, instant)
    assert compte.adherent == adherent
    assert DemandeDeCode.objects.count() == 0


def test_le_courriel_dit_qui_demande_et_ne_connecte_pas(instant: datetime) -> None:
    creer_adherent(numero="M42")
    demander("M42", instant)
    corps = mail.outbox[0].body
    assert f"à {timezone.localtime(instant):%H h %M}, heure de Paris" in corps
    assert "Il vaut 15 minutes et ne sert qu'une fois" in corps
    assert "Ne faites rien" in corps
    assert "http" not in corps


def test_adresse_partagee_un_message_un_code_par_personne(instant: datetime) -> None:
    ada, zoe = (
        creer_adherent(numero=numero, prenom=prenom, courriel="couple@exemple.fr")
        for numero, prenom in (("M1", "Ada"), ("M2", "Zoé"))
    )
    demande = demander("couple@exemple.fr", instant)
    [message] = mail.outbox
    pour_ada, pour_zoe = codes_recus()
    assert f"{pour_ada[:3]} {pour_ada[3:]} pour Ada, n° M1" in message.body
    assert f"{pour_zoe[:3]} {pour_zoe[3:]} pour Zoé, n° M2" in message.body
    # A subject shows on a locked screen: it names nobody's code.
    assert message.subject == "Votre connexion à la plateforme"
    assert reconnaitre(demande, pour_zoe, instant).adherent == zoe
    assert reconnaitre(demande, pour_ada, instant) == "code_perime"
    assert reconnaitre(demander("couple@exemple.fr", instant), codes_recus()[0], instant).adherent == ada


def test_adresse_partagee_le_numero_ne_designe_qu_une_personne(instant: datetime) -> None:
    for numero in ("M1", "M2"):
        creer_adherent(numero=numero, courriel="couple@exemple.fr")
    demande = demander("M2", instant)
    [code] = codes_recus()
    assert reconnaitre(demande, code, instant).adherent.numero == "M2"


def test_adresse_partagee_par_une_section_entiere(instant: datetime) -> None:
    for _ in range(5):
        creer_adherent(courriel="section@exemple.fr")
    demande = demander("section@exemple.fr", instant)
    [message] = mail.outbox
    assert (demande.codes, codes_recus()) == ([], [])
    assert "Recommencez en donnant votre numéro d'adhérent·e" in message.body


def test_adresse_d_un_adherent_et_d_un_compte_hors_registre(instant: datetime) -> None:
    permanent = actes.ouvrir_compte_hors_registre(courriel="bureau@exemple.fr", nom="Alex Roy", par=None)
    creer_adherent(numero="M1", prenom="Ada", courriel="bureau@exemple.fr")
    demande = demander("bureau@exemple.fr", instant)
    assert "pour Alex Roy\n" in mail.outbox[0].body
    assert reconnaitre(demande, codes_recus()[1], instant) == permanent


@pytest.mark.parametrize(
    "saisie",
    [
        "M404",
        "inconnue@exemple.fr",
        "parti@exemple.fr",
        "M-PARTI",
        "M-MUET",
        "clos@exemple.fr",
        "ferme@exemple.fr",
    ],
)
def test_personne_n_est_atteint(saisie: str, instant: datetime) -> None:
    creer_adherent(numero="M-PARTI", courriel="parti@exemple.fr", sorti_le=date(2026, 1, 1))
    creer_adherent(numero="M-MUET", courriel="")
    Compte.objects.filter(pk=creer_compte(courriel="clos@exemple.fr").pk).update(is_active=False)
    Compte.objects.create(email="ferme@exemple.fr", is_active=False)
    demande = demander(saisie, instant)
    assert (mail.outbox, demande.codes, demande.saisie) == ([], [], "")
    # And guessing finds nothing, in the same words as for somebody known.
    assert [reconnaitre(demande, "000000", instant) for _ in range(4)] == [
        "code_faux", "code_faux", "code_epuise", "code_perime",
    ]  # fmt: skip


def test_un_code_ne_sert_qu_une_fois(instant: datetime) -> None:
    creer_adherent(numero="M42")
    demande = demander("M42", instant)
    [code] = codes_recus()
    assert isinstance(reconnaitre(demande, code, instant), Compte)
    assert reconnaitre(demande, code, instant) == "code_perime"


def test_un_code_vaut_quinze_minutes(instant: datetime) -> None:
    creer_adherent(numero="M42")
    demande = demander("M42", instant)
    [code] = codes_recus()
    assert reconnaitre(demande, code, instant + 15 * MINUTE) == "code_perime"
    assert isinstance(reconnaitre(demande, code, instant + 15 * MINUTE - timedelta(seconds=1)), Compte)


def test_le_quatrieme_essai_est_refuse_meme_juste(instant: datetime) -> None:
    creer_adherent(numero="M42")
    demande = demander("M42", instant)
    [code] = codes_recus()
    faux = f"{(int(code) + 1) % 1_000_000:06d}"
    with pytest.raises(ActeImpossible, match="il vous reste 2 essais"):
        actes.reconnaitre_le_code(cle=demande.cle, code=faux, instant=instant)
    with pytest.raises(ActeImpossible, match=r"il vous reste 1 essai\."):
        actes.reconnaitre_le_code(cle=demande.cle, code=faux, instant=instant)
    assert [reconnaitre(demande, c, instant) for c in (faux, code)] == ["code_epuise", "code_perime"]
    assert Compte.objects.count() == 0


def test_le_code_d_une_autre_demande_ne_vaut_rien(instant: datetime) -> None:
    creer_adherent(numero="M42")
    creer_adherent(numero="M43")
    mienne = demander("M42", instant)
    [mon_code] = codes_recus()
    autre = demander("M43", instant)
    [son_code] = codes_recus()
    while son_code == mon_code:
        autre = demander("M43", instant)
        [son_code] = codes_recus()
    assert reconnaitre(mienne, son_code, instant) == "code_faux"
    assert reconnaitre(autre, mon_code, instant) == "code_faux"
    assert reconnaitre(mienne, mon_code, instant).adherent.numero == "M42"


def test_une_nouvelle_demande_annule_la_precedente(instant: datetime) -> None:
    creer_adherent(numero="M42")
    premiere = demander("M42", instant)
    [code] = codes_recus()
    actes.demander_un_code(saisie="M42", instant=instant, remplace=premiere.cle)
    assert reconnaitre(premiere, code, instant) == "code_perime"


def test_sorti_ou_suspendu_entre_le_courriel_et_le_code(instant: datetime) -> None:
    creer_adherent(numero="M42")
    demande = demander("M42", instant)
    Adherent.objects.filter(numero="M42").update(sorti_le=date(2026, 1, 1))
    assert reconnaitre(demande, codes_recus()[0], instant) == "code_faux"
    compte = creer_compte(numero="M43")
    demande = demander("M43", instant)
    Compte.objects.filter(pk=compte.pk).update(is_active=False)
    assert reconnaitre(demande, codes_recus()[0], instant) == "code_faux"


def test_demande_inconnue(instant: datetime) -> None:
    assert actes.envoyer_les_codes(cle=uuid.uuid4(), instant=instant) == 0
    with pytest.raises(ActeImpossible) as refus:
        actes.reconnaitre_le_code(cle=uuid.uuid4(), code="000000", instant=instant)
    assert (refus.value.code, refus.value.statut) == ("code_perime", 410)


def test_la_tache_rejouee_n_envoie_qu_une_fois(instant: datetime) -> None:
    creer_adherent(numero="M42")
    demande = demander("M42", instant)
    [code] = codes_recus()
    assert actes.envoyer_les_codes(cle=demande.cle, instant=instant) == 0
    assert len(mail.outbox) == 1
    assert isinstance(reconnaitre(demande, code, instant), Compte)


def test_la_tache_reprend_apres_une_panne_d_envoi(instant: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    creer_adherent(numero="M42")
    demande = actes.demander_un_code(saisie="M42", instant=instant)

    def en_panne(self: EmailBackend, messages: list) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as panne:
        panne.setattr(EmailBackend, "send_messages", en_panne)
        with pytest.raises(ConnectionRefusedError):
            actes.envoyer_les_codes(cle=demande.cle, instant=instant)
    assert actes.envoyer_les_codes(cle=demande.cle, instant=instant) == 1
    assert isinstance(reconnaitre(demande, codes_recus()[0], instant), Compte)


def test_les_demandes_perimees_sont_effacees(instant: datetime) -> None:
    ancienne = demander("M42", instant - 16 * MINUTE)
    recente = demander("M43", instant)
    assert DemandeDeCode.objects.filter(pk__in=[ancienne.pk, recente.pk]).get() == recente


@pytest.mark.django_db(transaction=True)
def test_trois_essais_meme_en_meme_temps(instant: datetime) -> None:
    """Nine wrong guesses at once on one request: three are heard."""
    creer_adherent(numero="M42")
    demande = demander("M42", instant)
    [code] = codes_recus()
    depart, issues = threading.Barrier(9), []

    def essayer(ecart: int) -> None:
        try:
            depart.wait()
            issues.append(reconnaitre(demande, f"{(int(code) + ecart) % 1_000_000:06d}", instant))
        finally:
            connection.close()

    fils = [threading.Thread(target=essayer, args=(i,)) for i in range(1, 10)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert sorted(issues) == ["code_epuise"] + ["code_faux"] * 2 + ["code_perime"] * 6


@pytest.mark.django_db(transaction=True)
def test_un_code_ne_sert_qu_une_fois_meme_en_meme_temps(instant: datetime) -> None:
    creer_adherent(numero="M42")
    demande = demander("M42", instant)
    [code] = codes_recus()
    depart, issues = threading.Barrier(4), []

    def essayer() -> None:
        try:
            depart.wait()
            issues.append(reconnaitre(demande, code, instant))
        finally:
            connection.close()

    fils = [threading.Thread(target=essayer) for _ in range(4)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert sorted(str(i) for i in issues) == ["Simone Weil", "code_perime", "code_perime", "code_perime"]

"""Messages to delegates: shown and counted before, sent once to each, never lost, never twice."""

from __future__ import annotations

import smtplib
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone

from delegues import actes
from delegues.models import Envoi, MessageAuxDelegues
from delegues.tasks_mandats import envoyer_un_message
from refondation.membres.models import Adherent, Compte
from refondation.membres.regles import ActeImpossible
from tests.delegues import scene
from tests.delegues.scene_mandats import Delegues, faire_delegues, responsable

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _pendant():
    with time_machine.travel(scene.MANDATS, tick=False):
        yield


@pytest.fixture
def delegues() -> Delegues:
    return faire_delegues()


def message_de(delegues: Delegues, par: Compte | None = None, **champs: object) -> MessageAuxDelegues:
    valeurs = {
        "campagne": delegues.campagne,
        "objet": "Réunion jeudi",
        "corps": "Rendez-vous à 18 h 30.",
        "federation": delegues.section.federation,
        "par": par or responsable(delegues),
        **champs,
    }
    return actes.ecrire_un_message(**valeurs)


def confirmer(message: MessageAuxDelegues, nombre: int, par: Compte | None = None) -> MessageAuxDelegues:
    return actes.confirmer_un_message(message=message, nombre=nombre, par=par or message.auteur)


def code_du_refus(acte: object, *valeurs: object, **arguments: object) -> str:
    with pytest.raises(ActeImpossible) as refus:
        acte(*valeurs, **arguments)
    return refus.value.code


def test_rien_ne_part_avant_la_confirmation(delegues: Delegues) -> None:
    message = message_de(delegues)
    assert actes.destinataires(message, instant=timezone.now()).count() == 5
    assert (mail.outbox, Envoi.objects.count()) == ([], 0)


def test_chacun_recoit_sa_lettre(delegues: Delegues, django_capture_on_commit_callbacks) -> None:
    faire_delegues("75001", "75", campagne=delegues.campagne)
    message = message_de(delegues)
    with django_capture_on_commit_callbacks(execute=True):
        confirmer(message, 5)
    assert sorted(lettre.to[0] for lettre in mail.outbox) == sorted(p.courriel for p in delegues.personnes)
    for lettre in mail.outbox:
        assert (len(lettre.to), lettre.cc, lettre.bcc, lettre.reply_to) == (1, [], [], [])
        assert lettre.subject == "Réunion jeudi"
        # Nobody's address but the reader's own in the headers; none in the text.
        assert "@" not in lettre.body
    assert Envoi.objects.exclude(envoye_le=None).count() == 5


def test_aux_titulaires_seulement(delegues: Delegues) -> None:
    assert actes.destinataires(message_de(delegues, suppleants=False), instant=timezone.now()).count() == 2


def test_qui_n_a_pas_d_adresse_ne_compte_pas(delegues: Delegues) -> None:
    Adherent.objects.filter(pk=delegues.personnes[0].pk).update(courriel="")
    assert actes.destinataires(message_de(delegues), instant=timezone.now()).count() == 4


def test_confirmer_deux_fois(delegues: Delegues) -> None:
    message = message_de(delegues)
    confirmer(message, 5)
    assert code_du_refus(confirmer, message, 5) == "confirme"
    assert Envoi.objects.count() == 5
    assert code_du_refus(message_de, delegues, message=message) == "confirme"


def test_un_apercu_perime(delegues: Delegues) -> None:
    message = message_de(delegues)
    actes.demissionner(delegation=delegues.mandat(0), par=delegues.compte(0))
    assert code_du_refus(confirmer, message, 5) == "nombre"
    assert Envoi.objects.count() == 0
    confirmer(message, 4)


def test_personne_a_qui_ecrire(delegues: Delegues) -> None:
    vide = scene.faire_section("75001", "75").federation
    message = message_de(delegues, scene.faire_compte("administrateur"), federation=vide)
    assert code_du_refus(confirmer, message, 0) == "personne"


@pytest.mark.parametrize("champs", [{"objet": "  "}, {"corps": "\n"}])
def test_un_message_vide(delegues: Delegues, champs: dict[str, str]) -> None:
    assert code_du_refus(message_de, delegues, **champs) == "vide"


def test_pas_plus_de_cinq_par_jour(delegues: Delegues) -> None:
    par = responsable(delegues)
    for _ in range(actes.MESSAGES_PAR_JOUR):
        confirmer(message_de(delegues, par), 5)
    dernier = message_de(delegues, par)
    assert code_du_refus(confirmer, dernier, 5) == "trop_souvent"
    with time_machine.travel(scene.MANDATS + timedelta(days=1, seconds=1), tick=False):
        confirmer(dernier, 5)
    # Somebody else may write meanwhile.
    confirmer(message_de(delegues, responsable(delegues)), 5)


@pytest.mark.parametrize(
    ("role", "ailleurs", "partout"),
    [
        ("administrateur", True, True),
        ("direction", True, True),
        ("secretaire_federal", False, False),
        ("gestionnaire_federal", None, None),
        ("secretaire_section", None, None),
        ("recolement", None, None),
        ("observateur", None, None),
    ],
)
def test_qui_ecrit_a_qui(delegues: Delegues, role: str, ailleurs: bool | None, partout: bool | None) -> None:
    perimetres = {
        "secretaire_federal": {"federation": delegues.section.federation},
        "gestionnaire_federal": {"federation": delegues.section.federation},
        "secretaire_section": {"section": delegues.section},
    }
    par = scene.faire_compte(role, **perimetres.get(role, {}))
    autre = scene.faire_section("75001", "75").federation
    for federation, permis in (
        (delegues.section.federation, ailleurs is not None),
        (autre, bool(ailleurs)),
        (None, bool(partout)),
    ):
        if permis:
            assert message_de(delegues, par, federation=federation).federation == federation
        else:
            assert code_du_refus(message_de, delegues, par, federation=federation) == "interdit"


# --- A worker that dies, a server that refuses ------------------------------------------------------


class CourrielQuiMeurt(EmailBackend):
    """Dies around the sending of the second letter, as a killed worker does."""

    def send_messages(self, lettres: list) -> int:
        if len(mail.outbox) == 1:
            raise KeyboardInterrupt
        return super().send_messages(lettres)


def test_un_travailleur_tue_n_ecrit_pas_deux_fois(delegues: Delegues, settings) -> None:
    message = message_de(delegues)
    confirmer(message, 5)
    settings.EMAIL_BACKEND = f"{__name__}.CourrielQuiMeurt"
    with pytest.raises(KeyboardInterrupt):
        envoyer_un_message(message.pk)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    envoyer_un_message(message.pk)
    envoyer_un_message(message.pk)
    # Four letters left once each; of the fifth, nothing is known, and it is said.
    assert len({lettre.to[0] for lettre in mail.outbox}) == len(mail.outbox) == 4
    tard = timezone.now() + Envoi.SILENCE + timedelta(seconds=1)
    assert [message.envois.incertains(instant=i).count() for i in (timezone.now(), tard)] == [0, 1]
    assert actes.reprendre_les_incertains(message=message, par=message.auteur) == 0
    assert actes.reprendre_les_incertains(message=message, par=message.auteur, instant=tard) == 1
    envoyer_un_message(message.pk)
    assert len(mail.outbox) == 5


class CourrielQuiRefuse(EmailBackend):
    def send_messages(self, lettres: list) -> int:
        if lettres[0].to[0].startswith("refus"):
            raise smtplib.SMTPRecipientsRefused({lettres[0].to[0]: (550, b"no")})
        return super().send_messages(lettres)


def test_une_adresse_refusee_ne_gene_personne(delegues: Delegues, settings) -> None:
    Adherent.objects.filter(pk=delegues.personnes[0].pk).update(courriel="refus@exemple.fr")
    settings.EMAIL_BACKEND = f"{__name__}.CourrielQuiRefuse"
    message = message_de(delegues)
    confirmer(message, 5)
    envoyer_un_message(message.pk)
    compte = MessageAuxDelegues.objects.avec_leurs_envois().get(pk=message.pk)
    assert (len(mail.outbox), compte.envoyes, compte.echoues) == (4, 4, 1)
    assert message.envois.incertains(instant=timezone.now() + timedelta(days=1)).count() == 0


def test_un_serveur_muet_rend_la_lettre(delegues: Delegues, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    message = message_de(delegues)
    confirmer(message, 5)
    with pytest.raises(OSError, match="refused"):
        actes.envoyer_a_un_delegue(message=message)
    assert message.envois.a_faire().count() == 5


# --- Pages ------------------------------------------------------------------------------------------


@pytest.fixture
def client(delegues: Delegues, settings) -> Client:
    settings.SECOND_FACTEUR_OBLIGATOIRE = False
    client = Client()
    client.force_login(responsable(delegues), backend="refondation.membres.connexion.ComptesPresents")
    return client


def test_ecrire_relire_envoyer(
    delegues: Delegues, client: Client, django_capture_on_commit_callbacks
) -> None:
    reponse = client.post(
        f"/delegues/{delegues.campagne.slug}/messages/ecrire/",
        {
            "objet": "Réunion",
            "corps": "Jeudi.\n\nÀ 18 h 30.",
            "perimetre": f"federation-{delegues.section.federation_id}",
            "suppleants": "on",
        },
    )
    adresse = reponse["Location"]
    apercu = client.get(adresse).content.decode()
    assert "Envoyer à 5 personnes" in apercu
    assert "<p>À 18 h 30.</p>" in apercu
    assert mail.outbox == []
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"{adresse}confirmer/", {"nombre": "5"}).status_code == 302
    assert len(mail.outbox) == 5
    assert "5 lettres parties sur 5" in client.get(adresse).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        refus = client.post(f"{adresse}confirmer/", {"nombre": "5"}, follow=True).content.decode()
    assert "Ce message est déjà parti" in refus
    assert len(mail.outbox) == 5


def test_le_nombre_est_celui_de_l_apercu(delegues: Delegues, client: Client) -> None:
    message = message_de(delegues)
    for nombre in ("4", "", "cinq"):
        page = client.post(f"{message.get_absolute_url()}confirmer/", {"nombre": nombre}, follow=True)
        assert "il y en a maintenant 5" in page.content.decode()
    assert Envoi.objects.count() == 0


def test_un_message_d_ailleurs_ne_se_voit_pas(delegues: Delegues, client: Client) -> None:
    autre = faire_delegues("75001", "75", campagne=delegues.campagne)
    message = message_de(autre)
    assert client.get(message.get_absolute_url()).status_code == 404
    page = client.post(f"/delegues/{delegues.campagne.slug}/messages/ecrire/", {"perimetre": "national"})
    assert page.status_code == 422


@pytest.mark.parametrize("nombre", [1, 3])
def test_nombre_de_requetes(
    delegues: Delegues, client: Client, nombre: int, django_assert_num_queries
) -> None:
    for _ in range(nombre):
        confirmer(message_de(delegues), 5)
    adresse = f"/delegues/{delegues.campagne.slug}/messages/"
    client.get(adresse)
    with django_assert_num_queries(6):
        page = client.get(adresse)
    assert page.content.decode().count("Réunion jeudi") == nombre

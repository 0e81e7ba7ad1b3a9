"""Appeals are settled by two who did not decide; the section is told once, and of nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction

from delegues import actes
from delegues.models import (
    Avertissement,
    Avis,
    Campagne,
    Delegation,
    Echange,
)
from refondation.membres.models import Compte
from refondation.membres.regles import ActeInterdit
from tests.delegues import scene
from tests.delegues.scene import APRES, CALENDRIER, CONTROLE
from tests.delegues.scene_controle import (
    POURQUOI,
    Dossier,
    contester,
    decider,
    donner,
    faire_campagne,
    membre_de_la_commission,
    recevoir,
    recevoir_et_calculer,
    refus,
    repondre,
)

pytestmark = pytest.mark.django_db
SECONDE = timedelta(seconds=1)


@pytest.fixture
def campagne() -> Campagne:
    return faire_campagne()


@pytest.fixture
def dossier(campagne: Campagne) -> Dossier:
    return recevoir_et_calculer(campagne)


@pytest.fixture
def commission() -> list[Compte]:
    return [membre_de_la_commission(f) for f in ("75", "69", "13", "33")]


def recourir(decision: Echange, par: Compte, **champs: Any) -> Echange:
    return actes.former_recours(
        **{
            "decision": decision,
            "motifs": ["convocation"],
            "texte": POURQUOI,
            "par": par,
            "instant": CONTROLE,
            **champs,
        }
    )


def arbitrer(recours: Echange, par: Compte, accueilli: bool = True, **champs: Any) -> Avis:
    return actes.arbitrer_recours(
        **{
            "recours": recours,
            "accueilli": accueilli,
            "texte": "Après lecture des pièces et de la réponse.",
            "par": par,
            "instant": CONTROLE,
            **champs,
        }
    )


def membre(dossier: Dossier, rang: int = 3) -> Compte:
    return scene.compte_de(dossier.membres[rang])


# --- Appeals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sens", "accueilli", "attendu"),
    [
        ("valider", True, ("rejetee", 0)),
        ("valider", False, ("validee", 2)),
        ("rejeter", True, ("validee", 2)),
        ("rejeter", False, ("rejetee", 0)),
    ],
)
def test_un_recours_se_tranche_a_deux_autres(
    dossier: Dossier, commission: list[Compte], sens: str, accueilli: bool, attendu: tuple[str, int]
) -> None:
    decision = decider(dossier, commission, sens)
    recours = recourir(decision, membre(dossier))
    assert dossier.relire().etat == "contestee"
    # Mandates stay as they are until the appeal is settled.
    assert Delegation.objects.filter(fin=None).count() == (2 if sens == "valider" else 0)
    for membre_du_debut in commission[:2]:
        assert refus(lambda m=membre_du_debut: arbitrer(recours, m)) == "a_decide"
    arbitrer(recours, commission[2], accueilli)
    assert dossier.relire().etat == "contestee"
    arbitrer(recours, commission[3], accueilli)
    assert (dossier.relire().etat, Delegation.objects.filter(fin=None).count()) == attendu
    arbitrage = Echange.objects.get(genre="arbitrage")
    assert (arbitrage.sur, arbitrage.accueilli, arbitrage.auteur) == (recours, accueilli, None)
    # It is final.
    assert refus(lambda: recourir(arbitrage, membre(dossier))) == "definitif"
    assert refus(lambda: recourir(decision, membre(dossier, 4))) == "remplace"
    assert refus(lambda: contester(dossier, membre(dossier))) == "decidee"
    assert refus(lambda: arbitrer(recours, membre_de_la_commission("59"))) == "remplace"


def test_un_seul_recours_pour_une_decision(dossier: Dossier, commission: list[Compte]) -> None:
    decision = decider(dossier, commission, "rejeter")
    recourir(decision, membre(dossier))
    assert refus(lambda: recourir(decision, membre(dossier, 4))) == "deja"
    with pytest.raises(IntegrityError), transaction.atomic():
        Echange.objects.create(
            designation=dossier.designation, genre="recours", sur=decision, texte="x", le=CONTROLE
        )


def test_un_recours_ne_se_tranche_pas_par_un_avis_ordinaire(
    dossier: Dossier, commission: list[Compte]
) -> None:
    recours = recourir(decider(dossier, commission, "rejeter"), membre(dossier))
    for compte in commission:
        assert refus(lambda c=compte: donner(dossier, c, "valider")) == "recours"
    assert recours.opinions.count() == 0


def test_deux_avis_contraires_sur_un_recours(dossier: Dossier, commission: list[Compte]) -> None:
    recours = recourir(decider(dossier, commission, "valider"), membre(dossier))
    arbitrer(recours, commission[2], True)
    arbitrer(recours, commission[3], False)
    assert dossier.relire().etat == "contestee"
    assert refus(lambda: arbitrer(recours, commission[3], True)) == "avis_du_controle_unique"
    arbitrer(recours, membre_de_la_commission("59"), False)
    assert dossier.relire().etat == "validee"


def test_recusation_sur_un_recours(dossier: Dossier, commission: list[Compte]) -> None:
    recours = recourir(decider(dossier, commission, "valider"), membre(dossier))
    assert refus(lambda: arbitrer(recours, membre_de_la_commission("31"))) == "recuse"
    for role in ("administrateur", "direction", "observateur", None):
        with pytest.raises(ActeInterdit):
            arbitrer(recours, scene.faire_compte(role))
    assert refus(lambda: arbitrer(recours, commission[2], texte="non")) == "texte"


@pytest.mark.parametrize(
    ("instant", "code"),
    [
        (CALENDRIER["recours_au"] - SECONDE, None),
        (CALENDRIER["recours_au"], "trop_tard"),
        (APRES, "trop_tard"),
    ],
)
def test_quand_recourir(
    dossier: Dossier, commission: list[Compte], instant: object, code: str | None
) -> None:
    decision = decider(dossier, commission, "rejeter")
    if code is None:
        recours = recourir(decision, membre(dossier), instant=instant)
        # An appeal brought in time is settled whenever the commission can.
        arbitrer(recours, commission[2], instant=APRES)
        arbitrer(recours, commission[3], instant=APRES)
        assert dossier.relire().etat == "validee"
    else:
        assert refus(lambda: recourir(decision, membre(dossier), instant=instant)) == code


def test_qui_recourt(dossier: Dossier, commission: list[Compte]) -> None:
    decision = decider(dossier, commission, "rejeter")
    autre = recevoir(dossier.designation.campagne, "31002")
    for compte in (autre.secretaire, commission[2], scene.faire_compte("observateur"), scene.faire_compte()):
        with pytest.raises(ActeInterdit):
            recourir(decision, compte)
    assert recourir(decision, dossier.secretaire).auteur == dossier.secretaire


def test_une_demande_de_complement_n_est_pas_une_decision(dossier: Dossier, commission: list[Compte]) -> None:
    demande = decider(dossier, commission, "completer")
    assert refus(lambda: recourir(demande, membre(dossier))) == "remplace"


def test_la_reponse_a_un_recours_perime_les_avis_sur_lui(dossier: Dossier, commission: list[Compte]) -> None:
    recours = recourir(decider(dossier, commission, "valider"), membre(dossier))
    arbitrer(recours, commission[2])
    repondre(dossier)
    arbitrer(recours, commission[3])
    assert dossier.relire().etat == "contestee"
    arbitrer(recours, commission[2])
    assert dossier.relire().etat == "rejetee"


# --- Mails --------------------------------------------------------------------------------------------


def lettres() -> list[tuple[str, list[str]]]:
    return [(m.subject, m.to) for m in mail.outbox]


def test_la_section_est_prevenue_une_fois(dossier: Dossier, commission: list[Compte]) -> None:
    demande = decider(dossier, commission, "completer")
    autre = scene.faire_compte("secretaire_section", section=dossier.section)
    muet = scene.faire_compte("secretaire_section", section=dossier.section)
    Compte.objects.filter(pk=muet.pk).update(email="")
    for attendus in (2, 0):
        assert actes.avertir(echange=demande, instant=CONTROLE) == attendus
    sujet = "La commission demande un complément : Ville 31001"
    assert lettres() == [(sujet, [dossier.secretaire.email]), (sujet, [autre.email])]
    corps = mail.outbox[0].body
    assert "Motifs : Pièce manquante ou illisible" in corps
    assert POURQUOI in corps
    assert "/delegues/refondation/sections/31001/repondre-a-la-commission/" in corps
    assert Avertissement.objects.count() == 2


def test_les_lettres_ne_nomment_ni_qui_conteste_ni_qui_decide(
    dossier: Dossier, commission: list[Compte]
) -> None:
    plaignant = membre(dossier)
    contestation = contester(dossier, plaignant)
    actes.avertir(echange=contestation)
    decision = decider(dossier, commission, "rejeter")
    actes.avertir(echange=decision)
    recours = recourir(decision, plaignant)
    actes.avertir(echange=recours)
    for compte in commission[2:]:
        arbitrer(recours, compte)
    actes.avertir(echange=Echange.objects.get(genre="arbitrage"))
    assert [sujet for sujet, _ in lettres()] == [
        "Votre désignation est contestée : Ville 31001",
        "Votre désignation est rejetée : Ville 31001",
        "Un recours est formé : Ville 31001",
        "Votre désignation est validée : Ville 31001",
        # Whoever appealed is told as well.
        "Votre désignation est validée : Ville 31001",
    ]
    assert {a for _, (a,) in lettres()[-2:]} == {dossier.secretaire.email, plaignant.email}
    for message in mail.outbox:
        for compte in (plaignant, *commission):
            assert str(compte) not in message.body
            assert compte.email not in message.body


def test_une_reponse_ne_previent_personne(dossier: Dossier, commission: list[Compte]) -> None:
    decider(dossier, commission, "completer")
    assert actes.avertir(echange=repondre(dossier)) == 0


def test_une_adresse_refusee_ne_gene_pas_les_autres(
    dossier: Dossier, commission: list[Compte], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail server refuses the first address: the second is told, and the first is tried again."""
    demande = decider(dossier, commission, "completer")
    scene.faire_compte("secretaire_section", section=dossier.section)
    d_origine = EmailMessage.send

    def refuser(self: EmailMessage, fail_silently: bool = False) -> int:
        if self.to == [dossier.secretaire.email]:
            raise OSError("450 plus tard")
        return d_origine(self, fail_silently)

    with monkeypatch.context() as serveur:
        serveur.setattr(EmailMessage, "send", refuser)
        with pytest.raises(OSError, match="450"):
            actes.avertir(echange=demande)
    assert len(mail.outbox) == 1
    assert actes.avertir(echange=demande) == 1
    assert [a for _, (a,) in lettres()][-1] == dossier.secretaire.email


def test_ce_qui_n_est_pas_parti_est_repris(dossier: Dossier, commission: list[Compte]) -> None:
    demande = decider(dossier, commission, "completer")
    campagne = dossier.designation.campagne
    repondre(dossier)
    assert Echange.objects.a_avertir(campagne) == [demande.pk]
    actes.avertir(echange=demande)
    assert Echange.objects.a_avertir(campagne) == []

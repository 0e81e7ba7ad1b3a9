"""Answers, contests and appeals: who, when, how often, and who settles them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from delegues import actes
from delegues.models import Avertissement, Avis, Campagne, Delegation, Echange
from refondation.membres.models import Compte, Mandat
from refondation.membres.regles import ActeImpossible, ActeInterdit
from tests.delegues import scene
from tests.delegues.scene import APRES, CALENDRIER, CONTROLE
from tests.delegues.scene_controle import Dossier, faire_campagne, membre_de_la_commission, recevoir

pytestmark = pytest.mark.django_db

POURQUOI = "L'assemblée n'a pas été convoquée par écrit comme il le faut."
SECONDE = timedelta(seconds=1)
FEDERATIONS = ("75", "69", "13", "33")


@pytest.fixture
def campagne() -> Campagne:
    return faire_campagne()


@pytest.fixture
def dossier(campagne: Campagne) -> Dossier:
    dossier = recevoir(campagne)
    actes.recalculer_anomalies(designation=dossier.designation, instant=CONTROLE)
    return dossier


@pytest.fixture
def commission() -> list[Compte]:
    return [membre_de_la_commission(f) for f in FEDERATIONS]


def refus(faire: Callable[[], object]) -> str:
    with pytest.raises(ActeImpossible) as erreur:
        faire()
    return erreur.value.code


def donner(dossier: Dossier, par: Compte, sens: str) -> Avis:
    return actes.donner_avis(
        proces_verbal=dossier.pv, sens=sens, motifs=["piece"], texte=POURQUOI, par=par, instant=CONTROLE
    )


def decider(dossier: Dossier, commission: list[Compte], sens: str) -> Echange:
    for membre in commission[:2]:
        donner(dossier, membre, sens)
    return dossier.designation.echanges.order_by("pk").last()


def repondre(dossier: Dossier, **champs: Any) -> Echange:
    return actes.repondre_a_la_commission(
        **{
            "designation": dossier.designation,
            "texte": "Voici la feuille de présence, nous l'avions oubliée.",
            "par": dossier.secretaire,
            "instant": CONTROLE,
            **champs,
        }
    )


def contester(dossier: Dossier, par: Compte, **champs: Any) -> Echange:
    return actes.contester_designation(
        **{
            "designation": dossier.designation,
            "motifs": ["convocation"],
            "texte": POURQUOI,
            "par": par,
            "instant": CONTROLE,
            **champs,
        }
    )


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


# --- The section answers ---------------------------------------------------------------------------


def test_la_reponse_rend_le_dossier_a_la_commission(dossier: Dossier, commission: list[Compte]) -> None:
    decider(dossier, commission, "completer")
    reponse = repondre(dossier)
    assert (reponse.genre, reponse.auteur, reponse.proces_verbal) == (
        "reponse",
        dossier.secretaire,
        dossier.pv,
    )
    assert dossier.relire().etat == "recue"
    # Nothing more is asked.
    assert refus(lambda: repondre(dossier)) == "sans_question"
    # The same two members may now validate.
    decider(dossier, commission, "valider")
    assert dossier.relire().etat == "validee"


def test_une_reponse_perime_les_avis_donnes_avant_elle(dossier: Dossier, commission: list[Compte]) -> None:
    contester(dossier, membre(dossier))
    donner(dossier, commission[0], "rejeter")
    repondre(dossier)
    assert dossier.relire().etat == "contestee"
    donner(dossier, commission[1], "rejeter")
    assert dossier.relire().etat == "contestee"
    # One answer to one contest: a section does not hold a decision back by answering again.
    assert refus(lambda: repondre(dossier)) == "sans_question"
    donner(dossier, commission[0], "rejeter")
    assert dossier.relire().etat == "rejetee"


@pytest.mark.parametrize("etat", ["recue", "validee", "rejetee"])
def test_rien_a_repondre(campagne: Campagne, etat: str) -> None:
    dossier = recevoir(campagne, etat=etat)
    assert refus(lambda: repondre(dossier)) == "sans_question"


def test_seul_le_secretaire_de_la_section_repond(dossier: Dossier, commission: list[Compte]) -> None:
    decider(dossier, commission, "completer")
    autre = recevoir(dossier.designation.campagne, "31002")
    federal = scene.faire_compte("secretaire_federal", federation=dossier.section.federation)
    for compte in (
        autre.secretaire,
        federal,
        membre(dossier),
        commission[2],
        scene.faire_compte("observateur"),
    ):
        with pytest.raises(ActeInterdit):
            repondre(dossier, par=compte)
    assert refus(lambda: repondre(dossier, texte="ok")) == "texte"


@pytest.mark.parametrize(
    ("instant", "code"),
    [(CALENDRIER["recours_au"] - SECONDE, None), (CALENDRIER["recours_au"], "trop_tard")],
)
def test_jusqu_a_quand_repondre(
    dossier: Dossier, commission: list[Compte], instant: object, code: str | None
) -> None:
    decider(dossier, commission, "completer")
    if code is None:
        assert repondre(dossier, instant=instant).le == instant
    else:
        assert refus(lambda: repondre(dossier, instant=instant)) == code


# --- Contests --------------------------------------------------------------------------------------


def test_contester_perime_les_avis(dossier: Dossier, commission: list[Compte]) -> None:
    donner(dossier, commission[0], "valider")
    contester(dossier, membre(dossier))
    assert dossier.relire().etat == "contestee"
    donner(dossier, commission[1], "valider")
    assert dossier.relire().etat == "contestee"
    donner(dossier, commission[0], "valider")
    assert dossier.relire().etat == "validee"


def test_une_contestation_par_personne_et_par_proces_verbal(dossier: Dossier) -> None:
    contester(dossier, membre(dossier))
    assert refus(lambda: contester(dossier, membre(dossier))) == "deja"
    contester(dossier, membre(dossier, 4))
    assert Echange.objects.filter(genre="contestation").count() == 2


@pytest.mark.parametrize(
    ("role", "admis"),
    [("administrateur", True), ("direction", True), ("observateur", False), ("recolement", False),
     ("secretaire_federal", False), (None, False)],
)  # fmt: skip
def test_qui_conteste(dossier: Dossier, role: str | None, admis: bool) -> None:
    lieu = {"federation": dossier.section.federation} if role == "secretaire_federal" else {}
    compte = scene.faire_compte(role, **lieu)
    if admis:
        assert contester(dossier, compte).auteur == compte
        return
    with pytest.raises(ActeInterdit):
        contester(dossier, compte)


@pytest.mark.parametrize(
    "champs", [{"sorti_le": date(2026, 9, 1)}, {"statut": "sympathisant"}, {"section": "31002"}]
)
def test_qui_n_est_pas_membre_de_la_section_ne_conteste_pas(dossier: Dossier, champs: dict) -> None:
    if "section" in champs:
        champs = {"section": scene.faire_section("31002")}
    personne = scene.faire_adherent(**{"section": dossier.section, **champs})
    with pytest.raises(ActeInterdit):
        contester(dossier, scene.compte_de(personne))


@pytest.mark.parametrize(
    ("etat", "code"),
    [("attendue", "etat"), ("recue", None), ("incomplete", None), ("contestee", None),
     ("validee", "decidee"), ("rejetee", "decidee")],
)  # fmt: skip
def test_contester_etat_par_etat(campagne: Campagne, etat: str, code: str | None) -> None:
    dossier = recevoir(campagne, etat=etat)
    if code is None:
        contester(dossier, membre(dossier))
        assert dossier.relire().etat == "contestee"
    else:
        assert refus(lambda: contester(dossier, membre(dossier))) == code


@pytest.mark.parametrize(
    ("instant", "code"),
    [
        (CALENDRIER["assemblees_du"] - SECONDE, "trop_tot"),
        (CALENDRIER["recours_au"] - SECONDE, None),
        (CALENDRIER["recours_au"], "trop_tard"),
    ],
)
def test_quand_contester(dossier: Dossier, instant: object, code: str | None) -> None:
    if code is None:
        assert contester(dossier, membre(dossier), instant=instant).le == instant
    else:
        assert refus(lambda: contester(dossier, membre(dossier), instant=instant)) == code


@pytest.mark.parametrize(
    ("champs", "code"),
    [({"motifs": []}, "motif"), ({"motifs": ["autres"]}, "motif"), ({"texte": "non"}, "texte")],
)
def test_une_contestation_se_motive(dossier: Dossier, champs: dict, code: str) -> None:
    assert refus(lambda: contester(dossier, membre(dossier), **champs)) == code


def test_qui_conteste_ne_decide_pas(dossier: Dossier) -> None:
    membre_national = membre_de_la_commission("75")
    Mandat.objects.create(compte=membre_national, role="direction", debut=date(2026, 1, 1))
    contester(dossier, membre_national)
    assert refus(lambda: donner(dossier, membre_national, "rejeter")) == "recuse"


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
    from django.core.mail import EmailMessage

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

"""The section that designates online: its vote is played to the published result, its minutes wait."""

from __future__ import annotations

import random

from consultation import actes as scrutins
from consultation.models import Inscription, Scrutin
from delegues import actes
from delegues.designes import listes_de
from delegues.models import Designation, ProcesVerbal
from refondation.demo import distribution, electeurs, gardiens
from refondation.demo.distribution import EN_LIGNE, Role
from refondation.demo.horloge import a_l_instant
from refondation.demo.monde import Monde
from refondation.demo.scrutins import compter


def faire_voter(monde: Monde) -> None:
    """From the draft to the published result."""
    for role in distribution.de_la_part(monde, EN_LIGNE):
        jouer(monde, role, premier=-27)


def jouer(monde: Monde, role: Role, *, premier: int) -> Scrutin:
    """The whole vote of one section in three days from `premier`; taken up where it stopped."""
    monde.une_fois(monde.le(premier, 10), lambda: _preparer(monde, role, premier))
    scrutin = Designation.objects.select_related("scrutin").get(pk=role.designation.pk).scrutin
    if scrutin.etat == Scrutin.Etat.BROUILLON:
        with a_l_instant(monde.le(premier, 11)):
            gardiens.creer_les_cles(scrutin)
        with a_l_instant(monde.le(premier, 12)):
            scrutin = scrutins.annoncer_scrutin(scrutin=scrutin, par=monde.admin)
    if scrutin.etat == Scrutin.Etat.ANNONCE:
        with a_l_instant(monde.le(premier, 13)):
            electeurs.preparer(scrutin)
        with a_l_instant(scrutin.ouvre_le):
            scrutin = scrutins.ouvrir_scrutin(scrutin=scrutin, par=None)
    if scrutin.etat == Scrutin.Etat.OUVERT:
        electeurs.deposer(
            scrutin, _bulletins(scrutin), instant=monde.le(premier + 1, 12), dire=lambda _: None
        )
        with a_l_instant(scrutin.ferme_le):
            scrutin = scrutins.clore_scrutin(scrutin=scrutin, par=None)
    if scrutin.etat == Scrutin.Etat.CLOS:
        with a_l_instant(monde.le(premier + 2, 20)):
            compter(scrutin)
            gardiens.dechiffrer(scrutin, list(scrutin.gardiens.select_related("compte", "scrutin")))
            scrutin = scrutins.proclamer_resultat(scrutin=scrutin)
    if scrutin.etat == Scrutin.Etat.DEPOUILLE:
        with a_l_instant(monde.le(premier + 2, 21)):
            scrutin = scrutins.publier_scrutin(scrutin=scrutin, par=monde.recolement)
    return scrutin


def _preparer(monde: Monde, role: Role, premier: int) -> None:
    actes.preparer_le_scrutin(
        designation=role.designation,
        gardiens=[monde.gardien, monde.autres_gardiens[0]],
        ouvre_le=monde.le(premier + 1, 8),
        ferme_le=monde.le(premier + 2, 18),
        par=monde.admin,
    )


def _bulletins(scrutin: Scrutin) -> dict[int, list[list[list[int]]]]:
    """Eight voters in ten choose as many names as they may, the first ones more often."""
    hasard = random.Random(scrutin.slug)  # noqa: S311 - inventions, not secrets
    question = scrutin.questions.get()
    # The options are in drawn order, which changes with each load; voters like who stood first.
    places = [liste.pk for liste in listes_de(scrutin.designation)]
    aimees = sorted(range(len(places)), key=places.__getitem__)
    bulletins = {}
    for inscription in Inscription.objects.electrices().filter(scrutin=scrutin).order_by("adherent__numero"):
        if hasard.random() < 0.8:
            ordre = sorted(aimees, key=lambda i: hasard.random() * (1 + aimees.index(i) / 2))
            choix = [int(i in ordre[: question.maximum]) for i in range(len(places))]
            bulletins[inscription.pk] = [[[0, *choix] if question.blanc_est_un_drapeau else [*choix, 0]]]
    return bulletins


def reporter(monde: Monde) -> None:
    """The minutes are begun from the result, and wait for the second signatory to be named."""
    for role in distribution.de_la_part(monde, EN_LIGNE):
        if not ProcesVerbal.objects.filter(designation=role.designation).exists():
            actes.reporter_le_resultat(designation=role.designation, par=role.secretaire())

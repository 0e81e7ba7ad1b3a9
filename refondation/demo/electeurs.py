"""Invented voters, on every core: they open their code, encrypt as the booth does, cast through the act."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from consultation import tasks
from consultation.actes import deposer_bulletin
from consultation.belenios.bulletins import chiffrer
from consultation.chaine import election_de
from consultation.codes import ouvrir
from consultation.models import CodeScelle, Emargement, Inscription, Scrutin, Tranche, Urne
from refondation.demo.equipe import coeurs, repartir

# For each voter, the choices to cast one after the other: more than one is a voter who votes again.
Choix = list[list[int]]
Bulletins = dict[int, list[Choix]]
LOT = 40


def preparer(scrutin: Scrutin) -> None:
    """Draw the codes and seal the boxes of an announced vote, as the tasks do, on every core."""
    urnes = list(scrutin.urnes.filter(hauteur__lt=0).order_by("-inscrits").values_list("pk", flat=True))
    list(repartir(_sceller_une_urne, urnes))


def envoyer_les_codes(scrutin: Scrutin) -> None:
    """Mail the codes of an open vote that were never sent, as the tasks do, on every core."""
    list(repartir(_envoyer_les_codes, list(scrutin.urnes.values_list("pk", flat=True))))


def verifier(scrutin: Scrutin) -> None:
    """Re-verify every slice of a closed vote that was cut and add up its boxes, as the tasks do."""
    list(repartir(_verifier_des_tranches, [scrutin.pk] * coeurs()))


def deposer(
    scrutin: Scrutin, bulletins: Bulletins, *, instant: datetime, dire: Callable[[str], None] = lambda _: None
) -> int:
    """Cast for each inscription id of `bulletins` that has not signed yet; how many ballots were cast.

    Voters go to the pool in the order of `bulletins`, by lots of one box; `dire` is told each fifth.
    """
    deja = set(Emargement.objects.filter(urne__scrutin=scrutin).values_list("inscription_id", flat=True))
    urnes = dict(CodeScelle.objects.filter(urne__scrutin=scrutin).values_list("inscription_id", "urne_id"))
    lots: dict[int, list[tuple[int, list[Choix]]]] = {}
    for inscription, choix in bulletins.items():
        if inscription not in deja:
            lots.setdefault(urnes[inscription], []).append((inscription, choix))
    travaux = [
        (scrutin.pk, urne, lot[debut : debut + LOT], instant)
        for urne, lot in lots.items()
        for debut in range(0, len(lot), LOT)
    ]
    total, faits = sum(len(choix) for _, _, lot, _ in travaux for _, choix in lot), 0
    for nombre in repartir(_deposer_dans_une_urne, travaux):
        if (faits + nombre) * 5 // total > faits * 5 // total:
            dire(f"  {faits + nombre} bulletins déposés sur {total}")
        faits += nombre
    return faits


def _sceller_une_urne(urne: int) -> None:
    tasks.preparer_urne(urne)


def _envoyer_les_codes(urne: int) -> None:
    tasks.envoyer_codes(urne)


def _verifier_des_tranches(scrutin: int) -> None:
    # A task hands over to another after a while: here it is called again.
    while Tranche.objects.filter(urne__scrutin=scrutin, faite_le=None).exists():
        tasks.verifier_des_tranches(scrutin)
        time.sleep(0.05)  # the others are at the last ones


def _deposer_dans_une_urne(travail: tuple[int, int, Sequence[tuple[int, list[Choix]]], datetime]) -> int:
    pk, urne, lot, instant = travail
    scrutin = Scrutin.objects.select_related("trousseau").get(pk=pk)
    election = election_de(Urne.objects.get(pk=urne))
    inscriptions = Inscription.objects.in_bulk([i for i, _ in lot])
    scelles = dict(
        CodeScelle.objects.filter(inscription__in=inscriptions).values_list("inscription_id", "scelle")
    )
    codes = ouvrir(bytes(scrutin.trousseau.privee_scellee), [bytes(scelles[i]) for i, _ in lot])
    faits = 0
    for (inscription, tous), code in zip(lot, codes, strict=True):
        for choix in tous:
            deposer_bulletin(
                scrutin=scrutin,
                inscription=inscriptions[inscription],
                octets=chiffrer(election, code, choix),
                instant=instant,
            )
            faits += 1
    return faits

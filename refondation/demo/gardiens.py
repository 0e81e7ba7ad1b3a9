"""Invented trustees: the demonstration makes their keys, keeps the files, and decrypts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings

from consultation.actes import deposer_cle, deposer_dechiffrement
from consultation.actes.depouillement import total_de
from consultation.belenios import depouillement
from consultation.belenios.gardiens import nouvelle_cle
from consultation.belenios.groupes import groupe
from consultation.chaine import election_de
from consultation.models import Gardien, Scrutin, Urne
from refondation.demo.equipe import repartir
from refondation.membres.models import Compte

GROUPE = "BELENIOS-2048"


def creer_les_cles(scrutin: Scrutin, *, sauf: Compte | None = None) -> None:
    """Make the keys that a draft's trustees lack; a file is written before its key is delivered."""
    for gardien in (
        scrutin.gardiens.filter(cle__isnull=True).exclude(compte=sauf).select_related("compte", "scrutin")
    ):
        prive, publique = nouvelle_cle(groupe(GROUPE))
        _ecrire(
            fichier_de_cle(gardien),
            {
                "type": "cle-de-gardien",
                "version": 1,
                "group": GROUPE,
                "scrutin": scrutin.slug,
                "gardien": gardien.nom,
                "public_key": str(publique["public_key"]),
                "private_key": str(prive),
            },
        )
        deposer_cle(gardien=gardien, cle=publique, par=gardien.compte)


def dechiffrer(scrutin: Scrutin, gardiens: list[Gardien]) -> None:
    """Deliver the part of each of `gardiens` for every box that waits for it, on every core."""
    travaux = [
        (urne, gardien.pk)
        for urne in scrutin.urnes.order_by("pk").values_list("pk", flat=True)
        for gardien in gardiens
    ]
    list(repartir(_dechiffrer_une_urne, travaux))


def _dechiffrer_une_urne(travail: tuple[int, int]) -> None:
    urne = Urne.objects.get(pk=travail[0])
    gardien = Gardien.objects.select_related("compte", "scrutin").get(pk=travail[1])
    if urne.evenements.filter(gardien=gardien).exists():
        return
    prive = int(json.loads(fichier_de_cle(gardien).read_text())["private_key"])
    election = election_de(urne)
    total = depouillement.lire_total(election, total_de(urne).donnees[0].encode())
    part = depouillement.dechiffrement_partiel(election, total, prive)
    deposer_dechiffrement(urne=urne, gardien=gardien, octets=part, par=gardien.compte)


def fichier_de_cle(gardien: Gardien) -> Path:
    """Where the demonstration keeps the file that a trustee would keep at home."""
    return settings.LOCAL_DIR / "cles" / f"{gardien.scrutin.slug}-{gardien.rang}.json"


def _ecrire(chemin: Path, contenu: dict[str, Any]) -> None:
    chemin.parent.mkdir(parents=True, exist_ok=True)
    descripteur = os.open(chemin, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descripteur, "w") as fichier:
        json.dump(contenu, fichier, ensure_ascii=False, indent=2)

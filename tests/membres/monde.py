"""The few people that the tests of log-in and roles need."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP

from refondation.membres.actes import ouvrir_compte
from refondation.membres.models import Adherent, Compte, Mandat, date_du_jour, sans_accents
from refondation.territoire.models import Federation, Section

_rang = count(1)
# A key of the authenticator application, in base 32.
SECRET_TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def creer_section(code: str = "31001", federation: str = "31") -> Section:
    chef, _ = Federation.objects.get_or_create(
        code=federation, defaults={"nom": f"Fédération {federation}", "nature": "metropole"}
    )
    return Section.objects.get_or_create(code=code, defaults={"nom": f"Section {code}", "federation": chef})[
        0
    ]


def creer_adherent(**champs: Any) -> Adherent:
    """A present member, with a number and an address of their own."""
    rang = next(_rang)
    valeurs = {
        "numero": f"M{rang:05d}",
        "nom": "Weil",
        "prenom": "Simone",
        "courriel": f"membre{rang}@exemple.fr",
        "adhesion_le": date(2020, 1, 1),
    } | champs
    valeurs.setdefault("section", creer_section())
    valeurs["recherche"] = sans_accents(f"{valeurs['prenom']} {valeurs['nom']}")
    return Adherent.objects.create(**valeurs)


def creer_compte(role: str | None = None, **champs: Any) -> Compte:
    """The account of a new member, holding `role` since yesterday (in the member's section or federation)."""
    adherent = creer_adherent(**champs)
    compte = ouvrir_compte(adherent=adherent)
    if role is not None:
        Mandat.objects.create(
            compte=compte,
            role=role,
            debut=date_du_jour() - timedelta(days=1),
            section=adherent.section if role in Mandat.ROLES_DE_SECTION else None,
            federation=adherent.section.federation if role in Mandat.ROLES_FEDERAUX else None,
        )
    return compte


def donner_un_second_facteur(compte: Compte) -> list[str]:
    """An authenticator application (key `SECRET_TOTP`); the recovery codes are returned."""
    TOTP.activate(compte, SECRET_TOTP)
    return RecoveryCodes.activate(compte).get_unused_codes()


def seconds_facteurs(compte: Compte) -> list[str]:
    return list(Authenticator.objects.filter(user=compte).order_by("type").values_list("type", flat=True))

"""What the tests of the register need: a small territory, files, and imports played to the end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from refondation.membres import actes
from refondation.membres.models import Adherent, Compte, Import, LigneImport, Mandat
from refondation.membres.regles import ActeImpossible
from refondation.territoire.models import Federation, Section

ENTETE = [
    "Numéro",
    "Nom",
    "Prénom",
    "Courriel",
    "Date de naissance",
    "Genre",
    "Section",
    "Date d'adhésion",
    "À jour jusqu'au",
    "Statut",
]
BASE = {
    "Numéro": "A1",
    "Nom": "Jaurès",
    "Prénom": "Louise",
    "Courriel": "louise@exemple.fr",
    "Date de naissance": "03/09/1970",
    "Genre": "F",
    "Section": "31001",
    "Date d'adhésion": "01/02/2010",
    "À jour jusqu'au": "31/12/2026",
    "Statut": "Adhérent·e",
}
PRENOMS = [
    "Anne",
    "Bruno",
    "Chloé",
    "Denis",
    "Élise",
    "Farid",
    "Gaël",
    "Hélène",
    "Igor",
    "Jade",
    "Karim",
    "Lise",
    "Marc",
    "Nora",
    "Omar",
]


def territoire() -> dict[str, Section]:
    """31001, 31002 in the federation 31; 32001 in 32; 01053 in 01."""
    sections = {}
    for code, nom, federation, nom_de_federation in (
        ("31001", "Toulouse", "31", "Haute-Garonne"),
        ("31002", "Colomiers", "31", "Haute-Garonne"),
        ("32001", "Auch", "32", "Gers"),
        ("01053", "Bourg-en-Bresse", "01", "Ain"),
    ):
        chef, _ = Federation.objects.get_or_create(
            code=federation, defaults={"nom": nom_de_federation, "nature": "metropole"}
        )
        sections[code] = Section.objects.create(code=code, nom=nom, federation=chef)
    return sections


def personne(rang: int, **champs: str) -> dict[str, str]:
    """A line of a file, with a number, a name and an address of its own."""
    prenom = PRENOMS[rang % len(PRENOMS)]
    return (
        BASE
        | {
            "Numéro": f"A{rang}",
            "Nom": f"Martin{chr(97 + rang // 26 % 26)}{chr(97 + rang % 26)}",
            "Prénom": prenom,
            "Courriel": f"membre{rang}@exemple.fr",
            "Date de naissance": f"{1 + rang % 28:02d}/05/19{50 + rang % 50}",
        }
        | champs
    )


def csv_de(lignes: Iterable[dict[str, str]], entete: Iterable[str] = ENTETE, separateur: str = ";") -> bytes:
    entete = list(entete)
    corps = [[ligne[colonne] for colonne in entete] for ligne in lignes]
    return "\n".join(separateur.join(cellules) for cellules in (entete, *corps)).encode() + b"\n"


def deposer(contenu: bytes, **options: Any) -> Import:
    return actes.deposer_import(
        morceaux=[contenu], nom="fichier.csv", par=options.pop("par", None), en_tache=False, **options
    )


def comparer(lignes: Iterable[dict[str, str]] | bytes, **options: Any) -> Import:
    """The import of these lines, compared."""
    contenu = lignes if isinstance(lignes, bytes) else csv_de(lignes)
    return actes.comparer_import(lot=deposer(contenu, **options))


def importer(lignes: Iterable[dict[str, str]] | bytes, **options: Any) -> Import:
    """The import of these lines, applied."""
    lot = comparer(lignes, **options)
    assert lot.etat == "pret", erreurs(lot)
    actes.confirmer_import(lot=lot, sorties=lot.sortis, par=None, en_tache=False)
    return actes.appliquer_import(lot=lot, en_tache=False)


def erreurs(lot: Import) -> list[tuple[int | None, str, str]]:
    return list(lot.erreurs_lues.values_list("ligne", "colonne", "message"))


def comptes(lot: Import) -> dict[str, int]:
    noms = ("nouveaux", "modifies", "deplaces", "inchanges", "sortis", "conflits")
    return {nom: getattr(lot, nom) for nom in noms if getattr(lot, nom)}


def conflits(lot: Import) -> dict[str, list[str]]:
    """Numbers by kind of conflict."""
    resultat: dict[str, list[str]] = {}
    for ligne in LigneImport.objects.filter(lot=lot).en_conflit().order_by("ligne"):
        resultat.setdefault(ligne.conflit, []).append(ligne.numero)
    return resultat


def registre() -> list[tuple[Any, ...]]:
    """The whole register, to compare before and after."""
    return list(
        Adherent.objects.order_by("numero").values_list(
            "numero", "nom", "prenom", "courriel", "naissance", "genre", "section__code", "adhesion_le",
            "a_jour_au", "statut", "sorti_le", "recherche",
        )
    )  # fmt: skip


JOUR = date(2026, 9, 1)


def refus(acte, **champs) -> ActeImpossible:
    with pytest.raises(ActeImpossible) as exc:
        acte(**champs)
    return exc.value


def appliquer(lot: Import, **options) -> Import:
    actes.confirmer_import(lot=lot, en_tache=False, **({"par": None} | options))
    return actes.appliquer_import(lot=lot, en_tache=False)


def compte_de(role: str | None, sections: dict[str, Section], code: str = "31001") -> Compte:
    """Somebody who is not in the register, so that each visible member is visible by the role."""
    compte = Compte.objects.create(email=f"{role or 'simple'}@exemple.fr", nom=f"Compte {role}")
    if role:
        section = sections[code]
        compte.mandats.create(
            role=role,
            debut=date(2020, 1, 1),
            section=section if role in Mandat.ROLES_DE_SECTION else None,
            federation=section.federation if role in Mandat.ROLES_FEDERAUX else None,
        )
    return compte

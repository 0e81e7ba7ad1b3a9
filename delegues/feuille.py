"""The sheet of delegations that a federation fills: its columns, and its lines gathered by section.

Values in, values out: neither database nor clock.  One line a person who stood; what is true of
the whole assembly is written on the first line of the section, and may be repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from refondation.tableaux import cle_d_entete

# field → (words for people, headers understood, as `cle_d_entete` writes them)
COLONNES: dict[str, tuple[str, str]] = {
    "section": ("Section", "section, code section, code de section, code de la section"),
    "numero": (
        "Numéro",
        "numero, n, no, numero adherent, numero d adherent, numero d adherent e, numero adherent e, n adherent",
    ),
    "nom": ("Nom", "nom, nom de famille"),
    "prenom": ("Prénom", "prenom"),
    "liste": ("Liste", "liste, nom de la liste, duo, numero de duo, candidature"),
    "voix": ("Voix", "voix, nombre de voix, suffrages, voix obtenues"),
    "elu": ("Élu·e", "elu, elue, elu e, resultat, qualite"),
    "date": ("Date de l'assemblée", "date, date de l assemblee, assemblee, assemblee du, tenue le"),
    "lieu": ("Lieu", "lieu, lieu de l assemblee, salle"),
    "votants": ("Votant·es", "votants, votantes, votant es, nombre de votants, nombre de votant es"),
    "blancs": ("Blancs", "blancs, bulletins blancs, blanc"),
    "nuls": ("Nuls", "nuls, bulletins nuls, nul"),
    "second": (
        "Second signataire (numéro)",
        "second signataire, second signataire numero, seconde signataire, numero du second signataire, "
        "numero de la seconde signataire, contresignataire, contresignataire numero",
    ),
    "president": (
        "Président·e de séance (numéro)",
        "president, presidente, president e, president e de seance, president de seance, "
        "president e de seance numero, presidence, presidence numero",
    ),
    "presents": (
        "Présent·es (numéros)",
        "presents, presentes, present es, present es numeros, numeros des presents, emargement",
    ),
}
SYNONYMES = {cle.strip(): champ for champ, (_, mots) in COLONNES.items() for cle in mots.split(",")}
OBLIGATOIRES = ("section", "numero", "voix", "date", "votants", "blancs", "nuls", "second")
# Written on one line of a section at least, and the same on all the others.
DE_LA_SECTION = ("date", "lieu", "votants", "blancs", "nuls", "second", "president", "presents")
LIGNES_AU_PLUS = 20_000
PARIS = ZoneInfo("Europe/Paris")
_ELU = {
    "": "",
    "non": "",
    "non elu": "",
    "0": "",
    "oui": "titulaire",
    "x": "titulaire",
    "1": "titulaire",
    "elu": "titulaire",
    "elue": "titulaire",
    "elu e": "titulaire",
    "titulaire": "titulaire",
    "suppleant": "suppleant",
    "suppleante": "suppleant",
    "suppleant e": "suppleant",
}
_MOMENT = re.compile(
    r"(?:(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})|(\d{4})-(\d{1,2})-(\d{1,2}))"
    r"(?:[ T,àa]*(\d{1,2})\s*[h:]\s*(\d{2})?(?::\d{2})?)?"
)


class Erreur(NamedTuple):
    """Where, and what is wrong with what to do; `ligne` None for the file as a whole."""

    ligne: int | None
    colonne: str
    message: str


@dataclass
class PersonneLue:
    ligne: int
    numero: str
    nom: str
    prenom: str
    elu: str | None  # "titulaire", "suppleant", "" (not elected); None: the file does not say


@dataclass
class ListeLue:
    """One person, a duo or a list, with its votes."""

    ligne: int
    nom: str
    voix: int
    personnes: list[PersonneLue] = field(default_factory=list)


@dataclass
class SectionLue:
    """`moment` in the hour of Paris; `lignes`: field → the line that says it.

    `fautive`: something of it could not be read, so that nothing can be computed from it.
    """

    ligne: int
    code: str
    moment: datetime | None = None
    lieu: str = ""
    votants: int = 0
    blancs: int = 0
    nuls: int = 0
    second: str = ""
    president: str = ""
    presents: list[str] = field(default_factory=list)
    listes: list[ListeLue] = field(default_factory=list)
    lignes: dict[str, int] = field(default_factory=dict)
    fautive: bool = False

    @property
    def personnes(self) -> list[PersonneLue]:
        return [p for liste in self.listes for p in liste.personnes]


def texte(valeur: Any) -> str:
    """A cell as text: whole numbers without decimals, dates in the ISO form."""
    if valeur is None:
        return ""
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, float) and valeur.is_integer():
        return str(int(valeur))
    if isinstance(valeur, datetime):
        return valeur.isoformat(sep=" ", timespec="minutes")
    if isinstance(valeur, date):
        return valeur.isoformat()
    return " ".join(str(valeur).split())


def lire_moment(saisie: str) -> datetime | None:
    """ "20/09/2026 18:30", "20/09/2026 à 18 h 30", "2026-09-20 18:30"; without an hour, noon."""
    trouve = _MOMENT.fullmatch(saisie.strip())
    if trouve is None:
        return None
    j, m, a, a2, m2, j2, heures, minutes = trouve.groups()
    try:
        return datetime(
            int(a or a2), int(m or m2), int(j or j2), int(heures or 12), int(minutes or 0), tzinfo=PARIS
        )
    except ValueError:
        return None


def rassembler(
    lignes: Iterable[tuple[int, Mapping[str, str]]], *, une_personne_par_liste: bool
) -> tuple[list[SectionLue], list[Erreur]]:
    """The lines (number, {field: text}) by section, in the order of the file, and what is wrong in them."""
    sections: dict[str, SectionLue] = {}
    erreurs: list[Erreur] = []
    vus: dict[str, int] = {}
    for numero, champs in lignes:
        code = champs.get("section", "")
        if not code:
            erreurs.append(_erreur(numero, "section", "Donnez le code de la section."))
            continue
        section = sections.setdefault(code.casefold(), SectionLue(numero, code))
        fautes = [
            *_lire_la_section(section, numero, champs),
            *_lire_la_personne(section, numero, champs, vus, une_personne_par_liste),
        ]
        section.fautive |= bool(fautes)
        erreurs += fautes
    for section in sections.values():
        absents = [
            champ for champ in ("date", "votants", "blancs", "nuls", "second") if champ not in section.lignes
        ]
        section.fautive |= bool(absents)
        erreurs += [
            _erreur(
                section.ligne,
                champ,
                f"La section {section.code} n'a pas cette valeur. Écrivez-la sur sa première ligne.",
            )
            for champ in absents
        ]
    return list(sections.values()), erreurs


def _erreur(ligne: int, champ: str, message: str) -> Erreur:
    return Erreur(ligne, COLONNES[champ][0], message)


def _lire_la_section(section: SectionLue, numero: int, champs: Mapping[str, str]) -> list[Erreur]:
    erreurs: list[Erreur] = []
    for champ in DE_LA_SECTION:
        saisie = champs.get(champ, "")
        if not saisie:
            continue
        valeur, defaut = _valeur(champ, saisie)
        attribut = "moment" if champ == "date" else champ
        if defaut:
            erreurs.append(_erreur(numero, champ, defaut))
            section.lignes.setdefault(champ, numero)
        elif champ not in section.lignes:
            setattr(section, attribut, valeur)
            section.lignes[champ] = numero
        elif getattr(section, attribut) != valeur:
            erreurs.append(
                _erreur(
                    numero,
                    champ,
                    f"La ligne {section.lignes[champ]} dit autre chose pour la section {section.code}. "
                    "Gardez une seule valeur.",
                )
            )
    return erreurs


def _valeur(champ: str, saisie: str) -> tuple[Any, str]:
    if champ == "date":
        moment = lire_moment(saisie)
        return moment, "" if moment else f"« {saisie} » n'est pas une date. Écrivez 20/09/2026 18:30."
    if champ in {"votants", "blancs", "nuls"}:
        return _entier(saisie)
    if champ == "presents":
        return [mot.upper() for mot in re.split(r"[\s,;]+", saisie) if mot], ""
    if champ in {"second", "president"}:
        return "".join(saisie.split()).upper(), ""
    return saisie, ""


def _entier(saisie: str) -> tuple[int, str]:
    chiffres = saisie.replace(" ", "").replace("\u202f", "").replace("\xa0", "")
    if chiffres.isascii() and chiffres.isdigit() and len(chiffres) <= 6:
        return int(chiffres), ""
    return 0, f"« {saisie} » n'est pas un nombre entier."


def _lire_la_personne(
    section: SectionLue,
    numero: int,
    champs: Mapping[str, str],
    vus: dict[str, int],
    une_personne_par_liste: bool,
) -> list[Erreur]:
    cle = "".join(champs.get("numero", "").split()).upper()
    if not cle:
        return [_erreur(numero, "numero", "Donnez le numéro d'adhérent·e de la personne candidate.")]
    erreurs = []
    if cle in vus:
        erreurs.append(
            _erreur(numero, "numero", f"Cette personne est déjà à la ligne {vus[cle]}. Gardez-en une.")
        )
    vus.setdefault(cle, numero)
    elu = _ELU.get(cle_d_entete(champs["elu"])) if "elu" in champs else None
    if "elu" in champs and elu is None:
        erreurs.append(
            _erreur(
                numero,
                "elu",
                f"« {champs['elu']} » ne se comprend pas. Écrivez titulaire, suppléant, ou rien.",
            )
        )
    nom = "" if une_personne_par_liste else champs.get("liste", "")
    if not une_personne_par_liste and not nom:
        erreurs.append(_erreur(numero, "liste", "Donnez le nom ou le numéro de la liste ou du duo."))
    voix, defaut = _entier(champs["voix"]) if champs.get("voix") else (None, "")
    if defaut:
        erreurs.append(_erreur(numero, "voix", defaut))
    liste = next((x for x in section.listes if nom and x.nom.casefold() == nom.casefold()), None)
    if liste is None:
        if voix is None:
            erreurs.append(_erreur(numero, "voix", "Donnez le nombre de voix (0 si personne)."))
        liste = ListeLue(numero, nom, voix or 0)
        section.listes.append(liste)
    elif voix is not None and voix != liste.voix:
        erreurs.append(
            _erreur(
                numero,
                "voix",
                f"La ligne {liste.ligne} donne {liste.voix} voix à « {nom} ». Gardez une valeur.",
            )
        )
    liste.personnes.append(PersonneLue(numero, cle, champs.get("nom", ""), champs.get("prenom", ""), elu))
    return erreurs

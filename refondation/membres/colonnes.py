"""The columns of a file of members: their names, and how each cell becomes a value of the register.

Values in, values out: neither database nor clock.  Each reader returns (value, "") or (None, what
is wrong and what to do); what it has seen once it remembers, since a file says the same dates and
names a thousand times.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from refondation.membres.models import sans_accents
from refondation.tableaux import cle_d_entete

# field → (words for people, headers understood, as `cle_d_entete` writes them)
COLONNES: dict[str, tuple[str, str]] = {
    "numero": (
        "Numéro d'adhérent·e",
        (
            "numero, n, no, num, numero adherent, numero adherent e, numero d adherent, numero d adherent e, "
            "numero adherente, n adherent, n adherent e, n d adherent, n d adherent e, numero d adhesion, "
            "n adhesion, numero de carte, n carte, n de carte, matricule, identifiant, id, numero de membre"
        ),
    ),
    "nom": ("Nom", "nom, nom de famille, nom d usage, nom usuel, patronyme"),
    "prenom": ("Prénom", "prenom, prenoms, prenom usuel"),
    "courriel": (
        "Courriel",
        (
            "courriel, email, e mail, mail, mel, adresse electronique, adresse mail, adresse email, "
            "adresse e mail, adresse courriel, adresse de courriel"
        ),
    ),
    "naissance": (
        "Date de naissance",
        "date de naissance, naissance, ne le, nee le, ne e le, date naissance, ddn",
    ),
    "genre": ("Genre", "genre, sexe, civilite, genre declare"),
    "section": ("Section", "section, code section, code de section, code de la section, section code"),
    "section_nom": (
        "Nom de la section",
        "nom de la section, nom de section, nom section, section nom, libelle section, libelle de la section",
    ),
    "federation": (
        "Fédération",
        (
            "federation, code federation, code de la federation, nom de la federation, nom federation, fede, "
            "departement, code departement"
        ),
    ),
    "adhesion_le": (
        "Date d'adhésion",
        (
            "date d adhesion, adhesion, adhesion le, date adhesion, adherent depuis, adherent e depuis, "
            "adherent depuis le, membre depuis, membre depuis le, "
            "premiere adhesion, date de premiere adhesion"
        ),
    ),
    "a_jour_au": (
        "À jour jusqu'au",
        (
            "a jour jusqu au, a jour au, a jour jusqu en, cotisation, cotisation jusqu au, "
            "fin de cotisation, date de fin de cotisation, cotisation a jour jusqu au, "
            "cotisation valable jusqu au, "
            "a jour de cotisation jusqu au, annee de cotisation, derniere cotisation, echeance"
        ),
    ),
    "statut": ("Statut", "statut, qualite, type d adhesion, categorie"),
}
OBLIGATOIRES = ("numero", "nom", "prenom", "adhesion_le")
# The columns of the register that a file may leave out: what it does not say does not change.
FACULTATIVES = ("courriel", "naissance", "genre", "a_jour_au", "statut")
SYNONYMES = {nom.strip(): champ for champ, (_, synonymes) in COLONNES.items() for nom in synonymes.split(",")}
GENRES = {
    "": "", "nc": "", "np": "", "non precise": "", "inconnu": "", "non renseigne": "",
    "ne se prononce pas": "",
    "f": "F", "femme": "F", "feminin": "F", "mme": "F", "madame": "F", "mlle": "F", "mademoiselle": "F",
    "h": "H", "m": "H", "homme": "H", "masculin": "H", "mr": "H", "monsieur": "H",
    "a": "A", "autre": "A", "x": "A", "nb": "A", "non binaire": "A", "mx": "A",
}  # fmt: skip
STATUTS = {
    "": "adherent", "a": "adherent", "adherent": "adherent", "adherente": "adherent",
    "adherent e": "adherent",
    "membre": "adherent",
    "s": "sympathisant", "sympathisant": "sympathisant", "sympathisante": "sympathisant",
    "sympathisant e": "sympathisant", "sympa": "sympathisant",
}  # fmt: skip
_NUMERO = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")
_NOM = re.compile(r"[^\W_][\w\u0300-\u036f '’ʼ.,·/()-]*")
# UTF-8 read as Windows-1252, once or twice: "Ã©" for "é", or letters lost for good.
_MAL_ENCODE = re.compile("[ÃÂ][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€]|\ufffd")
_COURRIEL = re.compile(
    r"(?=.{6,254}$)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
)
_JOUR_MOIS_AN = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: 0?0[:h]00(?::00)?)?")
_AN_MOIS_JOUR = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:00)?)?")
_ORIGINE_EXCEL = date(1899, 12, 30)
Lu = tuple[Any, str]


def texte(cellule: Any) -> str:
    """A cell as one line of text: a number as it is read, spaces of all kinds made one."""
    if isinstance(cellule, str):
        return " ".join(cellule.split())
    if isinstance(cellule, bool):
        return "oui" if cellule else "non"
    if isinstance(cellule, float) and cellule.is_integer():
        return str(int(cellule))
    return " ".join(str(cellule).split())


def extrait(cellule: Any) -> str:
    """What a message quotes of a cell."""
    lu = "".join(c if c.isprintable() else "�" for c in texte(cellule))
    return f"« {lu[:40]}… »" if len(lu) > 40 else f"« {lu} »"


def lire_numero(cellule: Any) -> Lu:
    numero = "".join(texte(cellule).split()).upper()
    if not numero:
        return None, "à remplir : le numéro est la clé de chaque membre."
    if not _NUMERO.fullmatch(numero):
        return None, f"{extrait(cellule)} n'est pas un numéro : lettres, chiffres et tirets, 20 au plus."
    return numero, ""


def lire_nom(cellule: Any) -> Lu:
    nom = texte(cellule)
    if not nom:
        return None, "à remplir."
    if not nom.isascii():
        nom = unicodedata.normalize("NFC", nom)
        if _MAL_ENCODE.search(nom):
            return None, (
                f"{extrait(nom)} : les accents sont abîmés. Exportez de nouveau le fichier en « CSV UTF-8 »."
            )
    if len(nom) > 80:
        return None, f"{len(nom)} caractères, 80 au plus."
    if not _NOM.fullmatch(nom):
        if nom[0] in "=+-@":
            return None, f"{extrait(nom)} ressemble à une formule. Collez la valeur seule."
        return None, f"{extrait(nom)} contient un caractère inattendu. Retapez-le."
    return nom, ""


def lire_courriel(cellule: Any) -> Lu:
    courriel = texte(cellule).lower()
    if not courriel:
        return "", ""
    if not _COURRIEL.fullmatch(courriel):
        if courriel.count("@") > 1:
            return None, f"{extrait(courriel)} : une seule adresse par personne."
        return None, f"{extrait(courriel)} n'est pas une adresse. Corrigez-la ou videz la cellule."
    return courriel, ""


def lire_genre(cellule: Any) -> Lu:
    genre = GENRES.get(cle_d_entete(cellule))
    if genre is None:
        return None, f"{extrait(cellule)} n'est pas compris. Écrivez F, H, autre, ou laissez vide."
    return genre, ""


def lire_statut(cellule: Any) -> Lu:
    cle = cle_d_entete(cellule)
    statut = STATUTS.get(cle)
    if statut is None or (not cle and texte(cellule)):
        return None, f"{extrait(cellule)} n'est pas compris. Écrivez adhérent ou sympathisant."
    return statut, ""


def lire_date(cellule: Any) -> Lu:
    """A date of a calendar, or None for an empty cell."""
    if isinstance(cellule, datetime):
        return cellule.date(), ""
    if isinstance(cellule, date):
        return cellule, ""
    if isinstance(cellule, int | float) and not isinstance(cellule, bool) and 366 < cellule < 73_051:
        # Excel keeps days since 1899, and shows them so when the format of the cell is lost.
        return _ORIGINE_EXCEL + timedelta(days=int(cellule)), ""
    return _date_ecrite(texte(cellule))


def _date_ecrite(lu: str) -> Lu:
    if not lu:
        return None, ""
    if trouve := _JOUR_MOIS_AN.fullmatch(lu):
        jour, mois, an = map(int, trouve.groups())
    elif trouve := _AN_MOIS_JOUR.fullmatch(lu):
        an, mois, jour = map(int, trouve.groups())
    else:
        return None, f"{extrait(lu)} n'est pas une date. Écrivez JJ/MM/AAAA, par exemple 21/09/2026."
    try:
        return date(an, mois, jour), ""
    except ValueError:
        return None, f"{extrait(lu)} n'existe pas dans le calendrier."


def lire_naissance(cellule: Any) -> Lu:
    return _entre(cellule, date(1900, 1, 1), None)


def lire_adhesion(cellule: Any) -> Lu:
    lu, defaut = _entre(cellule, date(1900, 1, 1), None)
    return lu, defaut or ("" if lu else "à remplir.")


def lire_a_jour(cellule: Any) -> Lu:
    """A day, or a year of dues, which ends on 31 December."""
    annee = texte(cellule)
    if len(annee) == 4 and annee.isascii() and annee.isdigit() and "1950" <= annee <= "2100":
        return date(int(annee), 12, 31), ""
    return _entre(cellule, date(1900, 1, 1), date(2100, 12, 31))


def _entre(cellule: Any, debut: date, fin: date | None) -> Lu:
    lu, defaut = lire_date(cellule)
    if lu is not None and (lu < debut or (fin is not None and lu > fin)):
        return None, f"{lu:%d/%m/%Y} est hors des dates possibles. Vérifiez l'année."
    return lu, defaut


# --- Sections ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class SectionConnue:
    id: int
    code: str
    nom: str
    federation: str
    federation_nom: str
    # Ids of the sections that stand for this one today: itself unless it was merged or split.
    suites: tuple[int, ...]


class Annuaire:
    """Finds a section by its code, or by its federation and its name."""

    def __init__(self, sections: Iterable[SectionConnue]) -> None:
        self._par_id: dict[int, SectionConnue] = {}
        self._par_code: dict[str, SectionConnue] = {}
        self._par_nom: dict[tuple[str, str], list[SectionConnue]] = {}
        self._federations: dict[str, str] = {}
        self._vues: dict[tuple[str, str, str], Lu] = {}
        for section in sections:
            self._par_id[section.id] = section
            self._par_code[section.code.upper()] = section
            cle = (section.federation, cle_d_entete(section.nom))
            self._par_nom.setdefault(cle, []).append(section)
            self._federations[section.federation.upper()] = section.federation
            self._federations.setdefault(cle_d_entete(section.federation_nom), section.federation)

    def trouver(self, section: Any, nom: Any, federation: Any) -> Lu:
        """The id of the section, or why there is none; each argument may be an empty cell."""
        cle = (texte(section), texte(nom), texte(federation))
        if cle not in self._vues:
            self._vues[cle] = self._chercher(*cle)
        return self._vues[cle]

    def _chercher(self, section: str, nom: str, federation: str) -> Lu:
        if not (section or nom):
            return None, "à remplir : le code de la section, ou sa fédération et son nom."
        code = section.upper()
        # Spreadsheets drop the zero that begins 01053.
        trouvee = self._par_code.get(code) or (self._par_code.get(code.zfill(5)) if code.isdigit() else None)
        if trouvee is not None:
            return self._aujourd_hui(trouvee)
        if not federation:
            quoi = extrait(section or nom)
            return None, f"aucune section n'a le code {quoi}. Corrigez-le, ou ajoutez la fédération."
        return self._chercher_par_nom(nom or section, federation)

    def _chercher_par_nom(self, nom: str, federation: str) -> Lu:
        connue = self._federations.get(federation.upper()) or self._federations.get(cle_d_entete(federation))
        if connue is None and federation.isdigit():
            connue = self._federations.get(federation.zfill(2))
        if connue is None:
            return None, f"aucune fédération ne se nomme {extrait(federation)}."
        possibles = self._par_nom.get((connue, cle_d_entete(nom)), [])
        vivantes = [p for p in possibles if p.suites == (p.id,)] or possibles
        if not vivantes:
            return None, f"aucune section {extrait(nom)} dans la fédération {connue}."
        if len(vivantes) > 1:
            codes = ", ".join(sorted(p.code for p in vivantes))
            return None, f"plusieurs sections {extrait(nom)} : donnez le code ({codes})."
        return self._aujourd_hui(vivantes[0])

    def _aujourd_hui(self, section: SectionConnue) -> Lu:
        if len(section.suites) == 1:
            return section.suites[0], ""
        codes = ", ".join(sorted(self._par_id[s].code for s in section.suites))
        return None, f"la section {section.code} a été scindée : donnez la nouvelle ({codes})."


# --- A whole line -----------------------------------------------------------------------------

LECTEURS: Mapping[str, Callable[[Any], Lu]] = {
    "numero": lire_numero,
    "nom": lire_nom,
    "prenom": lire_nom,
    "courriel": lire_courriel,
    "naissance": lire_naissance,
    "genre": lire_genre,
    "adhesion_le": lire_adhesion,
    "a_jour_au": lire_a_jour,
    "statut": lire_statut,
}
# Cells of which there is one for each member are read each time: remembering them would cost memory.
_UNIQUES = ("numero", "courriel")


class LecteurDeLignes:
    """Turns the lines of one file into values, in the order of `champs`, and says each defect."""

    def __init__(self, champs: list[str | None], annuaire: Annuaire, *, jour: date) -> None:
        self.presents = [champ for champ in LECTEURS if champ in champs]
        self._rangs = {champ: champs.index(champ) for champ in COLONNES if champ in champs}
        self._memoires: dict[str, dict[Any, Lu]] = {c: {} for c in self.presents if c not in _UNIQUES}
        self._sans_accents: dict[str, str] = {}
        self._largeur = len(champs)
        self._annuaire = annuaire
        self._jour = jour

    def manquantes(self) -> list[str]:
        """Words for the columns without which nothing can be read."""
        manquent = [COLONNES[champ][0] for champ in OBLIGATOIRES if champ not in self._rangs]
        if "section" not in self._rangs and not {"section_nom", "federation"} <= self._rangs.keys():
            manquent.append("Section (ou Fédération et Nom de la section)")
        return manquent

    def lire(self, cellules: list[Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Values by field (`section_id` and `recherche` included) and (column, defect) pairs."""
        valeurs: dict[str, Any] = {}
        defauts: list[tuple[str, str]] = []
        if len(cellules) < self._largeur:
            cellules = [*cellules, *[""] * (self._largeur - len(cellules))]
        elif len(cellules) > self._largeur and any(texte(c) for c in cellules[self._largeur :]):
            defauts.append(
                (
                    "",
                    "cette ligne a plus de cellules que l'en-tête : un séparateur se trouve dans une valeur.",
                )
            )
        for champ in self.presents:
            cellule = cellules[self._rangs[champ]]
            memoire = self._memoires.get(champ)
            if memoire is None:
                valeur, defaut = LECTEURS[champ](cellule)
            elif (lu := memoire.get(cellule)) is not None:
                valeur, defaut = lu
            else:
                valeur, defaut = memoire[cellule] = LECTEURS[champ](cellule)
            valeurs[champ] = valeur
            if defaut:
                defauts.append((COLONNES[champ][0], defaut))
        valeurs["section_id"], defaut = self._annuaire.trouver(
            *(
                cellules[self._rangs[c]] if c in self._rangs else ""
                for c in ("section", "section_nom", "federation")
            )
        )
        if defaut:
            defauts.append((COLONNES["section"][0], defaut))
        if not defauts:
            defauts = self._incoherences(valeurs)
            valeurs["recherche"] = f"{self._simple(valeurs['prenom'])} {self._simple(valeurs['nom'])}"[:180]
        return valeurs, defauts

    def _simple(self, nom: str) -> str:
        simple = self._sans_accents.get(nom)
        if simple is None:
            simple = self._sans_accents[nom] = sans_accents(nom)
        return simple

    def _incoherences(self, valeurs: dict[str, Any]) -> list[tuple[str, str]]:
        adhesion, naissance = valeurs["adhesion_le"], valeurs.get("naissance")
        if adhesion > self._jour:
            return [(COLONNES["adhesion_le"][0], f"{adhesion:%d/%m/%Y} est à venir.")]
        if naissance is None:
            return []
        if naissance > self._jour:
            return [(COLONNES["naissance"][0], f"{naissance:%d/%m/%Y} est à venir.")]
        if adhesion < naissance:
            return [(COLONNES["adhesion_le"][0], f"{adhesion:%d/%m/%Y} précède la naissance.")]
        return []

"""Invented members, the same for the same seed: names of France, plausible ages, sections by population."""

from __future__ import annotations

import csv
import random
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Protocol

# First names in fashion: last year of birth, women, men.
_PRENOMS = (
    (
        1955,
        (
            "Monique Jacqueline Françoise Nicole Michèle Danielle Marie-Thérèse Annie Josette Colette "
            "Christiane Geneviève Jeannine Bernadette Claudine Denise Simone Yvette Odile Arlette Huguette "
            "Marie-Claude Éliane Liliane Renée Thérèse Solange Andrée Paulette Fatima"
        ),
        (
            "Michel Jean-Claude Bernard Gérard Jacques Daniel Roger André Robert Claude Pierre Marcel Guy "
            "René Jean-Pierre Raymond Georges Serge Maurice Roland Yves Henri Gilbert Lucien Christian "
            "Jean-Louis Francis Fernand Émile Mohamed"
        ),
    ),
    (
        1970,
        (
            "Catherine Sylvie Martine Brigitte Christine Isabelle Nathalie Véronique Corinne Chantal "
            "Patricia Dominique Pascale Marie-Christine Évelyne Laurence Florence Béatrice Muriel Agnès "
            "Élisabeth Anne Hélène Valérie Marie-Laure Régine Maryse Joëlle Khadija Rosa"
        ),
        (
            "Philippe Patrick Alain Pascal Thierry Éric Didier Bruno Laurent Dominique Christophe Frédéric "
            "Jean-Luc Olivier Marc Gilles Jean-Marc Denis Hervé Franck Joël Régis Xavier Benoît Luc François "
            "Jean-François Ahmed Antonio Emmanuel"
        ),
    ),
    (
        1988,
        (
            "Sandrine Stéphanie Céline Sophie Karine Virginie Aurélie Émilie Julie Delphine Élodie Laetitia "
            "Caroline Audrey Claire Séverine Marion Mélanie Vanessa Charlotte Pauline Cécile Amélie Sabrina "
            "Nadia Samira Marie Anne-Sophie Élise Maud"
        ),
        (
            "Sébastien Nicolas Julien David Stéphane Cédric Guillaume Jérôme Fabrice Mathieu Vincent Arnaud "
            "Grégory Ludovic Damien Romain Jonathan Mickaël Thomas Benjamin Alexandre Maxime Karim Yann Loïc "
            "Samuel Rachid Cyril Adrien Antoine"
        ),
    ),
    (
        9999,
        (
            "Camille Léa Manon Chloé Sarah Laura Mathilde Lucie Anaïs Justine Inès Océane Emma Margaux Clara "
            "Jade Louise Alice Juliette Eva Lina Zoé Noémie Fanny Yasmine Aïcha Nora Salomé Rose Maëlle"
        ),
        (
            "Lucas Hugo Théo Enzo Louis Nathan Léo Arthur Paul Jules Valentin Quentin Clément Florian Kévin "
            "Baptiste Tom Raphaël Gabriel Axel Mehdi Yanis Ilyes Malo Simon Victor Bastien Corentin Amine "
            "Tristan"
        ),
    ),
)
_NOMS = (
    "Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefèvre Leroy "
    "Roux David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller "
    "Faure Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier Garcia Perrin Robin "
    "Clément Morin Nicolas Henry Roussel Mathieu Gautier Masson Marchand Duval Denis Dumont Marie Lemaire "
    "Noël Meyer Dufour Meunier Brun Blanchard Giraud Joly Rivière Lucas Brunet Gaillard Barbier Arnaud "
    "Martinez Gérard Roche Renard Schmitt Roy Leroux Colin Vidal Caron Picard Roger Fabre Aubert Lemoine "
    "Renaud Dumas Lacroix Olivier Philippe Bourgeois Pierre Benoît Rey Leclerc Payet Rolland Leclercq "
    "Guillaume Lecomte López Jean Dupuy Guillot Hubert Berger Carpentier Sánchez Dupuis Moulin Louis "
    "Deschamps Huet Vasseur Pérez Boucher Fleury Royer Klein Jacquet Adam Paris Poirier Marty Aubry Guyot "
    "Carré Charles Renault Charpentier Ménard Maillard Baron Bertin Bailly Hervé Schneider Fernández "
    "Collet Léger Bouvier Julien Prévost Millet Perrot Daniel Cousin Germain Breton Besson Langlois Rémy "
    "Pelletier Lévêque Perrier Leblanc Barré Lebrun Marchal Weber Mallet Hamon Boulanger Jacob Monnier "
    "Michaud Rodríguez Guichard Gillet Étienne Grondin Poulain Tessier Chevallier Collin Chauvin Bouchet "
    "Gay Lemaître Bénard Maréchal Humbert Reynaud Antoine Hoarau Perret Barthélémy Cordier Pichon Lejeune "
    "Gilbert Lamy Delaunay Pasquier Carlier Laporte Benali Traoré Diallo N'Guyen Da-Silva Ferreira Haddad "
    "Cohen Lévy Saïdi Belkacem Kaya Rossi Kowalski Le-Goff Le-Gall Tanguy Kerbrat Etcheverry Casanova "
    "Santoni"
)
PRENOMS = tuple((annee, femmes.split(), hommes.split()) for annee, femmes, hommes in _PRENOMS)
NOMS = [nom.replace("-", " ") for nom in _NOMS.split()]
# The day on which these people are as described, unless another is given.
AU = date(2026, 9, 1)
COURRIELS = ("courriel.example", "boite.example", "poste.example", "lettre.example")
ENTETE = (
    "Numéro d'adhérent", "Nom", "Prénom", "Courriel", "Date de naissance", "Genre",
    "Section", "Date d'adhésion", "À jour jusqu'au", "Statut",
)  # fmt: skip


class SectionLike(Protocol):
    """What is asked of a section: its code, and the population of its commune when it is known."""

    code: str
    population: int | None


@dataclass(frozen=True, slots=True)
class Personne:
    """A line of the national file; the fields have the names and the values of `Adherent`."""

    numero: str
    nom: str
    prenom: str
    courriel: str
    naissance: date | None
    genre: str
    section: SectionLike
    adhesion_le: date
    a_jour_au: date | None
    statut: str

    def ligne(self) -> tuple[str, ...]:
        """The cells under `ENTETE`, as a federation would type them."""
        return (
            self.numero, self.nom, self.prenom, self.courriel, _jour(self.naissance), self.genre,
            self.section.code, _jour(self.adhesion_le), _jour(self.a_jour_au), self.statut,
        )  # fmt: skip


def generer(
    nombre: int, graine: int, sections: Sequence[SectionLike], *, au: date = AU
) -> Iterator[Personne]:
    """`nombre` people numbered from A0000001 on, lazily; the same for the same seed, sections and day.

    Three in a hundred share the address and mostly the name of the person before them, four in
    a hundred have no address.  Sections weigh by their population, that of a town of 5,000 when
    it is not known; nobody lives nowhere.
    """
    hasard = random.Random(f"population {graine}")  # noqa: S311 - inventions, not secrets
    poids = list(accumulate((s.population or 5000) ** 0.8 for s in sections))
    precedente: Personne | None = None
    for rang in range(1, nombre + 1):
        personne = _personne(hasard, au, f"A{rang:07d}", hasard.choices(sections, cum_weights=poids)[0])
        if precedente is not None and precedente.courriel and hasard.random() < 0.03:
            personne = _conjoint(hasard, personne, precedente)
        yield personne
        precedente = personne


def ecrire_fichier(chemin: Path, personnes: Iterable[Personne]) -> int:
    """Write a national file (UTF-8, `;`); the number of lines below the header."""
    nombre = 0
    with chemin.open("w", encoding="utf-8", newline="") as fichier:
        redacteur = csv.writer(fichier, delimiter=";")
        redacteur.writerow(ENTETE)
        for nombre, personne in enumerate(personnes, 1):  # noqa: B007
            redacteur.writerow(personne.ligne())
    return nombre


def _personne(hasard: random.Random, au: date, numero: str, section: SectionLike) -> Personne:
    # Members of a party are older than the country: most were born between 1945 and 1985.
    age = min(97, max(16, hasard.gauss(57, 17)))
    naissance = au - timedelta(days=int(age * 365.25))
    tirage = hasard.random()
    genre = "F" if tirage < 0.45 else "H" if tirage < 0.975 else "A" if tirage < 0.98 else ""
    _, femmes, hommes = next(epoque for epoque in PRENOMS if naissance.year <= epoque[0])
    prenom = hasard.choice(femmes if genre == "F" or (genre != "H" and hasard.random() < 0.5) else hommes)
    nom = hasard.choice(NOMS)
    if hasard.random() < 0.04:
        nom = f"{nom}-{hasard.choice(NOMS).replace('-', ' ')}"
    sympathisant = hasard.random() < 0.08
    adhesion = _adhesion(hasard, au, naissance)
    return Personne(
        numero=numero,
        nom=nom,
        prenom=prenom,
        courriel=_courriel(hasard, prenom, nom, numero),
        naissance=naissance if hasard.random() < 0.98 else None,
        genre=genre,
        section=section,
        adhesion_le=adhesion,
        a_jour_au=None if sympathisant else _a_jour(hasard, au, adhesion),
        statut="sympathisant" if sympathisant else "adherent",
    )


def _conjoint(hasard: random.Random, personne: Personne, autre: Personne) -> Personne:
    return Personne(
        numero=personne.numero,
        nom=autre.nom if hasard.random() < 0.7 else personne.nom,
        prenom=personne.prenom,
        courriel=autre.courriel,
        naissance=personne.naissance,
        genre=personne.genre,
        section=autre.section,
        adhesion_le=personne.adhesion_le,
        a_jour_au=personne.a_jour_au,
        statut=personne.statut,
    )


def _adhesion(hasard: random.Random, au: date, naissance: date) -> date:
    """Within the last six months for one in twelve, else any year since the age of sixteen, mostly late."""
    if hasard.random() < 1 / 12:
        return au - timedelta(days=hasard.randrange(1, 180))
    anciennete = (au - naissance).days - 16 * 365
    return au - timedelta(days=1 + int(max(0, anciennete - 1) * hasard.random() ** 2))


def _a_jour(hasard: random.Random, au: date, adhesion: date) -> date:
    tirage = hasard.random()
    annee = au.year if tirage < 0.82 else au.year - 1 if tirage < 0.94 else au.year - hasard.randrange(2, 6)
    return date(max(annee, adhesion.year), 12, 31)


def _courriel(hasard: random.Random, prenom: str, nom: str, numero: str) -> str:
    if hasard.random() < 0.04:
        return ""
    lettres = unicodedata.normalize("NFKD", f"{prenom}.{nom}".lower())
    racine = "".join(c for c in lettres if c.isascii() and (c.isalnum() or c in ".-"))
    return f"{racine}.{int(numero[1:])}@{hasard.choice(COURRIELS)}"


def _jour(jour: date | None) -> str:
    return f"{jour:%d/%m/%Y}" if jour else ""

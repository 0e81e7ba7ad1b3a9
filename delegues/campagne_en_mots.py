"""A campaign as its public page tells it: where its calendar stands, and its rules in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from delegues.eligibilite import adhesion_limite
from delegues.explications import REGLES_D_EGALITE
from delegues.models import Campagne
from delegues.parite import Regles, regle_en_mots
from refondation.interface.formats import PARIS, jour, nombre


@dataclass(frozen=True)
class Etape:
    """A stage on the line of time; `aspect` is "fait", "en-cours" or "" (to come)."""

    titre: str
    quand: str
    texte: str
    aspect: str


def _aspect(debut: datetime, fin: datetime, instant: datetime) -> str:
    if instant < debut:
        return ""
    return "fait" if instant >= fin else "en-cours"


def _court(instant: datetime) -> str:
    local = instant.astimezone(PARIS)
    return f"{jour(local)} à {local.hour}\u00a0h\u00a0{local:%M}"


def etapes(campagne: Campagne, instant: datetime) -> list[Etape]:
    """The calendar in order, each stage with what one does in it."""

    def etape(titre: str, debut: datetime, fin: datetime, texte: str) -> Etape:
        quand = f"Du {_court(debut)} au {_court(fin)}, heure de Paris"
        return Etape(titre, quand, texte, _aspect(debut, fin, instant))

    c = campagne
    debut, fin = (datetime.combine(le, time(), PARIS) for le in (c.mandat_debut, c.mandat_fin))
    suite = [
        etape(
            "Candidatures",
            c.candidatures_du,
            c.candidatures_au,
            "Chacun·e se porte candidat·e dans sa section, ou accepte d'y être proposé·e.",
        ),
        etape(
            "Retraits",
            c.candidatures_du,
            c.retraits_au,
            "On peut encore se retirer. Ensuite, l'ordre des candidatures est tiré au sort.",
        ),
        etape(
            "Assemblées et votes en ligne",
            c.assemblees_du,
            c.assemblees_au,
            "Chaque section se réunit, ou vote en ligne, et désigne ses délégué·es.",
        ),
        etape(
            "Transmission",
            c.assemblees_du,
            c.enregistrement_au,
            "Deux personnes signent le procès-verbal. Ses chiffres sont publiés aussitôt.",
        ),
        etape(
            "Contrôle",
            c.assemblees_du,
            c.controle_au,
            "Deux membres de la commission de récolement décident, section par section.",
        ),
        etape(
            "Recours",
            c.assemblees_du,
            c.recours_au,
            "La section, ou l'un·e de ses membres, peut demander que l'on réexamine.",
        ),
    ]
    return [
        *suite,
        Etape(
            "Mandats",
            f"Du {jour(c.mandat_debut)} au {jour(c.mandat_fin)}, ce jour exclu",
            "Les délégué·es siègent. Un·e suppléant·e remplace qui s'en va.",
            _aspect(debut, fin, instant),
        ),
    ]


def regles(campagne: Campagne) -> list[tuple[str, list[str]]]:
    """(title, sentences) for each part of the rules."""
    suppleance = (
        "Chaque délégué·e a un·e suppléant·e" if campagne.suppleances else "Il n'y a pas de suppléant·es"
    )
    if campagne.suppleances and campagne.suppleance_meme_genre:
        suppleance += ", du même genre"
    en_mots = regle_en_mots(
        Regles(
            sieges=4,
            candidatures=campagne.candidatures,
            parite=campagne.parite,
            quota=campagne.quota,
            departage=campagne.departage,
        )
    )
    return [
        ("Combien de délégué·es", sieges_en_mots(campagne)),
        ("Qui compte", [qui_compte(campagne)]),
        ("Comment on se présente", [f"{campagne.get_candidatures_display()}.", f"{suppleance}."]),
        ("Qui est élu·e", en_mots),
        (
            "Comment on vote",
            [f"{campagne.get_mode_display()}, sauf les sections pour qui l'autre mode est décidé."],
        ),
        (
            "Quand un mandat finit",
            [
                f"Au plus tard le {jour(campagne.mandat_fin)}. Avant, par démission, exclusion ou décès.",
                "Changer de section y met fin aussi."
                if campagne.depart_met_fin
                else "Changer de section n'y met pas fin.",
            ],
        ),
    ]


def sieges_en_mots(campagne: Campagne) -> list[str]:
    plancher = (
        f"Une section dont des membres comptent en a au moins {nombre(campagne.plancher)}."
        if campagne.plancher
        else "Une petite section peut n'en avoir aucun·e."
    )
    if campagne.regle == Campagne.Regle.TRANCHE:
        return [
            f"Un·e délégué·e par tranche commencée de {nombre(campagne.tranche)} adhérent·es.",
            plancher,
        ]
    return [
        f"{nombre(campagne.total)} délégué·es en tout, répartis d'abord entre les fédérations, puis entre les "
        f"sections de chacune. Méthode : {campagne.get_methode_display()}.",
        plancher,
        f"En cas d'égalité parfaite pour un siège : {REGLES_D_EGALITE[campagne.egalite].lower()}.",
    ]


def qui_compte(campagne: Campagne) -> str:
    phrase = f"Les adhérent·es inscrit·es au registre le {jour(campagne.reference_le)} au soir"
    if campagne.anciennete_mois:
        phrase += f", qui ont adhéré au plus tard le {jour(adhesion_limite(campagne))}"
    if campagne.cotisation_au:
        phrase += f", à jour de cotisation au {jour(campagne.cotisation_au)}"
    return f"{phrase}. Ce qui a changé depuis ne compte pas."

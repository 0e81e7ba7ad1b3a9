"""The rules of the control: what each looks at, how grave it is, how it is lifted, its evidence in words.

No database and no clock here: `delegues.constats` reads the facts, these say what they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any, NamedTuple

from refondation.interface.formats import jour, nombre, pourcentage

BLOQUANTE, ALERTE, INDICE = "bloquante", "alerte", "indice"
GRAVITES = (BLOQUANTE, ALERTE, INDICE)

# A turnout is out of line beyond this many robust deviations, in a federation of at least so many minutes.
ECART_MAX = 3.5
PROCES_VERBAUX_MIN = 6
# A roll grows by a few people without anything to see: fewer new members than this alert nobody.
ENTREES_MIN = 5
# A couple and one child share an address; a family does not join a section at once with others.
MEMES_ADRESSES_MIN = 4
MEMES_DOMAINES_MIN = 5
MOIS_DE_CROISSANCE = 12
# Mail domains that anybody may use say nothing.
DOMAINES_PUBLICS = frozenset(
    """aol.com aliceadsl.fr bbox.fr cegetel.net club-internet.fr free.fr gmail.com gmx.com gmx.fr
    googlemail.com hotmail.com hotmail.fr icloud.com laposte.net libertysurf.fr live.com live.fr mac.com
    mail.com mailo.com me.com msn.com neuf.fr noos.fr numericable.fr orange.fr outlook.com outlook.fr
    proton.me protonmail.com sfr.fr tutanota.com voila.fr wanadoo.fr yahoo.com yahoo.fr ymail.com""".split()  # noqa: SIM905
)

Preuve = Mapping[str, Any]


@dataclass(frozen=True)
class Regle:
    """`explication`: what is looked at; `lever`: what the section or the commission can do; `dire`: the evidence."""

    titre: str
    gravite: str
    explication: str
    lever: str
    dire: Callable[[Preuve], str]


class Constat(NamedTuple):
    """What a rule found: ids of the designation and of the member concerned, if any, and JSON values."""

    designation: int
    regle: str
    adherent: int | None
    preuve: dict[str, Any]


def phrase(regle: str, preuve: Preuve) -> str:
    """The evidence as one sentence; KeyError for a rule that does not exist."""
    return REGLES[regle].dire(preuve)


def _jour(iso: str) -> str:
    return jour(date.fromisoformat(iso))


def _cotisation(p: Preuve) -> str:
    jusqu_a = f"court jusqu'au {_jour(p['a_jour_au'])}" if p["a_jour_au"] else "n'est pas enregistrée"
    return f"Sa cotisation {jusqu_a} ; il fallait être à jour au {_jour(p['demandee_au'])}."


def _croissance(p: Preuve) -> str:
    return (
        f"{nombre(p['avant'])} adhérent·es le {_jour(p['depuis_le'])}, {nombre(p['apres'])} le "
        f"{_jour(p['jusqu_au'])} : {nombre(p['pour_cent'])} % de plus, pour {nombre(p['max'])} % admis sans question."
    )


def _participation(p: Preuve) -> str:
    return (
        f"{pourcentage(p['part'])} de participation ; dans la fédération, la moitié des "
        f"{nombre(p['sections'])} sections reçues est au-dessus de {pourcentage(p['mediane'])} "
        f"(écart robuste : {nombre(p['ecart'])}, seuil : {nombre(ECART_MAX)})."
    )


REGLES: dict[str, Regle] = {
    "section": Regle(
        "Membre d'une autre section",
        BLOQUANTE,
        "Au jour de l'assemblée, la personne élue est inscrite dans la section qui l'élit.",
        "La section rectifie son procès-verbal, ou montre que le registre se trompait à cette date.",
        lambda p: f"Au jour de l'assemblée, le registre l'inscrit à {p['nom']} ({p['code']}).",
    ),
    "cotisation": Regle(
        "Cotisation pas à jour",
        BLOQUANTE,
        "La personne élue est à jour de cotisation à la date de référence.",
        "Un reçu antérieur à la date fait corriger le registre ; l'anomalie tombe au calcul suivant.",
        _cotisation,
    ),
    "anciennete": Regle(
        "Ancienneté insuffisante",
        BLOQUANTE,
        "La personne élue a l'ancienneté demandée à la date de référence.",
        "La section rectifie son procès-verbal, ou fait corriger une date d'adhésion fausse.",
        lambda p: (
            f"Adhésion le {_jour(p['adhesion_le'])} ; il fallait adhérer au plus tard le {_jour(p['limite_le'])}."
        ),
    ),
    "statut": Regle(
        "Pas adhérent·e",
        BLOQUANTE,
        "La personne élue est adhérente.",
        "La section rectifie son procès-verbal.",
        lambda p: f"Le registre la connaît comme {p['statut'].lower()}.",
    ),
    "sorti": Regle(
        "Sorti·e du parti",
        BLOQUANTE,
        "La personne élue est encore membre au jour de l'assemblée.",
        "La section rectifie son procès-verbal, ou fait corriger le registre.",
        lambda p: f"Le registre date sa sortie du {_jour(p['sorti_le'])}.",
    ),
    "non-candidat": Regle(
        "Élu·e sans être candidat·e",
        BLOQUANTE,
        "La personne élue figure sur une candidature acceptée et déposée dans cette section.",
        "La section rectifie son procès-verbal.",
        lambda p: f"Candidature « {p['candidature']} », liste « {p['liste']} »{p['ou']}.",
    ),
    "sieges": Regle(
        "Plus d'élu·es que de sièges",
        BLOQUANTE,
        "Le procès-verbal n'élit pas plus de titulaires que la répartition n'en donne.",
        "La section rectifie son procès-verbal.",
        lambda p: f"{nombre(p['elus'])} titulaires pour {nombre(p['sieges'])} siège(s).",
    ),
    "parite": Regle(
        "Parité non respectée",
        BLOQUANTE,
        "Les titulaires suivent la règle de parité, compte tenu de qui était candidat·e avec des voix.",
        "La section rectifie, ou la commission dit pourquoi l'écart est admis.",
        lambda p: " ".join(p["ecarts"]),
    ),
    "incompatible": Regle(
        "Incompatibilité",
        BLOQUANTE,
        "La personne élue ne tombe sous aucune incompatibilité de la campagne, sauf dérogation accordée.",
        "La personne choisit, ou l'administration nationale accorde la dérogation que la règle prévoit.",
        lambda p: f"{p['nom']} ({p['fondement']}). {p['constat']}",
    ),
    "double": Regle(
        "Élu·e deux fois",
        BLOQUANTE,
        "Une personne n'est élue qu'une fois dans une campagne.",
        "La personne choisit sa section ; l'autre rectifie.",
        lambda p: f"Également élu·e dans : {', '.join(p['sections'])}.",
    ),
    "homonyme": Regle(
        "Peut-être la même personne",
        ALERTE,
        "Deux fiches du registre au même nom et à la même date de naissance ne sont pas élues toutes deux.",
        "Comparez les deux fiches ; si c'est une seule personne, le registre et un procès-verbal sont à corriger.",
        lambda p: (
            f"Une autre fiche au même nom, née le même jour, est élue dans : {', '.join(p['sections'])}."
        ),
    ),
    "presents": Regle(
        "Plus de présent·es que d'inscrit·es",
        BLOQUANTE,
        "La feuille de présence ne compte pas plus de monde que la liste.",
        "La section rectifie sa feuille de présence.",
        lambda p: f"{nombre(p['presents'])} présent·es pour {nombre(p['inscrits'])} inscrit·es.",
    ),
    "votants": Regle(
        "Plus de votant·es que de présent·es",
        BLOQUANTE,
        "Dans une assemblée, il n'y a pas plus de votes que de personnes pointées, ni que d'inscrites.",
        "La section rectifie le nombre de votant·es ou la feuille de présence.",
        lambda p: f"{nombre(p['votants'])} votant·es pour {nombre(p['base'])} {p['de']}.",
    ),
    "croissance": Regle(
        "Liste en forte croissance",
        ALERTE,
        f"Le nombre d'adhérent·es a peu changé dans les {MOIS_DE_CROISSANCE} mois avant la date de référence. "
        f"Moins de {ENTREES_MIN} personnes de plus ne sont jamais relevées.",
        "La section explique ces adhésions : une campagne, un événement, une fusion.",
        _croissance,
    ),
    "adresse": Regle(
        "Une adresse pour plusieurs nouveaux membres",
        ALERTE,
        f"Moins de {MEMES_ADRESSES_MIN} nouveaux membres partagent une adresse électronique. "
        "Le registre n'a ni adresse postale ni téléphone.",
        "La section dit de qui il s'agit ; la fédération peut rencontrer ces personnes.",
        lambda p: f"{nombre(p['membres'])} nouveaux membres partagent l'adresse {p['adresse']}.",
    ),
    "domaine": Regle(
        "Un domaine pour la plupart des nouveaux membres",
        ALERTE,
        "Les nouveaux membres n'ont pas en majorité des adresses d'un même domaine, hors messageries grand public.",
        "La section dit d'où viennent ces adhésions : une entreprise, une école, une association.",
        lambda p: (
            f"{nombre(p['membres'])} nouveaux membres sur {nombre(p['entrees'])} ont une adresse en @{p['domaine']}."
        ),
    ),
    "participation": Regle(
        "Participation hors du commun",
        INDICE,
        "La participation ressemble à celle de la fédération. C'est un indice, jamais une preuve : "
        "une section très mobilisée s'en écarte aussi.",
        "Rien à lever. Regardez la feuille de présence et le papier signé.",
        _participation,
    ),
}


def ecarts_robustes(parts: Mapping[int, float]) -> dict[int, float]:
    """For each key, how far its value is from the median, in robust standard deviations (signed).

    0.6745 × (x − median) ÷ MAD, the MAD being the median of the distances to the median.  Where more
    than half of the values are equal the MAD is 0: the mean distance, ×1.2533, stands for it.
    """
    if not parts:
        return {}
    milieu = median(parts.values())
    distances = [abs(x - milieu) for x in parts.values()]
    echelle = median(distances) / 0.6745
    if echelle == 0:
        echelle = 1.2533 * sum(distances) / len(distances)
    return {cle: (x - milieu) / echelle if echelle else 0.0 for cle, x in parts.items()}


class Participation(NamedTuple):
    """One set of minutes: votes cast out of the roll, in a federation (ids)."""

    designation: int
    federation: int
    votants: int
    inscrits: int


def participations_hors_du_commun(lignes: Iterable[Participation]) -> list[Constat]:
    """Those beyond `ECART_MAX` within their federation, where enough minutes are received."""
    par_federation: dict[int, dict[int, float]] = {}
    for ligne in lignes:
        if ligne.inscrits:
            parts = par_federation.setdefault(ligne.federation, {})
            parts[ligne.designation] = ligne.votants / ligne.inscrits
    constats = []
    for parts in par_federation.values():
        if len(parts) < PROCES_VERBAUX_MIN:
            continue
        milieu = median(parts.values())
        constats += [
            Constat(
                designation,
                "participation",
                None,
                {
                    "part": round(parts[designation], 4),
                    "mediane": round(milieu, 4),
                    "ecart": round(ecart, 1),
                    "sections": len(parts),
                },
            )
            for designation, ecart in ecarts_robustes(parts).items()
            if abs(ecart) > ECART_MAX
        ]
    return constats


def croissance(avant: int, apres: int, maximum: int) -> int | None:
    """The growth in percent (rounded down) when it is beyond `maximum`; None when it alerts nobody."""
    if not avant or apres - avant < ENTREES_MIN or (apres - avant) * 100 <= maximum * avant:
        return None
    return (apres - avant) * 100 // avant

"""Where one person stands before one vote: a state in words, and the next step.  No database, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html

from consultation.models import Inscription, Scrutin
from consultation.models.liste import College
from consultation.place import raison_principale
from refondation.interface.formats import balise_moment

E = Scrutin.Etat


@dataclass(frozen=True)
class Geste:
    """A button: its words, and a route of this room that takes the vote's slug."""

    libelle: str
    route: str


@dataclass(frozen=True)
class Situation:
    """`code` names the case for machines; `aspect` (sign and colour) is "fait", "a-faire", "refus" or "".

    `titre` and `detail` are plain text, or HTML where they tell an hour (`balise_moment`).
    """

    code: str
    aspect: str
    titre: str
    detail: str = ""
    geste: Geste | None = None

    @property
    def peut_voter(self) -> bool:
        return self.code in {"peut_voter", "peut_revoter"}


VERIFIER = Geste("Vérifier mon bulletin", "verifier")
POURQUOI = Geste("Comprendre pourquoi", "ma_place")
MA_PLACE = Geste("Voir ma place sur la liste", "ma_place")
LIRE = Geste("Lire le document", "document")


def situer(  # noqa: PLR0911 - one case, one sentence
    scrutin: Scrutin,
    *,
    instant: datetime,
    connecte: bool,
    membre: bool,
    inscription: Inscription | None,
    a_emarge: bool = False,
) -> Situation:
    """The situation of a visitor: `inscription` is that person's line of the frozen roll, if any.

    What counts is the pair (state, hour), as for the ballot itself: a late clock changes nothing.
    """
    if scrutin.etat == E.BROUILLON:
        return Situation(
            "brouillon", "", "Brouillon, visible du contrôle seul", "", Geste("Essayer l'isoloir", "apercu")
        )
    if scrutin.etat == E.ANNULE:
        return Situation(
            "annule",
            "refus",
            "Ce scrutin est annulé",
            f"Motif : {scrutin.get_motif_display()}. Aucun bulletin ne sera dépouillé.",
        )
    electeur = inscription is not None and inscription.motifs == 0
    if scrutin.etat == E.PUBLIE:
        return Situation(
            "publie",
            "fait",
            "Le résultat est publié",
            _participation(electeur, a_emarge),
            Geste("Voir le résultat", "resultat"),
        )
    if scrutin.etat in (E.CLOS, E.DEPOUILLE) or instant >= scrutin.ferme_le:
        return _clos(scrutin, electeur, a_emarge)
    ouvert = scrutin.accepte_les_bulletins(instant)
    if not connecte:
        return _sans_connexion(scrutin, ouvert)
    if not membre:
        return Situation(
            "non_membre",
            "",
            "Ce scrutin est celui des adhérent·es",
            "Votre compte n'est relié à aucune adhésion. Vous pouvez lire le document et vérifier les urnes.",
            LIRE,
        )
    if not electeur:
        return _hors_liste(scrutin, inscription)
    if not ouvert:
        return _a_venir(scrutin, instant)
    return _ouvert(scrutin, inscription, a_emarge)


def _sans_connexion(scrutin: Scrutin, ouvert: bool) -> Situation:
    if ouvert:
        return Situation(
            "ouvert",
            "a-faire",
            format_html("Scrutin ouvert jusqu'au {}", balise_moment(scrutin.ferme_le)),
            "Connectez-vous pour voter, ou pour savoir si vous êtes sur la liste.",
            Geste("Me connecter et voter", "isoloir"),
        )
    return Situation(
        "annonce",
        "",
        format_html("Ouverture le {}", balise_moment(scrutin.ouvre_le)),
        "Connectez-vous pour savoir si vous êtes sur la liste.",
        MA_PLACE,
    )


def _hors_liste(scrutin: Scrutin, inscription: Inscription | None) -> Situation:
    if inscription is None:
        return Situation(
            "hors_perimetre",
            "",
            "Ce scrutin ne vous est pas ouvert",
            f"Il s'adresse à : {scrutin.get_perimetre_display().lower()}. "
            "Le jour de l'annonce, vous n'en faisiez pas partie.",
            POURQUOI,
        )
    return Situation(
        "hors_liste",
        "refus",
        "Vous n'êtes pas sur la liste",
        raison_principale(inscription.motifs),
        POURQUOI,
    )


def _a_venir(scrutin: Scrutin, instant: datetime) -> Situation:
    if instant >= scrutin.ouvre_le:
        return Situation(
            "ouverture_imminente",
            "",
            "L'ouverture est imminente",
            "Les urnes se préparent. Rechargez la page dans une minute.",
            LIRE,
        )
    return Situation(
        "a_venir",
        "",
        format_html("Vous pourrez voter à partir du {}", balise_moment(scrutin.ouvre_le)),
        "Vous êtes sur la liste. Votre code de vote arrivera par courriel à l'ouverture.",
        LIRE,
    )


def _ouvert(scrutin: Scrutin, inscription: Inscription, a_emarge: bool) -> Situation:
    jusque = balise_moment(scrutin.ferme_le)
    if not a_emarge:
        voix = " Votre voix est consultative." if inscription.college == College.CONSULTATIF else ""
        return Situation(
            "peut_voter",
            "a-faire",
            "Vous pouvez voter",
            format_html("Jusqu'au {}.{}", jusque, voix),
            Geste("Voter", "isoloir"),
        )
    if scrutin.revote:
        return Situation(
            "peut_revoter",
            "fait",
            "Vous avez voté",
            format_html(
                "Vous pouvez voter de nouveau jusqu'au {} : seul le dernier bulletin compte.", jusque
            ),
            VERIFIER,
        )
    return Situation(
        "deja_vote",
        "fait",
        "Vous avez voté",
        "Votre bulletin est dans l'urne. Il ne peut plus changer.",
        VERIFIER,
    )


def _clos(scrutin: Scrutin, electeur: bool, a_emarge: bool) -> Situation:
    suite = {
        E.CLOS: "Le dépouillement est en cours.",
        E.DEPOUILLE: "Le dépouillement est terminé. La publication suit.",
    }.get(scrutin.etat, "Le dépouillement va commencer.")
    return Situation(
        "clos",
        "fait" if a_emarge else "",
        format_html("Scrutin clos depuis le {}", balise_moment(scrutin.clos_le or scrutin.ferme_le)),
        " ".join(filter(None, [_participation(electeur, a_emarge), suite])),
        VERIFIER,
    )


def _participation(electeur: bool, a_emarge: bool) -> str:
    if a_emarge:
        return "Vous avez voté."
    return "Vous n'avez pas voté." if electeur else ""

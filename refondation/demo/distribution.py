"""Which section of the demonstration plays which part in the campaign, and who plays in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from delegues.models import Campagne, Candidature, Designation
from refondation.demo.monde import Monde
from refondation.membres.models import Adherent, Compte, Mandat
from refondation.territoire.models import Section

SLUG = "refondation"
FEDERATION, SECTION = "31", "31555"
# The first of the newcomers of `complements.gonfler_une_section`.
PREMIER_NUMERO = "B0000001"
EN_LIGNE = "en-ligne"
ACCUEIL, DELEGUE, GONFLEE = "accueil", "delegue", "gonflee"
# One of each first, in the largest sections; then what fills the map.
PARTS = (
    "remplacement", "validee", "incomplete", "contestee", "recours", "rejetee", "egalite", "incompatible", "mutation",
    "impaye", "a-contresigner", "brouillon", "un-avis", "validee", "recue", "validee", "recue", "convoquee",
    "validee", "incomplete", "recue", "convoquee", "validee", "contestee", "recue", "convoquee", "validee",
)  # fmt: skip
# Where turnouts are compared: enough minutes from one federation, one of them out of line.
VOISINES, FEDERATION_VOISINE, HORS_DU_COMMUN = 7, "75", "hors-du-commun"
SANS_PROCES_VERBAL = frozenset({ACCUEIL, EN_LIGNE, "convoquee"})
MEMBRES_MIN = 5


@dataclass(frozen=True)
class Role:
    """A section with its part; `rang` spreads days, places and figures."""

    part: str
    rang: int
    designation: Designation

    @property
    def section(self) -> Section:
        return self.designation.section

    def secretaire(self) -> Compte:
        """In office since the campaign was announced."""
        return (
            Mandat.objects.filter(role=Mandat.Role.SECRETAIRE_SECTION, section=self.section, fin=None)
            .select_related("compte__adherent__section__federation")
            .order_by("pk")[0]
            .compte
        )

    def candidates(self) -> list[Candidature]:
        """Those who stand, in the order in which they did: the drawn one changes with each load."""
        return list(
            Candidature.objects.filter(liste__designation=self.designation, etat=Candidature.Etat.ACCEPTEE)
            .select_related("adherent", "liste")
            .order_by("pk")
        )


def campagne() -> Campagne:
    return Campagne.objects.get(slug=SLUG)


def roles(monde: Monde) -> list[Role]:
    """The same for the same announced campaign, whatever the register became since."""
    toutes = list(
        Designation.objects.filter(campagne=campagne())
        .avec_leur_section()
        .order_by("-effectif", "section__code")
    )
    delegue = monde.comptes["delegue"].adherent.section_id
    gonflee = Adherent.objects.get(numero=PREMIER_NUMERO).section_id
    fixes = {delegue: DELEGUE, gonflee: GONFLEE}
    trouves = [(ACCUEIL, d) for d in toutes if d.section.code == SECTION]
    trouves += [(fixes[d.section_id], d) for d in toutes if d.section_id in fixes]
    libres = [
        d
        for d in toutes
        if d.section_id not in fixes and d.section.code != SECTION and d.effectif >= MEMBRES_MIN
    ]
    voisines = [d for d in libres if d.section.federation.code == FEDERATION_VOISINE][:VOISINES]
    libres = [d for d in libres if d not in voisines]
    # The largest one has enough voters for the secret of a vote online.
    trouves.append((EN_LIGNE, libres.pop(0)))
    trouves += [(HORS_DU_COMMUN if rang == 0 else "recue", d) for rang, d in enumerate(voisines)]
    trouves += zip(PARTS, libres, strict=False)
    return [Role(part, rang, designation) for rang, (part, designation) in enumerate(trouves)]


def de_la_part(monde: Monde, *parts: str) -> Iterator[Role]:
    return (role for role in roles(monde) if role.part in parts)

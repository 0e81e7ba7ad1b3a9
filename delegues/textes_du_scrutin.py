"""What the vote of a section asks and shows: question, answers and document, from the candidacies in drawn order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from delegues.designes import nom_de
from delegues.models import Designation, Liste
from delegues.parite import DUOS, LISTES, Regles, regle_en_mots

LONGUEUR_D_UNE_REPONSE = 200
_TITRES = re.compile(r"^#{1,6}[ \t]*", re.MULTILINE)


def reponses_du_scrutin(listes: Sequence[Liste]) -> list[str]:
    """One answer each, in order; namesakes are told apart by their rank."""
    noms = [nom_de(liste)[: LONGUEUR_D_UNE_REPONSE - 12] for liste in listes]
    fois = Counter(noms)
    return [
        f"{nom} (n° {liste.rang})" if fois[nom] > 1 else nom for nom, liste in zip(noms, listes, strict=True)
    ]


def intitule_du_scrutin(designation: Designation, maximum: int) -> str:
    """The question, which says how many answers may be ticked."""
    forme = designation.campagne.candidatures
    if maximum == 1:
        quoi = {DUOS: "quel duo", LISTES: "quelle liste"}.get(forme, "qui")
        return f"Pour {quoi} votez-vous, pour représenter la section de {designation.section.nom} ?"
    quoi = "duos" if forme == DUOS else "personnes"
    return (
        f"Pour qui votez-vous, pour représenter la section de {designation.section.nom} ? "
        f"Choisissez {maximum} {quoi} au plus."
    )


def document_du_scrutin(designation: Designation, listes: Sequence[Liste], regles: Regles) -> str:
    """The framing document (Markdown): the rule, then each candidacy with its own words."""
    lignes = [
        f"# Qui se présente à {designation.section.nom}",
        f"La section désigne {designation.sieges} délégué·e{'s' if designation.sieges > 1 else ''}. "
        "Les candidatures sont dans l'ordre tiré au sort.",
        "## La règle",
        *regle_en_mots(regles),
        "## Les candidatures",
    ]
    for liste, reponse in zip(listes, reponses_du_scrutin(listes), strict=True):
        lignes.append(f"### {reponse}")
        for candidature in liste.candidates:
            nom = f"{candidature.adherent.prenom} {candidature.adherent.nom}"
            if nom != reponse:
                lignes.append(f"**{nom}**")
            # A candidate's own headings stay below those of the document.
            lignes.append(_TITRES.sub("#### ", candidature.profession.strip()) or "Sans texte.")
    return "\n\n".join(lignes) + "\n"

"""The result as files: CSV and JSON, whose format is described in docs/formats-du-resultat.md and does not change."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from consultation.chaine import empreinte_de
from consultation.models import Scrutin
from consultation.resultats import Decompte, Resultat
from refondation.tableaux.ecriture import sans_formule

FORMAT = "refondation.resultat/1"
COLONNES = (
    "scrutin",
    "college",
    "niveau",
    "federations",
    "nom",
    "inscrits",
    "votants",
    "question",
    "intitule",
    "blancs",
    "exprimes",
    "reponse",
    "texte",
    "voix",
    "urnes",
    "empreinte",
)


def lignes_csv(scrutin: Scrutin, resultats: Sequence[Resultat]) -> Iterator[tuple[Any, ...]]:
    """One line for each answer of each question in each place; counts are empty where they are hidden."""
    for resultat in resultats:
        empreinte = empreinte_de((u.uuid, u.hauteur, u.tete) for u in resultat.urnes)
        debut = (scrutin.slug, resultat.college)
        questions = [d.sujet for d in resultat.nationaux or ()]
        national = ("national", "", "Ensemble", resultat.inscrits, resultat.votants if questions else "")
        yield from _places(debut + national, resultat.nationaux, questions, "toutes", empreinte)
        for ligne in resultat.lignes:
            p = ligne.participation
            niveau = "groupe" if p.est_un_groupe else "federation"
            place = (
                niveau,
                " ".join(p.federations),
                p.nom,
                p.inscrits,
                "" if p.votants is None else p.votants,
            )
            yield from _places(debut + place, ligne.decomptes, questions, " ".join(ligne.urnes), empreinte)


def _places(
    debut: tuple, decomptes: Sequence[Decompte] | None, questions: Sequence, urnes: str, empreinte: str
) -> Iterator[tuple[Any, ...]]:
    for rang, sujet in enumerate(questions, 1):
        d = decomptes[rang - 1] if decomptes else None
        chiffres = ("" if d is None or d.blancs is None else d.blancs, d.exprimes if d else "")
        for numero, texte in enumerate(sujet.reponses, 1):
            voix = d.reponses[numero - 1].voix if d else ""
            yield (*debut, rang, sujet.intitule, *chiffres, numero, texte, voix, urnes, empreinte)
    if not questions:
        yield (*debut, *[""] * 7, urnes, empreinte)


def en_csv(scrutin: Scrutin, resultats: Sequence[Resultat]) -> str:
    """UTF-8 with its mark, semicolons: a French spreadsheet opens it as it is, and runs nothing."""
    sortie = io.StringIO()
    redacteur = csv.writer(sortie, delimiter=";", lineterminator="\r\n")
    redacteur.writerow(COLONNES)
    for ligne in lignes_csv(scrutin, resultats):
        redacteur.writerow(sans_formule(str(cellule)) for cellule in ligne)
    return "\ufeff" + sortie.getvalue()


def en_json(scrutin: Scrutin, resultats: Sequence[Resultat], *, adresse: str) -> dict[str, Any]:
    """JSON values; `adresse` is the vote's public address."""
    document = scrutin.document_fige
    return {
        "format": FORMAT,
        "scrutin": {
            "adresse": adresse,
            "identifiant": scrutin.slug,
            "nom": scrutin.nom,
            "ouvert_le": scrutin.ouvert_le.isoformat(timespec="seconds"),
            "clos_le": scrutin.clos_le.isoformat(timespec="seconds"),
            "publie_le": scrutin.publie_le and scrutin.publie_le.isoformat(timespec="seconds"),
            "document": {
                "titre": document.titre,
                "version": document.numero,
                "empreinte": document.empreinte,
            },
            "liste_empreinte": scrutin.liste_empreinte,
            "maillage": scrutin.maillage,
            "seuil": scrutin.seuil,
            "revote": scrutin.revote,
        },
        "colleges": [_college(r, adresse) for r in resultats],
    }


def _college(resultat: Resultat, adresse: str) -> dict[str, Any]:
    return {
        "college": resultat.college,
        "inscrits": resultat.inscrits,
        "votants": resultat.votants if resultat.nationaux else None,
        "questions": [_question(d) for d in resultat.nationaux] if resultat.nationaux else None,
        "lignes": [
            {
                "niveau": "groupe" if x.participation.est_un_groupe else "federation",
                "federations": list(x.participation.federations),
                "nom": x.participation.nom,
                "inscrits": x.participation.inscrits,
                "votants": x.participation.votants,
                "questions": [_question(d) for d in x.decomptes] if x.decomptes else None,
                "urnes": list(x.urnes),
            }
            for x in resultat.lignes
        ],
        "urnes": [
            {
                "identifiant": u.uuid,
                "nom": u.nom,
                "inscrits": u.inscrits,
                "hauteur": u.hauteur,
                "tete": u.tete,
                "archive": f"{adresse}urnes/{u.uuid}.bel",
            }
            for u in resultat.urnes
        ],
        "empreinte": empreinte_de((u.uuid, u.hauteur, u.tete) for u in resultat.urnes),
    }


def _question(decompte: Decompte) -> dict[str, Any]:
    return {
        "intitule": decompte.sujet.intitule,
        "votants": decompte.votants,
        "blancs": decompte.blancs,
        "exprimes": decompte.exprimes,
        "reponses": [{"texte": r.texte, "voix": r.voix} for r in decompte.reponses],
    }

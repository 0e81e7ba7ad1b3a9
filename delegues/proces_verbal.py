"""What two people sign: the content of minutes as canonical JSON, its fingerprint, and what it still lacks."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from delegues.decompte import Decompte, ecarts
from delegues.decompte import regle_en_mots as regle_du_bulletin
from delegues.designes import listes_de, nom_de, noms_permis, regles_de, resultat_de
from delegues.election import Resultat
from delegues.emargement import empreinte_des_presences, presents
from delegues.models import Campagne, Liste, ProcesVerbal
from delegues.parite import TIRAGE, regle_en_mots
from refondation.membres.models import Adherent, Compte

VERSION = 1


def canonique(contenu: dict[str, Any]) -> str:
    """One text for one content: sorted keys, no spaces, accents as they are."""
    return json.dumps(contenu, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def empreinte_de(texte: str) -> str:
    return hashlib.sha256(texte.encode()).hexdigest()


def nom(personne: Adherent | None) -> str:
    return f"{personne.prenom} {personne.nom}" if personne else ""


def nom_du_compte(compte: Compte) -> str:
    return nom(compte.adherent) or compte.nom or "Compte sans nom"


def est_en_assemblee(proces_verbal: ProcesVerbal) -> bool:
    return proces_verbal.designation.mode == Campagne.Mode.ASSEMBLEE


def decompte_de(proces_verbal: ProcesVerbal, listes: list[Liste]) -> Decompte:
    """The figures as noted, zero for what is not noted yet."""
    pv = proces_verbal
    voix = dict(pv.voix.values_list("liste", "nombre"))
    return Decompte(
        inscrits=pv.inscrits,
        presents=presents(pv) if est_en_assemblee(pv) else None,
        votants=pv.votants or 0,
        blancs=pv.blancs or 0,
        nuls=pv.nuls or 0,
        noms=noms_permis(pv.designation, listes),
        voix={liste.pk: voix.get(liste.pk, 0) for liste in listes},
    )


def manques(proces_verbal: ProcesVerbal, decompte: Decompte) -> list[tuple[str, str]]:
    """What keeps the minutes from being signed, as (step, sentence) in the order of the steps."""
    pv, lacunes = proces_verbal, []
    if est_en_assemblee(pv):
        if pv.tenue_le is None or not pv.lieu:
            lacunes.append(("seance", "La date et le lieu de l'assemblée ne sont pas notés."))
        if not decompte.presents:
            lacunes.append(("presences", "Personne n'est pointé sur la liste de présence."))
    if pv.votants is None or pv.blancs is None or pv.nuls is None:
        lacunes.append(("depouillement", "Le dépouillement n'est pas noté."))
    else:
        lacunes += [("depouillement", phrase) for phrase in ecarts(decompte)]
    if est_en_assemblee(pv) and not pv.incidents and not pv.sans_incident:
        lacunes.append(("incidents", "Dites s'il y a eu un incident, ou cochez « aucun incident »."))
    if pv.contresignataire is None:
        lacunes.append(("bureau", "La ou le second signataire n'est pas désigné·e."))
    return lacunes


def rediger(proces_verbal: ProcesVerbal) -> tuple[dict[str, Any], Resultat, Decompte]:
    """The whole content as it would be signed now, the election it comes from and the count.

    Reads the minutes with its designation, campaign, section and federation; a dozen queries, whatever
    the size of the section.
    """
    pv, d = proces_verbal, proces_verbal.designation
    listes = listes_de(d)
    decompte, resultat = decompte_de(pv, listes), resultat_de(pv, listes)
    regles = regles_de(d)
    noms = {c.pk: nom(c.adherent) for liste in listes for c in liste.candidates}
    noms_des_listes = {liste.pk: nom_de(liste) for liste in listes}
    rangs = {e.personne: e.rang for e in resultat.titulaires}
    contenu = {
        "version": VERSION,
        "cle": str(pv.cle),
        "campagne": {"slug": d.campagne.slug, "nom": d.campagne.nom},
        "federation": {"code": d.federation.code, "nom": d.federation.nom},
        "section": {"code": d.section.code, "nom": d.section.nom},
        "mode": d.mode,
        "sieges": d.sieges,
        "effectif": d.effectif,
        "regle": [*regle_en_mots(regles), regle_du_bulletin(d.campagne.candidatures, decompte.noms)],
        "rectifie": {
            "numero": pv.rectifie.numero,
            "empreinte": pv.rectifie.empreinte,
            "motif": pv.motif_de_rectification,
        }
        if pv.rectifie
        else None,
        "tenue_le": pv.tenue_le.isoformat() if pv.tenue_le else "",
        "lieu": pv.lieu,
        "bureau": {
            "president": nom(pv.president),
            "redacteur": nom_du_compte(pv.redacteur),
            "contresignataire": nom(pv.contresignataire),
        },
        "compte": {
            "inscrits": decompte.inscrits,
            "presents": decompte.presents,
            "presences": empreinte_des_presences(pv) if decompte.presents is not None else "",
            "votants": decompte.votants,
            "blancs": decompte.blancs,
            "nuls": decompte.nuls,
            "exprimes": decompte.exprimes,
        },
        "voix": [
            {"cle": liste.pk, "nom": noms_des_listes[liste.pk], "voix": decompte.voix[liste.pk],
             "personnes": [noms[c.pk] for c in liste.candidates]}
            for liste in listes
        ],
        "titulaires": [
            {"rang": e.rang, "nom": noms[e.personne], "explication": e.explication}
            for e in resultat.titulaires
        ],
        "suppleants": [
            {"rang": e.rang, "nom": noms[e.personne], "titulaire": rangs[e.titulaire],
             "explication": e.explication}
            for e in resultat.suppleants
        ],
        "egalites": [
            f"Égalité à {e.voix} voix : {', puis '.join(noms_des_listes[c] for c in e.cles)}, "
            + (
                f"dans l'ordre d'un tirage rejouable (graine « {regles.graine} »)."
                if e.departage == TIRAGE
                else "l'aîné·e passant d'abord."
            )
            for e in resultat.egalites
        ],
        "remarques": list(resultat.remarques),
        "incidents": pv.incidents,
        "pieces": [
            {"nom": p.nom, "genre": p.genre, "empreinte": p.empreinte} for p in pv.pieces.order_by("pk")
        ],
    }  # fmt: skip
    return contenu, resultat, decompte


def relire(proces_verbal: ProcesVerbal) -> dict[str, Any]:
    """The content that was signed."""
    return json.loads(proces_verbal.contenu)

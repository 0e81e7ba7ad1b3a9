"""The minutes of a counted vote: what they say, in words and figures, and their PDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from consultation.chaine import empreinte_de
from consultation.models import Controle, Scrutin
from consultation.resultats import Decompte, Ligne, Resultat
from refondation.interface.formats import jour, moment, nombre, pourcentage
from refondation.interface.pdf import composer
from refondation.membres.models import Mandat

# Beyond that many boxes, their heads are in the JSON file and one fingerprint stands for all.
URNES_EN_ANNEXE = 250


def composer_le_proces_verbal(scrutin: Scrutin, resultats: Sequence[Resultat], *, adresse: str) -> bytes:
    """The PDF; the same counted vote gives the same bytes."""
    return composer(
        "proces_verbal",
        contenu(scrutin, resultats, adresse=adresse),
        instant=scrutin.publie_le or scrutin.depouille_le,
    )


def contenu(scrutin: Scrutin, resultats: Sequence[Resultat], *, adresse: str) -> dict[str, Any]:
    document = scrutin.document_fige
    return {
        "titre": f"Procès-verbal du scrutin « {scrutin.nom} »",
        "nom": scrutin.nom,
        "adresse": adresse,
        "pied": f"Procès-verbal – {scrutin.nom}",
        "etat": ""
        if scrutin.publie_le
        else "Version provisoire : le résultat est dépouillé, il n'est pas encore publié.",
        "calendrier": [
            [libelle, moment(instant)]
            for libelle, instant in (
                ("Annonce, liste figée", scrutin.annonce_le),
                ("Ouverture", scrutin.ouvert_le),
                ("Clôture", scrutin.clos_le),
                ("Dépouillement achevé", scrutin.depouille_le),
                ("Publication", scrutin.publie_le),
            )
            if instant
        ],
        "regles": _regles(scrutin),
        "document": [document.titre, document.numero, document.empreinte],
        "colleges": [_college(r) for r in resultats],
        "gardiens": [[g.nom, g.empreinte_de_la_cle] for g in scrutin.gardiens.all()],
        "commission": _commission(scrutin),
        "controles": _controles(scrutin),
        "liste_empreinte": scrutin.liste_empreinte,
        "seuil": scrutin.seuil,
    }


def _regles(scrutin: Scrutin) -> list[str]:
    cotisation = (
        f"Cotisation à jour au {jour(scrutin.cotisation_au)}."
        if scrutin.cotisation_au
        else "Aucune condition de cotisation."
    )
    return [
        f"Périmètre : {scrutin.get_perimetre_display().lower()}. {scrutin.get_maillage_display()}, "
        f"au moins {scrutin.seuil} inscrit·es par urne.",
        f"Liste établie au {jour(scrutin.reference_le)} : {scrutin.anciennete_mois} mois d'ancienneté. "
        f"{cotisation}",
        f"Sympathisant·es : {scrutin.get_sympathisants_display().lower()}.",
        "Re-vote possible, le dernier bulletin compte."
        if scrutin.revote
        else "Un seul bulletin par personne.",
    ]


def _college(resultat: Resultat) -> dict[str, Any]:
    tetes = [(u.uuid, u.hauteur, u.tete) for u in resultat.urnes]
    return {
        "consultatif": resultat.est_consultatif,
        "inscrits": nombre(resultat.inscrits),
        "votants": nombre(resultat.votants) if resultat.nationaux else "",
        "part": pourcentage(resultat.part) if resultat.nationaux else "",
        "questions": [_question(d) for d in resultat.nationaux or ()],
        "federations": [_ligne(x) for x in resultat.lignes],
        "par_federation": resultat.par_federation and len(resultat.lignes) > 1,
        "masquees": len(resultat.masquees),
        "nombre_d_urnes": len(resultat.urnes),
        "urnes": [[u.nom, u.uuid, u.tete] for u in resultat.urnes] if len(tetes) <= URNES_EN_ANNEXE else [],
        "empreinte": empreinte_de(tetes),
    }


def _question(decompte: Decompte) -> dict[str, Any]:
    return {
        "intitule": decompte.sujet.intitule,
        "blancs": None if decompte.blancs is None else nombre(decompte.blancs),
        "exprimes": nombre(decompte.exprimes),
        "choix_multiple": decompte.sujet.choix_multiple,
        "reponses": [
            {"texte": r.texte, "voix": nombre(r.voix), "part": pourcentage(r.part), "barre": r.part}
            for r in decompte.reponses
        ],
    }


def _ligne(ligne: Ligne) -> dict[str, Any]:
    p = ligne.participation
    return {
        "nom": p.nom,
        "inscrits": nombre(p.inscrits),
        "votants": "–" if p.votants is None else nombre(p.votants),
        "part": "–" if p.part is None else pourcentage(p.part),
        "voix": None
        if ligne.decomptes is None
        else [[nombre(r.voix) for r in d.reponses] for d in ligne.decomptes],
    }


def _commission(scrutin: Scrutin) -> list[str]:
    jour_du_resultat = timezone.localdate(scrutin.depouille_le)
    mandats = Mandat.objects.en_cours(au=jour_du_resultat).filter(role=Mandat.Role.RECOLEMENT)
    return sorted({str(m.compte) for m in mandats.select_related("compte")})


def _controles(scrutin: Scrutin) -> dict[str, Any]:
    """How many controls ran, and each defect that any of them found, with when it was first and last seen."""
    vus: dict[str, list] = {}
    faits = Controle.objects.filter(scrutin=scrutin, fait_le__lte=scrutin.publie_le or timezone.now())
    for instant, defauts in faits.exclude(defauts=[]).order_by("fait_le").values_list("fait_le", "defauts"):
        for defaut in defauts:
            vus.setdefault(defaut, [instant, instant])[1] = instant
    return {
        "nombre": nombre(faits.count()),
        "incidents": [[defaut, moment(debut), moment(fin)] for defaut, (debut, fin) in vus.items()],
    }

"""From minutes to the elected: the campaign's rules and the votes, as `delegues.election` takes them."""

from __future__ import annotations

from delegues.decompte import noms_par_bulletin
from delegues.election import Concurrente, Personne, Resultat, elire
from delegues.models import Candidature, Designation, Liste, ProcesVerbal
from delegues.parite import Regles


def regles_de(designation: Designation) -> Regles:
    """What the campaign set, for the seats of this section.  Reads `designation.campagne`."""
    c = designation.campagne
    return Regles(
        sieges=designation.sieges,
        candidatures=c.candidatures,
        parite=c.parite,
        quota=c.quota,
        suppleances=c.suppleances,
        suppleance_meme_genre=c.suppleance_meme_genre,
        departage=c.departage,
        graine=c.graine,
    )


def listes_de(designation: Designation) -> list[Liste]:
    """Those that stand, in drawn order, each with its `candidates` (accepted, in the order of the list)."""
    listes = list(designation.listes.publiees().order_by("rang", "pk"))
    par_liste: dict[int, list[Candidature]] = {liste.pk: [] for liste in listes}
    candidatures = Candidature.objects.filter(liste__in=listes, etat=Candidature.Etat.ACCEPTEE)
    for candidature in candidatures.select_related("adherent").order_by("rang"):
        par_liste[candidature.liste_id].append(candidature)
    for liste in listes:
        liste.candidates = par_liste[liste.pk]
    return listes


def nom_de(liste: Liste) -> str:
    """The name of the list, or those of its persons; of a list from `listes_de`."""
    return liste.nom or " et ".join(f"{c.adherent.prenom} {c.adherent.nom}" for c in liste.candidates)


def noms_permis(designation: Designation, listes: list[Liste]) -> int:
    return noms_par_bulletin(designation.campagne.candidatures, designation.sieges, len(listes))


def resultat_de(proces_verbal: ProcesVerbal, listes: list[Liste]) -> Resultat:
    """Who is elected from the votes of the minutes; candidacies without a line have no vote."""
    voix = dict(proces_verbal.voix.values_list("liste", "nombre"))
    concurrentes = [
        Concurrente(
            liste.pk,
            voix.get(liste.pk, 0),
            tuple(Personne(c.pk, c.adherent.genre, c.adherent.naissance, c.rang) for c in liste.candidates),
        )
        for liste in listes
    ]
    return elire(regles_de(proces_verbal.designation), concurrentes)

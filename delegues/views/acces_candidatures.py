"""What the pages of candidacies share: the campaign, the member's own designation, what one may still do."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from delegues.eligibilite import Critere, criteres
from delegues.incompatibilites import en_mots, incompatibilites_de
from delegues.models import Campagne, Candidature, Designation
from refondation.membres.models import Adherent


@dataclass(frozen=True)
class Examen:
    """The criteria of one member for one section, incompatibilities included."""

    criteres: list[Critere]

    @property
    def manquants(self) -> list[Critere]:
        return [c for c in self.criteres if not c.rempli]

    @property
    def est_eligible(self) -> bool:
        return not self.manquants


def campagne_visible(request: HttpRequest, slug: str) -> Campagne:
    """The campaign of this address, if the visitor may see it; 404 otherwise."""
    return get_object_or_404(Campagne.objects.visibles_par(request.user), slug=slug)


def designation_de(campagne: Campagne, code: str) -> Designation:
    return get_object_or_404(
        Designation.objects.avec_leur_section(), campagne=campagne, section__code__iexact=code
    )


def ma_designation(request: HttpRequest, campagne: Campagne) -> Designation | None:
    """That of the member's own section, None where there is none."""
    adherent = request.user.adherent
    if adherent is None:
        return None
    return (
        Designation.objects.avec_leur_section().filter(campagne=campagne, section=adherent.section_id).first()
    )


def ma_candidature_active(request: HttpRequest, campagne: Campagne) -> Candidature | None:
    """The one that stands or that awaits an answer."""
    candidatures = Candidature.objects.de(request.user).actives().avec_leur_monde()
    return candidatures.filter(campagne=campagne).first()


def examiner(adherent: Adherent, designation: Designation) -> Examen:
    """Each criterion, then each rule of incompatibility, in the words of the page."""
    campagne = designation.campagne
    lignes = criteres(adherent, campagne, designation.section)
    trouves = {e.incompatibilite.pk: e for e in incompatibilites_de(adherent, campagne)}
    for regle in campagne.incompatibilites.all():
        empechement = trouves.get(regle.pk)
        libelle = f"{en_mots(regle, campagne)} ({regle.fondement})"
        if empechement is None:
            ligne = Critere("INCOMPATIBILITE", libelle, True, "Rien de tel n'est enregistré à votre nom.")
        elif empechement.derogation is not None:
            constat = (
                f"{empechement.constat} Une dérogation vous est accordée : {empechement.derogation.motif}"
            )
            ligne = Critere("INCOMPATIBILITE", libelle, True, constat)
        else:
            remede = (
                f"Exception prévue : {regle.exception}. Demandez-la à l'administration nationale."
                if regle.exception
                else "La règle ne prévoit pas d'exception."
            )
            ligne = Critere("INCOMPATIBILITE", libelle, False, empechement.constat, remede)
        lignes.append(ligne)
    return Examen(lignes)

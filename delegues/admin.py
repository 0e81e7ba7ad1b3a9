"""Designations in the administration site, to read only; changes are acts."""

import rules
from django.contrib import admin

from delegues.models import (
    Assemblee,
    Campagne,
    Candidature,
    Delegation,
    Designation,
    Engagement,
    ImportDeDelegations,
    Incompatibilite,
    MessageAuxDelegues,
    ProcesVerbal,
)
from refondation.membres.admin import LectureSeule
from refondation.membres.regles import est_administrateur

for _modele in (
    "assemblee",
    "campagne",
    "candidature",
    "delegation",
    "designation",
    "engagement",
    "importdedelegations",
    "incompatibilite",
    "messageauxdelegues",
    "procesverbal",
):
    rules.set_perm(f"delegues.view_{_modele}", est_administrateur)

_LIEU = "designation__section__federation"


@admin.register(Campagne)
class CampagneAdmin(LectureSeule):
    list_display = ("nom", "etat", "candidatures_du", "assemblees_du", "mandat_debut", "mandat_fin")
    list_filter = ("etat", "regle", "candidatures", "parite")
    search_fields = ("nom", "slug")


@admin.register(Designation)
class DesignationAdmin(LectureSeule):
    list_display = ("section", "campagne", "mode", "effectif", "sieges", "etat")
    list_filter = ("campagne", "etat", "mode", "section__federation")
    list_select_related = ("campagne", "section__federation")
    search_fields = ("section__nom", "section__code")
    raw_id_fields = ("section", "scrutin")


@admin.register(Candidature)
class CandidatureAdmin(LectureSeule):
    list_display = ("adherent", "campagne", "section", "etat", "repondue_le")
    list_filter = ("campagne", "etat", "liste__designation__section__federation")
    list_select_related = ("adherent", "campagne", "liste__designation__section")
    search_fields = ("adherent__recherche", "adherent__numero")
    exclude = ("jeton", "photo")

    @admin.display(description="section")
    def section(self, candidature: Candidature) -> object:
        return candidature.liste.designation.section


@admin.register(ProcesVerbal)
class ProcesVerbalAdmin(LectureSeule):
    list_display = ("__str__", "section", "etat", "tenue_le", "votants", "verrouille_le")
    list_filter = ("etat", "designation__campagne", _LIEU)
    list_select_related = ("designation__section",)
    search_fields = ("numero", "designation__section__nom", "designation__section__code")

    @admin.display(description="section")
    def section(self, proces_verbal: ProcesVerbal) -> object:
        return proces_verbal.designation.section


@admin.register(Delegation)
class DelegationAdmin(LectureSeule):
    list_display = ("adherent", "section", "qualite", "rang", "debut", "fin", "cause")
    list_filter = ("campagne", "qualite", "cause", _LIEU)
    list_select_related = ("adherent", "designation__section")
    search_fields = ("adherent__recherche", "adherent__numero", "designation__section__code")

    @admin.display(description="section")
    def section(self, delegation: Delegation) -> object:
        return delegation.designation.section


@admin.register(Engagement)
class EngagementAdmin(LectureSeule):
    list_display = ("adherent", "campagne", "accepte_le", "jusqu_au", "leve_le", "levee")
    list_filter = ("campagne", "levee")
    list_select_related = ("adherent", "campagne")
    search_fields = ("adherent__recherche", "adherent__numero")


@admin.register(Incompatibilite)
class IncompatibiliteAdmin(LectureSeule):
    list_display = ("nom", "campagne", "genre", "fondement")
    list_filter = ("campagne", "genre")
    list_select_related = ("campagne",)
    search_fields = ("nom",)


@admin.register(Assemblee)
class AssembleeAdmin(LectureSeule):
    list_display = ("nom", "campagne", "federation", "section", "tenue_le", "par")
    list_filter = ("campagne", "federation")
    list_select_related = ("campagne", "federation", "section__federation", "par")
    search_fields = ("nom", "lieu")


@admin.register(MessageAuxDelegues)
class MessageAdmin(LectureSeule):
    list_display = ("objet", "campagne", "federation", "auteur", "confirme_le", "destinataires")
    list_filter = ("campagne", "federation")
    list_select_related = ("campagne", "federation", "auteur")
    search_fields = ("objet",)


@admin.register(ImportDeDelegations)
class ImportAdmin(LectureSeule):
    list_display = ("fichier", "campagne", "federation", "etat", "par", "depose_le")
    list_filter = ("campagne", "etat", "federation")
    list_select_related = ("campagne", "federation", "par")
    search_fields = ("fichier",)
    exclude = ("lignes", "apercu", "erreurs", "produits")

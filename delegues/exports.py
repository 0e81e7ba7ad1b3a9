"""Delegates as files, by profile, through django-import-export: what each profile shows, how each form is written."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import tablib
from django.utils import timezone
from import_export import fields, resources
from import_export.formats.base_formats import Format

from delegues.models import Delegation
from refondation.membres.models import Compte
from refondation.membres.regles import peut
from refondation.tableaux import ecrire_classeur, ecrire_odf, lignes_csv

LOT = 2000


class Ressource(resources.Resource):
    """What everyone may read: whom sections sent, for how long, in whose place."""

    federation = fields.Field("designation__section__federation__code", "Fédération")
    federation_nom = fields.Field("designation__section__federation__nom", "Nom de la fédération")
    section = fields.Field("designation__section__code", "Section")
    section_nom = fields.Field("designation__section__nom", "Nom de la section")
    nom = fields.Field("adherent__nom", "Nom")
    prenom = fields.Field("adherent__prenom", "Prénom")
    qualite = fields.Field(column_name="Qualité")
    rang = fields.Field("rang", "Rang")
    debut = fields.Field("debut", "Début")
    fin = fields.Field("fin", "Fin (ce jour exclu)")

    class Meta:
        chunk_size = LOT

    def dehydrate_qualite(self, delegation: Delegation) -> str:
        return delegation.get_qualite_display()

    def before_export(self, queryset: Any, **kwargs: Any) -> None:
        """Say once which method or field gives each column: ten thousand lines ask as many times."""
        self._lecteurs = [
            getattr(self, f"dehydrate_{self.get_field_name(champ)}", champ.get_value)
            for champ in self.get_export_fields()
        ]

    def export_resource(self, instance: Delegation, selected_fields: Any = None, **kwargs: Any) -> list[Any]:
        """The values themselves, dates as dates: each form writes them in its own way."""
        return [lire(instance) for lire in self._lecteurs]


class RessourceFederale(Ressource):
    """What those in charge of a federation need: numbers, acceptance, contact details given by consent."""

    numero = fields.Field("adherent__numero", "Numéro d'adhérent·e")
    courriel = fields.Field("courriel", "Adresse partagée")
    telephone = fields.Field("telephone", "Téléphone partagé")
    acceptee_le = fields.Field(column_name="Accepté le")
    cause = fields.Field(column_name="Cause de la fin")

    def dehydrate_acceptee_le(self, delegation: Delegation) -> datetime | None:
        if delegation.acceptee_le is None:
            return None
        return timezone.localtime(delegation.acceptee_le).replace(tzinfo=None)

    def dehydrate_cause(self, delegation: Delegation) -> str:
        return delegation.get_cause_display() if delegation.cause else ""


class RessourceDeLaCommission(Ressource):
    """What the control needs: the minutes that each mandate comes from, and why this person is elected."""

    numero = fields.Field("adherent__numero", "Numéro d'adhérent·e")
    genre = fields.Field(column_name="Genre déclaré")
    cause = fields.Field(column_name="Cause de la fin")
    proces_verbal = fields.Field("elu__proces_verbal__numero", "Procès-verbal")
    empreinte = fields.Field("elu__proces_verbal__empreinte", "Empreinte du procès-verbal")
    explication = fields.Field("elu__explication", "Pourquoi cette personne est élue")
    etat = fields.Field(column_name="État de la désignation")

    dehydrate_cause = RessourceFederale.dehydrate_cause

    def dehydrate_genre(self, delegation: Delegation) -> str:
        return delegation.adherent.get_genre_display()

    def dehydrate_etat(self, delegation: Delegation) -> str:
        return delegation.designation.get_etat_display()


PROFILS: dict[str, tuple[str, type[Ressource]]] = {
    "public": ("Public : noms, sections, dates", Ressource),
    "federation": ("Fédération : numéros et coordonnées partagées", RessourceFederale),
    "commission": ("Commission : procès-verbaux et explications", RessourceDeLaCommission),
}
LISEZ_MOI = {
    "public": "Ces données sont publiées : elles peuvent être transmises.",
    "federation": "Coordonnées données par consentement, pour les besoins du mandat. Ne les transmettez pas.",
    "commission": "Données du contrôle, réservées à la commission de récolement.",
}


def profils_de(compte: Compte) -> list[tuple[str, str]]:
    """The profiles that this account may export, as (value, words)."""
    permis = {"public": True}
    permis["federation"] = peut(compte, "delegues.gerer_mandats") or peut(compte, "delegues.importer")
    permis["commission"] = peut(compte, "delegues.observer")
    return [(nom, mots) for nom, (mots, _) in PROFILS.items() if permis[nom]]


# --- Forms ------------------------------------------------------------------------------------------


class _Forme(Format):
    """A form that says on its first sheet who made it, when and with which filters (`explication`)."""

    EXTENSION, GENRE = "", ""

    def __init__(self, explication: list[tuple[str, Any]]) -> None:
        super().__init__()
        self.explication = explication

    def get_title(self) -> str:
        return self.EXTENSION

    def get_extension(self) -> str:
        return self.EXTENSION

    def get_content_type(self) -> str:
        return self.GENRE

    def can_export(self) -> bool:
        return True

    def is_binary(self) -> bool:
        return True


class CSV(_Forme):
    EXTENSION, GENRE = "csv", "text/csv; charset=utf-8"

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        return "".join(lignes_csv(dataset.headers, dataset)).encode()


class XLSX(_Forme):
    EXTENSION = "xlsx"
    GENRE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ecrire = staticmethod(ecrire_classeur)

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        fichier = io.BytesIO()
        self.ecrire(
            fichier, [("Lisez-moi", (), self.explication), ("Délégué·es", dataset.headers, iter(dataset))]
        )
        return fichier.getvalue()


class ODS(XLSX):
    EXTENSION, GENRE = "ods", "application/vnd.oasis.opendocument.spreadsheet"
    ecrire = staticmethod(ecrire_odf)


FORMES: dict[str, type[_Forme]] = {"xlsx": XLSX, "ods": ODS, "csv": CSV}


def lisez_moi(
    *, profil: str, campagne: str, par: str, perimetre: str, au: date, nombre: int, instant: datetime
) -> list[tuple[str, Any]]:
    return [
        ("Fichier", f"Délégué·es qui siègent : {campagne}"),
        ("Établi par", par),
        ("Le", timezone.localtime(instant).replace(tzinfo=None)),
        ("Profil", PROFILS[profil][0]),
        ("Périmètre", perimetre),
        ("À la date du", au),
        ("Nombre de lignes", nombre),
        ("", ""),
        ("À savoir", LISEZ_MOI[profil]),
        ("", "Un mandat va du jour de début au jour de fin, ce dernier exclu ; sans fin, il est en cours."),
        ("", "L'export est inscrit au journal de la plateforme."),
    ]


def fichier(
    delegations: Any, *, profil: str, forme: str, explication: list[tuple[str, Any]]
) -> tuple[bytes, str]:
    """The file and its media type."""
    donnees = PROFILS[profil][1]().export(delegations)
    ecriture = FORMES[forme](explication)
    return ecriture.export_data(donnees), ecriture.get_content_type()

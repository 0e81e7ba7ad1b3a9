"""The tables that the administration takes away as spreadsheets: headings in French, nobody's address."""

from __future__ import annotations

from import_export import resources
from import_export.fields import Field

from refondation.membres.models import Mandat
from refondation.territoire.models import Federation, Section


class MandatRessource(resources.ModelResource):
    """Who holds which role, where, and since when."""

    numero = Field("compte__adherent__numero", column_name="Numéro d'adhérent·e")
    nom = Field("compte__nom", column_name="Nom")
    role = Field("get_role_display", column_name="Rôle")
    federation = Field("federation__code", column_name="Fédération")
    section = Field("section__code", column_name="Section")
    debut = Field("debut", column_name="Depuis le")
    fin = Field("fin", column_name="Jusqu'au")

    class Meta:
        model = Mandat
        fields = ("numero", "nom", "role", "federation", "section", "debut", "fin")
        export_order = fields


class FederationRessource(resources.ModelResource):
    """The federations, as `importer_territoire` reads them."""

    class Meta:
        model = Federation
        fields = ("code", "nom", "nature", "region")
        export_order = fields


class SectionRessource(resources.ModelResource):
    """The sections with the code of their federation."""

    federation = Field("federation__code", column_name="federation")

    class Meta:
        model = Section
        fields = ("code", "nom", "federation", "etat")
        export_order = fields

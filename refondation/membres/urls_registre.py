"""Routes of the register: members, imports of the national file, territory."""

from django.urls import path

from refondation.membres import views_imports, views_registre
from refondation.territoire import views as territoire

app_name = "registre"
urlpatterns = [
    path("", views_registre.liste, name="liste"),
    path("fiche/<int:pk>/", views_registre.fiche, name="fiche"),
    path("exporter/csv/", views_registre.exporter, {"forme": "csv"}, name="exporter_csv"),
    path("exporter/xlsx/", views_registre.exporter, {"forme": "xlsx"}, name="exporter_xlsx"),
    path("imports/", views_imports.imports, name="imports"),
    path("imports/deposer/", views_imports.deposer, name="deposer"),
    path("imports/<uuid:cle>/", views_imports.un_import, name="import"),
    path("imports/<uuid:cle>/progression/", views_imports.progression, name="progression"),
    path("imports/<uuid:cle>/lignes/<slug:categorie>/", views_imports.lignes, name="lignes"),
    path("imports/<uuid:cle>/lignes/<slug:categorie>/csv/", views_imports.telecharger, name="telecharger"),
    path("imports/<uuid:cle>/erreurs/csv/", views_imports.telecharger_erreurs, name="telecharger_erreurs"),
    path("imports/<uuid:cle>/trancher/", views_imports.trancher, name="trancher"),
    path("imports/<uuid:cle>/confirmer/", views_imports.confirmer, name="confirmer"),
    path("imports/<uuid:cle>/annuler/", views_imports.annuler, name="annuler"),
    path("imports/<uuid:cle>/abandonner/", views_imports.abandonner, name="abandonner"),
    path("territoire/", territoire.federations, name="federations"),
    path("territoire/<slug:code>/", territoire.federation, name="federation"),
    path("territoire/<slug:code>/fusionner/", territoire.fusionner, name="fusionner"),
    path("sections/<str:code>/", territoire.section, name="section"),
    path("sections/<str:code>/scinder/", territoire.scinder, name="scinder"),
]

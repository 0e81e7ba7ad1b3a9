"""Routes of the designation of delegates: mandats."""

from django.urls import URLPattern, path

from delegues.views import api, exports, imports, mandats, messages, portes

urlpatterns: list[URLPattern] = [
    path("mon-mandat/", mandats.mon_mandat, name="mon_mandat"),
    path("delegue/<uuid:cle>/", mandats.delegue, name="delegue"),
    path("delegue/<uuid:cle>/accepter/", mandats.accepter, name="accepter_mandat"),
    path("delegue/<uuid:cle>/coordonnees/", mandats.partager, name="partager_coordonnees"),
    path("delegue/<uuid:cle>/demissionner/", mandats.demissionner, name="demissionner"),
    path("delegue/<uuid:cle>/terminer/", mandats.terminer, name="terminer_mandat"),
    path("delegue/<uuid:cle>/remplacer/", mandats.remplacer, name="remplacer"),
    path("carte/<uuid:cle>/", mandats.carte, name="carte"),
    path("constats/<int:pk>/", mandats.decider, name="decider_constat"),
    path("porte/", portes.verifier_carte, name="verifier_carte"),
    path("porte/<uuid:cle>/", portes.porte, name="porte"),
    path("porte/<uuid:cle>/liste.json", portes.liste_hors_ligne, name="liste_hors_ligne"),
    path("porte/<uuid:cle>/passages/", portes.passages, name="passages"),
    path("porte/<uuid:cle>/presences/", portes.presences, name="presences"),
    path("messages/<uuid:cle>/", messages.un_message, name="message"),
    path("messages/<uuid:cle>/confirmer/", messages.confirmer, name="confirmer_message"),
    path("messages/<uuid:cle>/reprendre/", messages.reprendre, name="reprendre_message"),
    path("imports/<uuid:cle>/", imports.un_import, name="import"),
    path("imports/<uuid:cle>/erreurs/", imports.telecharger_erreurs, name="import_erreurs"),
    path("imports/<uuid:cle>/appliquer/", imports.appliquer, name="import_appliquer"),
    path("imports/<uuid:cle>/annuler/", imports.annuler, name="import_annuler"),
    path("imports/<uuid:cle>/abandonner/", imports.abandonner, name="import_abandonner"),
    path("api/v1/", api.campagnes, name="api_campagnes"),
    path("api/v1/<slug:slug>/", api.campagne, name="api"),
    path("api/v1/<slug:slug>/sections/", api.sections, name="api_sections"),
    path("api/v1/<slug:slug>/delegues/", api.delegues, name="api_delegues"),
    path("<slug:slug>/delegues/", mandats.annuaire, name="annuaire"),
    path("<slug:slug>/delegues/exporter/", exports.exporter, name="exporter"),
    path("<slug:slug>/sections/<str:code>/delegues/", mandats.histoire, name="histoire"),
    path("<slug:slug>/constats/", mandats.constats, name="constats"),
    path("<slug:slug>/assemblees/", portes.assemblees, name="assemblees"),
    path("<slug:slug>/messages/", messages.tous, name="messages"),
    path("<slug:slug>/messages/ecrire/", messages.ecrire, name="ecrire_message"),
    path("<slug:slug>/messages/<uuid:cle>/ecrire/", messages.ecrire, name="recrire_message"),
    path("<slug:slug>/importer/", imports.importer, name="importer"),
]

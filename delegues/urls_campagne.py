"""Routes of the designation of delegates: campaigns and their seats."""

from django.urls import URLPattern, path

from delegues.views import campagne, gestion, sieges

urlpatterns: list[URLPattern] = [
    path("", campagne.accueil, name="accueil"),
    path("nouvelle/", gestion.nouvelle, name="nouvelle"),
    path("<slug:slug>/", campagne.campagne, name="campagne"),
    path("<slug:slug>/federations/<str:code>/", campagne.federation, name="federation"),
    path("<slug:slug>/sieges/", sieges.sieges, name="sieges"),
    path("<slug:slug>/sieges.csv", sieges.sieges_csv, name="sieges_csv"),
    path("<slug:slug>/sieges/<str:code>/", sieges.sieges_section, name="sieges_section"),
    path("<slug:slug>/gestion/", gestion.gestion, name="gestion"),
    path("<slug:slug>/gestion/reglages/", gestion.reglages, name="reglages"),
    path("<slug:slug>/gestion/simulation/", sieges.simulation, name="simulation"),
    path("<slug:slug>/gestion/repartitions/", sieges.repartitions, name="repartitions"),
    path("<slug:slug>/gestion/repartitions/<int:numero>/", sieges.repartition, name="repartition"),
    path("<slug:slug>/gestion/annoncer/", gestion.annoncer, name="annoncer"),
    path("<slug:slug>/gestion/modes/", gestion.modes, name="modes"),
    path("<slug:slug>/gestion/clore/", gestion.clore, name="clore"),
    path("<slug:slug>/gestion/annuler/", gestion.annuler, name="annuler"),
]

"""Routes of this room; each view answers 404 outside demo mode."""

from django.urls import path

from refondation.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.accueil, name="accueil"),
    path("<slug:cle>/<int:porte>/", views.entrer, name="entrer"),
    path("courriels/", views.boite, name="courriels"),
    path("courriels/<str:nom>", views.courriel, name="courriel"),
    path("cles/<slug:slug>.json", views.fichier_de_cle, name="cle"),
]

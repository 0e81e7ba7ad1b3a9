"""Routes of this room."""

from django.urls import path

from refondation.interface import views

urlpatterns = [
    path("", views.style, name="style"),
    path("apparence/", views.choisir_l_apparence, name="apparence"),
]

"""Routes of the roles."""

from django.urls import path

from refondation.membres import views_nominations, views_roles

app_name = "roles"
urlpatterns = [
    path("", views_roles.liste, name="liste"),
    path("nommer/", views_roles.nommer, name="nommer"),
    path("importer/", views_nominations.importer, name="importer"),
    path("importer/apercu/", views_nominations.apercu, name="apercu"),
    path("importer/confirmer/", views_nominations.confirmer, name="confirmer"),
    path("importer/abandonner/", views_nominations.abandonner, name="abandonner"),
    path("<int:pk>/terminer/", views_roles.terminer, name="terminer"),
]

"""Routes of the roles."""

from django.urls import path

from refondation.membres import views_roles

app_name = "roles"
urlpatterns = [
    path("", views_roles.liste, name="liste"),
    path("nommer/", views_roles.nommer, name="nommer"),
    path("<int:pk>/terminer/", views_roles.terminer, name="terminer"),
]

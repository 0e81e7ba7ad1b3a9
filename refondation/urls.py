"""All routes; each room has its own file."""

from django.contrib import admin
from django.urls import include, path

from refondation import vues

urlpatterns = [
    path("", vues.accueil, name="accueil"),
    path("sante/", vues.sante, name="sante"),
    path("plan/", vues.plan, name="plan"),
    path("accessibilite/", vues.accessibilite, name="accessibilite"),
    path("donnees-personnelles/", vues.donnees_personnelles, name="donnees_personnelles"),
    path("compte/", include("refondation.membres.urls")),
    path("roles/", include("refondation.membres.urls_roles")),
    path("membres/", include("refondation.membres.urls_registre")),
    path("journal/", include("refondation.journal.urls")),
    path("scrutins/", include("consultation.urls")),
    path("delegues/", include("delegues.urls")),
    path("interface/", include("refondation.interface.urls")),
    path("demo/", include("refondation.demo.urls")),
    path("admin/", admin.site.urls),
]

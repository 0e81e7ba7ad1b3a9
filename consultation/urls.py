"""Routes of the secret vote."""

from consultation import urls_gestion

app_name = "consultation"
urlpatterns: list = [*urls_gestion.urlpatterns]

"""Routes of the designation of delegates; each part of the process has its own list."""

from delegues import urls_campagne, urls_candidatures, urls_controle, urls_mandats, urls_proces_verbaux

app_name = "delegues"

# A campaign's address comes last: it would take any word.
urlpatterns = [
    *urls_mandats.urlpatterns,
    *urls_controle.urlpatterns,
    *urls_proces_verbaux.urlpatterns,
    *urls_candidatures.urlpatterns,
    *urls_campagne.urlpatterns,
]

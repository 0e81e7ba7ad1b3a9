"""Routes of the secret vote."""

from django.urls import path

from consultation import urls_gestion
from consultation.views import bulletins, document, isoloir, liste, place, scrutin, secret

app_name = "consultation"
urlpatterns = [
    path("", liste.liste, name="liste"),
    # Before the pages of one vote: "nouveau" is not a vote.
    *urls_gestion.urlpatterns,
    path("<slug:slug>/", scrutin.scrutin, name="scrutin"),
    path("<slug:slug>/document/", document.document, name="document"),
    path("<slug:slug>/document/facile/", document.document_facile, name="document_facile"),
    path("<slug:slug>/document.pdf", document.document_pdf, name="document_pdf"),
    path("<slug:slug>/document/<int:numero>/", document.document, name="document_version"),
    path(
        "<slug:slug>/document/<int:avant>-<int:apres>/",
        document.document_versions,
        name="document_versions",
    ),
    path("<slug:slug>/liste/", place.ma_place, name="ma_place"),
    path("<slug:slug>/voter/", isoloir.isoloir, name="isoloir"),
    path("<slug:slug>/voter/apercu/", isoloir.apercu, name="apercu"),
    path("<slug:slug>/voter/depot/", isoloir.depot, name="depot"),
    path("<slug:slug>/voter/code/", isoloir.renvoyer_code, name="renvoyer_code"),
    path("<slug:slug>/urnes/", bulletins.urnes, name="urnes"),
    path("<slug:slug>/urnes/<str:uuid>.bel", bulletins.archive, name="archive"),
    path("<slug:slug>/urnes/<str:uuid>/", bulletins.urne, name="urne"),
    path("<slug:slug>/urnes/<str:uuid>/election/", isoloir.election, name="election"),
    path("<slug:slug>/urnes/<str:uuid>/etat/", isoloir.etat_du_bulletin, name="etat_du_bulletin"),
    path("<slug:slug>/verifier/", bulletins.verifier, name="verifier"),
    path("<slug:slug>/secret/", secret.secret, name="secret"),
]

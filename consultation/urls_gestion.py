"""Routes of those who write, control and count a vote, and of its result; spliced in by `urls`."""

from django.urls import path

from consultation.views import gardien

urlpatterns = [
    path("gardes/", gardien.gardes, name="gardes"),
    path("<slug:slug>/gardien/", gardien.gardien, name="gardien"),
    path("<slug:slug>/gardien/cle/", gardien.cle, name="gardien_cle"),
    path("<slug:slug>/gardien/urnes/", gardien.urnes, name="gardien_urnes"),
    path("<slug:slug>/gardien/urnes/<str:uuid>/", gardien.part, name="gardien_part"),
]

"""Routes of the control: the commission's queue and files, answers, contests, appeals, public figures."""

from django.urls import path

from delegues.views import chiffres, controle, recours

_DOSSIER = "<slug:slug>/controle/<str:code>"
_SECTION = "<slug:slug>/sections/<str:code>"

urlpatterns = [
    path("controle/", controle.controle, name="controle"),
    path("<slug:slug>/chiffres.csv", chiffres.chiffres_csv, name="chiffres_csv"),
    path("<slug:slug>/chiffres.json", chiffres.chiffres_json, name="chiffres_json"),
    path("<slug:slug>/controle/", controle.file, name="file"),
    # Before the files of sections: neither word is a section's code.
    path("<slug:slug>/controle/recalculer/", controle.recalculer, name="recalculer"),
    path("<slug:slug>/controle/deport/", controle.deport, name="deport"),
    path(f"{_DOSSIER}/", controle.dossier, name="dossier"),
    path(f"{_DOSSIER}/recalculer/", controle.recalculer_un_dossier, name="recalculer_un_dossier"),
    path(f"{_DOSSIER}/avis/", controle.avis, name="avis"),
    path(f"{_DOSSIER}/recours/<int:pk>/", controle.arbitrer, name="arbitrer"),
    path(f"{_SECTION}/repondre-a-la-commission/", recours.repondre, name="repondre_a_la_commission"),
    path(f"{_SECTION}/contester/", recours.contester, name="contester"),
    path(f"{_SECTION}/recours/", recours.recours, name="recours"),
]

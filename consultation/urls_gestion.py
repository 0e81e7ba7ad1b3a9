"""Routes of those who write, control and count a vote, and of its result; spliced in by `urls`."""

from django.urls import path

from consultation.views import conduite, controle, gardien, gestion, resultat

urlpatterns = [
    path("tous/", gestion.tous, name="tous"),
    path("nouveau/", gestion.nouveau, name="nouveau"),
    path("gardes/", gardien.gardes, name="gardes"),
    # A draft
    path("<slug:slug>/gestion/", gestion.gestion, name="gestion"),
    path("<slug:slug>/gestion/reglages/", gestion.reglages, name="reglages"),
    path("<slug:slug>/gestion/liste/", gestion.simulation, name="simulation"),
    path("<slug:slug>/gestion/document/", gestion.document, name="rediger_document"),
    path("<slug:slug>/gestion/questions/ajouter/", gestion.question, name="ajouter_question"),
    path("<slug:slug>/gestion/questions/<int:pk>/", gestion.question, name="ecrire_question"),
    path(
        "<slug:slug>/gestion/questions/<int:pk>/deplacer/",
        gestion.deplacer_question,
        name="deplacer_question",
    ),
    path(
        "<slug:slug>/gestion/questions/<int:pk>/retirer/", gestion.retirer_question, name="retirer_question"
    ),
    path("<slug:slug>/gestion/gardiens/", gestion.gardiens, name="gardiens"),
    path("<slug:slug>/gestion/gardiens/<int:pk>/", gestion.retirer_gardien, name="retirer_gardien"),
    # Its life
    path("<slug:slug>/gestion/annoncer/", conduite.annoncer, name="annoncer"),
    path("<slug:slug>/gestion/dates/", conduite.dates, name="dates"),
    path("<slug:slug>/gestion/preparation/", conduite.preparation, name="preparation"),
    path("<slug:slug>/gestion/annuler/", conduite.annuler, name="annuler"),
    path("<slug:slug>/controle/", controle.controle, name="controle"),
    path("<slug:slug>/depouillement/", conduite.depouillement, name="depouillement"),
    path("<slug:slug>/depouillement/reprendre/", conduite.reprendre, name="reprendre"),
    path("<slug:slug>/publier/", conduite.publier, name="publier"),
    # The trustees
    path("<slug:slug>/gardien/", gardien.gardien, name="gardien"),
    path("<slug:slug>/gardien/cle/", gardien.cle, name="gardien_cle"),
    path("<slug:slug>/gardien/urnes/", gardien.urnes, name="gardien_urnes"),
    path("<slug:slug>/gardien/urnes/<str:uuid>/", gardien.part, name="gardien_part"),
    # The result
    path("<slug:slug>/resultat/", resultat.resultat, name="resultat"),
    path("<slug:slug>/resultat.csv", resultat.resultat_csv, name="resultat_csv"),
    path("<slug:slug>/resultat.json", resultat.resultat_json, name="resultat_json"),
    path("<slug:slug>/resultat/archives.txt", resultat.archives, name="archives"),
    path("<slug:slug>/proces-verbal.pdf", resultat.proces_verbal, name="proces_verbal"),
]

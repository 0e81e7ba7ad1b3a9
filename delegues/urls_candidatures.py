"""Routes of the designation of delegates: candidacies, commitments, incompatibilities, online votes."""

from django.urls import path

from delegues.views import candidater, candidatures, en_ligne, gouvernance, incompatibilites, ma_candidature

urlpatterns = [
    path("engagements/", candidatures.engagements, name="engagements"),
    path("gouvernance/", gouvernance.gouvernance, name="gouvernance"),
    path("gouvernance/<int:pk>/retirer/", gouvernance.retirer_gouvernance, name="retirer_gouvernance"),
    path("repondre/<uuid:cle>/", ma_candidature.repondre_connecte, name="repondre_connecte"),
    path("repondre/<uuid:cle>/<str:jeton>/", ma_candidature.repondre, name="repondre"),
    path("ma-candidature/<uuid:cle>/retirer/", ma_candidature.retirer, name="retirer"),
    path("ma-candidature/<uuid:cle>/photo/", ma_candidature.photo, name="photo"),
    path("ma-candidature/<uuid:cle>/relancer/", candidatures.relancer, name="relancer"),
    path("ma-candidature/<slug:slug>/", ma_candidature.ma_candidature, name="ma_candidature"),
    path("<slug:slug>/candidater/", candidater.candidater, name="candidater"),
    path("<slug:slug>/candidater/<slug:etape>/", candidater.candidater, name="candidater_etape"),
    path("<slug:slug>/sections/<str:code>/candidatures/", candidatures.candidatures, name="candidatures"),
    path(
        "<slug:slug>/sections/<str:code>/candidatures/proposer/",
        candidatures.proposer,
        name="proposer",
    ),
    path("<slug:slug>/sections/<str:code>/en-ligne/", en_ligne.en_ligne, name="en_ligne"),
    path("<slug:slug>/sections/<str:code>/en-ligne/reporter/", en_ligne.reporter, name="reporter"),
    path("<slug:slug>/incompatibilites/", incompatibilites.incompatibilites, name="incompatibilites"),
    path(
        "<slug:slug>/gestion/incompatibilites/nouvelle/",
        incompatibilites.ecrire,
        name="nouvelle_incompatibilite",
    ),
    path(
        "<slug:slug>/gestion/incompatibilites/<int:pk>/",
        incompatibilites.ecrire,
        name="ecrire_incompatibilite",
    ),
    path(
        "<slug:slug>/gestion/incompatibilites/<int:pk>/supprimer/",
        incompatibilites.supprimer,
        name="supprimer_incompatibilite",
    ),
    path(
        "<slug:slug>/gestion/incompatibilites/<int:pk>/deroger/",
        incompatibilites.deroger,
        name="deroger",
    ),
]

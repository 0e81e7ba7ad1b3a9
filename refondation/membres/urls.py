"""Routes of log-in and of one's own account; only these pages of allauth are offered."""

from allauth.account.views import logout
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as secours
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib.auth.decorators import login_not_required
from django.urls import path

from refondation.membres import views

urlpatterns = [
    path("", views.mon_compte, name="mon_compte"),
    path("mes-donnees.json", views.mes_donnees, name="mes_donnees"),
    path("fermer-mes-sessions/", views.fermer_mes_sessions, name="fermer_mes_sessions"),
    path("connexion/", views.demander_un_code, name="account_login"),
    path("connexion/code/", views.saisir_le_code, name="saisir_le_code"),
    path("connexion/code/renvoyer/", views.renvoyer_le_code, name="renvoyer_le_code"),
    path("connexion/cle/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("connexion/second-facteur/", mfa.authenticate, name="mfa_authenticate"),
    path("connexion/ancienne/", views.connexion_ancienne, name="connexion_ancienne"),
    path("deconnexion/", login_not_required(logout), name="account_logout"),
    path("confirmer/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("confirmer/cle/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("securite/", mfa.index, name="mfa_index"),
    path("securite/obligatoire/", views.second_facteur, name="second_facteur"),
    path("securite/application/", totp.activate_totp, name="mfa_activate_totp"),
    path("securite/application/retirer/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("securite/cles/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("securite/cles/ajouter/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("securite/cles/<int:pk>/renommer/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path("securite/cles/<int:pk>/retirer/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path("securite/secours/", secours.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("securite/secours/renouveler/", secours.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("securite/secours/fichier/", secours.download_recovery_codes, name="mfa_download_recovery_codes"),
]

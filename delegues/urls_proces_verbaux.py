"""Routes of sections and their minutes: the to-do list, the steps of the draft, the signatures, the proof."""

from django.urls import URLPattern, path

from delegues.views import presences, proces_verbaux, sections, signatures

_PV = "pv/<uuid:cle>"
_SECTION = "<slug:slug>/sections/<str:code>"

urlpatterns: list[URLPattern] = [
    path("ma-section/", sections.ma_section, name="ma_section"),
    path(f"{_SECTION}/", sections.section, name="section"),
    path(f"{_SECTION}/convoquer/", sections.convoquer, name="convoquer"),
    path(f"{_SECTION}/feuille-de-presence.pdf", sections.feuille_de_presence, name="feuille_de_presence"),
    path(f"{_SECTION}/proces-verbal/", sections.commencer, name="commencer"),
    path(f"{_PV}/", proces_verbaux.proces_verbal, name="proces_verbal"),
    path(f"{_PV}/seance/", proces_verbaux.seance, name="pv_seance"),
    path(f"{_PV}/presences/", presences.presences, name="pv_presences"),
    path(f"{_PV}/pointer/", presences.pointer, name="pointer"),
    path(f"{_PV}/depouillement/", proces_verbaux.depouillement, name="pv_depouillement"),
    path(f"{_PV}/incidents/", proces_verbaux.incidents, name="pv_incidents"),
    path(f"{_PV}/pieces/", proces_verbaux.pieces, name="pv_pieces"),
    path(f"{_PV}/pieces/<uuid:piece>/", proces_verbaux.piece, name="piece"),
    path(f"{_PV}/pieces/<uuid:piece>/retirer/", proces_verbaux.retirer_piece, name="retirer_piece"),
    path(f"{_PV}/bureau/", proces_verbaux.bureau, name="pv_bureau"),
    path(f"{_PV}/relire/", signatures.relire_et_signer, name="pv_relire"),
    path(f"{_PV}/contresigner/", signatures.contresigner, name="contresigner"),
    path(f"{_PV}/reprendre/", signatures.reprendre, name="reprendre"),
    path(f"{_PV}/rectifier/", signatures.rectifier, name="rectifier"),
    path(f"{_PV}/abandonner/", signatures.abandonner, name="abandonner"),
    path(f"{_PV}/proces-verbal.pdf", signatures.pdf, name="proces_verbal_pdf"),
    path(f"{_PV}/contenu.json", signatures.contenu, name="contenu"),
    path("verifier/<uuid:cle>/", signatures.verifier, name="verifier"),
]

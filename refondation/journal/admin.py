"""The journal in the administration site, to read only."""

from django.contrib import admin

from refondation.journal.models import Ligne
from refondation.membres.admin import LectureSeule


@admin.register(Ligne)
class LigneAdmin(LectureSeule):
    list_display = ("rang", "instant", "acte", "acteur", "objet", "federation", "section")
    list_filter = ("acte",)
    list_select_related = ("acteur", "federation", "section")
    search_fields = ("objet", "acte")
    show_full_result_count = False

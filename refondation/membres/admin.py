"""The administration site: to read only, behind our own log-in; changes are acts."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from import_export.admin import ExportMixin
from import_export.formats.base_formats import XLSX

from refondation.membres.models import Compte, Mandat
from refondation.membres.ressources import FederationRessource, MandatRessource, SectionRessource
from refondation.territoire.models import Federation, Section


def _inexistante(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    raise Http404


admin.site.site_header = admin.site.site_title = "Refondation : administration"
admin.site.login = secure_admin_login(admin.site.login)
# There is no password anywhere.
admin.site.password_change = _inexistante
admin.site.password_change_done = _inexistante


class LectureSeule(admin.ModelAdmin):
    """Lists and shows; who may look is said in `regles`."""

    actions = None
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class LectureEtExport(ExportMixin, LectureSeule):
    """Also gives the rows shown, as filtered, in a spreadsheet; whoever may look may take them away."""

    # The library's own form of choices breaks the content policy: one form, one click.
    skip_export_form = True
    export_formats = (XLSX,)


@admin.register(Compte)
class CompteAdmin(LectureSeule):
    list_display = ("nom", "email", "adherent", "is_active", "date_joined", "last_login")
    list_filter = ("is_active",)
    list_select_related = ("adherent",)
    search_fields = ("nom", "email", "adherent__numero")
    exclude = ("password",)


@admin.register(Mandat)
class MandatAdmin(LectureEtExport):
    resource_classes = (MandatRessource,)
    list_display = ("compte", "role", "federation", "section", "debut", "fin")
    list_filter = ("role",)
    list_select_related = ("compte__adherent", "federation", "section__federation")
    search_fields = ("compte__nom", "compte__adherent__numero")


@admin.register(Federation)
class FederationAdmin(LectureEtExport):
    resource_classes = (FederationRessource,)
    list_display = ("code", "nom", "nature", "region")
    list_filter = ("nature",)
    search_fields = ("code", "nom")


@admin.register(Section)
class SectionAdmin(LectureEtExport):
    resource_classes = (SectionRessource,)
    list_display = ("code", "nom", "federation", "etat")
    list_filter = ("etat",)
    list_select_related = ("federation",)
    search_fields = ("code", "nom")

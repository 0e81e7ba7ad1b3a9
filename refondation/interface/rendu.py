"""Renders every form with the components of `templates/interface/`."""

from django.forms.renderers import DjangoTemplates
from django.template import loader


class RenduDesChamps(DjangoTemplates):
    """Forms and fields through ours, widgets through Django's own templates."""

    form_template_name = "interface/formulaire.html"
    field_template_name = "interface/champ.html"

    def get_template(self, template_name: str) -> object:
        if template_name.startswith("interface/"):
            return loader.get_template(template_name)
        return super().get_template(template_name)

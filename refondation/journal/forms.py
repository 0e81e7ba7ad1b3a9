"""The filters of the journal's page."""

from django import forms

from refondation.journal.models import Ligne, LigneQuerySet
from refondation.journal.mots import acte_en_mots
from refondation.territoire.models import Federation


class Filtres(forms.Form):
    acte = forms.ChoiceField(label="Acte", required=False)
    du = forms.DateField(label="Du", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    au = forms.DateField(label="Au", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    federation = forms.ModelChoiceField(
        Federation.objects.all(), label="Fédération", required=False, empty_label="Toutes"
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        actes = Ligne.objects.order_by("acte").values_list("acte", flat=True).distinct()
        en_mots = sorted((acte_en_mots(acte), acte) for acte in actes)
        self.fields["acte"].choices = [("", "Tous"), *((acte, mots) for mots, acte in en_mots)]

    def appliquer(self, lignes: LigneQuerySet) -> LigneQuerySet:
        """The lines that match; days are those of Paris, both included."""
        if not self.is_valid():
            return lignes.none()
        choix = self.cleaned_data
        criteres = {
            "acte": choix["acte"],
            "instant__date__gte": choix["du"],
            "instant__date__lte": choix["au"],
            "federation": choix["federation"],
        }
        return lignes.filter(**{nom: valeur for nom, valeur in criteres.items() if valeur})

"""Preparing the vote of a section: when, and who keeps its key."""

from __future__ import annotations

from django import forms

from consultation.forms import PARIS, ChampInstant
from refondation.membres.codes import normaliser, personnes_de
from refondation.membres.models import Adherent, Compte

GARDIENS_AU_PLUS = 5


class ScrutinDeSectionForm(forms.Form):
    ouvre_le = ChampInstant(label="Ouverture", help_text=PARIS)
    ferme_le = ChampInstant(label="Fermeture", help_text=PARIS)
    gardiens = forms.CharField(
        label="Gardien·nes de la clé",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=(
            f"Un numéro d'adhérent·e ou une adresse par ligne, de 1 à {GARDIENS_AU_PLUS}. "
            "Chaque personne reçoit un courriel pour créer sa clé, sans laquelle le résultat ne peut pas être connu."
        ),
    )

    def clean_gardiens(self) -> list[Adherent | Compte]:
        lignes = self.cleaned_data["gardiens"].split()
        if len(lignes) > GARDIENS_AU_PLUS:
            raise forms.ValidationError(f"{GARDIENS_AU_PLUS} personnes au plus.")
        trouvees = []
        for ligne in lignes:
            personnes = personnes_de(normaliser(ligne))
            if len(personnes) != 1:
                defaut = "Personne n'a" if not personnes else "Plusieurs personnes ont"
                raise forms.ValidationError(f"{defaut} ce numéro ou cette adresse : {ligne}.")
            trouvees.append(personnes[0])
        return trouvees

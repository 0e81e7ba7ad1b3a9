"""How django-import-export reads a line of a table of roles: each cell, the line as a whole, what it repeats."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from import_export import resources, widgets
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader

from refondation.membres.codes import normaliser, personnes_de
from refondation.membres.colonnes import extrait, lire_date, texte
from refondation.membres.models import Adherent, Compte, Mandat, sans_accents
from refondation.membres.nominations import ROLES
from refondation.membres.regles import ActeImpossible
from refondation.tableaux import cle_d_entete
from refondation.territoire.models import Federation, Section

# A refusal of the act → the field that it is about.
CHAMP_DU_REFUS = {
    "adherent_sorti": "personne",
    "mandat_perimetre_du_role": "role",
    "mandat_direction_29_sieges": "role",
    "mandat_sans_doublon": "debut",
    "mandat_fin_apres_debut": "fin",
}


class _Personne(widgets.Widget):
    """A line of the register by its number, else an account or a line by its address."""

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> Adherent | Compte:
        saisie = normaliser(texte(value)) or normaliser(texte(row["courriel"]))
        if not saisie:
            raise ValueError("À remplir : un numéro d'adhérent·e, ou l'adresse d'un compte hors registre.")
        personnes = personnes_de(saisie)
        if not personnes:
            raise ValueError(
                f"Personne au registre n'a {extrait(saisie)}, ou la personne n'a pas d'adresse. Vérifiez ; hors "
                "registre, nommez d'abord cette personne par « Nommer quelqu'un »."
            )
        if len(personnes) > 1:
            noms = ", ".join(str(personne) for personne in personnes)
            raise ValueError(f"Plusieurs personnes ont cette adresse : {noms}. Donnez le numéro.")
        return personnes[0]


class _Role(widgets.Widget):
    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> str:
        role = ROLES.get(cle_d_entete(texte(value)))
        if role is None:
            noms = ", ".join(role.label for role in Mandat.Role)
            raise ValueError(f"{extrait(value)} n'est pas un rôle. Choisissez parmi : {noms}.")
        return role.value


class _Lieu(widgets.Widget):
    """The federation or the section of a code, None for an empty cell."""

    def __init__(self, modele: type[Federation] | type[Section], mot: str) -> None:
        super().__init__()
        self.modele, self.mot = modele, mot

    def clean(
        self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Federation | Section | None:
        code = texte(value)
        if not code:
            return None
        lieu = self.modele.objects.filter(code__iexact=code).first()
        if lieu is None:
            raise ValueError(
                f"Aucune {self.mot} n'a le code {extrait(code)}. Cherchez-le dans le territoire, et gardez ses "
                "zéros en tête : la cellule doit être un texte."
            )
        return lieu


class _Jour(widgets.Widget):
    def __init__(self, *, obligatoire: bool) -> None:
        super().__init__()
        self.obligatoire = obligatoire

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> date | None:
        jour, defaut = lire_date(value)
        if defaut:
            raise ValueError(defaut)
        if jour is None and self.obligatoire:
            raise ValueError("À remplir : le premier jour du rôle.")
        return jour


class NominationRessource(resources.Resource):
    """Each line becomes a `Mandat` that is not saved: the act given as `ecrire` writes it, or refuses it."""

    personne = Field("personne", column_name="numero", widget=_Personne())
    role = Field("role", column_name="role", widget=_Role())
    federation = Field("federation", column_name="federation", widget=_Lieu(Federation, "fédération"))
    section = Field("section", column_name="section", widget=_Lieu(Section, "section"))
    debut = Field("debut", column_name="debut", widget=_Jour(obligatoire=True))
    fin = Field("fin", column_name="fin", widget=_Jour(obligatoire=False))

    class Meta:
        model = Mandat
        instance_loader_class = BaseInstanceLoader
        force_init_instance = True
        skip_diff = True
        report_skipped = True
        store_instance = True
        store_row_values = True

    def init_instance(self, row: Mapping[str, Any] | None = None) -> Mandat:
        return Mandat()

    def import_instance(self, instance: Mandat, row: Mapping[str, Any], **kwargs: Any) -> None:
        """Cells first; then, when each makes sense, what they say together."""
        super().import_instance(instance, row, **kwargs)
        erreurs = _defauts_du_nom(instance, texte(row["nom"])) | _mettre_au_perimetre(instance)
        if erreurs:
            raise ValidationError(erreurs)

    def skip_row(
        self,
        instance: Mandat,
        original: Mandat | None,
        row: Mapping[str, Any],
        import_validation_errors: Mapping[str, Any] | None = None,
    ) -> bool:
        """Whether this very role is already given: same person, place and dates."""
        if import_validation_errors:
            return False
        personne = instance.personne
        compte = personne if isinstance(personne, Compte) else getattr(personne, "compte", None)
        if compte is None:
            return False
        champs = {nom: getattr(instance, nom) for nom in ("role", "federation", "section", "debut", "fin")}
        return Mandat.objects.filter(compte=compte, **champs).exists()

    def save_instance(self, instance: Mandat, is_create: bool, row: Mapping[str, Any], **kwargs: Any) -> None:
        """Hand the line over to the act; its refusal becomes that of a column."""
        champs = {nom: getattr(instance, nom) for nom in ("role", "federation", "section", "debut", "fin")}
        try:
            kwargs["ecrire"](personne=instance.personne, **champs)
        except ActeImpossible as refus:
            raise ValidationError({CHAMP_DU_REFUS[refus.code]: str(refus)}) from refus


def _defauts_du_nom(mandat: Mandat, nom: str) -> dict[str, str]:
    """A number that is not that of the person named is a mistake of line."""
    personne = mandat.personne
    connu = f"{personne.prenom} {personne.nom}" if isinstance(personne, Adherent) else personne.nom
    if not nom or sorted(sans_accents(nom).split()) == sorted(sans_accents(connu).split()):
        return {}
    return {"nom": f"Le registre dit « {connu} » pour cette personne. Vérifiez que c'est la bonne ligne."}


def _mettre_au_perimetre(mandat: Mandat) -> dict[str, str]:
    """Keep the place that the role has; a federation written beside its own section says nothing more."""
    section, federation = mandat.section, mandat.federation
    if mandat.role in Mandat.ROLES_DE_SECTION:
        if section is None:
            return {"section": "À remplir : ce rôle se tient dans une section."}
        if federation is not None and federation.pk != section.federation_id:
            return {"federation": f"La section {section} n'est pas dans cette fédération."}
        mandat.federation = None
    elif mandat.role in Mandat.ROLES_FEDERAUX:
        if federation is None:
            return {"federation": "À remplir : ce rôle se tient dans une fédération."}
        if section is not None:
            return {"section": "À vider : ce rôle se tient dans une fédération entière."}
    elif section is not None or federation is not None:
        return {
            "section"
            if section is not None
            else "federation": "À vider : ce rôle se tient dans tout le pays."
        }
    return {}

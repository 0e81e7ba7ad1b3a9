"""What can be done with the territory: import it, merge sections, split one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from refondation.journal.actes import journaliser
from refondation.membres.actes.registre import deplacer_des_membres
from refondation.membres.models import Adherent, Changement, Compte, Mandat
from refondation.membres.regles import ActeImpossible, exiger, refus_de_la_base
from refondation.territoire.lecture import (
    CODE_DE_SECTION,
    FEDERATIONS,
    SECTIONS,
    Defaut,
    lire_federations,
    lire_sections,
)
from refondation.territoire.models import Equivalence, Federation, Section


class TerritoireRefuse(ActeImpossible):
    """The files have defects, all of them listed; nothing was written."""

    def __init__(self, defauts: list[Defaut]) -> None:
        nombre = len(defauts)
        super().__init__(
            f"{nombre} défaut{'s' if nombre > 1 else ''} dans les fichiers : rien n'est importé. "
            "Corrigez-les et recommencez.",
            code="fichier",
            statut=422,
        )
        self.defauts = defauts


@dataclass(frozen=True)
class Comptes:
    """Lines of a file, by what they do; `absentes` are in the base and not in the file, and stay."""

    lues: int
    nouvelles: int
    modifiees: int
    absentes: int


@dataclass(frozen=True)
class Bilan:
    federations: Comptes
    sections: Comptes


def importer_territoire(
    *,
    federations: Path = FEDERATIONS,
    sections: Path = SECTIONS,
    par: Compte | None,
    simulation: bool = False,
) -> Bilan:
    """Create and correct federations and sections from two files; what they do not name stays as it is.

    The same files change nothing the second time, and leave no line in the journal.  `par` is
    None at the server's terminal.  Raises `TerritoireRefuse` with every defect.
    """
    if par is not None:
        exiger(par, "territoire.importer")
    voulues, defauts = lire_federations(federations)
    with transaction.atomic():
        connues = Federation.objects.in_bulk(field_name="code")
        sections_voulues, suite = lire_sections(sections, voulues.keys() | connues.keys())
        existantes = {
            s.code: s for s in Section.objects.select_related("federation").select_for_update(of=("self",))
        }
        defauts += suite + _deplacees(sections.name, sections_voulues, existantes)
        if defauts:
            raise TerritoireRefuse(defauts)
        bilan = Bilan(_compter(voulues, connues), _compter(sections_voulues, existantes))
        if not simulation:
            _ecrire(Federation, voulues, connues)
            connues = Federation.objects.in_bulk(field_name="code")
            _ecrire(
                Section,
                {c: v | {"federation": connues[v["federation"]]} for c, v in sections_voulues.items()},
                existantes,
            )
            if any(c.nouvelles or c.modifiees for c in (bilan.federations, bilan.sections)):
                journaliser(
                    acte="territoire.importer",
                    par=par,
                    details={"federations": vars(bilan.federations), "sections": vars(bilan.sections)},
                )
    return bilan


def _deplacees(
    fichier: str, voulues: dict[str, dict[str, Any]], existantes: dict[str, Section]
) -> list[Defaut]:
    return [
        Defaut(
            fichier, None, "federation",
            f"la section {code} est dans la fédération {existantes[code].federation.code}, et une section ne "
            "change pas de fédération. Créez-en une autre.",
        )
        for code, valeurs in voulues.items()
        if code in existantes and existantes[code].federation.code != valeurs["federation"]
    ]  # fmt: skip


def _differe(objet: models.Model, valeurs: dict[str, Any]) -> bool:
    return any(getattr(objet, champ) != valeur for champ, valeur in valeurs.items() if champ != "federation")


def _compter(voulues: dict[str, dict[str, Any]], connues: dict[str, Any]) -> Comptes:
    return Comptes(
        lues=len(voulues),
        nouvelles=len(voulues.keys() - connues.keys()),
        modifiees=sum(_differe(connues[c], v) for c, v in voulues.items() if c in connues),
        absentes=len(connues.keys() - voulues.keys()),
    )


def _ecrire(modele: type[models.Model], voulues: dict[str, dict[str, Any]], connues: dict[str, Any]) -> None:
    modele.objects.bulk_create(modele(**v) for c, v in voulues.items() if c not in connues)
    changees = []
    for code, valeurs in voulues.items():
        if code in connues and _differe(connues[code], valeurs):
            for champ, valeur in valeurs.items():
                setattr(connues[code], champ, valeur)
            changees.append(connues[code])
    if changees:
        champs = [c for c in next(iter(voulues.values())) if c not in {"code", "federation"}]
        modele.objects.bulk_update(changees, champs)


# --- Merges and splits ------------------------------------------------------------------------


@dataclass(frozen=True)
class NouvelleSection:
    """A section to be made; `numeros` are the members that a split sends there."""

    code: str
    nom: str
    numeros: Collection[str] = ()


def fusionner_sections(
    *,
    anciennes: Sequence[Section],
    vers: Section | NouvelleSection,
    date_effet: date,
    par: Compte,
    instant: datetime | None = None,
) -> Section:
    """Replace `anciennes` by one section, which exists already (and absorbs them) or is made now.

    All their members move there; those who left stay where they left from.  The mandates held in
    the sections replaced end today.  The rolls of announced votes are frozen and keep the old
    sections, which stay countable (`Section.objects.ascendantes`).  Returns the section that
    remains.  Raises `ActeInterdit` or `ActeImpossible`: `fusion_de_deux`, `section_remplacee`,
    `federations_differentes`, `date_effet`, `code_de_section`, or the name of a constraint.
    """
    instant = instant or timezone.now()
    anciennes = [s for s in anciennes if s != vers]
    for section in anciennes:
        exiger(par, "territoire.fusionner", section)
    if len({s.pk for s in anciennes}) < (1 if isinstance(vers, Section) else 2):
        raise ActeImpossible(
            "Une fusion réunit au moins deux sections. Choisissez-en une autre.",
            code="fusion_de_deux",
            statut=422,
        )
    _exiger_date(date_effet, instant)
    try:
        with transaction.atomic():
            # In the order of keys: two merges that share sections wait for each other.
            absorbante = [vers] if isinstance(vers, Section) else []
            verrouillees = _verrouiller([*anciennes, *absorbante])
            nouvelle = vers if absorbante else _creer(vers, verrouillees[0].federation, date_effet)
            effectif = _remplacer(anciennes, {nouvelle: None}, Equivalence.Nature.FUSION, date_effet, instant)
            journaliser(
                acte="territoire.fusionner",
                par=par,
                objet=nouvelle,
                instant=instant,
                details={
                    "anciennes": sorted(s.code for s in anciennes),
                    "nouvelle": nouvelle.code,
                    "date_effet": date_effet.isoformat(),
                    "membres": effectif,
                },
            )
    except IntegrityError as erreur:
        raise refus_de_la_base(erreur, Section, Equivalence) from erreur
    return nouvelle


def scinder_section(
    *,
    section: Section,
    parts: Sequence[NouvelleSection],
    reste: str,
    date_effet: date,
    par: Compte,
    instant: datetime | None = None,
) -> list[Section]:
    """Replace `section` by new ones; each part takes the members it numbers, `reste` (its code) all others.

    Mandates, members who left and frozen rolls: as for a merge.  Returns the new sections in the
    order of `parts`.  Raises `ActeInterdit` or `ActeImpossible`: `scission_en_deux`,
    `reste_inconnu`, `numeros_inconnus`, `numeros_en_double`, `section_remplacee`, `date_effet`,
    `code_de_section`, or the name of a constraint.
    """
    instant = instant or timezone.now()
    exiger(par, "territoire.scinder", section)
    if len({p.code for p in parts}) < 2:
        raise ActeImpossible(
            "Une scission donne au moins deux sections, de codes différents.",
            code="scission_en_deux",
            statut=422,
        )
    if reste not in {p.code for p in parts}:
        raise ActeImpossible(
            "Dites laquelle des nouvelles sections reçoit les membres qui ne sont pas nommés.",
            code="reste_inconnu",
            statut=422,
        )
    _exiger_date(date_effet, instant)
    try:
        with transaction.atomic():
            (section,) = _verrouiller([section])
            _exiger_numeros(section, parts)
            nouvelles = [_creer(part, section.federation, date_effet) for part in parts]
            # The part that takes the rest comes last, once the others have taken theirs.
            destinations = {
                nouvelle: None if part.code == reste else part.numeros
                for nouvelle, part in sorted(
                    zip(nouvelles, parts, strict=True), key=lambda paire: paire[1].code == reste
                )
            }
            effectif = _remplacer([section], destinations, Equivalence.Nature.SCISSION, date_effet, instant)
            journaliser(
                acte="territoire.scinder",
                par=par,
                objet=section,
                instant=instant,
                details={
                    "ancienne": section.code,
                    "nouvelles": [s.code for s in nouvelles],
                    "reste": reste,
                    "date_effet": date_effet.isoformat(),
                    "membres": effectif,
                },
            )
    except IntegrityError as erreur:
        raise refus_de_la_base(erreur, Section, Equivalence) from erreur
    return nouvelles


def _exiger_date(date_effet: date, instant: datetime) -> None:
    if date_effet > timezone.localdate(instant):
        raise ActeImpossible(
            "La date d'effet est à venir. Enregistrez cet acte le jour où il prend effet, ou après.",
            code="date_effet",
            statut=422,
        )


def _verrouiller(sections: Sequence[Section]) -> list[Section]:
    """The same, read again under lock: none replaced, all in one federation."""
    lues = list(
        Section.objects.select_related("federation")
        .filter(pk__in=[s.pk for s in sections])
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    for section in lues:
        if section.etat == Section.Etat.REMPLACEE:
            raise ActeImpossible(f"La section {section} a déjà été remplacée.", code="section_remplacee")
    if len({s.federation_id for s in lues}) > 1:
        raise ActeImpossible(
            "Une fusion réunit des sections d'une même fédération.",
            code="federations_differentes",
            statut=422,
        )
    return lues


def _creer(demandee: NouvelleSection, federation: Federation, date_effet: date) -> Section:
    if not CODE_DE_SECTION.fullmatch(demandee.code):
        raise ActeImpossible(
            f"« {demandee.code} » n'est pas un code de section : majuscules, chiffres et tirets, 12 au plus.",
            code="code_de_section",
            statut=422,
        )
    if Section.objects.filter(code=demandee.code).exists():
        raise ActeImpossible(
            f"Une section a déjà le code {demandee.code}. Choisissez-en un autre.",
            code="code_de_section",
            statut=422,
        )
    return Section.objects.create(
        code=demandee.code, nom=demandee.nom, federation=federation, creee_le=date_effet
    )


def _exiger_numeros(section: Section, parts: Sequence[NouvelleSection]) -> None:
    nommes = [numero for part in parts for numero in part.numeros]
    if len(nommes) != len(set(nommes)):
        doubles = sorted({n for n in nommes if nommes.count(n) > 1})
        raise ActeImpossible(
            f"Des numéros sont nommés deux fois : {', '.join(doubles[:10])}.",
            code="numeros_en_double",
            statut=422,
        )
    presents = Adherent.objects.presents().filter(section=section, numero__in=nommes)
    inconnus = sorted(set(nommes) - set(presents.values_list("numero", flat=True)))
    if inconnus:
        raise ActeImpossible(
            f"Ces numéros ne sont pas ceux de membres de la section : {', '.join(inconnus[:10])}.",
            code="numeros_inconnus",
            statut=422,
        )


def _remplacer(
    anciennes: Sequence[Section],
    destinations: dict[Section, Collection[str] | None],
    nature: str,
    date_effet: date,
    instant: datetime,
) -> dict[str, int]:
    """Write the history, move the members (None: all that remain), end the mandates; members by new code."""
    Equivalence.objects.bulk_create(
        Equivalence(ancienne=ancienne, nouvelle=nouvelle, nature=nature, date_effet=date_effet)
        for ancienne in anciennes
        for nouvelle in destinations
    )
    effectif = {}
    for nouvelle, numeros in destinations.items():
        membres = Adherent.objects.presents().filter(section__in=anciennes)
        if numeros is not None:
            membres = membres.filter(numero__in=numeros)
        effectif[nouvelle.code] = deplacer_des_membres(
            membres, vers=nouvelle, cause=Changement.Cause(nature), instant=instant
        )
    Section.objects.filter(pk__in=[s.pk for s in anciennes]).update(etat=Section.Etat.REMPLACEE)
    jour = timezone.localdate(instant)
    for mandat in Mandat.objects.non_finis(au=jour).filter(section__in=anciennes):
        mandat.fin = max(jour, mandat.debut)
        mandat.save(update_fields=["fin"])
    return effectif

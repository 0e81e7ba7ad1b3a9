"""Seats: computed from the register by an act, kept whole, in force once adopted."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from delegues.actes.campagne import verrouiller
from delegues.models import Campagne, Designation, Part, Repartition
from delegues.preparation import comptees, parametres, regles_des_sieges, sections_comptees
from delegues.repartition import calculer, empreinte, table
from delegues.sieges import RepartitionImpossible
from refondation.interface.formats import jour
from refondation.journal.actes import journaliser
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible, exiger


def _exiger_vivante(campagne: Campagne) -> None:
    if campagne.etat not in (Campagne.Etat.PREPARATION, Campagne.Etat.OUVERTE):
        raise ActeImpossible(
            f"La campagne est « {campagne.get_etat_display().lower()} » : ses sièges ne changent plus.",
            code="etat",
        )


def calculer_repartition(*, campagne: Campagne, par: Compte, instant: datetime | None = None) -> Repartition:
    """Compute the seats of every section from the register at the reference date, and keep the computation.

    It changes nothing by itself: `adopter_repartition` does.  When the last computation says
    exactly the same, it is returned instead of a copy.  Refused before the reference date is over,
    for a draw without a seed, or when no sharing is possible (`sieges`).
    """
    instant = instant or timezone.now()
    exiger(par, "delegues.repartir", campagne)
    with transaction.atomic():
        campagne = verrouiller(campagne)
        _exiger_vivante(campagne)
        if campagne.reference_le >= timezone.localdate(instant):
            raise ActeImpossible(
                f"La date de référence ({jour(campagne.reference_le)}) n'est pas passée. "
                "Calculez le lendemain ; la simulation montre déjà les effectifs d'aujourd'hui.",
                code="trop_tot",
            )
        if campagne.egalite == Campagne.Egalite.TIRAGE and not campagne.graine:
            raise ActeImpossible(
                "Un tirage demande une graine publiée avant lui. Donnez-la dans les réglages.", code="graine"
            )
        regles, sections = parametres(campagne), sections_comptees(campagne)
        try:
            calcul = calculer(comptees(sections), regles_des_sieges(regles))
        except RepartitionImpossible as refus:
            raise ActeImpossible(str(refus), code="sieges") from refus
        lue = empreinte(
            table(
                regles,
                (
                    (code, section.federation.code, nombre, calcul.sections[code].sieges)
                    for code, (section, nombre) in sections.items()
                ),
            )
        )
        derniere = campagne.repartitions.first()
        if derniere is not None and derniere.empreinte == lue:
            return derniere
        repartition = Repartition.objects.create(
            campagne=campagne,
            numero=(campagne.repartitions.aggregate(n=Max("numero"))["n"] or 0) + 1,
            parametres=regles,
            egalites=calcul.egalites,
            calculee_le=instant,
            par=par,
            empreinte=lue,
        )
        federations = {section.federation.code: section.federation for section, _ in sections.values()}
        Part.objects.bulk_create(
            [
                *(
                    Part(
                        repartition=repartition,
                        federation=federations[code],
                        effectif=ligne.effectif,
                        sieges=ligne.sieges,
                        detail=ligne.detail,
                    )
                    for code, ligne in calcul.federations.items()
                ),
                *(
                    Part(
                        repartition=repartition,
                        federation=section.federation,
                        section=section,
                        effectif=calcul.sections[code].effectif,
                        sieges=calcul.sections[code].sieges,
                        detail=calcul.sections[code].detail,
                    )
                    for code, (section, _) in sections.items()
                ),
            ],
            batch_size=2000,
        )
        journaliser(
            acte="delegues.calculer_repartition",
            par=par,
            objet=campagne,
            details={
                "numero": repartition.numero,
                "empreinte": lue,
                "sections": len(sections),
                "effectif": sum(nombre for _, nombre in sections.values()),
                "sieges": calcul.sieges,
                "egalites": len(calcul.egalites),
            },
            instant=instant,
        )
    return repartition


def adopter_repartition(
    *,
    repartition: Repartition,
    par: Compte,
    motif: str = "",
    recues: bool = False,
    instant: datetime | None = None,
) -> Repartition:
    """Put the last computation in force; once the campaign is announced, for a public reason.

    Then designations that are still awaited take their new seats, sections that have gained some
    get a designation, and those already received keep theirs, unless `recues`.  Refused for a
    computation that is not the last one, that follows other rules, or that leaves a tie.
    """
    instant = instant or timezone.now()
    exiger(par, "delegues.repartir", repartition.campagne)
    with transaction.atomic():
        campagne = verrouiller(repartition.campagne)
        _exiger_vivante(campagne)
        repartition = Repartition.objects.get(pk=repartition.pk)
        _exiger_adoptable(repartition, campagne)
        ouverte = campagne.etat == Campagne.Etat.OUVERTE
        if ouverte and not motif.strip():
            raise ActeImpossible(
                "La campagne est annoncée : dites pourquoi ses sièges changent. Le motif est public.",
                code="motif",
                statut=400,
            )
        repartition.adoptee_le, repartition.motif = instant, motif.strip()
        repartition.save(update_fields=["adoptee_le", "motif"])
        effets = _appliquer(repartition, campagne, recues=recues) if ouverte else {}
        journaliser(
            acte="delegues.adopter_repartition",
            par=par,
            objet=campagne,
            details={
                "numero": repartition.numero,
                "empreinte": repartition.empreinte,
                "motif": repartition.motif,
                **effets,
            },
            instant=instant,
        )
    return repartition


def _exiger_adoptable(repartition: Repartition, campagne: Campagne) -> None:
    if repartition.adoptee_le is not None:
        raise ActeImpossible("Cette répartition est déjà adoptée.", code="adoptee")
    if repartition.pk != campagne.repartitions.first().pk:
        raise ActeImpossible(
            "Une répartition plus récente a été calculée. Relisez la dernière.", code="perimee"
        )
    if repartition.parametres != parametres(campagne):
        raise ActeImpossible(
            "Les règles ont changé depuis ce calcul. Calculez une nouvelle répartition.", code="perimee"
        )
    if not repartition.est_complete:
        ouvertes = [e for e in repartition.egalites if not e["retenus"]]
        cas = " ; ".join(f"{e['sieges']} siège(s) pour {', '.join(e['codes'])}" for e in ouvertes)
        raise ActeImpossible(
            f"Une égalité n'est pas tranchée : {cas}. Choisissez une règle d'égalité, puis recalculez.",
            code="egalite",
        )


def _appliquer(repartition: Repartition, campagne: Campagne, *, recues: bool) -> dict[str, int]:
    """Give the designations of an announced campaign their new seats; what the journal says of it."""
    designations = {
        d.section_id: d
        for d in Designation.objects.select_for_update(of=("self",)).filter(campagne=campagne).order_by("pk")
    }
    parts = {part.section_id: part for part in repartition.parts.des_sections()}
    changees, gardees = [], 0
    for section, designation in designations.items():
        part = parts.get(section)
        effectif, sieges = (part.effectif, part.sieges) if part else (0, 0)
        if (designation.effectif, designation.sieges) == (effectif, sieges):
            continue
        if designation.etat != Designation.Etat.ATTENDUE and not recues:
            gardees += 1
            continue
        designation.effectif, designation.sieges = effectif, sieges
        changees.append(designation)
    Designation.objects.bulk_update(changees, ["effectif", "sieges"], batch_size=1000)
    creees = Designation.objects.bulk_create(
        [
            Designation(
                campagne=campagne,
                section_id=section,
                mode=campagne.mode,
                effectif=part.effectif,
                sieges=part.sieges,
            )
            for section, part in parts.items()
            if part.sieges and section not in designations
        ],
        batch_size=2000,
    )
    return {"changees": len(changees), "gardees": gardees, "creees": len(creees)}

"""Delegations from the spreadsheet of a federation: read, shown, applied as drafts of minutes, undone."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils import timezone

from delegues.emargement import liste_d_emargement
from delegues.examen_d_import import SectionVue, examiner
from delegues.feuille import COLONNES, LIGNES_AU_PLUS, OBLIGATOIRES, SYNONYMES, Erreur, texte
from delegues.models import (
    Campagne,
    Candidature,
    Designation,
    ImportDeDelegations,
    Liste,
    Presence,
    ProcesVerbal,
    Voix,
)
from delegues.regles import exiger_calendrier
from refondation.journal.actes import journaliser
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible, exiger, refus_de_la_base
from refondation.tableaux import FichierIllisible, lire
from refondation.territoire.models import Federation

OCTETS_AU_PLUS = 5_000_000
ERREURS_GARDEES = 1000
CONSERVATION = timedelta(days=7)


# --- Deposit ----------------------------------------------------------------------------------------


def deposer_un_import(
    *,
    campagne: Campagne,
    federation: Federation,
    morceaux: Iterable[bytes],
    nom: str,
    par: Compte,
    instant: datetime | None = None,
) -> ImportDeDelegations:
    """Read the file and say what it would write, or every error by line and column; nothing else is kept of it.

    Raises `ActeInterdit`, or `ActeImpossible`: the calendar's, `trop_gros` (413).
    """
    instant = instant or timezone.now()
    exiger(par, "delegues.importer", federation)
    exiger_calendrier(campagne, "rediger", instant)
    lot = ImportDeDelegations(
        campagne=campagne, federation=federation, fichier=nom[-120:], par=par, depose_le=instant
    )
    with tempfile.NamedTemporaryFile() as fichier:
        condense, octets = hashlib.sha256(), 0
        for morceau in morceaux:
            octets += len(morceau)
            if octets > OCTETS_AU_PLUS:
                raise ActeImpossible(
                    f"Le fichier dépasse {OCTETS_AU_PLUS // 1_000_000} Mo. Ne gardez que la feuille des "
                    "délégations.",
                    code="trop_gros",
                    statut=413,
                )
            condense.update(morceau)
            fichier.write(morceau)
        fichier.flush()
        lot.octets, lot.empreinte = octets, condense.hexdigest()
        erreurs = _lire(lot, Path(fichier.name))
    with transaction.atomic():
        if not erreurs:
            examen = examiner(campagne, federation, lot.lignes)
            erreurs, lot.apercu = examen.erreurs, examen.apercu
        lot.erreurs = erreurs[:ERREURS_GARDEES]
        lot.etat = ImportDeDelegations.Etat.REFUSE if erreurs else ImportDeDelegations.Etat.PRET
        if erreurs:
            lot.lignes, lot.apercu = [], []
        lot.save(force_insert=True)
        journaliser(
            acte="delegues.deposer_un_import",
            par=par,
            objet=lot,
            details={"empreinte": lot.empreinte, "octets": octets, "erreurs": len(erreurs)},
            instant=instant,
        )
    return lot


def _lire(lot: ImportDeDelegations, chemin: Path) -> list[Erreur]:
    """Fill `lignes` and `ignorees`; the errors of the file as a whole."""
    try:
        tableau = lire(chemin, SYNONYMES)
        lot.ignorees = [nom[:80] for nom in tableau.ignorees[:50]]
        presents = {champ for champ in tableau.champs if champ}
        entete = tableau.ligne_d_entete
        erreurs = [
            Erreur(entete, COLONNES[champ][0], "Deux colonnes disent la même chose. Gardez-en une.")
            for champ in tableau.doublons
        ] + [
            Erreur(entete, COLONNES[champ][0], "Cette colonne manque. Ajoutez-la.")
            for champ in OBLIGATOIRES
            if champ not in presents
        ]
        if erreurs:
            return erreurs
        for numero, cellules in tableau.lignes:
            champs = {
                champ: texte(cellule)
                for champ, cellule in zip(tableau.champs, cellules, strict=False)
                if champ is not None
            }
            if any(champs.values()):
                lot.lignes.append([numero, champs])
            if len(lot.lignes) > LIGNES_AU_PLUS:
                return [Erreur(numero, "", f"Le fichier a plus de {LIGNES_AU_PLUS} lignes.")]
    except FichierIllisible as defaut:
        return [Erreur(defaut.ligne, "", str(defaut))]
    return []


# --- Apply ------------------------------------------------------------------------------------------


def appliquer_un_import(
    *, lot: ImportDeDelegations, par: Compte, instant: datetime | None = None
) -> ImportDeDelegations:
    """Write one draft of minutes a section, all or nothing, for its people to check, sign and countersign.

    What the preview showed must still be what would be written: otherwise the new preview is kept
    to be read again.  Raises `ActeInterdit`, or `ActeImpossible`: the calendar's, `etat` (applied
    twice), `apercu_perime`, or the name of a constraint.
    """
    instant = instant or timezone.now()
    exiger(par, "delegues.importer", lot.federation)
    try:
        with transaction.atomic():
            # Designations first and in order, as every act on them does; then the file.
            list(
                Designation.objects.filter(campagne=lot.campagne_id, section__federation=lot.federation_id)
                .order_by("pk")
                .select_for_update(of=("self",))
                .values_list("pk")
            )
            lot = _prendre(lot, "appliquer")
            exiger_calendrier(lot.campagne, "rediger", instant)
            examen = examiner(lot.campagne, lot.federation, lot.lignes)
            perime = bool(examen.erreurs) or examen.apercu != lot.apercu
            if perime:
                lot.erreurs, lot.apercu = examen.erreurs[:ERREURS_GARDEES], examen.apercu
                if examen.erreurs:
                    lot.etat, lot.apercu, lot.lignes = ImportDeDelegations.Etat.REFUSE, [], []
                lot.save(update_fields=["erreurs", "apercu", "etat", "lignes"])
            else:
                produits = [_ecrire(vue, par, instant) for vue in examen.sections]
                lot.produits = {
                    "proces_verbaux": [pv.pk for pv, _ in produits],
                    "listes": [liste.pk for _, listes in produits for liste in listes],
                }
                lot.etat, lot.applique_le = ImportDeDelegations.Etat.APPLIQUE, instant
                lot.lignes = []
                lot.save(update_fields=["produits", "etat", "applique_le", "lignes"])
                journaliser(
                    acte="delegues.appliquer_un_import",
                    par=par,
                    objet=lot,
                    details={"proces_verbaux": lot.produits["proces_verbaux"]},
                    instant=instant,
                )
    except IntegrityError as erreur:
        raise refus_de_la_base(erreur, Candidature, Liste, ProcesVerbal, Presence, Voix) from erreur
    if perime:
        raise ActeImpossible(
            "La situation a changé depuis l'aperçu : rien n'est écrit. Relisez le nouvel aperçu, puis confirmez.",
            code="apercu_perime",
        )
    return lot


def _prendre(lot: ImportDeDelegations, acte: str) -> ImportDeDelegations:
    """The import under lock, in a state from which `acte` starts."""
    lot = (
        ImportDeDelegations.objects.select_for_update(of=("self",))
        .select_related("campagne", "federation", "par")
        .get(pk=lot.pk)
    )
    if lot.etat not in ImportDeDelegations.TRANSITIONS[acte][0]:
        raise ActeImpossible(
            f"Cet import est « {lot.get_etat_display().lower()} » : rien n'a changé.", code="etat"
        )
    return lot


def _ecrire(vue: SectionVue, par: Compte, instant: datetime) -> tuple[ProcesVerbal, list[Liste]]:
    """The draft of one section, and the lists that had to be made for it."""
    lue, designation = vue.lue, vue.designation
    nouvelles, listes = [], []
    for liste_lue, existante in zip(lue.listes, vue.existantes, strict=True):
        liste = existante
        if liste is None:
            liste = Liste.objects.create(
                designation=designation,
                nom=liste_lue.nom,
                etat=Liste.Etat.DEPOSEE,
                proposee_par=par,
                creee_le=instant,
                deposee_le=instant,
            )
            Candidature.objects.bulk_create(
                Candidature(
                    campagne=designation.campagne,
                    liste=liste,
                    adherent=vue.membres[personne.numero],
                    rang=rang,
                    etat=Candidature.Etat.ACCEPTEE,
                    repondue_le=instant,
                )
                for rang, personne in enumerate(liste_lue.personnes, 1)
            )
            nouvelles.append(liste)
        listes.append((liste, liste_lue.voix))
    pv = ProcesVerbal.objects.create(
        designation=designation,
        redacteur=par,
        contresignataire=vue.membres[lue.second],
        president=vue.membres.get(lue.president),
        inscrits=liste_d_emargement(designation).count(),
        tenue_le=lue.moment,
        lieu=lue.lieu,
        votants=lue.votants,
        blancs=lue.blancs,
        nuls=lue.nuls,
        commence_le=instant,
    )
    Voix.objects.bulk_create(Voix(proces_verbal=pv, liste=liste, nombre=voix) for liste, voix in listes)
    Presence.objects.bulk_create(
        Presence(
            proces_verbal=pv,
            adherent=vue.membres[numero],
            present=True,
            marque=int(instant.timestamp() * 1000),
        )
        for numero in dict.fromkeys(lue.presents)
    )
    return pv, nouvelles


# --- Undo, give up, purge ---------------------------------------------------------------------------


def empechements_d_annulation(lot: ImportDeDelegations) -> list[str]:
    """Why an applied import can no longer be undone; [] when it can."""
    touches = ProcesVerbal.objects.filter(pk__in=lot.produits.get("proces_verbaux", [])).exclude(
        etat=ProcesVerbal.Etat.BROUILLON, version=1
    )
    return [
        f"Le procès-verbal de {pv.designation.section} a été repris : {pv.get_etat_display().lower()}."
        for pv in touches.select_related("designation__section")
    ]


def annuler_un_import(
    *, lot: ImportDeDelegations, par: Compte, instant: datetime | None = None
) -> ImportDeDelegations:
    """Destroy the drafts and the candidacies that the import wrote, while nobody has touched a draft.

    Raises `ActeInterdit`, or `ActeImpossible`: `etat`, `repris` (names the sections).
    """
    instant = instant or timezone.now()
    exiger(par, "delegues.importer", lot.federation)
    with transaction.atomic():
        lot = _prendre(lot, "annuler")
        brouillons = ProcesVerbal.objects.filter(pk__in=lot.produits["proces_verbaux"])
        list(
            Designation.objects.filter(proces_verbaux__in=brouillons)
            .order_by("pk")
            .select_for_update(of=("self",))
            .values_list("pk")
        )
        if raisons := empechements_d_annulation(lot):
            raise ActeImpossible(" ".join(raisons), code="repris")
        brouillons.delete()
        Candidature.objects.filter(liste__in=lot.produits["listes"]).delete()
        Liste.objects.filter(pk__in=lot.produits["listes"]).delete()
        lot.etat, lot.annule_le = ImportDeDelegations.Etat.ANNULE, instant
        lot.save(update_fields=["etat", "annule_le"])
        journaliser(acte="delegues.annuler_un_import", par=par, objet=lot, instant=instant)
    return lot


def abandonner_un_import(
    *, lot: ImportDeDelegations, par: Compte | None, instant: datetime | None = None
) -> ImportDeDelegations:
    """Give up an import that is not applied: what was read of its file is destroyed."""
    instant = instant or timezone.now()
    if par is not None:
        exiger(par, "delegues.importer", lot.federation)
    with transaction.atomic():
        lot = _prendre(lot, "abandonner")
        lot.etat = ImportDeDelegations.Etat.ABANDONNE
        lot.lignes, lot.apercu, lot.erreurs = [], [], []
        lot.save(update_fields=["etat", "lignes", "apercu", "erreurs"])
        journaliser(acte="delegues.abandonner_un_import", par=par, objet=lot, instant=instant)
    return lot


def purger_les_imports_de_delegations(*, instant: datetime | None = None) -> int:
    """A week later, give up the imports that nobody applied; how many."""
    instant = instant or timezone.now()
    vieux = list(ImportDeDelegations.objects.delaisses(depuis=instant - CONSERVATION))
    for lot in vieux:
        abandonner_un_import(lot=lot, par=None, instant=instant)
    return len(vieux)

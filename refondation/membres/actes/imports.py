"""Import the national file: deposit it, compare it with the register, give it up, purge what is left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from refondation.journal.actes import journaliser
from refondation.membres import depots, progres
from refondation.membres.actes import lots
from refondation.membres.colonnes import (
    COLONNES,
    SYNONYMES,
    Annuaire,
    LecteurDeLignes,
    SectionConnue,
)
from refondation.membres.models import Compte, ErreurDImport, Import, LigneImport
from refondation.membres.regles import ActeImpossible, exiger
from refondation.tableaux import FichierIllisible, Tableau, lire
from refondation.territoire.models import Section

LIGNES_MAX = 1_000_000
ERREURS_GARDEES = 1000
# Files and lines of members live this long once nothing is expected of them.
CONSERVATION = timedelta(days=7)
_LIGNES_ENTRE_DEUX_NOUVELLES = 5000


# --- Deposit ----------------------------------------------------------------------------------


def deposer_import(
    *,
    morceaux: Iterable[bytes],
    nom: str,
    complet: bool = True,
    par: Compte | None,
    en_tache: bool = True,
    instant: datetime | None = None,
) -> Import:
    """Keep the file and have it compared by a task (`en_tache`), or by whoever calls `comparer_import` next.

    A complete file says who is a member: whoever it does not name is proposed to leave.  `par` is
    None at the server's terminal.  Raises `ActeInterdit`, or `ActeImpossible` (`trop_gros`, 413).
    """
    from refondation.membres.tasks import comparer_import as tache

    if par is not None:
        exiger(par, "membres.importer")
    lot = Import(fichier=nom[-120:], complet=complet, par=par, depose_le=instant or timezone.now())
    try:
        lot.octets, lot.empreinte = depots.deposer(lot.cle, morceaux)
    except depots.TropGros as defaut:
        raise ActeImpossible(
            f"Le fichier dépasse {depots.TAILLE_MAX // 1_000_000} Mo. Retirez-en les colonnes inutiles.",
            code="trop_gros",
            statut=413,
        ) from defaut
    with transaction.atomic():
        lot.save(force_insert=True)
        journaliser(
            acte="membres.importer",
            par=par,
            objet=lot,
            details={"empreinte": lot.empreinte, "octets": lot.octets, "complet": complet},
        )
        if en_tache:
            tache.delay_on_commit(lot.pk)
    return lot


# --- Compare ----------------------------------------------------------------------------------


def comparer_import(*, lot: Import, instant: datetime | None = None) -> Import:
    """Read the file of a deposited import and say what it would change: nothing of the register moves.

    Leads to `pret`, or to `refuse` with every error of the file.  Nothing happens when another
    worker is at it, or when it is done.
    """
    instant = instant or timezone.now()
    lots.mesurer_le_registre()
    with transaction.atomic():
        pris = prendre(lot, Import.Etat.DEPOSE)
        if pris is None:
            return Import.objects.get(pk=lot.pk)
        lot = pris
        # Before anything is compared: what is written meanwhile will show at the application.
        lot.version = lots.version_du_registre()
        LigneImport.objects.filter(lot=lot).delete()
        lot.erreurs_lues.all().delete()
        erreurs: list[ErreurDImport] = []
        try:
            tableau = lire(depots.chemin(lot.cle), SYNONYMES)
            lot.genre, lot.encodage, lot.separateur = tableau.genre, tableau.encodage, tableau.separateur
            lot.ignorees = [nom[:80] for nom in tableau.ignorees[:50]]
            with transaction.atomic():  # a file that ends badly takes what was loaded with it
                erreurs, lot.erreurs = _charger(lot, tableau, instant)
        except FichierIllisible as defaut:
            erreurs = [ErreurDImport(lot=lot, ligne=defaut.ligne, colonne="", message=str(defaut)[:300])]
            lot.erreurs = 1
        except FileNotFoundError:
            message = "Le fichier n'est plus là. Déposez-le de nouveau."
            erreurs, lot.erreurs = [ErreurDImport(lot=lot, message=message)], 1
        if erreurs:
            ErreurDImport.objects.bulk_create(erreurs, batch_size=500)
            lot.etat = Import.Etat.REFUSE
            depots.retirer(lot.cle)
        else:
            progres.dire(lot, "comparaison")
            for nom, valeur in lots.comparer(lot, lot.colonnes).items():
                setattr(lot, nom, valeur)
            lot.etat = Import.Etat.PRET
        lot.save()
    progres.oublier(lot)
    return lot


def prendre(lot: Import, *etats: str) -> Import | None:
    """The import under lock if it is in one of these states and nobody holds it, else None."""
    return (
        Import.objects.filter(pk=lot.pk, etat__in=etats)
        .select_for_update(of=("self",), skip_locked=True)
        .first()
    )


def exiger_etat(lot: Import, etat: str, message: str) -> None:
    """Raise `ActeImpossible` (`etat`) unless the import is in that state."""
    if lot.etat != etat:
        raise ActeImpossible(f"{message} Il est : {lot.get_etat_display().lower()}.", code="etat")


def _charger(lot: Import, tableau: Tableau, instant: datetime) -> tuple[list[ErreurDImport], int]:
    """Load the lines; the errors (the first thousand) and how many there are."""
    lecteur = LecteurDeLignes(tableau.champs, _annuaire(instant), jour=timezone.localdate(instant))
    lot.colonnes = lecteur.presents
    erreurs = [
        ErreurDImport(
            lot=lot,
            ligne=tableau.ligne_d_entete,
            colonne=COLONNES[champ][0],
            message="Deux colonnes disent la même chose. Gardez-en une.",
        )
        for champ in tableau.doublons
    ] + [
        ErreurDImport(
            lot=lot,
            ligne=tableau.ligne_d_entete,
            colonne=colonne,
            message="Cette colonne manque. Ajoutez-la.",
        )
        for colonne in lecteur.manquantes()
    ]
    if erreurs:
        return erreurs, len(erreurs)
    compte = [0]
    lots.charger(_lignes(lot, tableau, lecteur, erreurs, compte))
    if not erreurs and lot.lignes == 0:
        message = "Le fichier n'a que des en-têtes. Vérifiez l'export : personne n'y est."
        return [ErreurDImport(lot=lot, message=message)], 1
    return erreurs, compte[0]


def _lignes(
    lot: Import, tableau: Tableau, lecteur: LecteurDeLignes, erreurs: list[ErreurDImport], compte: list[int]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The lines, until the first error; `erreurs` and `compte` fill on the way."""
    lot.lignes = 0
    for numero, cellules in tableau.lignes:
        lot.lignes += 1
        if lot.lignes > LIGNES_MAX:
            raise FichierIllisible(
                f"Le fichier a plus de {LIGNES_MAX:,} lignes.".replace(",", " ")
                + " Vérifiez que c'est le fichier des membres.",
                ligne=numero,
            )
        if lot.lignes % _LIGNES_ENTRE_DEUX_NOUVELLES == 0:
            progres.dire(lot, "lecture", lot.lignes)
        valeurs, defauts = lecteur.lire(cellules)
        if defauts:
            compte[0] += len(defauts)
            erreurs += [
                ErreurDImport(lot=lot, ligne=numero, colonne=colonne, message=message[:300])
                for colonne, message in defauts[: ERREURS_GARDEES - len(erreurs)]
            ]
        elif not erreurs:
            yield numero, valeurs


def _annuaire(instant: datetime) -> Annuaire:
    """All sections, each with those that stand for it today."""
    jour = timezone.localdate(instant)
    sections = list(Section.objects.select_related("federation"))
    return Annuaire(
        SectionConnue(
            id=s.pk,
            code=s.code,
            nom=s.nom,
            federation=s.federation.code,
            federation_nom=s.federation.nom,
            suites=(s.pk,)
            if s.etat != Section.Etat.REMPLACEE
            else tuple(Section.objects.descendantes(s, au=jour).values_list("pk", flat=True)),
        )
        for s in sections
    )


# --- Give up, purge ---------------------------------------------------------------------------


def abandonner_import(*, lot: Import, par: Compte | None) -> Import:
    """Give up an import that is not applied: its file and its lines are destroyed."""
    if par is not None:
        exiger(par, "membres.importer")
    with transaction.atomic():
        lot = Import.objects.select_for_update(of=("self",)).get(pk=lot.pk)
        if lot.etat not in Import.TRANSITIONS["abandonner"][0]:
            raise ActeImpossible(
                f"Cet import ne s'abandonne plus. Il est : {lot.get_etat_display().lower()}.", code="etat"
            )
        LigneImport.objects.filter(lot=lot).delete()
        lot.erreurs_lues.all().delete()
        lot.etat = Import.Etat.ABANDONNE
        lot.save(update_fields=["etat"])
        journaliser(acte="membres.abandonner_import", par=par, objet=lot)
    depots.retirer(lot.cle)
    return lot


def purger_imports(*, instant: datetime | None = None) -> dict[str, int]:
    """A week later: give up forgotten imports, destroy lines, errors and files; how many of each."""
    limite = (instant or timezone.now()) - CONSERVATION
    comptes = {"abandonnes": 0, "lignes": 0, "erreurs": 0, "fichiers": 0}
    for lot in Import.objects.delaisses(depuis=limite):
        abandonner_import(lot=lot, par=None)
        comptes["abandonnes"] += 1
    vieux = Import.objects.exclude(etat__in=Import.OUVERTS).filter(depose_le__lt=limite)
    vieux = vieux.exclude(applique_le__gte=limite)
    with transaction.atomic():
        comptes["lignes"] = LigneImport.objects.filter(lot__in=vieux).delete()[0]
        comptes["erreurs"] = ErreurDImport.objects.filter(lot__in=vieux).delete()[0]
        gardes = Import.objects.filter(etat__in=Import.OUVERTS).values_list("cle", flat=True)
        comptes["fichiers"] = depots.retirer_les_orphelins(list(gardes))
        if any(comptes.values()):
            journaliser(acte="membres.purger_imports", par=None, details=comptes)
    return comptes

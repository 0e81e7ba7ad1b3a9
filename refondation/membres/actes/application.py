"""What becomes of a comparison: conflicts decided, confirmed, applied all or nothing, undone as a whole."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from refondation.journal.actes import journaliser
from refondation.membres import depots, progres
from refondation.membres.actes import lots
from refondation.membres.actes.imports import exiger_etat, prendre
from refondation.membres.models import Adherent, Changement, Compte, Import, LigneImport
from refondation.membres.regles import ActeImpossible, exiger

# Beyond so many exits, and so many hundredths of the register, their number must be typed.
SORTIES_SANS_CONFIRMATION, CENTIEMES_SANS_CONFIRMATION = 20, 1


def trancher_conflits(
    *, lot: Import, accepter: bool, par: Compte | None, genre: str = "", lignes: Collection[int] = ()
) -> int:
    """Accept lines in conflict, or leave them aside: those of one kind, or these (ids); how many changed.

    A number that stands on several lines is never accepted: the file must say which one is right.
    """
    if par is not None:
        exiger(par, "membres.importer")
    with transaction.atomic():
        lot = Import.objects.select_for_update(of=("self",)).get(pk=lot.pk)
        exiger_etat(lot, Import.Etat.PRET, "Les conflits se tranchent avant la confirmation.")
        conflits = lot.lignes_lues.filter(conflit__in=LigneImport.A_TRANCHER).exclude(accepte=accepter)
        conflits = conflits.filter(conflit=genre) if genre else conflits.filter(pk__in=lignes)
        nombre = conflits.update(accepte=accepter)
        if nombre:
            journaliser(
                acte="membres.trancher_conflits",
                par=par,
                objet=lot,
                details={"genre": genre, "acceptes" if accepter else "ecartes": nombre},
            )
    return nombre


def sorties_a_confirmer(lot: Import) -> bool:
    """Whether so many exits are proposed that their number must be typed."""
    if lot.sortis <= SORTIES_SANS_CONFIRMATION:
        return False
    return lot.sortis * 100 > Adherent.objects.presents().count() * CENTIEMES_SANS_CONFIRMATION


def confirmer_import(
    *, lot: Import, sorties: int | None = None, par: Compte | None, en_tache: bool = True
) -> Import:
    """Decide that the import is applied; a task does it.

    Raises `ActeInterdit`, or `ActeImpossible`: `etat` (confirmed already, not compared yet…),
    `sorties_a_confirmer` (422) when `sorties` is not the number of exits although there are many,
    `registre_change` when the register has changed since the comparison, which starts again.
    """
    from refondation.membres import tasks

    if par is not None:
        exiger(par, "membres.appliquer_import")
    with transaction.atomic():
        lot = Import.objects.select_for_update(of=("self",)).get(pk=lot.pk)
        exiger_etat(lot, Import.Etat.PRET, "Cet import ne peut pas être confirmé maintenant.")
        if sorties != lot.sortis and sorties_a_confirmer(lot):
            raise ActeImpossible(
                f"Cet import fait sortir {lot.sortis} membres du registre. Si c'est voulu, saisissez ce "
                "nombre ; sinon, vérifiez que le fichier est complet.",
                code="sorties_a_confirmer",
                statut=422,
            )
        perime = lot.version != lots.version_du_registre()
        if perime:
            _recomparer(lot)
        else:
            lot.etat, lot.confirme_par, lot.remarque = Import.Etat.CONFIRME, par, ""
            lot.save(update_fields=["etat", "confirme_par", "remarque"])
        if en_tache:
            tache = tasks.comparer_import if perime else tasks.appliquer_import
            tache.delay_on_commit(lot.pk)
    if perime:
        raise ActeImpossible(
            "Le registre a changé depuis la comparaison : elle est refaite. "
            "Relisez les différences, puis confirmez.",
            code="registre_change",
        )
    return lot


def _recomparer(lot: Import) -> None:
    lot.etat, lot.confirme_par = Import.Etat.DEPOSE, None
    lot.remarque = "Le registre a changé depuis la comparaison : elle est refaite."
    lot.save(update_fields=["etat", "confirme_par", "remarque"])


# --- Apply ------------------------------------------------------------------------------------


def appliquer_import(*, lot: Import, en_tache: bool = True, instant: datetime | None = None) -> Import:
    """Write a confirmed import in the register, all of it or nothing.

    A worker that dies leaves it confirmed and the register untouched: the next one does it all.
    When the register has changed since the comparison, nothing is written and it is compared again.
    """
    from refondation.membres.tasks import comparer_import as tache

    instant = instant or timezone.now()
    with transaction.atomic():
        pris = prendre(lot, Import.Etat.CONFIRME)
        if pris is None:
            return Import.objects.get(pk=lot.pk)
        lot = pris
        progres.dire(lot, "application")
        _arreter_le_registre()
        if lot.version != lots.version_du_registre():
            _recomparer(lot)
            if en_tache:
                tache.delay_on_commit(lot.pk)
            return lot
        ecrits = lots.appliquer(lot, instant=instant, jour=timezone.localdate(instant))
        lot.etat, lot.applique_le = Import.Etat.APPLIQUE, instant
        lot.save(update_fields=["etat", "applique_le"])
        journaliser(
            acte="membres.appliquer_import",
            par=lot.confirme_par,
            objet=lot,
            instant=instant,
            details={"empreinte": lot.empreinte, "lignes": lot.lignes, **ecrits},
        )
    depots.retirer(lot.cle)
    progres.oublier(lot)
    return lot


def _arreter_le_registre() -> None:
    """Until this transaction ends, whoever writes members or sections waits: see `VersionDuRegistre`."""
    with connection.cursor() as curseur:
        curseur.execute("SELECT 1 FROM membres_versionduregistre FOR UPDATE")


def rouvrir_import(*, lot: Import, remarque: str) -> Import:
    """Give back to confirm an import whose application failed, with a word about it."""
    with transaction.atomic():
        pris = prendre(lot, Import.Etat.CONFIRME)
        if pris is None:
            return Import.objects.get(pk=lot.pk)
        pris.etat, pris.confirme_par, pris.remarque = Import.Etat.PRET, None, remarque
        pris.save(update_fields=["etat", "confirme_par", "remarque"])
        journaliser(acte="membres.rouvrir_import", par=None, objet=pris)
    return pris


# --- Undo -------------------------------------------------------------------------------------


def empechements(lot: Import) -> list[str]:
    """Why an applied import cannot be undone any more, one French sentence each; none: it can."""
    raisons = []
    suivants = Import.objects.appliques_apres(lot).count()
    if suivants:
        raisons.append(f"{suivants} import(s) appliqué(s) depuis : annulez d'abord le plus récent.")
    touches = Adherent.objects.filter(
        Q(inscrit_par=lot) | Exists(Changement.objects.filter(lot=lot, adherent=OuterRef("pk")))
    )
    autres = Changement.objects.posterieurs(lot).filter(adherent__in=touches)
    for cause, nombre in autres.order_by("cause").values_list("cause").annotate(Count("pk")):
        raisons.append(
            f"{nombre} de ses membres ont changé depuis ({Changement.Cause(cause).label.lower()})."
        )
    # Rolls are in a room above this one: its lines are reached by their names.
    figes = touches.filter(inscriptions__scrutin__annonce_le__gte=lot.applique_le).distinct().count()
    if figes:
        raisons.append(f"{figes} de ses membres sont sur la liste, figée depuis, d'un scrutin annoncé.")
    entres = Adherent.objects.filter(inscrit_par=lot)
    for relation in Adherent._meta.related_objects:
        nom = relation.get_accessor_name()
        if nom in {"changements", "inscriptions"} or relation.related_model is LigneImport:
            continue
        lies = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": entres}).count()
        if lies:
            genre = str(relation.related_model._meta.verbose_name)
            raisons.append(f"{lies} membres entrés par lui ont depuis un lien avec : {genre}.")
    return raisons


def annuler_import(*, lot: Import, par: Compte, instant: datetime | None = None) -> Import:
    """Take an applied import back as a whole: whom it brought, what it changed, who it had leave.

    Raises `ActeInterdit`, or `ActeImpossible`: `etat`, or `depend` with every reason.
    """
    instant = instant or timezone.now()
    exiger(par, "membres.annuler_import")
    try:
        with transaction.atomic():
            lot = Import.objects.select_for_update(of=("self",)).get(pk=lot.pk)
            exiger_etat(lot, Import.Etat.APPLIQUE, "Seul un import appliqué s'annule.")
            _arreter_le_registre()
            raisons = empechements(lot)
            if raisons:
                raise ActeImpossible(
                    "Cet import ne peut plus être annulé. " + " ".join(raisons), code="depend"
                )
            comptes = lots.defaire(lot)
            lot.etat, lot.annule_le = Import.Etat.ANNULE, instant
            lot.save(update_fields=["etat", "annule_le"])
            journaliser(
                acte="membres.annuler_import",
                par=par,
                objet=lot,
                instant=instant,
                details={"empreinte": lot.empreinte, **comptes},
            )
    except IntegrityError as erreur:
        # Between our look and the end, an account was opened, or a roll frozen.
        raise ActeImpossible(
            "Quelque chose vient de s'attacher aux membres de cet import : il n'est pas annulé. Recommencez.",
            code="depend",
        ) from erreur
    return lot

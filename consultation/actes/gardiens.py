"""The trustees of the key: appointed, told by mail, heard once; their decryption is in `depouillement`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from consultation import avis
from consultation.actes.redaction import verrouiller_le_brouillon
from consultation.belenios.gardiens import verifier_cle_publique
from consultation.belenios.groupes import groupe
from consultation.models import AvisAuGardien, Evenement, Gardien, Scrutin
from consultation.models.scrutin import GardienQuerySet
from refondation.journal.actes import journaliser
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible, ActeInterdit, exiger

GROUPE = "BELENIOS-2048"


def designer_gardiens(*, scrutin: Scrutin, comptes: list[Compte], par: Compte) -> list[Gardien]:
    """Appoint the trustees in this order; those already there keep their key, those left out lose their place.

    The new ones get a mail after commit.
    """
    from consultation import tasks

    exiger(par, "consultation.designer_gardiens", scrutin)
    if not comptes:
        raise ActeImpossible("Il faut au moins un·e gardien·ne de la clé.", code="gardiens", statut=400)
    if len({c.pk for c in comptes}) < len(comptes):
        raise ActeImpossible("La même personne est citée deux fois.", code="gardiens", statut=400)
    with transaction.atomic():
        scrutin = verrouiller_le_brouillon(scrutin)
        anciens = {g.compte_id: g for g in scrutin.gardiens.all()}
        gardes = {c.pk for c in comptes}
        scrutin.gardiens.exclude(compte__in=gardes).delete()
        # Ranks out of the way first: they are unique.
        for rang, ancien in enumerate(scrutin.gardiens.all(), 10_001):
            Gardien.objects.filter(pk=ancien.pk).update(rang=rang)
        gardiens = []
        for rang, compte in enumerate(comptes, 1):
            gardien = anciens.get(compte.pk) or Gardien(scrutin=scrutin, compte=compte, nom=str(compte))
            gardien.rang = rang
            gardien.save()
            gardiens.append(gardien)
        journaliser(
            acte="consultation.designer_gardiens",
            par=par,
            objet=scrutin,
            details={"comptes": [c.pk for c in comptes]},
        )
        tasks.prevenir_les_gardiens.delay_on_commit(scrutin.pk)
    return gardiens


def remplacer_la_cle(*, gardien: Gardien, par: Compte) -> Gardien:
    """Forget a trustee's public key in a draft, so that another can be delivered: the file was lost."""
    exiger(par, "consultation.designer_gardiens", gardien.scrutin)
    with transaction.atomic():
        scrutin = verrouiller_le_brouillon(gardien.scrutin)
        gardien.cle = gardien.cle_deposee_le = None
        gardien.save(update_fields=["cle", "cle_deposee_le"])
        journaliser(
            acte="consultation.designer_gardiens",
            par=par,
            objet=scrutin,
            details={"cle_oubliee": gardien.rang},
        )
    return gardien


def deposer_cle(
    *, gardien: Gardien, cle: dict[str, Any], par: Compte, instant: datetime | None = None
) -> Gardien:
    """Record the public part of a trustee's key, once; only that trustee, only in a draft.

    `cle` is the protocol's trustee_public_key; its proof of knowledge is checked.  The same key
    sent again changes nothing.
    """
    if gardien.compte_id != par.pk:
        raise ActeInterdit("consultation.deposer_cle")
    try:
        verifier_cle_publique(cle, groupe(GROUPE))
    except ValueError as defaut:
        raise ActeImpossible(
            f"Cette clé publique n'est pas valable : {defaut} Créez-en une autre.",
            code="malforme",
            statut=400,
        ) from defaut
    with transaction.atomic():
        scrutin = verrouiller_le_brouillon(gardien.scrutin)
        present = scrutin.gardiens.select_for_update(of=("self",)).filter(compte=par).first()
        if present is None:
            raise ActeImpossible(
                "Vous n'êtes plus gardien·ne de ce scrutin. Demandez à l'administration nationale si c'est une erreur.",
                code="interdit",
                statut=403,
            )
        if present.cle is not None:
            if present.cle["public_key"] == cle["public_key"]:
                return present
            raise ActeImpossible(
                "Votre clé est déjà déposée. Demandez à l'administration nationale de l'oublier "
                "si vous avez perdu le fichier.",
                code="cle_deposee",
            )
        if scrutin.gardiens.filter(cle__public_key=cle["public_key"]).exists():
            raise ActeImpossible(
                "Cette clé est celle d'un·e autre gardien·ne. Chacun·e crée la sienne.",
                code="malforme",
                statut=400,
            )
        present.cle = {"pok": cle["pok"], "public_key": cle["public_key"], "name": present.nom}
        present.cle_deposee_le = instant or timezone.now()
        present.save(update_fields=["cle", "cle_deposee_le"])
        journaliser(
            acte="consultation.deposer_cle", par=par, objet=scrutin, details={"gardien": present.rang}
        )
    return present


def prevenir_de_la_designation(*, scrutin: Scrutin, instant: datetime | None = None) -> int:
    """Mail the trustees of a draft who have not been told; how many were."""
    gardiens = Gardien.objects.filter(scrutin=scrutin, scrutin__etat=Scrutin.Etat.BROUILLON, cle__isnull=True)
    return _prevenir(gardiens, AvisAuGardien.Genre.DESIGNATION, avis.designation_de_gardien, instant)


def appeler_au_dechiffrement(*, scrutin: Scrutin, instant: datetime | None = None) -> int:
    """Mail the trustees once every box of a closed vote has its encrypted total; how many were."""
    sans_total = scrutin.urnes.exclude(evenements__type=Evenement.Type.ENCRYPTED_TALLY)
    if sans_total.exists():
        return 0
    gardiens = Gardien.objects.filter(scrutin=scrutin, scrutin__etat=Scrutin.Etat.CLOS)
    return _prevenir(gardiens, AvisAuGardien.Genre.DECHIFFREMENT, avis.appel_au_dechiffrement, instant)


def _prevenir(
    gardiens: GardienQuerySet,
    genre: str,
    message: Callable[[Gardien], EmailMessage],
    instant: datetime | None,
) -> int:
    """One transaction for each: a refused address hinders no other, and nobody is told twice.

    What failed is raised at the end, for the task to be seen failing and tried again.
    """
    prevenus, echecs = 0, []
    for pk in gardiens.exclude(avis__genre=genre).exclude(compte__email="").values_list("pk", flat=True):
        try:
            with transaction.atomic():
                gardien = (
                    Gardien.objects.select_for_update(of=("self",), skip_locked=True)
                    .select_related("scrutin", "compte")
                    .filter(pk=pk)
                    .exclude(avis__genre=genre)
                    .first()
                )
                if gardien is None:
                    continue
                AvisAuGardien.objects.create(
                    gardien=gardien, genre=genre, envoye_le=instant or timezone.now()
                )
                message(gardien).send()
                prevenus += 1
        except OSError as echec:  # the mail server, or the way to it
            echecs.append(echec)
    if echecs:
        raise echecs[0]
    return prevenus

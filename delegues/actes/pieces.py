"""Photos and scans of the signed paper: joined to a draft, cleaned; taken back while it is one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from delegues.actes.proces_verbaux import verrouiller_le_brouillon
from delegues.fichiers import nettoyer
from delegues.models import Piece, ProcesVerbal
from refondation.journal.actes import journaliser
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible

PIECES_MAX = 20


def joindre_piece(
    *, proces_verbal: ProcesVerbal, envoi: UploadedFile, par: Compte, instant: datetime | None = None
) -> Piece:
    """Join a photo or a scan, cleaned; the same file again gives the paper already there.

    Raises those of `nettoyer`, `trop_de_pieces`, and those of drafts.
    """
    instant = instant or timezone.now()
    propre = nettoyer(envoi)
    with transaction.atomic():
        pv = verrouiller_le_brouillon(proces_verbal, par=par, instant=instant, version=None)
        deja = pv.pieces.filter(empreinte=propre.empreinte).first()
        if deja is not None:
            return deja
        if pv.pieces.count() >= PIECES_MAX:
            raise ActeImpossible(
                f"Il y a déjà {PIECES_MAX} pièces. Retirez-en une, ou réunissez des pages dans un PDF.",
                code="trop_de_pieces",
                statut=400,
            )
        piece = Piece(
            proces_verbal=pv,
            nom=PurePath(envoi.name or "").stem[:120] or "Pièce",
            fichier=propre.fichier(),
            genre=propre.genre,
            octets=len(propre.contenu),
            empreinte=propre.empreinte,
            deposee_le=instant,
            par=par,
        )
        piece.save(force_insert=True)
        journaliser(
            acte="delegues.joindre_piece",
            par=par,
            objet=pv,
            instant=instant,
            details={"empreinte": piece.empreinte},
        )
    return piece


def retirer_piece(*, piece: Piece, par: Compte, instant: datetime | None = None) -> None:
    """Take a paper back from a draft; its file goes too, unless other minutes hold it."""
    instant = instant or timezone.now()
    with transaction.atomic():
        pv = verrouiller_le_brouillon(piece.proces_verbal, par=par, instant=instant, version=None)
        journaliser(
            acte="delegues.retirer_piece",
            par=par,
            objet=pv,
            instant=instant,
            details={"empreinte": piece.empreinte},
        )
        effacer_les_pieces([piece])


def effacer_les_pieces(pieces: Sequence[Piece]) -> None:
    """Within a transaction: the rows now, the files that no other row names once it is committed."""
    for piece in pieces:
        stockage, nom = piece.fichier.storage, piece.fichier.name
        piece.delete()
        if not Piece.objects.filter(fichier=nom).exists():
            transaction.on_commit(lambda stockage=stockage, nom=nom: stockage.delete(nom))

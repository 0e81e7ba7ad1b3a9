"""A box's chain of events: appending to it, and reading it back as an archive."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache

from consultation.belenios.archive import enregistrement, entete, evenement_json
from consultation.belenios.election import Election
from consultation.models.scrutin import Gardien, Scrutin
from consultation.models.urne import Credentiel, Evenement, Urne

# A ballot weighs some 8 kB in the archive: under a megabyte at a time.
EVENEMENTS_PAR_LECTURE = 100


@lru_cache(maxsize=256)
def _election(uuid: str, texte: str) -> Election:
    return Election.lire(texte.encode())


def election_de(urne: Urne) -> Election:
    """The box's election, parsed once per process: its bytes never change once sealed."""
    return _election(urne.uuid, urne.election)


def hexa(texte: str) -> str:
    return hashlib.sha256(texte.encode()).hexdigest()


def ajouter_evenement(
    urne: Urne,
    genre: str,
    donnees: list[str] | None = None,
    *,
    credentiel: Credentiel | None = None,
    gardien: Gardien | None = None,
) -> Evenement:
    """Append an event whose payload is the last of `donnees` (none: no payload); `urne` must be locked.

    The trigger moves the box's head; `urne` follows in memory.
    """
    donnees = donnees or []
    charge = hexa(donnees[-1]) if donnees else ""
    hauteur = urne.hauteur + 1
    texte = evenement_json(urne.tete or None, hauteur, genre, charge or None)
    evenement = Evenement(
        urne=urne,
        hauteur=hauteur,
        type=genre,
        parent=urne.tete,
        charge=charge,
        empreinte=hashlib.sha256(texte).hexdigest(),
        donnees=donnees,
        credentiel=credentiel,
        gardien=gardien,
    )
    evenement.save(force_insert=True)
    urne.hauteur, urne.tete = hauteur, evenement.empreinte
    return evenement


def empreinte_de(tetes: Iterable[tuple[str, int, str]]) -> str:
    """One fingerprint for several boxes: SHA-256 (hex) of their lines "uuid|height|head", sorted, each ended by LF."""
    return hexa("".join(f"{uuid}|{hauteur}|{tete}\n" for uuid, hauteur, tete in sorted(tetes)))


def empreinte_des_tetes(scrutin: Scrutin) -> str:
    """The fingerprint of all the boxes of a vote, as they stand."""
    return empreinte_de(scrutin.urnes.order_by().values_list("uuid", "hauteur", "tete"))


def lire_archive(urne: Urne) -> Iterator[bytes]:
    """The archive `UUID.bel` as it stands, some records at a time: always a valid prefix of what it will be."""
    yield entete(urne.horodatage)
    # What is appended while we read stays out: a prefix up to the head seen first.  Slices by
    # height hold neither a cursor nor a transaction open for a slow reader.
    for debut in range(0, urne.hauteur + 1, EVENEMENTS_PAR_LECTURE):
        fin = min(debut + EVENEMENTS_PAR_LECTURE - 1, urne.hauteur)
        morceaux = []
        for e in Evenement.objects.filter(urne=urne, hauteur__range=(debut, fin)).order_by("hauteur"):
            morceaux += [enregistrement(contenu.encode(), "data", urne.horodatage) for contenu in e.donnees]
            texte = evenement_json(e.parent or None, e.hauteur, e.type, e.charge or None)
            morceaux.append(enregistrement(texte, "event", urne.horodatage))
        yield b"".join(morceaux)

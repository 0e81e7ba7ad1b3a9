"""A box's chain of events: appending to it, and reading it back as an archive."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from consultation.belenios.archive import enregistrement, entete, evenement_json
from consultation.belenios.election import Election
from consultation.models.scrutin import Gardien, Scrutin
from consultation.models.urne import Evenement, Urne
from refondation.lectures import curseur_prepare

# A ballot weighs some 8 kB in the archive: under a megabyte at a time.
EVENEMENTS_PAR_LECTURE = 100


# Boxes of one vote, at most: sections of the whole party, twice.
_ELECTIONS_GARDEES = 5000
_elections: dict[str, Election] = {}


def election_de(urne: Urne) -> Election:
    """The box's election, read once per process: sealed, its bytes never change (trigger `urne_figee`)."""
    election = _elections.get(urne.uuid)
    if election is None:
        election = Election.lire(urne.election.encode())
        if len(_elections) >= _ELECTIONS_GARDEES:
            _elections.clear()
        _elections[urne.uuid] = election
    return election


def hexa(texte: str) -> str:
    return hashlib.sha256(texte.encode()).hexdigest()


def ajouter_evenement(
    urne: Urne,
    genre: str,
    donnees: list[str] | None = None,
    *,
    credentiel: int | None = None,
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
        credentiel_id=credentiel,
        gardien=gardien,
    )
    _inserer(evenement)
    urne.hauteur, urne.tete = hauteur, evenement.empreinte
    return evenement


_COLONNES = (
    "urne_id",
    "hauteur",
    "type",
    "parent",
    "charge",
    "empreinte",
    "donnees",
    "credentiel_id",
    "gardien_id",
)
_INSERER = f"INSERT INTO consultation_evenement ({', '.join(_COLONNES)}) VALUES ({', '.join(['%s'] * 9)})"  # noqa: S608


def _inserer(evenement: Evenement) -> None:
    """A plain INSERT: on the way of every ballot, the ORM's would cost as much as all the rest."""
    with curseur_prepare() as curseur:
        curseur.execute(_INSERER, [getattr(evenement, c) for c in _COLONNES])


def empreinte_de(tetes: Iterable[tuple[str, int, str]]) -> str:
    """One fingerprint for several boxes: SHA-256 (hex) of lines "uuid|height|head", sorted, LF-ended."""
    return hexa("".join(f"{uuid}|{hauteur}|{tete}\n" for uuid, hauteur, tete in sorted(tetes)))


def empreinte_des_tetes(scrutin: Scrutin) -> str:
    """The fingerprint of all the boxes of a vote, as they stand."""
    return empreinte_de(scrutin.urnes.order_by().values_list("uuid", "hauteur", "tete"))


def lire_archive(urne: Urne) -> Iterator[bytes]:
    """The archive `UUID.bel` as it stands, some records at a time: a valid prefix of what it will be."""
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

"""Why an archive is refused."""

from __future__ import annotations


class ArchiveInvalide(ValueError):
    """An archive that is refused: `code` for machines, the message in French for everybody.

    `hauteur` is the event at fault, `suivi` the tracker of the ballot, `proprietaire` the owner of the part
    or key. Codes, by what they are about:

    the file: "illisible", "vide", "tronquee", "entete", "conteneur", "empreinte", "trop_gros"; the chain:
    "chaine", "ordre", "donnees", "melange_non_gere"; the setup: "election", "groupe_inconnu",
    "question_non_geree", "gardiens", "cle_election", "credentiels", "credentiel_double"; a ballot:
    "bulletin_" and a code of `BulletinInvalide`, "bulletin_rejoue", "credentiel_inconnu"; the counting:
    "total", "part", "part_double", "dechiffrement", "parts_manquantes", "resultat".
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        hauteur: int | None = None,
        suivi: str | None = None,
        proprietaire: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.hauteur, self.suivi, self.proprietaire = hauteur, suivi, proprietaire

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword arguments do not survive the default way from one process to another.
        return _refaire, (self.code, str(self), self.hauteur, self.suivi, self.proprietaire)


def _refaire(
    code: str, message: str, hauteur: int | None, suivi: str | None, proprietaire: int | None
) -> ArchiveInvalide:
    return ArchiveInvalide(code, message, hauteur=hauteur, suivi=suivi, proprietaire=proprietaire)

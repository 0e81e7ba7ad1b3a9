"""Checks that the journal is whole: ranks without a hole, each line linked to the one before."""

from __future__ import annotations

from dataclasses import dataclass

from refondation.journal.models import Ligne

ORIGINE = "0" * 64


@dataclass(frozen=True)
class Verification:
    """`lignes` lines hold, up to the fingerprint `tete`; then comes `defaut` ("": none) at rank `rang`."""

    lignes: int
    tete: str
    defaut: str = ""
    rang: int | None = None

    @property
    def est_intacte(self) -> bool:
        return not self.defaut


def verifier(*, repere: tuple[int, str] | None = None) -> Verification:
    """Read the whole chain, and stop at its first defect.

    `repere` is a (rank, fingerprint) noted earlier: nothing else can tell that the last lines
    were removed, or that the whole chain was written again.
    """
    precedente, rang = ORIGINE, 0
    for ligne in Ligne.objects.order_by("rang").iterator(chunk_size=2000):
        attendu = rang + 1
        defaut = ""
        if ligne.rang != attendu:
            defaut = f"la ligne {attendu} manque"
        elif ligne.precedente != precedente:
            defaut = f"la ligne {attendu} ne suit pas la précédente"
        elif ligne.empreinte != ligne.empreinte_attendue():
            defaut = f"la ligne {attendu} a été modifiée"
        elif repere is not None and repere[0] == attendu and repere[1] != ligne.empreinte:
            defaut = f"la ligne {attendu} n'est pas celle du repère"
        if defaut:
            return Verification(rang, precedente, defaut, attendu)
        precedente, rang = ligne.empreinte, attendu
    if repere is not None and repere[0] > rang:
        return Verification(rang, precedente, f"la ligne {rang + 1} manque", rang + 1)
    return Verification(rang, precedente)

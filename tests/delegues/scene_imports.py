"""A federation that works on paper: its sheet, as a file, with what each line says."""

from __future__ import annotations

from datetime import timedelta

from delegues import actes
from delegues.models import Candidature, ImportDeDelegations, Liste, Presence, ProcesVerbal, Voix
from refondation.membres.models import Compte
from tests.delegues import scene

ENTETE = "Section;Numéro;Nom;Prénom;Liste;Voix;Élu·e;Date;Lieu;Votants;Blancs;Nuls;Second signataire;Présents"


class Papier:
    """A federation of two sections, four members each, and its sheet: one dict a line."""

    def __init__(self, **reglages: object) -> None:
        self.campagne = scene.faire_campagne(**reglages)
        self.sections = [scene.faire_section(code) for code in ("31001", "31002")]
        self.designations = [
            scene.faire_designation(self.campagne, s, sieges=2, effectif=4) for s in self.sections
        ]
        self.membres = [[scene.faire_adherent(s, genre=genre) for genre in "FHFH"] for s in self.sections]
        self.par = scene.faire_compte("secretaire_federal", federation=self.sections[0].federation)
        self.lignes = [
            {
                "Section": s.code,
                "Numéro": m.numero,
                "Nom": m.nom,
                "Prénom": m.prenom,
                "Liste": "",
                "Voix": str(4 - rang),
                "Élu·e": ("titulaire", "titulaire", "suppléante", "suppléant")[rang],
                "Date": "20/09/2026 18:30" if rang == 0 else "",
                "Lieu": "Salle des fêtes" if rang == 0 else "",
                "Votants": "4" if rang == 0 else "",
                "Blancs": "0" if rang == 0 else "",
                "Nuls": "0" if rang == 0 else "",
                "Second signataire": membres[3].numero if rang == 0 else "",
                "Présents": " ".join(x.numero for x in membres) if rang == 0 else "",
            }
            for s, membres in zip(self.sections, self.membres, strict=True)
            for rang, m in enumerate(membres)
        ]
        # Three women and one man at four votes a ballot of two names: 4 + 3 + 1 + 0 = 8 = 4 x 2.
        for section in range(2):
            for rang, voix in enumerate((4, 3, 1, 0)):
                self.lignes[section * 4 + rang]["Voix"] = str(voix)
            self.lignes[section * 4 + 3]["Élu·e"] = ""

    def csv(self) -> bytes:
        entete = ENTETE.split(";")
        return "\n".join(
            [ENTETE, *(";".join(ligne.get(c, "") for c in entete) for ligne in self.lignes)]
        ).encode()

    def deposer(self, contenu: bytes | None = None, **options: object) -> ImportDeDelegations:
        valeurs = {
            "campagne": self.campagne,
            "federation": self.sections[0].federation,
            "morceaux": [self.csv() if contenu is None else contenu],
            "nom": "delegations.csv",
            "par": self.par,
            "instant": scene.ASSEMBLEES + timedelta(days=1),
            **options,
        }
        return actes.deposer_un_import(**valeurs)

    def appliquer(self, lot: ImportDeDelegations, par: Compte | None = None) -> ImportDeDelegations:
        return actes.appliquer_un_import(
            lot=lot, par=par or self.par, instant=scene.ASSEMBLEES + timedelta(days=1)
        )


def erreurs(lot: ImportDeDelegations) -> list[tuple[int | None, str]]:
    return [(ligne, colonne) for ligne, colonne, _ in lot.erreurs]


def rien_d_ecrit() -> bool:
    return not any(m.objects.exists() for m in (ProcesVerbal, Liste, Candidature, Voix, Presence))

"""Tables as people exchange them: CSV and XLSX, read whoever made them; CSV, XLSX and ODS written for anyone."""

from refondation.tableaux.ecriture import ecrire_classeur, lignes_csv, sans_formule
from refondation.tableaux.entetes import cle_d_entete
from refondation.tableaux.lecture import FichierIllisible, Tableau, lire
from refondation.tableaux.odf import ecrire_odf

__all__ = [
    "FichierIllisible",
    "Tableau",
    "cle_d_entete",
    "ecrire_classeur",
    "ecrire_odf",
    "lignes_csv",
    "lire",
    "sans_formule",
]

"""Papers: the minutes of a section and its attendance sheet, as tagged PDF."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import segno
from django.conf import settings
from django.urls import reverse

from delegues.emargement import liste_d_emargement
from delegues.models import Designation, ProcesVerbal
from refondation.interface.formats import jour, moment
from refondation.interface.pdf import composer

LIGNES_VIDES = 12


def adresse_de_verification(proces_verbal: ProcesVerbal) -> str:
    return f"{settings.ADRESSE_PUBLIQUE}{reverse('delegues:verifier', args=[proces_verbal.cle])}"


def proces_verbal_pdf(proces_verbal: ProcesVerbal, contenu: dict[str, Any], *, instant: datetime) -> bytes:
    """The paper of `contenu`; signed minutes give the same bytes each time, a draft says that it is one."""
    pv = proces_verbal
    signe = bool(pv.numero)
    adresse = adresse_de_verification(pv) if signe else ""
    return composer(
        "proces_verbal_de_section",
        {
            **contenu,
            "tenue_le": moment(datetime.fromisoformat(contenu["tenue_le"])) if contenu["tenue_le"] else "",
            "numero": pv.numero,
            "signe": signe,
            "remplace": pv.etat == ProcesVerbal.Etat.RECTIFIE,
            "presente_le": moment(pv.presente_le) if pv.presente_le else "",
            "verrouille_le": moment(pv.verrouille_le) if pv.verrouille_le else "",
            "empreinte": pv.empreinte,
            "adresse": adresse,
            "qr": _qr(f"{adresse}?empreinte={pv.empreinte}") if signe else "",
        },
        instant=instant,
    )


def _qr(texte: str) -> str:
    """An SVG drawing, quiet zone included."""
    sortie = io.BytesIO()
    segno.make(texte, error="m", micro=False).save(sortie, kind="svg", border=4, xmldecl=False)
    return sortie.getvalue().decode()


def feuille_de_presence_pdf(designation: Designation, *, instant: datetime) -> bytes:
    """The names of the attendance list in order, a box to sign, and blank lines."""
    membres = liste_d_emargement(designation).values_list("nom", "prenom", "numero")
    return composer(
        "feuille_de_presence",
        {
            "campagne": designation.campagne.nom,
            "section": str(designation.section),
            "federation": str(designation.federation),
            "assemblee_le": moment(designation.assemblee_le) if designation.assemblee_le else "",
            "lieu": designation.lieu,
            "sieges": designation.sieges,
            "membres": [[nom, prenom, numero] for nom, prenom, numero in membres],
            "lignes_vides": LIGNES_VIDES,
            "imprimee_le": jour(instant),
        },
        instant=instant,
    )

"""What the tests of candidacies add to the scene: a campaign that asks dues and a commitment, sections with members."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from delegues.models import Campagne, Designation, Engagement, Liste
from refondation.membres.actes import ouvrir_compte
from refondation.membres.models import Adherent, Compte
from refondation.territoire.models import Section
from tests.delegues import scene
from tests.delegues.scene import CALENDRIER, faire_adherent, faire_compte, faire_section

TIRAGE = CALENDRIER["retraits_au"] + timedelta(minutes=1)
RECOURS_PASSES = CALENDRIER["recours_au"] + timedelta(minutes=1)
ENGAGEMENT = "Je m'engage à ne pas être candidat·e à la direction du parti."


def faire_campagne(**champs: Any) -> Campagne:
    """The scene's campaign, with dues asked on the reference day and a commitment until 2028."""
    return scene.faire_campagne(
        **{
            "cotisation_au": CALENDRIER["reference_le"],
            "engagement": ENGAGEMENT,
            "engagement_jusqu_au": date(2028, 1, 1),
            **champs,
        }
    )


def peupler(code: str = "31001", nombre: int = 4, **champs: Any) -> tuple[Section, list[Adherent]]:
    """A section and its members, women and men in turn."""
    section = faire_section(code, code[:2])
    membres = [faire_adherent(section, **{"genre": "FH"[rang % 2], **champs}) for rang in range(nombre)]
    return section, membres


def compte_de(adherent: Adherent) -> Compte:
    return ouvrir_compte(adherent=adherent)


def secretaire_de(section: Section, adherent: Adherent | None = None) -> Compte:
    return faire_compte("secretaire_section", adherent, section=section)


def faire_liste(designation: Designation, *personnes: Adherent, **champs: Any) -> Liste:
    """A list that stands, brought by its first candidate, with the commitments that it took."""
    liste = scene.faire_liste(
        designation, *personnes, par=champs.pop("par", None) or compte_de(personnes[0]), **champs
    )
    campagne = designation.campagne
    if campagne.engagement:
        Engagement.objects.bulk_create(
            Engagement(
                campagne=campagne,
                adherent=personne,
                empreinte=campagne.engagement_empreinte,
                accepte_le=scene.CANDIDATURES,
                jusqu_au=campagne.engagement_jusqu_au,
            )
            for personne in personnes
        )
    return liste


def calendrier_ou_l_on_est(phase: datetime) -> dict[str, Any]:
    """The scene's calendar moved so that `phase`, one of its instants, is now: for pages, which read the clock."""
    ecart = timezone.now() - phase
    return {nom: le + ecart for nom, le in CALENDRIER.items() if isinstance(le, datetime)}


def image(couleur: str = "purple") -> SimpleUploadedFile:
    """A photo as a phone sends it, with what says the device."""
    sortie, photo = io.BytesIO(), Image.new("RGB", (1600, 1200), couleur)
    exif = photo.getexif()
    exif[0x010F] = "Marque de l'appareil"
    photo.save(sortie, "JPEG", exif=exif)
    return SimpleUploadedFile("moi.jpg", sortie.getvalue())

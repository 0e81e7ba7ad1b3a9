"""A section on the evening of its assembly: its secretary, its members, its candidacies, minutes under way."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from delegues import actes
from delegues.actes import Pointage
from delegues.models import Campagne, Designation, Liste, Piece, ProcesVerbal
from delegues.proces_verbal import canonique, empreinte_de, rediger
from refondation.membres.models import Adherent, Compte
from refondation.membres.regles import ActeImpossible
from refondation.territoire.models import Section
from tests.delegues.scene import (
    ASSEMBLEES,
    CANDIDATURES,
    compte_de,
    faire_adherent,
    faire_campagne,
    faire_compte,
    faire_designation,
    faire_liste,
    faire_section,
)

SEANCE = ASSEMBLEES - timedelta(hours=2)
MS = int(ASSEMBLEES.timestamp() * 1000)


@dataclass
class Scene:
    campagne: Campagne
    section: Section
    designation: Designation
    secretaire: Compte
    membres: list[Adherent]
    listes: list[Liste]

    @property
    def second(self) -> Adherent:
        return self.membres[1]

    def compte_du_second(self) -> Compte:
        return compte_de(self.second)


def faire_scene(
    code: str = "31001", *, membres: int = 8, genres: str = "FHFH", sieges: int = 2, **campagne: Any
) -> Scene:
    """A section of `membres`, of whom the first is its secretary and the last ones stand, one a list."""
    section = faire_section(code, code[:2])
    personnes = [faire_adherent(section) for _ in range(membres - len(genres))]
    candidats = [faire_adherent(section, genre=genre) for genre in genres]
    objet = Campagne.objects.filter(slug="refondation").first() or faire_campagne(**campagne)
    designation = faire_designation(objet, section, sieges=sieges, effectif=membres)
    secretaire = faire_compte("secretaire_section", personnes[0], section=section)
    listes = [faire_liste(designation, c, rang=rang) for rang, c in enumerate(candidats, 1)]
    return Scene(objet, section, designation, secretaire, [*personnes, *candidats], listes)


def commencer(scene: Scene, instant: datetime = ASSEMBLEES) -> ProcesVerbal:
    return actes.commencer_proces_verbal(designation=scene.designation, par=scene.secretaire, instant=instant)


def pointer(
    scene: Scene,
    pv: ProcesVerbal,
    *personnes: Adherent,
    present: bool = True,
    marque: int = MS,
    instant: datetime = ASSEMBLEES,
) -> None:
    actes.pointer_presences(
        proces_verbal=pv,
        pointages=[Pointage(p.pk, present, marque) for p in personnes],
        par=scene.secretaire,
        instant=instant,
    )


def remplir(
    scene: Scene,
    pv: ProcesVerbal,
    *,
    voix: list[int],
    blancs: int = 1,
    nuls: int = 0,
    votants: int | None = None,
    presents: int | None = None,
    instant: datetime = ASSEMBLEES,
    seance: datetime = SEANCE,
) -> ProcesVerbal:
    """Every step of the draft; without `votants`, as few as these votes ask."""
    commun = {"proces_verbal": pv, "par": scene.secretaire, "instant": instant}
    pv = actes.noter_la_seance(**commun, tenue_le=seance, lieu="Salle des fêtes", version=pv.version)
    pointer(scene, pv, *scene.membres[:presents], instant=instant)
    if votants is None:
        noms = min(scene.designation.sieges, len(voix)) or 1
        votants = max(*voix, -(-sum(voix) // noms), 0) + blancs + nuls if voix else blancs + nuls
    pv = actes.noter_le_depouillement(
        **{**commun, "proces_verbal": pv},
        votants=votants,
        blancs=blancs,
        nuls=nuls,
        voix=dict(zip((liste.pk for liste in scene.listes), voix, strict=True)),
        version=pv.version,
    )
    pv = actes.noter_les_incidents(
        **{**commun, "proces_verbal": pv}, incidents="", sans_incident=True, version=pv.version
    )
    return actes.designer_le_bureau(
        **{**commun, "proces_verbal": pv},
        president=scene.membres[0],
        contresignataire=scene.second,
        version=pv.version,
    )


def relu(pv: ProcesVerbal) -> str:
    """The fingerprint that the review page shows."""
    return empreinte_de(canonique(rediger(frais(pv))[0]))


def frais(pv: ProcesVerbal) -> ProcesVerbal:
    return ProcesVerbal.objects.select_related(
        "designation__campagne", "designation__section__federation", "rectifie", "redacteur__adherent",
        "president", "contresignataire",
    ).get(pk=pv.pk)  # fmt: skip


def presenter(scene: Scene, pv: ProcesVerbal, instant: datetime = ASSEMBLEES) -> ProcesVerbal:
    return actes.presenter_proces_verbal(
        proces_verbal=pv, empreinte=relu(pv), par=scene.secretaire, instant=instant
    )


def contresigner(scene: Scene, pv: ProcesVerbal, instant: datetime = ASSEMBLEES) -> ProcesVerbal:
    return actes.contresigner_proces_verbal(
        proces_verbal=pv, empreinte=pv.empreinte, par=scene.compte_du_second(), instant=instant
    )


def signe_par_deux(scene: Scene, **depouillement: Any) -> ProcesVerbal:
    """From nothing to locked minutes."""
    pv = remplir(scene, commencer(scene), **({"voix": [5, 4, 3, 2]} | depouillement))
    return contresigner(scene, presenter(scene, pv))


def photo(nom: str = "papier.jpg", couleur: str = "white") -> SimpleUploadedFile:
    sortie = io.BytesIO()
    Image.new("RGB", (60, 40), couleur).save(sortie, "JPEG")
    return SimpleUploadedFile(nom, sortie.getvalue(), content_type="image/jpeg")


def le(jour: int, heure: int = 12) -> datetime:
    return datetime(2026, 9, jour, heure, tzinfo=UTC)


def calendrier_du_jour() -> dict[str, Any]:
    """A campaign whose assemblies are being held as the test runs: what pages, which read the clock, need."""
    maintenant = timezone.now()
    jours = {
        "candidatures_du": -20,
        "candidatures_au": -10,
        "retraits_au": -8,
        "assemblees_du": -5,
        "assemblees_au": 5,
        "enregistrement_au": 8,
        "controle_au": 20,
        "recours_au": 25,
    }
    return {nom: maintenant + timedelta(days=n) for nom, n in jours.items()} | {
        "mandat_debut": timezone.localdate() + timedelta(days=30),
        "mandat_fin": timezone.localdate() + timedelta(days=200),
    }


def entrer(compte: Compte) -> Client:
    client = Client()
    client.force_login(compte)
    return client


def convoquer(scene: Scene, **champs: object) -> None:
    """Call for the evening of the assemblies."""
    actes.convoquer_assemblee(
        **{
            "designation": scene.designation,
            "assemblee_le": le(20, 18),
            "lieu": "Salle des fêtes",
            "ordre_du_jour": "Désigner deux délégué·es",
            "par": scene.secretaire,
            "instant": CANDIDATURES,
            **champs,
        }
    )


def joindre(scene: Scene, pv: ProcesVerbal, **photo_: str) -> Piece:
    """A photo of the paper."""
    return actes.joindre_piece(
        proces_verbal=pv, envoi=photo(**photo_), par=scene.secretaire, instant=ASSEMBLEES
    )


def refus(acte: Callable, **arguments: object) -> str:
    """The code of the refusal that this act must raise."""
    with pytest.raises(ActeImpossible) as leve:
        acte(**arguments)
    return leve.value.code


def brouillon(scene: Scene) -> ProcesVerbal:
    """A draft begun now."""
    return commencer(scene, timezone.now())


def rempli(scene: Scene) -> ProcesVerbal:
    """A draft that lacks nothing, now."""
    maintenant = timezone.now()
    pv = remplir(scene, brouillon(scene), voix=[5, 4, 3, 2], instant=maintenant, seance=maintenant)
    return frais(pv)


def signe(scene: Scene) -> ProcesVerbal:
    """Locked minutes, now."""
    maintenant = timezone.now()
    return frais(contresigner(scene, presenter(scene, rempli(scene), maintenant), maintenant))


def adresse(nom: str, objet: ProcesVerbal | Scene, **arguments: object) -> str:
    """The route of this name, for minutes or for a section."""
    if isinstance(objet, Scene):
        return reverse(f"delegues:{nom}", args=["refondation", objet.section.code])
    return reverse(f"delegues:{nom}", kwargs={"cle": objet.cle, **arguments})

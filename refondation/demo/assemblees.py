"""The assemblies of the demonstration's sections: attendance, count, bureau, two signatures."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from delegues import actes
from delegues.designes import listes_de, noms_permis
from delegues.emargement import liste_de_presence
from delegues.models import ProcesVerbal
from delegues.proces_verbal import canonique, empreinte_de, rediger
from refondation.demo import campagne, distribution, section_en_ligne
from refondation.demo.distribution import HORS_DU_COMMUN, SANS_PROCES_VERBAL, Role
from refondation.demo.monde import Monde
from refondation.membres.models import Compte

INCIDENT = (
    "La salle a fermé à 21 h : le dépouillement s'est terminé sur le parking, à la lumière des téléphones, "
    "devant douze témoins."
)


def tenir(monde: Monde) -> None:
    """Two evenings of assemblies: drafted on the spot, signed by the second signatory an hour later."""
    monde.dire("Assemblées de section…")
    for jour in (-14, -13):
        soir = [
            role
            for role in distribution.roles(monde)
            if role.part not in SANS_PROCES_VERBAL and campagne.quand(monde, role) == monde.le(jour, 18, 30)
        ]
        monde.une_fois(
            monde.le(jour, 21), lambda soir=soir: [rediger_la_seance(monde, role) for role in soir]
        )
        monde.une_fois(monde.le(jour, 22), lambda soir=soir: [contresigner(monde, role) for role in soir])
    monde.une_fois(monde.le(-13, 22, 30), lambda: section_en_ligne.reporter(monde))


def rediger_la_seance(monde: Monde, role: Role) -> None:
    """The minutes up to the first signature; one section stops halfway."""
    par, hasard = role.secretaire(), random.Random(role.section.code)  # noqa: S311 - inventions, not secrets
    pv = actes.commencer_proces_verbal(designation=role.designation, par=par)
    pv = actes.noter_la_seance(
        proces_verbal=pv, tenue_le=pv.tenue_le, lieu=pv.lieu, version=pv.version, par=par
    )
    presents = _pointer(pv, role, par, hasard)
    if role.part == "brouillon":
        return
    pv = _depouiller(pv, role, par, presents, hasard)
    incident = INCIDENT if role.part == "contestee" else ""
    pv = actes.noter_les_incidents(
        proces_verbal=pv, incidents=incident, sans_incident=not incident, version=pv.version, par=par
    )
    second, *_ = campagne.joueurs(monde, role)
    pv = actes.designer_le_bureau(
        proces_verbal=pv, contresignataire=second, president=second, version=pv.version, par=par
    )
    if role.part in ("un-avis", "incomplete", "contestee"):
        actes.joindre_piece(proces_verbal=pv, envoi=_photo(role), par=par)
    presenter(pv, par=par)


def presenter(pv: ProcesVerbal, *, par: Compte) -> ProcesVerbal:
    pv = ProcesVerbal.objects.select_related("designation__campagne", "designation__section__federation").get(
        pk=pv.pk
    )
    return actes.presenter_proces_verbal(
        proces_verbal=pv, empreinte=empreinte_de(canonique(rediger(pv)[0])), par=par
    )


def contresigner(monde: Monde, role: Role) -> None:
    """The second signature, from the account of the person named; one section still waits for it."""
    pv = ProcesVerbal.objects.filter(designation=role.designation, etat="a-contresigner").first()
    if pv is None:
        return
    if role.part == "a-contresigner":
        actes.demander_contresignature(proces_verbal=pv)
        return
    par = campagne.compte(monde, pv.contresignataire)
    actes.contresigner_proces_verbal(proces_verbal=pv, empreinte=pv.empreinte, par=par)


def _pointer(pv: ProcesVerbal, role: Role, par: Compte, hasard: random.Random) -> int:
    """About two members in three come; everybody, in the section whose turnout is out of line."""
    liste = list(liste_de_presence(pv).values_list("pk", flat=True))
    part = 1.0 if role.part == HORS_DU_COMMUN else hasard.uniform(0.55, 0.75)
    venus = set(hasard.sample(liste, max(2, round(len(liste) * part))))
    marque = int(pv.tenue_le.timestamp() * 1000)
    actes.pointer_presences(
        proces_verbal=pv,
        pointages=[actes.Pointage(pk, pk in venus, marque + i) for i, pk in enumerate(liste)],
        par=par,
    )
    return len(venus)


def _depouiller(
    pv: ProcesVerbal, role: Role, par: Compte, presents: int, hasard: random.Random
) -> ProcesVerbal:
    # Liked in the order in which they stood: the drawn one changes with each load.
    listes = sorted(listes_de(role.designation), key=lambda liste: liste.pk)
    blancs = 1 if presents > 4 else 0
    voix = _voix(
        len(listes), noms_permis(role.designation, listes), presents - blancs, hasard, role.part == "egalite"
    )
    return actes.noter_le_depouillement(
        proces_verbal=pv,
        votants=presents,
        blancs=blancs,
        nuls=0,
        voix={liste.pk: n for liste, n in zip(listes, voix, strict=True)},
        version=pv.version,
        par=par,
    )


def _voix(candidatures: int, noms: int, bulletins: int, hasard: random.Random, egales: bool) -> Sequence[int]:
    """Votes of each candidacy from so many ballots; the first ones are liked better, and nobody has none."""
    if egales:
        return [bulletins * noms // candidatures] * candidatures
    voix = [0] * candidatures
    for bulletin in range(bulletins):
        # Each ballot begins with another name, so that as many as possible have a vote.
        choisies = {bulletin % candidatures} if bulletin < candidatures else set()
        combien = hasard.randint(1, noms)
        while len(choisies) < combien:
            choisies.add(min(hasard.randrange(candidatures), hasard.randrange(candidatures)))
        for rang in choisies:
            voix[rang] += 1
    return voix


def _photo(role: Role) -> SimpleUploadedFile:
    """What a phone would take of the signed paper: a white sheet with lines and two signatures."""
    image = Image.new("RGB", (720, 1018), "#fbfbf6")
    trait = ImageDraw.Draw(image)
    trait.text((60, 60), f"PROCES-VERBAL - SECTION {role.section.code}", fill="#222222")
    for ligne in range(12):
        trait.line(
            [(60, 130 + 48 * ligne), (660 - 37 * (ligne % 4), 130 + 48 * ligne)], fill="#8a8a8a", width=3
        )
    for x in (90, 420):
        trait.arc([(x, 800), (x + 190, 880)], 190, 350, fill="#1d3b8b", width=5)
        trait.line([(x + 20, 860), (x + 170, 820)], fill="#1d3b8b", width=4)
    sortie = io.BytesIO()
    image.save(sortie, "JPEG", quality=80)
    return SimpleUploadedFile("proces-verbal-signe.jpg", sortie.getvalue(), content_type="image/jpeg")

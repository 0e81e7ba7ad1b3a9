"""« Suis-je sur la liste ? », about oneself only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from consultation.models import Scrutin
from consultation.models.liste import avec_criteres
from consultation.place import exigences, peut_contester, recours
from consultation.views.acces import connexion_de_membre, inscription_de, situation_de, trop_vite, trouver
from refondation.debit import est_depasse
from refondation.membres.models import Adherent

CONSULTATIONS_PAR_MINUTE = 30


@connexion_de_membre
@require_safe
def ma_place(request: HttpRequest, slug: str) -> HttpResponse:
    """Each criterion, met or not: as the roll was frozen, or as the register stands for a draft."""
    scrutin = trouver(request, slug)
    if est_depasse(f"ma-place:{request.user.pk}", nombre=CONSULTATIONS_PAR_MINUTE, secondes=60):
        raise trop_vite(60)
    inscription = inscription_de(request, scrutin)
    adherent = request.user.adherent
    actuel = None
    if adherent is not None:
        actuel = avec_criteres(Adherent.objects.filter(pk=adherent.pk), scrutin).first()
    fige = scrutin.etat != Scrutin.Etat.BROUILLON and scrutin.annonce_le is not None
    # A draft has no roll yet: what the register says today stands for it.
    ligne = inscription if fige else actuel
    lignes = []
    if ligne is not None:
        motifs_actuels = actuel.motifs if fige and actuel is not None else None
        lignes = exigences(scrutin, adherent, motifs=ligne.motifs, motifs_actuels=motifs_actuels)
    instant = timezone.now()
    contexte = {
        "scrutin": scrutin,
        "situation": situation_de(request, scrutin, inscription),
        "adherent": adherent,
        "ligne": ligne,
        "exigences": lignes,
        "fige": fige,
        "est_sur_la_liste": ligne is not None and ligne.motifs == 0,
        "perimetre": _perimetre(scrutin),
        "recours": recours(scrutin, instant),
        "peut_contester": peut_contester(scrutin, instant),
        "urne": inscription.urne() if inscription is not None and inscription.motifs == 0 else None,
    }
    return render(request, "consultation/ma_place.html", contexte)


def _perimetre(scrutin: Scrutin) -> str:
    if scrutin.perimetre == Scrutin.Perimetre.SECTION:
        return f"la section de {scrutin.section.nom}"
    if scrutin.perimetre == Scrutin.Perimetre.FEDERATIONS:
        return "les fédérations suivantes : " + ", ".join(f.nom for f in scrutin.federations.all())
    return "toutes les fédérations"

"""The public page of a vote: its question, its calendar, what is checked and how to check it again."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from consultation import participation
from consultation.models import Gardien, Scrutin
from consultation.views.acces import inscription_de, situation_de, trouver
from refondation.interface import trame
from refondation.interface.formats import nombre
from refondation.membres.regles import peut

# Beyond that many boxes, they have their own page.
URNES_SUR_LA_PAGE = 12


@login_not_required
@never_cache
@require_safe
def scrutin(request: HttpRequest, slug: str) -> HttpResponse:
    objet = trouver(request, slug)
    inscription = inscription_de(request, objet)
    urnes = list(objet.urnes.defer("election")[: URNES_SUR_LA_PAGE + 1])
    contexte = {
        "scrutin": objet,
        "situation": situation_de(request, objet, inscription),
        "questions": list(objet.questions.prefetch_related("options")),
        "document": objet.document_fige or objet.documents.first(),
        "calendrier": calendrier(objet),
        "urnes": urnes if len(urnes) <= URNES_SUR_LA_PAGE else None,
        "nombre_d_urnes": len(urnes) if len(urnes) <= URNES_SUR_LA_PAGE else objet.urnes.count(),
        "gardiens": [(g, empreinte_de_cle(g)) for g in objet.gardiens.all()],
        "est_electeur": inscription is not None and inscription.motifs == 0,
        "peut_controler": peut(request.user, "consultation.controler", objet),
    } | _participation(objet)
    return render(request, "consultation/scrutin.html", contexte)


def calendrier(scrutin: Scrutin) -> list[dict[str, Any]]:
    """The dated steps in order: {"libelle", "moment", "fait"}; those without a date yet are left out."""
    etapes = [
        ("Annonce : liste figée, urnes créées", scrutin.annonce_le, True),
        ("Ouverture", scrutin.ouvert_le or scrutin.ouvre_le, scrutin.ouvert_le is not None),
        ("Clôture", scrutin.clos_le or scrutin.ferme_le, scrutin.clos_le is not None),
        ("Dépouillement terminé", scrutin.depouille_le, True),
        ("Publication du résultat", scrutin.publie_le, True),
        ("Annulation", scrutin.annule_le, True),
    ]
    return [{"libelle": nom, "moment": le, "fait": fait} for nom, le, fait in etapes if le is not None]


def empreinte_de_cle(gardien: Gardien) -> str:
    """The fingerprint that the trustee's own page showed; empty while there is no key."""
    if gardien.cle is None:
        return ""
    condense = hashlib.sha256(gardien.cle["public_key"].encode()).digest()
    return base64.b64encode(condense).decode().rstrip("=")


def _participation(scrutin: Scrutin) -> dict[str, Any]:
    """The last published figures, with the values of the tile map: five levels of twenty points."""
    publiee = participation.lire(scrutin) if scrutin.ouvert_le else None
    if publiee is None:
        return {"participation": None}
    return {
        "participation": publiee,
        "seuil": str(scrutin.seuil),
        "base_nationale": f"sur {nombre(publiee.nationale.inscrits)} inscrit·es",
        "echelle": trame.ECHELLE_DES_PARTS,
        "trame": trame.valeurs(publiee.federations),
    }

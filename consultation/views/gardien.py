"""The trustee's room: its page, and the JSON addresses that static/js/gardien/gardien.js documents."""

from __future__ import annotations

import hashlib
import json

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from consultation import actes
from consultation.models import Evenement, Gardien, Scrutin, Urne
from consultation.models.urne import suivi_de
from consultation.views.acces import adresse_json, connexion_de_membre, trop_vite
from refondation.debit import est_depasse
from refondation.membres.regles import ActeImpossible, ActeInterdit

TAILLE_DE_CLE = 8 * 1024
TAILLE_DE_PART = 1024 * 1024
# Every box is one delivery: a vote by section has thousands.
DEPOTS_PAR_MINUTE = 600


@connexion_de_membre
@require_safe
def gardes(request: HttpRequest) -> HttpResponse:
    """The keys that this account holds, and what awaits each."""
    gardiens = [(g, etat_de_la_garde(g)) for g in Gardien.objects.de(request.user)]
    return render(request, "consultation/gardien/gardes.html", {"gardes": gardiens})


@connexion_de_membre
@require_safe
def gardien(request: HttpRequest, slug: str) -> HttpResponse:
    garde = get_object_or_404(Gardien.objects.de(request.user), scrutin__slug=slug)
    scrutin = garde.scrutin
    contexte = {
        "scrutin": scrutin,
        "gardien": garde,
        "etat": etat_de_la_garde(garde),
        "gardiens": list(scrutin.gardiens.all()),
        "url_cle": reverse("consultation:gardien_cle", args=[slug]),
        "url_urnes": reverse("consultation:gardien_urnes", args=[slug]),
        "url_suite": scrutin.get_absolute_url() if scrutin.est_annonce else reverse("consultation:gardes"),
    }
    return render(request, "consultation/gardien/gardien.html", contexte)


def etat_de_la_garde(garde: Gardien) -> str:
    """ "annule", "cle", "attente", "dechiffrement" or "termine": what the trustee has to do now."""
    scrutin = garde.scrutin
    if scrutin.etat == Scrutin.Etat.ANNULE:
        return "annule"
    if garde.cle is None:
        return "cle"
    if scrutin.etat in (Scrutin.Etat.DEPOUILLE, Scrutin.Etat.PUBLIE):
        return "termine"
    if scrutin.etat != Scrutin.Etat.CLOS:
        return "attente"
    urnes = _urnes(garde)
    if urnes.exclude(evenements__type=Evenement.Type.ENCRYPTED_TALLY).exists():
        return "attente"
    return "dechiffrement" if urnes.filter(livree=False).exists() else "termine"


def _urnes(garde: Gardien) -> object:
    parts = Evenement.objects.filter(urne=OuterRef("pk"), gardien=garde)
    return Urne.objects.filter(scrutin=garde.scrutin_id).annotate(livree=Exists(parts))


# --- JSON -------------------------------------------------------------------------------------


def _garde_de(request: HttpRequest, slug: str) -> Gardien:
    if not request.user.is_authenticated:
        raise ActeImpossible(
            "Vous n'êtes plus connecté·e. Reconnectez-vous, puis reprenez : rien n'est perdu.",
            code="session",
            statut=401,
        )
    garde = Gardien.objects.de(request.user).filter(scrutin__slug=slug).first()
    if garde is None:
        if not Scrutin.objects.visibles_par(request.user).filter(slug=slug).exists():
            raise Http404
        raise ActeInterdit("consultation.dechiffrer")
    return garde


def _corps(request: HttpRequest, maximum: int) -> bytes:
    """The body, judged by its length before a byte of it is read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > maximum:
        raise ActeImpossible(
            "Ce fichier est trop grand pour être celui attendu.", code="trop_gros", statut=413
        )
    return request.body


@adresse_json("POST")
def cle(request: HttpRequest, slug: str) -> JsonResponse:
    """Record the public half of the key."""
    garde = _garde_de(request, slug)
    nouvelle = garde.cle is None
    try:
        publique = json.loads(_corps(request, TAILLE_DE_CLE))
        if set(publique) != {"pok", "public_key"} or set(publique["pok"]) != {"challenge", "response"}:
            raise ValueError("champs")
    except (ValueError, TypeError) as defaut:
        raise ActeImpossible(
            "La clé publique reçue est mal formée. Rechargez la page et créez-en une autre.",
            code="malforme",
            statut=400,
        ) from defaut
    garde = actes.deposer_cle(gardien=garde, cle=publique, par=request.user)
    return JsonResponse({"empreinte": garde.empreinte_de_la_cle}, status=201 if nouvelle else 200)


@adresse_json("GET")
def urnes(request: HttpRequest, slug: str) -> JsonResponse:
    """The boxes to decrypt, those delivered, and a fresh token."""
    garde = _garde_de(request, slug)
    lignes = [
        {
            "uuid": u.uuid,
            "nom": u.nom,
            "empreinte": suivi_de(hashlib.sha256(u.election.encode()).hexdigest()),
            "archive_url": reverse("consultation:archive", args=[slug, u.uuid]),
            "depot_url": reverse("consultation:gardien_part", args=[slug, u.uuid]),
            "livree": u.livree,
        }
        for u in _urnes(garde)
    ]
    return JsonResponse(
        {
            "cle_publique": garde.cle["public_key"] if garde.cle else "",
            "jeton": get_token(request),
            "urnes": lignes,
        }
    )


@adresse_json("POST")
def part(request: HttpRequest, slug: str, uuid: str) -> JsonResponse:
    """Record the partial decryption of one box, byte for byte."""
    garde = _garde_de(request, slug)
    if est_depasse(f"part:{garde.pk}", nombre=DEPOTS_PAR_MINUTE, secondes=60):
        raise trop_vite(60)
    urne = get_object_or_404(_urnes(garde), uuid=uuid)
    actes.deposer_dechiffrement(
        urne=urne, gardien=garde, octets=_corps(request, TAILLE_DE_PART), par=request.user
    )
    return JsonResponse({"livree": True}, status=200 if urne.livree else 201)

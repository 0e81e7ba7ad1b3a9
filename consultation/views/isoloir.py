"""The booth: its page, and the JSON addresses that static/js/isoloir/isoloir.js documents."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from consultation import actes
from consultation.actes.depot import TAILLE_MAXIMALE, trop_grand
from consultation.courriels import masquer, repere
from consultation.models import CodeScelle, Evenement, Inscription, Scrutin, Urne
from consultation.models.urne import charge_de
from consultation.views.acces import (
    adresse_json,
    connexion_de_membre,
    inscription_de,
    situation_de,
    trop_vite,
    trouver,
)
from consultation.views.document import pour_l_isoloir
from refondation.debit import adresse, est_depasse
from refondation.membres.regles import ActeImpossible, exiger

DEPOTS_PAR_MINUTE = 20
ETATS_PAR_MINUTE = 120
RENVOIS_PAR_HEURE = 4


def jeton_de_l_electeur(inscription: Inscription) -> str:
    """Ties the page to its person: another one who logs in to the same browser cannot cast from it."""
    return salted_hmac(
        "isoloir", f"{inscription.scrutin_id}:{inscription.pk}", algorithm="sha256"
    ).hexdigest()


# --- Pages ------------------------------------------------------------------------------------


@connexion_de_membre
@require_safe
def isoloir(request: HttpRequest, slug: str) -> HttpResponse:
    """The booth for who may vote now; for anybody else, the state and what to do."""
    scrutin = trouver(request, slug)
    inscription = inscription_de(request, scrutin)
    situation = situation_de(request, scrutin, inscription)
    if not situation.peut_voter:
        statut = 403 if situation.code in {"hors_liste", "hors_perimetre", "non_membre"} else 200
        contexte = {"scrutin": scrutin, "situation": situation}
        return render(request, "consultation/isoloir_ferme.html", contexte, status=statut)
    urne = inscription.urne()
    code = CodeScelle.objects.filter(inscription=inscription).only("courriel", "envoye_le").first()
    contexte = _contexte(scrutin, urne) | {
        "situation": situation,
        "personne": request.user.adherent,
        "repere": repere(request.user.adherent.numero),
        "electeur": jeton_de_l_electeur(inscription),
        "code_envoye_a": masquer(code.courriel) if code and code.courriel else "",
        "code_envoye_le": code and code.envoye_le,
        "sans_adresse": actes.preparation.SANS_ADRESSE,
    }
    return render(request, "consultation/isoloir.html", contexte)


@never_cache
@require_safe
def apercu(request: HttpRequest, slug: str) -> HttpResponse:
    """The same booth for controllers, in any state of the vote, stopped at the last step."""
    scrutin = trouver(request, slug)
    exiger(request.user, "consultation.controler", scrutin)
    return render(request, "consultation/isoloir.html", _contexte(scrutin, None))


def _contexte(scrutin: Scrutin, urne: Urne | None) -> dict[str, Any]:
    questions = [
        {
            "pk": q.pk,
            "intitule": q.intitule,
            "minimum": q.minimum,
            "maximum": q.maximum,
            "blanc": q.blanc_est_un_drapeau,
            "options": list(enumerate(q.reponses())),
        }
        for q in scrutin.questions.prefetch_related("options")
    ]
    return {
        "scrutin": scrutin,
        "questions": questions,
        "urne": urne or {"uuid": "", "nom": "aucune, ceci est un aperçu", "empreinte": ""},
        "apercu": urne is None,
        "document": pour_l_isoloir(scrutin),
        "url_election": reverse("consultation:election", args=[scrutin.slug, urne.uuid]) if urne else "",
        "url_depot": reverse("consultation:depot", args=[scrutin.slug]) if urne else "",
        "url_etat": reverse("consultation:etat_du_bulletin", args=[scrutin.slug, urne.uuid]) if urne else "",
        "url_code": reverse("consultation:renvoyer_code", args=[scrutin.slug]) if urne else "",
        "url_bulletins": reverse("consultation:verifier", args=[scrutin.slug]),
        "url_suite": scrutin.get_absolute_url(),
    }


# --- JSON -------------------------------------------------------------------------------------


@adresse_json("GET")
def election(request: HttpRequest, slug: str, uuid: str) -> HttpResponse:
    """The election's exact bytes, the same for everybody."""
    urne = get_object_or_404(Urne.objects.exclude(election=""), uuid=uuid, scrutin__slug=slug)
    return HttpResponse(urne.election.encode(), content_type="application/json")


@adresse_json("POST")
def depot(request: HttpRequest, slug: str) -> JsonResponse:
    """Cast the ballot that is the body, byte for byte."""
    _exiger_une_taille(request)
    compte = request.user
    if not compte.is_authenticated:
        raise ActeImpossible(
            "Vous n'êtes plus connecté·e. Reconnectez-vous, puis déposez ce même bulletin : rien n'est "
            "déposé.",
            code="session",
            statut=401,
        )
    if est_depasse(f"depot:{compte.pk}", nombre=DEPOTS_PAR_MINUTE, secondes=60):
        raise trop_vite(60)
    inscription = Inscription.objects.a_deposer(slug, compte.adherent_id)
    if inscription is not None:
        _exiger_la_meme_personne(request, inscription)
        scrutin = inscription.scrutin
    else:
        scrutin = get_object_or_404(Scrutin.objects.publics(), slug=slug)
    recu = actes.deposer_bulletin(scrutin=scrutin, inscription=inscription, octets=request.body)
    corps = {"suivi": recu.suivi, "hauteur": recu.hauteur, "tete": recu.tete}
    return JsonResponse(corps, status=200 if recu.deja else 201)


def _exiger_une_taille(request: HttpRequest) -> None:
    """Judge the body by its headers, before a byte of it is read."""
    if request.content_type != "application/json":
        raise ActeImpossible("Un bulletin est attendu, au format JSON.", code="forme", statut=415)
    if int(request.META.get("CONTENT_LENGTH") or 0) > TAILLE_MAXIMALE:
        raise trop_grand()


def _exiger_la_meme_personne(request: HttpRequest, inscription: Inscription) -> None:
    if not constant_time_compare(request.headers.get("X-Electeur", ""), jeton_de_l_electeur(inscription)):
        raise ActeImpossible(
            "Une autre personne s'est connectée dans ce navigateur depuis que cette page est ouverte. "
            "Déconnectez-la, reconnectez-vous sous votre nom, puis déposez ce même bulletin : rien n'est "
            "déposé.",
            code="autre_personne",
            statut=409,
        )


@adresse_json("POST", jeton=False)
def etat_du_bulletin(request: HttpRequest, slug: str, uuid: str) -> JsonResponse:
    """Is the ballot with this tracker in the box?  Writes nothing; the tracker is the body, out of logs."""
    if est_depasse(f"etat:{adresse(request)}", nombre=ETATS_PAR_MINUTE, secondes=60):
        raise trop_vite(60)
    urne = get_object_or_404(Urne, uuid=uuid, scrutin__slug=slug)
    try:
        charge = charge_de(request.read(64).decode("ascii"))
    except ValueError as defaut:
        raise ActeImpossible("Ce numéro de suivi est mal formé.", code="forme", statut=400) from defaut
    bulletin = (
        Evenement.objects.bulletins().filter(urne=urne, charge=charge).only("hauteur", "empreinte").first()
    )
    corps: dict[str, Any] = {
        "present": bulletin is not None,
        "session": request.user.is_authenticated,
        "jeton": get_token(request),
    }
    if bulletin is not None:
        corps |= {"hauteur": bulletin.hauteur, "tete": bulletin.empreinte}
    return JsonResponse(corps)


@connexion_de_membre
@require_http_methods(["POST"])
def renvoyer_code(request: HttpRequest, slug: str) -> HttpResponse:
    """Mail the voter's own code again; answers the booth in JSON, a plain form by a redirect."""
    scrutin = trouver(request, slug)
    try:
        if est_depasse(f"renvoi:{scrutin.pk}:{request.user.pk}", nombre=RENVOIS_PAR_HEURE, secondes=3600):
            raise ActeImpossible(
                "Votre code vient d'être envoyé plusieurs fois. Regardez aussi dans les indésirables, "
                "ou réessayez dans une heure.",
                code="trop_vite",
                statut=429,
            )
        inscription = inscription_de(request, scrutin)
        if inscription is None:
            raise ActeImpossible("Vous n'êtes pas sur la liste de ce scrutin.", code="hors_liste", statut=403)
        masquee = actes.renvoyer_mon_code(scrutin=scrutin, inscription=inscription)
        statut, phrase = 200, f"Votre code est reparti vers {masquee}. Il arrive d'ici quelques minutes."
    except ActeImpossible as refus:
        statut, phrase = refus.statut, str(refus)
    if request.accepts("text/html"):
        (messages.success if statut == 200 else messages.error)(request, phrase)
        return redirect("consultation:isoloir", slug)
    return JsonResponse({"message": phrase}, status=statut)

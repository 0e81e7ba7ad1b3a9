"""Pages of messages to delegates: write, preview with the count, confirm, follow the sending."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from delegues import actes
from delegues.forms_mandats import MessageForm
from delegues.models import MessageAuxDelegues
from delegues.views.mandats import campagne_visible
from delegues.views.portes import perimetre_choisi, perimetres_de
from refondation.membres.connexion import exiger_second_facteur_recent
from refondation.membres.models import Compte
from refondation.membres.regles import DROITS, ActeImpossible, exiger

MESSAGES_PAR_PAGE = 30


def _perimetres(compte: Compte) -> list[tuple[str, str]]:
    return [
        (valeur, "Tous les délégué·es" if valeur == "national" else f"Délégué·es : {mots.lower()}")
        for valeur, mots in perimetres_de(compte, DROITS["delegues.ecrire"])
    ]


def _message(request: HttpRequest, cle: UUID) -> MessageAuxDelegues:
    exiger(request.user, "delegues.ecrire")
    visibles = MessageAuxDelegues.objects.visibles_par(request.user).avec_leurs_envois()
    return get_object_or_404(visibles.select_related("campagne", "federation", "auteur"), cle=cle)


@require_safe
def tous(request: HttpRequest, slug: str) -> HttpResponse:
    campagne = campagne_visible(request, slug)
    exiger(request.user, "delegues.ecrire")
    lignes = MessageAuxDelegues.objects.visibles_par(request.user).filter(campagne=campagne)
    lignes = lignes.avec_leurs_envois().select_related("federation", "auteur")
    page = Paginator(lignes, MESSAGES_PAR_PAGE).get_page(request.GET.get("page"))
    return render(request, "delegues/messages/tous.html", {"campagne": campagne, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def ecrire(request: HttpRequest, slug: str, cle: UUID | None = None) -> HttpResponse:
    """Write a message, or write again one that is not sent."""
    campagne = campagne_visible(request, slug)
    exiger(request.user, "delegues.ecrire")
    message = _message(request, cle) if cle else None
    form = MessageForm(
        request.POST if request.method == "POST" else None,
        perimetres=_perimetres(request.user),
        initial=_initiales(message),
    )
    if request.method == "POST" and form.is_valid():
        choix = dict(form.cleaned_data)
        lieu = perimetre_choisi(choix.pop("perimetre"))
        try:
            ecrit = actes.ecrire_un_message(
                campagne=campagne, message=message, par=request.user, **choix, **lieu
            )
        except ActeImpossible as refus:
            form.add_error(None, str(refus))
        else:
            return redirect(ecrit)
    contexte = {"campagne": campagne, "message": message, "form": form}
    return render(request, "delegues/messages/ecrire.html", contexte, status=422 if form.errors else 200)


def _initiales(message: MessageAuxDelegues | None) -> dict[str, object]:
    if message is None:
        return {"suppleants": True}
    return {
        "objet": message.objet,
        "corps": message.corps,
        "suppleants": message.suppleants,
        "perimetre": f"federation-{message.federation_id}" if message.federation_id else "national",
    }


@require_safe
def un_message(request: HttpRequest, cle: UUID) -> HttpResponse:
    """The preview with its count; once confirmed, how far the sending is."""
    message = _message(request, cle)
    instant = timezone.now()
    confirme = message.confirme_le is not None
    attendus = None if confirme else actes.destinataires(message, instant=instant)
    contexte = {
        "message": message,
        "campagne": message.campagne,
        "nombre": message.destinataires if confirme else attendus.count(),
        "exemple": None if confirme else attendus.avec_leur_monde().dans_l_ordre().first(),
        "incertains": message.envois.incertains(instant=instant).count() if confirme else 0,
        "signature": (message.auteur if confirme else request.user).nom or "L'équipe de la campagne",
    }
    return render(request, "delegues/messages/message.html", contexte)


@require_POST
@exiger_second_facteur_recent
def confirmer(request: HttpRequest, cle: UUID) -> HttpResponse:
    message = _message(request, cle)
    nombre = request.POST.get("nombre", "")
    try:
        actes.confirmer_un_message(
            message=message, nombre=int(nombre) if nombre.isdigit() else -1, par=request.user
        )
    except ActeImpossible as refus:
        if refus.statut == 403:
            raise
        messages.error(request, str(refus))
    else:
        messages.success(request, "L'envoi commence. Chaque délégué·e reçoit sa propre lettre.")
    return redirect(message)


@require_POST
def reprendre(request: HttpRequest, cle: UUID) -> HttpResponse:
    message = _message(request, cle)
    repris = actes.reprendre_les_incertains(message=message, par=request.user)
    messages.success(request, f"{repris} lettre{'s' if repris > 1 else ''} à envoyer de nouveau.")
    return redirect(message)

"""What the pages of a campaign share: finding it, and asking for the right of a staff page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from delegues.models import Campagne
from delegues.views.acces_candidatures import campagne_visible
from refondation.membres.connexion import exiger_second_facteur_recent
from refondation.membres.regles import exiger

Vue = Callable[..., HttpResponse]
# Where the words of a refused act belong in a form; elsewhere they stand at its top.
CHAMP_DU_REFUS = {"adresse": "slug", "motif": "motif", "graine": "graine"}


def piece(acte: str, *, sensible: bool = False) -> Callable[[Vue], Vue]:
    """A staff page of one campaign: `vue(request, campagne, …)`, for whom `acte` is open.

    `sensible` asks for the second factor again; after the right, so that who has none is told so.
    """

    def habiller(vue: Vue) -> Vue:
        protegee = exiger_second_facteur_recent(vue) if sensible else vue

        @never_cache
        @wraps(vue)
        def dire(request: HttpRequest, slug: str, **arguments: object) -> HttpResponse:
            campagne = campagne_visible(request, slug)
            exiger(request.user, acte, campagne)
            return protegee(request, campagne, **arguments)

        return dire

    return habiller


def saisie(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def refuser(form: forms.Form, refus: Exception) -> None:
    """Show a refusal next to the field at fault, with what was typed kept."""
    if isinstance(refus, ValidationError):
        form.add_error(None, refus.messages)
        return
    champ = CHAMP_DU_REFUS.get(refus.code)
    form.add_error(champ if champ in form.fields else None, str(refus))


def ecran(
    request: HttpRequest, gabarit: str, form: forms.Form, campagne: Campagne | None, **contexte: object
) -> HttpResponse:
    """A page with a form; 422 when what was sent is refused."""
    statut = 422 if form.is_bound and form.errors else 200
    return render(
        request,
        f"delegues/campagne/{gabarit}.html",
        {"form": form, "campagne": campagne, **contexte},
        status=statut,
    )

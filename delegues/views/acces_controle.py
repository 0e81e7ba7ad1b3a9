"""What the pages of the control share: who reads a campaign's queue and a designation's file, how forms answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from delegues.models import Campagne, Designation
from refondation.membres.connexion import exiger_second_facteur_recent
from refondation.membres.regles import ActeImpossible, exiger

Vue = Callable[..., HttpResponse]
# Where the words of a refused act belong; elsewhere they stand above the form.
CHAMP_DU_REFUS = {"motif": "motifs", "texte": "texte", "sens": "sens"}
# A page that is no longer the one to act on: said as a page, not beside a field.
A_DIRE_AILLEURS = frozenset({"interdit", "recuse", "a_decide", "campagne", "trop_tot", "trop_tard"})


def une_campagne(vue: Vue) -> Vue:
    """`vue(request, campagne, …)` for an account whose mandates open the inside of designations."""

    @never_cache
    @wraps(vue)
    def dire(request: HttpRequest, slug: str, **arguments: object) -> HttpResponse:
        exiger(request.user, "delegues.lire")
        campagne = get_object_or_404(Campagne.objects.visibles_par(request.user), slug=slug)
        return vue(request, campagne, **arguments)

    return dire


def un_dossier(acte: str = "delegues.lire", *, sensible: bool = False) -> Callable[[Vue], Vue]:
    """`vue(request, designation, …)` for those whose perimeter holds it (404 for the others), and who may `acte`.

    `sensible` asks for the second factor again; after the right, so that who has none is told so.
    """

    def habiller(vue: Vue) -> Vue:
        protegee = exiger_second_facteur_recent(vue) if sensible else vue

        @never_cache
        @wraps(vue)
        def dire(request: HttpRequest, slug: str, code: str, **arguments: object) -> HttpResponse:
            exiger(request.user, "delegues.lire")
            visibles = Designation.objects.visibles_par(request.user).avec_leur_section()
            designation = get_object_or_404(
                visibles,
                campagne__in=Campagne.objects.visibles_par(request.user),
                campagne__slug=slug,
                section__code__iexact=code,
            )
            exiger(request.user, acte, designation)
            return protegee(request, designation, **arguments)

        return dire

    return habiller


def faire(
    request: HttpRequest,
    form: forms.Form,
    acte: Callable[[], object],
    *,
    fait: str,
    suite: str,
    gabarit: str,
    **contexte: object,
) -> HttpResponse:
    """Show a form, or do the act, say `fait` and go to `suite`; a refusal keeps what was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            acte()
        except ActeImpossible as refus:
            if refus.code in A_DIRE_AILLEURS:
                raise
            champ = CHAMP_DU_REFUS.get(refus.code)
            form.add_error(champ if champ in form.fields else None, str(refus))
        else:
            messages.success(request, fait)
            return redirect(suite)
    statut = 422 if form.is_bound and form.errors else 200
    return render(request, f"delegues/{gabarit}.html", {"form": form, **contexte}, status=statut)

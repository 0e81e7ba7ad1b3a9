"""What the pages of minutes share: finding them for who may see them, the steps, a stale page that loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import NamedTuple
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from delegues.models import Campagne, Designation, ProcesVerbal
from delegues.proces_verbal import est_en_assemblee
from refondation.membres.regles import ActeImpossible, exiger

Vue = Callable[..., HttpResponse]


class Etape(NamedTuple):
    """A screen of the draft: its route is `delegues:pv_<cle>`."""

    cle: str
    titre: str
    fait: bool = False
    ici: bool = False


ETAPES = (
    ("seance", "Date et lieu"),
    ("presences", "Présences"),
    ("depouillement", "Dépouillement"),
    ("incidents", "Incidents"),
    ("pieces", "Photos du papier"),
    ("bureau", "Signataires"),
    ("relire", "Relire et signer"),
)
ETAPES_EN_LIGNE = ("bureau", "relire")


def etapes(pv: ProcesVerbal, ici: str = "") -> list[Etape]:
    """The steps that these minutes go through, each done or not; two queries for those of an assembly."""
    faites = {
        "seance": pv.tenue_le is not None and bool(pv.lieu),
        "depouillement": pv.votants is not None,
        "incidents": pv.sans_incident or bool(pv.incidents),
        "bureau": pv.contresignataire_id is not None,
    }
    en_assemblee = est_en_assemblee(pv)
    if en_assemblee:
        faites["presences"] = pv.presences.filter(present=True).exists()
        faites["pieces"] = pv.pieces.exists()
    return [
        Etape(cle, titre, faites.get(cle, False), cle == ici)
        for cle, titre in ETAPES
        if en_assemblee or cle in ETAPES_EN_LIGNE
    ]


def suivante(pv: ProcesVerbal, ici: str) -> str:
    """The route of the step after this one."""
    cles = [e.cle for e in etapes(pv)]
    return f"delegues:pv_{cles[cles.index(ici) + 1]}"


def designation_visible(request: HttpRequest, slug: str, code: str) -> Designation:
    """That of this address, if the visitor may see its campaign; 404 otherwise."""
    campagnes = Campagne.objects.visibles_par(request.user)
    return get_object_or_404(
        Designation.objects.avec_leur_section().select_related("scrutin"),
        campagne__in=campagnes,
        campagne__slug=slug,
        section__code__iexact=code,
    )


def trouver(request: HttpRequest, cle: UUID) -> ProcesVerbal:
    """The minutes, if the account's mandate or signature opens them; 404 otherwise."""
    visibles = ProcesVerbal.objects.visibles_par(request.user).select_related(
        "designation__campagne",
        "designation__section__federation",
        "redacteur__adherent",
        "contresignataire",
        "president",
        "rectifie",
    )
    return get_object_or_404(visibles, cle=cle)


def brouillon(vue: Vue) -> Vue:
    """A screen of the draft, for who runs the section: `vue(request, pv, …)`; what is signed is read instead."""

    @never_cache
    @wraps(vue)
    def dire(request: HttpRequest, cle: UUID, **arguments: object) -> HttpResponse:
        pv = trouver(request, cle)
        exiger(request.user, "delegues.conduire", pv.designation)
        if pv.etat != ProcesVerbal.Etat.BROUILLON and request.method in {"GET", "HEAD"}:
            return redirect(pv)
        return vue(request, pv, **arguments)

    return dire


def ecran(
    request: HttpRequest,
    pv: ProcesVerbal,
    etape: str,
    form: forms.Form,
    acte: Callable[..., object],
    **contexte: object,
) -> HttpResponse:
    """Show a step, or do `acte(**cleaned data)` and go on to the next.

    A refusal is said above the form, which keeps what was typed; when the page was stale, with what
    is recorded now beside it.
    """
    statut, perime = 200, []
    if request.method == "POST":
        statut = 400
        if form.is_valid():
            try:
                acte()
                return redirect(suivante(pv, etape), pv.cle)
            except ActeImpossible as refus:
                if refus.statut == 403 or refus.code in {"etat", "trop_tard", "trop_tot", "campagne"}:
                    raise
                form.add_error(None, str(refus))
                statut = refus.statut
                pv = trouver(request, pv.cle)
                if refus.code == "perime":
                    perime = _enregistre_entre_temps(form, pv)
    toutes = etapes(pv, etape)
    numero = next(n for n, e in enumerate(toutes, 1) if e.ici)
    page = {
        "pv": pv,
        "etapes": toutes,
        "etape": toutes[numero - 1],
        "numero": numero,
        "precedente": f"delegues:pv_{toutes[numero - 2].cle}" if numero > 1 else "",
        "form": form,
        "perime": perime,
    }
    return render(request, f"delegues/proces_verbaux/{etape}.html", page | contexte, status=statut)


def _enregistre_entre_temps(form: forms.Form, pv: ProcesVerbal) -> list[tuple[str, object]]:
    """(label, recorded value) of each field that differs from what is typed."""
    actuels = form.initiales(pv)
    return [
        (form[nom].label, _en_mots(form[nom], valeur))
        for nom, valeur in actuels.items()
        if nom in form.fields and valeur != form.cleaned_data.get(nom)
    ]


def _en_mots(champ: forms.BoundField, valeur: object) -> object:
    if valeur in (None, ""):
        return "rien"
    if isinstance(valeur, bool):
        return "coché" if valeur else "non coché"
    if isinstance(champ.field, forms.ModelChoiceField):
        return champ.field.label_from_instance(champ.field.queryset.get(pk=valeur))
    if isinstance(champ.field, forms.DateTimeField):
        return f"{valeur:%d/%m/%Y %H:%M}"
    return valeur


def version_de(request: HttpRequest) -> int:
    """The version that the page showed; a page that does not say it is stale."""
    texte = request.POST.get("version", "")
    return int(texte) if texte.isdecimal() and len(texte) < 10 else -1

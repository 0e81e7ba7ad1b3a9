"""Seats: who has how many, the computation of each section, and for the staff the trial, the sharing, its adoption."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from delegues import actes
from delegues.campagne_en_mots import qui_compte, sieges_en_mots
from delegues.differences import differences
from delegues.ecarts import Poids
from delegues.explications import etapes
from delegues.forms_campagne import AdoptionForm, SimulationForm
from delegues.models import Campagne, Repartition
from delegues.preparation import comptees, parametres, regles_des_sieges, sections_comptees
from delegues.repartition import table
from delegues.simulation import Essai, comparer, essayer
from delegues.views.acces_campagne import ecran, piece, refuser, saisie
from delegues.views.acces_candidatures import campagne_visible
from refondation.membres.regles import ActeImpossible, peut
from refondation.territoire.models import Section

SECTIONS_PAR_PAGE = 200


def _en_vigueur(request: HttpRequest, campagne: Campagne) -> Repartition:
    """The sharing in force; its computations before that are for those who observe."""
    repartition = campagne.repartitions.adoptees().first()
    if repartition is None and peut(request.user, "delegues.observer"):
        repartition = campagne.repartitions.first()
    if repartition is None:
        raise Http404
    return repartition


@login_not_required
@never_cache
@require_safe
def sieges(request: HttpRequest, slug: str) -> HttpResponse:
    """Seats by federation, then by section, with the rule, the ties and where to check it all."""
    campagne = campagne_visible(request, slug)
    repartition = _en_vigueur(request, campagne)
    sections = Paginator(repartition.parts.des_sections().order_by("section__code"), SECTIONS_PAR_PAGE)
    contexte = {
        "campagne": campagne,
        "repartition": repartition,
        "regle": sieges_en_mots(campagne),
        "qui_compte": qui_compte(campagne),
        "federations": list(repartition.parts.des_federations().order_by("federation__code")),
        "page": sections.get_page(request.GET.get("page")),
        "adoptees": list(campagne.repartitions.adoptees()),
    }
    return render(request, "delegues/campagne/sieges.html", contexte)


@login_not_required
@never_cache
@require_safe
def sieges_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The table whose fingerprint is published; `repartir_sieges` reads it."""
    repartition = _en_vigueur(request, campagne_visible(request, slug))
    lignes = repartition.parts.des_sections().values_list(
        "section__code", "federation__code", "effectif", "sieges"
    )
    reponse = HttpResponse(table(repartition.parametres, lignes), content_type="text/csv; charset=utf-8")
    reponse["Content-Disposition"] = f'attachment; filename="sieges-{slug}-{repartition.numero}.csv"'
    return reponse


@login_not_required
@never_cache
@require_safe
def sieges_section(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """How many delegates a section has and why, step by step."""
    campagne = campagne_visible(request, slug)
    repartition = _en_vigueur(request, campagne)
    section = get_object_or_404(Section.objects.select_related("federation"), code__iexact=code)
    part = repartition.parts.filter(section=section).first()
    de_la_federation = repartition.parts.filter(federation=section.federation, section=None).first()
    egalite = repartition.parametres["egalite"]
    contexte = {
        "campagne": campagne,
        "repartition": repartition,
        "section": section,
        "part": part,
        "de_la_federation": de_la_federation,
        "qui_compte": qui_compte(campagne),
        "calcul": part and etapes(part.detail, part.effectif, part.sieges, egalite),
        "calcul_de_la_federation": de_la_federation
        and etapes(de_la_federation.detail, de_la_federation.effectif, de_la_federation.sieges, egalite),
        "designation": campagne.designations.filter(section=section).first(),
    }
    return render(request, "delegues/campagne/sieges_section.html", contexte)


# --- For the staff ------------------------------------------------------------------------------


@require_safe
@piece("delegues.repartir")
def simulation(request: HttpRequest, campagne: Campagne) -> HttpResponse:
    """The rules side by side, from the register of today; nothing is written."""
    sections = sections_comptees(campagne)
    comptes, regles = comptees(sections), regles_des_sieges(parametres(campagne))
    actuelle = essayer(comptes, regles)
    total = campagne.total or (actuelle.calcul.sieges if actuelle.calcul else 0) or 1
    form = SimulationForm(request.GET or {"total": total, "planchers": "0, 1, 2"})
    essais = []
    if form.is_valid():
        essais = comparer(
            comptes, regles, total=form.cleaned_data["total"], planchers=form.cleaned_data["planchers"]
        )
    return ecran(
        request,
        "simulation",
        form,
        campagne,
        actuelle=actuelle,
        essais=[(essai, _extremes(essai, sections)) for essai in essais],
        nombre_de_sections=len(sections),
        effectif=sum(nombre for _, nombre in sections.values()),
        qui_compte=qui_compte(campagne),
    )


def _extremes(essai: Essai, sections: dict[str, tuple[Section, int]]) -> list[tuple[Section, Poids]]:
    """Who weighs most, who weighs least."""
    if essai.sections is None:
        return []
    extremes = (essai.sections.plus_represente, essai.sections.moins_represente)
    return [(sections[poids.code][0], poids) for poids in extremes]


@require_http_methods(["GET", "HEAD", "POST"])
@piece("delegues.repartir")
def repartitions(request: HttpRequest, campagne: Campagne) -> HttpResponse:
    """The computations kept; POST computes another one."""
    if request.method == "POST":
        try:
            repartition = actes.calculer_repartition(campagne=campagne, par=request.user)
        except ActeImpossible as refus:
            messages.error(request, str(refus))
            return redirect("delegues:repartitions", campagne.slug)
        return redirect("delegues:repartition", campagne.slug, repartition.numero)
    contexte = {"campagne": campagne, "repartitions": list(campagne.repartitions.select_related("par"))}
    return render(request, "delegues/campagne/repartitions.html", contexte)


@require_http_methods(["GET", "HEAD", "POST"])
@piece("delegues.repartir")
def repartition(request: HttpRequest, campagne: Campagne, numero: int) -> HttpResponse:
    """One computation beside what is in force, and its adoption."""
    repartition = get_object_or_404(campagne.repartitions.select_related("par"), numero=numero)
    ouverte = campagne.etat == Campagne.Etat.OUVERTE
    form = AdoptionForm(saisie(request), ouverte=ouverte)
    if request.method == "POST" and form.is_valid():
        try:
            actes.adopter_repartition(repartition=repartition, par=request.user, **form.cleaned_data)
        except ActeImpossible as refus:
            refuser(form, refus)
        else:
            messages.success(request, f"La répartition n° {numero} est adoptée.")
            return redirect("delegues:gestion", campagne.slug)
    changes, en_vigueur = differences(repartition)
    return ecran(
        request,
        "repartition",
        form,
        campagne,
        repartition=repartition,
        en_vigueur=en_vigueur,
        changes=changes,
        ouverte=ouverte,
        derniere=campagne.repartitions.first() == repartition,
        federations=list(repartition.parts.des_federations().order_by("federation__code")),
    )

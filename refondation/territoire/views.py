"""The territory as its keepers read it: federations, sections and their history; merges and splits."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from refondation.membres.connexion import exiger_second_facteur_recent
from refondation.membres.models import Adherent, date_du_jour
from refondation.membres.regles import ActeImpossible, exiger, peut
from refondation.territoire import actes
from refondation.territoire.forms import FusionForm, ScissionForm
from refondation.territoire.models import Equivalence, Federation, Section


@require_safe
def federations(request: HttpRequest) -> HttpResponse:
    exiger(request.user, "territoire.lire")
    visibles = list(Federation.objects.visibles_par(request.user).avec_nombre_de_sections())
    # Counts go as far as the territory: whoever may not read the register reads how many they are.
    sections = Section.objects.visibles_par(request.user)
    effectifs = Adherent.objects.filter(section__in=sections).presents().par_federation()
    for federation in visibles:
        federation.membres = effectifs.get(federation.pk, 0)
    contexte = {"federations": visibles, "total": sum(f.membres for f in visibles)}
    return render(request, "membres/registre/federations.html", contexte)


@require_safe
def federation(request: HttpRequest, code: str) -> HttpResponse:
    objet = get_object_or_404(Federation.objects.visibles_par(request.user), code=code)
    sections = list(objet.sections.visibles_par(request.user).order_by("etat", "nom"))
    effectifs = Adherent.objects.filter(section__in=sections).presents().par_section()
    for section in sections:
        section.membres = effectifs.get(section.pk, 0)
    contexte = {
        "federation": objet,
        "sections": [s for s in sections if s.etat != Section.Etat.REMPLACEE],
        "remplacees": [s for s in sections if s.etat == Section.Etat.REMPLACEE],
        "total": sum(effectifs.values()),
        "peut_fusionner": peut(request.user, "territoire.fusionner", objet),
    }
    return render(request, "membres/registre/federation.html", contexte)


@require_safe
def section(request: HttpRequest, code: str) -> HttpResponse:
    objet = get_object_or_404(
        Section.objects.visibles_par(request.user).select_related("federation"), code=code
    )
    jour = date_du_jour()
    contexte = {
        "section": objet,
        "membres": objet.adherents.presents().count(),
        "a_jour": objet.adherents.presents().a_jour(au=jour).count(),
        "avant": Equivalence.objects.filter(nouvelle=objet).select_related("ancienne"),
        "apres": Equivalence.objects.filter(ancienne=objet).select_related("nouvelle"),
        "passe": Section.objects.ascendantes(objet, au=jour).exclude(pk=objet.pk),
        "presentes": Section.objects.descendantes(objet, au=jour).exclude(pk=objet.pk),
        "peut_scinder": objet.etat != Section.Etat.REMPLACEE
        and peut(request.user, "territoire.scinder", objet),
    }
    return render(request, "membres/registre/section.html", contexte)


@require_http_methods(["GET", "HEAD", "POST"])
@exiger_second_facteur_recent
def fusionner(request: HttpRequest, code: str) -> HttpResponse:
    objet = get_object_or_404(Federation.objects.visibles_par(request.user), code=code)
    exiger(request.user, "territoire.fusionner", objet)
    form = FusionForm(request.POST or None, federation=objet)
    if request.method == "POST" and form.is_valid():
        try:
            nouvelle = actes.fusionner_sections(
                anciennes=form.cleaned_data["anciennes"],
                vers=form.vers(),
                date_effet=form.cleaned_data["date_effet"],
                par=request.user,
            )
        except ActeImpossible as refus:
            form.add_error(
                {"code_de_section": "code", "date_effet": "date_effet"}.get(refus.code), str(refus)
            )
        else:
            messages.success(request, f"Les sections sont réunies dans {nouvelle}.")
            return redirect(nouvelle)
    contexte = {"form": form, "federation": objet}
    return render(request, "membres/registre/fusionner.html", contexte, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@exiger_second_facteur_recent
def scinder(request: HttpRequest, code: str) -> HttpResponse:
    objet = get_object_or_404(
        Section.objects.visibles_par(request.user).select_related("federation"), code=code
    )
    exiger(request.user, "territoire.scinder", objet)
    form = ScissionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        parts = form.parts()
        try:
            actes.scinder_section(
                section=objet,
                parts=parts,
                reste=parts[1].code,
                date_effet=form.cleaned_data["date_effet"],
                par=request.user,
            )
        except ActeImpossible as refus:
            champs = {
                "code_de_section": "code_1",
                "scission_en_deux": "code_2",
                "numeros_inconnus": "numeros",
                "numeros_en_double": "numeros",
                "date_effet": "date_effet",
            }
            form.add_error(champs.get(refus.code), str(refus))
        else:
            messages.success(request, f"La section {objet} est scindée.")
            return redirect(objet)
    contexte = {"form": form, "section": objet, "membres": objet.adherents.presents().count()}
    return render(request, "membres/registre/scinder.html", contexte, status=422 if form.errors else 200)

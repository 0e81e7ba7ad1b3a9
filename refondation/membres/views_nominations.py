"""Pages of the national staff: deposit a table of roles, read what each line does, give them all."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from refondation.membres import actes, nominations
from refondation.membres.connexion import exiger_second_facteur_recent
from refondation.membres.nominations import COLONNES, OCTETS_AU_PLUS, Depot
from refondation.membres.regles import ActeImpossible, exiger
from refondation.membres.views_registre import sans_trace


class TableauForm(forms.Form):
    fichier = forms.FileField(
        label="Tableau des rôles",
        max_length=200,
        allow_empty_file=True,
        help_text="CSV ou XLSX, 300 lignes au plus : une ligne d'en-tête, puis une ligne par rôle.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )

    def clean_fichier(self) -> UploadedFile:
        fichier = self.cleaned_data["fichier"]
        if fichier.size > OCTETS_AU_PLUS:
            raise forms.ValidationError("Le fichier dépasse 1 Mo. Ne gardez que la feuille des rôles.")
        return fichier


@require_http_methods(["GET", "HEAD", "POST"])
@exiger_second_facteur_recent
@sans_trace
def importer(request: HttpRequest) -> HttpResponse:
    exiger(request.user, "membres.nommer")
    form = TableauForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        fichier = form.cleaned_data["fichier"]
        octets = fichier.read()
        try:
            examen = actes.examiner_des_nominations(octets=octets, par=request.user)
        except ActeImpossible as refus:
            form.add_error("fichier", str(refus))
        else:
            nominations.garder(request.user, Depot(fichier.name, octets, examen))
            return redirect("roles:apercu")
    contexte = {"form": form, "colonnes": [titre for titre, _ in COLONNES.values()]}
    return render(request, "membres/roles/importer.html", contexte, status=422 if form.errors else 200)


@require_safe
@sans_trace
def apercu(request: HttpRequest) -> HttpResponse:
    exiger(request.user, "membres.nommer")
    depot = nominations.depot_de(request.user)
    if depot is None:
        messages.info(
            request, "Aucun tableau n'attend : un aperçu se garde une heure. Déposez-le de nouveau."
        )
        return redirect("roles:importer")
    return render(request, "membres/roles/apercu.html", {"depot": depot, "examen": depot.examen})


@require_POST
@exiger_second_facteur_recent
def confirmer(request: HttpRequest) -> HttpResponse:
    """Write what was shown; when it is no longer what would be done, show that instead."""
    exiger(request.user, "membres.nommer")
    depot = nominations.depot_de(request.user)
    if depot is None:
        return redirect("roles:apercu")
    try:
        examen = actes.importer_des_nominations(
            octets=depot.octets, apercu=request.POST.get("apercu", ""), par=request.user
        )
    except ActeImpossible as refus:
        if refus.code != "apercu_perime":
            raise
        examen = actes.examiner_des_nominations(octets=depot.octets, par=request.user)
        nominations.garder(request.user, Depot(depot.nom, depot.octets, examen))
        messages.warning(request, str(refus))
        return redirect("roles:apercu")
    nominations.oublier(request.user)
    pluriel = "s" if examen.nouveaux > 1 else ""
    messages.success(
        request, f"{examen.nouveaux} rôle{pluriel} donné{pluriel}. Le fichier déposé est détruit."
    )
    return redirect("roles:liste")


@require_POST
def abandonner(request: HttpRequest) -> HttpResponse:
    exiger(request.user, "membres.nommer")
    nominations.oublier(request.user)
    messages.success(request, "Le tableau est abandonné : son fichier est détruit, aucun rôle n'est donné.")
    return redirect("roles:liste")

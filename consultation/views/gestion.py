"""Staff pages that write a draft: list, hub, settings, document, questions, trustees."""

from __future__ import annotations

from copy import copy

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultation import actes
from consultation.actes.annonce import manques
from consultation.forms import DocumentForm, GardienForm, QuestionForm, ReglagesForm
from consultation.models import Gardien, Question, Scrutin
from consultation.simulation import simuler
from consultation.views.acces import piece
from refondation.interface.markdown import rendre
from refondation.membres.actes import ouvrir_compte
from refondation.membres.models import Adherent
from refondation.membres.regles import ActeImpossible, exiger, peut

SCRUTINS_PAR_PAGE = 50
# Where the words of a refused act belong in a form; elsewhere they stand at its top.
CHAMP_DU_REFUS = {"options": "options", "bornes": "maximum", "adresse": "slug", "dates": "ouvre_le"}


def refuser(form: forms.Form, refus: Exception) -> None:
    """Show a refusal next to the field at fault, with what was typed kept."""
    if isinstance(refus, ValidationError):
        form.add_error(None, refus.messages)
        return
    champ = CHAMP_DU_REFUS.get(refus.code)
    form.add_error(champ if champ in form.fields else None, str(refus))


def saisie(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def ecran(request: HttpRequest, gabarit: str, form: forms.Form, **contexte: object) -> HttpResponse:
    statut = 422 if form.is_bound and form.errors else 200
    return render(request, f"consultation/gestion/{gabarit}.html", {"form": form, **contexte}, status=statut)


# --- List and hub -------------------------------------------------------------------------------


@require_safe
def tous(request: HttpRequest) -> HttpResponse:
    exiger(request.user, "consultation.controler")
    scrutins = Scrutin.objects.visibles_par(request.user).order_by("-ouvre_le", "-pk")
    contexte = {
        "page": Paginator(scrutins, SCRUTINS_PAR_PAGE).get_page(request.GET.get("page")),
        "peut_rediger": peut(request.user, "consultation.rediger"),
    }
    return render(request, "consultation/gestion/tous.html", contexte)


@require_safe
@piece("consultation.controler")
def gestion(request: HttpRequest, scrutin: Scrutin) -> HttpResponse:
    brouillon = scrutin.etat == Scrutin.Etat.BROUILLON
    contexte = {
        "scrutin": scrutin,
        "brouillon": brouillon,
        "manques": manques(scrutin, timezone.now()) if brouillon else [],
        "document": scrutin.document_fige or scrutin.documents.first(),
        "questions": list(scrutin.questions.prefetch_related("options")),
        "gardiens": list(scrutin.gardiens.all()),
        "federations": list(scrutin.federations.all()),
        "peut_rediger": peut(request.user, "consultation.rediger", scrutin),
        "peut_annuler": peut(request.user, "consultation.annuler", scrutin),
        "a_etapes": etapes(scrutin),
    }
    return render(request, "consultation/gestion/gestion.html", contexte)


def etapes(scrutin: Scrutin) -> list[tuple[str, bool, bool]]:
    """The life of a vote for `ol.etapes`: (words, done, current)."""
    ordre = [e for e in Scrutin.Etat if e != Scrutin.Etat.ANNULE]
    if scrutin.etat == Scrutin.Etat.ANNULE:
        return []
    rang = ordre.index(scrutin.etat)
    return [(e.label, i < rang, i == rang) for i, e in enumerate(ordre)]


# --- Settings -----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def nouveau(request: HttpRequest) -> HttpResponse:
    exiger(request.user, "consultation.rediger")
    form = ReglagesForm(saisie(request))
    if request.method == "POST" and form.is_valid():
        try:
            scrutin = actes.creer_scrutin(par=request.user, **form.champs())
        except (ActeImpossible, ValidationError) as refus:
            refuser(form, refus)
        else:
            messages.success(request, f"Brouillon créé : {scrutin.nom}. Suivez la liste de ce qui manque.")
            return redirect("consultation:gestion", scrutin.slug)
    return ecran(request, "reglages", form, scrutin=None)


@require_http_methods(["GET", "HEAD", "POST"])
@piece("consultation.rediger")
def reglages(request: HttpRequest, scrutin: Scrutin) -> HttpResponse:
    form = ReglagesForm(saisie(request), instance=copy(scrutin))
    if request.method == "POST" and form.is_valid():
        try:
            scrutin = actes.modifier_scrutin(scrutin=scrutin, par=request.user, **form.champs())
        except (ActeImpossible, ValidationError) as refus:
            refuser(form, refus)
        else:
            messages.success(request, "Les réglages sont enregistrés.")
            return redirect("consultation:gestion", scrutin.slug)
    return ecran(request, "reglages", form, scrutin=scrutin)


@require_safe
@piece("consultation.rediger")
def simulation(request: HttpRequest, scrutin: Scrutin) -> HttpResponse:
    contexte = {"scrutin": scrutin, "simulation": simuler(scrutin)}
    return render(request, "consultation/gestion/simulation.html", contexte)


# --- Document -----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@piece("consultation.rediger")
def document(request: HttpRequest, scrutin: Scrutin) -> HttpResponse:
    """Write the next version of the framing document; "aperçu" shows it and keeps what is typed."""
    dernier = scrutin.documents.first()
    initial = {n: getattr(dernier, n) for n in ("titre", "texte", "texte_facile")} if dernier else {}
    form = DocumentForm(saisie(request), initial=initial)
    apercu = None
    if request.method == "POST" and form.is_valid():
        choix = form.cleaned_data
        if "apercu" in request.POST:
            apercu = {"texte": rendre(choix["texte"]), "facile": rendre(choix["texte_facile"])}
        elif dernier and all(getattr(dernier, n) == v for n, v in choix.items()):
            messages.info(request, "Rien n'a changé : la version précédente reste la dernière.")
            return redirect("consultation:gestion", scrutin.slug)
        else:
            try:
                ecrit = actes.rediger_document(scrutin=scrutin, par=request.user, **choix)
            except ActeImpossible as refus:
                refuser(form, refus)
            else:
                messages.success(request, f"Version {ecrit.numero} enregistrée.")
                return redirect("consultation:gestion", scrutin.slug)
    contexte = {"scrutin": scrutin, "apercu": apercu, "versions": list(scrutin.documents.all())}
    return ecran(request, "document", form, **contexte)


# --- Questions ----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@piece("consultation.rediger")
def question(request: HttpRequest, scrutin: Scrutin, pk: int | None = None) -> HttpResponse:
    objet = get_object_or_404(Question, scrutin=scrutin, pk=pk) if pk else None
    form = QuestionForm(saisie(request), instance=objet)
    if request.method == "POST" and form.is_valid():
        existante = Question.objects.get(pk=pk) if pk else None
        try:
            actes.ecrire_question(scrutin=scrutin, question=existante, par=request.user, **form.cleaned_data)
        except (ActeImpossible, ValidationError) as refus:
            refuser(form, refus)
        else:
            messages.success(request, "La question est enregistrée.")
            return redirect(f"{reverse('consultation:gestion', args=[scrutin.slug])}#questions")
    return ecran(request, "question", form, scrutin=scrutin, question=objet)


@require_POST
@piece("consultation.rediger")
def deplacer_question(request: HttpRequest, scrutin: Scrutin, pk: int) -> HttpResponse:
    objet = get_object_or_404(Question.objects.select_related("scrutin"), scrutin=scrutin, pk=pk)
    pas = -1 if request.POST.get("sens") == "haut" else 1
    actes.deplacer_question(question=objet, vers=objet.rang + pas, par=request.user)
    return redirect(f"{reverse('consultation:gestion', args=[scrutin.slug])}#questions")


@require_http_methods(["GET", "HEAD", "POST"])
@piece("consultation.rediger")
def retirer_question(request: HttpRequest, scrutin: Scrutin, pk: int) -> HttpResponse:
    objet = get_object_or_404(Question.objects.select_related("scrutin"), scrutin=scrutin, pk=pk)
    if request.method == "POST":
        actes.retirer_question(question=objet, par=request.user)
        messages.success(request, "La question est retirée.")
        return redirect(f"{reverse('consultation:gestion', args=[scrutin.slug])}#questions")
    contexte = {"scrutin": scrutin, "question": objet}
    return render(request, "consultation/gestion/retirer_question.html", contexte)


# --- Trustees -----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@piece("consultation.designer_gardiens", sensible=True)
def gardiens(request: HttpRequest, scrutin: Scrutin) -> HttpResponse:
    """Who holds the key: add a person here, remove one or forget a lost key below."""
    actuels = list(scrutin.gardiens.select_related("compte__adherent"))
    form = GardienForm(saisie(request))
    if request.method == "POST" and form.is_valid():
        personne = form.cleaned_data["personne"]
        try:
            compte = (
                ouvrir_compte(adherent=personne, par=request.user)
                if isinstance(personne, Adherent)
                else personne
            )
            comptes = [*(g.compte for g in actuels), compte]
            actes.designer_gardiens(scrutin=scrutin, comptes=comptes, par=request.user)
        except ActeImpossible as refus:
            form.add_error("personne", str(refus))
        else:
            messages.success(request, f"{compte} est gardien·ne de la clé. Un courriel lui est envoyé.")
            return redirect("consultation:gardiens", scrutin.slug)
    return ecran(request, "gardiens", form, scrutin=scrutin, gardiens=actuels)


@require_http_methods(["GET", "HEAD", "POST"])
@piece("consultation.designer_gardiens", sensible=True)
def retirer_gardien(request: HttpRequest, scrutin: Scrutin, pk: int) -> HttpResponse:
    """Remove a trustee, or (`geste=cle`) forget a lost key so that another can be made."""
    objet = get_object_or_404(Gardien.objects.select_related("scrutin", "compte"), scrutin=scrutin, pk=pk)
    if request.method == "POST":
        if request.POST.get("geste") == "cle":
            actes.remplacer_la_cle(gardien=objet, par=request.user)
            messages.success(request, f"La clé de {objet.nom} est oubliée : une autre peut être créée.")
        else:
            restent = [g.compte for g in scrutin.gardiens.exclude(pk=pk).select_related("compte")]
            actes.designer_gardiens(scrutin=scrutin, comptes=restent, par=request.user)
            messages.success(request, f"{objet.nom} n'est plus gardien·ne.")
        return redirect("consultation:gardiens", scrutin.slug)
    return render(
        request, "consultation/gestion/retirer_gardien.html", {"scrutin": scrutin, "gardien": objet}
    )

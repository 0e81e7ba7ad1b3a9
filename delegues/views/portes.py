"""Pages of the door: assemblies of delegates, the check of a card, who came, the list for a lost network."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from delegues import actes, cartes, listes_de_porte
from delegues.forms_mandats import AssembleeForm
from delegues.models import Assemblee, Campagne, Passage
from delegues.views.mandats import campagne_visible
from refondation.membres.models import Compte, date_du_jour
from refondation.membres.regles import DROITS, ActeImpossible, exiger
from refondation.membres.views_registre import sans_trace
from refondation.territoire.models import Federation, Section

ASSEMBLEES_PAR_PAGE, ENTREES_PAR_PAGE = 30, 50
# A phone sends what it kept in packets: more than a whole federation.
PASSAGES_AU_PLUS = 2000


# --- Assemblies -------------------------------------------------------------------------------------


def perimetres_de(compte: Compte, roles: frozenset[str]) -> list[tuple[str, str]]:
    """(value, words) of the perimeters that these roles of the account cover, the widest first."""
    federations, sections, national = compte.perimetres(roles)
    choix = [("national", "Toutes les fédérations")] if national else []
    chefs = Federation.objects.all() if national else Federation.objects.filter(pk__in=federations)
    choix += [(f"federation-{f.pk}", f"Fédération {f}") for f in chefs]
    choix += [(f"section-{s.pk}", f"Section {s}") for s in Section.objects.filter(pk__in=sections)]
    return choix


def perimetre_choisi(valeur: str) -> dict[str, Federation | Section]:
    """What the value of a perimeter names: {} for all, {"federation": …} or {"section": …}."""
    genre, _, cle = valeur.partition("-")
    modele = {"federation": Federation, "section": Section}.get(genre)
    return {genre: modele.objects.get(pk=cle)} if modele else {}


@require_http_methods(["GET", "HEAD", "POST"])
def assemblees(request: HttpRequest, slug: str) -> HttpResponse:
    campagne = campagne_visible(request, slug)
    exiger(request.user, "delegues.verifier_cartes")
    form = AssembleeForm(
        request.POST if request.method == "POST" else None,
        perimetres=perimetres_de(request.user, DROITS["delegues.verifier_cartes"]),
    )
    if request.method == "POST" and form.is_valid():
        choix = dict(form.cleaned_data)
        lieu = perimetre_choisi(choix.pop("perimetre"))
        try:
            assemblee = actes.ouvrir_une_assemblee(campagne=campagne, par=request.user, **choix, **lieu)
        except ActeImpossible as refus:
            form.add_error("tenue_le" if refus.code == "hors_mandat" else None, str(refus))
        else:
            return redirect(assemblee)
    contexte = {"campagne": campagne, "form": form, "page": _assemblees(request, campagne)}
    return render(request, "delegues/porte/assemblees.html", contexte, status=422 if form.errors else 200)


def _assemblees(request: HttpRequest, campagne: Campagne) -> object:
    visibles = Assemblee.objects.visibles_par(request.user).filter(campagne=campagne)
    lignes = visibles.avec_leur_lieu().avec_leurs_entrees()
    return Paginator(lignes, ASSEMBLEES_PAR_PAGE).get_page(request.GET.get("page"))


# --- The door ---------------------------------------------------------------------------------------


def _assemblee(request: HttpRequest, cle: UUID) -> Assemblee:
    exiger(request.user, "delegues.verifier_cartes")
    return get_object_or_404(Assemblee.objects.visibles_par(request.user).avec_leur_lieu(), cle=cle)


@require_http_methods(["GET", "HEAD", "POST"])
@sans_trace
def porte(request: HttpRequest, cle: UUID) -> HttpResponse:
    """Type or scan a code: the answer in words, and the passage kept.  Works without JavaScript."""
    assemblee = _assemblee(request, cle)
    dit, delegation = None, None
    if request.method == "POST":
        delegation = cartes.delegation_de(request.POST.get("code", ""))
        dit, _ = actes.pointer(assemblee=assemblee, delegation=delegation, par=request.user)
    entrees = assemblee.passages.select_related("delegation__adherent", "delegation__designation__section")
    contexte = {
        "assemblee": assemblee,
        "verdict": dit,
        "delegation": delegation,
        "entrees": entrees.count(),
        "attendus": assemblee.invite()
        .en_exercice(au=timezone.localdate(assemblee.tenue_le))
        .filter(qualite="titulaire")
        .count(),
        "dernieres": entrees[:5],
        "cle_publique": listes_de_porte.cle_publique(),
    }
    partiel = request.headers.get("X-Partiel") == "verdict"
    reponse = render(request, f"delegues/porte/{'_verdict' if partiel else 'porte'}.html", contexte)
    reponse["X-Entrees"] = str(contexte["entrees"])  # the page that asked for the verdict alone counts too
    return reponse


@require_safe
@sans_trace
def verifier_carte(request: HttpRequest) -> HttpResponse:
    """What the QR code of a card opens, and a form: what the card is worth today, apart from any assembly."""
    exiger(request.user, "delegues.verifier_cartes")
    code = request.GET.get("code", "")
    delegation = cartes.delegation_de(code) if code else None
    contexte = {
        "code": cartes.en_groupes(cartes.normaliser(code)),
        "delegation": delegation,
        "verdict": cartes.verdict(delegation, au=date_du_jour()) if code else None,
        "assemblees": Assemblee.objects.visibles_par(request.user).proches(instant=timezone.now()),
    }
    return render(request, "delegues/porte/verifier.html", contexte)


@require_safe
@sans_trace
def presences(request: HttpRequest, cle: UUID) -> HttpResponse:
    assemblee = _assemblee(request, cle)
    passages = Passage.objects.filter(assemblee=assemblee).select_related(
        "delegation__adherent", "delegation__designation__section__federation"
    )
    page = Paginator(passages, ENTREES_PAR_PAGE).get_page(request.GET.get("page"))
    return render(request, "delegues/porte/presences.html", {"assemblee": assemblee, "page": page})


# --- Without network --------------------------------------------------------------------------------


@require_safe
@sans_trace
def liste_hors_ligne(request: HttpRequest, cle: UUID) -> JsonResponse:
    """The signed list of the codes that are valid at this door, as a file to keep."""
    assemblee = _assemblee(request, cle)
    reponse = JsonResponse(listes_de_porte.liste_signee(assemblee, instant=timezone.now()))
    reponse["Content-Disposition"] = f'attachment; filename="porte-{assemblee.tenue_le:%Y-%m-%d}.json"'
    return reponse


@require_POST
@sans_trace
def passages(request: HttpRequest, cle: UUID) -> JsonResponse:
    """Passages kept by a door without network: [{"code", "le": milliseconds}, …]; what became of each."""
    assemblee = _assemblee(request, cle)
    try:
        recus = json.loads(request.body)
        if not isinstance(recus, list):
            raise TypeError
        lignes = [
            (str(ligne["code"]), datetime.fromtimestamp(int(ligne["le"]) / 1000, tz=UTC)) for ligne in recus
        ]
    except (ValueError, TypeError, KeyError, OverflowError):
        return JsonResponse({"message": "Ces passages ne se lisent pas."}, status=400)
    if len(lignes) > PASSAGES_AU_PLUS:
        return JsonResponse({"message": f"Pas plus de {PASSAGES_AU_PLUS} passages à la fois."}, status=413)
    dits = [
        actes.pointer(assemblee=assemblee, delegation=cartes.delegation_de(code), le=le, par=request.user)[0]
        for code, le in lignes
    ]
    return JsonResponse(
        {
            "recus": sum(dit.entre for dit in dits),
            "refuses": [{"titre": dit.titre, "phrase": dit.phrase} for dit in dits if not dit.entre],
        }
    )

"""The control page: what the commission checks, when it was last checked, and what was found."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from consultation import actes
from consultation.chaine import empreinte_des_tetes
from consultation.models import Scrutin
from consultation.views.acces import piece
from refondation.debit import est_depasse
from refondation.membres.regles import ActeImpossible

CONTROLES_CITES = 20
URNES_PAR_PAGE = 60


@require_http_methods(["GET", "HEAD", "POST"])
@piece("consultation.controler")
def controle(request: HttpRequest, scrutin: Scrutin) -> HttpResponse:
    """GET shows the last controls; POST runs one now."""
    if request.method == "POST":
        if est_depasse(f"controle:{scrutin.pk}", nombre=6, secondes=60):
            raise ActeImpossible(
                "Plusieurs contrôles viennent d'être faits. Patientez une minute.",
                code="trop_vite",
                statut=429,
            )
        fait = actes.controler_scrutin(scrutin=scrutin, par=request.user)
        if fait.defauts:
            messages.error(request, f"Le contrôle a trouvé {len(fait.defauts)} anomalie(s).")
        else:
            messages.success(request, "Le contrôle n'a trouvé aucune anomalie.")
        return redirect("consultation:controle", scrutin.slug)
    urnes = scrutin.urnes.defer("election").order_by("-college", "nom")
    contexte = {
        "scrutin": scrutin,
        "dernier": scrutin.controles.select_related("par").first(),
        "dernier_automatique": scrutin.controles.filter(par=None).first(),
        "controles": list(scrutin.controles.select_related("par")[:CONTROLES_CITES]),
        "incidents": list(scrutin.controles.exclude(defauts=[]).select_related("par")[:CONTROLES_CITES]),
        "nombre": scrutin.controles.count(),
        "tetes": empreinte_des_tetes(scrutin) if scrutin.est_annonce else "",
        "page": Paginator(urnes, URNES_PAR_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "consultation/gestion/controle.html", contexte)

"""The control page: what the commission checks, when it was last checked, and what was found."""

from __future__ import annotations

from collections import defaultdict

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from consultation import actes
from consultation.chaine import empreinte_des_tetes
from consultation.models import Controle, Scrutin
from consultation.participation import par_urne
from consultation.views.acces import piece
from refondation.debit import est_depasse
from refondation.membres.regles import ActeImpossible, peut

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
    page = Paginator(urnes, URNES_PAR_PAGE).get_page(request.GET.get("page"))
    dernier = scrutin.controles.select_related("par").first()
    if peut(request.user, "consultation.lire_les_urnes", scrutin) or scrutin.etat == Scrutin.Etat.PUBLIE:
        montres, total_montre = {urne.pk: urne.emarges for urne in page}, True
    else:
        montres, total_montre = _chiffres_montres(scrutin, dernier)
    for urne in page:
        urne.montre = montres[urne.pk]
    contexte = {
        "scrutin": scrutin,
        "dernier": dernier,
        "total_montre": total_montre,
        "des_masquees": None in montres.values(),
        "dernier_automatique": scrutin.controles.filter(par=None).first(),
        "controles": list(scrutin.controles.select_related("par")[:CONTROLES_CITES]),
        "incidents": list(scrutin.controles.exclude(defauts=[]).select_related("par")[:CONTROLES_CITES]),
        "nombre": scrutin.controles.count(),
        "tetes": empreinte_des_tetes(scrutin) if scrutin.est_annonce else "",
        "page": page,
    }
    return render(request, "consultation/gestion/controle.html", contexte)


def _chiffres_montres(scrutin: Scrutin, dernier: Controle | None) -> tuple[dict[int, int | None], bool]:
    """What who does not control reads: émargements by box (None: hidden), and whether their total is shown.

    The total adds up the colleges, of which participation is published one by one: of two, it
    would give away the one that is still hidden.
    """
    colleges: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for college, *urne in scrutin.urnes.order_by("pk").values_list("college", "pk", "inscrits", "emarges"):
        colleges[college].append(tuple(urne))
    montres: dict[int, int | None] = {}
    for urnes in colleges.values():
        cles, inscrits, emarges = (list(colonne) for colonne in zip(*urnes, strict=True))
        chiffres = par_urne(
            emarges, inscrits=inscrits, seuil=scrutin.seuil, definitif=scrutin.clos_le is not None
        )
        montres |= dict(zip(cles, chiffres, strict=True))
    total_montre = len(colleges) == 1 and dernier is not None and dernier.emargements >= scrutin.seuil
    return montres, total_montre

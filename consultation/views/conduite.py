"""Staff pages that run a vote: announce, move dates, follow, annul, count, publish."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from consultation import actes, controle, tasks
from consultation.actes.annonce import manques
from consultation.forms import AdresserCodeForm, AnnonceForm, AnnulationForm, DatesForm, PublicationForm
from consultation.models import CodeScelle, Inscription, Scrutin, Tranche
from consultation.simulation import simuler
from consultation.views.acces import piece
from consultation.views.gestion import ecran, refuser, saisie
from refondation.debit import est_depasse
from refondation.membres.regles import ActeImpossible, peut


@require_http_methods(["GET", "HEAD", "POST"])
@piece("consultation.annoncer", sensible=True)
def annoncer(request: HttpRequest, scrutin: Scrutin) -> HttpResponse:
    """Exactly what will be frozen, then the act."""
    form = AnnonceForm(saisie(request))
    if request.method == "POST" and form.is_valid():
        try:
            actes.annoncer_scrutin(scrutin=scrutin, par=request.user)
        except ActeImpossible as refus:
            refuser(form, refus)
        else:
            messages.success(request, "Le scrutin est annoncé. La liste est figée, les urnes se préparent.")
            return redirect("consultation:preparation", scrutin.slug)
    return ecran(
        request,
        "annoncer",
        form,
        scrutin=scrutin,
        manques=manques(scrutin, timezone.now()),
        simulation=simuler(scrutin) if scrutin.etat == Scrutin.Etat.BROUILLON else None,
        document=scrutin.documents.first(),
        questions=list(scrutin.questions.prefetch_related("options")),
        gardiens=list(scrutin.gardiens.all()),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@piece("consultation.deplacer_dates", sensible=True)
def dates(request: HttpRequest, scrutin: Scrutin) -> HttpResponse:
    form = DatesForm(request.POST) if request.method == "POST" else DatesForm.de(scrutin)
    if request.method == "POST" and form.is_valid():
        try:
            actes.deplacer_dates(scrutin=scrutin, par=request.user, **form.cleaned_data)
        except ActeImpossible as refus:
            refuser(form, refus)
        else:
            messages.success(request, "Les dates sont déplacées. Le changement est inscrit au journal.")
            return redirect("consultation:gestion", scrutin.slug)
    return ecran(request, "dates", form, scrutin=scrutin)


@require_http_methods(["GET", "HEAD", "POST"])
@piece("consultation.annuler", sensible=True)
def annuler(request: HttpRequest, scrutin: Scrutin) -> HttpResponse:
    form = AnnulationForm(saisie(request))
    if request.method == "POST" and form.is_valid():
        try:
            actes.annuler_scrutin(scrutin=scrutin, motif=form.cleaned_data["motif"], par=request.user)
        except ActeImpossible as refus:
            refuser(form, refus)
        else:
            messages.success(request, "Le scrutin est annulé. Le motif est public.")
            return redirect("consultation:gestion", scrutin.slug)
    return ecran(request, "annuler", form, scrutin=scrutin)


# --- From the announcement to the opening ---------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@piece("consultation.renvoyer_codes", sensible=True)
def preparation(request: HttpRequest, scrutin: Scrutin) -> HttpResponse:
    """How far the boxes and the mails are; a code addressed by hand to who has none."""
    form = AdresserCodeForm(saisie(request))
    if request.method == "POST" and form.is_valid():
        try:
            inscription = Inscription.objects.filter(
                scrutin=scrutin, adherent__numero__iexact=form.cleaned_data["numero"].strip()
            ).first()
            if inscription is None:
                raise ActeImpossible("Personne sur cette liste n'a ce numéro.", code="hors_liste")
            masquee = actes.adresser_mon_code(scrutin=scrutin, inscription=inscription, par=request.user)
        except ActeImpossible as refus:
            form.add_error("numero", str(refus))
        else:
            messages.success(request, f"Le code part vers {masquee}.")
            return redirect("consultation:preparation", scrutin.slug)
    return ecran(request, "preparation", form, scrutin=scrutin, **etat_de_la_preparation(scrutin))


def etat_de_la_preparation(scrutin: Scrutin) -> dict[str, object]:
    urnes = scrutin.urnes.aggregate(urnes=Count("pk"), scellees=Count("pk", filter=Q(hauteur__gte=0)))
    codes = CodeScelle.objects.filter(urne__scrutin=scrutin).aggregate(
        tires=Count("pk"),
        envoyes=Count("pk", filter=Q(envoye_le__isnull=False)),
        sans_adresse=Count("pk", filter=Q(courriel="")),
    )
    return {
        **codes,
        "urnes": urnes["urnes"],
        "scellees": urnes["scellees"],
        "inscrits": Inscription.objects.electrices().filter(scrutin=scrutin).count(),
        "en_attente": list(scrutin.urnes.filter(hauteur__lt=0).order_by("nom")[:20]),
        "accepte": scrutin.accepte_les_bulletins(timezone.now()),
    }


# --- Counting -------------------------------------------------------------------------------------


@require_safe
@piece("consultation.controler")
def depouillement(request: HttpRequest, scrutin: Scrutin) -> HttpResponse:
    """How far counting has come, figure by figure; no figure about a choice before the result."""
    contexte = {
        "scrutin": scrutin,
        "etat": controle.avancement(scrutin),
        "defauts": list(
            Tranche.objects.filter(urne__scrutin=scrutin)
            .exclude(defaut="")
            .select_related("urne")
            .order_by("pk")[:50]
        ),
        "gardiens": list(scrutin.gardiens.annotate(parts=Count("dechiffrements")).order_by("rang")),
        "arrete": scrutin.etat == Scrutin.Etat.CLOS
        and controle.depouillement_arrete(scrutin, timezone.now()),
        "peut_depouiller": peut(request.user, "consultation.depouiller", scrutin),
        "peut_publier": peut(request.user, "consultation.publier", scrutin),
        "clos": scrutin.clos_le is not None,
        "suivre": request.GET.get("suivre") == "1" and scrutin.etat == Scrutin.Etat.CLOS,
    }
    return render(request, "consultation/gestion/depouillement.html", contexte)


@require_http_methods(["POST"])
@piece("consultation.depouiller", sensible=True)
def reprendre(request: HttpRequest, scrutin: Scrutin) -> HttpResponse:
    """Start counting again; slices where a defect was found are verified anew."""
    if est_depasse(f"depouiller:{scrutin.pk}", nombre=6, secondes=60):
        raise ActeImpossible(
            "Le dépouillement vient d'être relancé. Patientez une minute.", code="trop_vite", statut=429
        )
    actes.decouper(scrutin=scrutin, par=request.user)
    tasks.depouiller.delay(scrutin.pk)
    messages.success(request, "Le dépouillement est relancé. Ce qui est déjà fait n'est pas refait.")
    return redirect("consultation:depouillement", scrutin.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@piece("consultation.publier", sensible=True)
def publier(request: HttpRequest, scrutin: Scrutin) -> HttpResponse:
    form = PublicationForm(saisie(request))
    if request.method == "POST" and form.is_valid():
        try:
            actes.publier_scrutin(scrutin=scrutin, par=request.user)
        except ActeImpossible as refus:
            refuser(form, refus)
        else:
            messages.success(request, "Le résultat est publié. Les codes de vote sont détruits.")
            return redirect("consultation:resultat", scrutin.slug)
    dernier = scrutin.controles.first()
    return ecran(request, "publier", form, scrutin=scrutin, controle=dernier)

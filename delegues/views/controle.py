"""The commission's pages: the queue, the file of a designation, opinions, appeals, stepping aside."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from delegues import actes, progres, suivi
from delegues.anomalies import GRAVITES, REGLES, phrase
from delegues.forms_controle import ArbitrageForm, AvisForm, DeportForm, FiltresDuControle
from delegues.models import Anomalie, Avis, Campagne, Designation, Echange
from delegues.recolement import (
    attend_une_reponse,
    avis_qui_comptent,
    est_de_la_section,
    motif_de_recusation,
    proces_verbal_en_vigueur,
    recours_en_cours,
    reste_a_faire,
)
from delegues.regles import est_possible
from delegues.tasks_controle import calculer_les_anomalies
from delegues.views.acces_controle import faire, un_dossier, une_campagne
from refondation.interface import trame
from refondation.membres.regles import ActeImpossible, exiger, peut
from refondation.territoire.models import Federation

DESIGNATIONS_PAR_PAGE = 50


@never_cache
@require_safe
def controle(request: HttpRequest) -> HttpResponse:
    """The queue of the campaign under control, or the choice when there are several."""
    exiger(request.user, "delegues.lire")
    campagnes = list(Campagne.objects.publiques())
    ouvertes = [c for c in campagnes if c.etat == Campagne.Etat.OUVERTE]
    if len(ouvertes) == 1:
        return redirect("delegues:file", ouvertes[0].slug)
    return render(request, "delegues/controle/campagnes.html", {"campagnes": campagnes})


@require_safe
@une_campagne
def file(request: HttpRequest, campagne: Campagne) -> HttpResponse:
    """Every designation of the reader's perimeter, by state, with the coverage of each federation."""
    lues = Designation.objects.visibles_par(request.user).filter(campagne=campagne)
    lignes = suivi.par_federation(lues)
    federations = list(Federation.objects.filter(code__in=[ligne.code for ligne in lignes]))
    filtres = FiltresDuControle(request.GET, federations=federations)
    trouvees = filtres.appliquer(lues.avec_leur_section().avec_chiffres())
    page = Paginator(trouvees, DESIGNATIONS_PAR_PAGE).get_page(request.GET.get("page"))
    notes = suivi.annoter(page.object_list)
    parametres = request.GET.copy()
    parametres.pop("page", None)
    contexte = {
        "campagne": campagne,
        "filtres": filtres,
        "page": page,
        "lignes": [(d, notes[d.pk]) for d in page.object_list],
        "parametres": parametres.urlencode(),
        "ensemble": suivi.ensemble(lignes),
        "federations": lignes,
        "carte": suivi.sur_la_carte(lignes) if len(lignes) > 1 else [],
        "echelle": trame.ECHELLE_DES_PARTS,
        "progres": progres.lire(campagne),
        **lues.aggregate(calcul=Max("anomalies_le"), ancienne=Min("anomalies_le")),
        "peut_controler": peut(request.user, "delegues.controler"),
        "en_controle": est_possible(campagne, "arbitrer", timezone.now()),
    }
    return render(request, "delegues/controle/file.html", contexte, status=422 if filtres.errors else 200)


@require_POST
@une_campagne
def recalculer(request: HttpRequest, campagne: Campagne) -> HttpResponse:
    """Ask for the anomalies of the whole campaign; the queue shows how far it is."""
    exiger(request.user, "delegues.controler", campagne)
    if progres.annoncer(campagne):
        calculer_les_anomalies.delay(campagne.pk)
    return redirect(f"{reverse('delegues:file', args=[campagne.slug])}?suivre=1#anomalies")


@require_safe
@un_dossier()
def dossier(request: HttpRequest, designation: Designation) -> HttpResponse:
    """All that is known of one designation, and what is missing to decide."""
    pv = proces_verbal_en_vigueur(designation)
    recours = recours_en_cours(designation)
    anomalies = _anomalies(designation)
    avis = avis_qui_comptent(pv, recours) if pv else []
    recusation = (
        motif_de_recusation(request.user, designation) if peut(request.user, "delegues.controler") else ""
    )
    contexte = {
        "designation": designation,
        "campagne": designation.campagne,
        "proces_verbal": pv,
        "elus": list(pv.elus.select_related("candidature__adherent", "titulaire__candidature__adherent"))
        if pv
        else [],
        "anomalies": anomalies,
        "echanges": list(designation.echanges.select_related("auteur", "sur", "proces_verbal")),
        "avis": avis,
        "restes": reste_a_faire(designation, pv, [a for a, *_ in anomalies], avis),
        "est_decidee": designation.etat in (Designation.Etat.VALIDEE, Designation.Etat.REJETEE),
        "recours": recours,
        "recusation": recusation,
        "voit_tout": peut(request.user, "delegues.observer", designation),
        **_gestes(request, designation, recours, bool(recusation)),
    }
    return render(request, "delegues/controle/dossier.html", contexte)


def _anomalies(designation: Designation) -> list[tuple[Anomalie, object, str]]:
    """(anomaly, its rule, its evidence in words), the gravest first."""
    trouvees = designation.anomalies.select_related("adherent")
    return [
        (a, REGLES[a.regle], phrase(a.regle, a.preuve))
        for a in sorted(trouvees, key=lambda a: (GRAVITES.index(a.gravite), a.regle, a.pk))
    ]


def _gestes(
    request: HttpRequest, designation: Designation, recours: Echange | None, recuse: bool
) -> dict[str, bool]:
    """What the reader may do now."""
    instant, campagne = timezone.now(), designation.campagne
    de_la_commission = peut(request.user, "delegues.controler", designation)
    acte = "arbitrer" if designation.etat == Designation.Etat.CONTESTEE else "controler"
    etats = {etat for depuis in ("valider", "rejeter") for etat in Designation.TRANSITIONS[depuis][0]}
    a_donne = (
        de_la_commission
        and Avis.objects.filter(
            proces_verbal__designation=designation, compte=request.user, perime=False
        ).exists()
    )
    return {
        "peut_recalculer": de_la_commission and est_possible(campagne, "arbitrer", instant),
        "a_donne_son_avis": a_donne,
        "peut_donner_un_avis": de_la_commission
        and not (recuse or a_donne or recours)
        and designation.etat in etats
        and est_possible(campagne, acte, instant),
        "peut_repondre": peut(request.user, "delegues.conduire", designation)
        and attend_une_reponse(designation)
        and est_possible(campagne, "repondre", instant),
        "est_concerne": est_de_la_section(request.user, designation)
        or peut(request.user, "delegues.contester", designation),
        "peut_arbitrer": recours is not None
        and peut(request.user, "delegues.arbitrer", designation)
        and not (recuse or a_donne)
        and not recours.sur.avis.filter(compte=request.user).exists(),
    }


@require_POST
@un_dossier("delegues.controler")
def recalculer_un_dossier(request: HttpRequest, designation: Designation) -> HttpResponse:
    nombre = actes.recalculer_anomalies(designation=designation, par=request.user)
    messages.success(
        request,
        f"Calcul fait : {nombre} anomalie{'s' if nombre > 1 else ''}."
        if nombre
        else "Calcul fait : aucune anomalie.",
    )
    return redirect(_vers(designation))


def _vers(designation: Designation) -> str:
    return reverse("delegues:dossier", args=[designation.campagne.slug, designation.section.code])


@require_http_methods(["GET", "HEAD", "POST"])
@un_dossier("delegues.controler", sensible=True)
def avis(request: HttpRequest, designation: Designation) -> HttpResponse:
    """One member's opinion of the minutes that the page shows."""
    pv = proces_verbal_en_vigueur(designation)
    if pv is None:
        raise ActeImpossible("Aucun procès-verbal signé n'est reçu : il n'y a rien à juger.", code="etat")
    form = AvisForm(request.POST or None, initial={"proces_verbal": pv.cle})
    anomalies = _anomalies(designation)

    def acte() -> Avis:
        choix = form.cleaned_data
        lu = get_object_or_404(designation.proces_verbaux.all(), cle=choix.pop("proces_verbal"))
        lu.designation = designation
        return actes.donner_avis(proces_verbal=lu, par=request.user, **choix)

    return faire(
        request, form, acte,
        fait="Votre avis est enregistré.", suite=_vers(designation), gabarit="controle/avis",
        designation=designation, campagne=designation.campagne, proces_verbal=pv,
        bloquantes=[a for a in anomalies if a[0].gravite == "bloquante"],
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@un_dossier("delegues.arbitrer", sensible=True)
def arbitrer(request: HttpRequest, designation: Designation, pk: int) -> HttpResponse:
    """One member's opinion of an appeal."""
    recours = get_object_or_404(
        designation.echanges.filter(genre=Echange.Genre.RECOURS).select_related("sur"), pk=pk
    )
    recours.designation = designation
    form = ArbitrageForm(request.POST or None)
    return faire(
        request, form,
        lambda: actes.arbitrer_recours(recours=recours, par=request.user, **form.cleaned_data),
        fait="Votre avis sur le recours est enregistré.", suite=_vers(designation),
        gabarit="controle/arbitrer",
        designation=designation, campagne=designation.campagne, recours=recours,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@une_campagne
def deport(request: HttpRequest, campagne: Campagne) -> HttpResponse:
    """Step aside for a federation; those already declared are listed."""
    exiger(request.user, "delegues.controler", campagne)
    form = DeportForm(request.POST or None)
    return faire(
        request, form,
        lambda: actes.declarer_deport(par=request.user, **form.cleaned_data),
        fait="Votre déport est déclaré. Vos avis en attente dans cette fédération ne comptent plus.",
        suite=reverse("delegues:deport", args=[campagne.slug]), gabarit="controle/deport",
        campagne=campagne,
        deports=list(request.user.deports.select_related("federation").order_by("federation__code")),
    )  # fmt: skip

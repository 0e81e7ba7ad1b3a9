"""The framing document: read it, read it made easy, take it away, see what changed between versions."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from consultation.differences import comparer, resumer
from consultation.models import Document, Scrutin
from consultation.regles import jour
from consultation.views.acces import trouver
from refondation.interface.markdown import analyser, rendre
from refondation.interface.pdf import blocs, composer

JOUR = 24 * 3600


def document_de(scrutin: Scrutin, numero: int | None = None) -> Document:
    """The version voted on (for a draft, the latest one), or the one asked for; 404 when there is none."""
    if numero is not None:
        return get_object_or_404(scrutin.documents, numero=numero)
    courant = scrutin.document_fige or scrutin.documents.first()
    if courant is None:
        raise Http404
    return courant


def pour_l_isoloir(scrutin: Scrutin) -> dict[str, Any] | None:
    """What the booth shows of the document, one tap away from the question."""
    courant = scrutin.document_fige or scrutin.documents.first()
    if courant is None:
        return None
    return {
        "titre": courant.titre,
        "html": rendre(courant.texte, titre=courant.titre, niveau=3),
        "temps_de_lecture": courant.minutes_de_lecture,
        "empreinte": courant.empreinte,
        "url_pdf": reverse("consultation:document_pdf", args=[scrutin.slug]),
        "url_facile": reverse("consultation:document_facile", args=[scrutin.slug])
        if courant.texte_facile
        else "",
    }


@login_not_required
@require_safe
def document(request: HttpRequest, slug: str, numero: int | None = None) -> HttpResponse:
    scrutin = trouver(request, slug)
    courant = document_de(scrutin, numero)
    rendu = analyser(courant.texte, titre=courant.titre)
    contexte = {
        "scrutin": scrutin,
        "document": courant,
        "html": rendu.html,
        "sommaire": [t for t in rendu.sommaire if t.niveau == 2],
        "versions": scrutin.documents.defer("texte", "texte_facile"),
        "est_soumis_au_vote": courant.pk == scrutin.document_fige_id,
    }
    return render(request, "consultation/document.html", contexte)


@login_not_required
@require_safe
def document_facile(request: HttpRequest, slug: str) -> HttpResponse:
    scrutin = trouver(request, slug)
    courant = document_de(scrutin)
    if not courant.texte_facile:
        raise Http404
    html = rendre(courant.texte_facile, titre=_titre_facile(courant))
    return render(
        request, "consultation/document_facile.html", {"scrutin": scrutin, "document": courant, "html": html}
    )


def _titre_facile(courant: Document) -> str:
    """The easy version opens with its own title, which the page writes."""
    premiere = courant.texte_facile.lstrip().split("\n", 1)[0]
    return premiere.lstrip("# ") if premiere.startswith("# ") else ""


@login_not_required
@require_safe
def document_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The document as tagged PDF; the same bytes for the same version, composed once a day at most."""
    scrutin = trouver(request, slug)
    courant = document_de(scrutin)
    cle = f"document-pdf:{courant.pk}:{courant.empreinte}"
    octets = cache.get(cle)
    if octets is None:
        octets = composer("document", _donnees(scrutin, courant), instant=courant.redige_le)
        cache.set(cle, octets, JOUR)
    reponse = HttpResponse(octets, content_type="application/pdf")
    reponse["Content-Disposition"] = f'inline; filename="{scrutin.slug}-document-v{courant.numero}.pdf"'
    reponse["ETag"] = f'"{courant.empreinte}"'
    return reponse


def _donnees(scrutin: Scrutin, courant: Document) -> dict[str, Any]:
    return {
        "titre": courant.titre,
        "surtitre": scrutin.nom,
        "sous_titre": f"Version {courant.numero} du {jour(courant.redige_le)}",
        "pied": f"{scrutin.nom}, version {courant.numero}",
        "empreinte": courant.empreinte,
        "blocs": _mettre_en_ordre(blocs(courant.texte), courant.titre),
        "facile": _mettre_en_ordre(blocs(courant.texte_facile), _titre_facile(courant)),
    }


def _mettre_en_ordre(liste: list[dict[str, Any]], titre: str) -> list[dict[str, Any]]:
    """Leave out a first heading that repeats the title; number the others by outline, which PDF/UA demands."""
    if liste and liste[0]["genre"] == "titre":
        premier = "".join(m["t"] for m in liste[0]["texte"])
        if " ".join(premier.split()).casefold() == " ".join(titre.split()).casefold():
            liste = liste[1:]
    ouverts: list[int] = []
    for bloc in liste:
        if bloc["genre"] == "titre":
            while ouverts and ouverts[-1] >= bloc["niveau"]:
                ouverts.pop()
            ouverts.append(bloc["niveau"])
            bloc["niveau"] = len(ouverts)
    return liste


@login_not_required
@require_safe
def document_versions(request: HttpRequest, slug: str, avant: int, apres: int) -> HttpResponse:
    """What changed from version `avant` to version `apres`."""
    scrutin = trouver(request, slug)
    ancien, nouveau = document_de(scrutin, avant), document_de(scrutin, apres)
    passages = comparer(ancien.texte, nouveau.texte)
    contexte = {
        "scrutin": scrutin,
        "ancien": ancien,
        "nouveau": nouveau,
        "passages": passages,
        "resume": resumer(passages),
    }
    return render(request, "consultation/document_versions.html", contexte)

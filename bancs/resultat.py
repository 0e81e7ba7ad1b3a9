"""The result page of a vote in 108 federations, beside an empty view behind the same middleware."""

from __future__ import annotations

import random
import statistics
import time
from datetime import date, timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import include, path, reverse
from django.utils import timezone

from bancs import Mesure
from consultation import actes, resultats
from consultation.models import Gardien, Inscription, Scrutin
from refondation.demo import electeurs, gardiens
from refondation.demo.donnees import sans_taches
from refondation.demo.horloge import a_l_instant
from refondation.membres.actes import ouvrir_compte
from refondation.membres.models import Adherent, Compte, Mandat
from refondation.territoire.actes import importer_territoire
from refondation.territoire.models import Federation, Section

VOTANTS_PAR_FEDERATION = 12
PAGES = 60


@login_not_required
def vide(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


# The site with one more page, the yardstick; `mesurer` serves it.
urlpatterns = [path("banc/vide/", vide), path("", include("refondation.urls"))]


def mesurer(taille: float) -> list[Mesure]:
    """The page as anybody reads it, then as a member does: session and account cost queries too."""
    passages = max(10, round(PAGES * taille))
    scrutin = _publier()
    lignes = resultats.lire(scrutin)[0].lignes
    assert len(lignes) == Federation.objects.count() == 108
    assert all(ligne.decomptes for ligne in lignes)
    membre = Client()
    membre.force_login(
        ouvrir_compte(adherent=Adherent.objects.first()),
        backend="refondation.membres.connexion.ComptesPresents",
    )
    adresse = reverse("consultation:resultat", args=[scrutin.slug])
    mesures = []
    with override_settings(ROOT_URLCONF="bancs.resultat"):
        for qui, client in (("sans compte", Client()), ("connecté·e", membre)):
            with CaptureQueriesContext(connection) as captees:
                octets = len(_lire(client, adresse))
            requetes = len(captees)  # now: the next page empties the log
            pages, vides = _alterner(client, adresse, passages)
            details = {
                "federations": len(lignes),
                "octets": octets,
                "page_ms": round(statistics.median(pages), 2),
                "vue_vide_ms": round(statistics.median(vides), 2),
                "page_95_ms": round(statistics.quantiles(pages, n=20)[-1], 2),
                "passages": passages,
            }
            mesures += [
                Mesure(f"résultat : requêtes, {qui}", requetes, None, "≤ 10", "max", 10, "requêtes"),
                Mesure(
                    f"résultat : temps de plus qu'une vue vide, {qui}",
                    statistics.median(pages) - statistics.median(vides),
                    None,
                    "≤ 30 ms",
                    "max",
                    30,
                    "ms",
                    details,
                ),
            ]
    return mesures


def _lire(client: Client, adresse: str) -> bytes:
    reponse = client.get(adresse)
    assert reponse.status_code == 200, reponse
    return reponse.content


def _alterner(client: Client, adresse: str, passages: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each page and of each empty view, in turn so that a busy moment weighs on both."""
    durees: dict[str, list[float]] = {adresse: [], "/banc/vide/": []}
    for _ in range(passages):
        for chemin, siennes in durees.items():
            debut = time.perf_counter()
            _lire(client, chemin)
            siennes.append((time.perf_counter() - debut) * 1000)
    return durees[adresse], durees["/banc/vide/"]


def _publier() -> Scrutin:
    """A vote through the acts: a box for each federation, every voter's ballot, counted and published."""
    importer_territoire(par=None)
    _inscrire()
    admin = Compte.objects.create(email="admin@exemple.fr", nom="Admin")
    Mandat.objects.create(compte=admin, role=Mandat.Role.ADMINISTRATEUR, debut=date(2020, 1, 1))
    ouverture = timezone.now() + timedelta(days=1)
    fermeture = ouverture + timedelta(days=1)
    with sans_taches():
        scrutin = actes.creer_scrutin(
            par=admin,
            slug="banc",
            nom="Banc",
            ouvre_le=ouverture,
            ferme_le=fermeture,
            reference_le=timezone.localdate(),
        )
        actes.rediger_document(scrutin=scrutin, titre="Banc", texte="Un texte.", par=admin)
        actes.ecrire_question(scrutin=scrutin, intitule="Acceptez-vous ?", options=["Oui", "Non"], par=admin)
        actes.designer_gardiens(scrutin=scrutin, comptes=[admin], par=admin)
        gardiens.creer_les_cles(scrutin)
        actes.annoncer_scrutin(scrutin=scrutin, par=admin)
        electeurs.preparer(scrutin)
        with a_l_instant(ouverture):
            actes.ouvrir_scrutin(scrutin=scrutin, par=None)
        hasard = random.Random(1)
        bulletins = {
            i.pk: [[hasard.choice(([1, 0, 0], [0, 1, 0], [0, 0, 1]))]]
            for i in Inscription.objects.filter(scrutin=scrutin)
        }
        electeurs.deposer(scrutin, bulletins, instant=ouverture)
        with a_l_instant(fermeture):
            actes.clore_scrutin(scrutin=scrutin, par=None)
        actes.decouper(scrutin=scrutin)
        electeurs.verifier(scrutin)
        gardiens.dechiffrer(scrutin, list(Gardien.objects.select_related("compte", "scrutin")))
        actes.proclamer_resultat(scrutin=scrutin)
        scrutin = actes.publier_scrutin(scrutin=scrutin, par=admin)
    with connection.cursor() as curseur:
        curseur.execute("ANALYZE")
    return scrutin


def _inscrire() -> None:
    """As many members in one section of each federation: every line has its figures."""
    sections = Section.objects.order_by("federation_id", "code").distinct("federation_id")
    Adherent.objects.bulk_create(
        Adherent(
            numero=f"A{section.pk:06}{rang:02}",
            nom=f"Nom{rang}",
            prenom="Camille",
            courriel=f"a{section.pk}.{rang}@exemple.fr",
            section=section,
            adhesion_le=date(2020, 1, 1),
            a_jour_au=date(2099, 12, 31),
        )
        for section in sections
        for rang in range(VOTANTS_PAR_FEDERATION)
    )

"""Every anomaly of a campaign, 2,500 minutes and 10,000 delegates, beside one pass of the same rows."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from bancs import Mesure
from delegues import actes
from delegues.models import (
    Anomalie,
    Campagne,
    Candidature,
    Designation,
    Elu,
    Liste,
    Presence,
    ProcesVerbal,
    Voix,
)
from refondation.membres.models import Adherent, Compte
from refondation.territoire.models import Federation, Section

SECTIONS = 2500
FEDERATIONS = 108
ELUS = 4
MEMBRES = 40
PRESENTS = 20
ESSAIS = 5
REFERENCE = date(2026, 6, 30)
# One elected person out of so many is at fault, in turn by each of the rules on persons.
UN_FAUTIF_SUR = 30

# The rows that the rules look at, with the columns that they need and no other: minutes, delegates, the rolls
# of their sections, attendance.
_PROCES_VERBAUX = """
    SELECT d.id, d.sieges, d.section_id, s.federation_id, p.tenue_le, p.inscrits, p.votants
    FROM delegues_procesverbal p
    JOIN delegues_designation d ON d.id = p.designation_id JOIN territoire_section s ON s.id = d.section_id
    WHERE p.etat = 'verrouille' AND d.campagne_id = %s
"""
_DELEGUES = """
    SELECT d.id, e.qualite, e.rang, c.etat, l.etat, l.designation_id, m.id, m.recherche, m.naissance, m.genre,
        m.section_id, m.adhesion_le, m.a_jour_au, m.statut, m.sorti_le
    FROM delegues_procesverbal p
    JOIN delegues_designation d ON d.id = p.designation_id
    JOIN delegues_elu e ON e.proces_verbal_id = p.id
    JOIN delegues_candidature c ON c.id = e.candidature_id
    JOIN delegues_liste l ON l.id = c.liste_id
    JOIN membres_adherent m ON m.id = c.adherent_id
    WHERE p.etat = 'verrouille' AND d.campagne_id = %s
"""
_LISTES = "SELECT section_id, adhesion_le, sorti_le, courriel FROM membres_adherent"
_PRESENCES = "SELECT proces_verbal_id, present FROM delegues_presence"


def mesurer(taille: float) -> list[Mesure]:
    sections = max(20, int(SECTIONS * taille))
    campagne = _preparer(sections)
    passes = [_passer(campagne, _PROCES_VERBAUX, _DELEGUES, _LISTES, _PRESENCES) for _ in range(ESSAIS)]
    delegues_seuls = [_passer(campagne, _PROCES_VERBAUX, _DELEGUES) for _ in range(ESSAIS)]
    calculs = [_chronometrer(lambda: actes.recalculer_anomalies(campagne=campagne)) for _ in range(ESSAIS)]
    trouvees = Anomalie.objects.count()
    assert trouvees >= sections * ELUS // UN_FAUTIF_SUR
    details = {
        "proces_verbaux": sections,
        "delegues": sections * ELUS,
        "membres": sections * MEMBRES,
        "presences": sections * PRESENTS,
        "anomalies": trouvees,
        "calculs_s": [round(d, 3) for d in calculs],
        "passes_s": [round(d, 3) for d in passes],
        "passes_sans_listes_ni_presences_s": [round(d, 3) for d in delegues_seuls],
    }
    return [
        Mesure(
            "anomalies d'une campagne",
            statistics.median(calculs),
            statistics.median(passes),
            "≤ 10 × une lecture des mêmes lignes",
            "max",
            10,
            "s",
            details,
        )
    ]


def _chronometrer(faire: Callable[[], Any]) -> float:
    debut = time.perf_counter()
    faire()
    return time.perf_counter() - debut


def _passer(campagne: Campagne, *requetes: str) -> float:
    """Read all the rows into Python, with nothing made of them."""

    def lire() -> None:
        with connection.cursor() as curseur:
            for requete in requetes:
                curseur.execute(requete, [campagne.pk] if "%s" in requete else None)
                assert curseur.fetchall()

    return _chronometrer(lire)


def _preparer(nombre: int) -> Campagne:
    """A campaign in which each section sent minutes that elect four people, a few of them wrongly."""
    maintenant = timezone.now()
    dates = {
        "candidatures_du": -40, "candidatures_au": -30, "retraits_au": -25, "assemblees_du": -20,
        "assemblees_au": -5, "enregistrement_au": -1, "controle_au": 10, "recours_au": 20,
    }  # fmt: skip
    campagne = Campagne.objects.create(
        slug="banc", nom="Banc", etat="ouverte", annoncee_le=maintenant, reference_le=REFERENCE,
        cotisation_au=REFERENCE, graine="banc", mandat_debut=date(2030, 1, 1), mandat_fin=date(2031, 1, 1),
        **{nom: maintenant + timedelta(days=jours) for nom, jours in dates.items()},
    )  # fmt: skip
    compte = Compte.objects.create(email="banc@exemple.fr", nom="Banc")
    federations = Federation.objects.bulk_create(
        Federation(code=f"F{i:03}", nom=f"Fédération {i}", nature="metropole") for i in range(FEDERATIONS)
    )
    sections = Section.objects.bulk_create(
        Section(code=f"S{i:05}", nom=f"Section {i}", federation=federations[i % FEDERATIONS])
        for i in range(nombre)
    )
    membres = Adherent.objects.bulk_create(
        (_membre(section, i, rang) for i, section in enumerate(sections) for rang in range(MEMBRES)),
        batch_size=5000,
    )
    par_section = [membres[i * MEMBRES : (i + 1) * MEMBRES] for i in range(nombre)]
    campagne.incompatibilites.create(
        nom="Cumul", fondement="Article 3", genre="fonction", parametres={"roles": ["secretaire_section"]}
    )
    designations = Designation.objects.bulk_create(
        Designation(
            campagne=campagne, section=s, mode="assemblee", effectif=MEMBRES, sieges=ELUS, etat="recue"
        )
        for s in sections
    )
    listes = Liste.objects.bulk_create(
        (
            Liste(
                designation=d, etat="deposee", rang=rang + 1, proposee_par=compte,
                creee_le=maintenant, deposee_le=maintenant,
            )
            for d in designations
            for rang in range(ELUS)
        ),
        batch_size=5000,
    )  # fmt: skip
    candidatures = Candidature.objects.bulk_create(
        (
            Candidature(
                campagne=campagne, liste=liste, adherent=par_section[i // ELUS][i % ELUS],
                etat="acceptee", repondue_le=maintenant,
            )
            for i, liste in enumerate(listes)
        ),
        batch_size=5000,
    )  # fmt: skip
    pvs = ProcesVerbal.objects.bulk_create(
        ProcesVerbal(
            designation=d, redacteur=compte, contresignataire=par_section[i][0], tenue_le=maintenant,
            inscrits=MEMBRES, votants=PRESENTS - i % 5, blancs=0, nuls=0, commence_le=maintenant,
        )
        for i, d in enumerate(designations)
    )  # fmt: skip
    Elu.objects.bulk_create(
        (
            Elu(proces_verbal=pvs[i // ELUS], candidature=c, qualite="titulaire", rang=i % ELUS + 1)
            for i, c in enumerate(candidatures)
        ),
        batch_size=5000,
    )
    Voix.objects.bulk_create(
        (Voix(proces_verbal=pvs[i // ELUS], liste=x, nombre=9 - i % ELUS) for i, x in enumerate(listes)),
        batch_size=5000,
    )
    Presence.objects.bulk_create(
        (
            Presence(proces_verbal=pv, adherent=a, present=True, marque=1)
            for i, pv in enumerate(pvs)
            for a in par_section[i][:PRESENTS]
        ),
        batch_size=5000,
    )
    signe = {"contenu": "{}", "empreinte": "0" * 64, "presente_le": maintenant}
    ProcesVerbal.objects.update(etat="a-contresigner", **signe)
    with connection.cursor() as curseur:
        curseur.execute(
            "UPDATE delegues_procesverbal SET etat = 'verrouille', numero = 'PV-' || id, verrouille_le = %s",
            [maintenant],
        )
    with connection.cursor() as curseur:
        curseur.execute("ANALYZE")
    return campagne


def _membre(section: Section, i: int, rang: int) -> Adherent:
    """The first four of a section are elected; one in thirty of them is at fault."""
    numero = i * MEMBRES + rang
    fautes = [
        {"a_jour_au": date(2025, 12, 31)},
        {"adhesion_le": date(2026, 6, 1)},
        {"statut": "sympathisant"},
        {"nom": "Martin", "prenom": "Camille", "recherche": "camille martin"},
    ]
    elu = i * ELUS + rang
    faute = fautes[elu // UN_FAUTIF_SUR % 4] if rang < ELUS and elu % UN_FAUTIF_SUR == 0 else {}
    valeurs = {
        "nom": f"Nom{numero}",
        "prenom": "Camille",
        "recherche": f"camille nom{numero}",
        "adhesion_le": date(2020, 1, 1),
        "a_jour_au": date(2026, 12, 31),
        **faute,
    }
    return Adherent(
        numero=f"A{numero:07}",
        courriel=f"a{numero}@exemple.fr",
        naissance=date(1970, 1, 1) + timedelta(days=numero % 9000),
        genre="FH"[rang % 2],
        section=section,
        **valeurs,
    )

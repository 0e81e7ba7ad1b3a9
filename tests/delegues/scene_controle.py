"""What the tests of the control add to the scene: sections whose minutes are received, a commission, browsers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from delegues import actes
from delegues.anomalies import phrase
from delegues.models import Anomalie, Avis, Campagne, Designation, Echange, Presence, ProcesVerbal
from refondation.membres.models import Adherent, Compte
from refondation.membres.regles import ActeImpossible
from refondation.territoire.models import Section
from tests.delegues import scene
from tests.delegues.scene import CALENDRIER, CONTROLE

POURQUOI = "La feuille de présence manque, et deux signatures se ressemblent."


@dataclass
class Dossier:
    """One section that sent its minutes: two women and two men stood, the first two are elected."""

    section: Section
    designation: Designation
    membres: list[Adherent]
    secretaire: Compte
    pv: ProcesVerbal

    def relire(self) -> Designation:
        self.designation.refresh_from_db()
        return self.designation


def faire_campagne(**champs: Any) -> Campagne:
    return scene.faire_campagne(**{"cotisation_au": date(2026, 6, 30), **champs})


def recevoir(
    campagne: Campagne,
    code: str = "31001",
    *,
    membres: int = 6,
    genres: str = "FHFH",
    elus: int = 2,
    presents: int = 0,
    etat: str = "recue",
    designation: dict[str, Any] | None = None,
    **proces_verbal: Any,
) -> Dossier:
    """A section, its members (the first: secretary, the second: second signatory), its signed minutes.

    `genres`: those who stood, in the order of votes; the first `elus` are elected.
    """
    section = scene.faire_section(code, code[:2])
    gens = [scene.faire_adherent(section, genre=g) for g in genres.ljust(membres, "F")]
    secretaire = scene.faire_compte("secretaire_section", gens[0], section=section)
    objet = scene.faire_designation(campagne, section, **{"effectif": membres, **(designation or {})})
    listes = [
        scene.faire_liste(objet, personne, par=secretaire, rang=rang)
        for rang, personne in enumerate(gens[: len(genres)], 1)
    ]
    pv = scene.faire_proces_verbal(
        objet,
        [liste.candidatures.get() for liste in listes[:elus]],
        redacteur=secretaire,
        contresignataire=gens[1],
        voix={liste: 10 - rang for rang, liste in enumerate(listes)},
        signe=False,
        **{"inscrits": 60, "votants": 30, **proces_verbal},
    )
    Presence.objects.bulk_create(
        Presence(proces_verbal=pv, adherent=a, present=True, marque=1) for a in gens[:presents]
    )
    scene.signer(pv)
    if etat != "attendue":
        scene.mener_a(objet, etat)
    return Dossier(section, objet, gens, secretaire, pv)


def membre_de_la_commission(federation: str | None = "75") -> Compte:
    """A member of the commission, of the party in that federation (None: an account without a member)."""
    if federation is None:
        return scene.faire_compte("recolement")
    section = scene.faire_section(f"{federation}900", federation)
    return scene.faire_compte("recolement", scene.faire_adherent(section))


def refus(faire: Callable[[], object]) -> str:
    """The code of the refusal that this must meet."""
    with pytest.raises(ActeImpossible) as erreur:
        faire()
    return erreur.value.code


# --- Anomalies ---------------------------------------------------------------------------------------


def changer(dossier: Dossier, rang: int = 0, **champs: object) -> int:
    """Change a member in the register, without history; their id."""
    membre = dossier.membres[rang]
    for nom, valeur in champs.items():
        setattr(membre, nom, valeur)
    membre.save(update_fields=list(champs))
    return membre.pk


def trouver(objet: Campagne | Designation) -> list[tuple[str, str, int | None, str]]:
    """(section, rule, member, evidence in words) of each anomaly, after a computation."""
    portee = {"campagne": objet} if isinstance(objet, Campagne) else {"designation": objet}
    nombre = actes.recalculer_anomalies(**portee, instant=CONTROLE)
    anomalies = list(
        Anomalie.objects.order_by("designation__section__code", "regle", "adherent").select_related(
            "designation__section"
        )
    )
    assert isinstance(objet, Designation) or nombre == len(anomalies)
    return [
        (a.designation.section.code, a.regle, a.adherent_id, phrase(a.regle, a.preuve)) for a in anomalies
    ]


# --- Opinions ----------------------------------------------------------------------------------------


def recevoir_et_calculer(campagne: Campagne) -> Dossier:
    dossier = recevoir(campagne)
    actes.recalculer_anomalies(designation=dossier.designation, instant=CONTROLE)
    return dossier


def donner(dossier: Dossier, par: Compte, sens: str = "valider", **champs: Any) -> Avis:
    if sens != "valider":
        champs = {"motifs": ["piece"], "texte": POURQUOI, **champs}
    return actes.donner_avis(proces_verbal=dossier.pv, sens=sens, par=par, **{"instant": CONTROLE, **champs})


def decider(dossier: Dossier, commission: list[Compte], sens: str) -> Echange:
    """The first two members of the commission say the same; the decision that it makes."""
    for membre in commission[:2]:
        donner(dossier, membre, sens)
    return dossier.designation.echanges.order_by("pk").last()


# --- Pages: they look at the clock ---------------------------------------------------------------------


def campagne_du_jour() -> Campagne:
    """Under control at this very moment."""
    decalage, jour = timezone.now() - CONTROLE, timezone.localdate()
    dates = {nom: instant + decalage for nom, instant in CALENDRIER.items() if hasattr(instant, "hour")}
    return faire_campagne(
        **dates, mandat_debut=jour + timedelta(days=30), mandat_fin=jour + timedelta(days=300)
    )


def recevoir_ce_jour(campagne: Campagne) -> Dossier:
    dossier = recevoir(campagne)
    actes.recalculer_anomalies(designation=dossier.designation)
    return dossier


def decider_ce_jour(dossier: Dossier, sens: str) -> Echange:
    for federation in ("75", "69"):
        donner(dossier, membre_de_la_commission(federation), sens, instant=timezone.now())
    return dossier.designation.echanges.order_by("pk").last()


def route(nom: str, dossier: Dossier | None = None, *args: Any) -> str:
    cles = ["refondation", dossier.section.code] if dossier else ["refondation"]
    return reverse(f"delegues:{nom}", args=[*cles, *args])


ROLES = (
    None, "membre", "secretaire_section", "secretaire_federal", "gestionnaire_federal", "direction",
    "recolement", "administrateur", "observateur",
)  # fmt: skip
LECTEURS = frozenset(ROLES) - {None, "membre"}


def compte_au_role(role: str | None, dossier: Dossier) -> Compte:
    """An account of that role, in the perimeter of this file where the role has one."""
    lieux = {
        "secretaire_section": {"section": dossier.section},
        "secretaire_federal": {"federation": dossier.section.federation},
        "gestionnaire_federal": {"federation": dossier.section.federation},
    }
    if role == "membre":
        return scene.compte_de(dossier.membres[3])
    if role == "recolement":
        return membre_de_la_commission("13")
    return scene.faire_compte(role, **lieux.get(role, {}))


def repondre(dossier: Dossier, **champs: Any) -> Echange:
    return actes.repondre_a_la_commission(
        **{
            "designation": dossier.designation,
            "texte": "Voici la feuille de présence, nous l'avions oubliée.",
            "par": dossier.secretaire,
            "instant": CONTROLE,
            **champs,
        }
    )


def contester(dossier: Dossier, par: Compte, **champs: Any) -> Echange:
    return actes.contester_designation(
        **{
            "designation": dossier.designation,
            "motifs": ["convocation"],
            "texte": POURQUOI,
            "par": par,
            "instant": CONTROLE,
            **champs,
        }
    )

"""A whole vote played from the register to the result, in the database that it is given; run as a program."""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.utils import timezone


@dataclass(frozen=True)
class Demande:
    """What to simulate; `graine` settles who votes and what, never the keys, the codes nor the encryption."""

    electeurs: int
    federations: int
    participation: float
    graine: int
    revote: bool = False
    questions: int = 1
    gardiens: int = 2
    maillage: str = "federation"


# One of each kind: a blank answer, a blank flag with several choices, none at all, an empty choice allowed.
QUESTIONS: tuple[dict[str, Any], ...] = (
    {"intitule": "Approuvez-vous le texte ?", "options": ["Oui", "Non"]},
    {
        "intitule": "Quels chantiers d'abord ?",
        "options": ["École", "Logement", "Santé", "Travail", "Climat"],
        "minimum": 1,
        "maximum": 3,
    },
    {"intitule": "Où se réunir ?", "options": ["Lille", "Lyon", "Nantes"], "blanc": False},
    {
        "intitule": "Quels jours vous conviennent ?",
        "options": ["Vendredi", "Samedi", "Dimanche"],
        "minimum": 0,
        "maximum": 2,
        "blanc": False,
    },
)


def jouer(demande: Demande, dire: Callable[[str], None]) -> tuple[Any, dict[str, Any]]:
    """The published vote, and what happened: boxes, expected and decrypted results, seconds of each step."""
    from consultation import actes
    from consultation.models import Gardien, Inscription, Scrutin
    from refondation.demo import comptes, electeurs, gardiens, registre
    from refondation.demo.donnees import sans_taches
    from refondation.demo.horloge import a_l_instant
    from refondation.membres.actes import ouvrir_compte
    from refondation.membres.models import Adherent

    durees: dict[str, float] = {}
    debut = time.perf_counter()

    def etape(nom: str) -> None:
        nonlocal debut
        durees[nom] = round(time.perf_counter() - debut, 2)
        dire(f"{nom} : {durees[nom]} s")
        debut = time.perf_counter()

    instant = timezone.now()
    ouverture, fermeture = instant + timedelta(days=1), instant + timedelta(days=2)
    with sans_taches():
        admin = comptes.installer_l_administration()
        registre.charger(
            par=admin, au=timezone.localdate(), dire=dire, inventer=_electeurs(demande, timezone.localdate())
        )
        gardiennage = [
            ouvrir_compte(adherent=a, par=admin)
            for a in Adherent.objects.order_by("numero")[: demande.gardiens]
        ]
        etape("registre")
        scrutin = actes.creer_scrutin(
            par=admin,
            slug="simulation",
            nom="Scrutin simulé",
            ouvre_le=ouverture,
            ferme_le=fermeture,
            reference_le=timezone.localdate(),
            cotisation_au=timezone.localdate(),
            maillage=demande.maillage,
            revote=demande.revote,
        )
        actes.rediger_document(scrutin=scrutin, titre="Texte", texte="# Texte\n\nUn essai.", par=admin)
        questions = [
            actes.ecrire_question(scrutin=scrutin, par=admin, **QUESTIONS[i % len(QUESTIONS)])
            for i in range(demande.questions)
        ]
        actes.designer_gardiens(scrutin=scrutin, comptes=gardiennage, par=admin)
        gardiens.creer_les_cles(scrutin)
        actes.annoncer_scrutin(scrutin=scrutin, par=admin)
        etape("annonce")
        electeurs.preparer(scrutin)
        etape("codes et urnes")
        with a_l_instant(ouverture):
            actes.ouvrir_scrutin(scrutin=scrutin, par=None)
        inscriptions = list(
            Inscription.objects.electrices().filter(scrutin=scrutin).order_by("adherent__numero")
        )
        bulletins = _choisir(demande, inscriptions, questions)
        deposes = electeurs.deposer(scrutin, bulletins, instant=ouverture + timedelta(hours=1), dire=dire)
        etape("bulletins")
        with a_l_instant(fermeture):
            actes.clore_scrutin(scrutin=scrutin, par=None)
        actes.decouper(scrutin=scrutin)
        electeurs.verifier(scrutin)
        etape("vérification et totaux")
        gardiens.dechiffrer(
            scrutin, list(Gardien.objects.filter(scrutin=scrutin).select_related("compte", "scrutin"))
        )
        scrutin = actes.proclamer_resultat(scrutin=scrutin)
        scrutin = actes.publier_scrutin(scrutin=scrutin, par=admin)
        etape("déchiffrement et résultat")
    assert scrutin.etat == Scrutin.Etat.PUBLIE  # noqa: S101 - what the act promises
    urnes = _urnes(scrutin, bulletins)
    return scrutin, {
        "demande": asdict(demande),
        "inscrits": len(inscriptions),
        "votants": len(bulletins),
        "bulletins": deposes,
        "questions": [{"intitule": q.intitule, "reponses": list(q.reponses())} for q in questions],
        "attendu": _somme(u["attendu"] for u in urnes),
        "resultat": _somme(u["resultat"] for u in urnes),
        "urnes": urnes,
        "durees_s": durees,
    }


def _electeurs(demande: Demande, au: date) -> Callable[[list[Any]], list[Any]]:
    """Invented members who all may vote, in the first federations by code."""
    from refondation.demo import population

    def inventer(sections: list[Any]) -> list[Any]:
        codes = sorted({s.federation.code for s in sections})[: demande.federations]
        retenues = [s for s in sections if s.federation.code in codes]
        return [
            replace(
                personne,
                adhesion_le=min(personne.adhesion_le, au - timedelta(days=400)),
                a_jour_au=date(au.year, 12, 31),
                statut="adherent",
            )
            for personne in population.generer(demande.electeurs, demande.graine, retenues, au=au)
        ]

    return inventer


def _choisir(demande: Demande, inscriptions: list[Any], questions: list[Any]) -> dict[int, list[Any]]:
    """Who votes and what, in the order of arrival: always the same for the same seed and roll."""
    hasard = random.Random(f"simulation {demande.graine}")  # noqa: S311 - inventions, not secrets
    votants = hasard.sample(inscriptions, round(len(inscriptions) * demande.participation))
    bulletins = {}
    for inscription in votants:
        fois = hasard.choices((1, 2, 3), (88, 10, 2))[0] if demande.revote else 1
        bulletins[inscription.pk] = [[_repondre(hasard, q) for q in questions] for _ in range(fois)]
    return bulletins


def _repondre(hasard: random.Random, question: Any) -> list[int]:
    """A valid answer, one cell for each answer of the protocol (the blank flag first where there is one)."""
    options = question.options.count()
    blanc = hasard.random() < 0.07
    if question.blanc_est_un_drapeau:
        if blanc:
            return [1] + [0] * options
        return [0, *_cocher(hasard, options, question.minimum, question.maximum)]
    return _cocher(hasard, len(list(question.reponses())), question.minimum, question.maximum)


def _cocher(hasard: random.Random, cellules: int, minimum: int, maximum: int) -> list[int]:
    # The first answers are more often chosen than the last: a result has a shape.
    ordre = sorted(range(cellules), key=lambda i: hasard.random() * (1 + i / 2))
    choisies = set(ordre[: hasard.randint(minimum, maximum)])
    return [int(i in choisies) for i in range(cellules)]


def _urnes(scrutin: Any, bulletins: dict[int, list[Any]]) -> list[dict[str, Any]]:
    from consultation.models import Evenement, Inscription

    rattachements = {(r.section_id, r.college): r.urne_id for r in scrutin.rattachements.all()}
    par_urne: dict[int, list[Any]] = {}
    for inscription in Inscription.objects.filter(pk__in=bulletins):
        urne = rattachements[inscription.section_id, inscription.college]
        par_urne.setdefault(urne, []).append(bulletins[inscription.pk][-1])
    fiches = []
    for urne in scrutin.urnes.all():
        resultat = json.loads(urne.evenements.get(type=Evenement.Type.RESULT).donnees[0])["result"]
        vide = [[0] * len(cellules) for cellules in resultat]
        fiches.append(
            {
                "urne": urne.nom,
                "archive": f"{urne.uuid}.bel",
                "inscrits": urne.inscrits,
                "votants": urne.emarges,
                "attendu": _somme([vide, *par_urne.get(urne.pk, [])]),
                "resultat": resultat,
            }
        )
    return fiches


def _somme(tableaux: Any) -> list[list[int]]:
    """Cell by cell."""
    total: Counter[tuple[int, int]] = Counter()
    for tableau in tableaux:
        for i, cellules in enumerate(tableau):
            for j, nombre in enumerate(cellules):
                total[i, j] += nombre
    lignes = max(i for i, _ in total) + 1
    return [[total[i, j] for j in range(sum(1 for k, _ in total if k == i))] for i in range(lignes)]


def main(demande: Demande, dossier: Path) -> int:
    """Play, leave the archives and `resultat.json` in `dossier`; 1 when the count is not what was cast."""
    import django

    django.setup()
    from consultation.management.commands.exporter_archives import deposer

    def dire(texte: str) -> None:
        print(texte, flush=True)  # noqa: T201 - this module is a program

    debut = datetime.now().astimezone()
    call_command("migrate", verbosity=0)
    scrutin, rapport = jouer(demande, dire)
    deposer(scrutin, list(scrutin.urnes.all()), dossier)
    rapport = {"debut": debut.isoformat(timespec="seconds"), **rapport}
    (dossier / "resultat.json").write_text(json.dumps(rapport, ensure_ascii=False, indent=2) + "\n")
    for question, cellules in zip(rapport["questions"], rapport["resultat"], strict=True):
        dire(f"{question['intitule']} {cellules}")
    return 0 if rapport["attendu"] == rapport["resultat"] else 1


if __name__ == "__main__":
    sys.exit(main(Demande(**json.loads(sys.argv[1])), Path(sys.argv[2])))

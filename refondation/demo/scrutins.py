"""The four votes of the demonstration, one for each moment of a vote's life, played through the acts.

Each function takes its vote from where it stands to where the demonstration shows it: run again
after an interruption, it does what is left.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from consultation import actes
from consultation.models import Inscription, Scrutin
from refondation.demo import electeurs, gardiens
from refondation.demo.horloge import a_l_instant
from refondation.demo.monde import Monde
from refondation.membres.models import Compte
from refondation.territoire.models import Federation

ICI = Path(__file__).parent
# How many of those who would vote do: the tests of the demonstration ask fewer, ballots being long to make.
ARDEUR = 1.0
VILLES = ("Lille", "Lyon", "Marseille", "Nantes")
OCCITANIE = ("09", "11", "12", "30", "31", "32", "34", "46", "48", "65", "66", "81", "82")
CADRE, RENCONTRES, RASSEMBLEMENT, FEUILLE = (
    "methode-de-la-refondation",
    "premieres-rencontres",
    "rassemblement-d-occitanie",
    "reglement-interieur",
)


def publier_les_rencontres(monde: Monde) -> None:
    """A published vote where several answers may be ticked, counted by three trustees."""
    scrutin = _rediger(
        monde,
        RENCONTRES,
        quand=-60,
        gardiens_=(monde.gardien, *monde.autres_gardiens),
        document=("Les premières rencontres de la direction", "rencontres.md"),
        questions=(
            {
                "intitule": "Où la direction doit-elle tenir ses premières réunions publiques ?",
                "options": list(VILLES),
                "minimum": 1,
                "maximum": 2,
            },
        ),
        nom="Les premières rencontres de la direction",
        presentation="Une question simple, pour savoir où commencer.",
        ouvre_le=monde.le(-50, 8),
        ferme_le=monde.le(-43),
        reference_le=monde.jour(-60),
        cotisation_au=None,
    )
    scrutin = _annoncer_et_ouvrir(monde, scrutin, annonce=-58)
    if scrutin.etat == Scrutin.Etat.OUVERT:
        hasard = random.Random(f"{RENCONTRES} choix")  # noqa: S311 - inventions, not secrets

        def choix(_: Inscription) -> list[list[int]]:
            villes = set(
                hasard.sample(range(len(VILLES)), k=hasard.choices((1, 2), (1, 4))[0])
                if hasard.random() > 0.04
                else ()
            )
            cellules = [0 if villes else 1, *(int(v in villes) for v in range(len(VILLES)))]
            return [cellules]

        _faire_voter(monde, scrutin, part=0.5, choix=choix, instant=monde.le(-46, 12))
        with a_l_instant(monde.le(-43)):
            scrutin = actes.clore_scrutin(scrutin=scrutin, par=None)
    if scrutin.etat == Scrutin.Etat.CLOS:
        with a_l_instant(monde.le(-43, 20)):
            compter(scrutin)
            gardiens.dechiffrer(scrutin, list(scrutin.gardiens.select_related("compte", "scrutin")))
            scrutin = actes.proclamer_resultat(scrutin=scrutin)
    if scrutin.etat == Scrutin.Etat.DEPOUILLE:
        with a_l_instant(monde.le(-42, 10)):
            actes.publier_scrutin(scrutin=scrutin, par=monde.recolement)


def ouvrir_le_rassemblement(monde: Monde) -> Scrutin:
    """A vote of some federations, with two questions and sympathisers among the voters."""
    scrutin = _rediger(
        monde,
        RASSEMBLEMENT,
        quand=-24,
        gardiens_=(monde.gardien, monde.autres_gardiens[0]),
        document=("Le rassemblement de la reconstruction en Occitanie", "rassemblement.md"),
        questions=(
            {
                "intitule": "À quelle saison tenir le rassemblement d'Occitanie ?",
                "options": ["Au printemps", "En été", "À l'automne"],
            },
            {
                "intitule": "L'ouvrir à toutes les habitantes et à tous les habitants ?",
                "options": ["Oui", "Non"],
            },
        ),
        nom="Le rassemblement d'Occitanie",
        presentation="Les fédérations d'Occitanie préparent leur rassemblement : quand, et avec qui.",
        ouvre_le=monde.le(-15, 8),
        ferme_le=monde.le(-1),
        perimetre=Scrutin.Perimetre.FEDERATIONS,
        federations=list(Federation.objects.filter(code__in=OCCITANIE)),
        sympathisants=Scrutin.Sympathisants.DELIBERATIFS,
        reference_le=monde.jour(-24),
        anciennete_mois=3,
        cotisation_au=None,
        maillage=Scrutin.Maillage.NATIONAL,
    )
    scrutin = _annoncer_et_ouvrir(monde, scrutin, annonce=-22)
    if scrutin.etat == Scrutin.Etat.OUVERT:
        hasard = random.Random(f"{RASSEMBLEMENT} choix")  # noqa: S311 - inventions, not secrets

        def choix(_: Inscription) -> list[list[int]]:
            saison, ouvert = (
                hasard.choices(range(4), (34, 18, 42, 6))[0],
                hasard.choices(range(3), (76, 17, 7))[0],
            )
            return [[int(r == saison) for r in range(4)], [int(r == ouvert) for r in range(3)]]

        _faire_voter(monde, scrutin, part=0.55, choix=choix, instant=monde.le(-14, 12))
    return scrutin


def clore_le_rassemblement(monde: Monde, scrutin: Scrutin) -> None:
    """Closed and counted as far as one of its two trustees allows: the other is the visitor's."""
    if scrutin.etat == Scrutin.Etat.OUVERT:
        with a_l_instant(monde.le(-1)):
            scrutin = actes.clore_scrutin(scrutin=scrutin, par=None)
    if scrutin.etat == Scrutin.Etat.CLOS:
        with a_l_instant(monde.le(-1, 20)):
            compter(scrutin)
            autre = scrutin.gardiens.select_related("compte", "scrutin").get(compte=monde.autres_gardiens[0])
            gardiens.dechiffrer(scrutin, [autre])


def annoncer_le_cadre(monde: Monde) -> None:
    """The framing document, announced ten days ago."""
    scrutin = _rediger(
        monde,
        CADRE,
        quand=-12,
        gardiens_=(monde.gardien, *monde.autres_gardiens),
        document=("Reconstruire ensemble : la méthode proposée", "document_cadre.md"),
        facile="document_cadre_facile.md",
        questions=(
            {
                "intitule": (
                    "Acceptez-vous, sur la base du document de cadrage, de confier à la direction collégiale "
                    "la mission d'élaborer la feuille de route ?"
                ),
                "options": ["Oui", "Non"],
            },
        ),
        nom="La méthode de la refondation",
        presentation="Le vote qui ouvre le chemin : acceptez-vous la méthode, avant tout débat de fond ?",
        ouvre_le=monde.le(-3, 8),
        ferme_le=monde.le(28),
        reference_le=monde.jour(-12),
        cotisation_au=monde.cotisation_au,
        sympathisants=Scrutin.Sympathisants.CONSULTATIFS,
        revote=True,
    )
    _annoncer(monde, scrutin, annonce=-10)


def ouvrir_le_cadre(monde: Monde) -> None:
    """The open vote, until four weeks after the first start."""
    scrutin = _ouvrir(Scrutin.objects.get(slug=CADRE))
    if scrutin.etat == Scrutin.Etat.OUVERT:
        monde.dire("Envoi des codes de vote…")
        with a_l_instant(monde.le(-3, 8)):
            electeurs.envoyer_les_codes(scrutin)
        hasard = random.Random(f"{CADRE} choix")  # noqa: S311 - inventions, not secrets

        def choix(_: Inscription) -> list[list[int]]:
            reponse = hasard.choices(range(3), (67, 25, 8))[0]
            return [[int(r == reponse) for r in range(3)]]

        _faire_voter(monde, scrutin, part=0.31, choix=choix, instant=monde.le(-1, 12), revotes=0.02)


def ebaucher_le_reglement(monde: Monde) -> None:
    """A draft that lacks one key: the visitor's trustee makes it, then the administration announces."""
    _rediger(
        monde,
        FEUILLE,
        quand=-2,
        gardiens_=(monde.gardien, monde.autres_gardiens[1]),
        sauf_la_cle_de=monde.gardien,
        document=("Le règlement intérieur de la direction", "reglement.md"),
        questions=(
            {
                "intitule": "Approuvez-vous le règlement intérieur de la direction collégiale ?",
                "options": ["Oui", "Non"],
            },
        ),
        nom="Le règlement intérieur de la direction",
        presentation="Deux pages qui disent comment la direction travaille, décide et rend compte.",
        ouvre_le=monde.le(35, 8),
        ferme_le=monde.le(49),
        reference_le=monde.jour(0),
        cotisation_au=monde.cotisation_au,
        maillage=Scrutin.Maillage.SECTION,
    )


def _rediger(
    monde: Monde,
    slug: str,
    *,
    quand: int,
    gardiens_: tuple[Compte, ...],
    document: tuple[str, str],
    questions: tuple[dict[str, Any], ...],
    facile: str = "",
    sauf_la_cle_de: Compte | None = None,
    **champs: Any,
) -> Scrutin:
    """The draft, complete; each part is written only if it is missing."""
    with a_l_instant(monde.le(quand, 10)):
        scrutin = Scrutin.objects.filter(slug=slug).first()
        if scrutin is None:
            monde.dire(f"Scrutin « {champs['nom']} »…")
            scrutin = actes.creer_scrutin(par=monde.admin, slug=slug, **champs)
        if scrutin.etat != Scrutin.Etat.BROUILLON:
            return scrutin
        if not scrutin.documents.exists():
            titre, fichier = document
            actes.rediger_document(
                scrutin=scrutin,
                titre=titre,
                texte=(ICI / fichier).read_text(),
                texte_facile=(ICI / facile).read_text() if facile else "",
                par=monde.admin,
            )
        for question in questions[scrutin.questions.count() :]:
            actes.ecrire_question(scrutin=scrutin, par=monde.admin, **question)
        if not scrutin.gardiens.exists():
            actes.designer_gardiens(scrutin=scrutin, comptes=list(gardiens_), par=monde.admin)
        gardiens.creer_les_cles(scrutin, sauf=sauf_la_cle_de)
    return scrutin


def _annoncer_et_ouvrir(monde: Monde, scrutin: Scrutin, *, annonce: int) -> Scrutin:
    return _ouvrir(_annoncer(monde, scrutin, annonce=annonce))


def _annoncer(monde: Monde, scrutin: Scrutin, *, annonce: int) -> Scrutin:
    """Announced, its codes drawn and its boxes sealed two hours later."""
    if scrutin.etat == Scrutin.Etat.BROUILLON:
        with a_l_instant(monde.le(annonce, 9)):
            scrutin = actes.annoncer_scrutin(scrutin=scrutin, par=monde.admin)
    if scrutin.etat == Scrutin.Etat.ANNONCE:
        with a_l_instant(monde.le(annonce, 11)):
            electeurs.preparer(scrutin)
    return scrutin


def _ouvrir(scrutin: Scrutin) -> Scrutin:
    if scrutin.etat == Scrutin.Etat.ANNONCE:
        with a_l_instant(scrutin.ouvre_le):
            scrutin = actes.ouvrir_scrutin(scrutin=scrutin, par=None)
    return scrutin


def _faire_voter(
    monde: Monde,
    scrutin: Scrutin,
    *,
    part: float,
    choix: Callable[[Inscription], list[list[int]]],
    instant: datetime,
    revotes: float = 0.0,
) -> None:
    """`part` of the roll votes, more in some federations than in others; `revotes` of them vote twice."""
    hasard = random.Random(f"{scrutin.slug} votants")  # noqa: S311 - inventions, not secrets
    inscriptions = list(
        Inscription.objects.electrices()
        .filter(scrutin=scrutin)
        .exclude(adherent__in=monde.reserves)
        .select_related("section")
        .order_by("adherent__numero")
    )
    ardeurs: dict[int, float] = {}
    votants: dict[int, list[list[list[int]]]] = {}
    for inscription in inscriptions:
        ardeur = ardeurs.setdefault(inscription.section.federation_id, hasard.uniform(0.55, 1.45))
        if hasard.random() < part * ardeur * ARDEUR:
            votants[inscription.pk] = [
                choix(inscription) for _ in range(2 if hasard.random() < revotes else 1)
            ]
    ordre = list(votants)
    hasard.shuffle(ordre)
    electeurs.deposer(scrutin, {i: votants[i] for i in ordre}, instant=instant, dire=monde.dire)


def compter(scrutin: Scrutin) -> None:
    """What the counting tasks do, here and now."""
    actes.decouper(scrutin=scrutin)
    electeurs.verifier(scrutin)

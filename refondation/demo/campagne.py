"""The campaign of the demonstration: rules, seats, announcement, candidacies, calls for assemblies."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path

from delegues import actes
from delegues.effectifs import effectifs
from delegues.emargement import liste_d_emargement
from delegues.models import Campagne, Incompatibilite
from refondation.demo import distribution
from refondation.demo.distribution import ACCUEIL, EN_LIGNE, SLUG, Role
from refondation.demo.monde import Monde
from refondation.membres.actes import nommer, ouvrir_compte
from refondation.membres.models import Adherent, Compte, Mandat

ICI = Path(__file__).parent
R = Mandat.Role
PROFESSIONS = (
    "Je veux que la section garde la parole **entre** deux congrès, et pas seulement pendant.",
    "Infirmière de nuit, je porterai la santé et l'accès aux soins.\n\nJe rendrai compte chaque mois.",
    "Un parti qui écoute avant d'écrire. Je tiendrai un carnet public de ce que j'entends.",
    "L'école de mes enfants manque de tout : je viens pour elle.",
    "Je n'ai jamais exercé de mandat. C'est une raison de plus.",
    "Des textes courts, des votes clairs, des comptes publiés : c'est ma feuille de route.",
)
LIEUX = (
    "Maison des associations",
    "Salle des fêtes",
    "Local de la section",
    "Bourse du travail",
    "École du centre",
)
ORDRE_DU_JOUR = (
    "1. La refondation : où en sommes-nous ?\n2. Désignation des délégué·es\n3. Questions diverses"
)


def annoncer(monde: Monde) -> None:
    """Rules and seats a month and a half ago, then the announcement and those who run the sections played."""
    monde.une_fois(monde.le(-41, 10), lambda: _regler(monde))
    monde.une_fois(monde.le(-40, 10), lambda: _ouvrir(monde))


def _regler(monde: Monde) -> None:
    monde.dire("Campagne des délégué·es…")
    campagne = actes.creer_campagne(
        par=monde.admin,
        slug=SLUG,
        nom="Délégué·es à la refondation",
        presentation=(ICI / "designation.md").read_text(),
        candidatures_du=monde.le(-39, 8),
        candidatures_au=monde.le(-31, 20),
        retraits_au=monde.le(-29, 20),
        assemblees_du=monde.le(-28, 8),
        assemblees_au=monde.le(14, 22),
        enregistrement_au=monde.le(18, 20),
        controle_au=monde.le(30, 20),
        recours_au=monde.le(37, 20),
        mandat_debut=monde.jour(-9),
        mandat_fin=monde.jour(240),
        reference_le=monde.jour(-45),
        anciennete_mois=0,
        cotisation_au=monde.cotisation_au,
        regle=Campagne.Regle.TOTAL,
        methode=Campagne.Methode.RESTES,
        plancher=1,
        egalite=Campagne.Egalite.CODE,
        candidatures=Campagne.Presentation.PERSONNES,
        parite=Campagne.Parite.ALTERNANCE,
        suppleances=True,
        suppleance_meme_genre=True,
        departage=Campagne.Departage.AGE,
        engagement=(ICI / "engagement.md").read_text(),
        engagement_jusqu_au=monde.jour(730),
        total=1,
    )
    # One seat for each section that has members, and one more for five of them.
    campagne = actes.regler_campagne(
        campagne=campagne, par=monde.admin, total=len(effectifs(campagne)) * 6 // 5
    )
    for nom, fondement, genre, parametres, exception in (
        (
            "Ne pas diriger une fédération, ni le parti",
            "Règlement de la campagne, article 4",
            Incompatibilite.Genre.FONCTION,
            {"roles": [R.SECRETAIRE_FEDERAL, R.DIRECTION, R.RECOLEMENT]},
            "Fédération de moins de cinq membres.",
        ),
        (
            "Pas plus de deux mandats à la suite",
            "Règlement de la campagne, article 5",
            Incompatibilite.Genre.SUCCESSIFS,
            {"au_plus": 2},
            "",
        ),
        (
            "Un seul mandat de délégué·e à la fois",
            "Règlement de la campagne, article 6",
            Incompatibilite.Genre.CUMUL,
            {},
            "",
        ),
    ):
        actes.ecrire_incompatibilite(
            campagne=campagne, par=monde.admin, nom=nom, fondement=fondement, genre=genre, parametres=parametres,
            exception=exception,
        )  # fmt: skip
    repartition = actes.calculer_repartition(campagne=campagne, par=monde.admin)
    actes.adopter_repartition(repartition=repartition, par=monde.admin)


def _ouvrir(monde: Monde) -> None:
    actes.annoncer_campagne(campagne=distribution.campagne(), par=monde.admin)
    for role in distribution.roles(monde):
        if role.part == EN_LIGNE:
            actes.changer_de_mode(designation=role.designation, mode=Campagne.Mode.EN_LIGNE, par=monde.admin)
        if role.part != ACCUEIL:
            _, tient, *_ = joueurs(monde, role)
            nommer(
                personne=tient,
                role=R.SECRETAIRE_SECTION,
                debut=monde.jour(-40),
                section=role.section,
                par=monde.admin,
            )


def joueurs(monde: Monde, role: Role) -> list[Adherent]:
    """The members of a section who may act, the one who signs second first, then the one who keeps it.

    The people of the demonstration come first where they belong, and play nothing else elsewhere.
    """
    membres = list(
        liste_d_emargement(role.designation)
        .exclude(courriel="")
        # The leadership may not be delegates: the rules of this campaign say so.
        .exclude(compte__mandats__role=R.DIRECTION)
        .order_by("numero", "pk")
    )
    if role.part == distribution.DELEGUE:
        delegue = monde.comptes["delegue"].adherent
        return [delegue, *(a for a in membres if a.pk not in monde.reserves)]
    if role.part == ACCUEIL:
        tetes = [monde.comptes[cle].adherent for cle in ("seconde", "secretaire_section")]
        candidat = monde.comptes["candidat"].adherent
        return [*tetes, candidat, *(a for a in membres if a.pk not in monde.reserves)]
    return [a for a in membres if a.pk not in monde.reserves]


def recevoir_les_candidatures(monde: Monde) -> None:
    """Members stand in each section played, one withdraws, and the order is drawn when it is time."""
    monde.une_fois(monde.le(-36, 18), lambda: _candidater(monde))
    monde.une_fois(monde.le(-30, 18), lambda: _retirer(monde))
    monde.une_fois(monde.le(-29, 20, 5), _ordonner)


def _candidater(monde: Monde) -> None:
    monde.dire("Candidatures…")
    campagne = distribution.campagne()
    for role in distribution.roles(monde):
        for rang, adherent in enumerate(_qui_se_presente(monde, role)):
            actes.se_porter_candidat(
                designation=role.designation,
                par=compte(monde, adherent),
                empreinte=campagne.engagement_empreinte,
                profession=PROFESSIONS[(role.rang + rang) % len(PROFESSIONS)],
            )


def _qui_se_presente(monde: Monde, role: Role) -> list[Adherent]:
    """Two more than there are seats where there are so many people, women and men in turn."""
    joueuses = joueurs(monde, role)
    if role.part == distribution.DELEGUE:
        return joueuses[:1]
    possibles = joueuses[2:]
    nombre = len(possibles) if role.part == "remplacement" else role.designation.sieges + 2
    premier = possibles[0].genre if role.part == ACCUEIL else "F"
    ordre = sorted(
        range(len(possibles)),
        key=lambda i: (
            sum(a.genre == possibles[i].genre for a in possibles[:i]),
            possibles[i].genre != premier,
            i,
        ),
    )
    return [possibles[i] for i in ordre[:nombre]]


def compte(monde: Monde, adherent: Adherent) -> Compte:
    return ouvrir_compte(adherent=adherent, par=monde.admin)


def _retirer(monde: Monde) -> None:
    """The last to stand in one section changes their mind."""
    [role] = [r for r in distribution.roles(monde) if r.part == "validee"][:1]
    candidature = role.candidates()[-1]
    actes.retirer_candidature(candidature=candidature, par=Compte.objects.get(adherent=candidature.adherent))


def _ordonner() -> None:
    for designation in distribution.campagne().designations.filter(listes__etat="deposee").distinct():
        actes.tirer_l_ordre(designation=designation)


def premier_candidat(monde: Monde, part: str) -> Adherent:
    """Who stood first, and will be liked best, in the section of that part."""
    [role] = [r for r in distribution.roles(monde) if r.part == part][:1]
    return role.candidates()[0].adherent


def convoquer_les_assemblees(monde: Monde) -> None:
    """Two weeks before the first of them; members get their letter."""

    def geste() -> None:
        for role in distribution.roles(monde):
            if role.part == EN_LIGNE:
                continue
            designation = actes.convoquer_assemblee(
                designation=role.designation,
                assemblee_le=quand(monde, role),
                lieu=f"{LIEUX[role.rang % len(LIEUX)]}, {role.section.nom}",
                ordre_du_jour=ORDRE_DU_JOUR,
                par=role.secretaire(),
            )
            while actes.envoyer_convocations(designation=designation):
                pass

    monde.une_fois(monde.le(-28, 9), geste)


def quand(monde: Monde, role: Role) -> datetime:
    """Today for the section that the visitor keeps, ahead for those still to meet, one of two evenings else."""
    if role.part == ACCUEIL:
        return monde.le(0, min(18, monde.debut.astimezone(monde.le(0).tzinfo).hour))
    if role.part == "convoquee":
        return monde.le(random.Random(role.section.code).randint(3, 12), 19)  # noqa: S311 - inventions
    return monde.le(-14 if role.rang % 2 else -13, 18, 30)

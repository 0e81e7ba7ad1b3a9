"""Who a visitor of the demonstration can be, and what each one has to try."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, Q, When

from refondation.demo.distribution import FEDERATION, SECTION, SLUG
from refondation.demo.scrutins import CADRE, FEUILLE, RASSEMBLEMENT, RENCONTRES
from refondation.membres.actes import (
    installer_administrateur,
    nommer,
    ouvrir_compte,
    ouvrir_compte_hors_registre,
)
from refondation.membres.models import Adherent, AdherentQuerySet, Compte, Mandat

# Two whom a visitor may be, and two who have worked before them.
COMMISSION = ("recolement", "recolement_2", "recolement_3", "recolement_4")


@dataclass(frozen=True)
class Porte:
    """A button that logs in and leads straight to what there is to try."""

    libelle: str
    chemin: str


@dataclass(frozen=True)
class Personnage:
    """A person of the demonstration; `cle` is its name for the machine."""

    cle: str
    role: str
    histoire: str
    portes: tuple[Porte, ...]


def _scrutin(slug: str, suite: str = "") -> str:
    return f"/scrutins/{slug}/{suite}"


def _designer(suite: str = "") -> str:
    return f"/delegues/{SLUG}/{suite}"


PERSONNAGES = (
    Personnage(
        "membre",
        "Adhérent·e qui peut voter",
        "À jour de cotisation, sur la liste, n'a pas encore voté. Son code de vote est dans ses courriels.",
        (
            Porte("Voter", _scrutin(CADRE)),
            Porte("Ma place sur la liste", _scrutin(CADRE, "liste/")),
            Porte("Un résultat publié", _scrutin(RENCONTRES, "resultat/")),
            Porte("Où en sont les délégué·es", _designer()),
        ),
    ),
    Personnage(
        "sympathisant",
        "Sympathisant·e",
        "Vote à titre consultatif : sa voix va dans une urne à part, et ne s'ajoute pas aux autres.",
        (
            Porte("Voter", _scrutin(CADRE)),
            Porte("Ma place sur la liste", _scrutin(CADRE, "liste/")),
        ),
    ),
    Personnage(
        "couple",
        "Deux adhérent·es, une seule adresse",
        "Partage sa boîte aux lettres : chacun·e a son numéro, son code de vote, son bulletin.",
        (Porte("Voter", _scrutin(CADRE)),),
    ),
    Personnage(
        "hors_liste",
        "Adhérent·e qui n'est pas sur la liste",
        "Sa cotisation n'est pas à jour : la page le dit, avec le remède.",
        (Porte("Suis-je sur la liste ?", _scrutin(CADRE, "liste/")),),
    ),
    Personnage(
        "secretaire_section",
        "Secrétaire de section",
        "Tient la section de Toulouse. L'assemblée est aujourd'hui : quatre délégué·es à désigner, tout est à noter.",
        (
            Porte("Tenir l'assemblée", _designer(f"sections/{SECTION}/")),
            Porte("Le registre de la section", "/membres/"),
            Porte("La participation", _scrutin(CADRE)),
        ),
    ),
    Personnage(
        "seconde",
        "Seconde signature du procès-verbal",
        "Membre de la section de Toulouse. Choisissez cette personne au bureau : elle relit et signe d'ici.",
        (Porte("Ce qui m'attend", "/"), Porte("La section", _designer(f"sections/{SECTION}/"))),
    ),
    Personnage(
        "candidat",
        "Candidat·e à Toulouse",
        "Sa candidature est déposée, son ordre tiré. L'assemblée vote ce soir.",
        (
            Porte("Ma candidature", f"/delegues/ma-candidature/{SLUG}/"),
            Porte("Les candidatures de la section", _designer(f"sections/{SECTION}/candidatures/")),
        ),
    ),
    Personnage(
        "delegue",
        "Délégué·e",
        "Désigné·e par une section voisine, que la commission a validée. A une carte à montrer à la porte.",
        (
            Porte("Mon mandat", "/delegues/mon-mandat/"),
            Porte("Les délégué·es", _designer("delegues/")),
        ),
    ),
    Personnage(
        "secretaire_federal",
        "Secrétaire fédéral·e",
        "Conduit la fédération de Haute-Garonne.",
        (
            Porte("Tenir la porte de l'assemblée", _designer("assemblees/")),
            Porte("Les délégué·es", _designer("delegues/")),
            Porte("Le registre de la fédération", "/membres/"),
            Porte("La participation", _scrutin(CADRE)),
        ),
    ),
    Personnage(
        "gestionnaire_federal",
        "Gestionnaire fédéral·e",
        "Tient les fichiers de la fédération de Haute-Garonne.",
        (
            Porte("Importer des délégué·es", _designer("importer/")),
            Porte("Le registre de la fédération", "/membres/"),
        ),
    ),
    Personnage(
        "direction",
        "Membre de la direction collégiale",
        "Un des vingt-neuf sièges : suit les scrutins et le journal, ne touche à rien.",
        (
            Porte("Les délégué·es", _designer()),
            Porte("Le contrôle du scrutin", _scrutin(CADRE, "controle/")),
            Porte("Le journal", "/journal/"),
        ),
    ),
    Personnage(
        "recolement",
        "Commission de récolement",
        "Contrôle les procès-verbaux des sections à deux, suit les urnes, publie le résultat.",
        (
            Porte("Contrôler des procès-verbaux", _designer("controle/")),
            Porte("Le contrôle du scrutin ouvert", _scrutin(CADRE, "controle/")),
            Porte("Le dépouillement en cours", _scrutin(RASSEMBLEMENT, "depouillement/")),
            Porte("Le journal", "/journal/"),
        ),
    ),
    Personnage(
        "recolement_2",
        "Commission de récolement, deuxième membre",
        "Un avis ne décide rien : le sien, d'accord avec celui de l'autre membre, décide.",
        (Porte("Contrôler des procès-verbaux", _designer("controle/")),),
    ),
    Personnage(
        "observateur",
        "Observateur·rice",
        "N'est pas membre du parti. Lit tout du contrôle, n'écrit rien.",
        (Porte("Les procès-verbaux", _designer("controle/")), Porte("Les chiffres publiés", _designer())),
    ),
    Personnage(
        "administrateur",
        "Administration nationale",
        "Importe le fichier national, nomme, prépare et annonce les scrutins. N'est pas adhérente.",
        (
            Porte("Préparer un scrutin", _scrutin(FEUILLE, "gestion/")),
            Porte("Conduire la campagne des délégué·es", _designer("gestion/")),
            Porte("Importer le fichier national", "/membres/imports/"),
            Porte("Les rôles", "/roles/"),
        ),
    ),
    Personnage(
        "gardien",
        "Gardien·ne de la clé",
        "Garde une part de la clé de chaque scrutin. Ses fichiers de clé sont plus bas.",
        (
            Porte("Déchiffrer un total", _scrutin(RASSEMBLEMENT, "gardien/")),
            Porte("Créer une clé", _scrutin(FEUILLE, "gardien/")),
        ),
    ),
)


@dataclass(frozen=True)
class CompteDemo:
    """A person of the demonstration with the account that plays it."""

    personnage: Personnage
    compte: Compte

    @property
    def role(self) -> str:
        return self.personnage.role

    @property
    def nom(self) -> str:
        return str(self.compte)

    @property
    def identifiant(self) -> str:
        """What to type at log-in: the member number, or the address of who is no member."""
        return self.compte.adherent.numero if self.compte.adherent else self.compte.email


# --- What is remembered from one start to the next ----------------------------------------------


def fiche() -> dict[str, Any] | None:
    """{"debut": first start, "comptes": {cle: account id}, "charge": all is loaded}; None before."""
    fichier = _fichier()
    return json.loads(fichier.read_text()) if fichier.exists() else None


def noter(contenu: dict[str, Any]) -> None:
    ebauche = _fichier().with_suffix(".ebauche")
    ebauche.write_text(json.dumps(contenu, ensure_ascii=False, indent=2))
    ebauche.rename(_fichier())


def _fichier() -> Path:
    return settings.LOCAL_DIR / "demo.json"


def relire(contenu: dict[str, Any]) -> dict[str, Compte]:
    """The accounts of a `fiche` by their key, those that play behind the scenes included."""
    cles = contenu["comptes"]
    comptes = Compte.objects.select_related("adherent__section__federation").in_bulk(cles.values())
    return {cle: comptes[pk] for cle, pk in cles.items() if pk in comptes}


def lire() -> list[CompteDemo]:
    """Everybody, in the order of `PERSONNAGES`; empty while nothing is loaded."""
    comptes = relire(fiche() or {"comptes": {}})
    return [CompteDemo(p, comptes[p.cle]) for p in PERSONNAGES if p.cle in comptes]


# --- Choosing and appointing them --------------------------------------------------------------


def installer_l_administration() -> Compte:
    """The first account, which nobody could appoint."""
    compte = ouvrir_compte_hors_registre(
        courriel="administration@refondation.example", nom="Administration nationale", par=None
    )
    if Mandat.Role.ADMINISTRATEUR not in compte.roles():
        installer_administrateur(personne=compte)
    return compte


def fin_d_annee(jour: date) -> date:
    return date(jour.year, 12, 31)


def choisir(au: date) -> dict[str, Adherent]:
    """A member for each person of the demonstration, always the same, and two more trustees."""
    hasard = random.Random("personnages")  # noqa: S311 - inventions, not secrets
    partagees = (
        Adherent.objects.order_by()
        .exclude(courriel="")
        .values("courriel")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
        .values("courriel")
    )
    anciens = (
        Adherent.objects.presents()
        .exclude(courriel="")
        .filter(adhesion_le__lte=au - timedelta(days=365), naissance__isnull=False)
        .order_by("numero")
    )
    adherents = anciens.filter(statut=Adherent.Statut.ADHERENT)
    seuls = adherents.exclude(courriel__in=partagees)
    a_jour = seuls.filter(a_jour_au__gte=fin_d_annee(au))
    ici = list(a_jour.filter(section__federation__code=FEDERATION))
    ailleurs = list(a_jour.exclude(section__federation__code=FEDERATION))
    a_toulouse = [a for a in ici if a.section.code == SECTION] or ici
    choisis: dict[str, Adherent] = {"secretaire_section": hasard.choice(a_toulouse)}
    choisis["hors_liste"] = hasard.choice(
        list(seuls.filter(section__federation__code=FEDERATION, a_jour_au__lt=fin_d_annee(au)))
    )
    roles_locaux = ("membre", "secretaire_federal", "gestionnaire_federal")
    libres = [a for a in ici if a not in choisis.values()]
    choisis |= dict(zip(roles_locaux, hasard.sample(libres, len(roles_locaux)), strict=True))
    choisis["sympathisant"] = anciens.filter(
        statut=Adherent.Statut.SYMPATHISANT, section__federation__code=FEDERATION
    ).exclude(courriel__in=partagees)[0]
    couples = list(adherents.filter(courriel__in=partagees, a_jour_au__gte=fin_d_annee(au)))
    par_adresse = Counter(a.courriel for a in couples)
    choisis["couple"] = next(a for a in couples if par_adresse[a.courriel] == 2)
    roles_nationaux = ("recolement", "gardien", "gardien_2", "gardien_3", "direction")
    choisis |= dict(zip(roles_nationaux, hasard.sample(ailleurs, len(roles_nationaux)), strict=True))
    return choisis | _pour_designer(choisis, a_jour, hasard)


def _pour_designer(
    choisis: dict[str, Adherent], a_jour: AdherentQuerySet, hasard: random.Random
) -> dict[str, Adherent]:
    """Who designates delegates: in the section of the visitor's secretary, beside it, and at the commission."""
    pris = [a.pk for a in choisis.values()]
    libres = a_jour.exclude(pk__in=pris)
    section = choisis["secretaire_section"].section_id
    trouves = dict(zip(("seconde", "candidat"), libres.filter(section=section), strict=False))
    # In the visitor's federation if a section there has two people, who can sign for it.
    voisines = (
        libres.exclude(section=section)
        .annotate(
            ici=Case(When(section__federation__code=FEDERATION, then=1), default=0),
            n=Count("section__adherents", filter=Q(section__adherents__in=libres)),
        )
        .filter(n__gte=2)
        .order_by("-ici", "-n", "numero")
    )
    trouves["delegue"] = voisines[0]
    restent = list(
        libres.exclude(section__federation__code=FEDERATION).exclude(section=trouves["delegue"].section_id)
    )
    commission = ("recolement_2", "recolement_3", "recolement_4")
    return trouves | dict(zip(commission, hasard.sample(restent, len(commission)), strict=True))


def ouvrir_les_comptes(choisis: dict[str, Adherent], *, par: Compte) -> dict[str, Compte]:
    """The account of each of them, and that of the observer, who is no member."""
    ouverts = {cle: ouvrir_compte(adherent=adherent, par=par) for cle, adherent in choisis.items()}
    return ouverts | {
        "observateur": ouvrir_compte_hors_registre(
            courriel="observation@refondation.example", nom="Observation indépendante", par=par
        )
    }


def nommer_tout_le_monde(comptes: dict[str, Compte], *, par: Compte, debut: date) -> None:
    """The mandates of the demonstration's people, and twenty-eight other seats at the leadership."""
    section = comptes["secretaire_section"].adherent.section
    federation = section.federation
    mandats: list[tuple[Compte | Adherent, str, dict[str, Any]]] = [
        (comptes["secretaire_section"], Mandat.Role.SECRETAIRE_SECTION, {"section": section}),
        (comptes["secretaire_federal"], Mandat.Role.SECRETAIRE_FEDERAL, {"federation": federation}),
        (comptes["gestionnaire_federal"], Mandat.Role.GESTIONNAIRE_FEDERAL, {"federation": federation}),
        *((comptes[cle], Mandat.Role.RECOLEMENT, {}) for cle in COMMISSION),
        (comptes["observateur"], Mandat.Role.OBSERVATEUR, {}),
        (comptes["direction"], Mandat.Role.DIRECTION, {}),
        *((a, Mandat.Role.DIRECTION, {}) for a in _autres_sieges(comptes.values(), debut)),
    ]
    for personne, role, perimetre in mandats:
        compte = (
            personne if isinstance(personne, Compte) else Compte.objects.filter(adherent=personne).first()
        )
        if compte is None or not compte.mandats.filter(role=role).exists():
            nommer(personne=personne, role=role, debut=debut, par=par, **perimetre)


def _autres_sieges(comptes: Iterable[Compte], au: date) -> list[Adherent]:
    """Twenty-eight members, as many women as men."""
    hasard = random.Random("direction")  # noqa: S311 - inventions, not secrets
    pris = {c.adherent_id for c in comptes}
    sieges: list[Adherent] = []
    for genre in (Adherent.Genre.FEMME, Adherent.Genre.HOMME):
        candidats = Adherent.objects.presents().filter(
            statut=Adherent.Statut.ADHERENT,
            genre=genre,
            a_jour_au__gte=fin_d_annee(au),
            adhesion_le__lte=au - timedelta(days=900),
        )
        sieges += hasard.sample([a for a in candidats.order_by("numero") if a.pk not in pris], 14)
    return sieges

"""What a sheet of delegations would write, read against the register and the campaign; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from delegues.decompte import Decompte, ecarts, noms_par_bulletin
from delegues.designes import regles_de
from delegues.election import Concurrente, Personne, Resultat, elire
from delegues.eligibilite import criteres
from delegues.emargement import liste_d_emargement
from delegues.feuille import COLONNES, Erreur, ListeLue, PersonneLue, SectionLue, rassembler
from delegues.formes import defaut_de_forme
from delegues.models import Campagne, Candidature, Designation, Liste, ProcesVerbal
from refondation.membres.models import Adherent, sans_accents
from refondation.territoire.models import Federation


@dataclass
class Examen:
    """`erreurs` stop everything; `apercu` is JSON, one entry a section, as the page shows it."""

    erreurs: list[Erreur]
    apercu: list[dict[str, Any]]
    sections: list[SectionVue]


@dataclass
class SectionVue:
    """A section that can be written: its designation, its people, and the lists that stand already."""

    lue: SectionLue
    designation: Designation
    membres: dict[str, Adherent]
    existantes: list[Liste | None]


def examiner(
    campagne: Campagne, federation: Federation, lignes: Iterable[tuple[int, Mapping[str, str]]]
) -> Examen:
    """Every error of the lines, or what applying them would write.  A bounded number of queries a section."""
    lues, erreurs = rassembler(
        lignes, une_personne_par_liste=campagne.candidatures == Campagne.Presentation.PERSONNES
    )
    if not lues and not erreurs:
        erreurs = [Erreur(None, "", "Le fichier n'a que des en-têtes : aucune section n'y est.")]
    designations = {
        d.section.code.casefold(): d
        for d in campagne.designations.filter(section__federation=federation).select_related(
            "campagne", "section__federation"
        )
    }
    numeros = {
        n for s in lues for n in [*(p.numero for p in s.personnes), s.second, s.president, *s.presents]
    }
    membres = {
        a.numero: a for a in Adherent.objects.filter(numero__in=numeros).select_related("section__federation")
    }
    engagees = {
        c.adherent_id: c
        for c in Candidature.objects.actives()
        .filter(campagne=campagne, adherent__in=[a.pk for a in membres.values()])
        .select_related("liste__designation__section")
    }
    vues, apercu = [], []
    for lue in lues:
        designation = designations.get(lue.code.casefold())
        fautes = _verifier(lue, designation, membres, engagees)
        erreurs += fautes
        if designation is None or fautes or lue.fautive:
            continue
        vue = SectionVue(lue, designation, membres, _existantes(lue, designation, membres))
        fautes = [*_verifier_les_listes(vue), *_verifier_le_compte(vue)]
        resultat = elire(regles_de(designation), _concurrentes(vue))
        fautes += _verifier_les_elus(vue, resultat)
        erreurs += fautes
        vues.append(vue)
        apercu.append(_montrer(vue, resultat))
    erreurs.sort(key=lambda e: (e.ligne or 0, e.colonne))
    return Examen(erreurs, apercu, vues)


def _erreur(ligne: int, champ: str, message: str) -> Erreur:
    return Erreur(ligne, COLONNES[champ][0], message)


# --- The section, its people ------------------------------------------------------------------------


def _verifier(
    lue: SectionLue,
    designation: Designation | None,
    membres: Mapping[str, Adherent],
    engagees: Mapping[int, Candidature],
) -> list[Erreur]:
    if designation is None:
        return [
            _erreur(
                lue.ligne,
                "section",
                f"« {lue.code} » n'est pas une section de cette fédération dans cette campagne.",
            )
        ]
    if message := _empechement(designation):
        return [_erreur(lue.ligne, "section", message)]
    erreurs = []
    c = designation.campagne
    if lue.moment is not None and not c.assemblees_du <= lue.moment < c.assemblees_au:
        du, au = timezone.localtime(c.assemblees_du), timezone.localtime(c.assemblees_au)
        erreurs.append(
            _erreur(
                lue.lignes["date"],
                "date",
                f"Les assemblées se tiennent entre le {du:%d/%m/%Y %H:%M} et le {au:%d/%m/%Y %H:%M}.",
            )
        )
    for personne in lue.personnes:
        erreurs += _verifier_la_personne(personne, designation, membres, engagees)
    erreurs += _verifier_le_bureau(lue, designation, membres)
    return erreurs


def _empechement(designation: Designation) -> str:
    """Why this section cannot receive minutes now, "" when it can."""
    if designation.mode == Campagne.Mode.EN_LIGNE:
        return "Cette section désigne par un vote en ligne. Retirez-la du fichier."
    pv = designation.proces_verbaux.exclude(etat=ProcesVerbal.Etat.RECTIFIE).first()
    if pv is None:
        return ""
    if pv.etat == ProcesVerbal.Etat.VERROUILLE:
        return f"Le procès-verbal {pv.numero} de cette section est signé. Retirez-la du fichier."
    return "Un procès-verbal de cette section est en cours sur la plateforme. Retirez-la du fichier."


def _verifier_la_personne(
    personne: PersonneLue,
    designation: Designation,
    membres: Mapping[str, Adherent],
    engagees: Mapping[int, Candidature],
) -> list[Erreur]:
    adherent = membres.get(personne.numero)
    if adherent is None:
        return [_erreur(personne.ligne, "numero", f"Aucun·e membre n'a le numéro {personne.numero}.")]
    if adherent.sorti_le is not None:
        return [_erreur(personne.ligne, "numero", "Cette personne n'est plus au registre des membres.")]
    if adherent.section_id != designation.section_id:
        return [
            _erreur(personne.ligne, "numero", f"Cette personne est inscrite à la section {adherent.section}.")
        ]
    erreurs = [
        _erreur(personne.ligne, champ, f"Le registre dit « {connu} » pour le numéro {personne.numero}.")
        for champ, dit, connu in (
            ("nom", personne.nom, adherent.nom),
            ("prenom", personne.prenom, adherent.prenom),
        )
        if dit and sans_accents(dit) != sans_accents(connu)
    ]
    engagee = engagees.get(adherent.pk)
    if engagee is not None and engagee.liste.designation_id != designation.pk:
        erreurs.append(
            _erreur(
                personne.ligne,
                "numero",
                f"Cette personne est candidate à la section {engagee.liste.designation.section}.",
            )
        )
    return erreurs


def _verifier_le_bureau(
    lue: SectionLue, designation: Designation, membres: Mapping[str, Adherent]
) -> list[Erreur]:
    erreurs = []
    for champ in ("second", "president"):
        numero = getattr(lue, champ)
        adherent = membres.get(numero)
        if numero and (
            adherent is None or adherent.section_id != designation.section_id or adherent.sorti_le
        ):
            erreurs.append(
                _erreur(lue.lignes[champ], champ, f"{numero} n'est pas un·e membre de cette section.")
            )
    if lue.presents:
        connus = set(
            liste_d_emargement(designation).filter(numero__in=lue.presents).values_list("numero", flat=True)
        )
        inconnus = [n for n in lue.presents if n not in connus]
        if inconnus:
            erreurs.append(
                _erreur(
                    lue.lignes["presents"],
                    "presents",
                    f"Pas sur la liste d'émargement : {', '.join(inconnus[:10])}.",
                )
            )
    return erreurs


# --- Lists, count, elected --------------------------------------------------------------------------


def _existantes(
    lue: SectionLue, designation: Designation, membres: Mapping[str, Adherent]
) -> list[Liste | None]:
    """For each list of the sheet, the one that already stands with the same persons in the same order."""
    deposees = {
        tuple(liste.candidatures.actives().order_by("rang").values_list("adherent", flat=True)): liste
        for liste in designation.listes.publiees()
    }
    return [deposees.get(tuple(membres[p.numero].pk for p in liste.personnes)) for liste in lue.listes]


def _verifier_les_listes(vue: SectionVue) -> list[Erreur]:
    erreurs = []
    campagne, designation = vue.designation.campagne, vue.designation
    for liste, existante in zip(vue.lue.listes, vue.existantes, strict=True):
        if existante is not None:
            continue
        genres = [vue.membres[p.numero].genre for p in liste.personnes]
        if defaut := defaut_de_forme(campagne, designation.sieges, genres, liste.nom):
            erreurs.append(_erreur(liste.ligne, "liste" if liste.nom else "numero", defaut))
        actives = Candidature.objects.actives().filter(
            campagne=campagne, adherent__in=[vue.membres[p.numero].pk for p in liste.personnes]
        )
        if actives.exists():
            erreurs.append(
                _erreur(
                    liste.ligne,
                    "numero",
                    "Une candidature de cette personne est déjà sur la plateforme, avec d'autres ou pas encore "
                    "acceptée. Reprenez-la telle quelle, ou faites-la retirer.",
                )
            )
    retrouvees = {liste.pk for liste in vue.existantes if liste is not None}
    for liste in designation.listes.publiees().exclude(pk__in=retrouvees):
        erreurs.append(
            _erreur(
                vue.lue.ligne,
                "numero",
                f"La candidature « {_nom(liste)} » est déposée et n'est pas dans le fichier. "
                "Ajoutez-la, avec 0 voix si personne ne l'a choisie.",
            )
        )
    return erreurs


def _nom(liste: Liste) -> str:
    return liste.nom or " et ".join(
        f"{c.adherent.prenom} {c.adherent.nom}" for c in liste.candidatures.select_related("adherent")
    )


def _verifier_le_compte(vue: SectionVue) -> list[Erreur]:
    lue, d = vue.lue, vue.designation
    decompte = Decompte(
        inscrits=liste_d_emargement(d).count(),
        presents=len(set(lue.presents)) if lue.presents else None,
        votants=lue.votants,
        blancs=lue.blancs,
        nuls=lue.nuls,
        noms=noms_par_bulletin(d.campagne.candidatures, d.sieges, len(lue.listes)),
        voix={rang: liste.voix for rang, liste in enumerate(lue.listes)},
    )
    return [_erreur(lue.lignes["votants"], "votants", phrase) for phrase in ecarts(decompte)]


def _concurrentes(vue: SectionVue) -> list[Concurrente]:
    """Lists by their place in the sheet, persons by their place in the register."""
    return [
        Concurrente(rang, liste.voix, tuple(_personnes(vue, liste)))
        for rang, liste in enumerate(vue.lue.listes, 1)
    ]


def _personnes(vue: SectionVue, liste: ListeLue) -> Iterable[Personne]:
    for rang, personne in enumerate(liste.personnes, 1):
        adherent = vue.membres[personne.numero]
        yield Personne(adherent.pk, adherent.genre, adherent.naissance, rang)


def _verifier_les_elus(vue: SectionVue, resultat: Resultat) -> list[Erreur]:
    """What the paper says against what the rule gives.  A tie that a draw settles is left to the draw."""
    if resultat.egalites and vue.designation.campagne.departage == Campagne.Departage.TIRAGE:
        return []
    titulaires = {e.personne for e in resultat.titulaires}
    suppleants = {e.personne for e in resultat.suppleants}
    erreurs = []
    for personne in vue.lue.personnes:
        if personne.elu is None:
            continue
        cle = vue.membres[personne.numero].pk
        calcule = "titulaire" if cle in titulaires else "suppleant" if cle in suppleants else ""
        if personne.elu != calcule:
            erreurs.append(
                _erreur(
                    personne.ligne,
                    "elu",
                    f"Le fichier dit « {_EN_MOTS[personne.elu]} » ; la règle de la campagne donne "
                    f"« {_EN_MOTS[calcule]} ». Vérifiez les voix.",
                )
            )
    return erreurs


_EN_MOTS = {"titulaire": "titulaire", "suppleant": "suppléant·e", "": "non élu·e"}


def _montrer(vue: SectionVue, resultat: Resultat) -> dict[str, Any]:
    lue, d = vue.lue, vue.designation
    noms = {vue.membres[p.numero].pk: _nom_de(vue.membres[p.numero]) for p in lue.personnes}
    remarques = list(resultat.remarques)
    if resultat.egalites and d.campagne.departage == Campagne.Departage.TIRAGE:
        remarques.append("Une égalité sera tranchée par le tirage, une fois le brouillon écrit.")
    for personne in lue.personnes:
        adherent = vue.membres[personne.numero]
        remarques += [
            f"{_nom_de(adherent)} : {critere.explication}"
            for critere in criteres(adherent, d.campagne, d.section)
            if not critere.rempli
        ]
    return {
        "section": d.section.code,
        "nom": d.section.nom,
        "sieges": d.sieges,
        "tenue_le": lue.moment.isoformat(),
        "lieu": lue.lieu,
        "votants": lue.votants,
        "blancs": lue.blancs,
        "nuls": lue.nuls,
        "presents": len(set(lue.presents)),
        "second": _nom_de(vue.membres[lue.second]),
        "president": _nom_de(vue.membres[lue.president]) if lue.president else "",
        "listes": [
            {
                "nom": liste.nom or " et ".join(noms[vue.membres[p.numero].pk] for p in liste.personnes),
                "voix": liste.voix,
                "existante": existante.pk if existante else None,
            }
            for liste, existante in zip(lue.listes, vue.existantes, strict=True)
        ],
        "titulaires": [{"nom": noms[e.personne], "explication": e.explication} for e in resultat.titulaires],
        "suppleants": [{"nom": noms[e.personne], "explication": e.explication} for e in resultat.suppleants],
        "remarques": remarques,
    }


def _nom_de(adherent: Adherent) -> str:
    return f"{adherent.prenom} {adherent.nom}"

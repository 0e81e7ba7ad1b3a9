"""A small campaign, made row by row: what the tests of each part of the designation start from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from delegues.models import Avis, Campagne, Candidature, Designation, Elu, Liste, ProcesVerbal, Voix
from refondation.membres.models import Adherent, Compte, Mandat, sans_accents
from refondation.territoire.models import Federation, Section

_rang = count(1)

# One instant inside each window of the calendar below.
AVANT = datetime(2026, 8, 20, 12, tzinfo=UTC)
CANDIDATURES = datetime(2026, 9, 5, 12, tzinfo=UTC)
RETRAITS = datetime(2026, 9, 12, 12, tzinfo=UTC)
ASSEMBLEES = datetime(2026, 9, 20, 12, tzinfo=UTC)
TRANSMISSION = datetime(2026, 9, 29, 12, tzinfo=UTC)
CONTROLE = datetime(2026, 10, 3, 12, tzinfo=UTC)
MANDATS = datetime(2026, 10, 20, 12, tzinfo=UTC)
APRES = datetime(2027, 7, 1, 12, tzinfo=UTC)

CALENDRIER: dict[str, Any] = {
    "candidatures_du": datetime(2026, 9, 1, tzinfo=UTC),
    "candidatures_au": datetime(2026, 9, 10, tzinfo=UTC),
    "retraits_au": datetime(2026, 9, 15, tzinfo=UTC),
    "assemblees_du": datetime(2026, 9, 16, tzinfo=UTC),
    "assemblees_au": datetime(2026, 9, 28, tzinfo=UTC),
    "enregistrement_au": datetime(2026, 9, 30, tzinfo=UTC),
    "controle_au": datetime(2026, 10, 8, tzinfo=UTC),
    "recours_au": datetime(2026, 10, 12, tzinfo=UTC),
    "mandat_debut": date(2026, 10, 10),
    "mandat_fin": date(2027, 6, 30),
    "reference_le": date(2026, 6, 30),
}


def faire_campagne(**champs: Any) -> Campagne:
    """An announced campaign; `etat="preparation"` for a draft."""
    valeurs = {
        "slug": "refondation",
        "nom": "Délégué·es à la refondation",
        "etat": Campagne.Etat.OUVERTE,
        "graine": "graine publiée",
        **CALENDRIER,
        **champs,
    }
    if valeurs["etat"] != Campagne.Etat.PREPARATION:
        valeurs.setdefault("annoncee_le", datetime(2026, 8, 25, tzinfo=UTC))
    return Campagne.objects.create(**valeurs)


def faire_section(code: str = "31001", federation: str = "31", *, membres: int = 0, **champs: Any) -> Section:
    """The section of that code, with `membres` more members (`champs`: of each of them)."""
    chef, _ = Federation.objects.get_or_create(
        code=federation, defaults={"nom": f"Fédération {federation}", "nature": "metropole"}
    )
    section, _ = Section.objects.get_or_create(
        code=code, defaults={"nom": f"Ville {code}", "federation": chef}
    )
    for _ in range(membres):
        faire_adherent(section, **champs)
    return section


def membres_de(section: Section) -> list[Adherent]:
    return list(section.adherents.order_by("pk"))


def faire_adherent(section: Section, **champs: Any) -> Adherent:
    """A present member, dues paid, with a number, a name and an address of their own."""
    rang = next(_rang)
    valeurs = {
        "numero": f"D{rang:05d}",
        "nom": f"Nom{rang}",
        "prenom": f"Prénom{rang}",
        "courriel": f"d{rang}@exemple.fr",
        "genre": "FH"[rang % 2],
        "naissance": date(1970, 1, 1),
        "adhesion_le": date(2020, 1, 1),
        "a_jour_au": date(2026, 12, 31),
        "section": section,
        **champs,
    }
    valeurs["recherche"] = sans_accents(f"{valeurs['prenom']} {valeurs['nom']}")
    return Adherent.objects.create(**valeurs)


def faire_compte(role: str | None = None, adherent: Adherent | None = None, **perimetre: Any) -> Compte:
    """An account, of `adherent` if given, holding `role` in `perimetre` (section= or federation=)."""
    rang = next(_rang)
    compte = Compte.objects.create(
        email=adherent.courriel if adherent else f"compte{rang}@exemple.fr",
        nom=f"{adherent.prenom} {adherent.nom}" if adherent else f"Compte {rang}",
        adherent=adherent,
    )
    if role:
        Mandat.objects.create(compte=compte, role=role, debut=date(2026, 1, 1), **perimetre)
    return compte


def compte_de(adherent: Adherent) -> Compte:
    """The account of this member, made if there is none."""
    return Compte.objects.filter(adherent=adherent).first() or faire_compte(adherent=adherent)


def faire_designation(campagne: Campagne, section: Section, **champs: Any) -> Designation:
    return Designation.objects.create(
        **{
            "campagne": campagne,
            "section": section,
            "mode": "assemblee",
            "effectif": 60,
            "sieges": 2,
            **champs,
        }
    )


def faire_liste(
    designation: Designation,
    *personnes: Adherent,
    par: Compte | None = None,
    rang: int | None = None,
    **champs: Any,
) -> Liste:
    """A list that stands, each of its candidates having accepted; proposed by the first unless `par`."""
    liste = Liste.objects.create(
        **{
            "designation": designation,
            "etat": Liste.Etat.DEPOSEE,
            "rang": rang,
            "proposee_par": par or compte_de(personnes[0]),
            "creee_le": CANDIDATURES,
            "deposee_le": CANDIDATURES,
            **champs,
        }
    )
    Candidature.objects.bulk_create(
        Candidature(
            campagne=designation.campagne,
            liste=liste,
            adherent=personne,
            rang=place,
            etat=Candidature.Etat.ACCEPTEE,
            repondue_le=CANDIDATURES,
        )
        for place, personne in enumerate(personnes, 1)
    )
    return liste


def faire_proces_verbal(
    designation: Designation,
    titulaires: Iterable[Candidature],
    suppleants: Iterable[tuple[Candidature, Candidature | None]] = (),
    *,
    redacteur: Compte,
    contresignataire: Adherent,
    voix: dict[Liste, int] | None = None,
    signe: bool = True,
    **champs: Any,
) -> ProcesVerbal:
    """Minutes that elect these, each substitute given with the holder that they back; signed or a draft."""
    pv = ProcesVerbal.objects.create(
        **{
            "designation": designation,
            "redacteur": redacteur,
            "contresignataire": contresignataire,
            "tenue_le": ASSEMBLEES,
            "lieu": "Salle des fêtes",
            "inscrits": 60,
            "votants": 30,
            "blancs": 0,
            "nuls": 0,
            "commence_le": ASSEMBLEES,
            **champs,
        }
    )
    Voix.objects.bulk_create(
        Voix(proces_verbal=pv, liste=liste, nombre=nombre) for liste, nombre in (voix or {}).items()
    )
    places: dict[int, Elu] = {}
    for rang, candidature in enumerate(titulaires, 1):
        places[candidature.pk] = Elu.objects.create(
            proces_verbal=pv, candidature=candidature, qualite="titulaire", rang=rang
        )
    for rang, (candidature, titulaire) in enumerate(suppleants, 1):
        Elu.objects.create(
            proces_verbal=pv,
            candidature=candidature,
            qualite="suppleant",
            rang=rang,
            titulaire=places[titulaire.pk] if titulaire else None,
        )
    if signe:
        signer(pv)
    return pv


def signer(pv: ProcesVerbal) -> ProcesVerbal:
    """Present and countersign, without the acts that do it."""
    pv.contenu, pv.empreinte, pv.presente_le = "{}", "0" * 64, ASSEMBLEES
    pv.etat = ProcesVerbal.Etat.A_CONTRESIGNER
    pv.save()
    pv.etat, pv.verrouille_le = ProcesVerbal.Etat.VERROUILLE, ASSEMBLEES
    pv.numero = f"PV-{pv.pk}"
    pv.save()
    return pv


def mener_a(designation: Designation, etat: str) -> Designation:
    """Walk the states to this one; what two must decide, two members of the commission say of its minutes."""
    chemins = {
        "recue": ("recue",),
        "incomplete": ("recue", "incomplete"),
        "contestee": ("recue", "contestee"),
        "validee": ("recue", "validee"),
        "rejetee": ("recue", "rejetee"),
    }
    sens = {"validee": "valider", "rejetee": "rejeter", "incomplete": "completer"}
    for suivant in chemins[etat]:
        if suivant in sens:
            pv = designation.proces_verbaux.en_vigueur().get()
            for _ in range(2):
                Avis.objects.create(
                    proces_verbal=pv,
                    compte=faire_compte("recolement"),
                    sens=sens[suivant],
                    motifs=[] if suivant == "validee" else ["autre"],
                    texte="" if suivant == "validee" else "Le compte est à revoir.",
                    donne_le=CONTROLE,
                )
        designation.etat = suivant
        designation.save(update_fields=["etat"])
    return designation

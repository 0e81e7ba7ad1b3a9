"""A section that votes online: its vote is one of `consultation`, and its minutes copy the published result.

The engine keeps the secret, the roll and the count; nothing here sees a ballot.  Who may vote is
whom the campaign counts; whether the section is large enough for a box of its own is the engine's
answer (`consultation.urnes`), and a section that is not holds an assembly.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from consultation import actes as scrutins
from consultation.models import Scrutin
from consultation.models.liste import College, avec_criteres
from consultation.resultats import Decompte, Resultat, lire
from consultation.urnes import EffectifInsuffisant, repartir
from delegues.designes import listes_de, noms_permis, regles_de
from delegues.models import Campagne, Designation, Liste, ProcesVerbal, Voix
from delegues.regles import exiger_calendrier, heure
from delegues.textes_du_scrutin import document_du_scrutin, intitule_du_scrutin, reponses_du_scrutin
from refondation.journal.actes import journaliser
from refondation.membres.models import Adherent, Compte
from refondation.membres.regles import ActeImpossible, exiger


def preparer_le_scrutin(
    *,
    designation: Designation,
    gardiens: Sequence[Compte],
    ouvre_le: datetime,
    ferme_le: datetime,
    par: Compte,
    instant: datetime | None = None,
) -> Scrutin:
    """Make the draft of a section's vote: candidates in drawn order, one box, these trustees.

    What follows is the engine's: trustees make their keys, the vote is announced, opened, counted
    and published on its own pages.  A vote that was annulled may be replaced.
    Raises `ActeImpossible`: the calendar's, `assemblee`, `scrutin`, `ordre`, `une_seule`, `dates`,
    `seuil` (the section is under the engine's threshold), and those of `consultation`.
    """
    instant = instant or timezone.now()
    exiger(par, "delegues.regler", designation)
    with transaction.atomic():
        designation = _verrouiller(designation)
        campagne = designation.campagne
        exiger_calendrier(campagne, "preparer_le_scrutin", instant)
        listes = _exiger_de_quoi_voter(designation)
        _exiger_des_dates(campagne, ouvre_le, ferme_le)
        scrutin = scrutins.creer_scrutin(
            par=par,
            slug=_adresse_libre(designation),
            nom=f"Délégué·es de {designation.section.nom}"[:120],
            presentation=f"{campagne.nom} : la section désigne {designation.sieges} délégué·e(s).",
            ouvre_le=ouvre_le,
            ferme_le=ferme_le,
            perimetre=Scrutin.Perimetre.SECTION,
            section=designation.section,
            maillage=Scrutin.Maillage.SECTION,
            reference_le=campagne.reference_le,
            anciennete_mois=campagne.anciennete_mois,
            cotisation_au=campagne.cotisation_au,
        )
        exiger_assez_d_electeurs(designation, scrutin)
        scrutins.rediger_document(
            scrutin=scrutin,
            titre=f"Qui se présente à {designation.section.nom}"[:160],
            texte=document_du_scrutin(designation, listes, regles_de(designation)),
            par=par,
            instant=instant,
        )
        maximum = noms_permis(designation, listes)
        scrutins.ecrire_question(
            scrutin=scrutin,
            intitule=intitule_du_scrutin(designation, maximum),
            options=reponses_du_scrutin(listes),
            minimum=1,
            maximum=maximum,
            blanc=True,
            par=par,
        )
        scrutins.designer_gardiens(scrutin=scrutin, comptes=list(gardiens), par=par)
        designation.scrutin = scrutin
        designation.save(update_fields=["scrutin"])
        journaliser(
            acte="delegues.preparer_le_scrutin",
            par=par,
            objet=designation,
            instant=instant,
            details={"scrutin": scrutin.pk, "listes": [liste.pk for liste in listes]},
        )
    return scrutin


def reporter_le_resultat(
    *, designation: Designation, par: Compte, instant: datetime | None = None
) -> ProcesVerbal:
    """Begin the minutes from the published result: nobody types a vote.

    The signing is that of every minutes.  A draft already begun is returned as it is.  Raises
    `ActeImpossible`: `interdit`, the calendar's, `assemblee`, `resultat` (not published, or about
    other candidacies), `deja_signe`.
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        designation = _verrouiller(designation)
        exiger(par, "delegues.conduire", designation)
        exiger_calendrier(designation.campagne, "rediger", instant)
        scrutin = _exiger_un_resultat(designation)
        en_cours = designation.proces_verbaux.exclude(
            etat__in=(ProcesVerbal.Etat.VERROUILLE, ProcesVerbal.Etat.RECTIFIE)
        ).first()
        if en_cours is not None:
            return en_cours
        if designation.proces_verbaux.en_vigueur().exists():
            raise ActeImpossible("Le procès-verbal de cette section est déjà signé.", code="deja_signe")
        resultat = next(r for r in lire(scrutin) if r.college == College.DELIBERATIF)
        listes, decompte = _candidatures_du_resultat(designation, resultat)
        pv = ProcesVerbal.objects.create(
            designation=designation,
            redacteur=par,
            tenue_le=scrutin.ferme_le,
            lieu="Vote en ligne",
            inscrits=resultat.inscrits,
            votants=resultat.votants,
            blancs=decompte.blancs or 0,
            nuls=0,
            commence_le=instant,
        )
        Voix.objects.bulk_create(
            Voix(proces_verbal=pv, liste=liste, nombre=reponse.voix)
            for liste, reponse in zip(listes, decompte.reponses, strict=True)
        )
        journaliser(
            acte="delegues.reporter_le_resultat",
            par=par,
            objet=pv,
            instant=instant,
            details={"scrutin": scrutin.pk, "tetes": {u.uuid: u.tete for u in resultat.urnes}},
        )
    return pv


def exiger_assez_d_electeurs(designation: Designation, scrutin: Scrutin) -> None:
    """Ask the engine for the section's box, in its draft, and say its refusal with what is left to do."""
    votent = avec_criteres(Adherent.objects.order_by(), scrutin).filter(motifs=0).count()
    section = designation.section
    try:
        repartir(
            {section.pk: (section.federation_id, votent)}, maillage=scrutin.maillage, seuil=scrutin.seuil
        )
    except EffectifInsuffisant as defaut:
        raise ActeImpossible(
            f"{defaut.inscrits} inscrit·es, moins que le seuil d'anonymat ({scrutin.seuil}) : "
            "un vote en ligne ne protégerait pas leur secret. Cette section tient une assemblée.",
            code="seuil",
        ) from defaut


def _verrouiller(designation: Designation) -> Designation:
    return (
        Designation.objects.select_for_update(of=("self",))
        .select_related("campagne", "section__federation", "scrutin")
        .get(pk=designation.pk)
    )


def _exiger_de_quoi_voter(designation: Designation) -> list[Liste]:
    if designation.mode != Campagne.Mode.EN_LIGNE:
        raise ActeImpossible(
            "Cette section désigne en assemblée. Changez son mode pour qu'elle vote en ligne.",
            code="assemblee",
        )
    if designation.scrutin is not None and designation.scrutin.etat != Scrutin.Etat.ANNULE:
        raise ActeImpossible("Le scrutin de cette section est déjà préparé.", code="scrutin")
    listes = listes_de(designation)
    if len(listes) < 2:
        raise ActeImpossible(
            f"Il y a {len(listes)} candidature : un vote en ligne en demande au moins deux. "
            "Cette section tient une assemblée.",
            code="une_seule",
        )
    if any(liste.rang is None for liste in listes):
        raise ActeImpossible(
            "L'ordre des candidatures n'est pas encore tiré. Il l'est dans les minutes qui suivent les retraits.",
            code="ordre",
        )
    return listes


def _exiger_des_dates(campagne: Campagne, ouvre_le: datetime, ferme_le: datetime) -> None:
    if not campagne.assemblees_du <= ouvre_le < ferme_le <= campagne.assemblees_au:
        raise ActeImpossible(
            f"Le vote s'ouvre et se ferme entre le {heure(campagne.assemblees_du)} "
            f"et le {heure(campagne.assemblees_au)}.",
            code="dates",
            statut=400,
        )


def _adresse_libre(designation: Designation) -> str:
    racine = f"{designation.campagne.slug}-{designation.section.code}".lower()[:56]
    precedents = Scrutin.objects.filter(slug__startswith=racine).count()
    return f"{racine}-{precedents + 1}" if precedents else racine


def _exiger_un_resultat(designation: Designation) -> Scrutin:
    if designation.mode != Campagne.Mode.EN_LIGNE:
        raise ActeImpossible("Cette section désigne en assemblée.", code="assemblee")
    if designation.scrutin is None or designation.scrutin.etat != Scrutin.Etat.PUBLIE:
        raise ActeImpossible(
            "Le résultat du vote n'est pas encore publié. Le procès-verbal viendra de lui.", code="resultat"
        )
    return designation.scrutin


def _candidatures_du_resultat(designation: Designation, resultat: Resultat) -> tuple[list[Liste], Decompte]:
    """The candidacies in the order of the ballot; refused when the ballot bore others."""
    listes = listes_de(designation)
    decomptes = resultat.nationaux or ()
    if len(decomptes) != 1 or [r.texte for r in decomptes[0].reponses] != reponses_du_scrutin(listes):
        raise ActeImpossible(
            "Le scrutin portait sur d'autres candidatures que celles de la section : prévenez la commission.",
            code="resultat",
        )
    return listes, decomptes[0]

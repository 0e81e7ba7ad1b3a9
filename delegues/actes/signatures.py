"""Signing minutes by two, giving them back, correcting what was signed by other minutes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from delegues.actes.assemblees import verrouiller_designation
from delegues.actes.proces_verbaux import exiger_un_autre_signataire, verrouiller_le_brouillon
from delegues.convocations import demande_de_contresignature
from delegues.election import Resultat
from delegues.models import Designation, Elu, Piece, Presence, ProcesVerbal, Voix
from delegues.proces_verbal import canonique, empreinte_de, manques, rediger
from delegues.regles import exiger_calendrier, exiger_transition
from refondation.journal.actes import journaliser
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible, ActeInterdit, exiger


def presenter_proces_verbal(
    *,
    proces_verbal: ProcesVerbal,
    empreinte: str,
    version: int | None = None,
    par: Compte,
    instant: datetime | None = None,
) -> ProcesVerbal:
    """Sign first: compute the elected, seal the content, ask the second signatory by mail after commit.

    `empreinte`: that of the content shown; what changed meanwhile, a late tick included, is shown
    again first (`relire`).  Raises also `incomplet` (status 400, all that is missing), `secretaire`,
    and those of drafts.
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        pv = verrouiller_le_brouillon(proces_verbal, par=par, instant=instant, version=version)
        if pv.designation.proces_verbaux.en_vigueur().exclude(pk=pv.rectifie_id).exists():
            raise ActeImpossible(
                "Un autre procès-verbal de cette section est signé. Rédigez un rectificatif.",
                code="deja_signe",
            )
        contenu, resultat, decompte = rediger(pv)
        lacunes = manques(pv, decompte)
        if lacunes:
            raise ActeImpossible(
                "Le procès-verbal n'est pas complet. " + " ".join(phrase for _, phrase in lacunes),
                code="incomplet",
                statut=400,
            )
        exiger_un_autre_signataire(pv, pv.contresignataire, par)
        texte = canonique(contenu)
        if empreinte_de(texte) != empreinte:
            raise ActeImpossible(
                "Le procès-verbal a changé depuis que vous l'avez relu. Relisez-le, puis signez.",
                code="relire",
            )
        _inscrire_les_elus(pv, resultat)
        pv.contenu, pv.empreinte = texte, empreinte
        pv.etat = exiger_transition(pv, "presenter")
        pv.presente_le, pv.renvoi = instant, ""
        pv.version += 1
        pv.save(update_fields=["contenu", "empreinte", "etat", "presente_le", "renvoi", "version"])
        journaliser(
            acte="delegues.presenter_proces_verbal",
            par=par,
            objet=pv,
            instant=instant,
            details={"empreinte": empreinte, "contresignataire": pv.contresignataire_id},
        )
        from delegues.tasks import demander_la_contresignature

        demander_la_contresignature.delay_on_commit(pv.pk)
    return pv


def _inscrire_les_elus(pv: ProcesVerbal, resultat: Resultat) -> None:
    """The rows that mandates come from, in place of any earlier computation."""
    pv.elus.all().delete()
    titulaires = Elu.objects.bulk_create(
        Elu(
            proces_verbal=pv,
            candidature_id=e.personne,
            qualite=Elu.Qualite.TITULAIRE,
            rang=e.rang,
            explication=e.explication,
        )
        for e in resultat.titulaires
    )
    par_candidature = {e.candidature_id: e for e in titulaires}
    Elu.objects.bulk_create(
        Elu(
            proces_verbal=pv,
            candidature_id=e.personne,
            qualite=Elu.Qualite.SUPPLEANT,
            rang=e.rang,
            titulaire=par_candidature[e.titulaire],
            explication=e.explication,
        )
        for e in resultat.suppleants
    )


def demander_contresignature(*, proces_verbal: ProcesVerbal) -> bool:
    """Mail the second signatory of minutes that still await them; whether a mail left."""
    if proces_verbal.etat != ProcesVerbal.Etat.A_CONTRESIGNER:
        return False
    demande_de_contresignature(proces_verbal).send()
    return True


def verrouiller_a_contresigner(proces_verbal: ProcesVerbal, *, acte: str, instant: datetime) -> ProcesVerbal:
    designation = verrouiller_designation(proces_verbal.designation)
    pv = (
        ProcesVerbal.objects.select_for_update(of=("self",))
        .select_related("rectifie", "redacteur__adherent", "contresignataire")
        .get(pk=proces_verbal.pk)
    )
    pv.designation = designation
    exiger_calendrier(designation.campagne, "rectifier" if pv.rectifie_id else "contresigner", instant)
    exiger_transition(pv, acte)
    return pv


def _est_le_second(pv: ProcesVerbal, par: Compte) -> bool:
    """The second signatory's own account, still a member of the section."""
    second = pv.contresignataire
    return (
        second is not None
        and par.is_active
        and par.adherent_id == second.pk
        and par.pk != pv.redacteur_id
        and second.section_id == pv.designation.section_id
        and second.sorti_le is None
    )


def reprendre_proces_verbal(
    *, proces_verbal: ProcesVerbal, par: Compte, motif: str = "", instant: datetime | None = None
) -> ProcesVerbal:
    """Give minutes that await the second signature back to drafting.

    The secretary takes them back; the second signatory sends them back, and says why (`motif`).
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        pv = verrouiller_a_contresigner(proces_verbal, acte="reprendre", instant=instant)
        second = _est_le_second(pv, par)
        if not second:
            exiger(par, "delegues.conduire", pv.designation)
        elif not motif.strip():
            raise ActeImpossible(
                "Dites ce qui ne va pas : la ou le secrétaire doit savoir quoi corriger.",
                code="motif",
                statut=400,
            )
        pv.etat = exiger_transition(pv, "reprendre")
        pv.renvoi = motif.strip()[:300] if second else ""
        pv.contenu = pv.empreinte = ""
        pv.presente_le = None
        pv.version += 1
        pv.save(update_fields=["etat", "renvoi", "contenu", "empreinte", "presente_le", "version"])
        journaliser(
            acte="delegues.reprendre_proces_verbal",
            par=par,
            objet=pv,
            instant=instant,
            details={"second_signataire": second},
        )
    return pv


def contresigner_proces_verbal(
    *, proces_verbal: ProcesVerbal, empreinte: str, par: Compte, instant: datetime | None = None
) -> ProcesVerbal:
    """Sign second: number, lock, send to the control commission; minutes that these rectify are replaced.

    Only the person named, from their own account.  `empreinte` is the one that their page showed: it
    must be that of the content, computed again here.  Raises `interdit`, `etat`, the calendar's, `empreinte`.
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        pv = verrouiller_a_contresigner(proces_verbal, acte="contresigner", instant=instant)
        if not _est_le_second(pv, par):
            raise ActeInterdit("delegues.contresigner")
        if not empreinte_de(pv.contenu) == pv.empreinte == empreinte:
            raise ActeImpossible(
                "Ce procès-verbal n'est pas celui que vous avez lu. Rechargez la page, relisez-le, puis signez.",
                code="empreinte",
            )
        if pv.rectifie_id:
            ancien = ProcesVerbal.objects.select_for_update(of=("self",)).get(pk=pv.rectifie_id)
            ancien.etat = exiger_transition(ancien, "rectifier")
            ancien.version += 1
            ancien.save(update_fields=["etat", "version"])
        pv.etat = exiger_transition(pv, "contresigner")
        pv.numero = _numero(pv)
        pv.verrouille_le = instant
        pv.version += 1
        pv.save(update_fields=["etat", "numero", "verrouille_le", "version"])
        recevoir(pv.designation)
        journaliser(
            acte="delegues.contresigner_proces_verbal",
            par=par,
            objet=pv,
            instant=instant,
            details={"numero": pv.numero, "empreinte": pv.empreinte},
        )
        from delegues.tasks import calculer_anomalies

        calculer_anomalies.delay_on_commit(pv.designation_id)
    return pv


def _numero(pv: ProcesVerbal) -> str:
    """`PV-31555-4-1`: section, campaign, order among the signed minutes of the designation."""
    designation = pv.designation
    rang = designation.proces_verbaux.verrouilles().count() + 1
    return f"PV-{designation.section.code}-{designation.campagne_id}-{rang}"


def recevoir(designation: Designation) -> None:
    """Within the act that signs: the designation is received, or received again."""
    if designation.etat != Designation.Etat.RECUE:
        designation.etat = exiger_transition(designation, "recevoir")
        designation.save(update_fields=["etat"])


def rectifier_proces_verbal(
    *, proces_verbal: ProcesVerbal, motif: str, par: Compte, instant: datetime | None = None
) -> ProcesVerbal:
    """Begin minutes that correct signed ones, from a copy of all they hold; both stay readable.

    The former stay in force until the new ones are signed by two.  A correction already begun is
    returned as it is.  Raises `interdit`, the calendar's, `etat`, `motif`, `valide`.
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        designation = verrouiller_designation(proces_verbal.designation)
        exiger(par, "delegues.conduire", designation)
        exiger_calendrier(designation.campagne, "rectifier", instant)
        ancien = ProcesVerbal.objects.select_for_update(of=("self",)).get(pk=proces_verbal.pk)
        exiger_transition(ancien, "rectifier")
        en_cours = ProcesVerbal.objects.filter(rectifie=ancien).first()
        if en_cours is not None:
            return en_cours
        if designation.etat == Designation.Etat.VALIDEE:
            raise ActeImpossible(
                "La commission a validé cette désignation. Contestez-la d'abord, depuis la page de la section : elle "
                "se corrige une fois rouverte.",
                code="valide",
            )
        if not motif.strip():
            raise ActeImpossible("Dites pourquoi vous rectifiez.", code="motif", statut=400)
        pv = _copier(ancien, designation, motif=motif.strip()[:300], par=par, instant=instant)
        journaliser(
            acte="delegues.rectifier_proces_verbal",
            par=par,
            objet=pv,
            instant=instant,
            details={"rectifie": ancien.numero},
        )
    return pv


def _copier(
    ancien: ProcesVerbal, designation: Designation, *, motif: str, par: Compte, instant: datetime
) -> ProcesVerbal:
    pv = ProcesVerbal.objects.create(
        designation=designation,
        rectifie=ancien,
        motif_de_rectification=motif,
        redacteur=par,
        contresignataire_id=ancien.contresignataire_id,
        president_id=ancien.president_id,
        tenue_le=ancien.tenue_le,
        lieu=ancien.lieu,
        inscrits=ancien.inscrits,
        votants=ancien.votants,
        blancs=ancien.blancs,
        nuls=ancien.nuls,
        incidents=ancien.incidents,
        sans_incident=ancien.sans_incident,
        commence_le=instant,
    )
    Presence.objects.bulk_create(
        Presence(proces_verbal=pv, adherent_id=p.adherent_id, present=p.present, marque=p.marque)
        for p in ancien.presences.all()
    )
    Voix.objects.bulk_create(
        Voix(proces_verbal=pv, liste_id=v.liste_id, nombre=v.nombre) for v in ancien.voix.all()
    )
    # The papers are the same files, named twice.
    Piece.objects.bulk_create(
        Piece(
            proces_verbal=pv, nom=p.nom, fichier=p.fichier.name, genre=p.genre, octets=p.octets,
            empreinte=p.empreinte, deposee_le=p.deposee_le, par_id=p.par_id,
        )
        for p in ancien.pieces.all()
    )  # fmt: skip
    return pv

"""Writing a vote while it is a draft: settings, document, questions, trustees."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from consultation.belenios.gardiens import verifier_cle_publique
from consultation.belenios.groupes import groupe
from consultation.models import Document, Gardien, Option, Question, Scrutin
from consultation.regles import exiger_brouillon
from refondation.journal.actes import journaliser
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible, ActeInterdit, exiger

GROUPE = "BELENIOS-2048"


def _verrouiller(scrutin: Scrutin) -> Scrutin:
    scrutin = Scrutin.objects.select_for_update(of=("self",)).get(pk=scrutin.pk)
    exiger_brouillon(scrutin)
    return scrutin


def creer_scrutin(*, par: Compte, federations: list[Any] | None = None, **champs: Any) -> Scrutin:
    """Create a draft from model fields; `federations` when the perimeter is some federations."""
    exiger(par, "consultation.rediger")
    with transaction.atomic():
        scrutin = Scrutin(**champs)
        scrutin.full_clean(exclude=["etat"])
        scrutin.save(force_insert=True)
        scrutin.federations.set(federations or [])
        journaliser(acte="consultation.rediger", par=par, objet=scrutin, details={"cree": scrutin.slug})
    return scrutin


def modifier_scrutin(*, scrutin: Scrutin, par: Compte, federations: list[Any] | None = None, **champs: Any) -> Scrutin:
    """Change settings of a draft; only the fields given."""
    exiger(par, "consultation.rediger", scrutin)
    with transaction.atomic():
        scrutin = _verrouiller(scrutin)
        for nom, valeur in champs.items():
            setattr(scrutin, nom, valeur)
        scrutin.full_clean(exclude=["etat"])
        scrutin.save()
        if federations is not None:
            scrutin.federations.set(federations)
        journaliser(acte="consultation.rediger", par=par, objet=scrutin, details={"champs": sorted(champs)})
    return scrutin


def rediger_document(
    *, scrutin: Scrutin, titre: str, texte: str, texte_facile: str = "", par: Compte, instant: datetime | None = None
) -> Document:
    """Add the next version of the framing document; earlier versions stay readable."""
    exiger(par, "consultation.rediger", scrutin)
    with transaction.atomic():
        scrutin = _verrouiller(scrutin)
        numero = (scrutin.documents.aggregate(n=Max("numero"))["n"] or 0) + 1
        document = Document(
            scrutin=scrutin,
            numero=numero,
            titre=titre,
            texte=texte,
            texte_facile=texte_facile,
            redige_le=instant or timezone.now(),
        )
        document.empreinte = document.empreinte_attendue()
        document.full_clean()
        document.save(force_insert=True)
        journaliser(
            acte="consultation.rediger",
            par=par,
            objet=scrutin,
            details={"document": numero, "empreinte": document.empreinte},
        )
    return document


def ecrire_question(
    *,
    scrutin: Scrutin,
    intitule: str,
    options: list[str],
    minimum: int = 1,
    maximum: int = 1,
    blanc: bool = True,
    question: Question | None = None,
    par: Compte,
) -> Question:
    """Add a question at the end, or rewrite `question`; options in the order given."""
    exiger(par, "consultation.rediger", scrutin)
    options = [o.strip() for o in options if o.strip()]
    if len(options) < 2:
        raise ActeImpossible("Une question demande au moins deux réponses possibles.", code="options", statut=400)
    if len(set(options)) < len(options):
        raise ActeImpossible("Deux réponses ont le même texte. Changez l'une d'elles.", code="options", statut=400)
    if not 0 <= minimum <= maximum <= len(options) or maximum < 1:
        raise ActeImpossible(
            f"Le nombre de choix va de {minimum} à {maximum} : il doit tenir entre 0 et {len(options)} réponses.",
            code="bornes",
            statut=400,
        )
    with transaction.atomic():
        scrutin = _verrouiller(scrutin)
        if question is None:
            rang = (scrutin.questions.aggregate(n=Max("rang"))["n"] or 0) + 1
            question = Question(scrutin=scrutin, rang=rang)
        elif question.scrutin_id != scrutin.pk:
            raise ActeImpossible("Cette question est celle d'un autre scrutin.", code="question", statut=400)
        question.intitule, question.minimum, question.maximum, question.blanc = intitule, minimum, maximum, blanc
        question.full_clean()
        question.save()
        question.options.all().delete()
        Option.objects.bulk_create(
            Option(question=question, rang=rang, texte=texte) for rang, texte in enumerate(options, 1)
        )
        journaliser(acte="consultation.rediger", par=par, objet=scrutin, details={"question": question.rang})
    return question


def retirer_question(*, question: Question, par: Compte) -> None:
    """Remove a question from a draft."""
    exiger(par, "consultation.rediger", question.scrutin)
    with transaction.atomic():
        scrutin = _verrouiller(question.scrutin)
        rang = question.rang
        question.delete()
        journaliser(acte="consultation.rediger", par=par, objet=scrutin, details={"question_retiree": rang})


def designer_gardiens(*, scrutin: Scrutin, comptes: list[Compte], par: Compte) -> list[Gardien]:
    """Appoint the trustees in this order; those already there keep their key, those left out lose their place."""
    exiger(par, "consultation.designer_gardiens", scrutin)
    if not comptes:
        raise ActeImpossible("Il faut au moins un·e gardien·ne de la clé.", code="gardiens", statut=400)
    with transaction.atomic():
        scrutin = _verrouiller(scrutin)
        anciens = {g.compte_id: g for g in scrutin.gardiens.all()}
        scrutin.gardiens.all().delete()
        gardiens = Gardien.objects.bulk_create(
            Gardien(
                scrutin=scrutin,
                compte=compte,
                nom=str(compte),
                rang=rang,
                cle=anciens[compte.pk].cle if compte.pk in anciens else None,
                cle_deposee_le=anciens[compte.pk].cle_deposee_le if compte.pk in anciens else None,
            )
            for rang, compte in enumerate(comptes, 1)
        )
        journaliser(
            acte="consultation.designer_gardiens",
            par=par,
            objet=scrutin,
            details={"comptes": [c.pk for c in comptes]},
        )
    return gardiens


def deposer_cle(*, gardien: Gardien, cle: dict[str, Any], par: Compte, instant: datetime | None = None) -> Gardien:
    """Record the public part of a trustee's key, once; only that trustee, only in a draft.

    `cle` is the protocol's trustee_public_key; its proof of knowledge is checked.
    """
    if gardien.compte_id != par.pk:
        raise ActeInterdit("consultation.deposer_cle")
    try:
        verifier_cle_publique(cle, groupe(GROUPE))
    except ValueError as defaut:
        raise ActeImpossible(
            f"Cette clé publique n'est pas valable : {defaut} Créez-en une autre.", code="cle", statut=400
        ) from defaut
    with transaction.atomic():
        scrutin = _verrouiller(gardien.scrutin)
        gardien = Gardien.objects.select_for_update(of=("self",)).get(pk=gardien.pk)
        if gardien.cle is not None:
            raise ActeImpossible(
                "Votre clé est déjà déposée. Demandez à l'administration nationale de vous désigner à nouveau "
                "si vous avez perdu le fichier.",
                code="cle_deposee",
            )
        gardien.cle = {"pok": cle["pok"], "public_key": cle["public_key"], "name": gardien.nom}
        gardien.cle_deposee_le = instant or timezone.now()
        gardien.save(update_fields=["cle", "cle_deposee_le"])
        journaliser(acte="consultation.deposer_cle", par=par, objet=scrutin, details={"gardien": gardien.rang})
    return gardien

"""Writing a vote while it is a draft: settings, document, questions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from consultation.models import Document, Option, Question, Scrutin
from consultation.regles import exiger_brouillon
from refondation.journal.actes import journaliser
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible, exiger


def verrouiller_le_brouillon(scrutin: Scrutin) -> Scrutin:
    scrutin = Scrutin.objects.select_for_update(of=("self",)).get(pk=scrutin.pk)
    exiger_brouillon(scrutin)
    return scrutin


def _exiger_une_adresse_libre(scrutin: Scrutin) -> None:
    if scrutin.slug in Scrutin.ADRESSES_RESERVEES:
        raise ActeImpossible(
            f"L'adresse « {scrutin.slug} » est celle d'une autre page. Choisissez-en une autre.",
            code="adresse",
            statut=400,
        )


def creer_scrutin(*, par: Compte, federations: list[Any] | None = None, **champs: Any) -> Scrutin:
    """Create a draft from model fields; `federations` when the perimeter is some federations."""
    exiger(par, "consultation.rediger")
    with transaction.atomic():
        scrutin = Scrutin(**champs)
        _exiger_une_adresse_libre(scrutin)
        scrutin.full_clean(exclude=["etat"])
        scrutin.save(force_insert=True)
        scrutin.federations.set(federations or [])
        journaliser(acte="consultation.rediger", par=par, objet=scrutin, details={"cree": scrutin.slug})
    return scrutin


def modifier_scrutin(
    *, scrutin: Scrutin, par: Compte, federations: list[Any] | None = None, **champs: Any
) -> Scrutin:
    """Change settings of a draft; only the fields given."""
    exiger(par, "consultation.rediger", scrutin)
    with transaction.atomic():
        scrutin = verrouiller_le_brouillon(scrutin)
        for nom, valeur in champs.items():
            setattr(scrutin, nom, valeur)
        _exiger_une_adresse_libre(scrutin)
        scrutin.full_clean(exclude=["etat"])
        scrutin.save()
        if federations is not None:
            scrutin.federations.set(federations)
        journaliser(acte="consultation.rediger", par=par, objet=scrutin, details={"champs": sorted(champs)})
    return scrutin


def rediger_document(
    *,
    scrutin: Scrutin,
    titre: str,
    texte: str,
    texte_facile: str = "",
    par: Compte,
    instant: datetime | None = None,
) -> Document:
    """Add the next version of the framing document; earlier versions stay readable."""
    exiger(par, "consultation.rediger", scrutin)
    with transaction.atomic():
        scrutin = verrouiller_le_brouillon(scrutin)
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
        raise ActeImpossible(
            "Une question demande au moins deux réponses possibles.", code="options", statut=400
        )
    if len(set(options)) < len(options):
        raise ActeImpossible(
            "Deux réponses ont le même texte. Changez l'une d'elles.", code="options", statut=400
        )
    if not 0 <= minimum <= maximum <= len(options) or maximum < 1:
        raise ActeImpossible(
            f"Le nombre de choix va de {minimum} à {maximum} : il doit tenir entre 0 et {len(options)} réponses.",
            code="bornes",
            statut=400,
        )
    with transaction.atomic():
        scrutin = verrouiller_le_brouillon(scrutin)
        if question is None:
            rang = (scrutin.questions.aggregate(n=Max("rang"))["n"] or 0) + 1
            question = Question(scrutin=scrutin, rang=rang)
        elif question.scrutin_id != scrutin.pk:
            raise ActeImpossible("Cette question est celle d'un autre scrutin.", code="question", statut=400)
        question.intitule, question.minimum, question.maximum, question.blanc = (
            intitule,
            minimum,
            maximum,
            blanc,
        )
        question.full_clean()
        question.save()
        question.options.all().delete()
        Option.objects.bulk_create(
            Option(question=question, rang=rang, texte=texte) for rang, texte in enumerate(options, 1)
        )
        journaliser(acte="consultation.rediger", par=par, objet=scrutin, details={"question": question.rang})
    return question


def deplacer_question(*, question: Question, vers: int, par: Compte) -> Question:
    """Put a question of a draft at rank `vers` (from 1); the others make room."""
    exiger(par, "consultation.rediger", question.scrutin)
    with transaction.atomic():
        scrutin = verrouiller_le_brouillon(question.scrutin)
        ordre = [q for q in scrutin.questions.order_by("rang") if q.pk != question.pk]
        if not 1 <= vers <= len(ordre) + 1:
            raise ActeImpossible(
                "Cette place n'existe pas dans la liste des questions.", code="rang", statut=400
            )
        ordre.insert(vers - 1, question)
        _numeroter(ordre)
        journaliser(
            acte="consultation.rediger",
            par=par,
            objet=scrutin,
            details={"question": question.pk, "rang": vers},
        )
    return question


def _numeroter(questions: list[Question]) -> None:
    for rang, question in enumerate(questions, 1):
        question.rang = rang
    Question.objects.bulk_update(questions, ["rang"])  # the unique ranks are checked at the end


def retirer_question(*, question: Question, par: Compte) -> None:
    """Remove a question from a draft; the next ones move up."""
    exiger(par, "consultation.rediger", question.scrutin)
    with transaction.atomic():
        scrutin = verrouiller_le_brouillon(question.scrutin)
        rang = question.rang
        question.delete()
        _numeroter(list(scrutin.questions.order_by("rang")))
        journaliser(acte="consultation.rediger", par=par, objet=scrutin, details={"question_retiree": rang})

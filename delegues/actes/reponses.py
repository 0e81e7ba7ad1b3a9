"""What a person proposed answers, from the mail or from the account, and how one withdraws."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from delegues import courriels_candidatures as courriels
from delegues.actes.candidatures import accepter, deposer_si_complete, effacer_la_photo, exiger_eligible
from delegues.actes.engagements import lever_l_engagement
from delegues.models import Campagne, Candidature, Designation, Engagement, Liste
from delegues.regles import est_possible, exiger_calendrier
from refondation.journal.actes import journaliser
from refondation.membres.models import Adherent, Compte
from refondation.membres.regles import ActeImpossible, exiger


def empreinte_du_jeton(jeton: str) -> str:
    """SHA-256 (hex) of the secret of the mail: what the database keeps."""
    return hashlib.sha256(jeton.encode()).hexdigest()


def inviter_a_repondre(*, candidature: Candidature, instant: datetime | None = None) -> bool:
    """Send the mail whose link answers, with a secret of its own.

    Nothing is sent twice, nor to who has answered, nor once answers are closed; whether a mail
    left.  When it cannot leave, the secret is not kept, so that the clock tries again.
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        candidature = (
            Candidature.objects.select_for_update(of=("self",)).avec_leur_monde().get(pk=candidature.pk)
        )
        attendue = candidature.etat == Candidature.Etat.PROPOSEE and not candidature.jeton
        if not attendue or not est_possible(candidature.campagne, "accepter", instant):
            return False
        jeton = secrets.token_urlsafe(32)
        candidature.jeton = empreinte_du_jeton(jeton)
        candidature.save(update_fields=["jeton"])
        courriels.proposition(candidature, jeton).send()
    return True


def renvoyer_la_proposition(
    *, candidature: Candidature, par: Compte, instant: datetime | None = None
) -> Candidature:
    """The secretary has the mail of an unanswered proposal sent again; its earlier link stops working."""
    from delegues import tasks

    instant = instant or timezone.now()
    exiger(par, "delegues.conduire", candidature.liste)
    with transaction.atomic():
        candidature = (
            Candidature.objects.select_for_update(of=("self",)).avec_leur_monde().get(pk=candidature.pk)
        )
        exiger_calendrier(candidature.campagne, "accepter", instant)
        _exiger_sans_reponse(candidature)
        candidature.jeton = ""
        candidature.save(update_fields=["jeton"])
        journaliser(
            acte="delegues.proposer",
            par=par,
            objet=candidature.liste,
            instant=instant,
            details={"renvoi": candidature.pk},
        )
        tasks.inviter_les_candidats.delay_on_commit(candidature.liste_id)
    return candidature


def repondre_a_la_proposition(
    *,
    candidature: Candidature,
    accepte: bool,
    jeton: str = "",
    par: Compte | None = None,
    empreinte: str = "",
    profession: str = "",
    instant: datetime | None = None,
) -> Candidature:
    """Accept or decline, proved by the secret of the mail or by the account of the person.

    Accepting checks eligibility and the commitment as standing does; the last acceptance makes the
    list stand.  A duo that one half declines is over, and the other half is told.  Answered once.
    Raises `ActeImpossible`: `lien` (not this person's secret), `etat`, the calendar's, and those
    of `se_porter_candidat`.
    """
    from delegues import tasks

    instant = instant or timezone.now()
    with transaction.atomic():
        candidature = _verrouiller(candidature)
        _exiger_la_preuve(candidature, jeton, par)
        _exiger_sans_reponse(candidature)
        exiger_calendrier(candidature.campagne, "accepter", instant)
        if accepte:
            exiger_eligible(candidature.adherent, candidature.liste.designation, lui_meme=True)
            accepter(candidature, empreinte=empreinte, profession=profession, instant=instant)
            deposer_si_complete(candidature.liste, instant)
        else:
            candidature.etat, candidature.repondue_le = Candidature.Etat.DECLINEE, instant
            candidature.jeton = ""
            candidature.save(update_fields=["etat", "repondue_le", "jeton"])
            _quitter_la_liste(candidature, instant)
        journaliser(
            acte="delegues.repondre",
            par=par or Compte.objects.filter(adherent=candidature.adherent_id).first(),
            objet=candidature.liste,
            instant=instant,
            details={"candidature": candidature.pk, "accepte": accepte, "par_courriel": par is None},
        )
        tasks.confirmer_la_reponse.delay_on_commit(candidature.pk)
    return candidature


def retirer_candidature(
    *, candidature: Candidature, par: Compte, instant: datetime | None = None
) -> Candidature:
    """Withdraw one's own candidacy, or, for the secretary, a proposal that nobody answered.

    The commitment is lifted, the photo erased.  The other half of a duo no longer stands either, and is told; a list
    goes on without the person as long as somebody is left.  Raises `interdit`, `etat`, the calendar's.
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        candidature = _verrouiller(candidature)
        proposee = candidature.etat == Candidature.Etat.PROPOSEE
        if par.adherent_id is None or candidature.adherent_id != par.adherent_id:
            if not proposee:
                raise ActeImpossible(
                    "Seule la personne candidate retire sa candidature.", code="interdit", statut=403
                )
            if candidature.liste.proposee_par_id != par.pk:
                exiger(par, "delegues.conduire", candidature.liste)
        if candidature.etat not in (Candidature.Etat.PROPOSEE, Candidature.Etat.ACCEPTEE):
            raise ActeImpossible(
                f"Cette candidature est déjà « {candidature.get_etat_display().lower()} ».", code="etat"
            )
        exiger_calendrier(candidature.campagne, "retirer", instant)
        _retirer(candidature, instant)
        _quitter_la_liste(candidature, instant)
        journaliser(
            acte="delegues.retirer_candidature",
            par=par,
            objet=candidature.liste,
            instant=instant,
            details={"candidature": candidature.pk},
        )
    return candidature


def _verrouiller(candidature: Candidature) -> Candidature:
    """Designation, member, candidacy: the order of every act on candidacies."""
    Designation.objects.select_for_update(of=("self",)).get(listes__candidatures=candidature.pk)
    Adherent.objects.select_for_update(of=("self",), no_key=True).get(pk=candidature.adherent_id)
    return (
        Candidature.objects.select_for_update(of=("self",))
        .avec_leur_monde()
        .select_related("adherent__section")
        .get(pk=candidature.pk)
    )


def _exiger_la_preuve(candidature: Candidature, jeton: str, par: Compte | None) -> None:
    if par is not None and par.adherent_id == candidature.adherent_id:
        return
    if candidature.jeton and hmac.compare_digest(empreinte_du_jeton(jeton), candidature.jeton):
        return
    raise ActeImpossible(
        "Ce lien n'est plus valable : il ne sert qu'une fois, et un courriel plus récent le remplace. "
        "Connectez-vous pour voir votre candidature.",
        code="lien",
        statut=410,
    )


def _exiger_sans_reponse(candidature: Candidature) -> None:
    if candidature.etat != Candidature.Etat.PROPOSEE:
        raise ActeImpossible(
            f"Cette proposition a déjà sa réponse : « {candidature.get_etat_display().lower()} ».",
            code="etat",
        )


def _retirer(candidature: Candidature, instant: datetime) -> None:
    candidature.etat, candidature.retiree_le, candidature.jeton = Candidature.Etat.RETIREE, instant, ""
    effacer_la_photo(candidature)
    candidature.save(update_fields=["etat", "retiree_le", "jeton", "photo"])
    lever_l_engagement(
        campagne=candidature.campagne,
        adherent=candidature.adherent,
        levee=Engagement.Levee.RETRAIT,
        instant=instant,
    )


def _quitter_la_liste(candidature: Candidature, instant: datetime) -> None:
    """What becomes of a list that one person has just left."""
    from delegues import tasks

    liste = candidature.liste
    restent = list(liste.candidatures.actives().select_related("adherent", "campagne", "liste"))
    if candidature.campagne.candidatures == Campagne.Presentation.DUOS:
        for autre in restent:
            _retirer(autre, instant)
            tasks.dire_que_le_duo_est_defait.delay_on_commit(autre.pk, candidature.pk)
        restent = []
    if restent:
        deposer_si_complete(liste, instant)
        return
    liste.etat, liste.retiree_le = Liste.Etat.RETIREE, instant
    liste.save(update_fields=["etat", "retiree_le"])

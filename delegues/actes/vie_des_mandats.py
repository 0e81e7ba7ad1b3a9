"""A delegate's mandate: accept it, share how to be reached, resign, end it, replace who stopped."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from consultation.regles import jour
from delegues.actes.engagements import prendre_l_engagement
from delegues.actes.mandats import clore
from delegues.models import Campagne, Delegation, Designation, Engagement
from delegues.remplacement import Choix, Suppleance, choisir
from refondation.journal.actes import journaliser
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible, ActeInterdit, exiger, refus_de_la_base

# Why staff may end a mandate; resignations reach them by letter.
CAUSES = (
    Delegation.Cause.DEMISSION,
    Delegation.Cause.EXCLUSION,
    Delegation.Cause.DECES,
    Delegation.Cause.DEPART,
)


def tenir(delegation: Delegation) -> Delegation:
    """The mandate as it is now, its designation locked first: acts on one section wait in line."""
    Designation.objects.select_for_update(of=("self",)).get(pk=delegation.designation_id)
    return Delegation.objects.avec_leur_monde().get(pk=delegation.pk)


def _exiger_ouverte(delegation: Delegation) -> None:
    if delegation.fin is not None:
        raise ActeImpossible(
            f"Ce mandat a pris fin le {jour(delegation.fin)} "
            f"({delegation.get_cause_display().lower()}) : il ne change plus.",
            code="fini",
        )


def _exiger_titulaire_du_compte(delegation: Delegation, par: Compte) -> None:
    if par.adherent_id is None or par.adherent_id != delegation.adherent_id or not par.est_presente:
        raise ActeInterdit("delegues.mandat")


# --- By the delegate ------------------------------------------------------------------------------


def demande_l_engagement(delegation: Delegation) -> bool:
    """Whether accepting asks for the campaign's commitment: who stood on paper has not taken it."""
    campagne = delegation.campagne
    return (
        bool(campagne.engagement)
        and not Engagement.objects.filter(
            campagne=campagne, adherent=delegation.adherent_id, leve_le=None
        ).exists()
    )


def accepter_mandat(
    *, delegation: Delegation, par: Compte, engagement: str = "", instant: datetime | None = None
) -> Delegation:
    """The delegate accepts; where the campaign's commitment is not taken yet, `engagement` is its fingerprint.

    Accepting twice changes nothing.  Raises `ActeInterdit` (somebody else's mandate), or
    `ActeImpossible`: `fini`, `engagement`, `gouvernance`.
    """
    instant = instant or timezone.now()
    _exiger_titulaire_du_compte(delegation, par)
    with transaction.atomic():
        delegation = tenir(delegation)
        _exiger_ouverte(delegation)
        if delegation.acceptee_le is not None:
            return delegation
        if demande_l_engagement(delegation):
            prendre_l_engagement(
                campagne=delegation.campagne,
                adherent=delegation.adherent,
                empreinte=engagement,
                instant=instant,
            )
        delegation.acceptee_le = instant
        delegation.save(update_fields=["acceptee_le"])
        journaliser(acte="delegues.accepter_mandat", par=par, objet=delegation, instant=instant)
    return delegation


def partager_coordonnees(
    *,
    delegation: Delegation,
    courriel: str = "",
    telephone: str = "",
    par: Compte,
    instant: datetime | None = None,
) -> Delegation:
    """The delegate says how the directory may show them; both empty withdraws the consent.

    Possible at any time, after the end too.  Raises `ActeInterdit`.
    """
    _exiger_titulaire_du_compte(delegation, par)
    with transaction.atomic():
        delegation = tenir(delegation)
        if (delegation.courriel, delegation.telephone) == (courriel, telephone):
            return delegation
        delegation.courriel, delegation.telephone = courriel, telephone
        for champ in ("courriel", "telephone"):
            Delegation._meta.get_field(champ).clean(getattr(delegation, champ), delegation)
        delegation.save(update_fields=["courriel", "telephone"])
        journaliser(
            acte="delegues.partager_coordonnees",
            par=par,
            objet=delegation,
            details={"courriel": bool(courriel), "telephone": bool(telephone)},
            instant=instant,
        )
    return delegation


def demissionner(
    *, delegation: Delegation, le: date | None = None, par: Compte, instant: datetime | None = None
) -> Delegation:
    """The delegate resigns, as of that day (today when not given); before the start, the mandate never begins.

    Raises `ActeInterdit`, or `ActeImpossible`: `fini`, `fin_anterieure`, `fin_apres_le_terme`.
    """
    instant = instant or timezone.now()
    _exiger_titulaire_du_compte(delegation, par)
    aujourd_hui = timezone.localdate(instant)
    with transaction.atomic():
        delegation = tenir(delegation)
        _exiger_ouverte(delegation)
        le = le or aujourd_hui
        if le < aujourd_hui:
            raise ActeImpossible(
                "On ne démissionne pas dans le passé. Choisissez aujourd'hui ou un jour à venir.",
                code="fin_anterieure",
                statut=422,
            )
        _exiger_avant_le_terme(delegation, le)
        clore(delegation, cause=Delegation.Cause.DEMISSION, le=le)
        _dire_la_fin("delegues.demissionner", delegation, par, instant)
    return delegation


# --- By the federation or the national administration -----------------------------------------------


def terminer_mandat(
    *,
    delegation: Delegation,
    cause: str,
    le: date | None = None,
    par: Compte,
    instant: datetime | None = None,
) -> Delegation:
    """End a mandate for one of `CAUSES`, as of that day (today when not given): past, but not to come.

    Raises `ActeInterdit`, or `ActeImpossible`: `fini`, `cause`, `fin_avant_le_debut`, `fin_a_venir`.
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        delegation = tenir(delegation)
        exiger(par, "delegues.gerer_mandats", delegation)
        _exiger_ouverte(delegation)
        terminer(delegation, cause=cause, le=le, instant=instant)
        _dire_la_fin("delegues.terminer_mandat", delegation, par, instant)
    return delegation


def terminer(delegation: Delegation, *, cause: str, le: date | None, instant: datetime) -> Delegation:
    """Inside an act: check the cause and the day, and write the end."""
    aujourd_hui = timezone.localdate(instant)
    if cause not in CAUSES:
        raise ActeImpossible("Choisissez pourquoi ce mandat prend fin.", code="cause", statut=422)
    if le is not None and le > max(aujourd_hui, delegation.debut):
        raise ActeImpossible(
            "Une fin se constate : choisissez aujourd'hui ou un jour passé.", code="fin_a_venir", statut=422
        )
    if le is not None and le < delegation.debut:
        raise ActeImpossible(
            f"Ce mandat a commencé le {jour(delegation.debut)} : il ne finit pas avant.",
            code="fin_avant_le_debut",
            statut=422,
        )
    return clore(delegation, cause=cause, le=le or aujourd_hui)


def _exiger_avant_le_terme(delegation: Delegation, le: date) -> None:
    if le >= delegation.campagne.mandat_fin:
        raise ActeImpossible(
            f"Tous les mandats finissent le {jour(delegation.campagne.mandat_fin)} : "
            "il n'y a rien à faire pour que le vôtre finisse ce jour-là.",
            code="fin_apres_le_terme",
            statut=422,
        )


def _dire_la_fin(acte: str, delegation: Delegation, par: Compte, instant: datetime) -> None:
    journaliser(
        acte=acte,
        par=par,
        objet=delegation,
        details={"cause": delegation.cause, "fin": delegation.fin.isoformat()},
        instant=instant,
    )


# --- Replacement ------------------------------------------------------------------------------------


def choix_du_remplacant(delegation: Delegation) -> Choix:
    """Whom the rule calls in the place of this holder, and why; `cle` is a mandate's id."""
    suppleants = Delegation.objects.ouvertes().filter(
        designation=delegation.designation_id, qualite=Delegation.Qualite.SUPPLEANT
    )
    racine = delegation
    while racine.remplace_id is not None:  # substitutes back the place, not only who was elected to it
        racine = racine.remplace
    return choisir(
        racine.pk,
        delegation.adherent.genre,
        [
            Suppleance(
                s.pk, f"{s.adherent.prenom} {s.adherent.nom}", s.adherent.genre, s.rang, s.titulaire_id
            )
            for s in suppleants.filter(adherent__sorti_le=None).select_related("adherent")
        ],
        meme_genre=delegation.campagne.suppleance_meme_genre,
    )


def remplacer(*, delegation: Delegation, par: Compte, instant: datetime | None = None) -> Delegation:
    """Give the seat of a holder who stopped to the substitute whom the rule calls; the new mandate.

    It begins when the former one stops, or today when that is past.  The substitute is told by
    mail, and accepts.  Raises `ActeInterdit`, or `ActeImpossible`: `suppleant` (nobody replaces a
    substitute), `siege_occupe`, `deja_remplace`, `terme`, `sans_suppleant`.
    """
    from delegues.tasks_mandats import prevenir_les_delegues

    instant = instant or timezone.now()
    try:
        with transaction.atomic():
            delegation = tenir(delegation)
            exiger(par, "delegues.gerer_mandats", delegation)
            _exiger_remplacable(delegation, timezone.localdate(instant))
            choix = choix_du_remplacant(delegation)
            if choix.cle is None:
                raise ActeImpossible(" ".join(choix.explication), code="sans_suppleant")
            suppleant = Delegation.objects.select_related("adherent").get(pk=choix.cle)
            debut = max(delegation.fin, timezone.localdate(instant), suppleant.debut)
            clore(suppleant, cause=Delegation.Cause.REMPLACEMENT, le=debut)
            nouvelle = Delegation.objects.create(
                campagne=delegation.campagne,
                designation=delegation.designation,
                elu=suppleant.elu,
                adherent=suppleant.adherent,
                qualite=Delegation.Qualite.TITULAIRE,
                rang=delegation.rang,
                remplace=delegation,
                debut=debut,
                courriel=suppleant.courriel,
                telephone=suppleant.telephone,
            )
            prevenir_les_delegues.delay_on_commit(delegation.designation_id)
            journaliser(
                acte="delegues.remplacer",
                par=par,
                objet=nouvelle,
                details={
                    "remplace": delegation.pk,
                    "debut": debut.isoformat(),
                    "suppleance": suppleant.pk,
                    "explication": list(choix.explication),
                },
                instant=instant,
            )
    except IntegrityError as erreur:
        raise refus_de_la_base(erreur, Delegation) from erreur
    return nouvelle


def _exiger_remplacable(delegation: Delegation, aujourd_hui: date) -> None:
    if delegation.qualite != Delegation.Qualite.TITULAIRE:
        raise ActeImpossible("Une suppléance ne se remplace pas.", code="suppleant")
    if delegation.fin is None:
        raise ActeImpossible(
            "Cette personne siège encore. Mettez d'abord fin à son mandat.", code="siege_occupe"
        )
    if delegation.cause not in CAUSES:
        raise ActeImpossible(
            f"Ce siège n'est pas à pourvoir : {delegation.get_cause_display().lower()}.", code="terme"
        )
    if Delegation.objects.filter(remplace=delegation).exists():
        raise ActeImpossible("Cette personne est déjà remplacée.", code="deja_remplace")
    if (
        delegation.campagne.etat == Campagne.Etat.ANNULEE
        or max(delegation.fin, aujourd_hui) >= delegation.campagne.mandat_fin
    ):
        raise ActeImpossible("Les mandats de cette campagne sont terminés.", code="terme")
